# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A table of fields, read in two spellings: Ansible options (snake_case) and Kubernetes manifests (the CRD's names).

A kind is described once, as nested ``Field`` values. From that table come the module's argument spec, the manifest
that options stand for, and the check of a manifest that somebody wrote by hand.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable


@dataclass(frozen=True)
class Field:
    """One field. ``type`` is str, int, bool, int_or_str, dict or list; ``of`` is what a list or a free mapping holds.

    A dict with ``fields`` is a record of known fields, one with ``of`` maps any key to such a value, and one with
    neither holds anything. ``key`` is the CRD's name where it is not the option's name in camelCase. ``telling`` marks
    a field that means something even when it is empty, ``secret`` one whose value nobody may see; ``secret_part`` finds
    the texts in a value that nobody may see. Of a ``brief`` one Ansible is told the type and no suboptions: they are
    documented elsewhere, and ``Reader`` alone checks them. A ``verbatim`` record is free JSON for the CRD, which keeps
    it as it was written.
    """

    type: str
    of: Field | None = None
    fields: Record | None = None
    required: bool = False
    key: str = ""
    choices: tuple[str, ...] = ()
    telling: bool = False
    secret: bool = False
    secret_part: Callable[[Any], Iterable[str]] | None = None
    brief: bool = False
    verbatim: bool = False

    @cached_property
    def hides(self) -> bool:
        """Say whether the field is secret, or something in it."""
        inner = [self.of] if self.of is not None else list((self.fields or {}).values())
        return self.secret or self.secret_part is not None or any(field.hides for field in inner)

    def key_of(self, option: str) -> str:
        """Give the CRD's name of the option that this field describes."""
        first, *rest = option.split("_")
        return self.key or first + "".join(word.capitalize() for word in rest)


class Record(dict[str, Field]):
    """The known fields of an object, by option name."""

    @cached_property
    def options(self) -> dict[str, tuple[str, Field]]:
        """Give (CRD's name, field) by option name."""
        return {name: (field.key_of(name), field) for name, field in self.items()}

    @cached_property
    def keys_in_manifest(self) -> dict[str, tuple[str, Field]]:
        """Give (CRD's name, field) by the CRD's name."""
        return {key: (key, field) for key, field in self.options.values()}


STRING = Field("str")
INTEGER = Field("int")
BOOLEAN = Field("bool")
STRINGS = Field("list", of=STRING)
STRING_MAP = Field("dict", of=STRING)
ANYTHING = Field("dict")


def record(**fields: Field) -> Field:
    """Describe an object with these fields."""
    return Field("dict", fields=Record(fields))


def told(**fields: Field) -> Field:
    """Describe an object whose mere presence has a meaning, even when it is empty."""
    return Field("dict", fields=Record(fields), telling=True)


def records(**fields: Field) -> Field:
    """Describe a list of objects with these fields."""
    return Field("list", of=record(**fields))


SHORTEST_UNKNOWN = 4
"""Characters of a text that may be a secret although nothing says so: shorter ones stand in any message."""


def secret_texts(field: Field, value: Any) -> set[str]:
    """Give every text in an option's value that nobody may see; where the value is not what it should be, any text.

    That is so for keys nobody knows, too: one of them may be a secret whose name is misspelt.
    """
    if not field.hides or value is None:
        return set()
    if field.secret_part is not None and isinstance(value, _PYTHON.get(field.type, dict)):
        return set(field.secret_part(value))
    if not field.secret and isinstance(value, dict) and field.fields is not None:
        fields = field.fields
        unknown = [text for name, item in value.items() if name not in fields for text in _texts(item)]
        told = set().union(*(secret_texts(fields[name], item) for name, item in value.items() if name in fields))
        return told | {text for text in unknown if len(text) >= SHORTEST_UNKNOWN}
    if not field.secret and isinstance(value, dict) and field.of is not None:
        return set().union(*(secret_texts(field.of, item) for item in value.values()))
    if not field.secret and isinstance(value, list) and field.of is not None:
        return set().union(*(secret_texts(field.of, item) for item in value))
    return _texts(value)


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(_texts, value))
    return {str(value)} if value not in (None, "", True, False) else set()


def argument_spec(fields: Record) -> dict[str, dict[str, Any]]:
    """Give Ansible's argument spec for a record."""
    return {name: _argument(field) for name, field in fields.items()}


def _argument(field: Field) -> dict[str, Any]:
    spec: dict[str, Any] = {"type": "raw" if field.type == "int_or_str" else field.type}
    if field.required:
        spec["required"] = True
    if field.choices:
        spec["choices"] = list(field.choices)
    spec["no_log"] = field.secret  # said either way: Ansible guesses from the name of an option
    inner = field.of if field.type == "list" else field
    if field.type == "list" and inner is not None:
        spec["elements"] = inner.type
    if inner is not None and inner.fields is not None and not field.brief:
        spec["options"] = argument_spec(inner.fields)
    return spec


@dataclass
class Reader:
    """Turns values into the manifest they stand for and collects every problem on the way, each with its place.

    With ``manifest`` the keys are the CRD's and the types must be right already, as in a file for ``kubectl``;
    without, the keys are options and a value converts as Ansible would convert it, but never with a loss (1.10 is not
    silently the string 1.1). None counts as omitted everywhere. A ``lenient`` reader only looks at the types of the
    fields it knows, whatever else there is or is not.
    """

    manifest: bool
    problems: list[str]
    lenient: bool = False

    def read(self, fields: Record, value: Any, where: str) -> dict[str, Any]:
        """Give the object with the CRD's names that ``value`` stands for."""
        if not isinstance(value, dict):
            self._problem(where, "must be a mapping", value, any(field.hides for field in fields.values()))
            return {}
        known = fields.keys_in_manifest if self.manifest else fields.options
        for name in () if self.lenient else value.keys() - known.keys():
            near = difflib.get_close_matches(str(name), known, 1)
            self.problems.append(f"{where}.{name}: unknown key" + (f", did you mean {near[0]}?" if near else ""))
        result = {}
        for name, (key, field) in known.items():
            given = value.get(name)
            if given is not None:
                result[key] = self._value(field, given, f"{where}.{name}")
            elif field.required and not self.lenient:
                self.problems.append(f"{where}.{name}: is required")
        return result

    def _value(self, field: Field, value: Any, where: str) -> Any:
        if field.type == "list":
            return self._list(field, value, where)
        if field.fields is not None:
            return self.read(field.fields, value, where)
        if field.type == "dict":
            return self._mapping(field, value, where)
        if isinstance(value, str) and not _is_text(value):
            self.problems.append(f"{where}: holds bytes that are no text in UTF-8")
            return None
        converted = self._scalar(field.type, value)
        if converted is None:
            self._problem(where, f"must be {_NAMES[field.type]}", value, field.hides)
        elif field.choices and converted not in field.choices and not self.lenient:
            self._problem(where, f"must be one of {', '.join(field.choices)}", value, field.hides)
        return converted

    def _list(self, field: Field, value: Any, where: str) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            self._problem(where, "must be a list", value, field.hides)
            return []
        if field.of is None:
            return list(value)
        items = [self._value(field.of, item, f"{where}[{index}]") for index, item in enumerate(value)]
        return items if field.of.fields is None else [_slim(field.of.fields, item) for item in items]

    def _mapping(self, field: Field, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._problem(where, "must be a mapping", value, field.hides)
            return {}
        if field.of is None:
            return dict(value)
        return {str(key): self._value(field.of, item, f"{where}.{key}") for key, item in value.items()}

    def _scalar(self, kind: str, value: Any) -> Any:
        """Give the value in the wanted type, or None where that would lose or invent something."""
        if isinstance(value, _PYTHON[kind]) and (kind == "bool" or not isinstance(value, bool)):
            return value
        if self.manifest:
            return None
        if kind == "str" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if kind == "int" and isinstance(value, str) and value.strip().lstrip("-").isdigit():
            return int(value)
        if kind == "bool" and isinstance(value, (str, int)):
            return _BOOLEANS.get(str(value).lower())
        return None

    def _problem(self, where: str, must: str, value: Any, secret: bool = False) -> None:
        shown = f"{value!r}" if isinstance(value, (str, int, float)) and not secret else f"a {type(value).__name__}"
        quotes = "; put it in quotes" if "string" in must and isinstance(value, (int, float)) else ""
        self.problems.append(f"{where}: {must}, not {shown[:80]}{quotes}")


def _slim(fields: Record, item: dict[str, Any]) -> dict[str, Any]:
    """Give the item of a list without what is empty or false and may be left out.

    Argo CD writes it back so (Go's ``omitempty``), and a list that it has changed is no longer ours.
    """
    slim = {}
    for key, value in item.items():
        field = fields.keys_in_manifest[key][1]
        left = _slim(field.fields, value) if field.fields is not None and not field.verbatim else value
        anything = field.type == "dict" and field.of is None and field.fields is None
        if left or field.required or field.telling or anything:
            slim[key] = left
    return slim


def _is_text(value: str) -> bool:
    """Say whether a string can be sent; one with surrogates stands for the bytes of a file that is no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_PYTHON: dict[str, Any] = {"str": str, "int": int, "bool": bool, "int_or_str": (int, str)}
_NAMES = {"str": "a string", "int": "an integer", "bool": "true or false", "int_or_str": "an integer or a string"}
_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1", "y", "t"), True),
    **dict.fromkeys(("false", "no", "off", "0", "n", "f"), False),
}
