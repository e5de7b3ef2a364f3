# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Applications that a task names: gathered from options, a list or files, and checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._errors import refuse
from .._files import read_manifests
from ..manifests.application import OPTIONS, SPEC, from_manifest, from_options
from ..manifests.application_rules import problems
from ..plan.kind import Manifest, sendable
from .kinds import APPLICATION

Found = tuple[str, Manifest]
ALONE = tuple(name for name in (*SPEC, "spec_overrides", "labels", "annotations", "finalizers"))
"""Options that describe one Application and have no meaning beside a list or files."""


def gather(options: Mapping[str, Any]) -> list[Manifest]:
    """Give the manifests of all Applications that the options name; raise with every problem found."""
    found = list(_misplaced(options))
    named = list(_named(options, found))
    if options.get("src") and not (named or found or options.get("prune")):
        found.append(f"src {options['src']}: holds no manifest")
    for where, manifest in named:
        manifest["metadata"].setdefault("namespace", options["namespace"])
        if options["state"] == "absent":
            found += [] if manifest["metadata"].get("name") else [f"{where}: name: is required"]
        else:
            found += problems(manifest, where)
    found += _twice(named)
    refuse(found)
    return [manifest for _where, manifest in named]


def _misplaced(options: Mapping[str, Any]) -> Iterator[str]:
    """Find options that would have no effect, which nobody who writes them expects."""
    state = options["state"]
    origin = next((key for key in ("src", "applications") if options.get(key) is not None), None)
    if origin:
        yield from (f"{key}: is given beside {origin}; put it there" for key in ALONE if options.get(key) is not None)
    if origin == "src" and options.get("cascade") and state != "absent" and not options.get("prune"):
        yield "cascade: is given beside src; put finalizers into the manifests"
    if options.get("prune") and state != "present":
        yield f"prune: goes with state present, not {state}"
    if options.get("wait") and state == "rendered":
        yield "wait: goes with state present or absent, not rendered"
    if options.get("dest") is not None and state != "rendered":
        yield f"dest: goes with state rendered, not {state}"
    yield from (f"{key}: is empty" for key in ("name", "namespace", "src", "dest") if options.get(key) == "")


def _named(options: Mapping[str, Any], found: list[str]) -> Iterator[Found]:
    if options.get("name") is not None:
        given = {key: options[key] for key in OPTIONS if options.get(key) is not None}
        yield _built(given, f"Application {options['namespace']}/{options['name']}", found)
        return
    if options.get("src"):
        for where, document in read_manifests(options["src"]):
            yield from _from_file(document, where, found)
        return
    for index, item in enumerate(options.get("applications") or []):
        where = f"applications[{index}] ({item.get('name') or 'without name'})"
        yield _built(_with_cascade(item, options), where, found)


def _built(given: Mapping[str, Any], where: str, found: list[str]) -> Found:
    return where, from_options(given, where, found)


def _from_file(document: Any, where: str, found: list[str]) -> Iterator[Found]:
    if not isinstance(document, Mapping) or not isinstance(document.get("metadata"), Mapping):
        found.append(f"{where}: is no Kubernetes manifest (apiVersion, kind, metadata, spec)")
        return
    what = (document.get("apiVersion"), document.get("kind"))
    if what != ("argoproj.io/v1alpha1", "Application"):
        found.append(f"{where}: is a {what[1]} ({what[0]}), this module takes Applications (argoproj.io/v1alpha1)")
        return
    place = f"{where} Application {document['metadata'].get('name', 'without name')}"
    yield place, from_manifest(sendable(document, APPLICATION), place, found)


def _twice(named: list[Found]) -> list[str]:
    seen: dict[tuple[str, str], str] = {}
    again = []
    for where, manifest in named:
        key = (manifest["metadata"]["namespace"], manifest["metadata"].get("name", ""))
        if key in seen:
            again.append(f"{where}: {key[0]}/{key[1]} was already named by {seen[key]}")
        seen.setdefault(key, where)
    return again


def _with_cascade(item: Mapping[str, Any], options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the task's ``cascade`` stand for an item that has none of its own."""
    return {"cascade": options.get("cascade"), **{key: value for key, value in item.items() if value is not None}}
