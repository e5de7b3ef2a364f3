# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired, plan, apply: what every writing module does once it knows what it wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, Callable

from ._errors import GitopsError
from ._files import content, write
from ._module import Module, Result
from .cluster.engine import BeforeDelete, Outcome, execute, observe, ordered, withheld
from .cluster.session import Session
from .manifests.document import dump, parse
from .plan.diff import hidden
from .plan.kind import Kind, Manifest, Path
from .plan.plan import Change, Plan, Prune, located
from .plan.report import Report
from .plan.selector import Selector

Guard = Callable[[Sequence[Change]], Mapping[tuple[str, str], str]]
"""Looks at all that a plan is to change and gives what must not be, with the reason, by (namespace, name)."""
Remarks = Callable[[Change], Iterable[str]]
"""Gives what whoever runs the task has to know of a change that was, or would be, carried out."""


def _nothing(_change: Change) -> Iterable[str]:
    return ()


def reconcile(
    module: Module,
    session: Session,
    kind: Kind,
    desired: Iterable[Manifest],
    **hooks: Any,
) -> Report:
    """Make the cluster's objects of a kind what is desired (or absent), in check mode only on paper.

    ``hooks`` are those of ``carry_out``.
    """
    return carry_out(module, session, [planned(module, kind, desired)], **hooks)


def planned(module: Module, kind: Kind, desired: Iterable[Manifest], partial: bool = False) -> Plan:
    """Give the plan that a task's options ask for; with ``partial`` for parts of objects that others write too."""
    options = module.options
    manifests = list(desired)
    return Plan(
        kind,
        manifests,
        absent=not partial and options["state"] == "absent",
        force=options["force_conflicts"],
        prune=_prune(options, kind, manifests),
        keep_text=module.shows_diff,
        partial=partial,
    )


def carry_out(
    module: Module,
    session: Session,
    plans: Sequence[Plan],
    *,
    before_delete: BeforeDelete | None = None,
    propagation: str = "",
    guard: Guard | None = None,
    remarks: Remarks = _nothing,
    report: Report | None = None,
) -> Report:
    """Hold plans against the cluster and carry them out together, in check mode only on paper.

    Nothing is written before every plan has seen its live objects. What is done is added to ``report``, if given.
    """
    if module.shows_diff:
        dump([])  # what the diff needs is missing now or not at all
    for plan in plans:
        observe(session, plan, scope=[module.options["namespace"]] if plan.prune else [])
    if guard is not None:
        for plan in plans:
            plan.refuse(guard(plan.changes))
    report = report or new_report(module)
    outcomes = _foreseen(plans) if module.check_mode else execute(session, plans, before_delete, propagation)
    for outcome in outcomes:
        if outcome.error:
            report.failed(outcome.change, outcome.error)
        elif outcome.idle:
            report.idle()
        else:
            report.done(outcome.change)
            for text in remarks(outcome.change):
                module.warn(text)
    report.idle(sum(plan.unchanged for plan in plans))
    return report


def _foreseen(plans: Sequence[Plan]) -> Iterator[Outcome]:
    broken = False
    for change in ordered(plans):
        outcome = Outcome(change, error=change.refusal or withheld(change, broken))
        broken = broken or bool(outcome.error)
        yield outcome


def new_report(module: Module, cluster: str = "") -> Report:
    """Give an empty report; ``cluster`` is for tasks that write to more than one: the URL of the next one."""
    return Report(module.shows_diff, text=lambda manifest: dump([manifest]), cluster=cluster)


def _prune(options: Any, kind: Kind, desired: list[Manifest]) -> Prune | None:
    """Give the permission to prune; every desired object must lie in its scope, or it could never be pruned itself."""
    if not options.get("prune"):
        return None
    selector = Selector(options["label_selectors"])
    if selector.matches({}):
        raise GitopsError(
            f"{selector.text!r} selects objects that have no label at all",
            where="label_selectors",
            hint="Name a label that all objects of this task carry, such as team=shop.",
        )
    for manifest in desired:
        if not selector.matches(manifest["metadata"].get("labels") or {}):
            meta = manifest["metadata"]
            raise GitopsError(
                f"its labels do not match label_selectors ({selector.text}), so it would never be pruned",
                where=located(kind.name, meta.get("namespace", ""), meta["name"]),
                hint="Add the labels, or change label_selectors.",
            )
    return Prune(selector, options["max_deletions"], options["allow_empty"])


def render(
    module: Module, manifests: Iterable[Manifest], dest: str | None, kind: Kind | None = None, *, secret: bool = True
) -> Result:
    """Give manifests as YAML text, or write it to ``dest``; no cluster is asked.

    Those of a ``kind`` with values that nobody may see go to a file of their owner's alone, and nowhere else, unless
    these are no ``secret`` ones: then only what the file held before is hidden.
    """
    documents = list(manifests)
    masked: frozenset[Path] = kind.masked if kind else frozenset()
    private = secret and bool(masked)
    if dest is None and private:
        raise GitopsError(
            "the manifests hold secrets, which no result may show",
            where="state rendered",
            hint="Name a file with dest; it will be readable for its owner alone.",
        )
    text = dump(documents)
    if dest is None:
        return {"changed": False, "manifests": documents, "yaml": text}
    path = FilePath(dest).expanduser()
    before = content(path)
    if before != text and not module.check_mode:
        write(path, text, private=private)
    result: Result = {"changed": before != text, "dest": str(path)}
    if module.shows_diff:
        shown = {"before": _shown(before, masked), "after": _shown(text, masked)}
        result["diff"] = {"before_header": str(path), "after_header": str(path), **shown}
    return result


def _shown(text: str, masked: frozenset[Path]) -> str:
    """Give YAML text as a diff may show it; text that holds no manifests is hidden as a whole."""
    if not masked or not text:
        return text
    try:
        documents = list(parse(text, "dest"))
    except GitopsError:
        documents = [text]
    return dump([hidden(one, masked if isinstance(one, Mapping) else frozenset(((),))) for one in documents])
