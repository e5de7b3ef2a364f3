# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strings in quotes as Go's strconv.Quote writes them."""

from __future__ import annotations

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\"}


def quote(text: str, *, ascii_only: bool = False, raw: bool = False) -> str:
    """Give the text in double quotes, or (``raw``) in back quotes where that can hold it."""
    if raw and "`" not in text and all(char == "\t" or (char.isprintable() and char != "\ufeff") for char in text):
        return f"`{text}`"
    return '"' + "".join(_char(char, ascii_only=ascii_only) for char in text) + '"'


def _char(char: str, *, ascii_only: bool) -> str:
    point = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == '"':
        return '\\"'
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    if point < 0x20 or point == 0x7F:
        return f"\\x{point:02x}"
    if (char.isprintable() and point != 0xA0) and (point < 0x80 or not ascii_only):
        return char
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
