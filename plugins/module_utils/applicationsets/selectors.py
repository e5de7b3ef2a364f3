# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label selectors: of cluster Secrets, and of a generator's parameters (applicationset/utils/selector.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .values import GenerationError

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")


def is_empty(selector: Mapping[str, Any] | None) -> bool:
    return not selector or not (selector.get("matchLabels") or selector.get("matchExpressions"))


def check(selector: Mapping[str, Any] | None, *, strict: bool) -> None:
    """Raise GenerationError if a selector is none. ``strict`` wants values that labels can have."""
    for key, value in ((selector or {}).get("matchLabels") or {}).items():
        _check_key(key)
        _check_values([value] if strict else [])
    for expression in (selector or {}).get("matchExpressions") or ():
        operator, values = expression.get("operator"), expression.get("values") or []
        if operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            raise GenerationError(f"error parsing label selector: {operator!r} is not a valid selector operator")
        if (operator in ("In", "NotIn")) != bool(values):
            raise GenerationError(f"error parsing label selector: the operator {operator} with {len(values)} values")
        _check_key(expression.get("key") or "")
        _check_values(values if strict else [])


def _check_key(key: str) -> None:
    prefix, sep, name = key.rpartition("/")
    good = not sep or (len(prefix) <= 253 and _PREFIX.fullmatch(prefix))
    if not good or not _NAME.fullmatch(name):
        raise GenerationError(f"error parsing label selector: the key {key!r} is no label's name")


def _check_values(values: list[str]) -> None:
    for value in values:
        if not _VALUE.fullmatch(value):
            raise GenerationError(f"error converting label selector: {value!r} is no label's value")


def matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    for key, value in ((selector or {}).get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    return all(_matches(each, labels) for each in (selector or {}).get("matchExpressions") or ())


def _matches(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    checks = {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return checks[expression["operator"]]
