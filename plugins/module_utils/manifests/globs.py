# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glob patterns as Argo CD reads them (util/glob/glob.go with github.com/gobwas/glob).

``*`` and ``**`` stand for any characters, ``?`` for one, ``[abc]``, ``[a-z]`` and ``[!a]`` for one of a class,
``{one,two}`` for alternatives; a backslash takes the meaning away. A pattern that cannot be read matches nothing, which
Argo CD only logs.
"""

from __future__ import annotations

import re

_CLASS = re.compile(r"\[(?:!|(?!!))([^\]\\]-[^\]\\]|(?!.-)[^\]]+|-)\]")
_SIMPLE_CLASS = re.compile(r"\[(?:\^|(?!\^))(?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+\]", re.DOTALL)


def problem(pattern: str, simple: bool = False) -> str:
    """Say why a pattern cannot be read; nothing when it can.

    The ``simple`` ones of kinds and groups have no braces, and classes of several ranges (Go's filepath.Match).
    """
    one_of = _SIMPLE_CLASS if simple else _CLASS
    position = depth = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "[":
            found = one_of.match(pattern, position)
            if not found:
                return "has a [ that opens no class of characters such as [abc] or [a-z]"
            position = found.end()
            continue
        if char == "\\":
            position += 1
        elif char == "{" and not simple:
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        position += 1
    if position > len(pattern):
        return "ends with a backslash"
    return "has a { without its }" if depth else ""


def matches(pattern: str, text: str) -> bool:
    """Say whether the whole text fits a pattern; nothing fits one that cannot be read."""
    if problem(pattern):
        return False
    return bool(re.fullmatch(_expression(pattern), text, re.DOTALL))


def is_expression(pattern: str) -> bool:
    """Say whether a pattern of namespaces is a regular expression, between slashes (util/glob/list.go)."""
    return len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/")


def matches_name(pattern: str, name: str) -> bool:
    """Say whether a pattern of namespaces, maybe a regular expression, permits one; it does if Python cannot tell."""
    if not is_expression(pattern):
        return matches(pattern, name)
    try:
        return bool(re.search(pattern[1:-1], name))
    except re.error:  # Argo CD's expressions are those of .NET
        return True


def _expression(pattern: str) -> str:
    """Write a pattern that can be read as a regular expression."""
    parts: list[str] = []
    position = depth = 0
    while position < len(pattern):
        char = pattern[position]
        found = _CLASS.match(pattern, position)
        if found:
            inside = found[1] if re.fullmatch(".-.", found[1]) else "".join(map(re.escape, found[1]))
            parts.append(f"[{'^' if found[0].startswith('[!') else ''}{inside}]")
            position = found.end()
            continue
        if char == "\\":
            position += 1
            parts.append(re.escape(pattern[position]))
        elif char == "*":
            parts += [] if parts[-1:] == [".*"] else [".*"]
        elif char == "?":
            parts.append(".")
        elif char == "{":
            depth += 1
            parts.append("(?:")
        elif char in ",}" and depth:
            depth -= char == "}"
            parts.append("|" if char == "," else ")")
        else:
            parts.append(re.escape(char))
        position += 1
    return "".join(parts)
