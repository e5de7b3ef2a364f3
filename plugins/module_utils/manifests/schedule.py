# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cron schedules as Argo CD reads those of sync windows: five fields, names for months and weekdays, no ``@daily``.

It uses github.com/robfig/cron/v3 with minute, hour, day of month, month and day of week (types.go, parser.go of both).
"""

from __future__ import annotations

import re
from typing import NamedTuple

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
LONGEST_MONTHS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1))
_ZONE = re.compile(r"\A(?:CRON_)?TZ=(\S+) +(?=\S)")


class Bounds(NamedTuple):
    """What a field may hold, and the names of its values."""

    name: str
    first: int
    last: int
    names: dict[str, int]


FIELDS = (
    Bounds("minute", 0, 59, {}),
    Bounds("hour", 0, 23, {}),
    Bounds("day of month", 1, 31, {}),
    Bounds("month", 1, 12, {name: number for number, name in enumerate(MONTHS, 1)}),
    Bounds("day of week", 0, 6, {name: number for number, name in enumerate(WEEKDAYS)}),
)


class _RefusedError(Exception):
    """What is wrong with a field."""


def problem(schedule: str) -> str:
    """Say what is wrong with a schedule; nothing when Argo CD can read it and it comes true at all.

    One that never comes true (the 31st of February) counts there as a window that is always open.
    """
    words = _ZONE.sub("", schedule).split()
    if len(words) != len(FIELDS):
        return f"has {len(words)} fields, not five: {', '.join(field.name for field in FIELDS)}"
    try:
        _minutes, _hours, days, months, _weekdays = map(_values, words, FIELDS)
    except _RefusedError as refused:
        return str(refused)
    by_date = not _is_any(words[2]) and _is_any(words[4])  # else a weekday of its own makes it true, too
    if by_date and not any(day <= LONGEST_MONTHS[month] for month in months for day in days):
        return "never comes true, and Argo CD would take the window as always open"
    return ""


def zone(schedule: str) -> str:
    """Give the time zone that a schedule begins with, "" if it has none."""
    found = _ZONE.match(schedule)
    return found[1] if found else ""


def _is_any(word: str) -> bool:
    """Say whether a field leaves the decision to the others: a star with no step."""
    parts = (part.partition("/") for part in word.split(","))
    return any(span[:1] in ("*", "?") and step in ("", "1") for span, _slash, step in parts)


def _values(word: str, field: Bounds) -> set[int]:
    """Give the values that a field stands for."""
    values = set().union(*(_range(part, field) for part in word.split(",") if part))
    if not values:
        raise _RefusedError(f"its {field.name} names no value")
    return values


def _range(part: str, field: Bounds) -> set[int]:
    span, slash, step = part.partition("/")
    low, hyphen, high = span.partition("-")
    if low in ("*", "?"):  # what follows a hyphen then counts for nothing
        first, last = field.first, field.last
    else:
        first = _number(low, part, field)
        last = _number(high, part, field) if hyphen else field.last if slash else first
    if slash and not (_is_number(step) and int(step) > 0):
        raise _RefusedError(f"its {field.name} {part!r} needs a step above 0 behind the slash")
    if not field.first <= first <= last <= field.last:
        raise _RefusedError(f"its {field.name} {part!r} must be within {field.first} and {field.last}, smaller first")
    return set(range(first, last + 1, int(step or 1)))


def _number(text: str, part: str, field: Bounds) -> int:
    if text.lower() in field.names:
        return field.names[text.lower()]
    if not _is_number(text):
        named = f" or a name such as {next(iter(field.names))}" if field.names else ""
        raise _RefusedError(f"its {field.name} {part!r} is no number{named}")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
