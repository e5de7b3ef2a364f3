# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents OPTIONS of module_utils/manifests/repository.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that describe one repository or credential template."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - URL of the repository; for a template the beginning of the URLs that it is for.
      - C(https://), C(http://), C(ssh://) or C(git@host:path) for Git; C(https://) for a Helm repository;
        C(oci://) with O(type=oci); host and path without a scheme for Helm charts in an OCI registry (O(enable_oci)).
      - Together with O(secret_type) and O(project) it says which repository is meant. Upper and lower case and C(.git)
        at the end make no difference, as for Argo CD.
      - A new URL is a new repository, and the old one stays until it is deleted; with the same O(secret_name) the new
        one takes its place.
      - Credentials in it are refused. They belong into O(credentials).
    type: str
  secret_type:
    description:
      - What the Secret is for. V(repository) is one repository. V(repo-creds) is a template, the credentials for every
        repository whose URL begins with O(url) and that has none of its own; the longest such URL counts.
      - V(repository-write) and V(repo-write-creds) are the same for writing, as Argo CD's source hydrator does; it
        never writes with credentials that are for reading.
      - V(repository) when it is left out.
    type: str
    choices: [repository, repo-creds, repository-write, repo-write-creds]
  secret_name:
    description:
      - Name of the Secret. When it is left out, it is that of the Secret in which Argo CD has the repository already,
        else the name that Argo CD itself would choose, C(repo-) (or C(creds-), C(repo-write-), C(creds-write-)) and
        a number made from O(url) and O(project).
      - Two Secrets for one repository are refused, because Argo CD uses any one of them.
      - A Secret of this name that holds another repository becomes this one; with O(state=absent) it is not deleted.
    type: str
  labels:
    description: Labels of the Secret. Labels that others set stay. C(argocd.argoproj.io/secret-type) is always set.
    type: dict
  annotations:
    description: Annotations of the Secret. Annotations that others set stay.
    type: dict
  type:
    description:
      - What kind of repository it is. Argo CD takes it for V(git) when nothing is said.
      - A template with a type hands it on to repositories that have none.
    type: str
    choices: [git, helm, oci]
  name:
    description: Name of a Helm repository, required with O(type=helm). Charts name the repository by it.
    type: str
  project:
    description:
      - Project that the repository belongs to. Its Applications may use the repository without its being among the
        project's source repositories, and use these credentials before those of a repository without a project.
      - Several projects may have the same repository, each with credentials of its own.
    type: str
  insecure:
    description: Do not verify the server's TLS certificate or SSH host key.
    type: bool
  insecure_ignore_host_key:
    description: The old name that Argo CD still reads of O(insecure), for Git only.
    type: bool
  insecure_oci_force_http:
    description: Reach an OCI registry without TLS.
    type: bool
  enable_lfs:
    description: Fetch what the Git repository keeps in Git LFS.
    type: bool
  enable_oci:
    description: The Helm repository is an OCI registry. Only with O(type=helm).
    type: bool
  depth:
    description: How many commits Argo CD fetches of the history of the Git repository. With V(0) it fetches all.
    type: int
  repo_proxy:
    description:
      - URL of the proxy through which Argo CD reaches the repository; for SSH a C(socks5://) one. It may hold
        credentials, which are never shown.
      - The option C(proxy) is the proxy through which this module reaches the Kubernetes API.
    type: str
  repo_no_proxy:
    description: Hosts for which O(repo_proxy) is not used, separated by commas.
    type: str
  webhook_manifest_cache_warm_disabled:
    description: >-
      When a webhook tells of a change, do not keep what is cached of the Applications that it does not touch. Argo CD
      recommends it for large repositories of plain YAML.
    type: bool
  credentials:
    description:
      - How Argo CD logs in. There is one way at most, and one that fits O(type) and O(url). Without any, Argo CD uses
        the template that fits.
      - Options of another way are refused, as are those that Argo CD would not use.
    type: dict
    suboptions:
      username:
        description: >-
          User name, for O(credentials.password). With O(credentials.bearer_token) Argo CD takes it for the author only.
        type: str
      password:
        description: Password or access token, for C(http(s)) URLs, Helm repositories and OCI registries.
        type: str
      bearer_token:
        description: Token that Git sends as a bearer token. Not every Git server takes it so.
        type: str
      force_http_basic_auth:
        description: Send O(credentials.password) at once, without waiting to be asked for it.
        type: bool
      ssh_private_key:
        description: Private key in PEM form, without a passphrase, for SSH URLs.
        type: str
      tls_client_cert_data:
        description: >-
          Client certificate in PEM form. Argo CD shows it to a Git server only together with a password, a bearer token
          or the key of an app.
        type: str
      tls_client_cert_key:
        description: Private key of the client certificate in PEM form.
        type: str
      github_app_id:
        description: ID of a GitHub App, which needs O(credentials.github_app_private_key) too.
        type: int
      github_app_installation_id:
        description: ID of the app's installation. Argo CD asks GitHub for it when it is left out.
        type: int
      github_app_enterprise_base_url:
        description: URL of the API of a GitHub Enterprise, such as V(https://ghe.example.com/api/v3).
        type: str
      github_app_private_key:
        description: Private key of the app in PEM form.
        type: str
      gcp_service_account_key:
        description: Key of a Google Cloud service account, as JSON text.
        type: str
      use_azure_workload_identity:
        description: Log in with the Azure workload identity of Argo CD, to Git or a Helm repository.
        type: bool
      azure_service_principal_client_id:
        description: Client ID of an Azure service principal, which needs its secret and its tenant too.
        type: str
      azure_service_principal_client_secret:
        description: Secret of the service principal.
        type: str
      azure_service_principal_tenant_id:
        description: Tenant of the service principal.
        type: str
      azure_active_directory_endpoint:
        description: Where the service principal logs in, if not at V(https://login.microsoftonline.com).
        type: str
"""
