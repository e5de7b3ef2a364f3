# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as sigs.k8s.io/yaml reads and writes it: YAML 1.1 with ``y`` and ``on`` as booleans, and JSON's values only."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cmp_to_key
from typing import Any

from ..manifests import document
from ..manifests.document import MISSING_YAML
from . import gojson
from .sprig_numbers import parse_int
from .values import Maps, NilList, TemplateError, UnsupportedError, is_list, is_map
from .values import number as number_text

try:
    import yaml
except ImportError:
    pass
else:

    class _Dumper(yaml.CSafeDumper if document.HAS_YAML else yaml.SafeDumper):  # type: ignore[misc]
        def ignore_aliases(self, _data: Any) -> bool:
            return True

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is yaml.ScalarNode and implicit[0]:
                return _TAG + ("float" if _ENDLESS.fullmatch(value) else _NAMES[type(plain(value))])
            return super().resolve(kind, value, implicit)

    def _represent_text(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar(_TAG + "str", text, style=_style(text))

    def _represent_number(dumper: Any, text: _Number) -> Any:
        return dumper.represent_scalar(_TAG + "float", str(text))

    _Dumper.add_representer(str, _represent_text)
    _Dumper.add_multi_representer(str, _represent_number)


class _Number(str):
    """The digits of a number."""


_TAG = "tag:yaml.org,2002:"
_NAMES: dict[type, str] = {str: "str", float: "float", bool: "bool", type(None): "null"}
NODE_LIMIT = 1_000_000
DEPTH_LIMIT = 100
_WORDS: dict[str, Any] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS.update({form: True for word in ("y", "yes", "true", "on") for form in (word, word.title(), word.upper())})
_WORDS.update({form: False for word in ("n", "no", "false", "off") for form in (word, word.title(), word.upper())})
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]+(Z|z|[+-][0-9]{2}:[0-9]{2})?)?")


def plain(text: str) -> Any:
    """Give what a scalar without quotes and tag stands for: str, float, bool or None."""
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        raise TemplateError(f"the number {text} cannot be told in JSON")
    if text[0] not in "+-.0123456789":
        return text
    digits = text.replace("_", "") if text[0] != "." else text
    whole = parse_int(digits, 0)
    if whole is None and digits.startswith(("0b", "-0b")):
        whole = parse_int(digits.replace("0b", "", 1), 2)
    if whole is not None:
        return float(whole)
    return float(digits) if _FLOAT.fullmatch(digits) else text


def loads(text: str) -> Any:
    """Read the first document of a text; None if there is none. TemplateError if it is no YAML."""
    if not document.HAS_YAML:
        raise MISSING_YAML
    try:
        return _Reader(yaml.parse(text, Loader=yaml.CSafeLoader)).document()
    except yaml.YAMLError as error:
        raise TemplateError(f"invalid YAML: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise UnsupportedError("holds YAML that nests too deeply") from None


class _Reader:
    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, Any] = {}
        self.nodes = self.depth = 0

    def document(self) -> Any:
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                return self.node(event)
            if isinstance(event, yaml.DocumentEndEvent):
                return None
        return None

    def count(self, value: Any) -> None:
        """Aliases make a short text stand for a huge value."""
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise UnsupportedError(f"holds YAML with more than {NODE_LIMIT} values")
        for item in value.values() if is_map(value) else value if is_list(value) else ():
            self.count(item)

    def node(self, event: Any) -> Any:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise TemplateError(f"unknown anchor '{event.anchor}' referenced")
            value = self.anchors[event.anchor]
            self.count(value)
            return value
        self.count(None)
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise UnsupportedError(f"holds YAML with more than {DEPTH_LIMIT} levels")
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self.mapping()
        else:
            value = self.sequence()
        self.depth -= 1
        if event.anchor:
            self.anchors[event.anchor] = value
        return value

    def sequence(self) -> list[Any]:
        found = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self.node(event))
        return found

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            merges = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
            key = self.node(event)
            value = self.node(next(self.events))
            if merges:
                _merge(merged, value)
            else:
                found[_key(key)] = value
        return {**merged, **found}


def _merge(merged: dict[str, Any], value: Any) -> None:
    for each in reversed(value) if is_list(value) else [value]:
        if not is_map(each):
            raise TemplateError("map merge requires map or sequence of maps as the value")
        merged.update(each)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float):
        return number_text(key) if key != int(key) else str(int(key))
    raise TemplateError("unsupported map key: only text, numbers and booleans are")


def _scalar(event: Any) -> Any:
    tag = (event.tag or "").removeprefix(_TAG)
    if event.implicit[0] and tag in ("", "!"):
        return plain(event.value)
    if tag == "binary":
        try:
            return base64.b64decode(event.value).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise TemplateError("!!binary value contains invalid base64 data") from None
    if tag not in ("int", "float", "bool", "null"):
        return str(event.value)
    value = plain(event.value)
    names = {bool: ("bool",), float: ("int", "float"), type(None): ("null",)}
    if tag not in names.get(type(value), ()):
        raise TemplateError(f"cannot decode `{event.value}` as a !!{tag}")
    return value


def dumps(value: Any) -> str:
    """Write a value as a document without a line end after it."""
    if not document.HAS_YAML:
        raise MISSING_YAML
    text = yaml.dump(_plain(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=80)
    return str(text).removesuffix("\n...\n").removesuffix("\n")


def _plain(value: Any) -> Any:
    if is_map(value):
        return {key: _plain(value[key]) for key in sorted(value, key=cmp_to_key(_natural))}
    if is_list(value):
        return [_plain(item) for item in value] if value or not isinstance(value, (Maps, NilList)) else None
    if isinstance(value, float):
        digits = gojson.number(value or 0.0)
        return _Number(digits if digits.lstrip("-").isdigit() and abs(value) < 1 << 64 else number_text(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return _Number(int(value))
    if value is None or isinstance(value, (str, bool)):
        return value
    raise TemplateError(f"json: unsupported type: {type(value).__name__}")


def _style(text: str) -> str | None:
    if "\n" in text:
        return "|"
    quoted = _BASE60.fullmatch(text) or _DATE.fullmatch(text) or _ENDLESS.fullmatch(text)
    return '"' if quoted or not isinstance(plain(text), str) else None


def _natural(one: str, two: str) -> int:
    """Order keys with numbers in them by value (keyList.Less of go.yaml.in/yaml)."""
    for at, (left, right) in enumerate(zip(one, two)):
        if left == right:
            continue
        if left.isalpha() and right.isalpha():
            return -1 if left < right else 1
        if left.isalpha() or right.isalpha():
            return -1 if right.isalpha() else 1
        return _by_number(one, two, at)
    return len(one) - len(two)


def _by_number(one: str, two: str, at: int) -> int:
    runs = [re.match("[0-9]*", text[at:]) for text in (one, two)]
    digits = [run.group() if run else "" for run in runs]
    before = re.search("[0-9]*$", one[:at])
    lead = "1" if "0" in (one[at], two[at]) and before and before.group().strip("0") else ""
    left, right = (int(lead + each or "0") for each in digits)
    for smaller, larger in ((left, right), (len(digits[0]), len(digits[1])), (ord(one[at]), ord(two[at]))):
        if smaller != larger:
            return -1 if smaller < larger else 1
    return 0
