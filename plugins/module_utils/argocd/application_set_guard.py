# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many Applications go when ApplicationSets are changed or deleted, and the limit to that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._errors import GitopsError, listed
from ..applicationsets.preview import Preview, allowed, owner
from ..cluster.objects import Objects
from ..manifests.application_rules import RESOURCES_FINALIZER
from ..plan.kind import Manifest
from ..plan.plan import Change, located
from .foretelling import Foreteller, outcome
from .kinds import APPLICATION, APPLICATION_SET

DELETING = ("sync", "create-delete")


class Guard:
    """Refuses a task that would delete more Applications than ``limit``, together with their ApplicationSets or not.

    What the Applications are is looked up only if ApplicationSets are changed or deleted, and what a change does to
    them only if they are more than the limit. ``orphan`` says that those of deleted ApplicationSets stay.
    """

    def __init__(self, foretell: Foreteller, limit: int, *, orphan: bool, warn: Callable[[str], object]) -> None:
        self.foretell, self.limit, self.orphan, self.warn = foretell, limit, orphan, warn

    def __call__(self, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
        """Raise when too many Applications would go; no single change is refused."""
        meant = [change for change in changes if change.action != "create" and not change.refusal]
        if self.orphan:
            meant = [change for change in meant if change.action != "delete"]
        if meant:
            owned = self._owned({change.namespace for change in meant})
            mine = [(change, owned.get((change.namespace, change.name), [])) for change in meant]
            if sum(len(names) for _change, names in mine) > self.limit:
                self._check(
                    [f"{change.namespace}/{name}" for change, all_ in mine for name in self._gone(change, all_)]
                )
        return {}

    def _owned(self, namespaces: Iterable[str]) -> dict[tuple[str, str], list[str]]:
        """Give the names of the Applications of each ApplicationSet."""
        found: dict[tuple[str, str], list[str]] = {}
        for namespace in namespaces:
            for rows in Objects(self.foretell.session, APPLICATION).rows(namespace):
                for row in rows:
                    found.setdefault((namespace, owner(row) or ""), []).append(row["metadata"]["name"])
        return found

    def _gone(self, change: Change, owned: list[str]) -> Iterator[str]:
        live = change.live or {}
        if change.action == "delete":
            yield from [] if self._survive(live, change.finalizers) else owned
        elif owned and change.desired is not None:
            yield from self._lost(outcome(change.desired, live), change)

    def _survive(self, live: Mapping[str, Any], finalizers: Iterable[str]) -> bool:
        """Say whether the controller lets the Applications go first: only when a finalizer gives it the time."""
        try:
            return RESOURCES_FINALIZER in finalizers and allowed(live, self.foretell.controller) not in DELETING
        except GitopsError:  # what may go counts as gone
            return False

    def _lost(self, changed: Manifest, change: Change) -> Iterator[str]:
        try:
            yield from self.foretell(changed).deleted
        except GitopsError as error:
            self.warn(f"{change.where}: nobody counted the Applications that this deletes (max_deletions): {error}")

    def _check(self, names: Sequence[str]) -> None:
        if len(names) > self.limit:
            raise GitopsError(
                f"{len(names)} Applications would be deleted, more than max_deletions ({self.limit})",
                why=listed(names),
                hint="Raise max_deletions if that is meant; nothing was written.",
            )


def previewed(foretell: Foreteller, desired: Iterable[Manifest]) -> Iterator[dict[str, Any]]:
    """Give what would become of the Applications of each ApplicationSet; raises where that cannot be known."""
    for manifest in desired:
        meta = manifest["metadata"]
        live = Objects(foretell.session, APPLICATION_SET).get(meta["namespace"], meta["name"])
        try:
            found = foretell(outcome(manifest, live))
        except GitopsError as error:
            where = located(APPLICATION_SET.name, meta["namespace"], meta["name"])
            raise GitopsError("cannot be previewed", where=where, why=str(error)) from None
        yield view(meta, found)


def view(meta: Mapping[str, Any], found: Preview) -> dict[str, Any]:
    """Give a preview as the module returns it."""
    return {
        "application_set": meta["name"],
        "namespace": meta["namespace"],
        "created": found.created,
        "updated": [{"name": name, "fields": fields} for name, fields in found.updated.items()],
        "deleted": [{"name": name, "workloads": workloads} for name, workloads in found.deleted.items()],
        "unchanged": len(found.unchanged),
        "kept": found.kept,
        "postponed": found.postponed,
        "invalid": [{"name": name, "reason": reason} for name, reason in found.invalid.items()],
        "conflicts": [{"name": name, "reason": reason} for name, reason in found.conflicts.items()],
    }
