# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions that every Go template has (text/template/funcs.go of Go); ``and`` and ``or`` are in the executor."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus

from .functions import Library
from .printf import sprint, sprintf, sprintln
from .values import (
    MISSING,
    Byte,
    StringMap,
    TemplateError,
    encode,
    is_list,
    is_map,
    is_nothing,
    show,
    truth,
    type_name,
)

BUILTINS = Library()
_HTML = {'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"}
_JS = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def basic(value: Any) -> str:
    """Give the kind that comparisons know: ``bool``, ``int``, ``float``, ``string``; "" for others."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    return "string" if isinstance(value, str) else ""


@BUILTINS.add("eq", "v*v")
def eq(first: Any, *others: Any) -> bool:
    if not others:
        raise TemplateError("error calling eq: missing argument for comparison")
    return any(_equal(first, other) for other in _until_true(first, others))


def _until_true(first: Any, others: tuple[Any, ...]) -> Any:
    for other in others:
        yield other
        if basic(first) and basic(first) == basic(other) and first == other:
            return


def _equal(one: Any, two: Any) -> bool:
    if basic(one) != basic(two):
        if is_nothing(one) or is_nothing(two):
            return False
        raise TemplateError(
            f"error calling eq: incompatible types for comparison: {type_name(one)} and {type_name(two)}"
        )
    if basic(one):
        return bool(one == two)
    if is_nothing(one) or is_nothing(two):
        return is_nothing(one) and is_nothing(two)
    raise TemplateError(f"error calling eq: non-comparable type {show(two)}: {type_name(two)}")


@BUILTINS.add("ne", "vv")
def ne(one: Any, two: Any) -> bool:
    return not eq(one, two)


@BUILTINS.add("lt", "vv")
def lt(one: Any, two: Any) -> bool:
    kinds = basic(one), basic(two)
    if not all(kinds) or kinds == ("bool", "bool"):
        raise TemplateError("error calling lt: invalid type for comparison")
    if kinds[0] != kinds[1]:
        raise TemplateError(
            f"error calling lt: incompatible types for comparison: {type_name(one)} and {type_name(two)}"
        )
    if kinds[0] == "string":
        return encode(one) < encode(two)
    return bool(one < two)


@BUILTINS.add("le", "vv")
def le(one: Any, two: Any) -> bool:
    return lt(one, two) or eq(one, two)


@BUILTINS.add("gt", "vv")
def gt(one: Any, two: Any) -> bool:
    return not le(one, two)


@BUILTINS.add("ge", "vv")
def ge(one: Any, two: Any) -> bool:
    return not lt(one, two)


@BUILTINS.add("not", "v")
def negate(value: Any) -> bool:
    return not truth(value)


@BUILTINS.add("len", "v")
def length(value: Any) -> int:
    if is_map(value) or is_list(value):
        return len(value)
    if isinstance(value, str):
        return len(encode(value))
    raise TemplateError(f"error calling len: len of type {type_name(value)}")


@BUILTINS.add("index", "v*v")
def index(item: Any, *indexes: Any) -> Any:
    if is_nothing(item):
        raise TemplateError("error calling index: index of untyped nil")
    for key in indexes:
        if is_nothing(item):
            raise TemplateError("error calling index: index of nil pointer")
        if is_map(item):
            item = _lookup(item, key)
        elif is_list(item) or isinstance(item, str):
            item = _at(item, key)
        else:
            raise TemplateError(f"error calling index: can't index item of type {type_name(item)}")
    return item


def _lookup(item: dict[Any, Any], key: Any) -> Any:
    if is_nothing(key):
        raise TemplateError("error calling index: value is nil; should be of type string")
    if not isinstance(key, str):
        raise TemplateError(f"error calling index: value has type {type_name(key)}; should be string")
    return item.get(key, "" if isinstance(item, StringMap) else None)


def _at(item: Any, key: Any) -> Any:
    if is_nothing(key):
        raise TemplateError("error calling index: cannot index slice/array with nil")
    if basic(key) != "int":
        raise TemplateError(f"error calling index: cannot index slice/array with type {type_name(key)}")
    content = encode(item) if isinstance(item, str) else item
    if not 0 <= key < len(content):
        raise TemplateError(f"error calling index: index out of range: {key}")
    return Byte(content[key]) if isinstance(item, str) else content[key]


@BUILTINS.add("call", "v*v")
def call(function: Any, *_args: Any) -> Any:
    if is_nothing(function):
        raise TemplateError("error calling call: call of nil")
    raise TemplateError(f"error calling call: non-function of type {type_name(function)}")


@BUILTINS.add("print", "*a")
def print_(*values: Any) -> str:
    return sprint(values)


@BUILTINS.add("println", "*a")
def println(*values: Any) -> str:
    return sprintln(values)


@BUILTINS.add("printf", "s*a")
def printf(pattern: str, *values: Any) -> str:
    return sprintf(pattern, values)


def _text(values: tuple[Any, ...]) -> str:
    """Join arguments as the escaping functions do: one string is itself, no value is said so."""
    shown = ["<no value>" if value is MISSING or value is None else value for value in values]
    return shown[0] if len(shown) == 1 and isinstance(shown[0], str) else sprint(shown)


@BUILTINS.add("html", "*v")
def html(*values: Any) -> str:
    return "".join(_HTML.get(char, char) for char in _text(values))


@BUILTINS.add("js", "*v")
def js(*values: Any) -> str:
    def escape(char: str) -> str:
        if char in _JS:
            return _JS[char]
        if char < " ":
            return f"\\u{ord(char):04X}"
        return char if char.isprintable() or ord(char) < 128 else f"\\u{ord(char):04X}"

    return "".join(map(escape, _text(values)))


@BUILTINS.add("urlquery", "*v")
def urlquery(*values: Any) -> str:
    return re.sub("%[0-9a-f]{2}", lambda found: found.group().upper(), quote_plus(encode(_text(values)), safe="~"))
