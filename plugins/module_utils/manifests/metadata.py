# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata that every kind shares."""

from __future__ import annotations

from typing import Any

from .fields import STRING, STRING_MAP, STRINGS, Record

METADATA = Record(
    name=STRING,
    namespace=STRING,
    labels=STRING_MAP,
    annotations=STRING_MAP,
    finalizers=STRINGS,
)


def metadata(read: dict[str, Any]) -> dict[str, Any]:
    """Take the metadata out of what was read from options and give it as the manifest writes it."""
    return {key: read.pop(key) for key in METADATA if key in read}
