# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of an RBAC policy (``policy.csv``, or the policies of a project's roles), as Argo CD reads them.

Syntax: ``p, SUBJECT, RESOURCE, ACTION, OBJECT, allow|deny`` and ``g, USER OR GROUP, ROLE`` (util/rbac/rbac.go and
docs/operator-manual/rbac.md of Argo CD). One line that cannot be read makes Argo CD drop the whole policy.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

_CHANGES = ("get", "create", "update", "delete")
ACTIONS = {
    "accounts": ("get", "update"),
    "applications": (*_CHANGES, "sync", "rollback", "override", "action"),
    "applicationsets": _CHANGES,
    "certificates": ("get", "create", "delete"),
    "clusters": _CHANGES,
    "exec": ("create",),
    "extensions": ("invoke",),
    "gpgkeys": ("get", "create", "delete"),
    "logs": ("get",),
    "projects": _CHANGES,
    "repositories": _CHANGES,
    "write-repositories": _CHANGES,
}
"""What can be done with each resource."""
IN_PROJECTS = ("applications", "applicationsets", "exec", "logs")
"""Resources whose object is PROJECT/NAME."""
FIELDS = {"p": 6, "g": 3}
_GLOB = re.compile(r"[*?\[{]")
_BARE_QUOTE = re.compile(r'^(?:\s*"(?:[^"]|"")*"\s*,|[^",]*,)*\s*[^",\s][^",]*"')
"""Python takes a quote inside a field that has none around it, Go does not."""
_PARTS_OF_A_RESOURCE = 4
"""In ``update/GROUP/KIND/NAMESPACE/NAME``."""


def tokens(line: str) -> list[str]:
    """Give the fields of a line, none for an empty line or a comment; raise ValueError for one that is no CSV."""
    line = line.strip()
    if not line or line.startswith("#"):
        return []
    try:
        (row,) = csv.reader([line], skipinitialspace=True, strict=True)
    except csv.Error as error:
        raise ValueError(f"is no CSV: {error}") from None
    if _BARE_QUOTE.search(line):
        raise ValueError('is no CSV: a " stands inside a field')
    return row


def problems(text: str, where: str) -> Iterator[str]:
    """Give each reason why Argo CD could not read a policy, as "PLACE: what is wrong"."""
    for number, line in enumerate(text.splitlines(), 1):
        reason = _problem(line)
        if reason:
            yield f"{where} line {number}: {reason}: {line.strip()}"


def _problem(line: str) -> str:
    try:
        fields = tokens(line)
    except ValueError as error:
        return str(error)
    reasons = _reasons(*fields) if fields else iter(())
    return next(reasons, "")


def _reasons(kind: str, *rest: str) -> Iterator[str]:
    if kind not in FIELDS:
        yield "begins with neither p nor g"
        return
    count = len(rest) + 1
    if count != FIELDS[kind]:
        form = "p, subject, resource, action, object, effect" if kind == "p" else "g, user or group, role"
        yield f"has {count} fields instead of the {FIELDS[kind]} of {form}"
    if not all(field.strip() for field in rest):
        yield "has an empty field"
    if kind == "p" and rest[-1] not in ("allow", "deny"):
        yield f"its effect must be allow or deny, not {rest[-1]}"


def warnings(text: str, where: str, *, regex: bool = False) -> Iterator[str]:
    """Give what Argo CD reads but what hardly means what it says; with ``regex`` patterns are no globs."""
    for number, line in enumerate(text.splitlines(), 1):
        if _problem(line):
            continue
        fields = tokens(line)
        spaced = [field for field in fields if field != field.strip()]
        if spaced:
            yield f"{where} line {number}: {spaced[0]!r} ends in a space, which counts: it never matches"
        elif fields and fields[0] == "p" and not regex:
            yield from (f"{where} line {number}: {odd}" for odd in doubts(*fields[2:5]))


def doubts(resource: str, action: str, obj: str) -> Iterator[str]:
    """Give what is odd about a policy whose patterns are globs."""
    if not _GLOB.search(resource) and resource not in ACTIONS:
        yield f"{resource} is no resource of Argo CD ({', '.join(sorted(ACTIONS))})"
        return
    verb, slash, rest = action.partition("/")
    known = ACTIONS.get(resource)
    if known and not _GLOB.search(verb) and verb not in known:
        yield f"{verb} is no action on {resource} ({', '.join(known)})"
    if slash and verb in ("update", "delete") and _swallows(rest):
        yield (
            f"* in {action} matches / too, so it may match more than it says; "
            f"write all parts: {verb}/GROUP/KIND/NAMESPACE/NAME"
        )
    if resource in IN_PROJECTS and "/" not in obj and not _GLOB.search(obj):
        yield f"{obj} never matches: the object of {resource} is PROJECT/NAME, such as {obj}/*"


def _swallows(parts: str) -> bool:
    """Say whether a glob that should match some parts of a resource's name can match others, as / is no border."""
    names = parts.split("/")
    first = next((index for index, name in enumerate(names) if "*" in name), None)
    return first is not None and first < len(names) - 1 and len(names) != _PARTS_OF_A_RESOURCE
