# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered spec.templatePatch, applied to an Application (applicationset/controllers/template/patch.go)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from . import gojson, goyaml
from .schema import APPLICATION, fit
from .values import GenerationError, UnsupportedError, is_list, is_map

Manifest = dict[str, Any]
_DIRECTIVE = "$patch"
_UNIONS = (("metadata", "finalizers"),)
"""Lists that a strategic merge unites; all others are replaced (the patchStrategy tags of the Go types)."""
_RAW = "valuesObject"


def apply_patch(application: Manifest, text: str) -> Manifest:
    """Give the patched Application; its project stays. TemplateError or GenerationError if Argo CD cannot apply it."""
    patch = gojson.loads(text) if text.strip().startswith("{") else goyaml.loads(text)
    if patch is None:
        return application
    if not is_map(patch):
        raise GenerationError("is no mapping", where="spec.templatePatch")
    patch = _whole_numbers(patch)
    fit(_without_directives(patch), APPLICATION, "spec.templatePatch")
    patched = fit(_merged(deepcopy(application), patch, ()), APPLICATION, "spec.templatePatch")
    patched.setdefault("spec", {}).pop("project", None)
    project = application.get("spec", {}).get("project")
    if project is not None:
        patched["spec"]["project"] = project
    return {**{key: application[key] for key in ("apiVersion", "kind")}, **patched}


def _whole_numbers(value: Any) -> Any:
    if is_map(value):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if is_list(value):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value == int(value) else value


def _without_directives(value: Any) -> Any:
    if is_map(value):
        for key in value:
            if key.startswith("$") and key != _DIRECTIVE:
                raise UnsupportedError(f"the directive {key} is not known here", where="spec.templatePatch")
        return {key: _without_directives(item) for key, item in value.items() if key != _DIRECTIVE}
    return [_without_directives(item) for item in value] if is_list(value) else value


def _new(value: Any) -> Any:
    """Give what a patch says where there was nothing: without directives and without null fields."""
    if is_map(value):
        return {key: _new(item) for key, item in value.items() if key != _DIRECTIVE and item is not None}
    return [_new(item) for item in value] if is_list(value) else value


def _merged(target: Manifest, patch: Manifest, path: tuple[str, ...]) -> Manifest:
    if _DIRECTIVE in patch:
        how = patch[_DIRECTIVE]
        if how not in ("replace", "delete"):
            raise GenerationError(f"unknown patch type {how!r}", where=f"spec.templatePatch: {'.'.join(path)}")
        return {} if how == "delete" else {key: value for key, value in patch.items() if key != _DIRECTIVE}
    for key, value in patch.items():
        present = target.get(key)
        here = (*path, key)
        if value is None:
            target.pop(key, None)
        elif (is_map(present) and is_map(value)) or (is_list(present) and is_list(value)):
            if _RAW in path:
                raise GenerationError(
                    f"unable to find api field in struct RawExtension for the json field {key!r}",
                    where="spec.templatePatch",
                    hint="Argo CD cannot merge deeper into valuesObject: patch other keys, or use values.",
                )
            target[key] = _inner(present, value, here)
        else:
            target[key] = _new(value)
    return target


def _inner(present: Any, value: Any, path: tuple[str, ...]) -> Any:
    return _merged(present, value, path) if is_map(value) else _list(present, value, path)


def _list(present: list[Any], value: list[Any], path: tuple[str, ...]) -> list[Any]:
    if path not in _UNIONS:
        return _new(value) if any(is_map(item) for item in value) else value
    result = []
    left = [item for item in present if item not in value]
    for item in value:
        while left and item in present and present.index(left[0]) < present.index(item):
            result.append(left.pop(0))
        result.append(item)
    return result + left
