#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_repository
short_description: Give Argo CD repositories and the credentials for them
description:
  - Makes the repositories and credential templates that Argo CD knows what the task says, one or many at once. Argo CD
    keeps each in a Secret; this module writes these Secrets.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token with rights
    on Secrets in Argo CD's namespace (get, list, create, patch, delete), but neither a login to Argo CD nor its API
    server.
  - Everything is checked before the first change. All problems of all repositories are told at once, among them what
    Argo CD would pass over in silence, such as a private key for an C(https://) URL.
  - Secrets are never shown. No output has them, not even with C(--diff), where each is a fingerprint that is another
    one in the next run; changes name the keys only.
  - What Argo CD wrote itself (its command C(argocd repo add), its user interface) is found by its URL and taken over.
    When somebody then changes or deletes the repository there, the next run puts it back.
  - An option that is left out is not ours. The key stays as others set it, unless this module set it before; then it
    goes away. Only another way to log in never stays beside the one that the task sets, because Argo CD would use one
    of them.
  - Whether the repository can be reached with the credentials is not tried. Argo CD does that.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.repository
  - tiphys.gitops.writing
  - tiphys.gitops.writing.conflicts
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - Reads the cluster and says which keys of which Secrets would change, and which conflicts there are.
      - Nothing is sent to the cluster, so what admission control or missing rights would refuse is not foreseen.
  diff_mode:
    support: full
    details: Shows the touched keys only, each Secret on its own, with fingerprints in place of the values.
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) creates repositories or changes them.
      - V(absent) deletes their Secrets, found by O(url), O(secret_type) and O(project), or by O(secret_name).
        Applications that need them are not looked for; Argo CD can no longer read their repository, unless it is open
        to everybody or a template fits.
      - V(rendered) asks no cluster. It writes the Secrets to O(dest), with their values in the clear, for example to
        encrypt them with a tool of yours.
    type: str
    choices: [present, absent, rendered]
    default: present
  namespace:
    description: Namespace of Argo CD, the only one in which it looks for repositories.
    type: str
    default: argocd
  repositories:
    description:
      - Several repositories. Each item has the keys of this module from O(url) to O(credentials), with the same
        meaning.
      - Exactly one of O(url) and O(repositories) is needed. The options that describe one repository have no place
        beside O(repositories).
    type: list
    elements: dict
  dest:
    description:
      - With O(state=rendered), the file to write, on the host where the task runs. Its folder must exist.
      - The file is for its owner alone (mode 0600) whenever it is written. It is replaced in one step and only if its
        text changes.
      - Required with O(state=rendered), because no result may show secrets.
    type: path
requirements:
  - PyYAML with libyaml, as its wheels and Linux packages have it (only for O(state=rendered) and C(--diff))
notes:
  - Objects are written by server-side apply as field manager C(tiphys.gitops).
  - O(username), O(password) and O(proxy) are about the Kubernetes API. Those of the repository are in O(credentials)
    and O(repo_proxy).
  - The Secrets carry the annotation C(managed-by) of Argo CD. With it, Argo CD deletes the Secret when somebody removes
    the repository there. Without it, it would take the Secret's label away and leave the credentials behind.
  - Certificates and SSH host keys that Argo CD trusts are not kept in these Secrets.
seealso:
  - module: tiphys.gitops.argocd_application
"""

EXAMPLES = r"""
- name: A private repository
  tiphys.gitops.argocd_repository:
    url: https://github.com/myorg/my-service
    credentials:
      username: argocd
      password: "{{ vault_github_token }}"

- name: The same credentials for every repository of an organization
  tiphys.gitops.argocd_repository:
    secret_type: repo-creds
    url: https://github.com/myorg
    credentials:
      github_app_id: 12345
      github_app_installation_id: 67890
      github_app_private_key: "{{ vault_github_app_key }}"

- name: Repositories of a team, and no others of it
  tiphys.gitops.argocd_repository:
    repositories:
      - url: git@github.com:myorg/shop.git
        project: shop
        labels:
          team: shop
        credentials:
          ssh_private_key: "{{ vault_shop_deploy_key }}"
      - url: https://charts.example.com
        type: helm
        name: charts
        project: shop
        labels:
          team: shop
        credentials:
          username: shop
          password: "{{ vault_charts_password }}"
      - url: oci://registry.example.com/shop/manifests
        type: oci
        project: shop
        labels:
          team: shop
        credentials:
          username: shop
          password: "{{ vault_registry_password }}"
    prune: true
    label_selectors:
      - team=shop

- name: A large repository behind a proxy, without its history
  tiphys.gitops.argocd_repository:
    url: https://git.example.com/platform/monorepo.git
    type: git
    depth: 1
    repo_proxy: http://proxy.example.com:3128
    repo_no_proxy: .internal.example.com
    credentials:
      bearer_token: "{{ vault_git_token }}"

- name: Write the Secret to a file instead of the cluster
  tiphys.gitops.argocd_repository:
    state: rendered
    dest: my-service-repository.yaml
    url: https://github.com/myorg/my-service
    credentials:
      username: argocd
      password: "{{ vault_github_token }}"

- name: Take a repository from Argo CD
  tiphys.gitops.argocd_repository:
    url: https://github.com/myorg/my-service
    state: absent
"""

RETURN = r"""
summary:
  description: How many Secrets were (in check mode, would be) changed in which way, and how many failed.
  returned: unless O(state=rendered)
  type: dict
  contains:
    created:
      description: Secrets that did not exist.
      type: int
    updated:
      description: Secrets of which at least one key, label or annotation changed.
      type: int
    deleted:
      description: Secrets that were deleted.
      type: int
    unchanged:
      description: Secrets that were right already.
      type: int
    failed:
      description: Secrets that could not be written.
      type: int
  sample: {created: 1, updated: 1, deleted: 0, unchanged: 12, failed: 0}
changes:
  description: Each Secret that was, or would be, changed.
  returned: unless O(state=rendered)
  type: list
  elements: dict
  contains:
    action:
      description: One of V(created), V(updated) and V(deleted).
      type: str
    kind:
      description: Always V(Secret).
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    fields:
      description:
        - The fields that an update touches, by their names in the Secret, never their values. Empty for the other
          actions.
        - A field with the right value is among them when it becomes ours.
      type: list
      elements: str
  sample:
    - action: updated
      kind: Secret
      namespace: argocd
      name: repo-3639404226
      fields: [data.password]
failures:
  description: Each Secret that could not be written.
  returned: when there are any
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(Secret).
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
  sample:
    - kind: Secret
      namespace: argocd
      name: repo-3639404226
      reason: >-
        conflict: data.password is applied by field manager flux. Change it there, leave the field out here, or set
        force_conflicts: true
msg:
  description: What went wrong, with the first ten of RV(failures).
  returned: on failure
  type: str
  sample: "Secret argocd/repo-3639404226: not allowed (403): secrets is forbidden"
dest:
  description: The file with the Secrets.
  returned: with O(state=rendered)
  type: str
  sample: /srv/gitops/secrets/my-service-repository.yaml
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import reconcile, render
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.repositories import (
    REPOSITORIES,
    REPOSITORY,
    resolved,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.repository import HIDING, OPTIONS

SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    **WRITING,
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent", "rendered"]},
    "repositories": {"type": "list", "elements": "dict"},
    "dest": {"type": "path"},
}


def apply(module: Module) -> Result:
    """Render, or make the cluster what the options say."""
    options = module.options
    desired = gather(REPOSITORIES, options)
    if options["state"] == "rendered":
        return render(module, desired, options["dest"], REPOSITORY)
    session = module.session()
    manifests = resolved(session, desired, absent=options["state"] == "absent")
    return reconcile(module, session, REPOSITORY, manifests).result()


def main() -> None:
    """Run the module."""
    run(
        SPEC,
        apply,
        hiding=HIDING,
        mutually_exclusive=[("url", "repositories")],
        required_one_of=[("url", "repositories")],
        required_if=[("prune", True, ("label_selectors",))],
    )


if __name__ == "__main__":
    main()
