#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_application_set
short_description: Create, change, prune and delete Argo CD ApplicationSets
description:
  - Makes Argo CD ApplicationSets what the task says, one or many at once. Argo CD then makes their Applications.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token with rights
    on ApplicationSets (get, list, create, patch, delete) and on Applications (list), but neither a login to Argo CD nor
    its API server. Whoever may write ApplicationSets can rule Argo CD; that right is for administrators.
  - Everything is checked before the first change. All problems of all ApplicationSets are told at once, among them what
    Argo CD would pass over in silence or find out only later. What works but hardly as it was meant is a warning.
  - An option that is left out is not ours. The field stays as others set it, unless this module set it before; then it
    goes away. An empty V({}) or V([]) says that the field is to be empty.
  - What somebody changed by hand in a field that the task sets (with C(kubectl edit) or in Argo CD's user interface) is
    put back. A field that another declarative owner applies is not touched but reported as a conflict, see
    O(force_conflicts).
  - When one ApplicationSet fails, the others are still written. The task then fails and names each that failed and why.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.application_set
  - tiphys.gitops.writing
  - tiphys.gitops.writing.conflicts
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - Reads the cluster and says which fields of which ApplicationSets would change, and which conflicts there are.
      - Nothing is sent to the cluster, so what admission control or missing rights would refuse is not foreseen.
      - What becomes of the Applications is told by O(state=previewed).
  diff_mode:
    support: full
    details: Shows the touched fields only, each ApplicationSet on its own.
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) creates ApplicationSets or changes them.
      - V(absent) deletes them. Only their names (and namespaces) count; O(cascade) decides about their Applications.
      - V(rendered) asks no cluster. It gives the manifests as YAML, or writes them to O(dest), for example to commit
        them.
      - V(previewed) changes nothing. It gives RV(preview), the Applications that Argo CD would create, change and
        delete if the ApplicationSets were as the task says. It reads the Secrets of clusters and repositories where
        Argo CD runs (see O(argocd_namespace)) and, with the program C(git) on the host where the task runs, the
        repositories of Git generators.
      - What only Argo CD can know is not previewed but an error, that is ApplicationSets with the generators
        C(scm_provider), C(pull_request), C(cluster_decision_resource), C(plugin) or C(oci).
    type: str
    choices: [present, absent, rendered, previewed]
    default: present
  namespace:
    description:
      - Namespace of the ApplicationSets, where an item of O(application_sets) or a manifest of O(src) does not name its
        own. Their Applications are made in the same namespace.
      - Argo CD looks into other namespaces than its own only if its settings say so.
    type: str
    default: argocd
  application_sets:
    description:
      - Several ApplicationSets. Each item has the keys of this module from O(name) to O(spec_overrides), with the same
        meaning.
      - Exactly one of O(name), O(application_sets) and O(src) is needed. The options that describe one ApplicationSet
        have no place beside the other two.
    type: list
    elements: dict
  src:
    description:
      - ApplicationSets in a manifest file on the host where the task runs, or in all C(.yaml), C(.yml) and C(.json)
        files of a folder and its subfolders. It may hold several documents and lists, but nothing else than
        ApplicationSets.
      - Braces in it are left alone, so a file is the simplest way to write templates of ApplicationSets.
      - The manifests are checked like options; a key that Argo CD does not know is an error. What only the cluster
        writes (C(status), C(metadata.uid) and the like) is left out. YAML aliases are refused.
    type: path
  argocd_namespace:
    description:
      - Namespace of Argo CD itself; O(namespace) when it is left out.
      - There the Secrets of clusters and repositories, the projects and the settings of Argo CD are read when
        Applications are previewed, for O(state=previewed) and O(max_deletions). It needs rights on them (get, list).
    type: str
  max_deletions:
    description:
      - How many ApplicationSets O(prune) may delete in one task; with more to delete it fails and deletes none.
      - Also how many Applications may be deleted in one task because their ApplicationSets are changed or deleted,
        pruned or by name. When it would be more, the task fails with their names, in check mode, too, and nothing is
        written.
      - What a change does to the Applications is foreseen as with O(state=previewed), but only if the changed
        ApplicationSets have more Applications than this. Where it cannot be foreseen, the change is made with a
        warning.
      - Applications that go later, because an element went from Git or a cluster from Argo CD, are not counted. For
        that see O(sync_policy.applications_sync).
    type: int
    default: 10
  dest:
    description:
      - With O(state=rendered), the file to write, on the host where the task runs. Its folder must exist.
      - The file is replaced in one step and only if its text changes.
    type: path
  cascade:
    description:
      - What becomes of the Applications when this task deletes an ApplicationSet (O(state=absent) or O(prune)).
      - V(background), the same as leaving it out, deletes the ApplicationSet at once and its Applications after it,
        V(foreground) deletes the Applications first. The workloads go with an Application that has the finalizer for
        it, as Applications made by Argo CD do unless O(sync_policy.preserve_resources_on_deletion).
      - V(orphan) deletes only the ApplicationSet. The Applications stay, with their workloads and their finalizers, and
        belong to nobody. An ApplicationSet that makes an Application of the same name takes it over.
    type: str
    choices: [background, foreground, orphan]
requirements:
  - PyYAML with libyaml, as its wheels and Linux packages have it (only for O(src), O(state=rendered) and C(--diff))
  - git (only where Git generators are previewed)
notes:
  - Objects are written by server-side apply as field manager C(tiphys.gitops).
  - Ansible takes C({{ ... }}) in a playbook for a template of its own. Put C(!unsafe) before each text with braces, and
    Ansible leaves it alone. Put it before texts only; a mapping or a list that it stands before is emptied without a
    word by ansible-core before 2.19. Files of O(src) need nothing.
"""

EXAMPLES = r"""
- name: One Application for each folder of a repository
  tiphys.gitops.argocd_application_set:
    name: shop
    go_template: true
    go_template_options: [missingkey=error]
    generators:
      - git:
          repo_url: https://github.com/myorg/shop
          revision: main
          directories:
            - path: apps/*
            - path: apps/experimental
              exclude: true
    template:
      metadata:
        name: !unsafe "shop-{{ .path.basename }}"
        labels:
          team: shop
      spec:
        project: shop
        source:
          repo_url: https://github.com/myorg/shop
          target_revision: main
          path: !unsafe "{{ .path.path }}"
        destination:
          server: https://kubernetes.default.svc
          namespace: !unsafe "{{ .path.basename }}"
        sync_policy:
          automated: {}
          sync_options: [CreateNamespace=true]

- name: The same on every production cluster, with auto-sync only where the list says so
  tiphys.gitops.argocd_application_set:
    name: monitoring
    go_template: true
    go_template_options: [missingkey=error]
    generators:
      - matrix:
          generators:
            - clusters:
                selector:
                  match_labels:
                    environment: production
            - list:
                elements:
                  - component: metrics
                    auto: true
                  - component: logs
                    auto: false
    template:
      metadata:
        name: !unsafe "{{ .component }}-{{ .nameNormalized }}"
      spec:
        project: monitoring
        source:
          repo_url: https://github.com/myorg/monitoring
          target_revision: "2.1.0"
          path: !unsafe "{{ .component }}"
        destination:
          server: !unsafe "{{ .server }}"
          namespace: monitoring
    template_patch: !unsafe |
      {{- if .auto }}
      spec:
        syncPolicy:
          automated:
            prune: true
      {{- end }}

- name: One wave after the other, and nothing is deleted when an element goes
  tiphys.gitops.argocd_application_set:
    name: web
    go_template: true
    generators:
      - list:
          elements:
            - stage: test
            - stage: production
    template:
      metadata:
        name: !unsafe "web-{{ .stage }}"
        labels:
          stage: !unsafe "{{ .stage }}"
      spec:
        project: shop
        source:
          repo_url: https://github.com/myorg/web
          path: !unsafe "overlays/{{ .stage }}"
        destination:
          name: !unsafe "{{ .stage }}"
          namespace: web
    strategy:
      type: RollingSync
      rolling_sync:
        steps:
          - match_expressions:
              - {key: stage, operator: In, values: [test]}
          - match_expressions:
              - {key: stage, operator: In, values: [production]}
            max_update: 25%
    sync_policy:
      applications_sync: create-update

- name: What the files say, and nothing else of the team
  tiphys.gitops.argocd_application_set:
    src: application-sets/
    prune: true
    label_selectors:
      - team=shop
    max_deletions: 3

- name: Write the manifest to a file instead of the cluster
  tiphys.gitops.argocd_application_set:
    state: rendered
    dest: nodes.yaml
    name: nodes
    generators:
      - clusters: {}
    template:
      metadata:
        name: !unsafe "node-agent-{{nameNormalized}}"
      spec:
        project: platform
        source:
          repo_url: https://github.com/myorg/platform
          path: node-agent
        destination:
          server: !unsafe "{{server}}"
          namespace: kube-system

- name: See what a change would do to the Applications
  tiphys.gitops.argocd_application_set:
    state: previewed
    src: application-sets/
  register: foreseen

- name: Let nothing happen if Applications would be deleted
  ansible.builtin.assert:
    that: foreseen.preview | map(attribute='deleted') | flatten | length == 0

- name: Delete an ApplicationSet, but keep its Applications
  tiphys.gitops.argocd_application_set:
    name: shop
    state: absent
    cascade: orphan
"""

RETURN = r"""
summary:
  description: How many ApplicationSets were (in check mode, would be) changed in which way, and how many failed.
  returned: with O(state=present) and O(state=absent)
  type: dict
  contains:
    created:
      description: ApplicationSets that did not exist.
      type: int
    updated:
      description: ApplicationSets of which at least one field changed.
      type: int
    deleted:
      description: ApplicationSets that were deleted. Their Applications may still be on the way out.
      type: int
    unchanged:
      description: ApplicationSets that were right already.
      type: int
    failed:
      description: ApplicationSets that could not be written.
      type: int
  sample: {created: 1, updated: 1, deleted: 0, unchanged: 41, failed: 0}
changes:
  description: Each ApplicationSet that was, or would be, changed.
  returned: with O(state=present) and O(state=absent)
  type: list
  elements: dict
  contains:
    action:
      description: One of V(created), V(updated) and V(deleted).
      type: str
    kind:
      description: Always V(ApplicationSet).
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    fields:
      description:
        - The fields that an update touches, by their names in the manifest. Empty for the other actions. Generators are
          one field.
        - A field with the right value is among them when it becomes ours.
      type: list
      elements: str
  sample:
    - action: updated
      kind: ApplicationSet
      namespace: argocd
      name: shop
      fields: [spec.generators]
failures:
  description: Each ApplicationSet that could not be written.
  returned: when there are any
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(ApplicationSet).
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
    - kind: ApplicationSet
      namespace: argocd
      name: shop
      reason: >-
        conflict: spec.generators is applied by the parent Application root. Change it there, leave the field out here,
        or set force_conflicts: true
msg:
  description: What went wrong, with the first ten of RV(failures).
  returned: on failure
  type: str
  sample: "ApplicationSet argocd/shop: not allowed (403): applicationsets.argoproj.io is forbidden"
preview:
  description: What would become of the Applications of each ApplicationSet.
  returned: with O(state=previewed)
  type: list
  elements: dict
  contains:
    application_set:
      description: Name of the ApplicationSet.
      type: str
    namespace:
      description: Its namespace.
      type: str
    created:
      description: Names of Applications that would be created.
      type: list
      elements: str
    updated:
      description: Applications that would be changed.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
        fields:
          description: The fields that would change, by their names in the manifest.
          type: list
          elements: str
    deleted:
      description: Applications that would be deleted.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
        workloads:
          description: Whether its workloads would be deleted with it.
          type: bool
    unchanged:
      description: How many Applications are right already.
      type: int
    kept:
      description: >-
        Names of Applications that would be changed or deleted if O(sync_policy.applications_sync) allowed it.
      type: list
      elements: str
    postponed:
      description: Names of Applications that would be deleted if there were no RV(preview[].conflicts).
      type: list
      elements: str
    invalid:
      description: Applications that Argo CD would not write, for example because two have one name.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
        reason:
          description: Why not.
          type: str
    conflicts:
      description: Applications that belong to somebody else.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
        reason:
          description: To whom.
          type: str
  sample:
    - application_set: shop
      namespace: argocd
      created: [shop-search]
      updated:
        - name: shop-web
          fields: [spec.source.targetRevision]
      deleted:
        - name: shop-cart
          workloads: true
      unchanged: 12
      kept: []
      postponed: []
      invalid: []
      conflicts: []
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
  sample: /srv/gitops/application-sets/shop.yaml
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import reconcile, render
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.application_set_guard import Guard, previewed
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.application_sets import (
    APPLICATION_SETS,
    CASCADE,
    doubts,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.foretelling import Foreteller
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION_SET
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec

STATES = ["present", "absent", "rendered", "previewed"]
SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    **WRITING,
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": STATES},
    "argocd_namespace": {"type": "str"},
    "application_sets": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
    "dest": {"type": "path"},
    "cascade": {"type": "str", "choices": list(CASCADE)},
}


def apply(module: Module) -> Result:
    """Render, preview, or make the cluster what the options say."""
    options = module.options
    desired = gather(APPLICATION_SETS, options)
    for doubt in doubts(options, desired):
        module.warn(doubt)
    if options["state"] == "rendered":
        return render(module, desired, options["dest"])
    session, argocd = module.session(), options["argocd_namespace"] or options["namespace"]
    with Foreteller(session, argocd, module.run, module.hide) as foretell:
        if options["state"] == "previewed":
            return {"changed": False, "preview": list(previewed(foretell, desired))}
        guard = Guard(foretell, options["max_deletions"], orphan=options["cascade"] == "orphan", warn=module.warn)
        propagation = CASCADE.get(options["cascade"], "")
        return reconcile(module, session, APPLICATION_SET, desired, guard=guard, propagation=propagation).result()


def main() -> None:
    """Run the module."""
    run(
        SPEC,
        apply,
        mutually_exclusive=[("name", "application_sets", "src")],
        required_one_of=[("name", "application_sets", "src")],
        required_if=[("prune", True, ("label_selectors",))],
    )


if __name__ == "__main__":
    main()
