# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a project that is to be deleted.

An Application whose project is gone gets no sync any more, and its own deletion hangs, because Argo CD does not find
out where its workloads are (finalizeApplicationDeletion in controller/appcontroller.go).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..cluster.session import Session
from ..manifests import globs
from ..plan.kind import Kind, Manifest
from ..plan.plan import Change
from .in_use import Warn, everywhere, some_of
from .kinds import APPLICATION, APPLICATION_SET

DEFAULT = "default"


class User(NamedTuple):
    """An Application or an ApplicationSet, and the projects that it names."""

    kind: str
    namespace: str
    name: str
    projects: Container[str]


class Guard:
    """Refuses to delete a project that is in use, and the one that Argo CD makes again.

    Lists Applications and ApplicationSets once, and only if a project is to be deleted.
    """

    def __init__(self, session: Session, warn: Warn) -> None:
        self.session, self.warn = session, warn

    def __call__(self, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
        """Give the reasons against changes, by (namespace, name)."""
        deleted = [change for change in changes if change.action == "delete" and not change.refusal]
        refusals = {(one.namespace, one.name): _REMADE for one in deleted if one.name == DEFAULT}
        asked = [one for one in deleted if one.name != DEFAULT]
        namespaces = dict.fromkeys(one.namespace for one in asked)
        warn = self.warn if any(map(_source_namespaces, asked)) else _untold
        users = [user for kind in (APPLICATION, APPLICATION_SET) for user in self._users(kind, namespaces, warn)]
        for change in asked:
            mine = [user for user in users if change.name in user.projects and _may_use(user, change)]
            if mine:
                refusals[change.namespace, change.name] = _in_use(mine)
        return refusals

    def _users(self, kind: Kind, namespaces: Mapping[str, None], warn: Warn) -> Iterator[User]:
        """Give the objects of a kind that may name a project in one of these namespaces."""
        for one in everywhere(self.session, kind, namespaces, _slim, warn) if namespaces else ():
            meta = one["metadata"]
            yield User(kind.name, meta.get("namespace", ""), meta["name"], set(_projects(one["spec"])))


_REMADE = (
    "Argo CD makes this project again, open to everything, when argocd-server starts; close it instead, with "
    "source_repos: [], destinations: [] and cluster_resource_whitelist: []"
)


def _in_use(users: Sequence[User]) -> str:
    named = some_of([f"{user.kind} {user.namespace}/{user.name}" for user in users])
    return (
        f"it is used by {named}; without it they would no longer sync, and their deletion would hang. Delete "
        "them or move them to another project first"
    )


def _may_use(user: User, project: Change) -> bool:
    """Say whether Argo CD counts it: from another namespace only if the project permits that (IsAppNamespacePermitted).

    Other namespaces may belong to another Argo CD with a project of this name.
    """
    if user.namespace == project.namespace:
        return True
    return any(globs.matches_name(str(pattern), user.namespace) for pattern in _source_namespaces(project))


def _source_namespaces(project: Change) -> Sequence[Any]:
    found: Sequence[Any] = ((project.live or {}).get("spec") or {}).get("sourceNamespaces") or ()
    return found


def _untold(_text: str) -> None:
    """Nobody needs to know: Applications of other namespaces cannot use these projects."""


def _slim(node: Manifest) -> Manifest:
    """Keep of an Application its name and its project, of an ApplicationSet its name, templates and generators."""
    meta, spec = node.get("metadata"), node.get("spec")
    if not isinstance(meta, Mapping) or "uid" not in meta or not isinstance(spec, Mapping):
        return node
    kept = {key: spec[key] for key in ("project", "template", "generators") if key in spec}
    return {"metadata": {key: meta[key] for key in ("namespace", "name") if key in meta}, "spec": kept}


def _projects(spec: Mapping[str, Any]) -> Iterator[str]:
    for one in (spec, *(template.get("spec") for template in _templates(spec))):
        project = one.get("project") if isinstance(one, Mapping) else None
        if isinstance(project, str):
            yield project


def _templates(node: Any) -> Iterator[Mapping[str, Any]]:
    """Give the templates of an ApplicationSet: its own, and those that its generators bring.

    A parameter may be called so, too, and be anything.
    """
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "template" and isinstance(value, Mapping):
                yield value
            else:
                yield from _templates(value)
    elif isinstance(node, list):
        for item in node:
            yield from _templates(item)
