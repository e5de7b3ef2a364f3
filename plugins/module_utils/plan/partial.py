# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests that name a part of an object which several tasks write, such as some keys of a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._merge import overridden
from .kind import Kind, Manifest, Path, sendable
from .ownership import Ownership, owned


def nulls(manifest: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """Give the path of each null: a field that shall not be there."""
    for key, value in manifest.items():
        if value is None:
            yield (*path, key)
        elif isinstance(value, Mapping):
            yield from nulls(value, (*path, key))


def without_nulls(manifest: Mapping[str, Any]) -> Manifest:
    """Give a manifest without its nulls, and without mappings that had nothing else."""
    kept: Manifest = {}
    for key, value in manifest.items():
        inner = without_nulls(value) if isinstance(value, Mapping) else value
        if inner or (not value and value is not None):
            kept[key] = inner
    return kept


def is_empty(manifest: Mapping[str, Any]) -> bool:
    """Say whether a manifest sets nothing but metadata, for which no object needs to be created."""
    return not any(value for key, value in manifest.items() if key not in ("apiVersion", "kind", "metadata", "type"))


def with_ours(desired: Manifest, live: Mapping[str, Any], kind: Kind, gone: tuple[Path, ...]) -> Manifest:
    """Give a desired part together with what else is ours in the live object, which applying it alone would remove."""
    tree = Ownership(live).mine
    if not tree:
        return desired
    mine = owned(live, tree)
    kept = sendable({**mine, "metadata": mine.get("metadata") or {}}, kind)
    for path in gone:
        node: Any = kept
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = None
    return overridden(without_nulls(kept), desired)
