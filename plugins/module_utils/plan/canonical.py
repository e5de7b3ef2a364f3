# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When two values mean the same to a kind's controller, although they are not written the same.

Values are what JSON and YAML give: dict, list, str, int, float, bool and None.
"""

from __future__ import annotations

from typing import Any

from .kind import Kind, Path

MISSING: Any = type("Missing", (), {"__repr__": lambda _self: "missing"})()
METADATA_MAPS = frozenset((("metadata", "labels"), ("metadata", "annotations")))


def canonical(value: Any, path: Path, kind: Kind) -> Any:
    """Give the value at ``path`` (list positions left out) as the controller would write it back, or MISSING.

    With ``kind.omitempty`` zero values vanish, as Go's ``omitempty`` makes them.
    """
    if value is MISSING or any(path[:length] in kind.verbatim for length in range(1, len(path) + 1)):
        return value
    if path[:-1] in kind.maps or path[:-1] in METADATA_MAPS:
        return value
    if isinstance(value, dict) and (path in kind.maps or path in METADATA_MAPS):
        return value if value or path in kind.telling else MISSING
    if isinstance(value, dict):
        slim = {key: canonical(item, (*path, key), kind) for key, item in value.items()}
        value = {key: item for key, item in slim.items() if item is not MISSING}
    elif isinstance(value, (list, tuple)):
        value = [_item(canonical(item, path, kind)) for item in value]
    else:
        value = kind.same_values.get(path, _itself)(value)
    return MISSING if value is None or (kind.omitempty and not value and path not in kind.telling) else value


def same(one: Any, two: Any) -> bool:
    """Compare two JSON values: a boolean is no number, as it is in Python."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(value, two[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return len(one) == len(two) and all(map(same, one, two))
    return isinstance(one, bool) == isinstance(two, bool) and bool(one == two)


def _item(value: Any) -> Any:
    return None if value is MISSING else value


def _itself(value: Any) -> Any:
    return value
