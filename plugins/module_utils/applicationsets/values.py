# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways a prediction ends without a result, and the values that templates compute with.

Values are Go's, held in Python's types:

| Go | Python |
|---|---|
| ``string`` | str; bytes that are no UTF-8 are surrogates (``surrogateescape``) |
| ``int``, ``int64``, ``float64``, ``uint8``, ``bool`` | int, Int64, float, Byte, bool |
| ``[]any``, ``[]string``, ``[]int`` | list, Strings, Ints |
| ``map[string]any``, ``map[string]string`` | dict, StringMap |
| a nil interface (JSON's null) | None |
| no value at all (the key that is not there) | MISSING |
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._errors import GitopsError

if TYPE_CHECKING:
    from typing import TypeGuard  # Python 3.10


class GenerationError(GitopsError):
    """Argo CD's controller would report an error too, and leave all Applications as they are."""


class UnsupportedError(GitopsError):
    """The result is not known without Argo CD: something outside is asked, or nothing here computes it."""


class TemplateError(Exception):
    """A template does not parse, or fails while it runs, as it does in Go. Becomes a GenerationError with its place."""


class Int64(int):
    """What arithmetic of templates gives: a function that wants an ``int`` refuses it."""


class Byte(int):
    """One byte of a string."""


class Strings(list):  # type: ignore[type-arg]
    """A list of nothing but strings."""


class Ints(list):  # type: ignore[type-arg]
    """A list of nothing but numbers of type ``int``."""


class NilList(list):  # type: ignore[type-arg]
    """A list that was never made: empty, and null in JSON and YAML."""


class Maps(list):  # type: ignore[type-arg]
    """A list of nothing but mappings."""


class StringMap(dict):  # type: ignore[type-arg]
    """A mapping with nothing but strings as values."""


class _Missing:
    def __repr__(self) -> str:
        return "<no value>"


MISSING: Any = _Missing()

_TYPES = {
    bool: "bool",
    Int64: "int64",
    Byte: "uint8",
    int: "int",
    float: "float64",
    str: "string",
    Strings: "[]string",
    Ints: "[]int",
    Maps: "[]map[string]interface {}",
    list: "[]interface {}",
    NilList: "[]interface {}",
    StringMap: "map[string]string",
    dict: "map[string]interface {}",
}
_KINDS = {
    bool: "bool",
    Int64: "int64",
    Byte: "uint8",
    int: "int",
    float: "float64",
    str: "string",
    Strings: "slice",
    Ints: "slice",
    Maps: "slice",
    list: "slice",
    NilList: "slice",
    StringMap: "map",
    dict: "map",
}


def type_name(value: Any) -> str:
    """Give the name of a value's type as Go prints it: ``map[string]interface {}``, ``<nil>``."""
    return _TYPES.get(type(value)) or str(getattr(value, "type_name", "<nil>"))


def kind_name(value: Any) -> str:
    """Give the name of a value's kind as reflect.Kind prints it: ``map``, ``invalid``."""
    return _KINDS.get(type(value)) or str(getattr(value, "kind_name", "invalid"))


def is_map(value: Any) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_nothing(value: Any) -> bool:
    return value is MISSING or value is None


def truth(value: Any) -> bool:
    """Say whether ``if`` takes a value for true (text/template: isTrue)."""
    if is_nothing(value):
        return False
    return bool(value) if _TYPES.get(type(value)) else True


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def number(value: float) -> str:
    """Write a float64 as Go's ``%v`` does (strconv.FormatFloat with 'g' and the shortest precision)."""
    return float_text(value, lowest=-4, highest=6)


def float_text(value: float, lowest: int, highest: int) -> str:
    """Write a float64 with the fewest digits that tell it, with an exponent if it is below ``lowest`` or too high."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, point = shortest(value)
    exponent = point - 1
    if exponent < lowest or exponent >= highest:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return sign + plain(digits, point)


def shortest(value: float) -> tuple[str, str, int]:
    """Give sign, digits without zeros at either end, and the position of the decimal point among them."""
    mantissa, _sep, exponent = f"{value!r}".lstrip("-").partition("e")
    whole, _sep, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if math.copysign(1, value) < 0 else ""
    return (sign, digits, point) if digits else (sign, "0", 1)


def plain(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    whole = digits[:point].ljust(point, "0")
    return whole + ("." + digits[point:] if len(digits) > point else "")


def show(value: Any) -> str:
    """Write a value as Go's ``%v`` does."""
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return str(writer(value))
    if is_list(value):
        return _show_list(value)
    return "<nil>" if is_nothing(value) else str(value)


def _show_map(value: dict[Any, Any]) -> str:
    return "map[" + " ".join(f"{show(key)}:{show(value[key])}" for key in sorted(value)) + "]"


def _show_list(value: list[Any]) -> str:
    return "[" + " ".join(map(show, value)) + "]"


_WRITERS: dict[type, Any] = {
    bool: lambda value: "true" if value else "false",
    str: lambda value: value,
    float: number,
    dict: _show_map,
    StringMap: _show_map,
    list: _show_list,
    NilList: _show_list,
    Strings: _show_list,
    Ints: _show_list,
    Maps: _show_list,
}
