# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for Applications, in all their namespaces at once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ..cluster.engine import parallel
from ..cluster.objects import Objects
from ..cluster.session import Session
from ..cluster.wait import Verdict, Wait
from ..plan.kind import Manifest
from ..plan.report import Report
from .kinds import APPLICATION
from .status import Goal

LARGEST = 200
"""So many namespaces are watched at a time; with more, some are looked at only when others are done."""


def wait_until(
    session: Session, options: Mapping[str, Any], desired: Iterable[Manifest], report: Report
) -> list[dict[str, Any]]:
    """Wait until the desired Applications are where the options want them, deleted ones until they are gone.

    Those that do not get there are added to the report as failed. Gives the last seen state of each that is there.
    """
    deleted = {(one["namespace"], one["name"]) for one in report.changes if one["action"] == "deleted"}
    failed = {(one["namespace"], one["name"]) for one in report.failures}
    named = [(one["metadata"]["namespace"], one["metadata"]["name"]) for one in desired]
    gone = deleted | set(named if options["state"] == "absent" else ())
    goal = Goal(
        synced="synced" in options["wait_for"],
        healthy="healthy" in options["wait_for"],
        revision=options["wait_revision"] or "",
    )
    names: dict[str, list[str]] = defaultdict(list)
    for namespace, name in dict.fromkeys((*named, *deleted)):
        if (namespace, name) not in failed:
            names[namespace].append(name)

    def judge(namespace: str, name: str, live: Manifest | None) -> Verdict:
        if (namespace, name) not in gone:
            return goal.judge(namespace, name, live)
        if live is None:
            return Verdict(settled=True)
        return Verdict(
            text=f"it is still there, held by {', '.join(live['metadata'].get('finalizers') or ['nothing'])}"
        )

    end = time.monotonic() + options["wait_timeout"]

    def one(namespace: str) -> dict[str, Verdict]:
        wait = Wait(Objects(session, APPLICATION), namespace, judge)
        return wait.until(names[namespace], end - time.monotonic())

    with session.limited(options["wait_timeout"]):
        found = list(parallel(one, names, min(max(1, len(names)), LARGEST)))
    for namespace, verdicts in zip(names, found):
        for name, verdict in verdicts.items():
            if not verdict.settled:
                late = "" if verdict.failed else f"not there after {options['wait_timeout']:g} s: "
                report.fail(APPLICATION, namespace, name, late + verdict.text)
    return [goal.states[key] for key in sorted(goal.states)]
