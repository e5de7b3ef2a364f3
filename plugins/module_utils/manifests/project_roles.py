# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What argocd-server refuses in the roles of a project (validateRoleName, validatePolicy, validateGroupName in types.go
of Argo CD), and what it would read as something else than it looks like."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Callable

from . import rbac_policy

ROLE = re.compile(r"[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?")
RESOURCES = ("applications", "applicationsets", "logs", "exec", "clusters", "repositories")
"""What a role of a project may be about (ProjectScoped in util/rbac/rbac.go)."""
ACTIONS = (*(verb for verb in rbac_policy.ACTIONS["applications"] if verb != "action"), "*")
ACTION_PATTERN = re.compile(r"(action|update|delete)/.*")
FORM = "p, proj:PROJECT:ROLE, RESOURCE, ACTION, OBJECT, EFFECT"
_UNSEEN = re.compile(r'["\n\r\t]')


def role_problems(roles: list[dict[str, Any]], project: str, where: str) -> Iterator[str]:
    """Give what is wrong with each role of a project."""
    seen: set[str] = set()
    for index, role in enumerate(roles):
        name, place = str(role.get("name") or ""), f"{where}[{index}]"
        if not ROLE.fullmatch(name):
            yield f"{place}.name: {name!r} may have only letters, digits, '-' and '_', the latter two not at its ends"
        elif name in seen:
            yield f"{place}.name: {name!r} names two roles; role names must differ"
        seen.add(name)
        yield from _list(role.get("policies") or [], f"{place}.policies", partial(policy, project=project, role=name))
        yield from _list(role.get("groups") or [], f"{place}.groups", group)


def role_warnings(roles: list[dict[str, Any]]) -> Iterator[str]:
    """Give the policies that argocd-server takes but that hardly mean what they say."""
    for index, role in enumerate(roles):
        for number, text in enumerate(role.get("policies") or []):
            _p, _subject, *what, _effect = _parts(text)
            for odd in rbac_policy.doubts(*what):
                yield f"roles[{index}].policies[{number}]: {text!r}: {odd}"


def _list(texts: list[Any], where: str, judge: Callable[[str], str]) -> Iterator[str]:
    seen: set[str] = set()
    for index, text in enumerate(map(str, texts)):
        reason = judge(text) or ("is there twice; remove one of them" if text in seen else "")
        if reason:
            yield f"{where}[{index}]: {text!r} {reason}"
        seen.add(text)


def policy(text: str, project: str, role: str) -> str:
    """Say what is wrong with a policy of a role; nothing when argocd-server takes it."""
    parts = _parts(text)
    if len(parts) != 6 or parts[0] != "p" or _UNSEEN.search(text):
        return f"must be of the form '{FORM}'"
    _p, subject, resource, action, target, effect = parts
    mine = f"proj:{project}:{role}"
    if subject != mine:
        return f"is for {subject}; here it must be for {mine}"
    if resource not in RESOURCES:
        return f"is about {resource}{_near(resource, RESOURCES)}; a role may be about {', '.join(RESOURCES)}"
    if action not in ACTIONS and not ACTION_PATTERN.fullmatch(action):
        return f"has the unknown action {action}{_near(action, ACTIONS)}; there are {', '.join(ACTIONS)}, action/..."
    if not re.fullmatch(rf"{re.escape(project)}(/[*\w.-]+)?/[*\w.-]+", target, re.ASCII):
        return f"has the object {target}; it must be {project}/* or {project}/NAME, or {project}/NAMESPACE/NAME"
    return "" if effect in ("allow", "deny") else f"has the effect {effect}; it must be allow or deny"


def _parts(text: str) -> list[str]:
    """Split a policy as validatePolicy does; no field of a good one has quotes."""
    return [part.strip(" ") for part in text.split(",")]


def group(text: str) -> str:
    """Say what is wrong with a group of a role; nothing when argocd-server takes it."""
    if text != text.strip():
        return "begins or ends with a space"
    quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
    if not quoted and "," in text:
        return "holds a comma, so it must stand in double quotes (which YAML must not take away)"
    inner = text[1:-1] if quoted else text
    if not inner:
        return "is empty"
    return "holds a quote, a tab or a line break" if _UNSEEN.search(inner) else ""


def _near(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f" (did you mean {near[0]}?)" if near else ""
