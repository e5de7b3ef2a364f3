#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_info
short_description: Look at Argo CD's Applications, ApplicationSets, projects, repositories and clusters
description:
  - Tells what there is and in which state it is, in a few words for each object or in full.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token that may list
    what O(resources) names (for V(repositories) and V(clusters) these are Secrets), but neither a login to Argo CD nor
    its API server.
  - Only objects that meet every criterion are told. Finding none is no failure.
  - A list of criteria that is empty finds nothing; one that is left out is no criterion.
  - No password, token or key of a repository or cluster is ever told, nor is a user name or password in a URL.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details: Changes nothing anyway, and tells the same.
  diff_mode:
    support: N/A
  idempotent:
    support: full
options:
  resources:
    description:
      - What to look at. The result has a key of the same name for each.
      - V(repositories) are single repositories as well as credentials for all repositories below a URL.
      - V(clusters) are the registered ones. The cluster that Argo CD runs in is among them only if it was registered,
        too.
    type: list
    elements: str
    choices: [applications, application_sets, projects, repositories, clusters]
    default: [applications]
  names:
    description:
      - Names to look for; C(*), C(?) and C([...]) are patterns, as in a shell.
      - Repositories and clusters are found by the name of their Secret and by the name that Argo CD shows.
    type: list
    elements: str
    aliases: [name]
  namespace:
    description: The namespace of Argo CD, where projects, repositories and clusters are.
    type: str
    default: argocd
  namespaces:
    description:
      - Namespaces to look for Applications and ApplicationSets in, if not only in O(namespace). The others are always
        looked for in O(namespace).
      - With a pattern, such as V(team-*) or V(*), those of all namespaces are read, for which one needs the right.
    type: list
    elements: str
  label_selectors:
    description:
      - Labels of the objects; all of them must hold, written as for C(kubectl -l), for example V(team=shop),
        V(tier in (web, api\)), V(!legacy).
      - An empty list is no criterion.
    type: list
    elements: str
  projects:
    description:
      - Projects to which the objects belong, or that are looked for; patterns as in O(names).
      - Repositories and clusters that belong to no project have the empty one (V("")).
    type: list
    elements: str
  sync:
    description: Sync states of Applications. Other resources have none, so they are not chosen by it.
    type: list
    elements: str
    choices: [Synced, OutOfSync, Unknown]
  health:
    description: Health of Applications. Other resources are not chosen by it.
    type: list
    elements: str
    choices: [Healthy, Progressing, Degraded, Suspended, Missing, Unknown]
  destinations:
    description:
      - Clusters to which Applications deploy, by URL or name as their destination says it; patterns as in O(names).
      - Other resources are not chosen by it.
    type: list
    elements: str
  detail:
    description:
      - V(compact) gives a few words for each object, as described under the return values.
      - V(full) gives the whole objects as they are in the cluster, without C(metadata.managedFields). Of repositories
        and clusters it gives the few words, C(metadata), and C(data_keys) with the names of what their Secret holds.
      - V(brief) gives less of Applications - C(name), C(namespace), C(project), C(revision), C(sync), C(health) and
        C(labels). Argo CD's list of deployed resources, which is most of an Application, is then not sent by the API
        server, so that this takes a tenth of the time for Applications of several dozen resources. C(revision) is
        empty for Applications with several sources. For other resources it is the same as V(compact).
    type: str
    choices: [brief, compact, full]
    default: compact
notes:
  - Applications are read in pages of 500, or of fewer where they are large, and chosen page by page. Memory is needed
    for a page, and for what is told.
"""

EXAMPLES = r"""
- name: Look at all Applications
  tiphys.gitops.argocd_info:
    namespace: argocd
  register: argocd

- name: Show where they are
  ansible.builtin.debug:
    msg: "{{ table.splitlines() }}"
  vars:
    table: |-
      {{ '%-20s %-10s %-12s %s' | format('NAME', 'SYNC', 'HEALTH', 'MESSAGE') }}
      {% for one in argocd.applications %}
      {{ '%-20s %-10s %-12s %s' | format(one.name, one.sync, one.health, one.message) }}
      {% endfor %}

- name: Fail unless everything of the team is deployed and healthy
  tiphys.gitops.argocd_info:
    namespaces: ["*"]
    label_selectors:
      - team=shop
    detail: brief
  register: argocd
  failed_when: argocd.applications | rejectattr('health', 'eq', 'Healthy') | list

- name: What is broken on one cluster
  tiphys.gitops.argocd_info:
    destinations:
      - production
      - https://production.example.com
    health: [Degraded, Missing]

- name: One Application, as it is in the cluster
  tiphys.gitops.argocd_info:
    name: my-service
    detail: full

- name: What a project may reach
  tiphys.gitops.argocd_info:
    resources: [projects, repositories, clusters]
    projects: [shop]
"""

RETURN = r"""
applications:
  description: >-
    The Applications, sorted by namespace and name; with O(detail=full) as they are in the cluster, with O(detail=brief)
    with some of the keys only.
  returned: when O(resources) names them
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
    finished_at:
      description: When the last sync ended, empty when there was none or it is not over.
      type: str
    destination:
      description: Where it deploys to; C(server) or C(name) of the cluster, and C(namespace).
      type: dict
    labels:
      description: Its labels.
      type: dict
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
      finished_at: "2026-11-20T09:30:12Z"
      destination: {server: https://kubernetes.default.svc, name: "", namespace: production}
      labels: {team: shop}
application_sets:
  description: The ApplicationSets.
  returned: when O(resources) names them
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    namespace:
      description: Its namespace.
      type: str
    labels:
      description: Its labels.
      type: dict
    project:
      description: The project that its template names; it may hold a parameter.
      type: str
    generators:
      description: The kinds of its generators.
      type: list
      elements: str
    applications:
      description: How many Applications it made.
      type: int
    conditions:
      description: What Argo CD says of it, each as type, status and message.
      type: list
      elements: str
  sample:
    - name: shops
      namespace: argocd
      labels: {}
      project: shop
      generators: [clusters]
      applications: 12
      conditions:
        - "ErrorOccurred False: Successfully generated parameters for all Applications"
projects:
  description: The projects.
  returned: when O(resources) names them
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    namespace:
      description: Its namespace.
      type: str
    labels:
      description: Its labels.
      type: dict
    description:
      description: What it is for.
      type: str
    source_repos:
      description: Repositories that its Applications may deploy from.
      type: list
      elements: str
    source_namespaces:
      description: Namespaces, beside that of Argo CD, where its Applications may be.
      type: list
      elements: str
    destinations:
      description: Where its Applications may deploy to, each with C(server), C(name) and C(namespace).
      type: list
      elements: dict
    roles:
      description: The names of its roles.
      type: list
      elements: str
    sync_windows:
      description: How many sync windows it has.
      type: int
  sample:
    - name: shop
      namespace: argocd
      labels: {}
      description: The shop
      source_repos: [https://github.com/myorg/*]
      source_namespaces: []
      destinations: [{server: "", name: production, namespace: shop-*}]
      roles: [deployer]
      sync_windows: 0
repositories:
  description: The repositories and credentials for repositories.
  returned: when O(resources) names them
  type: list
  elements: dict
  contains:
    name:
      description: The name of its Secret.
      type: str
    namespace:
      description: The namespace of its Secret.
      type: str
    labels:
      description: The labels of its Secret.
      type: dict
    kind:
      description: >-
        V(repository), or V(repo-creds) for credentials that all repositories below the URL share;
        V(repository-write) and V(repo-write-creds) are those for pushing.
      type: str
    url:
      description: Its URL, or the beginning of the URLs.
      type: str
    type:
      description: V(git), V(helm) or V(oci).
      type: str
    title:
      description: The name that Argo CD shows, if it has one.
      type: str
    project:
      description: The project that it belongs to, if any.
      type: str
    credentials:
      description: >-
        Which credentials there are, by their keys in the Secret, such as C(username) or C(sshPrivateKey). The values
        are not told.
      type: list
      elements: str
  sample:
    - name: shop-repository
      namespace: argocd
      labels: {}
      kind: repository
      url: https://github.com/myorg/shop
      type: git
      title: shop
      project: ""
      credentials: [username, password]
clusters:
  description: The registered clusters.
  returned: when O(resources) names them
  type: list
  elements: dict
  contains:
    name:
      description: The name of its Secret.
      type: str
    namespace:
      description: The namespace of its Secret.
      type: str
    labels:
      description: The labels of its Secret, which ApplicationSets choose clusters by.
      type: dict
    title:
      description: The name that Argo CD shows and that a destination may give.
      type: str
    server:
      description: The URL of its API server.
      type: str
    project:
      description: The project that it belongs to, if any.
      type: str
    shard:
      description: The shard of the controller that it was given to, if any.
      type: str
    namespaces:
      description: The namespaces that Argo CD is restricted to, if it is.
      type: list
      elements: str
    credentials:
      description: >-
        How Argo CD logs in; V(password), V(bearer_token), V(client_certificate), V(aws), V(exec), none for its own
        service account, V(unreadable) for a configuration that Argo CD cannot read.
      type: list
      elements: str
    insecure:
      description: Whether the certificate of the cluster is not checked.
      type: bool
  sample:
    - name: cluster-production
      namespace: argocd
      labels: {env: production}
      title: production
      server: https://production.example.com
      project: ""
      shard: ""
      namespaces: []
      credentials: [bearer_token]
      insecure: false
summary:
  description: >-
    How many there are of each of O(resources), and of the Applications how many in each sync state (C(sync)) and of
    each health (C(health)).
  returned: success
  type: dict
  sample: {applications: 42, sync: {OutOfSync: 1, Synced: 41}, health: {Healthy: 40, Progressing: 2}}
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._module import Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.information import RESOURCES, inform

SYNC = ["Synced", "OutOfSync", "Unknown"]
HEALTH = ["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"]
STRINGS = {"type": "list", "elements": "str"}

SPEC: dict[str, dict[str, Any]] = {
    "resources": {**STRINGS, "choices": list(RESOURCES), "default": ["applications"]},
    "names": {**STRINGS, "aliases": ["name"]},
    "namespace": {"type": "str", "default": "argocd"},
    "namespaces": STRINGS,
    "label_selectors": STRINGS,
    "projects": STRINGS,
    "sync": {**STRINGS, "choices": SYNC},
    "health": {**STRINGS, "choices": HEALTH},
    "destinations": STRINGS,
    "detail": {"type": "str", "choices": ["brief", "compact", "full"], "default": "compact"},
}


def look(module: Module) -> Result:
    """Tell what there is."""
    return {"changed": False, **inform(module.session(), module.options)}


def main() -> None:
    """Run the module."""
    run(SPEC, look)


if __name__ == "__main__":
    main()
