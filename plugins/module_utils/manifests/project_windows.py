# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the sync windows of a project (InlineSyncWindow.Validate and ValidateProject in types.go and
app_project_types.go of Argo CD).

The controller stops syncing every Application of a project with a window that it cannot read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Callable

from . import globs, schedule
from .application_rules import GO_DURATION

DESCRIPTION_LIMIT = 255
"""Bytes."""
TARGETS = ("applications", "namespaces", "clusters")
_IDENTITY = ("kind", "schedule", "duration", *TARGETS, "timeZone", "andOperator")
"""Two windows may not be equal in these (HashIdentity)."""
_DURATION = re.compile(rf"\+?{GO_DURATION}")


def window_problems(windows: list[dict[str, Any]], where: str, known_zone: Callable[[str], bool]) -> Iterator[str]:
    """Give what is wrong with each window."""
    seen: dict[str, int] = {}
    for index, window in enumerate(windows):
        place = f"{where}[{index}]"
        yield from _window(window, place, known_zone)
        identity = json.dumps([window.get(key) or None for key in _IDENTITY])
        if identity in seen:
            yield f"{place}: is the same window as sync_windows[{seen[identity]}]; remove one of them"
        seen.setdefault(identity, index)


def _window(window: dict[str, Any], where: str, known_zone: Callable[[str], bool]) -> Iterator[str]:
    if not window.get("kind"):
        yield f"{where}.kind: is required, as allow or deny"
    wrong = _schedule_problem(str(window.get("schedule") or ""), known_zone)
    if wrong:
        yield f"{where}.schedule: {wrong}"
    duration = str(window.get("duration") or "")
    if not _DURATION.fullmatch(duration) or not re.search("[1-9]", duration):
        yield f"{where}.duration: {duration!r} is no duration such as 30m or 1h30m"
    zone = str(window.get("timeZone") or "")
    if not _is_zone(zone, known_zone):
        yield (
            f"{where}.time_zone: {zone!r} is no time zone such as Europe/Berlin, and Argo CD would take UTC; if there "
            "is one, update the time zone data (tzdata) of this host"
        )
    if not any(window.get(target) for target in TARGETS):
        yield f"{where}: one of {', '.join(TARGETS)} is required; '*' stands for all"
    for target in TARGETS:
        for number, pattern in enumerate(map(str, window.get(target) or [])):
            reason = globs.problem(pattern) or ("" if pattern else "stands for nothing")
            if reason:
                yield f"{where}.{target}[{number}]: {pattern!r} {reason}"
    size = len(str(window.get("description") or "").encode())
    if size > DESCRIPTION_LIMIT:
        yield f"{where}.description: has {size} bytes, at most {DESCRIPTION_LIMIT} are allowed"


def _schedule_problem(text: str, known_zone: Callable[[str], bool]) -> str:
    if not text:
        return "is required"
    wrong = schedule.problem(text)
    if not wrong and not _is_zone(schedule.zone(text), known_zone):
        wrong = "begins with a time zone that does not exist, and Argo CD could not read it; use time_zone instead"
    return f"{text!r} {wrong}" if wrong else ""


def _is_zone(name: str, known_zone: Callable[[str], bool]) -> bool:
    return name in ("", "UTC", "Local") or known_zone(name)
