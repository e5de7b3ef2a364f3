# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders and files of a repository a generator takes: Go's path.Match, Git's patterns, doublestar's."""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import normpath

from .values import GenerationError, UnsupportedError

_NOTHING = re.compile(r"(?!)")


@lru_cache(maxsize=256)
def folder_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of path.Match: ``*`` and ``?`` stop at a slash. A malformed one matches nothing."""
    result, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            result += "[^/]*"
        elif char == "?":
            result += "[^/]"
        elif char == "[":
            found = re.compile(r"(\^?)((?:(?:\\.|[^\]\\-])(?:-(?:\\.|[^\]\\-]))?)+)\]", re.DOTALL).match(pattern, at)
            if found is None:
                return _NOTHING
            result += (
                f"(?!/)[{found.group(1)}{_class(found.group(2))}]" if found.group(1) else f"[{_class(found.group(2))}]"
            )
            at = found.end()
        elif char == "\\":
            if at >= len(pattern):
                return _NOTHING
            result += re.escape(pattern[at])
            at += 1
        else:
            result += re.escape(char)
    return _compile(result)


def _class(text: str, *, keep: bool = False) -> str:
    """Give the items of a character class for Python. Of a range that is none, Git keeps the beginning (``keep``)."""
    items = re.findall(r"(?:\\(.)|(.))(?:-(?:\\(.)|(.)))?", text, re.DOTALL)
    result = ""
    for escaped, first, escaped_end, last in items:
        begin, end = escaped or first, escaped_end or last
        if end and begin > end:
            result += re.escape(begin) if keep else ""
            continue
        result += re.escape(begin) + (f"-{re.escape(end)}" if end else "")
    return result or r"\ud800"


def _compile(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return _NOTHING


def git_matches(pattern: str, path: str) -> bool:
    """Say whether ``git ls-files PATTERN`` lists a path: ``*`` crosses slashes, a folder stands for all below it."""
    plain = _git_plain(pattern)
    if plain in ("", path) or path.startswith(plain if plain.endswith("/") else plain + "/"):
        return True
    return any(char in plain for char in "*?[\\") and _git_pattern(plain).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _git_plain(pattern: str) -> str:
    if pattern.startswith(":"):
        raise UnsupportedError(f"the path {pattern!r} with Git's pathspec magic is not known here")
    if pattern.startswith("/"):
        raise GenerationError(f"the path {pattern!r} is outside of the repository")
    if not pattern:
        return ""
    cleaned = normpath(pattern)
    if cleaned == ".." or cleaned.startswith("../"):
        raise GenerationError(f"the path {pattern!r} is outside of the repository")
    return "" if cleaned == "." else cleaned + ("/" if pattern.endswith(("/", "/.", "/..")) else "")


@lru_cache(maxsize=256)
def _git_pattern(pattern: str) -> re.Pattern[str]:
    """Translate what Git calls wildmatch, without its flag for path names."""
    result, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            result += ".*" if not result.endswith(".*") else ""
        elif char == "?":
            result += "."
        elif char == "[":
            text, at = _bracket(pattern, at, keep=True)
            result += text
        elif char == "\\":
            if at >= len(pattern):
                return _NOTHING
            result += re.escape(pattern[at])
            at += 1
        else:
            result += re.escape(char)
    return _compile(result)


def _bracket(pattern: str, at: int, *, keep: bool = False) -> tuple[str, int]:
    found = re.compile(r"([!^]?)(\]?(?:\\.|[^\]\\])*)\]", re.DOTALL).match(pattern, at)
    if found is None:
        return "(?!)", len(pattern)
    if "[:" in found.group(2):
        raise UnsupportedError(f"the path {pattern!r} with a named class is not known here")
    return f"[{'^' if found.group(1) else ''}{_class(found.group(2), keep=keep)}]", found.end()


@lru_cache(maxsize=256)
def doublestar(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of bmatcuk/doublestar: ``**`` as a whole part crosses slashes, ``{a,b}`` are alternatives."""
    cleaned = normpath(pattern) if pattern else ""
    if cleaned == ".." or cleaned.startswith("../"):
        raise UnsupportedError(f"the path {pattern!r} outside of the repository is not known here")
    parts = cleaned.lstrip("/").split("/")
    if cleaned.count("{") != cleaned.count("}") or re.search(r"\{[^}]*[/{][^}]*\}", cleaned):
        raise UnsupportedError(f"the path {pattern!r} is not known here")
    result = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            result += ".*" if last else "(?:[^/]+/)*"
        else:
            result += _part(part) + ("" if last else "/")
    if len(parts) > 1 and parts[-1] == "**" and result.endswith("/.*"):
        result = result[:-3] + "(?:/.*)?"
    return _compile(result)


def _part(part: str) -> str:
    result, at = "", 0
    while at < len(part):
        char = part[at]
        at += 1
        if char == "*":
            result += "[^/]*"
        elif char == "?":
            result += "[^/]"
        elif char == "[":
            text, at = _bracket(part, at)
            result += f"(?!/){text}"
        elif char == "\\":
            result += re.escape(part[at : at + 1])
            at += 1
        elif char == "{":
            end = part.index("}", at)
            result += "(?:" + "|".join(map(_part, part[at:end].split(","))) + ")"
            at = end + 1
        else:
            result += re.escape(char)
    return result
