# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions and what they are asked to be (github.com/Masterminds/semver, version 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from .functions import Function
from .values import TemplateError

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?")
_PARTS = rf"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?(-{_IDENTIFIERS})?(\+{_IDENTIFIERS})?"
_OPERATORS = r"!=|>=|=>|<=|=<|~>|=|>|<|~|\^|"
_SEARCHED = re.compile(rf"({_OPERATORS})\s*({_PARTS})")
_VALID = re.compile(rf"\s*(?:{_OPERATORS})\s*(?:{_PARTS})\s*(?:(?:\s+|,\s*)(?:{_OPERATORS})\s*(?:{_PARTS})\s*)*")
_RANGE = re.compile(rf"\s*({_PARTS})\s+-\s+({_PARTS})\s*")
LENGTH_LIMIT = 256


@dataclass(frozen=True)
class Version:
    """A version; ``original`` is how it was written."""

    major: int
    minor: int
    patch: int
    pre: str
    metadata: str
    original: str

    type_name = "*semver.Version"
    kind_name = "ptr"

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        return text + (f"-{self.pre}" if self.pre else "") + (f"+{self.metadata}" if self.metadata else "")

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.major, self.minor, self.patch

    @property
    def order(self) -> Any:
        """What versions sort by: a release comes after its pre-releases, numbers before words."""
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split(".")]
        return self.numbers, not self.pre, parts if self.pre else []

    @property
    def methods(self) -> dict[str, Function]:
        values = {
            "Major": self.major,
            "Minor": self.minor,
            "Patch": self.patch,
            "Prerelease": self.pre,
            "Metadata": self.metadata,
            "Original": self.original,
            "String": str(self),
        }
        return {name: Function(name, "", "", lambda value=value: value) for name, value in values.items()}


def version(text: str) -> Version:
    """Parse a version, also one with less than three numbers. TemplateError if it is none."""
    match = _VERSION.fullmatch(text) if len(text) <= LENGTH_LIMIT else None
    pre = match.group(4) or "" if match else ""
    if match is None or any(len(part) > 1 and part.isdigit() and part[0] == "0" for part in pre.split(".")):
        raise TemplateError(f"invalid semantic version: {text}")
    numbers = [int(match.group(group) or 0) for group in (1, 2, 3)]
    if max(numbers) >= 1 << 64:
        raise TemplateError(f"invalid semantic version: {text}")
    return Version(numbers[0], numbers[1], numbers[2], pre, match.group(5) or "", text)


class _Constraint(NamedTuple):
    operator: str
    wanted: Version
    major_open: bool
    minor_open: bool
    patch_open: bool

    @property
    def is_open(self) -> bool:
        return self.major_open or self.minor_open or self.patch_open


class Constraints:
    """``>=1.2, <2 || 3.x``. TemplateError if the text is none."""

    def __init__(self, text: str) -> None:
        if len(text) > 512:
            raise TemplateError("constraint string is too long (max 512 bytes)")
        text = _RANGE.sub(lambda found: f">= {found.group(1)}, <= {found.group(7)} ", text)
        self.groups = [_group(part) for part in text.split("||")]

    def check(self, found: Version) -> bool:
        return any(
            (not found.pre or any(each.wanted.pre for each in group))
            and all(_CHECKS[each.operator](found, each) for each in group)
            for group in self.groups
        )


def _group(text: str) -> list[_Constraint]:
    if not _VALID.fullmatch(text):
        raise TemplateError(f"improper constraint: {text!r}")
    return [_constraint(found) for found in _SEARCHED.finditer(text)]


def _constraint(found: re.Match[str]) -> _Constraint:
    operator, _whole, major, minor, patch, pre, _meta = found.groups()
    pre = pre or ""
    if major in ("x", "X", "*"):
        return _Constraint(operator, version(f"0.0.0{pre}"), True, False, False)
    if minor in (None, ".x", ".X", ".*"):
        return _Constraint(operator, version(f"{major}.0.0{pre}"), False, True, False)
    if patch in (None, ".x", ".X", ".*"):
        return _Constraint(operator, version(f"{major}{minor}.0{pre}"), False, False, True)
    return _Constraint(operator, version(f"{major}{minor}{patch}{pre}"), False, False, False)


def _equal(found: Version, asked: _Constraint) -> bool:
    return _tilde(found, asked) if asked.is_open else found.order == asked.wanted.order


def _not_equal(found: Version, asked: _Constraint) -> bool:
    wanted = asked.wanted
    if not asked.is_open:
        return bool(found.order != wanted.order)
    if found.major != wanted.major:
        return True
    if asked.minor_open:
        return False
    if found.minor != wanted.minor:
        return True
    if asked.patch_open:
        return bool(found.pre or wanted.pre) and found.pre != wanted.pre
    return bool(found.order != wanted.order)


def _greater(found: Version, asked: _Constraint) -> bool:
    wanted = asked.wanted
    if not asked.is_open or asked.major_open:
        return bool(found.order > wanted.order)
    if found.major != wanted.major:
        return found.major > wanted.major
    return asked.patch_open and found.minor > wanted.minor


def _less_or_equal(found: Version, asked: _Constraint) -> bool:
    wanted = asked.wanted
    if not asked.is_open:
        return bool(found.order <= wanted.order)
    if found.major > wanted.major:
        return False
    return asked.minor_open or found.major < wanted.major or found.minor <= wanted.minor


def _tilde(found: Version, asked: _Constraint) -> bool:
    wanted = asked.wanted
    if found.order < wanted.order:
        return False
    if wanted.numbers == (0, 0, 0) and not asked.minor_open and not asked.patch_open:
        return True
    return found.major == wanted.major and (asked.minor_open or found.minor == wanted.minor)


def _caret(found: Version, asked: _Constraint) -> bool:
    wanted = asked.wanted
    if found.order < wanted.order:
        return False
    if wanted.major > 0 or asked.minor_open or found.major > 0:
        return found.major == wanted.major
    if wanted.minor > 0 or asked.patch_open or found.minor > 0:
        return found.minor == wanted.minor
    return found.patch == wanted.patch


_CHECKS = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": lambda found, asked: bool(found.order < asked.wanted.order),
    ">=": lambda found, asked: bool(found.order >= asked.wanted.order),
    "=>": lambda found, asked: bool(found.order >= asked.wanted.order),
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
