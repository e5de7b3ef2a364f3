# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that a task names: gathered from options, a list or files, and checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ._errors import refuse
from ._files import read_manifests
from .manifests.fields import Record
from .plan.kind import Kind, Manifest, sendable

Builder = Callable[[Mapping[str, Any], str, list[str]], Manifest]
Found = tuple[str, Manifest]


def _nothing(_options: Mapping[str, Any]) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Declaration:
    """How a module's users declare objects of a kind.

    ``options`` describes one object, ``many`` names the option with a list of such objects, ``identity`` the option
    that makes the task name one object. ``from_options`` and ``from_manifest`` build a manifest and collect what is
    wrong, ``problems`` finds what the kind's controller would refuse. ``shared`` are options that stand for each item
    which has none of its own; ``misplaced`` finds options that would have no effect. Without ``from_manifest`` the
    module takes no files. ``noun`` is what users call such an object where that is not its kind, ``shown``
    writes its identity as a message may show it.
    """

    kind: Kind
    options: Record
    many: str
    from_options: Builder
    problems: Callable[[Manifest, str], Iterable[str]]
    from_manifest: Builder | None = None
    identity: str = "name"
    shared: tuple[str, ...] = ()
    misplaced: Callable[[Mapping[str, Any]], Iterable[str]] = _nothing
    noun: str = ""
    shown: Callable[[object], str] = str

    @property
    def alone(self) -> list[str]:
        """Give the options that describe one object and have no meaning beside a list or files."""
        return [name for name in self.options if name not in (self.identity, "namespace", *self.shared)]


def gather(declaration: Declaration, options: Mapping[str, Any]) -> list[Manifest]:
    """Give the manifests of all objects that the options name; raise with every problem found."""
    found = list(_misplaced(declaration, options))
    named = list(_named(declaration, options, found))
    if options.get("src") and not (named or found or options.get("prune")):
        found.append(f"src {options['src']}: holds no manifest")
    for where, manifest in named:
        manifest["metadata"].setdefault("namespace", options["namespace"])
        if options["state"] == "absent":
            found += [] if manifest["metadata"].get("name") else [f"{where}: {declaration.identity}: is required"]
        else:
            found += declaration.problems(manifest, where)
    found += _twice(named)
    refuse(found)
    return [manifest for _where, manifest in named]


def _misplaced(declaration: Declaration, options: Mapping[str, Any]) -> Iterator[str]:
    """Find options that would have no effect, which nobody who writes them expects."""
    state, many = options["state"], declaration.many
    origin = next((key for key in ("src", many) if options.get(key) is not None), None)
    if origin:
        given = (key for key in declaration.alone if options.get(key) is not None)
        yield from (f"{key}: is given beside {origin}; put it there" for key in given)
    if options.get("prune") and state != "present":
        yield f"prune: goes with state present, not {state}"
    if options.get("dest") is not None and state != "rendered":
        yield f"dest: goes with state rendered, not {state}"
    yield from declaration.misplaced(options)
    named = (declaration.identity, "namespace", "src", "dest")
    yield from (f"{key}: is empty" for key in named if options.get(key) == "")


def _named(declaration: Declaration, options: Mapping[str, Any], found: list[str]) -> Iterator[Found]:
    name, kind = options.get(declaration.identity), declaration.kind.name
    if name is not None:
        given = {key: options[key] for key in declaration.options if options.get(key) is not None}
        where = f"{kind} {options['namespace']}/{name}"
        if declaration.noun:
            where = f"{declaration.noun} {declaration.shown(name)}"
        yield _built(declaration, given, where, found)
        return
    if options.get("src"):
        for where, document in read_manifests(options["src"]):
            yield from _from_file(declaration, document, where, found)
        return
    for index, item in enumerate(options.get(declaration.many) or []):
        value = item.get(declaration.identity)
        called = declaration.shown(value) if value else f"without {declaration.identity}"
        where = f"{declaration.many}[{index}] ({called})"
        common = {key: options.get(key) for key in declaration.shared}
        own = {key: value for key, value in item.items() if value is not None}
        yield _built(declaration, {**common, **own}, where, found)


def _built(declaration: Declaration, given: Mapping[str, Any], where: str, found: list[str]) -> Found:
    return where, declaration.from_options(given, where, found)


def _from_file(declaration: Declaration, document: Any, where: str, found: list[str]) -> Iterator[Found]:
    kind = declaration.kind
    if not isinstance(document, Mapping) or not isinstance(document.get("metadata"), Mapping):
        found.append(f"{where}: is no Kubernetes manifest (apiVersion, kind, metadata, spec)")
        return
    what = (document.get("apiVersion"), document.get("kind"))
    if what != (kind.api_version, kind.name) or declaration.from_manifest is None:
        found.append(f"{where}: is a {what[1]} ({what[0]}), this module takes {kind.name}s ({kind.api_version})")
        return
    place = f"{where} {kind.name} {document['metadata'].get('name', 'without name')}"
    yield place, declaration.from_manifest(sendable(document, kind), place, found)


def _twice(named: list[Found]) -> list[str]:
    seen: dict[tuple[str, str], str] = {}
    again = []
    for where, manifest in named:
        key = (manifest["metadata"]["namespace"], manifest["metadata"].get("name", ""))
        if key in seen:
            again.append(f"{where}: {key[0]}/{key[1]} was already named by {seen[key]}")
        seen.setdefault(key, where)
    return again
