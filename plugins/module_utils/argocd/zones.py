# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time zones, as far as this host knows them."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

CERTAIN = "Europe/London"
"""A zone that every host knows which has any."""


@cache
def known_zone(name: str) -> bool:
    """Say whether there is such a time zone; on a host without time zone data there is any."""
    return _found(name) or not _found(CERTAIN)


def _found(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # no path inside the data, a folder of it, nothing there
        return False
    return True
