# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents OPTIONS of module_utils/manifests/cluster.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that describe one cluster that Argo CD deploys to."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - URL of the cluster's API server as Argo CD reaches it. It tells clusters apart; a slash at its end counts for
        nothing.
      - An address like V(https://127.0.0.1:6443), which many kubeconfigs have, is one of the machine that has the
        kubeconfig. From a pod it leads elsewhere.
    type: str
  name:
    description:
      - Name under which Argo CD shows the cluster, and by which Applications may name their destination. No two
        clusters may have the same one.
      - Required unless O(state=absent). A change is refused while an Application names the cluster by the old one, see
        O(orphan_applications).
    type: str
  project:
    description: Project that alone may deploy there. Its destinations then include the cluster by themselves.
    type: str
  namespaces:
    description:
      - Namespaces that Argo CD looks at and deploys to. Left out or empty, all of them.
      - Objects that belong to no namespace are left alone then, unless O(cluster_resources).
    type: list
    elements: str
  cluster_resources:
    description: With O(namespaces), whether Argo CD manages objects that belong to no namespace, too.
    type: bool
  shard:
    description: >-
      Number of the application controller's replica that looks after the cluster. Argo CD chooses one by itself.
    type: int
  labels:
    description: Labels of the Secret. The cluster generator of ApplicationSets selects by them.
    type: dict
  annotations:
    description: >-
      Annotations of the Secret. With C(argocd.argoproj.io/skip-reconcile=true), Argo CD leaves all Applications of the
      cluster as they are.
    type: dict
  secret_name:
    description:
      - Name of the Secret. By default that of the Secret which has this O(server) already, else the one that Argo CD
        itself would choose (C(cluster-HOST-NUMBER)).
      - A Secret of this name that holds another O(server) gets this one; with O(state=absent) it is not deleted.
    type: str
  config:
    description:
      - How Argo CD connects and who it is there, all of it; what is left out here goes away.
      - Where this module set what Argo CD logs in with, by O(config) or by a kubeconfig, a task that leaves O(config)
        out is refused, as the token would be lost. With V({}) Argo CD logs in no more.
      - No more than one of C(username), C(bearer_token), C(aws_auth_config), C(exec_provider_config) and
        C(tls_client_config.cert_data) may be given.
    type: dict
    suboptions:
      username:
        description: User name for basic authentication, which few clusters still offer.
        type: str
      password:
        description: Password for basic authentication.
        type: str
      bearer_token:
        description: Token, for example of a service account. It should be one that does not expire.
        type: str
      tls_client_config:
        description: How to check the API server's certificate, and a certificate to show.
        type: dict
        suboptions:
          insecure:
            description: Do not check the certificate. It goes without C(ca_data).
            type: bool
          server_name:
            description: Name to expect in the certificate, if it is not the one in O(server).
            type: str
          ca_data:
            description:
              - Certificates of the authority that signed the API server's certificate; by default those that Argo CD's
                image trusts.
              - Either PEM text (C(-----BEGIN CERTIFICATE-----)) or base64 of such, which is what a kubeconfig has in
                C(certificate-authority-data).
            type: str
          cert_data:
            description: >-
              Client certificate, as PEM text or as base64 of it (C(client-certificate-data) of a kubeconfig).
            type: str
          key_data:
            description: Key of C(cert_data), as PEM text or as base64 of it (C(client-key-data) of a kubeconfig).
            type: str
      aws_auth_config:
        description: Let Argo CD get tokens for a cluster on EKS with its own IAM role.
        type: dict
        suboptions:
          cluster_name:
            description: Name of the cluster in EKS. It is required.
            type: str
          role_arn:
            description: ARN of a role to assume.
            type: str
          profile:
            description: Profile of the AWS configuration to use.
            type: str
      exec_provider_config:
        description: Let Argo CD get credentials from a program, which has to be in its image.
        type: dict
        suboptions:
          command:
            description: The program. It is required.
            type: str
          args:
            description: Its arguments.
            type: list
            elements: str
          env:
            description: Environment variables for it. Their values are masked in all that the task prints.
            type: dict
          api_version:
            description: >-
              V(client.authentication.k8s.io/v1) or V(client.authentication.k8s.io/v1beta1), whichever it speaks. It is
              required.
            type: str
          install_hint:
            description: What to tell whoever misses the program.
            type: str
          provide_cluster_info:
            description: Tell the program which cluster it is for, in C(KUBERNETES_EXEC_INFO).
            type: bool
          config:
            description: What else to tell it there, as it wants it. It needs C(provide_cluster_info).
            type: dict
      proxy_url:
        description: Proxy to reach the cluster through (C(http://), C(https://) or C(socks5://)).
        type: str
      disable_compression:
        description: Do not ask the API server for compressed answers.
        type: bool
"""
