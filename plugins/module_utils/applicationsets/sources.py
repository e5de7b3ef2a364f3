# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generators that ask nobody but their own lists, cluster Secrets and a Git repository."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from . import goyaml
from .merging import Params, flatten
from .paths import doublestar, folder_pattern, git_matches
from .render import Mode, replace
from .selectors import check, is_empty, matches
from .sprig_coding import base_name, folder, sanitize
from .values import GenerationError, Maps, StringMap, Strings, TemplateError, UnsupportedError, is_list, is_map, show

Manifest = Mapping[str, Any]
SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105  # a label
IN_CLUSTER = "https://kubernetes.default.svc"
HIDDEN_ANNOTATIONS = frozenset(
    (
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/refresh-timestamp",
        "argocd.argoproj.io/hydrate",
        "argocd.argoproj.io/hydrate-timestamp",
        "argocd.argoproj.io/tracking-id",
        "argocd.argoproj.io/installation-id",
        "kubectl.kubernetes.io/last-applied-configuration",
    )
)
"""Annotations of a cluster's Secret that are no parameters (applicationset/generators/cluster.go)."""


class Tree(Protocol):
    """What a Git repository holds at a revision. Paths are relative, with ``/``."""

    def files(self) -> Sequence[str]:
        """Give the paths of all files; a symbolic link is a file."""

    def submodules(self) -> Sequence[str]:
        """Give the paths of all submodules."""

    def read(self, path: str) -> bytes:
        """Give a file's content, a symbolic link followed. GitopsError if there is none."""

    def check(self, path: str) -> None:
        """Raise GitopsError if a file cannot be read, because it is a link to a folder or to nothing."""


def with_values(values: Mapping[str, str] | None, params: Params, mode: Mode) -> Params:
    """Add a generator's ``values``, which may use its other parameters and not each other."""
    made = {key: replace(text, params, mode) for key, text in (values or {}).items()}
    if made and mode.go:
        params["values"] = StringMap(made)
    elif made:
        params.update({f"values.{key}": text for key, text in made.items()})
    return params


def from_list(spec: Manifest, mode: Mode) -> list[Params]:
    found = [
        _floats(dict(item or {})) if mode.go else _classic_element(item or {}) for item in spec.get("elements") or ()
    ]
    if spec.get("elementsYaml"):
        items = goyaml.loads(spec["elementsYaml"])
        if items is not None and not (is_list(items) and all(item is None or is_map(item) for item in items)):
            raise GenerationError("error unmarshling decoded ElementsYaml: it is no list of mappings")
        found += [item or {} for item in items or ()]
    return found


def _floats(value: Any) -> Any:
    """Give JSON's values as Go has them: all numbers are float64."""
    if is_map(value):
        return {key: _floats(item) for key, item in value.items()}
    if is_list(value):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _classic_element(element: Manifest) -> Params:
    found: Params = {}
    for key, value in element.items():
        if key == "values" and not is_map(value):
            raise GenerationError("error parsing values map")
        for name, item in (
            ((f"values.{name}", item) for name, item in value.items()) if key == "values" else [(key, value)]
        ):
            if not isinstance(item, str):
                raise GenerationError(f"error parsing value as string: {name} is no text, and goTemplate is not true")
            found[name] = item
    return found


def from_clusters(spec: Manifest, mode: Mode, secrets: Sequence[Manifest]) -> list[Params]:
    """Give the parameters of the clusters by name: Argo CD gives them in no order. See generators.generate."""
    selector = spec.get("selector") or {}
    check(selector, strict=True)
    chosen: dict[str, Params] = {}
    local = is_empty(selector)
    for secret in secrets:
        meta, data = secret.get("metadata") or {}, decoded(secret)
        labels = meta.get("labels") or {}
        if labels.get(SECRET_TYPE) != "cluster" or not matches(selector, labels):
            continue
        name = data.get("name", "")
        if name in chosen:
            raise UnsupportedError(f"there are two clusters with the name {name!r}: which one counts is left to chance")
        local = local and data.get("server") != IN_CLUSTER
        chosen[name] = with_values(spec.get("values"), _cluster(data, meta, mode), mode)
    found = [chosen[name] for name in sorted(chosen)]
    if local:
        params = {"name": "in-cluster", "nameNormalized": "in-cluster", "server": IN_CLUSTER, "project": ""}
        found.append(with_values(spec.get("values"), params, mode))
    return [{"clusters": Maps(found)}] if spec.get("flatList") else found


def decoded(secret: Manifest) -> dict[str, str]:
    """Give a Secret's data as text."""
    found = {
        key: base64.b64decode(value or "").decode("utf-8", "surrogateescape")
        for key, value in (secret.get("data") or {}).items()
    }
    return {**found, **(secret.get("stringData") or {})}


def _cluster(data: Mapping[str, str], meta: Manifest, mode: Mode) -> Params:
    name = data.get("name", "")
    params: Params = {
        "name": name,
        "nameNormalized": sanitize(name),
        "server": data.get("server", ""),
        "project": data.get("project", ""),
    }
    labels, notes = dict(meta.get("labels") or {}), dict(meta.get("annotations") or {})
    shown = {key: value for key, value in notes.items() if key not in HIDDEN_ANNOTATIONS}
    if not mode.go:
        params.update({f"metadata.annotations.{key}": value for key, value in shown.items()})
        params.update({f"metadata.labels.{key}": value for key, value in labels.items()})
        return params
    params["metadata"] = {
        **({"annotations": StringMap(shown)} if notes else {}),
        **({"labels": StringMap(labels)} if labels else {}),
    }
    return params


def from_git(spec: Manifest, mode: Mode, tree: Tree, *, globbing: bool, hidden: bool) -> list[Params]:
    """Give the parameters of folders or files. ``globbing``, ``hidden``: see generators.generate."""
    prefix = spec.get("pathParamPrefix") or ""
    if spec.get("directories"):
        paths = folders(spec["directories"], tree, hidden=hidden)
        return [with_values(spec.get("values"), _folder_params(path, prefix, mode), mode) for path in paths]
    if not spec.get("files"):
        raise GenerationError("ApplicationSet is empty: the git generator has neither directories nor files")
    found: list[Params] = []
    for path in files(spec["files"], tree, globbing=globbing):
        found += [
            with_values(spec.get("values"), _file_params(each, path, prefix, mode), mode)
            for each in _objects(path, tree)
        ]
    return found


def folders(wanted: Sequence[Manifest], tree: Tree, *, hidden: bool) -> list[str]:
    """Give the folders that the patterns take, in the order in which Argo CD walks through them."""
    known: set[tuple[str, ...]] = set()
    for path in tree.files():
        parts = tuple(path.split("/")[:-1])
        known.update(parts[:depth] for depth in range(1, len(parts) + 1))
    for path in tree.submodules():
        parts = tuple(path.split("/"))
        known.update(parts[:depth] for depth in range(1, len(parts) + 1))
        for each in wanted:
            steps = each.get("path", "").split("/")
            if len(steps) > len(parts) and folder_pattern("/".join(steps[: len(parts)])).fullmatch(path):
                raise UnsupportedError(f"what the submodule {path} holds is not known here")
    found = []
    for parts in sorted(known):
        path = "/".join(parts)
        if not hidden and any(part.startswith(".") for part in parts):
            continue
        fitting = [bool(each.get("exclude")) for each in wanted if folder_pattern(each.get("path", "")).fullmatch(path)]
        if fitting and not any(fitting):
            found.append(path)
    return found


def files(wanted: Sequence[Manifest], tree: Tree, *, globbing: bool) -> list[str]:
    """Give the files that the patterns take, sorted."""
    chosen: set[str] = set()
    for exclude in (False, True):
        for each in wanted:
            if bool(each.get("exclude")) is exclude:
                found = _listed(each.get("path") or ".", tree, globbing=globbing)
                chosen = chosen - found if exclude else chosen | found
    return sorted(chosen, key=lambda path: path.encode("utf-8", "surrogateescape"))


def _listed(pattern: str, tree: Tree, *, globbing: bool) -> set[str]:
    def fits(path: str) -> bool:
        return doublestar(pattern).fullmatch(path) is not None if globbing else git_matches(pattern, path)

    for path in tree.submodules():
        if fits(path) or any(fits(f"{path}/{name}") for name in ("a", "a/a.yaml", "config.json")):
            raise UnsupportedError(f"what the submodule {path} holds is not known here")
    found = {path for path in tree.files() if fits(path)}
    for path in sorted(found):
        tree.check(path)
    if globbing:
        above = {path.rpartition("/")[0] for path in tree.files()}
        taken = sorted(path for path in above if path and fits(path))
        if taken:
            raise GenerationError(
                f"the path {pattern!r} matches the folder {taken[0]}, which Argo CD cannot read as a file"
            )
    return found


def _objects(path: str, tree: Tree) -> list[Params]:
    try:
        content = goyaml.loads(tree.read(path).decode("utf-8"))
    except (TemplateError, UnicodeDecodeError) as error:
        raise GenerationError("unable to parse file", where=path, why=str(error)) from None
    if content is None or is_map(content):
        return [content or {}]
    if is_list(content) and all(item is None or is_map(item) for item in content):
        return [item or {} for item in content]
    raise GenerationError("unable to parse file: it is no mapping and no list of mappings", where=path)


def _folder_params(path: str, prefix: str, mode: Mode) -> Params:
    name = base_name(path)
    return _path_params({"": path, "basename": name, "basenameNormalized": sanitize(name)}, prefix, mode)


def _file_params(content: Params, path: str, prefix: str, mode: Mode) -> Params:
    directory, filename = folder(path), base_name(path)
    name = base_name(directory)
    own = _path_params(
        {
            "": directory,
            "basename": name,
            "filename": filename,
            "basenameNormalized": sanitize(name),
            "filenameNormalized": sanitize(filename),
        },
        prefix,
        mode,
    )
    params = dict(content) if mode.go else {key: show(value) for key, value in flatten(content).items()}
    return {**params, **own}


def _path_params(texts: Mapping[str, str], prefix: str, mode: Mode) -> Params:
    path = texts[""]
    segments = path.split("/")
    if mode.go:
        nested = {key or "path": text for key, text in texts.items()}
        inner: Params = {"path": {**nested, "segments": Strings(segments)}}
        return {prefix: inner} if prefix else inner
    name = f"{prefix}.path" if prefix else "path"
    flat = {f"{name}.{key}" if key else name: text for key, text in texts.items()}
    return {**flat, **{f"{name}[{at}]": part for at, part in enumerate(segments) if part}}
