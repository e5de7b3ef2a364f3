#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_project
short_description: Create, change, prune and delete Argo CD projects
description:
  - Makes Argo CD projects (AppProjects) what the task says, one or many at once.
  - A project says for its Applications where they may come from, where they may deploy to and what, when they may be
    synced, and who may do what with them.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token with rights
    on AppProjects (get, list, create, patch, delete) and, to delete one, to list Applications and ApplicationSets. It
    needs neither a login to Argo CD nor its API server.
  - Everything is checked before the first change. All problems of all projects are told at once, among them what
    argocd-server would refuse and what Argo CD would pass over in silence.
  - An option that is left out is not ours. The field stays as others set it, unless this module set it before; then it
    goes away. An empty V({}) or V([]) says that the field is to be empty.
  - What somebody changed by hand in a field that the task sets (with C(kubectl edit) or in Argo CD's user interface) is
    put back. A field that another declarative owner applies is not touched but reported as a conflict, see
    O(force_conflicts).
  - A project that permits everything, that lets Applications deploy into Argo CD's own namespace, or that has a policy
    which never matches, is written with a warning.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.project
  - tiphys.gitops.writing
  - tiphys.gitops.writing.conflicts
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - Reads the cluster and says which fields of which projects would change, which conflicts there are, which
        projects are still in use and which tokens would end.
      - Nothing is sent to the cluster, so what admission control or missing rights would refuse is not foreseen.
  diff_mode:
    support: full
    details: Shows the touched fields only, each project on its own.
  idempotent:
    support: full
    details:
      - After Argo CD issued a token for a role, the next run takes over the list of roles again, as it is, and reports
        the field C(spec.roles). The tokens stay valid, and further runs change nothing.
options:
  state:
    description:
      - V(present) creates projects or changes them.
      - V(absent) deletes them. Only their names (and namespaces) count.
      - A project is not deleted as long as an Application or the template of an ApplicationSet names it, in its own
        namespace or in one that its C(source_namespaces) permit. An ApplicationSet counts that names it literally, in
        a template that is no text to be filled in. Where the task may not list Applications of all namespaces, only
        those of the project's own namespace are looked at.
      - The project V(default) is never deleted, because Argo CD makes it again, open to everything. Close it by empty
        lists instead.
      - V(rendered) asks no cluster. It gives the manifests as YAML, or writes them to O(dest), for example to commit
        them.
    type: str
    choices: [present, absent, rendered]
    default: present
  namespace:
    description:
      - Namespace of the projects, where an item of O(projects) or a manifest of O(src) does not name its own.
      - Argo CD takes projects from its own namespace only.
    type: str
    default: argocd
  projects:
    description:
      - Several projects. Each item has the keys of this module from O(name) to O(spec_overrides), with the same
        meaning.
      - Exactly one of O(name), O(projects) and O(src) is needed. The options that describe one project have no place
        beside the other two.
    type: list
    elements: dict
  src:
    description:
      - Projects in a manifest file on the host where the task runs, or in all C(.yaml), C(.yml) and C(.json) files of
        a folder and its subfolders. It may hold several documents and lists, but nothing else than AppProjects.
      - The manifests are checked like options; a key that Argo CD does not know is an error. What only Argo CD and the
        cluster write (C(status), C(metadata.uid), C(jwtTokens) of roles and the like) is left out, so that a project
        that was exported from a cluster can be applied and brings no revoked token back.
      - Nothing in it is a template, and YAML aliases are refused.
    type: path
  dest:
    description:
      - With O(state=rendered), the file to write, on the host where the task runs. Its folder must exist.
      - The file is replaced in one step and only if its text changes.
    type: path
requirements:
  - PyYAML with libyaml, as its wheels and Linux packages have it (only for O(src), O(state=rendered) and C(--diff))
notes:
  - Objects are written by server-side apply as field manager C(tiphys.gitops).
"""

EXAMPLES = r"""
- name: What the shop team may do
  tiphys.gitops.argocd_project:
    name: shop
    description: Everything of the web shop
    finalizers:
      - resources-finalizer.argocd.argoproj.io
    source_repos:
      - https://github.com/myorg/shop-*
    destinations:
      - server: https://kubernetes.default.svc
        namespace: shop-*
    cluster_resource_whitelist:
      - group: ""
        kind: Namespace
        name: shop-*
    namespace_resource_blacklist:
      - group: ""
        kind: ResourceQuota
      - group: networking.k8s.io
        kind: NetworkPolicy
    orphaned_resources:
      warn: true
    roles:
      - name: developer
        description: Sees and syncs all Applications of the shop
        groups:
          - myorg:shop
        policies:
          - p, proj:shop:developer, applications, get, shop/*, allow
          - p, proj:shop:developer, applications, sync, shop/*, allow
          - p, proj:shop:developer, logs, get, shop/*, allow
      - name: pipeline
        description: Syncs the test environment, with a token
        policies:
          - p, proj:shop:pipeline, applications, sync, shop/test-*, allow
    sync_windows:
      - kind: deny
        description: Nothing changes on Friday afternoon
        schedule: 0 14 * * fri
        duration: 10h
        time_zone: Europe/Berlin
        applications:
          - "*-production"
        manual_sync: true

- name: One project for each team
  tiphys.gitops.argocd_project:
    projects: "{{ teams | map('combine', common, recursive=true, list_merge='append') }}"
  vars:
    common:
      labels:
        managed-by: ansible
      source_repos:
        - https://charts.example.com
    teams:
      - name: shop
        source_repos:
          - https://github.com/myorg/shop
        destinations:
          - name: production
            namespace: shop
      - name: billing
        source_repos:
          - https://github.com/myorg/billing
        destinations:
          - name: production
            namespace: billing

- name: Close the project that every Application is in by default
  tiphys.gitops.argocd_project:
    name: default
    source_repos: []
    destinations: []
    cluster_resource_whitelist: []

- name: What the files say, and no other project of ours
  tiphys.gitops.argocd_project:
    src: projects/
    prune: true
    label_selectors:
      - managed-by=ansible
    max_deletions: 2

- name: Write the manifest to a file instead of the cluster
  tiphys.gitops.argocd_project:
    state: rendered
    dest: shop.yaml
    name: shop
    source_repos:
      - https://github.com/myorg/shop
    destinations:
      - name: production
        namespace: shop

- name: Delete a project that no Application uses any more
  tiphys.gitops.argocd_project:
    name: shop
    state: absent
"""

RETURN = r"""
summary:
  description: How many projects were (in check mode, would be) changed in which way, and how many failed.
  returned: unless O(state=rendered)
  type: dict
  contains:
    created:
      description: Projects that did not exist.
      type: int
    updated:
      description: Projects of which at least one field changed.
      type: int
    deleted:
      description: Projects that were deleted.
      type: int
    unchanged:
      description: Projects that were right already.
      type: int
    failed:
      description: Projects that could not be written, or not be deleted because they are in use.
      type: int
  sample: {created: 1, updated: 1, deleted: 0, unchanged: 4, failed: 0}
changes:
  description: Each project that was, or would be, changed.
  returned: unless O(state=rendered)
  type: list
  elements: dict
  contains:
    action:
      description: One of V(created), V(updated) and V(deleted).
      type: str
    kind:
      description: Always V(AppProject).
      type: str
    namespace:
      description: Its namespace.
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
  sample:
    - action: updated
      kind: AppProject
      namespace: argocd
      name: shop
      fields: [spec.roles]
failures:
  description: Each project that could not be written, or not be deleted because it is in use.
  returned: when there are any
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(AppProject).
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
    - kind: AppProject
      namespace: argocd
      name: shop
      reason: >-
        it is used by Application argocd/shop-web, Application argocd/shop-api; without it they would no longer sync,
        and their deletion would hang. Delete them or move them to another project first
msg:
  description: What went wrong, with the first ten of RV(failures).
  returned: on failure
  type: str
  sample: "AppProject argocd/shop: not allowed (403): appprojects.argoproj.io is forbidden"
manifests:
  description: The manifests.
  returned: with O(state=rendered) without O(dest)
  type: list
  elements: dict
yaml:
  description: The manifests as YAML text.
  returned: with O(state=rendered) without O(dest)
  type: str
dest:
  description: The file with the manifests.
  returned: with O(state=rendered) and O(dest)
  type: str
  sample: /srv/gitops/projects/shop.yaml
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import reconcile, render
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import PROJECT
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.project_users import Guard
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.projects import PROJECTS, revoked, warnings
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project import HIDING, OPTIONS

SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    **WRITING,
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent", "rendered"]},
    "projects": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
    "dest": {"type": "path"},
}


def apply(module: Module) -> Result:
    """Render, or make the cluster what the options say."""
    options = module.options
    desired = gather(PROJECTS, options)
    if options["state"] != "absent":
        for text in (text for manifest in desired for text in warnings(manifest)):
            module.warn(text)
    if options["state"] == "rendered":
        return render(module, desired, options["dest"])
    session = module.session()
    return reconcile(module, session, PROJECT, desired, guard=Guard(session, module.warn), remarks=revoked).result()


def main() -> None:
    """Run the module."""
    run(
        SPEC,
        apply,
        hiding=HIDING,
        mutually_exclusive=[("name", "projects", "src")],
        required_one_of=[("name", "projects", "src")],
        required_if=[("prune", True, ("label_selectors",))],
    )


if __name__ == "__main__":
    main()
