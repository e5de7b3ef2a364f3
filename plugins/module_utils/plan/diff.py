# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``--diff`` shows of a change: the touched fields before and after."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from .kind import Manifest, Path

_SALT = secrets.token_bytes(16)


def extract(manifest: Mapping[str, Any], paths: Iterable[Path], masked: frozenset[Path] = frozenset()) -> Manifest:
    """Give only these fields of a manifest; a field that it does not have is left out.

    Values at or below a ``masked`` path are replaced by a fingerprint, which is another one in the next run: it shows
    that two values differ and nothing more.
    """
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
    return hidden(kept, masked) if masked else kept


def hidden(value: Any, masked: frozenset[Path], path: Path = ()) -> Any:
    """Give a manifest with fingerprints in place of the values below masked paths; list positions count for nothing."""
    if isinstance(value, Mapping):
        return {key: hidden(item, masked, (*path, key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [hidden(item, masked, path) for item in value]
    if any(path[: len(top)] == top for top in masked):
        return f"(hidden, {hashlib.sha256(_SALT + repr(value).encode()).hexdigest()[:8]})"
    return value
