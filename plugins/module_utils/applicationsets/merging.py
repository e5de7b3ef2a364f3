# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Argo CD merges and flattens parameters (dario.cat/mergo, jeremywohl/flatten, applicationset/utils/map.go)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from .values import GenerationError, Maps, Strings, is_list, is_map, show

Params = dict[str, Any]


def _is_empty(value: Any) -> bool:
    return value is None or not value


def fill(target: Params, source: Params) -> None:
    """Set what ``target`` lacks or holds empty; mappings in both are filled in turn (mergo.Merge)."""
    for key, value in source.items():
        present = target.get(key)
        if value is None:
            continue
        if is_map(value) and is_map(present):
            fill(present, value)
        elif _is_empty(present):
            target[key] = deepcopy(value)


def override(target: Params, source: Params) -> None:
    """Set everything that ``source`` holds; mappings in both are merged (mergo.Merge with WithOverride)."""
    for key, value in source.items():
        present = target.get(key)
        if is_map(value) and is_map(present):
            override(present, value)
        else:
            target[key] = deepcopy(value)


def combine(one: Params, two: Params) -> Params:
    """Unite two sets of classic parameters as text. GenerationError where they say different things."""
    result = {key: show(value) for key, value in one.items()}
    for key, value in two.items():
        text = show(value)
        if result.get(key, text) != text:
            raise GenerationError(
                f"the matrix generator found the key {key} with different values: {result[key]!r} and {text!r}"
            )
        result[key] = text
    return dict(result)


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Give nested mappings and lists as one mapping with keys such as ``a.b.0``; empty ones vanish.

    A list of nothing but strings (a path's segments) or mappings (the flat list of clusters) is one value.
    """
    items = value.items() if is_map(value) else enumerate(value)
    found: dict[str, Any] = {}
    for key, item in items:
        name = f"{prefix}.{key}" if prefix else str(key)
        if is_map(item) or (is_list(item) and not isinstance(item, (Strings, Maps))):
            found.update(flatten(item, name))
        else:
            found[name] = item
    return found
