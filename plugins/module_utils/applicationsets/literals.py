# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constants as Go writes them: numbers, and strings in quotes."""

from __future__ import annotations

import math
import re

from .values import TemplateError, decode

_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_WIDTH = 1 << 63


def unquote(text: str) -> str:
    """Give the string that a token in double quotes, back quotes or single quotes stands for (strconv.Unquote)."""
    quote, inner = text[0], text[1:-1]
    if quote == "`":
        return inner.replace("\r", "")
    if "\n" in inner:
        raise TemplateError(f"invalid syntax: {text}")

    def replaced(match: re.Match[bytes]) -> bytes:
        byte, short, long, octal, simple = match.groups()
        if simple is not None:
            letter = simple.decode("latin-1")
            if letter == quote:
                return bytes(simple)
            if letter not in _SIMPLE:
                raise TemplateError(f"invalid syntax: {text}")
            return bytes([_SIMPLE[letter]])
        if byte is not None or octal is not None:
            value = int(byte, 16) if byte is not None else int(octal, 8)
            if value > 255:
                raise TemplateError(f"invalid syntax: {text}")
            return bytes([value])
        point = int(short or long, 16)
        if point > 0x10FFFF or 0xD800 <= point < 0xE000:
            raise TemplateError(f"invalid syntax: {text}")
        return chr(point).encode()

    return decode(_ESCAPE.sub(replaced, inner.encode("utf-8", "surrogateescape")))


def number(text: str) -> int | float:
    """Give the value of a numeric constant: an int, or a float where a point or an exponent says so."""
    if text[0] == "'":
        point = unquote(text)
        if len(point) != 1:
            raise TemplateError(f"malformed character constant: {text}")
        return ord(point)
    if text.endswith("i"):
        raise TemplateError(f"complex numbers are not known here: {text}")
    plain = text.replace("_", "")
    hexadecimal = plain.lstrip("+-")[:2].lower() == "0x"
    try:
        if hexadecimal and "p" in plain.lower():
            return float.fromhex(plain)
        if not hexadecimal and any(letter in plain for letter in ".eE"):
            return _finite(float(plain))
        value = _integer(plain)
    except ValueError:
        raise TemplateError(f"illegal number syntax: {text}") from None
    if not -_WIDTH <= value < _WIDTH:
        raise TemplateError(f"{text} overflows int")
    return value


def _finite(value: float) -> float:
    if math.isinf(value):
        raise ValueError
    return value


def _integer(text: str) -> int:
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1] not in "xXoObB":
        return int(text, 8)
    return int(text, 0)
