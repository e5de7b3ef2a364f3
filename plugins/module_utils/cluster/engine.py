# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a plan out: observe the live objects, apply what differs over a few threads, tell what became of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Callable, Optional, TypeVar

from ..plan.kind import Manifest
from ..plan.plan import Change, Plan
from .objects import Objects
from .session import ApiError, Session

THREADS = 16
SINGLE = 8
"""Up to so many objects of a namespace are read one by one; more are read as a list."""
TRIES = 5
"""How often a change is compared anew because somebody wrote the object in between."""

BeforeDelete = Callable[[Change], Optional[Manifest]]
"""Gives a patch to merge into an object right before it is deleted, or None."""

One = TypeVar("One")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Outcome:
    """What became of a change: the object as the server gave it back, or why it failed."""

    change: Change
    live: Manifest | None = None
    error: str = ""


def parallel(work: Callable[[One], Other], items: Iterable[One]) -> Iterator[Other]:
    """Do ``work`` for all items over the engine's threads and give the results in order."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(work, items)


def observe(session: Session, plan: Plan, scope: Iterable[str] = ()) -> list[Change]:
    """Show the plan all live objects it is about, and give its changes in the order in which they are carried out.

    ``scope`` adds namespaces to prune in.
    """
    objects = Objects(session, plan.kind)
    names: dict[str, list[str]] = defaultdict(list)
    for namespace, name in plan.keys:
        names[namespace].append(name)
    for namespace in scope:
        names.setdefault(namespace, [])
    for namespace, wanted in names.items():
        if plan.prune is None and len(wanted) <= SINGLE:
            found = parallel(lambda name, space=namespace: objects.get(space, name), wanted)  # type: ignore[misc]
            _show(plan, (live for live in found if live is not None))
        else:
            for page in objects.pages(namespace):
                _show(plan, page["items"])
    return sorted(plan.finish(), key=_turn)


def _show(plan: Plan, found: Iterable[Manifest]) -> None:
    for live in found:
        plan.observe(live)


def execute(session: Session, plans: Iterable[Plan], before_delete: BeforeDelete | None = None) -> Iterator[Outcome]:
    """Carry out every change of some plans, kind by kind in their order; one that fails does not stop the others."""
    work = [(_turn(change), plan, change) for plan in plans for change in plan.changes]
    work.sort(key=itemgetter(0))
    for _turns, group in groupby(work, key=itemgetter(0)):
        yield from parallel(lambda one: _Worker(session, one[1], before_delete).carry_out(one[2]), group)


def _turn(change: Change) -> int:
    """Sort creation by the kind's order and deletion after it, the other way round."""
    return 1000 - change.kind.order if change.action == "delete" else change.kind.order


class _Worker:
    def __init__(self, session: Session, plan: Plan, before_delete: BeforeDelete | None) -> None:
        self.session, self.plan, self.before_delete = session, plan, before_delete

    def carry_out(self, change: Change) -> Outcome:
        try:
            if change.action == "delete":
                return self._delete(change)
            return self._apply(change)
        except ApiError as error:
            return Outcome(change, error=str(error))

    def _delete(self, change: Change) -> Outcome:
        objects = Objects(self.session, change.kind)
        patch = self.before_delete(change) if self.before_delete else None
        if patch is not None:
            objects.patch(change.namespace, change.name, patch)
        objects.delete(change.namespace, change.name, change.uid)
        return Outcome(change)

    def _apply(self, change: Change) -> Outcome:
        """Apply a change; when the object moved in between, compare again and apply what is then left to do."""
        objects = Objects(self.session, change.kind)
        now: Change | None = change
        for attempt in range(TRIES):
            if now is None:
                return Outcome(change, live=objects.get(change.namespace, change.name))
            if now.refusal:
                return Outcome(now, error=now.refusal)
            try:
                return Outcome(change, live=self._write(objects, now))
            except ApiError as error:
                if error.status != 409 or attempt == TRIES - 1:
                    raise
                now = self._again(objects, change)
        return Outcome(change, error="somebody else keeps writing this object; nothing was settled")

    def _write(self, objects: Objects, change: Change) -> Manifest:
        version = change.version if change.overrides else ""
        if change.cleared:
            cleared = objects.clear(change.namespace, change.name, change.cleared, change.version)
            version = cleared["metadata"]["resourceVersion"]
        return objects.apply(change.desired or {}, version=version, force=change.overrides)

    def _again(self, objects: Objects, change: Change) -> Change | None:
        live = objects.get(change.namespace, change.name)
        if live is None:
            return replace(change, version="", cleared=(), overrides=False)
        return self.plan.compare(change.desired or {}, live)
