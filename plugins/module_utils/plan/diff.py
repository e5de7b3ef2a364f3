# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``--diff`` shows of a change: the touched fields before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .kind import Manifest, Path


def extract(manifest: Mapping[str, Any], paths: Iterable[Path]) -> Manifest:
    """Give only these fields of a manifest; a field that it does not have is left out."""
    kept: Manifest = {}
    for path in paths:
        source: Any = manifest
        target: Any = kept
        for step, following in zip(path, (*path[1:], None)):
            if not isinstance(source, Mapping) or step not in source:
                break
            source = source[step]
            if following is None or not isinstance(source, Mapping):
                target[step] = source
                break
            target = target.setdefault(step, {})
    return kept
