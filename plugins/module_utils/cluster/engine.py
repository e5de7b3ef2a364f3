# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a plan out: observe the live objects, apply what differs over a few threads, tell what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Callable, Optional, TypeVar

from .._errors import GitopsError
from ..plan.compare import spelled
from ..plan.kind import Manifest
from ..plan.plan import Change, Plan
from .objects import Objects
from .session import ApiError, Session

THREADS = 16
SINGLE = 8
"""Up to so many objects of a namespace are read one by one; more are read as a list."""
TRIES = 5
"""How often a change is compared anew because somebody wrote the object in between."""

CONFLICT, GONE = 409, 404

BeforeDelete = Callable[[Change], Optional[Manifest]]
"""Gives a patch to merge into an object right before it is deleted, or None."""

One = TypeVar("One")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Outcome:
    """What became of a change: carried out, found to be ``idle`` (it was so already), or failed with an ``error``."""

    change: Change
    idle: bool = False
    error: str = ""


def parallel(work: Callable[[One], Other], items: Iterable[One], threads: int = THREADS) -> Iterator[Other]:
    """Do ``work`` for all items over some threads and give the results in order."""
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, items)


def observe(session: Session, plan: Plan, scope: Iterable[str] = ()) -> None:
    """Show the plan all live objects it is about.

    ``scope`` adds namespaces to prune in.
    """
    objects = Objects(session, plan.kind)
    names: dict[str, list[str]] = {namespace if plan.kind.namespaced else "": [] for namespace in scope}
    for namespace, name in plan.keys:
        names.setdefault(namespace, []).append(name)
    few = {space: wanted for space, wanted in names.items() if plan.prune is None and len(wanted) <= SINGLE}
    single = [(space, name) for space, wanted in few.items() for name in wanted]
    for live in parallel(lambda key: objects.get(*key), single):
        if live is not None:
            plan.observe(live)
    for namespace in (one for one in names if one not in few):
        for page in objects.pages(namespace):
            for live in page["items"]:
                plan.observe(live)
    plan.finish()


def ordered(plans: Iterable[Plan]) -> list[Change]:
    """Give the changes of some plans in the order in which they are carried out."""
    return sorted((change for plan in plans for change in plan.changes), key=_turn)


def execute(
    session: Session,
    plans: Iterable[Plan],
    before_delete: BeforeDelete | None = None,
    propagation: str = "",
) -> Iterator[Outcome]:
    """Carry out every change of some plans, kind by kind in their order; one that fails does not stop the others.

    Only nothing is pruned any more then: what came in its place may be what failed. ``propagation`` is that of
    ``Objects.delete``.
    """
    work = [(_turn(change), plan, change) for plan in plans for change in plan.changes]
    work.sort(key=itemgetter(0))
    broken = False
    for _turns, group in groupby(work, key=itemgetter(0)):

        def settled(one: tuple[int, Plan, Change], broken: bool = broken) -> Outcome:
            _turn, plan, change = one
            error = withheld(change, broken)
            if error:
                return Outcome(change, error=error)
            return _Worker(session, plan, before_delete, propagation).settle(change)

        for outcome in parallel(settled, group):
            broken = broken or bool(outcome.error)
            yield outcome


def withheld(change: Change, broken: bool) -> str:
    """Say why a change is not carried out after another one failed, or nothing."""
    return change.refusal or "not pruned, because something before it failed" if broken and change.pruned else ""


def _turn(change: Change) -> int:
    """Sort creation by the kind's order and deletion after it, the other way round."""
    return 1000 - change.kind.order if change.action == "delete" else change.kind.order


class _Worker:
    """Carries out one change after the other of a plan."""

    def __init__(self, session: Session, plan: Plan, before_delete: BeforeDelete | None, propagation: str) -> None:
        self.plan, self.before_delete, self.propagation = plan, before_delete, propagation
        self.objects = Objects(session, plan.kind)

    def settle(self, change: Change) -> Outcome:
        """Carry a change out; when the object moved in between, look again and do what is then left to do."""
        done: list[str] = []
        try:
            outcome = self._attempts(change, done)
        except GitopsError as error:
            outcome = Outcome(change, error=str(error))
        except Exception as error:  # noqa: BLE001 - a mistake of ours with one object must not hide what became of others
            outcome = Outcome(change, error=f"unexpected {type(error).__name__}: {error}. Please report this as a bug")
        if outcome.error and done:
            return replace(outcome, error=f"{outcome.error}. Before that, {'; '.join(done)}")
        return replace(outcome, idle=outcome.idle and not done)

    def _attempts(self, change: Change, done: list[str]) -> Outcome:
        for _attempt in range(TRIES):
            if change.refusal:
                return Outcome(change, error=change.refusal)
            try:
                return Outcome(change, idle=not self._carry_out(change, done))
            except ApiError as error:
                if error.status != CONFLICT:
                    raise
                left = self.plan.again(change, self.objects.get(change.namespace, change.name))
                if left is None:
                    return Outcome(change, idle=not error.repeated)
                change = left
        return Outcome(change, error=f"somebody else keeps writing it: {TRIES} attempts came too late")

    def _carry_out(self, change: Change, done: list[str]) -> bool:
        """Carry a change out and say whether it made a difference. Raises ApiError 409 when the object moved.

        What was done before the fields could be applied is added to ``done``.
        """
        if change.action == "delete":
            return self._delete(change)
        version = change.version if change.overrides or change.bound else ""
        if change.bound and change.action == "create":
            version = self.objects.create(change.namespace, change.name)["metadata"]["resourceVersion"]
            done.append("it had been created without content")
        if change.cleared:
            version = self._clear(change)
            done.append(f"{', '.join(map(spelled, change.cleared))} had been removed")
            if not change.applies:
                return True
        applied = self.objects.apply(change.desired or {}, version=version, force=change.overrides)
        return bool(applied["metadata"].get("resourceVersion") != change.version)

    def _clear(self, change: Change) -> str:
        try:
            cleared = self.objects.clear(change.namespace, change.name, change.cleared, change.version)
        except ApiError as error:
            if error.status == GONE:  # the object itself: that is one way to have moved
                raise ApiError(CONFLICT, "the object is gone") from None
            raise
        return str(cleared["metadata"]["resourceVersion"])

    def _delete(self, change: Change) -> bool:
        """Delete the object that was looked at, and say whether it was still there.

        Labels and finalizers that decided about it hold for it as it was then and no later.
        """
        patch = self.before_delete(change) if self.before_delete else None
        version = change.version if change.pruned or self.before_delete or change.kind.marks else ""
        try:
            if patch is not None:
                bound = {**patch, "metadata": {**patch["metadata"], "resourceVersion": change.version}}
                version = self.objects.patch(change.namespace, change.name, bound)["metadata"]["resourceVersion"]
            self.objects.delete(change.namespace, change.name, change.uid, version, self.propagation)
        except ApiError as error:
            if error.status != GONE:
                raise
            return error.repeated
        return True
