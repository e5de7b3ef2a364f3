# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates applied to a whole Application or generator (applicationset/utils/utils.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any, NamedTuple

from . import gojson, gotemplate
from .patching import apply_patch
from .values import GenerationError, TemplateError, is_list, is_map

Manifest = dict[str, Any]
FINALIZER = "resources-finalizer.argocd.argoproj.io"
WITH_VALUES = ("clusters", "git", "oci", "scmProvider", "clusterDecisionResource", "pullRequest", "plugin")
"""The generators with a field ``values`` that is filled in later."""
_TEMPLATED = re.compile(r"\{\{.*\}\}")
_NO_TEXT = re.compile("[\udc80-\udcff]")
"""A half of a character, which Go writes as U+FFFD into JSON."""
_EXACT = 1 << 53


class Mode(NamedTuple):
    """How an ApplicationSet writes its templates."""

    go: bool
    options: Sequence[str] = ()

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Mode:
        return cls(bool(spec.get("goTemplate")), tuple(spec.get("goTemplateOptions") or ()))


def replace(text: str, params: dict[str, Any], mode: Mode) -> str:
    """Give a text with parameters put in. TemplateError if that fails in Argo CD too."""
    if not mode.go:
        return classic(text, params)
    return _NO_TEXT.sub("\ufffd", gotemplate.render(text, params, mode.options))


def classic(text: str, params: Mapping[str, Any]) -> str:
    """Put text parameters into ``{{ name }}``; what is not known stays (valyala/fasttemplate)."""
    if not _TEMPLATED.search(text):
        return text
    result, position = "", 0
    while True:
        begin = text.find("{{", position)
        if begin < 0:
            return result + text[position:]
        end = text.find("}}", begin + 2)
        if end < 0:
            raise TemplateError(f"cannot find end tag '}}}}' starting from {text[begin + 2 :][:40]!r}")
        tag = text[begin + 2 : end]
        value = params.get(tag.strip())
        known = isinstance(value, str) and tag.strip()
        result += text[position:begin] + (value if known and isinstance(value, str) else "{{" + tag + "}}")
        position = end + 2


def deeply(value: Any, params: dict[str, Any], mode: Mode, *, raw: bool = False) -> Any:
    """Put parameters into every text of a value, keys included; null fields vanish. ``raw``: within untyped JSON."""
    if isinstance(value, str):
        return replace(value, params, mode)
    if is_map(value):
        found: Manifest = {}
        for key, item in value.items():
            if item is None:
                continue
            name = replace(key, params, mode)
            if name in found:
                raise GenerationError(
                    f"two keys of a mapping become the same, {name!r}: which one stays is left to chance"
                )
            found[name] = deeply(item, params, mode, raw=raw or key == "valuesObject")
        return found
    if is_list(value):
        return [deeply(item, params, mode, raw=raw) for item in value]
    if raw and isinstance(value, int) and abs(value) > _EXACT:
        return int(Decimal(gojson.number(float(value))))
    return value


def generator(value: Manifest, params: dict[str, Any], mode: Mode) -> Manifest:
    """Put the first generator's parameters into a matrix's second one (RenderGeneratorParams).

    The texts of ``values`` may speak of parameters that are only known later: those stay as they are.
    """
    if not params:
        return value
    found: Manifest = {}
    for key, item in value.items():
        if key in ("matrix", "merge") and is_map(item):
            inner = [generator(each, params, mode) for each in item.get("generators") or ()]
            rest = {name: each for name, each in item.items() if name != "generators"}
            found[key] = {**deeply(rest, params, mode), "generators": inner}
        elif key in WITH_VALUES and is_map(item) and item.get("values"):
            rest = {name: each for name, each in item.items() if name != "values"}
            found[key] = {**deeply(rest, params, mode), "values": _early(item["values"], params, mode)}
        else:
            found[key] = deeply(item, params, mode, raw=True)
    return found


def _early(values: Mapping[str, str], params: dict[str, Any], mode: Mode) -> dict[str, str]:
    others = [option for option in mode.options if not option.startswith("missingkey=")]
    strict = Mode(mode.go, (*others, "missingkey=error"))
    return {key: _if_known(text, params, strict) for key, text in values.items()}


def _if_known(text: str, params: dict[str, Any], mode: Mode) -> str:
    try:
        return replace(text, params, mode)
    except TemplateError as error:
        if "map has no entry for key" in str(error) or "can't evaluate field" in str(error):
            return text
        raise


def application(template: Manifest, spec: Mapping[str, Any], params: dict[str, Any]) -> Manifest:
    """Give the Application that a template makes of parameters, with finalizer and patch, its namespace left out."""
    mode = Mode.of(spec)
    meta = {key: value for key, value in (template.get("metadata") or {}).items() if value}
    made: Manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": deepcopy(meta),
        "spec": deepcopy(template.get("spec") or {}),
    }
    if params:
        made["metadata"] = deeply(made["metadata"], params, mode)
        made["spec"] = deeply(made["spec"], params, mode)
        keep = (spec.get("syncPolicy") or {}).get("preserveResourcesOnDeletion")
        if not keep and not made["metadata"].get("finalizers"):
            made["metadata"]["finalizers"] = [FINALIZER]
    patch = spec.get("templatePatch")
    return made if patch is None else apply_patch(made, replace(patch, params, mode))
