# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of clusters would break.

Argo CD finds a cluster by its server or by its name (util/db/cluster.go, util/argo/argo.go: GetDestinationCluster); an
Application whose destination it does not find loses its finalizers when it is deleted, and its workloads are orphaned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..cluster.session import Session
from ..manifests.cluster import HERE, HERE_NAME, config_of, without_slash
from ..manifests.cluster_rules import ways
from ..manifests.urls import shown
from ..plan.kind import Manifest
from ..plan.ownership import Ownership
from ..plan.plan import Change
from .clusters import Registered, described
from .in_use import Warn, everywhere, some_of
from .kinds import APPLICATION


class Watchman:
    """Refuses what would break: two clusters of one name, one nobody can log in to, Applications without theirs.

    ``orphan`` lets Applications lose theirs. The Applications are asked for only when a server or a name goes away.
    """

    def __init__(
        self, session: Session, namespace: str, known: Sequence[Registered], warn: Warn, *, orphan: bool = False
    ) -> None:
        self.session, self.namespace, self.known, self.warn, self.orphan = session, namespace, known, warn, orphan
        self._asked: list[tuple[str, dict[str, str]]] | None = None

    def __call__(self, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
        """Give the reasons against changes, by (namespace, name).

        What is refused stays as it is, which may be a reason against another change.
        """
        refusals: dict[tuple[str, str], str] = {}
        left = [change for change in changes if not change.refusal]
        while True:
            found = self._against(left)
            if not found:
                return refusals
            refusals |= found
            left = [change for change in left if (change.namespace, change.name) not in found]

    def _against(self, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
        before = {one.secret: one for one in self.known}
        after = dict(before)
        for change in changes:
            after.pop(change.name, None)
            if change.desired is not None and change.action != "delete":
                after[change.name] = described(change.desired)
        found = {}
        for change in changes:
            why = self._twice(change, after) or _locked_out(change)
            if not (why or self.orphan):
                why = self._needed(self._lost(before.get(change.name), after))
            if why:
                found[change.namespace, change.name] = why
        return found

    def _twice(self, change: Change, after: Mapping[str, Registered]) -> str:
        own = after.get(change.name)
        if own is None:
            return ""
        for other in after.values():
            if other.secret != own.secret and own.name and other.name == own.name:
                return (
                    f"the name {own.name} belongs to {shown(other.server)} already (Secret {other.secret}); "
                    "Argo CD finds no cluster whose name is there twice"
                )
        return ""

    def _lost(self, gone: Registered | None, after: Mapping[str, Registered]) -> set[tuple[str, str]]:
        """Give the destinations, as (key, value), that lead nowhere without a cluster as it was."""
        if gone is None:
            return set()
        left = {("server", HERE), ("name", HERE_NAME)}
        for one in after.values():
            left |= {("server", one.server), ("name", one.name)}
        return {(key, value) for key, value in (("server", gone.server), ("name", gone.name)) if value} - left

    def _needed(self, lost: set[tuple[str, str]]) -> str:
        if not lost:
            return ""
        users: list[str] = []
        used: set[tuple[str, str]] = set()
        for where, destination in self._applications():
            ways = lost & set(destination.items())
            users += [where] if ways else []
            used |= ways
        if not users:
            return ""
        named = some_of(sorted(users))
        many = "s deploy" if len(users) > 1 else " deploys"
        how = " and ".join(f"{key} {shown(value)}" for key, value in sorted(used, reverse=True))
        return (
            f"{len(users)} Application{many} there by {how}: {named}. Argo CD would forget their workloads; delete or "
            "move them first, or set orphan_applications: true"
        )

    def _applications(self) -> list[tuple[str, dict[str, str]]]:
        """Give ("namespace/name", destination) of each Application in all namespaces, or in those we may read."""
        if self._asked is None:
            found = everywhere(self.session, APPLICATION, [self.namespace], _slim, self.warn)
            self._asked = [(one["where"], _destination(one.get("destination") or {})) for one in found]
        return self._asked


def _locked_out(change: Change) -> str:
    """Refuse to take away what Argo CD logs in with only because a task names something else of the cluster.

    It may be the only copy of a token that a kubeconfig led to. What others hold, too, stays in any case.
    """
    live, desired = change.live or {}, change.desired or {}
    if change.action != "update" or "data.config" not in change.fields or "config" in desired["data"]:
        return ""
    given = ways(config_of(live["data"].get("config")))
    if not given or described(desired).server == HERE or any(Ownership(live).others(("f:data", "f:config"))):
        return ""
    return (
        f"config is left out, so Argo CD would lose its {given[0]} for this cluster. Give config or from_kubeconfig, "
        "or config: {} if it shall log in no more"
    )


def _destination(given: Mapping[str, Any]) -> dict[str, str]:
    return {"server": without_slash(str(given.get("server") or "")), "name": str(given.get("name") or "")}


def _slim(node: Manifest) -> Manifest:
    """Keep an Application's name and destination, all that is asked for."""
    if "spec" not in node or "metadata" not in node:
        return node
    meta, spec = node["metadata"], node["spec"]
    where = f"{meta.get('namespace')}/{meta.get('name')}" if isinstance(meta, Mapping) else ""
    return {"where": where, "destination": spec.get("destination") if isinstance(spec, Mapping) else None}
