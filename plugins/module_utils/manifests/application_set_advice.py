# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What works in an ApplicationSet, but hardly as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .application_set import generators
from .application_set_generators import GENERATOR, UNTRUSTED
from .application_set_rules import OPENING, option, overrides

_GO = re.compile(r"\{\{-?\s*([.$]|(if|else|end|with|range|index|default|toJson|printf)\b)")
"""What only a Go template has: the classic ones know nothing but {{ the name of a parameter }}."""

Place = tuple[str, str]


def advice(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Give each doubt about an ApplicationSet that has no problems, as "PLACE: what may be wrong"."""
    meta, spec = manifest["metadata"], manifest["spec"]
    yield from _classic(spec)
    yield from _same_name(spec)
    yield from _project(spec)
    yield from _rolling(spec)
    for place, template in _templates(spec):
        namespace = (template.get("metadata") or {}).get("namespace")
        if namespace and namespace != meta.get("namespace"):
            yield f"{place}.metadata.namespace: has no effect; Applications live in the ApplicationSet's namespace"


def texts(spec: Mapping[str, Any]) -> Iterator[Place]:
    """Give every text that Argo CD takes for a template when it makes an Application, with its place."""
    for place, template in _templates(spec):
        yield from _strings(template, place)
    if isinstance(spec.get("templatePatch"), str):
        yield "template_patch", spec["templatePatch"]


def _templates(spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(spec.get("template"), dict):
        yield "template", spec["template"]
    yield from overrides(spec)


def _strings(value: Any, where: str) -> Iterator[Place]:
    if isinstance(value, str) and OPENING in value:
        yield where, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _strings(key, where)
            yield from _strings(one, f"{where}.{key}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _strings(one, f"{where}[{index}]")


def _classic(spec: Mapping[str, Any]) -> Iterator[str]:
    """Whatever is no name of a parameter stays in the text as it is (fasttemplate, applicationset/utils/utils.go)."""
    if spec.get("goTemplate"):
        return
    found = [(place, text) for place, text in texts(spec) if _GO.search(text)]
    if found:
        place, text = found[0]
        yield f"{place}: {text.strip()[:60]!r} looks like a Go template, but go_template is not true; it stays as it is"
    if spec.get("goTemplateOptions"):
        yield "go_template_options: has no effect without go_template: true"


def _same_name(spec: Mapping[str, Any]) -> Iterator[str]:
    """All Applications of one name are one: Argo CD refuses them (controllers/applicationset_controller.go)."""
    if spec.get("templatePatch"):
        return
    common = ((spec.get("template") or {}).get("metadata") or {}).get("name") or ""
    for index, entry in enumerate(spec.get("generators") or []):
        for kind, settings in entry.items():
            if kind == "selector" or not isinstance(settings, dict):
                continue
            own = ((settings.get("template") or {}).get("metadata") or {}).get("name")
            name = str(own or common)
            single = kind == "list" and len(settings.get("elements") or []) < 2 and not settings.get("elementsYaml")
            if name and OPENING not in name and not single:
                place = f"generators[{index}].{option(GENERATOR, kind)}"
                yield f"template.metadata.name: {name!r} has no parameter, so {place} may give only one Application"


def _project(spec: Mapping[str, Any]) -> Iterator[str]:
    """docs/operator-manual/applicationset/Security.md of Argo CD, "Templated project field"."""
    kinds = [kind for _place, entry in generators(spec) for kind in entry if kind in UNTRUSTED]
    for place, template in _templates(spec):
        project = str((template.get("spec") or {}).get("project") or "")
        if kinds and OPENING in project:
            yield (
                f"{place}.spec.project: comes from the parameters of {option(GENERATOR, kinds[0])}. Whoever can create "
                "repositories, branches or pull requests there chooses the project, and with it what may be deployed "
                "where; write the project out unless you trust all of them"
            )


def _rolling(spec: Mapping[str, Any]) -> Iterator[str]:
    """docs/operator-manual/applicationset/Progressive-Syncs.md of Argo CD."""
    if (spec.get("strategy") or {}).get("type") != "RollingSync":
        return
    for place, template in _templates(spec):
        automated = ((template.get("spec") or {}).get("syncPolicy") or {}).get("automated")
        if automated is not None and automated.get("enabled") is not False:
            yield f"{place}.spec.sync_policy.automated: is switched off by the strategy RollingSync, which syncs itself"
