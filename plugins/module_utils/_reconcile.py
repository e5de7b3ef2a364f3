# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired, plan, apply: what every writing module does once it knows what it wants."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ._errors import GitopsError
from ._files import content, write
from ._module import Module, Result
from .cluster.engine import BeforeDelete, execute, observe
from .cluster.session import Session
from .manifests.document import dump
from .plan.kind import Kind, Manifest
from .plan.plan import Plan, Prune, located
from .plan.report import Report
from .plan.selector import Selector


def reconcile(
    module: Module,
    session: Session,
    kind: Kind,
    desired: Iterable[Manifest],
    before_delete: BeforeDelete | None = None,
) -> Report:
    """Make the cluster's objects of a kind what is desired (or absent), in check mode only on paper."""
    options = module.options
    manifests = list(desired)
    prune = _prune(options, kind, manifests)
    plan = Plan(
        kind,
        manifests,
        absent=options["state"] == "absent",
        force=options["force_conflicts"],
        prune=prune,
        keep_text=module.shows_diff,
    )
    if module.shows_diff:
        dump([])  # what the diff needs is missing now or not at all
    changes = observe(session, plan, scope=[options["namespace"]] if prune else [])
    report = Report(plan, text=lambda manifest: dump([manifest]))
    if module.check_mode:
        for change in changes:
            if change.refusal:
                report.failed(change, change.refusal)
            else:
                report.done(change)
    else:
        for outcome in execute(session, [plan], before_delete):
            if outcome.error:
                report.failed(outcome.change, outcome.error)
            elif outcome.idle:
                report.idle()
            else:
                report.done(outcome.change)
    return report


def _prune(options: Any, kind: Kind, desired: list[Manifest]) -> Prune | None:
    """Give the permission to prune; every desired object must lie in its scope, or it could never be pruned itself."""
    if not options["prune"]:
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


def render(module: Module, manifests: Iterable[Manifest], dest: str | None) -> Result:
    """Give manifests as YAML text, or write it to ``dest``; no cluster is asked."""
    documents = list(manifests)
    text = dump(documents)
    if dest is None:
        return {"changed": False, "manifests": documents, "yaml": text}
    path = Path(dest).expanduser()
    before = content(path)
    if before != text and not module.check_mode:
        write(path, text)
    result: Result = {"changed": before != text, "dest": str(path)}
    if module.shows_diff:
        result["diff"] = {"before_header": str(path), "after_header": str(path), "before": before, "after": text}
    return result
