# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions a template may call: their names, the types they want, and what they do.

A parameter's type is one letter: ``s`` string, ``i`` int, ``f`` float64, ``b`` bool, ``d`` map[string]any, ``l`` []any,
``n`` []int, ``a`` anything (no value becomes None), ``v`` anything (no value stays MISSING). A ``*`` before the last
one makes it variadic. Go refuses an argument of another type when the template runs, and so does the executor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .values import MISSING, Ints, TemplateError, is_nothing, type_name

Run = TypeVar("Run", bound=Callable[..., Any])


class Function(NamedTuple):
    """``fixed`` are the types of the parameters, ``rest`` the one of all further ones, if there may be any."""

    name: str
    fixed: str
    rest: str
    run: Callable[..., Any]


_CLASSES = {"s": str, "i": int, "f": float, "b": bool, "d": dict, "l": list, "n": Ints}
_NAMES = {
    "s": "string",
    "i": "int",
    "f": "float64",
    "b": "bool",
    "d": "map[string]interface {}",
    "l": "[]interface {}",
    "n": "[]int",
    "a": "interface {}",
    "v": "reflect.Value",
}
_NILS = {"d": dict, "l": list, "n": Ints}


class Library(dict[str, Function]):
    """Functions by name."""

    def add(self, names: str, types: str = "") -> Callable[[Run], Run]:
        """Register what is decorated under some names."""

        def decorate(run: Run) -> Run:
            fixed, _star, rest = types.partition("*")
            for name in names.split():
                self[name] = Function(name, fixed, rest, run)
            return run

        return decorate


def expected(function: Function, position: int) -> str:
    """Give the type letter of an argument."""
    return function.fixed[position] if position < len(function.fixed) else function.rest


def check_count(function: Function, given: int) -> None:
    if function.rest and given < len(function.fixed):
        raise TemplateError(
            f"wrong number of args for {function.name}: want at least {len(function.fixed)} got {given}"
        )
    if not function.rest and given != len(function.fixed):
        raise TemplateError(f"wrong number of args for {function.name}: want {len(function.fixed)} got {given}")


def argument(value: Any, letter: str) -> Any:
    """Give a value as the parameter's type, or raise TemplateError (text/template: validateType)."""
    if letter == "v":
        return value
    if letter == "a":
        return None if is_nothing(value) else value
    if value is MISSING:
        if letter in _NILS:
            return _NILS[letter]()
        raise TemplateError(f"invalid value; expected {_NAMES[letter]}")
    if value.__class__ is not _CLASSES[letter]:
        got = "interface {}" if value is None else type_name(value)
        raise TemplateError(f"wrong type for value; expected {_NAMES[letter]}; got {got}")
    return value


def constant(value: Any, text: str, letter: str) -> Any:
    """Give a constant as the parameter's type: an untyped number fits more than one."""
    if letter in "av":
        return value
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    if letter == "f" and numeric:
        return float(value)
    if letter == "i" and numeric and value == int(value):
        return int(value)
    if letter in "sb" and value.__class__ is _CLASSES[letter]:
        return value
    raise TemplateError(f"expected {_NAMES[letter]}; found {text}")


def nil(letter: str) -> Any:
    """Give the word ``nil`` as the parameter's type."""
    if letter in "av":
        return None
    if letter in _NILS:
        return _NILS[letter]()
    raise TemplateError(f"cannot assign nil to {_NAMES[letter]}")
