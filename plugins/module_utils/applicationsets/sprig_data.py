# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sprig's functions for lists, mappings and choices (github.com/Masterminds/sprig: list.go, dict.go, defaults.go)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from .functions import Library
from .merging import fill, override
from .sprig_numbers import to_int
from .sprig_text import texts
from .values import (
    NilList,
    Strings,
    TemplateError,
    UnsupportedError,
    encode,
    is_list,
    is_map,
    kind_name,
    show,
    truth,
    type_name,
)

DATA = Library()


class Unordered(list):  # type: ignore[type-arg]
    """Keys or values of a mapping: Go gives them in another order each time, so only what needs no order is known."""

    type_name, kind_name = "[]interface {}", "slice"

    def __iter__(self) -> Any:
        if len(self) > 1:
            raise UnsupportedError("depends on the order of a mapping's keys, which is another one each time")
        return super().__iter__()

    def __getitem__(self, at: Any) -> Any:
        return list(self)[at]

    def plain(self) -> list[Any]:
        """Give the items in an order that must not matter."""
        return [super(Unordered, self).__getitem__(at) for at in range(len(self))]


class UnorderedKeys(Unordered):
    type_name = "[]string"


def empty(value: Any) -> bool:
    return not truth(value)


def _listed(name: str, value: Any) -> list[Any]:
    if not is_list(value):
        raise TemplateError(f"error calling {name}: Cannot {name} on type {kind_name(value)}")
    return list(value)


def same(one: Any, two: Any) -> bool:
    """Compare as reflect.DeepEqual does: types count."""
    if type_name(one) != type_name(two):
        return False
    if is_list(one):
        return len(one) == len(two) and all(map(same, one, two))
    if is_map(one):
        return one.keys() == two.keys() and all(same(value, two[key]) for key, value in one.items())
    return bool(one == two)


DATA.add("empty", "a")(empty)
DATA.add("all", "*a")(lambda *values: not any(map(empty, values)))
DATA.add("any", "*a")(lambda *values: not all(map(empty, values)))
DATA.add("default", "a*a")(lambda other, *given: other if not given or empty(given[0]) else given[0])
DATA.add("coalesce", "*a")(lambda *values: next((value for value in values if truth(value)), None))
DATA.add("ternary", "aab")(lambda yes, no, choice: yes if choice else no)
DATA.add("typeOf", "a")(type_name)
DATA.add("kindOf", "a")(kind_name)
DATA.add("typeIs", "sa")(lambda name, value: name == type_name(value))
DATA.add("typeIsLike", "sa")(lambda name, value: type_name(value) in (name, "*" + name))
DATA.add("kindIs", "sa")(lambda name, value: name == kind_name(value))
DATA.add("deepEqual", "aa")(same)

DATA.add("list tuple", "*a")(lambda *values: list(values))
DATA.add("append push mustAppend mustPush", "aa")(lambda values, one: [*_listed("push", values), one])
DATA.add("prepend mustPrepend", "aa")(lambda values, one: [one, *_listed("prepend", values)])
DATA.add("first mustFirst", "a")(lambda values: next(iter(_listed("first", values)), None))
DATA.add("last mustLast", "a")(lambda values: (_listed("last", values) or [None])[-1])
DATA.add("rest mustRest", "a")(
    lambda values: _listed("rest", values)[1:] if values else NilList(_listed("rest", values))
)
DATA.add("initial mustInitial", "a")(
    lambda values: _listed("initial", values)[:-1] if values else NilList(_listed("initial", values))
)
DATA.add("reverse mustReverse", "a")(lambda values: _listed("reverse", values)[::-1])
DATA.add("compact mustCompact", "a")(lambda values: [item for item in _listed("compact", values) if truth(item)])


@DATA.add("concat", "*a")
def _concat(*lists: Any) -> list[Any]:
    found = [item for each in lists for item in _listed("concat", each)]
    return found or NilList()


@DATA.add("deepCopy mustDeepCopy", "a")
def _copy(value: Any) -> Any:
    if value is None:
        raise TemplateError("error calling deepCopy: reflect: call of reflect.Value.Type on zero Value")
    return deepcopy(value)


@DATA.add("uniq mustUniq", "a")
def _uniq(values: Any) -> list[Any]:
    found: list[Any] = []
    for item in _listed("uniq", values):
        if not any(same(item, other) for other in found):
            found.append(item)
    return found


@DATA.add("without mustWithout", "a*a")
def _without(values: Any, *unwanted: Any) -> list[Any]:
    return [item for item in _listed("without", values) if not any(same(item, other) for other in unwanted)]


@DATA.add("has mustHas", "aa")
def _has(needle: Any, values: Any) -> bool:
    if values is None:
        return False
    items = values.plain() if isinstance(values, Unordered) else _listed("has", values)
    return any(same(needle, item) for item in items)


@DATA.add("slice mustSlice", "a*a")
def _slice(values: Any, *bounds: Any) -> Any:
    items = _listed("slice", values)
    if not items:
        return None
    start = to_int(bounds[0]) if bounds else 0
    end = to_int(bounds[1]) if len(bounds) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise TemplateError("error calling slice: reflect.Value.Slice: slice index out of bounds")
    return type(values)(items[start:end])


@DATA.add("chunk mustChunk", "ia")
def _chunk(size: int, values: Any) -> list[Any]:
    items = _listed("chunk", values)
    if size < 1:
        raise TemplateError("error calling chunk: the size is not positive")
    return [items[at : at + size] for at in range(0, len(items), size)]


@DATA.add("sortAlpha", "a")
def _sort(values: Any) -> Strings:
    if not is_list(values):
        return Strings([show(values)])
    return Strings(sorted(texts(values.plain() if isinstance(values, Unordered) else values), key=encode))


@DATA.add("dict", "*a")
def _dict(*values: Any) -> dict[str, Any]:
    pairs = [*values, ""] if len(values) % 2 else values
    return {show(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}


DATA.add("get", "ds")(lambda mapping, key: mapping.get(key, ""))
DATA.add("hasKey", "ds")(lambda mapping, key: key in mapping)
DATA.add("pluck", "s*d")(lambda key, *mappings: [each[key] for each in mappings if key in each])
DATA.add("pick", "d*s")(lambda mapping, *keys: {key: mapping[key] for key in keys if key in mapping})
DATA.add("omit", "d*s")(lambda mapping, *keys: {key: value for key, value in mapping.items() if key not in keys})
DATA.add("keys", "*d")(lambda *mappings: UnorderedKeys(key for each in mappings for key in each))
DATA.add("values", "d")(lambda mapping: Unordered(mapping.values()))


@DATA.add("set", "dsa")
def _set(mapping: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    mapping[key] = value
    return mapping


@DATA.add("unset", "ds")
def _unset(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    mapping.pop(key, None)
    return mapping


@DATA.add("merge mustMerge", "d*d")
def _merge(target: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    for other in others:
        fill(target, other)
    return target


@DATA.add("mergeOverwrite mustMergeOverwrite", "d*d")
def _merge_overwrite(target: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    for other in others:
        override(target, other)
    return target


@DATA.add("dig", "*a")
def _dig(*given: Any) -> Any:
    if len(given) < 3:
        raise TemplateError("error calling dig: dig needs at least three arguments")
    *keys, default, step = given
    for key in keys:
        if not isinstance(key, str) or step.__class__ is not dict:
            raise TemplateError(f"error calling dig: interface conversion: interface {{}} is {type_name(step)}")
        if key not in step:
            return default
        step = step[key]
    return step
