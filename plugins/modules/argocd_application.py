#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_application
short_description: Create, change, prune and delete Argo CD Applications
description:
  - Makes Argo CD Applications what the task says, one or thousands at once, and can wait until they are deployed.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token with rights
    on Applications (get, list, watch, create, patch, delete), but neither a login to Argo CD nor its API server.
  - Everything is checked before the first change. All problems of all Applications are told at once, among them what
    Argo CD would pass over in silence or find out only later.
  - An option that is left out is not ours. The field stays as others set it, unless this module set it before; then it
    goes away. An empty V({}) or V([]) says that the field is to be empty. Only O(project) has a value of its own
    when it is left out.
  - What somebody changed by hand in a field that the task sets (with C(kubectl edit) or in Argo CD's user interface) is
    put back. A field that another declarative owner applies is not touched but reported as a conflict, see
    O(force_conflicts).
  - When one Application fails, the others are still written. The task then fails and names each that failed and why.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.application
  - tiphys.gitops.writing
  - tiphys.gitops.writing.conflicts
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - Reads the cluster and says which fields of which Applications would change, and which conflicts there are.
      - Nothing is sent to the cluster, so what admission control or missing rights would refuse is not foreseen. It
        does not wait either.
  diff_mode:
    support: full
    details: Shows the touched fields only, each Application on its own.
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) creates Applications or changes them.
      - V(absent) deletes them. Only their names (and namespaces) count; O(cascade) decides about the workloads.
      - V(rendered) asks no cluster. It gives the manifests as YAML, or writes them to O(dest), for example to commit
        them.
    type: str
    choices: [present, absent, rendered]
    default: present
  namespace:
    description:
      - Namespace of the Applications, where an item of O(applications) or a manifest of O(src) does not name its own.
      - Argo CD looks into other namespaces than its own only if its settings and the project say so.
    type: str
    default: argocd
  applications:
    description:
      - Several Applications. Each item has the keys of this module from O(name) to O(spec_overrides), with the same
        meaning.
      - Exactly one of O(name), O(applications) and O(src) is needed. The options that describe one Application have no
        place beside the other two.
    type: list
    elements: dict
  src:
    description:
      - Applications in a manifest file on the host where the task runs, or in all C(.yaml), C(.yml) and C(.json) files
        of a folder and its subfolders. It may hold several documents and lists, but nothing else than Applications.
      - The manifests are checked like options; a key that Argo CD does not know is an error. What only the cluster
        writes (C(status), C(operation), C(metadata.uid) and the like) is left out.
      - Nothing in it is a template, and YAML aliases are refused.
    type: path
  dest:
    description:
      - With O(state=rendered), the file to write, on the host where the task runs. Its folder must exist.
      - The file is replaced in one step and only if its text changes.
    type: path
  wait:
    description:
      - Wait until the Applications are as O(wait_for) and O(wait_revision) say, whether or not this task changed them,
        and until deleted ones are gone.
      - A state counts only if Argo CD reached it with the present spec, and after the last sync.
      - It ends early for an Application that cannot get there, with Argo CD's own message. That is an error (such as a
        spec that is not valid or a repository that does not answer) which is still there after Argo CD was asked to
        look again, a failed sync of the present revision, or one that is out of sync and has no auto-sync. A project
        that does not exist may still come, so that is waited for.
    type: bool
    default: false
  wait_for:
    description: What to wait for. With an empty list only O(wait_revision) counts.
    type: list
    elements: str
    choices: [synced, healthy]
    default: [synced, healthy]
  wait_revision:
    description: >-
      Wait until Argo CD compares with this revision, too; the full hash of a commit, or the version of a chart. With
      several sources, one of them must be there.
    type: str
  wait_timeout:
    description: How many seconds to wait. O(timeout) still ends the whole task.
    type: float
    default: 300
requirements:
  - PyYAML with libyaml, as its wheels and Linux packages have it (only for O(src), O(state=rendered) and C(--diff))
notes:
  - Objects are written by server-side apply as field manager C(tiphys.gitops).
  - The time a task takes depends on what changes. Unchanged Applications cost one list request for 500 of them.
"""

EXAMPLES = r"""
- name: One Application that follows Git
  tiphys.gitops.argocd_application:
    name: my-service
    source:
      repo_url: https://github.com/myorg/my-service
      target_revision: HEAD
      path: k8s/overlays/production
    destination:
      server: https://kubernetes.default.svc
      namespace: production
    sync_policy:
      automated:
        prune: true
        self_heal: true
        allow_empty: false
      sync_options:
        - Validate=true
        - CreateNamespace=true
        - PrunePropagationPolicy=foreground
        - PruneLast=true
      retry:
        limit: 5
        backoff:
          duration: 5s
          factor: 2
          max_duration: 3m

- name: A chart, with values from Git
  tiphys.gitops.argocd_application:
    name: metrics
    cascade: foreground
    sources:
      - repo_url: https://charts.example.com
        chart: metrics
        target_revision: "1.10.*"
        helm:
          value_files:
            - $config/metrics/values.yaml
          values_object:
            replicas: 2
      - repo_url: https://github.com/myorg/config
        target_revision: main
        ref: config
    destination:
      name: in-cluster
      namespace: metrics

- name: One Application for each service
  tiphys.gitops.argocd_application:
    applications: "{{ [common] | product(services) | map('combine', recursive=true) }}"
  vars:
    common:
      labels:
        team: shop
      source:
        repo_url: https://github.com/myorg/shop
        target_revision: main
      destination:
        server: https://kubernetes.default.svc
    services:
      - name: shop-web
        source:
          path: web
        destination:
          namespace: shop-web
      - name: shop-api
        source:
          path: api
        destination:
          namespace: shop-api

- name: What the files say, and nothing else of the team
  tiphys.gitops.argocd_application:
    src: applications/
    prune: true
    label_selectors:
      - team=shop
    max_deletions: 3

- name: Write the manifest to a file instead of the cluster
  tiphys.gitops.argocd_application:
    state: rendered
    dest: my-service.yaml
    name: my-service
    source:
      repo_url: https://github.com/myorg/my-service
      path: k8s/overlays/production
    destination:
      server: https://kubernetes.default.svc
      namespace: production

- name: Delete an Application with its workloads, and wait until it is gone
  tiphys.gitops.argocd_application:
    name: my-service
    state: absent
    cascade: foreground
    wait: true

- name: Delete an Application, but let its workloads run
  tiphys.gitops.argocd_application:
    name: metrics
    state: absent
    cascade: orphan

- name: Deploy one commit, and wait until it runs
  tiphys.gitops.argocd_application:
    name: my-service
    source:
      repo_url: https://github.com/myorg/my-service
      target_revision: 5f3c9d1a7e0b4c8296d1f0a3b5c7e9d1f2a4b6c8
      path: k8s/overlays/production
    destination:
      server: https://kubernetes.default.svc
      namespace: production
    sync_policy:
      automated: {}
    wait: true
    wait_revision: 5f3c9d1a7e0b4c8296d1f0a3b5c7e9d1f2a4b6c8
    wait_timeout: 600
  register: deployed

- name: Show where it is
  ansible.builtin.debug:
    msg: "{{ table.splitlines() }}"
  vars:
    table: |-
      {{ '%-20s %-10s %-12s %s' | format('NAME', 'SYNC', 'HEALTH', 'REVISION') }}
      {% for one in deployed.applications %}
      {{ '%-20s %-10s %-12s %s' | format(one.name, one.sync, one.health, one.revision) }}
      {% endfor %}
"""

RETURN = r"""
summary:
  description: How many Applications were (in check mode, would be) changed in which way, and how many failed.
  returned: unless O(state=rendered)
  type: dict
  contains:
    created:
      description: Applications that did not exist.
      type: int
    updated:
      description: Applications of which at least one field changed.
      type: int
    deleted:
      description: Applications that were deleted. Their workloads may still be on the way out, unless O(wait).
      type: int
    unchanged:
      description: Applications that were right already.
      type: int
    failed:
      description: Applications that could not be written, or did not get where O(wait) wanted them.
      type: int
  sample: {created: 1, updated: 1, deleted: 0, unchanged: 41, failed: 0}
changes:
  description: Each Application that was, or would be, changed.
  returned: unless O(state=rendered)
  type: list
  elements: dict
  contains:
    action:
      description: One of V(created), V(updated) and V(deleted).
      type: str
    kind:
      description: Always V(Application).
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
      kind: Application
      namespace: argocd
      name: my-service
      fields: [spec.source.targetRevision]
failures:
  description: Each Application that could not be written, or did not get where O(wait) wanted it.
  returned: when there are any
  type: list
  elements: dict
  contains:
    kind:
      description: Always V(Application).
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    reason:
      description: What went wrong, in the words of the API server or of Argo CD where they said something.
      type: str
  sample:
    - kind: Application
      namespace: argocd
      name: my-service
      reason: >-
        conflict: spec.source.targetRevision is applied by the parent Application root. Change it there, leave the field
        out here, or set force_conflicts: true
msg:
  description: What went wrong, with the first ten of RV(failures).
  returned: on failure
  type: str
  sample: "Application argocd/my-service: not allowed (403): applications.argoproj.io is forbidden"
applications:
  description: >-
    The state of each Application at the end of the wait, sorted by namespace and name. Deleted ones are not there.
  returned: when O(wait), unless O(state=rendered) or in check mode
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    namespace:
      description: Its namespace.
      type: str
    project:
      description: Its project.
      type: str
    revision:
      description: >-
        The revision that Argo CD compared with; those of several sources are separated by a comma and a space.
      type: str
    sync:
      description: V(Synced), V(OutOfSync) or V(Unknown).
      type: str
    health:
      description: V(Healthy), V(Progressing), V(Degraded), V(Suspended), V(Missing) or V(Unknown).
      type: str
    operation:
      description: >-
        The last sync; V(Running), V(Terminating), V(Succeeded), V(Failed) or V(Error), empty when there was none.
      type: str
    message:
      description: What Argo CD says of the last sync, else of the health.
      type: str
    conditions:
      description: Errors and warnings of Argo CD, each as its type and its message.
      type: list
      elements: str
  sample:
    - name: my-service
      namespace: argocd
      project: default
      revision: 5f3c9d1a7e0b4c8296d1f0a3b5c7e9d1f2a4b6c8
      sync: Synced
      health: Healthy
      operation: Succeeded
      message: successfully synced (all tasks run)
      conditions: []
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
  sample: /srv/gitops/applications/my-service.yaml
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import reconcile, render
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.applications import APPLICATIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.deletion import cascading
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.waiting import wait_until
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec

SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    **WRITING,
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent", "rendered"]},
    "applications": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
    "dest": {"type": "path"},
    "wait": {"type": "bool", "default": False},
    "wait_for": {"type": "list", "elements": "str", "default": ["synced", "healthy"], "choices": ["synced", "healthy"]},
    "wait_revision": {"type": "str"},
    "wait_timeout": {"type": "float", "default": 300},
}


def apply(module: Module) -> Result:
    """Render, or make the cluster what the options say and wait for it."""
    options = module.options
    desired = gather(APPLICATIONS, options)
    if options["state"] == "rendered":
        return render(module, desired, options["dest"])
    session = module.session()
    report = reconcile(module, session, APPLICATION, desired, before_delete=cascading(options))
    if options["wait"] and not module.check_mode:
        return {"applications": wait_until(session, options, desired, report), **report.result()}
    return report.result()


def main() -> None:
    """Run the module."""
    run(
        SPEC,
        apply,
        mutually_exclusive=[("name", "applications", "src")],
        required_one_of=[("name", "applications", "src")],
        required_if=[("prune", True, ("label_selectors",))],
    )


if __name__ == "__main__":
    main()
