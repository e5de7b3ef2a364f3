# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML text of manifests: read without letting hostile text in, written so that every reader reads the same.

Read: PyYAML's C parser, one document at a time; aliases and deep nesting are refused while parsing, because a few
hundred bytes of aliases stand for gigabytes and deep nesting crashes the C composer.
Written: a plain scalar only where YAML 1.1 and YAML 1.2 readers all read a string; `12345e7`, `08` or `y` are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .._errors import GitopsError

try:
    import yaml
    from yaml.composer import Composer
    from yaml.constructor import SafeConstructor
    from yaml.cyaml import CParser, CSafeDumper  # type: ignore[attr-defined]
    from yaml.resolver import Resolver
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

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


if HAS_YAML:

    class _Loader(Composer, CParser, SafeConstructor, Resolver):
        """The C parser with Python's composer, which can look at each node before it goes deeper."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)
            self._depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event: Any = self.peek_event()
            if isinstance(event, yaml.AliasEvent):
                raise _RefusedError("an alias (*name); write the value out", event.start_mark)
            self._depth += 1
            if self._depth > DEPTH_LIMIT:
                raise _RefusedError(f"more than {DEPTH_LIMIT} levels of nesting", event.start_mark)
            node = super().compose_node(parent, index)
            self._depth -= 1
            return node

    # A date is a string in Kubernetes, whatever YAML 1.1 makes of it.
    _Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _Loader.yaml_implicit_resolvers.items()
    }

    class _Dumper(CSafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    def _represent_text(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))

    _Dumper.add_representer(str, _represent_text)


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
        raise GitopsError("the Python library PyYAML is missing", hint="Install it: pip install PyYAML")
    if len(text) > SIZE_LIMIT:
        raise GitopsError(f"is larger than {SIZE_LIMIT >> 20} MiB", where=where, hint="Split it.")
    try:
        loader: Any = _Loader(text)
        try:
            while loader.check_data():
                document = loader.get_data()
                if document is not None:
                    yield document
        finally:
            loader.dispose()
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
        raise GitopsError("the Python library PyYAML is missing", hint="Install it: pip install PyYAML")
    return str(
        yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4096, explicit_start=False)
    )
