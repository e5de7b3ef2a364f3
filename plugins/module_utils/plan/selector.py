# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes label selectors, read and matched here so that one list serves both comparing and pruning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Callable

from .._errors import GitopsError

Requirement = Callable[[Mapping[str, str]], bool]

_SET = re.compile(r"(?P<key>[A-Za-z0-9._/-]+)\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(r"(?P<key>[A-Za-z0-9._/-]+)\s*(?P<operator>==|=|!=)\s*(?P<value>[^\s=!]*)")
_EXISTS = re.compile(r"(?P<not>!?)\s*(?P<key>[A-Za-z0-9._/-]+)")
_COMMA = re.compile(r",(?![^()]*\))")


class Selector:
    """All requirements of some label selectors, such as ``["team=shop", "tier in (web, api)", "!legacy"]``."""

    def __init__(self, selectors: list[str]) -> None:
        parts = [part.strip() for selector in selectors for part in _COMMA.split(selector)]
        if not parts:
            raise GitopsError("names no label, so it would select everything", where="label_selectors")
        self._requirements = [_requirement(part) for part in parts]
        self.text = ",".join(parts)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Say whether an object with these labels is selected."""
        return all(requirement(labels) for requirement in self._requirements)


def _requirement(text: str) -> Requirement:
    found = _SET.fullmatch(text)
    if found:
        key, wanted = found["key"], found["operator"] == "in"
        values = {value.strip() for value in found["values"].split(",")}
        return lambda labels: (labels.get(key) in values) is wanted
    found = _EQUAL.fullmatch(text)
    if found:
        key, value, wanted = found["key"], found["value"], found["operator"] != "!="
        return lambda labels: (labels.get(key) == value) is wanted
    found = _EXISTS.fullmatch(text)
    if found:
        key, wanted = found["key"], not found["not"]
        return lambda labels: (key in labels) is wanted
    raise GitopsError(
        f"{text!r} is no label selector",
        where="label_selectors",
        hint="Write key=value, key!=value, key in (a, b), key notin (a, b), key or !key.",
    )
