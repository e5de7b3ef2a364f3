# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an ApplicationSet to the Applications it generates, as Argo CD's controller makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from .._errors import GitopsError
from . import gojson, render
from .merging import Params, combine, flatten, override
from .render import Mode
from .selectors import check, matches
from .sources import Tree, from_clusters, from_git, from_list
from .values import GenerationError, TemplateError, UnsupportedError, show

Manifest = dict[str, Any]
Repository = Callable[[str, str], Tree]
ORDER = (
    "list",
    "clusters",
    "git",
    "scmProvider",
    "clusterDecisionResource",
    "pullRequest",
    "matrix",
    "merge",
    "plugin",
    "oci",
)
OUTSIDE = frozenset(("scmProvider", "clusterDecisionResource", "pullRequest", "plugin", "oci"))
"""Generators that ask a service which is not there when an ApplicationSet is previewed."""
_COMBINING = ("matrix", "merge")
_DEEPEST = 2
PARAMS_LIMIT = 100_000


class World(NamedTuple):
    """What the generators see. See generate."""

    clusters: Sequence[Mapping[str, Any]] = ()
    repository: Repository | None = None
    globbing: bool = False
    hidden: bool = False


def generate(
    application_set: Mapping[str, Any],
    clusters: Sequence[Mapping[str, Any]],
    repository: Repository,
    *,
    globbing: bool = False,
    hidden: bool = False,
) -> list[Manifest]:
    """Give the Applications that an ApplicationSet generates, in the order of its generators.

    ``clusters`` are the cluster Secrets of Argo CD's namespace; ``repository(url, revision)`` gives a Tree.
    ``globbing`` says that the controller runs with the new Git file globbing, ``hidden`` that the repo-server includes
    hidden directories. Clusters and merged parameters, which the controller gives in no order, are sorted. Two
    Applications may have one name: see preview.

    GenerationError: the controller would report it too, and change nothing. UnsupportedError: only Argo CD can tell.
    """
    meta, spec = application_set.get("metadata") or {}, application_set.get("spec") or {}
    world = World(clusters, repository, globbing, hidden)
    base = {"metadata": {}, "spec": {}, **(spec.get("template") or {})}
    found: list[Manifest] = []
    for number, entry in enumerate(spec.get("generators") or ()):
        with _Place(f"ApplicationSet {meta.get('name', '')}: spec.generators[{number}]"):
            for params, own in transform(entry, spec, world, {}, 0):
                template: Manifest = deepcopy(dict(own or {}))
                fill_template(template, base)
                for each in params:
                    made = render.application(template, spec, each)
                    made["metadata"].pop("namespace", None)
                    if meta.get("namespace"):
                        made["metadata"]["namespace"] = meta["namespace"]
                    found.append(made)
    return found


class _Place:
    """Errors inside tell where they happened."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        if isinstance(error, TemplateError):
            raise GenerationError("Argo CD cannot render a template", where=self.where, why=str(error)) from None
        if isinstance(error, GitopsError):
            where = f"{self.where}: {error.where}" if error.where else self.where
            raise type(error)(error.what, where=where, why=error.why, hint=error.hint) from None


def fill_template(template: Manifest, base: Mapping[str, Any]) -> None:
    """Fill a generator's template from the ApplicationSet's (mergeGeneratorTemplate): its own fields win."""
    for key, value in base.items():
        present = template.get(key)
        if key == "valuesObject" or not isinstance(value, dict):
            if not present and value is not None and (value or key not in template):
                template[key] = deepcopy(value)
        elif isinstance(present, dict):
            fill_template(present, value)
        elif present is None:
            template[key] = deepcopy(value)


def transform(
    entry: Mapping[str, Any], spec: Mapping[str, Any], world: World, outer: Params, depth: int
) -> list[tuple[list[Params], Mapping[str, Any] | None]]:
    """Give the parameters of each generator in an entry, with the template it brings (generators.Transform)."""
    mode = Mode.of(spec)
    selector = entry.get("selector")
    check(selector, strict=False)
    unknown = sorted(set(entry) - set(ORDER) - {"selector"})
    if unknown:
        raise UnsupportedError(f"the generator {unknown[0]} is not known here")
    found = []
    given = entry if not outer else render.generator(dict(entry), outer, mode)
    for name in ORDER:
        if entry.get(name) is None or (depth >= _DEEPEST and name in _COMBINING):
            continue
        if name in OUTSIDE:
            raise UnsupportedError(f"the generator {name} asks a service, and only Argo CD can", hint="Leave it out.")
        params = _generate(name, given[name], spec, world, depth)
        if selector is not None:
            params = [each for each in params if matches(selector, _labels(each))]
        found.append((params, entry[name].get("template")))
    return found


def _labels(params: Params) -> dict[str, str]:
    return {key: show(value) for key, value in flatten(params).items()}


def _generate(name: str, value: Mapping[str, Any], spec: Mapping[str, Any], world: World, depth: int) -> list[Params]:
    mode = Mode.of(spec)
    if name == "list":
        return from_list(value, mode)
    if name == "clusters":
        return from_clusters(value, mode, world.clusters)
    if name == "git":
        if not (value.get("directories") or value.get("files")):
            raise GenerationError("ApplicationSet is empty: the git generator has neither directories nor files")
        if world.repository is None:
            raise UnsupportedError("the generator git needs a repository, and none was given")
        tree = world.repository(value.get("repoURL") or "", value.get("revision") or "")
        return from_git(value, mode, tree, globbing=world.globbing, hidden=world.hidden)
    return (_matrix if name == "matrix" else _merge)(value, spec, world, depth)


def _child(entry: Mapping[str, Any], spec: Mapping[str, Any], world: World, outer: Params, depth: int) -> list[Params]:
    found = transform(entry, spec, world, outer, depth)
    if not found:
        raise GenerationError("child generator generated no parameters: it holds no generator")
    if len(found) > 1:
        raise GenerationError("found more than one generator in one entry of a matrix or merge generator")
    return found[0][0]


def _matrix(value: Mapping[str, Any], spec: Mapping[str, Any], world: World, depth: int) -> list[Params]:
    children = value.get("generators") or []
    if len(children) != 2:
        raise GenerationError(f"the matrix generator has {len(children)} generators, and supports two only")
    found: list[Params] = []
    for one in _child(children[0], spec, world, {}, depth + 1):
        for two in _child(children[1], spec, world, one, depth + 1):
            if len(found) >= PARAMS_LIMIT:
                raise UnsupportedError(f"the matrix generator gives more than {PARAMS_LIMIT} sets of parameters")
            if spec.get("goTemplate"):
                merged: Params = {}
                override(merged, two)
                override(merged, one)
                found.append(merged)
            else:
                found.append(combine(one, two))
    return found


def _merge(value: Mapping[str, Any], spec: Mapping[str, Any], world: World, depth: int) -> list[Params]:
    children = value.get("generators") or []
    if len(children) < 2:
        raise GenerationError("the merge generator has less than two generators, and requires two or more")
    sets = [_child(each, spec, world, {}, depth + 1) for each in children]
    keys = value.get("mergeKeys") or []
    if not keys:
        raise GenerationError("no merge keys were specified, and the merge generator requires at least one")
    base, *others = [_by_key(keys, each) for each in sets]
    for other in others:
        for key, params in base.items():
            if key in other and spec.get("goTemplate"):
                override(params, other[key])
            elif key in other:
                params.update(other[key])
    return [base[key] for key in sorted(base)]


def _by_key(keys: Sequence[str], sets: Sequence[Params]) -> dict[str, Params]:
    found: dict[str, Params] = {}
    for params in sets:
        key = gojson.dumps({name: params.get(name) for name in keys})
        if key in found:
            raise GenerationError(
                f"the parameters from a generator were not unique by the given mergeKeys: there are two with {key}"
            )
        found[key] = deepcopy(params)
    return found
