# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents OPTIONS of module_utils/manifests/project.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that describe one project."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the project. Applications name it in C(project), and the policies of its roles do.
      - A new name is a new project; the old one stays until it is deleted.
    type: str
  labels:
    description: Labels of the project. Labels that others set stay.
    type: dict
  annotations:
    description: Annotations of the project. Annotations that others set stay.
    type: dict
  finalizers:
    description:
      - Finalizers of the project. Those that others set stay.
      - With V(resources-finalizer.argocd.argoproj.io) the cluster keeps a project that somebody deletes, by whatever
        means, until no Application uses it any more. Argo CD then takes the finalizer away when it looks at the project
        again, within minutes, and the project is gone.
    type: list
    elements: str
  description:
    description: What the project is for, in 255 characters at most.
    type: str
  source_repos:
    description:
      - Repositories that Applications may come from, as URLs or patterns such as V(https://github.com/myorg/*). A C(*)
        ends at a slash, C(**) does not; V(*) alone stands for all.
      - With C(!) in front a pattern forbids, whatever the others permit.
      - Nothing is permitted without it. URLs with credentials are refused.
    type: list
    elements: str
  source_namespaces:
    description:
      - Namespaces besides Argo CD's own in which Applications of this project may be, as names, patterns, or regular
        expressions between slashes.
      - Argo CD's setting C(application.namespaces) must permit them, too.
    type: list
    elements: str
  destinations:
    description:
      - Where Applications may deploy to. Nothing is permitted without it.
      - A cluster is named by C(server), by C(name), or by both; then either of them has to match.
      - All three are patterns, V(*) stands for all. With C(!) in front, C(server) and C(name) forbid a cluster for the
        namespaces of the item, and C(namespace) forbids a namespace of the C(server), whatever other items permit; but
        the item permits what it does not forbid.
    type: list
    elements: dict
    suboptions:
      server:
        description: URL of the cluster's API server, as it is registered in Argo CD.
        type: str
      name:
        description: Name of the cluster in Argo CD.
        type: str
      namespace:
        description: Namespace in that cluster.
        type: str
  permit_only_project_scoped_clusters:
    description: Whether only clusters that are registered for this very project may be destinations.
    type: bool
  destination_service_accounts:
    description:
      - As which ServiceAccount Argo CD deploys into a destination, instead of its own. The first item that matches
        counts.
      - Argo CD does so only with C(application.sync.impersonation.enabled) in its settings.
    type: list
    elements: dict
    suboptions:
      server:
        description: URL of the cluster's API server, or a pattern.
        type: str
        required: true
      namespace:
        description: Namespace in that cluster, or a pattern.
        type: str
      default_service_account:
        description: The ServiceAccount, as V(NAME) in the destination's namespace or as V(NAMESPACE:NAME).
        type: str
        required: true
  cluster_resource_whitelist:
    description:
      - Kinds without a namespace that may be deployed. None is permitted without it.
      - In all four lists C(group) and C(kind) are patterns in which C(*) stands for all. The group of the core kinds
        is V("").
    type: list
    elements: dict
    suboptions: &named_kinds
      group:
        description: API group, such as V(rbac.authorization.k8s.io).
        type: str
        required: true
      kind:
        description: Kind, such as V(ClusterRole).
        type: str
        required: true
      name:
        description: Name of the object, or a pattern; any when it is left out.
        type: str
  cluster_resource_blacklist:
    description: Kinds without a namespace that must not be deployed, even if O(cluster_resource_whitelist) has them.
    type: list
    elements: dict
    suboptions: *named_kinds
  namespace_resource_whitelist:
    description:
      - Kinds with a namespace that may be deployed. All are permitted without it.
      - An empty list is refused. Argo CD reads it as none, but drops it as soon as it writes the project itself, which
        permits all. Deny all by O(namespace_resource_blacklist) with V(*) as group and kind.
    type: list
    elements: dict
    suboptions: &kinds
      group:
        description: API group, such as V(apps).
        type: str
        required: true
      kind:
        description: Kind, such as V(Deployment).
        type: str
        required: true
  namespace_resource_blacklist:
    description: Kinds with a namespace that must not be deployed, even if O(namespace_resource_whitelist) has them.
    type: list
    elements: dict
    suboptions: *kinds
  roles:
    description:
      - Who may do what with the Applications of the project.
      - Tokens that Argo CD issued for a role belong to Argo CD and stay, as long as the role stays. With a role that
        the task no longer names they lose every right at once; a warning tells which role and how many tokens. Argo CD
        forgets them the next time it writes the project itself or is restarted. Until then a role of the same name
        would make them valid again.
      - When O(roles) is left out, roles that this module made go away, and those that others made stay. Argo CD takes
        the whole list over when it issues a token, until this module runs again; to be sure that no role stays, write
        V([]).
      - A role that somebody added by hand to those of the task goes away, as the cluster knows one owner of the whole
        list only.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the role; letters, digits, C(-) and C(_).
        type: str
        required: true
      description:
        description: What the role is for.
        type: str
      policies:
        description:
          - What the role may do, each as V(p, proj:PROJECT:ROLE, RESOURCE, ACTION, OBJECT, EFFECT).
          - PROJECT and ROLE are those that the policy stands in. RESOURCE is V(applications), V(applicationsets),
            V(logs), V(exec), V(repositories) or V(clusters). ACTION is V(get), V(create), V(update), V(delete),
            V(sync), V(override), V(rollback), V(*), or one with a path such as V(action/apps/Deployment/restart).
          - OBJECT is V(PROJECT/NAME), or V(PROJECT/NAMESPACE/NAME) for Applications outside Argo CD's namespace;
            V(*) stands for any characters. EFFECT is V(allow) or V(deny).
        type: list
        elements: str
      groups:
        description: >-
          Groups of the single sign-on whose members have the role. One with a comma in it needs double quotes around
          it, inside those of YAML.
        type: list
        elements: str
  sync_windows:
    description:
      - When Applications may be synced. As soon as an V(allow) window applies to an Application, it is synced only
        while one is open; it is never synced while a V(deny) window is open.
      - Two windows must differ in more than C(manual_sync), C(sync_overrun) and C(description).
    type: list
    elements: dict
    suboptions:
      kind:
        description: Whether syncs are allowed or denied while the window is open. Required.
        type: str
        choices: [allow, deny]
      schedule:
        description: >-
          When the window opens, in the five fields of cron (minute, hour, day of month, month, day of week), such as
          V(0 22 * * 1-5). Required. Sunday is V(0) or V(sun), not V(7).
        type: str
      duration:
        description: How long it is open, such as V(30m), V(8h) or V(1h30m). Required.
        type: str
      time_zone:
        description:
          - Time zone of the schedule, such as V(Europe/Berlin); V(UTC) is written when it is left out.
          - One that this host does not know is refused, as Argo CD would silently take UTC for it. On a host without
            time zone data any is accepted.
        type: str
      applications:
        description: >-
          Applications that the window applies to, as names or patterns. At least one of C(applications), C(namespaces)
          and C(clusters) is required.
        type: list
        elements: str
      namespaces:
        description: Destination namespaces that it applies to, as names or patterns.
        type: list
        elements: str
      clusters:
        description: Destination clusters that it applies to, as URLs, names or patterns.
        type: list
        elements: str
      and_operator:
        description: >-
          Whether all of C(applications), C(namespaces) and C(clusters) that are given have to match, and not only one
          of them.
        type: bool
      manual_sync:
        description: Whether a person may sync while the window stands against it.
        type: bool
      sync_overrun:
        description: Whether a sync that began in time may go on when the window closes (V(allow)) or opens (V(deny)).
        type: bool
      description:
        description: Why there is this window, in 255 bytes at most.
        type: str
  orphaned_resources:
    description:
      - Look for objects in the Applications' namespaces that belong to no Application. An empty V({}) switches it on.
      - It makes Argo CD watch more.
    type: dict
    suboptions:
      warn:
        description: Whether an Application with such objects gets a warning.
        type: bool
      ignore:
        description: Objects that do not count. Any kind and any name when these are left out.
        type: list
        elements: dict
        suboptions:
          group:
            description: API group, or a pattern; the group of the core kinds when it is left out.
            type: str
          kind:
            description: Kind, or a pattern.
            type: str
          name:
            description: Name, or a pattern.
            type: str
  source_integrity:
    description: What must be signed before it is deployed. Argo CD 3.5 or newer.
    type: dict
    suboptions:
      git:
        description: Rules for Git repositories.
        type: dict
        required: true
        suboptions:
          policies:
            description: >-
              The rules. Only one of them may match a repository; if several do, Argo CD deploys nothing from it.
            type: list
            elements: dict
            required: true
            suboptions:
              repos:
                description: Repositories that the rule is about.
                type: list
                elements: dict
                required: true
                suboptions:
                  url:
                    description: URL, or a pattern; with C(!) in front the rule is not about it.
                    type: str
                    required: true
              gpg:
                description: Which GnuPG signatures are needed.
                type: dict
                required: true
                suboptions:
                  mode:
                    description: >-
                      V(head) checks the commit (or the annotated tag) that is deployed, V(strict) all of its history,
                      and V(none) nothing.
                    type: str
                    choices: [head, strict, none]
                    required: true
                  keys:
                    description: IDs or fingerprints of the keys that are trusted, at least one. Argo CD must know them.
                    type: list
                    elements: str
                    required: true
  signature_keys:
    description:
      - Keys of which one must have signed each commit that is deployed. The older form of O(source_integrity), which
        Argo CD will give up; not both.
    type: list
    elements: dict
    suboptions:
      key_id:
        description: ID of a GnuPG key, 16 or 40 hexadecimal digits.
        type: str
        required: true
  spec_overrides:
    description:
      - What is merged into C(spec) last, written as in the manifest (C(camelCase)), for fields that a newer Argo CD has
        and this module does not know.
      - Mappings are merged key by key, anything else is replaced, and null takes a key away. Tokens in it are left out.
    type: dict
"""
