# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists whose items the API server tells apart, by key fields (containers by name) or by value (finalizers).

``metadata.managedFields`` shows such items as steps: ``k:{"name":"web"}`` or ``v:"value"``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from .canonical import same


def partners(steps: Iterable[str], items: Sequence[Any]) -> list[str | None]:
    """Give for each item the step that names it, or None for an item that no step names.

    An item may leave key fields out which the server defaults (a port's protocol); it then takes a step that fits and
    that no other item names in full. No step is given twice.
    """
    keys = {step: json.loads(step[2:]) for step in dict.fromkeys(steps)}
    exact = {json.dumps(key, sort_keys=True): step for step, key in keys.items()}
    shapes = {tuple(sorted(key)) for key in keys.values() if isinstance(key, dict)}
    found = [_exact(item, shapes, exact) for item in items]
    free = {step: key for step, key in keys.items() if step not in found and isinstance(key, dict)}
    for position, item in enumerate(items):
        if found[position] is None and isinstance(item, dict):
            fitting = next((step for step, key in free.items() if _fits(item, key)), None)
            found[position] = fitting
            free.pop(fitting or "", None)
    return found


def _exact(item: Any, shapes: Iterable[tuple[str, ...]], exact: dict[str, str]) -> str | None:
    if not isinstance(item, dict):
        return exact.get(json.dumps(item, sort_keys=True))
    named = ({name: item[name] for name in shape} for shape in shapes if all(name in item for name in shape))
    return next((exact[text] for text in map(json.dumps, named) if text in exact), None)


def _fits(item: dict[str, Any], key: dict[str, Any]) -> bool:
    given = [name for name in key if name in item]
    return bool(given) and all(same(item[name], key[name]) for name in given)
