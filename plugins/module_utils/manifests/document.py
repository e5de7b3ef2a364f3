# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML text of manifests: read without letting hostile text in, written so that every reader reads the same.

Read: from the events of PyYAML's C parser, one document at a time; aliases and deep nesting are refused on the way,
because a few hundred bytes of aliases stand for gigabytes and deep nesting crashes the C composer.
Written: a plain scalar only where YAML 1.1 and YAML 1.2 readers all read a string; `12345e7`, `08` or `y` are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .._errors import GitopsError

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = bool(yaml.__with_libyaml__)
    _RESOLVER: Any = yaml.resolver.Resolver()

    class _Dumper(yaml.CSafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    def _represent_text(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar(_STRING, text, style=_style(text))

    _Dumper.add_representer(str, _represent_text)

MISSING_YAML = GitopsError(
    "the Python library PyYAML (with libyaml) is missing on the target host",
    hint="Install it for the Python that runs the module: pip install PyYAML.",
)
DEPTH_LIMIT = 100
SIZE_LIMIT = 64 * 1024 * 1024

_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_NUMBER_LETTERS = frozenset("abcdefABCDEFxXoOinINtTzZ_")
_PLAIN = re.compile(r"[A-Za-z0-9_./+\-]([A-Za-z0-9_./+\-@%=,()*$ :\\]*[A-Za-z0-9_./+\-@%=)*$])?")


def is_plain(text: str) -> bool:
    """Say whether every YAML reader takes this text, unquoted, for this very string."""
    if not _PLAIN.fullmatch(text) or ": " in text or text.lower() in _WORDS:
        return False
    if text[0] in "-." and (len(text) == 1 or text.startswith(("- ", "---", "..."))):
        return False
    letter = text[0].isalpha() or text[0] in "_/"
    return letter or any(char.isalpha() and char not in _NUMBER_LETTERS for char in text)


_PLAIN_SCALARS: dict[str, Any] = {}
"""What plain scalars stand for. Manifests repeat the same few thousand of them."""


def _scalar(event: Any) -> Any:
    """Give the value of a scalar as PyYAML's safe loader does; a date stays the string that Kubernetes takes it for."""
    text: str = event.value
    if not event.implicit[0]:
        if event.implicit[1] or event.tag in (None, "!", _STRING):
            return text
        raise _RefusedError(f"the tag {event.tag}", event.start_mark)
    if text not in _PLAIN_SCALARS:
        tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
        known = tag in (_STRING, _TIMESTAMP, "tag:yaml.org,2002:merge", "tag:yaml.org,2002:value")
        node = yaml.ScalarNode(_STRING if known else tag, text)
        _PLAIN_SCALARS[text] = yaml.constructor.SafeConstructor().construct_document(node)
    return _PLAIN_SCALARS[text]


def _documents(text: str) -> Iterator[Any]:
    """Build each document straight from the parser's events, with every limit checked on the way."""
    stack: list[Any] = []
    keys: list[Any] = []
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = _scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            _check_container(event, len(stack))
            stack.append({} if kind is yaml.MappingStartEvent else [])
            keys.append(_NO_KEY)
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            value = stack.pop()
            keys.pop()
        elif kind is yaml.AliasEvent:
            raise _RefusedError("an alias (*name); write the value out", event.start_mark)
        else:
            continue
        if not stack:
            yield value
        elif isinstance(stack[-1], list):
            stack[-1].append(value)
        elif keys[-1] is _NO_KEY:
            keys[-1] = _key(value, stack[-1], event)
        else:
            stack[-1][keys[-1]] = value
            keys[-1] = _NO_KEY


def _check_container(event: Any, depth: int) -> None:
    if depth >= DEPTH_LIMIT:
        raise _RefusedError(f"more than {DEPTH_LIMIT} levels of nesting", event.start_mark)
    if event.tag not in _CONTAINER_TAGS:
        raise _RefusedError(f"the tag {event.tag}", event.start_mark)


def _key(value: Any, mapping: dict[Any, Any], event: Any) -> Any:
    if isinstance(value, (dict, list)):
        raise _RefusedError("a key that is no scalar", event.start_mark)
    if value in mapping:
        raise _RefusedError(f"the key {value} twice in one mapping", event.start_mark)
    return value


_NO_KEY: Any = object()
_CONTAINER_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_STRING = "tag:yaml.org,2002:str"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _RefusedError(Exception):
    def __init__(self, what: str, mark: Any) -> None:
        super().__init__(what)
        self.what, self.line = what, mark.line + 1


def _style(text: str) -> str:
    if is_plain(text):
        return ""
    lines = text.split("\n")
    block = (
        len(lines) > 1
        and text.isprintable() is False
        and all(line.isprintable() and line == line.rstrip() and "\ufeff" not in line for line in lines)
    )
    return "|" if block and not text.startswith((" ", "\n")) else '"'


def parse(text: str, where: str) -> Iterator[Any]:
    """Give the documents of a YAML (or JSON) text one by one, empty ones left out; ``where`` names it in errors."""
    if not HAS_YAML:
        raise MISSING_YAML
    if len(text) > SIZE_LIMIT:
        raise GitopsError(f"is larger than {SIZE_LIMIT >> 20} MiB", where=where, hint="Split it.")
    try:
        for document in _documents(text):
            if document is not None:
                yield document
    except _RefusedError as refused:
        raise GitopsError(f"holds {refused.what}", where=f"{where}, line {refused.line}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}, line {mark.line + 1}" if mark else where
        raise GitopsError("is no YAML", where=place, why=getattr(error, "problem", None) or str(error)) from None
    except ValueError as error:
        raise GitopsError("holds a value that cannot be read", where=where, why=str(error)) from None


def dump(manifests: Iterable[Any]) -> str:
    """Give the YAML text of some documents, keys in their own order."""
    if not HAS_YAML:
        raise MISSING_YAML
    return str(
        yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4096, explicit_start=False)
    )
