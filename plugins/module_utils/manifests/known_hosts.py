# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of an SSH known_hosts file: ``[MARKER] HOST[,HOST...] TYPE KEY [COMMENT]`` (sshd(8)).

Argo CD reads the file with golang.org/x/crypto/ssh/knownhosts, which refuses all of it for one line it cannot read.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Collection, Iterable
from typing import NamedTuple

MARKERS = ("@cert-authority", "@revoked")
_HASHED = "|1|"


class Key(NamedTuple):
    """What a line is told apart by; of one key there may be several lines."""

    marker: str
    hosts: str
    type: str


def key_of(line: str) -> Key | None:
    """Give the key of a line; None for a comment, an empty line and whatever else is no entry."""
    words = line.split()
    marker = words.pop(0) if words and words[0].startswith("@") else ""
    return Key(marker, words[0], words[1]) if len(words) > 2 and not words[0].startswith("#") else None


def problem(line: str) -> str:
    """Say what is wrong with a line, or nothing."""
    key = key_of(line)
    if key is None:
        return "is no line of known hosts (HOST TYPE KEY)"
    if key.marker and key.marker not in MARKERS:
        return f"has the marker {key.marker}; there are {' and '.join(MARKERS)}"
    text = line.split()[3 if key.marker else 2]
    try:
        blob = b64decode(text, validate=True)
    except ValueError:
        return "has a key that is no base64"
    length = int.from_bytes(blob[:4], "big")
    if blob[4 : 4 + length] != key.type.encode() or len(blob) <= 4 + length:
        return f"has a key that is no {key.type}"
    return ""


def merged(live: str, wanted: Iterable[str], gone: Collection[str]) -> str:
    """Give a file's text with the wanted lines in place of those with the same keys.

    Lines that name a host of ``gone`` are left out; all others stay as they are.
    """
    new: dict[Key | None, list[str]] = {}
    for line in wanted:
        new.setdefault(key_of(line), []).append(line)
    left = dict(new)
    lines: list[str] = []
    before = live.splitlines()
    for line in before:
        key = key_of(line)
        if key is not None and key in new:
            lines += left.pop(key, [])
        elif key is None or not any(_is_about(key.hosts, host) for host in gone):
            lines.append(line)
    lines += [line for more in left.values() for line in more]
    return live if lines == before else "".join(f"{line}\n" for line in lines)


def _is_about(hosts: str, host: str) -> bool:
    """Say whether the hosts of a line, in clear or hashed, name this one."""
    if not hosts.startswith(_HASHED):
        return host in hosts.split(",")
    salt, _bar, digest = hosts[len(_HASHED) :].partition("|")
    try:
        return hmac.new(b64decode(salt), host.encode(), "sha1").digest() == b64decode(digest)
    except ValueError:
        return False
