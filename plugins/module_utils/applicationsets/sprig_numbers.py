# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sprig's functions for numbers (github.com/Masterminds/sprig, numeric.go) and its conversions (spf13/cast)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, localcontext
from typing import Any

from .functions import Library
from .values import Int64, Ints, TemplateError, UnsupportedError, is_list, is_map, show

NUMBERS = Library()
COUNT_LIMIT = 100_000
_WRAP = 1 << 64


def wrapped(value: int) -> Int64:
    """Give what an int64 holds of a number."""
    return Int64((value + (_WRAP >> 1)) % _WRAP - (_WRAP >> 1))


def to_int(value: Any) -> int:
    """Convert as cast.ToInt64 does: what is no number is 0."""
    if isinstance(value, bool) or value is None or is_list(value) or is_map(value):
        return int(value is True)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not abs(value) < _WRAP >> 1:
            raise UnsupportedError(f"the conversion of {show(value)} to an integer depends on the processor")
        return int(value)
    return parse_int(re.sub(r"\.0+\Z", "", value), 0) or 0 if isinstance(value, str) else 0


def parse_int(text: str, base: int) -> int | None:
    """Parse as strconv.ParseInt does, or give None: 0 as base takes prefixes and underscores, too big is None."""
    if not re.fullmatch(r"[+-]?[0-9A-Za-z_]+", text, re.ASCII) or (base and "_" in text):
        return None
    digits = text.lstrip("+-")
    if base == 0 and len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567_":
        base, text = 8, text.replace("_", "", 1) if digits[1] == "_" else text
    try:
        value = int(text, base)
    except ValueError:
        return None
    return value if -(_WRAP >> 1) <= value < _WRAP >> 1 else None


def to_float(value: Any) -> float:
    """Convert as cast.ToFloat64 does."""
    if isinstance(value, str):
        try:
            return float(value) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value, re.ASCII) else 0.0
        except OverflowError:
            return 0.0
    return float(value) if isinstance(value, (int, float)) else 0.0


NUMBERS.add("atoi", "s")(lambda text: parse_int(text, 10) or 0)
NUMBERS.add("int", "a")(lambda value: int(to_int(value)))
NUMBERS.add("int64", "a")(lambda value: Int64(to_int(value)))
NUMBERS.add("float64", "a")(to_float)
NUMBERS.add("toDecimal", "a")(lambda value: Int64(parse_int(show(value), 8) or 0))
NUMBERS.add("add1", "a")(lambda value: wrapped(to_int(value) + 1))
NUMBERS.add("add", "*a")(lambda *values: wrapped(sum(map(to_int, values))))
NUMBERS.add("sub", "aa")(lambda one, two: wrapped(to_int(one) - to_int(two)))
NUMBERS.add("mul", "a*a")(lambda *values: wrapped(math.prod(map(to_int, values))))
NUMBERS.add("max biggest", "a*a")(lambda *values: Int64(max(map(to_int, values))))
NUMBERS.add("min", "a*a")(lambda *values: Int64(min(map(to_int, values))))
NUMBERS.add("maxf", "a*a")(lambda *values: max(map(to_float, values)))
NUMBERS.add("minf", "a*a")(lambda *values: min(map(to_float, values)))
NUMBERS.add("floor", "a")(lambda value: float(math.floor(to_float(value))))


@NUMBERS.add("ceil", "a")
def _ceil(value: Any) -> float:
    number = to_float(value)
    return math.copysign(float(math.ceil(number)), number)


@NUMBERS.add("div", "aa")
def _div(one: Any, two: Any) -> Int64:
    top, bottom = to_int(one), to_int(two)
    if not bottom:
        raise TemplateError("error calling div: runtime error: integer divide by zero")
    return wrapped(abs(top) // abs(bottom) * (1 if (top < 0) == (bottom < 0) else -1))


@NUMBERS.add("mod", "aa")
def _mod(one: Any, two: Any) -> Int64:
    top, bottom = to_int(one), to_int(two)
    if not bottom:
        raise TemplateError("error calling mod: runtime error: integer divide by zero")
    return Int64(int(math.copysign(1, top)) * (abs(top) % abs(bottom)))


def _decimals(first: Any, others: tuple[Any, ...], compute: Callable[[Decimal, Decimal], Decimal]) -> float:
    """Compute with the shortest decimals that tell the numbers (shopspring/decimal)."""
    with localcontext() as context:
        context.prec = 400
        result = Decimal(repr(to_float(first)))
        for other in others:
            result = compute(result, Decimal(repr(to_float(other))))
        return float(result) or 0.0


def _divided(one: Decimal, two: Decimal) -> Decimal:
    try:
        return (one / two).quantize(Decimal(1).scaleb(-16), ROUND_HALF_UP)
    except DivisionByZero:
        raise TemplateError("error calling divf: decimal division by 0") from None


NUMBERS.add("add1f", "a")(lambda value: _decimals(value, (1,), lambda one, two: one + two))
NUMBERS.add("addf", "*a")(lambda *values: _decimals(0, values, lambda one, two: one + two))
NUMBERS.add("subf", "a*a")(lambda first, *others: _decimals(first, others, lambda one, two: one - two))
NUMBERS.add("mulf", "a*a")(lambda first, *others: _decimals(first, others, lambda one, two: one * two))
NUMBERS.add("divf", "a*a")(lambda first, *others: _decimals(first, others, _divided))


@NUMBERS.add("round", "ai*f")
def _round(value: Any, places: int, *half: float) -> float:
    power = math.pow(10, places)
    digit = power * to_float(value)
    up = math.modf(digit)[0] >= (half[0] if half else 0.5)
    return (math.ceil(digit) if up else math.floor(digit)) / power


def _steps(start: int, stop: int, step: int) -> Ints:
    if step == 0 or (stop < start) != (step < 0):
        return Ints()
    if abs((stop - start) // step) > COUNT_LIMIT:
        raise UnsupportedError(f"counts further than {COUNT_LIMIT}")
    return Ints(range(start, stop, step))


NUMBERS.add("until", "i")(lambda count: _steps(0, count, -1 if count < 0 else 1))
NUMBERS.add("untilStep", "iii")(_steps)


@NUMBERS.add("seq", "*i")
def _seq(*given: int) -> str:
    if not 0 < len(given) < 4:
        return ""
    start = 1 if len(given) == 1 else given[0]
    end = given[-1]
    down = -1 if end < start else 1
    step = given[1] if len(given) == 3 else down
    if len(given) == 3 and down < 0 < step:
        return ""
    return " ".join(map(str, _steps(start, end + down, step)))
