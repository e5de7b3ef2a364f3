#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_cluster
short_description: Register, change, rotate and remove the clusters that Argo CD deploys to
description:
  - Makes the clusters that Argo CD knows what the task says. Each is a Secret in Argo CD's namespace, with the label
    C(argocd.argoproj.io/secret-type=cluster).
  - With O(from_kubeconfig) it does on the cluster itself what C(argocd cluster add) does, too. It makes a service
    account with rights and a token, sees that the token works, and registers the cluster with it.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs the rights to get, list, create,
    patch and delete Secrets in O(namespace), and, to take a cluster away or rename it, to list Applications. It needs
    no login to Argo CD.
  - Everything is checked before the first change, among it what Argo CD would pass over in silence.
  - An option that is left out is not ours. The key of the Secret stays as others set it, unless this module set it
    before; then it goes away. O(config) counts as one option, as it is one key of the Secret.
  - No secret is shown, neither in a result nor with C(--diff), where values are fingerprints that say no more than that
    two values differ.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.cluster
  - tiphys.gitops.writing
  - tiphys.gitops.writing.conflicts
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - Reads the clusters and says what would change where, which conflicts there are, and what would be refused.
      - Nothing is sent, so what admission control or missing rights would refuse is not foreseen, and neither is
        whether a token that does not exist yet will work.
  diff_mode:
    support: full
    details: Shows the touched keys only, each with a fingerprint in place of its value.
  idempotent:
    support: partial
    details: O(rotate_credentials) makes a new token each time.
options:
  state:
    description:
      - V(present) registers clusters or changes them.
      - V(absent) removes them from Argo CD. Only O(server) counts. It is refused while an Application deploys there,
        see O(orphan_applications).
      - V(rendered) asks no cluster. It writes the Secrets as YAML to O(dest), for example to have them encrypted.
    type: str
    choices: [present, absent, rendered]
    default: present
  namespace:
    description: Namespace of Argo CD.
    type: str
    default: argocd
  clusters:
    description:
      - Several clusters. Each item has the keys of this module from O(server) to O(config), with the same meaning.
        Clusters with O(from_kubeconfig) are registered one by one, with a loop.
      - Exactly one of O(server), O(clusters) and O(from_kubeconfig) is needed, but O(server) may stand beside
        O(from_kubeconfig). The options that describe one cluster have no place beside O(clusters).
    type: list
    elements: dict
  from_kubeconfig:
    description:
      - Register a cluster that a kubeconfig gives access to. On that cluster the task makes a service account, its
        rights and a Secret with a token that does not expire, waits for the token, sees that the cluster accepts it,
        and registers the cluster with it. C(argocd cluster add) makes the same objects, and what it made is taken over.
      - The URL, the certificate authority (or that the certificate is not checked) and the server name come from the
        kubeconfig, as far as O(server) and O(config) do not say them. Its proxy does not, as Argo CD may not need one;
        see C(proxy_url) in O(config).
      - Without O(namespaces) the service account may do everything on the cluster, as Argo CD expects by default. With
        them it gets a Role in each instead, and Argo CD sees nothing else. Rights that it had before by these names and
        that are not wanted any more are taken away; Roles of these names that are for others stay.
      - Nothing is written to the cluster while something stands against its registration. A run that changes nothing
        writes to neither cluster.
      - Two Argo CDs that deploy to one cluster each need a O(from_kubeconfig.service_account) of another name, as each
        deletes tokens that it did not register.
      - Tasks that work on one service account at the same time disturb each other in the same way. Each looks at both
        clusters again after its last change, and registers a token that works, with a warning, where Argo CD was left
        with one that another task deleted. Better let them run one after the other.
      - With O(state=absent) all that goes away after the cluster was removed from Argo CD, unless
        O(from_kubeconfig.remove_service_account) says otherwise. It is refused if Argo CD has the token for another
        cluster, too, or for this one a token that is none of the account's, as with the kubeconfig of another cluster.
    type: dict
    suboptions:
      kubeconfig:
        description:
          - Path of the kubeconfig on the host where the task runs, or its content as a mapping or as YAML text. By
            default O(kubeconfig) of this task, else C(~/.kube/config).
          - Its user needs the right to make service accounts, Secrets and Roles, and every right that it hands on.
        type: raw
      context:
        description: Context of the kubeconfig; by default the current one. It is the default of O(name), too.
        type: str
      service_account:
        description: Name of the service account. The names of its Role, binding and Secrets begin with it.
        type: str
        default: argocd-manager
      service_account_namespace:
        description: Namespace of the service account. It must exist.
        type: str
        default: kube-system
      rules:
        description:
          - What the service account may do, instead of everything; the rules of its Role in each of O(namespaces), or
            of its ClusterRole.
          - Argo CD watches all kinds of objects that it may manage, so it wants to get, list and watch each of them,
            unless its settings exclude some (C(resource.exclusions)).
          - Each rule has C(verbs) and either C(resources) with C(api_groups) and perhaps C(resource_names), or
            C(non_resource_urls).
        type: list
        elements: dict
      remove_service_account:
        description:
          - With O(state=absent), delete the service account with its rights and tokens, too.
          - Set it to V(false) when the cluster does not answer any more.
        type: bool
        default: true
  rotate_credentials:
    description:
      - With O(from_kubeconfig), make a new token, register it, and revoke the old one by deleting its Secret. It is a
        change each time.
      - Wherever this is broken off, Argo CD has a token that works; the next run takes up what was left behind, or
        deletes it.
      - The API server may go on taking a revoked token for some seconds. A sync that runs at that moment may fail once.
    type: bool
    default: false
  rotate_after_days:
    description: With O(from_kubeconfig), do as with O(rotate_credentials) if the token is older than so many days.
    type: float
  orphan_applications:
    description:
      - Remove or rename a cluster even if Applications deploy there by its server or its name.
      - Argo CD then manages their workloads no more and never deletes them. That is what you want when the cluster is
        gone for good, as Applications with a finalizer could not be deleted otherwise.
    type: bool
    default: false
  dest:
    description:
      - With O(state=rendered), the file to write, on the host where the task runs. Its folder must exist.
      - It holds the secrets in clear (base64), so that only its owner may read it.
      - The file is replaced in one step and only if its text changes.
    type: path
requirements:
  - PyYAML with libyaml, as its wheels and Linux packages have it (only for O(state=rendered) and C(--diff))
notes:
  - The cluster that Argo CD runs in (V(https://kubernetes.default.svc)) needs no Secret. One gives it another name,
    labels and the like; without it Argo CD knows the cluster as V(in-cluster).
  - When the cluster generator of an ApplicationSet makes the Applications of a cluster, change O(labels) first so that
    the generator does not select it any more, and remove the cluster when its Applications are gone.
  - Objects are written by server-side apply as field manager C(tiphys.gitops).
seealso:
  - module: tiphys.gitops.argocd_application
"""

EXAMPLES = r"""
- name: Register a cluster with a token that is there already
  tiphys.gitops.argocd_cluster:
    server: https://prod.example.com:6443
    name: prod
    labels:
      env: production
    config:
      bearer_token: "{{ prod_token }}"
      tls_client_config:
        ca_data: "{{ prod_authority }}"

- name: Two clusters on EKS, and no other of the team
  tiphys.gitops.argocd_cluster:
    clusters:
      - server: https://A1B2.gr7.eu-west-1.eks.amazonaws.com
        name: shop-staging
        labels:
          team: shop
        config:
          aws_auth_config:
            cluster_name: shop-staging
            role_arn: arn:aws:iam::123456789012:role/argocd
          tls_client_config:
            ca_data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIuLi4KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=
      - server: https://C3D4.gr7.eu-west-1.eks.amazonaws.com
        name: shop-production
        labels:
          team: shop
        config:
          exec_provider_config:
            command: argocd-k8s-auth
            args: [aws, --cluster-name, shop-production]
            api_version: client.authentication.k8s.io/v1beta1
    prune: true
    label_selectors:
      - team=shop

- name: Give the cluster that Argo CD runs in labels for the cluster generator
  tiphys.gitops.argocd_cluster:
    server: https://kubernetes.default.svc
    name: in-cluster
    labels:
      env: management

- name: Register a cluster by its kubeconfig, as argocd cluster add does
  tiphys.gitops.argocd_cluster:
    name: prod
    server: https://prod.example.com:6443
    from_kubeconfig:
      kubeconfig: prod.kubeconfig
      context: prod-admin
    labels:
      env: production

- name: Register it with rights in two namespaces only, to read everything and to write what is deployed
  tiphys.gitops.argocd_cluster:
    name: prod-shop
    namespaces: [shop, shop-jobs]
    from_kubeconfig:
      kubeconfig: prod.kubeconfig
      service_account: argocd-shop
      service_account_namespace: shop
      rules:
        - api_groups: ["*"]
          resources: ["*"]
          verbs: [get, list, watch]
        - api_groups: ["", apps, batch]
          resources: [configmaps, services, deployments, cronjobs]
          verbs: [create, update, patch, delete]

- name: The same, and a new token each month
  tiphys.gitops.argocd_cluster:
    name: prod
    server: https://prod.example.com:6443
    from_kubeconfig:
      kubeconfig: prod.kubeconfig
      context: prod-admin
    labels:
      env: production
    rotate_after_days: 30

- name: Two clusters of a second Argo CD, whose service account has a name of its own there
  tiphys.gitops.argocd_cluster:
    name: "{{ item }}"
    server: https://{{ item }}.example.com:6443
    from_kubeconfig:
      kubeconfig: second.kubeconfig
      context: "{{ item }}"
      service_account: argocd-manager-second
  loop: [staging, testing]

- name: Remove a cluster with its service account
  tiphys.gitops.argocd_cluster:
    server: https://prod.example.com:6443
    from_kubeconfig:
      kubeconfig: prod.kubeconfig
      context: prod-admin
    state: absent

- name: Remove a cluster from which all Applications are gone
  tiphys.gitops.argocd_cluster:
    server: https://prod.example.com:6443
    state: absent

- name: Write the Secret to a file that only its owner may read
  tiphys.gitops.argocd_cluster:
    state: rendered
    dest: prod.yaml
    server: https://prod.example.com:6443
    name: prod
    config:
      bearer_token: "{{ prod_token }}"
"""

RETURN = r"""
summary:
  description: How many objects were (in check mode, would be) changed in which way, and how many failed.
  returned: unless O(state=rendered)
  type: dict
  contains:
    created:
      description: Objects that did not exist.
      type: int
    updated:
      description: Objects of which at least one field changed.
      type: int
    deleted:
      description: Objects that were deleted.
      type: int
    unchanged:
      description: Objects that were right already.
      type: int
    failed:
      description: Objects that could not be written.
      type: int
  sample: {created: 1, updated: 0, deleted: 0, unchanged: 3, failed: 0}
changes:
  description: Each object that was, or would be, changed.
  returned: unless O(state=rendered)
  type: list
  elements: dict
  contains:
    action:
      description: One of V(created), V(updated) and V(deleted).
      type: str
    kind:
      description: V(Secret), or with O(from_kubeconfig) a kind that gives the service account its rights.
      type: str
    namespace:
      description: Its namespace, empty for a V(ClusterRole) and a V(ClusterRoleBinding).
      type: str
    name:
      description: Its name.
      type: str
    fields:
      description:
        - The fields that an update touches, by their names in the manifest. Empty for the other actions.
        - A field with the right value is among them when it becomes ours.
      type: list
      elements: str
    cluster:
      description: URL of the API server that has the object.
      type: str
  sample:
    - action: created
      kind: Secret
      namespace: argocd
      name: cluster-prod.example.com-3219583124
      fields: []
      cluster: https://management.example.com:6443
failures:
  description: Each object that could not be written.
  returned: when there are any
  type: list
  elements: dict
  contains:
    kind:
      description: Its kind.
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    reason:
      description: What went wrong, in the words of the API server where it said something.
      type: str
    cluster:
      description: URL of the API server that has the object.
      type: str
  sample:
    - kind: Secret
      namespace: argocd
      name: cluster-prod.example.com-3219583124
      reason: >-
        1 Application deploys there by server https://prod.example.com:6443: argocd/shop. Argo CD would forget its
        workloads; delete or move it first, or set orphan_applications: true
      cluster: https://management.example.com:6443
msg:
  description: What went wrong, with the first ten of RV(failures).
  returned: on failure
  type: str
  sample: >-
    Secret argocd/cluster-prod.example.com-3219583124 on https://management.example.com:6443: not allowed (403): secrets
    is forbidden
dest:
  description: The file with the Secrets.
  returned: with O(state=rendered)
  type: str
  sample: /srv/gitops/clusters/prod.yaml
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import render
from ansible_collections.tiphys.gitops.plugins.module_utils._registration import register, register_from_kubeconfig
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.clusters import CLUSTER
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.from_kubeconfig import FROM_KUBECONFIG, declared
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.cluster import HIDING, OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec

SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    **WRITING,
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent", "rendered"]},
    "clusters": {"type": "list", "elements": "dict"},
    "from_kubeconfig": {"type": "dict", "options": FROM_KUBECONFIG},
    "rotate_credentials": {"type": "bool", "default": False},
    "rotate_after_days": {"type": "float"},
    "orphan_applications": {"type": "bool", "default": False},
    "dest": {"type": "path"},
}


def apply(module: Module) -> Result:
    """Render, or make the clusters what the options say."""
    options = module.options
    if options["state"] == "rendered":
        return render(module, declared(options), options["dest"], CLUSTER)
    return register(module) if options["from_kubeconfig"] is None else register_from_kubeconfig(module)


def main() -> None:
    """Run the module."""
    run(
        SPEC,
        apply,
        hiding=HIDING,
        mutually_exclusive=[("server", "clusters"), ("from_kubeconfig", "clusters")],
        required_one_of=[("server", "clusters", "from_kubeconfig")],
        required_if=[
            ("prune", True, ("label_selectors",)),
            ("rotate_credentials", True, ("from_kubeconfig",)),
        ],
        required_by={"rotate_after_days": "from_kubeconfig"},
    )


if __name__ == "__main__":
    main()
