# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a table of fields says about comparing objects: where an empty value counts, and where nothing is dropped."""

from __future__ import annotations

from typing import Any

from .fields import Field, Record

Path = tuple[str, ...]
Paths = dict[str, list[Path]]


def meaning(fields: Record, top: Path = ("spec",)) -> dict[str, Any]:
    """Give ``telling``, ``maps`` and ``verbatim`` of a ``plan.kind.Kind`` whose object has these fields at ``top``."""
    found = _below(fields, {})
    return {name: frozenset((*top, *path) for path in paths) for name, paths in found.items()}


def _below(fields: Record, known: dict[int, Paths]) -> Paths:
    """Give the paths inside a record; ``known`` are those of records that stand in several places."""
    if id(fields) in known:
        return known[id(fields)]
    found: Paths = {"telling": [], "maps": [], "verbatim": []}
    for key, field in fields.options.values():
        for name, holds in _IS.items():
            found[name] += [(key,)] if holds(field) else []
        inner = _item(field)
        if inner.fields is not None and not inner.verbatim:
            for name, paths in _below(inner.fields, known).items():
                found[name] += [(key, *path) for path in paths]
    return known.setdefault(id(fields), found)


def _item(field: Field) -> Field:
    return field.of if field.type == "list" and field.of is not None else field


def _is_free(field: Field) -> bool:
    item = _item(field)
    return item.verbatim or (item.type == "dict" and item.of is None and item.fields is None)


_IS = {
    "telling": lambda field: field.telling,
    "maps": lambda field: field.type == "dict" and field.of is not None,
    "verbatim": _is_free,
}
