# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of an SSH known_hosts file: ``[MARKER] HOST[,HOST...] TYPE KEY`` (sshd(8))."""

from __future__ import annotations

from collections.abc import Collection, Mapping

WORDS = 3

HostAndType = tuple[str, str]


def host_and_type(line: str) -> HostAndType:
    """Give what a line is told apart by: its hosts and the type of the key; two empty texts for any other line."""
    words = [word for word in line.split() if not word.startswith("@")]
    return (words[0], words[1]) if len(words) >= WORDS and not words[0].startswith("#") else ("", "")


def merged(live: str, wanted: Mapping[HostAndType, str], gone: Collection[str]) -> str:
    """Give a file's text with the wanted lines, each in place of the one for the same hosts and type.

    Lines that name a host of ``gone`` are left out; all others stay as they are.
    """
    left = dict(wanted)
    lines = []
    for line in live.splitlines():
        key = host_and_type(line)
        if any(host in gone for host in key[0].split(",") if host):
            continue
        if key not in wanted:
            lines.append(line)
        elif key in left:
            lines.append(left.pop(key))
    return "".join(f"{line}\n" for line in (*lines, *left.values()))
