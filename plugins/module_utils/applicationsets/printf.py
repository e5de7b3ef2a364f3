# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from values as Go's fmt package writes it: Sprint, Sprintln and Sprintf."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from .quoting import quote
from .values import UnsupportedError, encode, is_list, is_map, shortest, show, type_name

WIDTH_LIMIT = 1_000_000
_VERB = re.compile(r"%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?", re.DOTALL)
_INTEGER = {"d": "d", "b": "b", "o": "o", "x": "x", "X": "X"}


def sprint(values: Sequence[Any]) -> str:
    """Put a space between two values of which neither is a string."""
    text = ""
    for position, value in enumerate(values):
        if position and not isinstance(value, str) and not isinstance(values[position - 1], str):
            text += " "
        text += show(value)
    return text


def sprintln(values: Sequence[Any]) -> str:
    return " ".join(map(show, values)) + "\n"


def sprintf(pattern: str, values: Sequence[Any]) -> str:
    """Give the formatted text. Wrong verbs and counts are told in it, as Go does: ``%!d(string=x)``."""
    if "%[" in pattern or re.search(r"%[-+# 0]*(\*|\d*)\.?(\*|\d*)\[", pattern):
        raise UnsupportedError("printf with argument indexes such as %[1]s is not known here")
    parts: list[str] = []
    position = used = 0
    while True:
        begin = pattern.find("%", position)
        if begin < 0:
            parts.append(pattern[position:])
            break
        parts.append(pattern[position:begin])
        match = _verb(pattern, begin)
        verb = pattern[match.end() : match.end() + 1]
        position = match.end() + len(verb)
        if verb == "%":
            parts.append("%")
            continue
        spec, used, complaint = _Spec.read(match, values, used)
        parts.append(complaint)
        if not verb:
            parts.append("%!(NOVERB)")
        elif used >= len(values):
            parts.append(f"%!{verb}(MISSING)")
        else:
            parts.append(spec.write(verb, values[used]))
            used += 1
    if used < len(values):
        extra = ", ".join("<nil>" if value is None else f"{type_name(value)}={show(value)}" for value in values[used:])
        parts.append(f"%!(EXTRA {extra})")
    return "".join(parts)


def _verb(pattern: str, begin: int) -> re.Match[str]:
    match = _VERB.match(pattern, begin)
    if match is None:
        raise UnsupportedError(f"printf with {pattern!r} is not known here")
    return match


class _Spec:
    """Flags, width and precision of one verb."""

    def __init__(self, flags: str, width: int | None, precision: int | None) -> None:
        self.minus = "-" in flags or (width or 0) < 0
        self.plus, self.sharp, self.space = "+" in flags, "#" in flags, " " in flags
        self.zero = "0" in flags and not self.minus
        self.width, self.precision = abs(width or 0), precision

    @classmethod
    def read(cls, match: re.Match[str], values: Sequence[Any], used: int) -> tuple[_Spec, int, str]:
        numbers: list[int | None] = []
        complaint = ""
        dotted = "." in match.group()
        for text, bad in ((match.group(2), "%!(BADWIDTH)"), (match.group(3), "%!(BADPREC)")):
            number = int(text) if text and text != "*" else None
            if text == "*":
                given = values[used] if used < len(values) else None
                used += 1
                usable = isinstance(given, int) and not isinstance(given, bool) and abs(given) <= WIDTH_LIMIT
                number = given if usable else None
                complaint += "" if usable else bad
            if number is not None and abs(number) > WIDTH_LIMIT:
                raise UnsupportedError(f"printf with a width of {number}")
            numbers.append(number)
        width, precision = numbers
        if precision is None and dotted and match.group(3) is None:
            precision = 0
        if precision is not None and precision < 0:
            precision = None
        return cls(match.group(1), width, precision), used, complaint

    def write(self, verb: str, value: Any) -> str:
        if verb == "T":
            return self.pad("<nil>" if value is None else type_name(value))
        if verb == "v" and self.sharp:
            raise UnsupportedError("printf with %#v is not known here")
        if value is None:
            return self.pad("<nil>") if verb == "v" else f"%!{verb}(<nil>)"
        if is_list(value) or is_map(value):
            return self.container(verb, value)
        text = self.scalar(verb, value)
        return f"%!{verb}({type_name(value)}={show(value)})" if text is None else text

    def container(self, verb: str, value: Any) -> str:
        if verb == "p":
            raise UnsupportedError("printf with %p depends on memory")
        if is_list(value):
            return "[" + " ".join(self.item(verb, item) for item in value) + "]"
        pairs = (f"{self.write(verb, key)}:{self.item(verb, value[key])}" for key in sorted(value))
        return "map[" + " ".join(pairs) + "]"

    def item(self, verb: str, value: Any) -> str:
        return "<nil>" if value is None else self.write(verb, value)

    def scalar(self, verb: str, value: Any) -> str | None:
        if isinstance(value, bool):
            return self.pad(show(value)) if verb in "vt" else None
        if isinstance(value, int):
            return self.integer(verb, value)
        if isinstance(value, float):
            return self.floating(verb, value)
        return self.string(verb, value if isinstance(value, str) else str(value))

    def string(self, verb: str, value: str) -> str | None:
        if self.precision is not None and verb in "vsq":
            value = value[: self.precision]
        if verb in "vs":
            return self.pad(value)
        if verb == "q":
            return self.pad(quote(value, ascii_only=self.plus, raw=self.sharp))
        if verb in "xX":
            raw = encode(value)[: self.precision]
            text = raw.hex(" ") if self.space else raw.hex()
            if self.sharp and raw:
                text = " ".join("0x" + part for part in text.split(" "))
            return self.pad(text.upper() if verb == "X" else text)
        return None

    def integer(self, verb: str, value: int) -> str | None:
        verb = "d" if verb == "v" else verb
        if verb in "cqU":
            return self.rune(verb, value)
        if verb == "O":
            return self.numeric(("-" if value < 0 else "") + "0o" + format(abs(value), "o"))
        if verb not in _INTEGER:
            return None
        digits = format(abs(value), _INTEGER[verb])
        if self.precision is not None:
            digits = "" if self.precision == 0 and value == 0 else digits.rjust(self.precision, "0")
            self.zero = False
        if self.sharp:
            digits = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}.get(verb, "") + digits
        return self.numeric(("-" if value < 0 else "") + digits)

    def rune(self, verb: str, value: int) -> str:
        char = chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else "\ufffd"
        if verb == "c":
            return self.pad(char)
        if verb == "U":
            return self.pad(f"U+{value:04X}" + (f" '{char}'" if self.sharp and char.isprintable() else ""))
        return self.pad("'" + quote(char, ascii_only=self.plus)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'")

    def floating(self, verb: str, value: float) -> str | None:
        if verb not in "veEfFgG":
            return None
        if math.isnan(value) or math.isinf(value):
            self.zero = False
            return self.numeric("NaN" if math.isnan(value) else "-Inf" if value < 0 else "+Inf" if self.plus else "Inf")
        if self.sharp:
            raise UnsupportedError(f"printf with %#{verb} is not known here")
        return self.numeric(self.digits(verb, value))

    def digits(self, verb: str, value: float) -> str:
        if verb in "vgG" and self.precision is None:
            text = show(value)
            if verb == "G":
                text = text.upper()
            return text
        if verb in "vgG":
            return _general(value, self.precision or 1, upper=verb == "G")
        precision = 6 if self.precision is None else self.precision
        if verb in "fF":
            return f"{Decimal(value):.{precision}f}"
        return f"{value:.{precision}{verb}}"

    def numeric(self, text: str) -> str:
        if not text.startswith(("-", "+")):
            text = ("+" if self.plus else " " if self.space else "") + text
        if self.zero and len(text) < self.width:
            sign = text[0] if text[:1] in ("-", "+", " ") and text else ""
            return sign + text[len(sign) :].rjust(self.width - len(sign), "0")
        return self.pad(text)

    def pad(self, text: str) -> str:
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero else " ")


def _general(value: float, precision: int, *, upper: bool) -> str:
    text = f"{value:.{precision}g}"
    mantissa, sep, exponent = text.partition("e")
    _sign, digits, _point = shortest(value)
    if sep and precision > len(digits) and -4 <= int(exponent) < precision:
        return f"{Decimal(value):f}"
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    text = mantissa + sep + exponent
    return text.upper() if upper else text
