# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would refuse or pass over in an ApplicationSet, found before anything is sent.

argocd-server checks a part of it on its own path. An ApplicationSet written through the Kubernetes API gets there
unchecked: its controller then says so in a condition of its status, or in its log only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .application_rules import SUBDOMAIN, finalizer_problems, name_problems, spec_problems, url_problem
from .application_set import generators
from .application_set_generators import COMBINING, GENERATOR, PULL_REQUEST_PROVIDERS, SCM_PROVIDERS
from .fields import Record

OPENING = "{{"
NAME_LIMIT = 253
MISSING_KEY = ("default", "invalid", "zero", "error")
"""What Go's text/template takes as ``missingkey``; it panics for anything else (Template.Option)."""
PROVIDERS = {"scmProvider": SCM_PROVIDERS, "pullRequest": PULL_REQUEST_PROVIDERS}
UNJUDGED = frozenset(("duration", "maxDuration"))
_UPDATE = re.compile(r"[0-9]+%")


def problems(manifest: dict[str, Any], where: str) -> Iterator[str]:
    """Give each reason why this ApplicationSet cannot work, as "PLACE: what is wrong"."""
    name, spec = str(manifest["metadata"].get("name") or ""), manifest["spec"]
    if not name:
        yield f"{where}: name: is required"
    elif not SUBDOMAIN.fullmatch(name) or len(name) > NAME_LIMIT:
        yield f"{where}: name: {name!r} may have only lower-case letters, digits, '-' and '.', at most {NAME_LIMIT}"
    if not spec.get("generators"):
        yield f"{where}: generators: at least one is required; delete the ApplicationSet to have no Applications"
    for place, entry in generators(spec, f"{where}: generators"):
        yield from _generator(entry, place)
        if not spec.get("goTemplate"):
            yield from _elements(entry.get("list"), f"{place}.list.elements")
    yield from _go_template(spec, where)
    yield from _strategy(spec.get("strategy") or {}, f"{where}: strategy")
    yield from _template(spec, where)


def overrides(spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every template that stands inside a generator, with its place."""
    for place, entry in generators(spec):
        for kind, settings in entry.items():
            if isinstance(settings, dict) and isinstance(settings.get("template"), dict):
                yield f"{place}.{option(GENERATOR, kind)}.template", settings["template"]


def option(table: Record, key: str) -> str:
    """Give the option's name for a key of the manifest."""
    return next((name for name, (found, _field) in table.options.items() if found == key), key)


def _named(table: Record, keys: list[str]) -> str:
    return " and ".join(option(table, key) for key in keys)


def _generator(entry: dict[str, Any], where: str) -> Iterator[str]:
    """One generator each: beside another, in a matrix or merge, Argo CD refuses it (generators/matrix.go)."""
    kinds = [key for key in entry if key != "selector"]
    if len(kinds) != 1:
        given = f"{_named(GENERATOR, kinds)} are given together" if kinds else "has no generator"
        hint = "make an entry of each" if kinds else "give one, {} if it needs no settings"
        yield f"{where}: {given}; {hint}"
    for kind in kinds:
        settings = entry[kind]
        if isinstance(settings, dict):
            yield from _settings(kind, settings, f"{where}.{option(GENERATOR, kind)}")


def _settings(kind: str, settings: dict[str, Any], where: str) -> Iterator[str]:
    if kind == "list" and "elements" not in settings and not settings.get("elementsYaml"):
        yield f"{where}: one of elements and elements_yaml is required"
    if kind in ("git", "oci"):
        yield from _one(settings, ["directories", "files"], where)
        url = str(settings.get("repoURL") or "")
        reason = url_problem(url) if url and OPENING not in url else ""
        if reason:
            yield f"{where}.repo_url: {reason}"
    if kind in PROVIDERS:
        table = PROVIDERS[kind]
        given = [key for key in settings if key in table.keys_in_manifest]
        if len(given) != 1:
            told = f"{_named(table, given)} are given together" if given else "has no provider"
            yield f"{where}: {told}; give exactly one of {', '.join(table)}"
    if kind in COMBINING:
        yield from _combined(kind, settings, where)


def _one(settings: dict[str, Any], keys: list[str], where: str) -> Iterator[str]:
    """Argo CD looks at the first of them and passes over the other (generators/repo_path_utils.go)."""
    given = [key for key in keys if settings.get(key)]
    if len(given) != 1:
        state = "are given together; keep one of them" if given else "are both missing; give one of them"
        yield f"{where}: {' and '.join(keys)} {state}"


def _combined(kind: str, settings: dict[str, Any], where: str) -> Iterator[str]:
    """The numbers are those of generators/matrix.go and generators/merge.go."""
    count = len(settings.get("generators") or [])
    if kind == "matrix" and count != 2:
        yield f"{where}.generators: a matrix takes exactly two generators, not {count}; nest a matrix for a third"
    if kind == "merge" and count < 2:
        yield f"{where}.generators: a merge takes at least two generators, not {count}"
    if kind == "merge" and not settings.get("mergeKeys"):
        yield f"{where}.merge_keys: at least one is required"


def _elements(settings: Any, where: str) -> Iterator[str]:
    """Without Go templates a parameter is a string, or one of the strings in ``values`` (generators/list.go)."""
    elements = settings.get("elements") if isinstance(settings, dict) else None
    for index, element in enumerate(elements or []):
        for key, value in element.items():
            values = value.values() if key == "values" and isinstance(value, dict) else [value]
            if not all(isinstance(one, str) for one in values):
                yield f"{where}[{index}].{key}: must be a string without go_template: true, not {value!r}; quote it"


def _go_template(spec: dict[str, Any], where: str) -> Iterator[str]:
    for index, text in enumerate(spec.get("goTemplateOptions") or []):
        name, _sep, value = str(text).partition("=")
        if name != "missingkey" or value not in MISSING_KEY:
            known = ", ".join(f"missingkey={one}" for one in MISSING_KEY)
            yield f"{where}: go_template_options[{index}]: {text!r} is unknown to Go; it knows {known}"
    if spec.get("templatePatch") and not spec.get("goTemplate"):
        yield f"{where}: template_patch: works only with go_template: true"


def _strategy(strategy: dict[str, Any], where: str) -> Iterator[str]:
    """A rolling sync goes by steps; anything else in it is passed over (progressivesync/progressive_sync.go)."""
    steps = (strategy.get("rollingSync") or {}).get("steps") or []
    rolling = strategy.get("type") == "RollingSync"
    if rolling and not steps:
        yield f"{where}.rolling_sync.steps: at least one is required with type RollingSync"
    if strategy.get("rollingSync") and not rolling:
        yield f"{where}.rolling_sync: has no effect without type: RollingSync"
    if strategy.get("deletionOrder") == "Reverse" and not rolling:
        yield f"{where}.deletion_order: Reverse has no effect without type: RollingSync"
    for index, step in enumerate(steps):
        reason = _max_update(step.get("maxUpdate"))
        if reason:
            yield f"{where}.rolling_sync.steps[{index}].max_update: {reason}"


def _max_update(value: Any) -> str:
    """Say why Argo CD would update all at once (intstr.GetScaledValueFromIntOrPercent)."""
    if value is None or (isinstance(value, int) and value >= 0) or _UPDATE.fullmatch(str(value)):
        return ""
    quotes = " (as a number, without quotes)" if str(value).isdigit() else ""
    return f"{value!r} is neither a number of Applications{quotes} nor a percentage such as 25%"


def _template(spec: dict[str, Any], where: str) -> Iterator[str]:
    template = spec.get("template")
    others = [one for _place, one in overrides(spec)]
    part = bool(others or spec.get("templatePatch"))
    if not isinstance(template, dict):
        yield f"{where}: template: is required"
        return
    names = [(one.get("metadata") or {}).get("name") for one in (template, *others)]
    if not any(names) and not spec.get("templatePatch"):
        yield f"{where}: template.metadata.name: is required"
    yield from _one_template(template, f"{where}: template", part)
    for place, other in overrides(spec):
        yield from _one_template(other, f"{where}: {place}", part=True)


def _one_template(template: dict[str, Any], where: str, part: bool) -> Iterator[str]:
    """Judge what no parameter decides about."""
    meta, spec = template.get("metadata") or {}, _judged(template.get("spec") or {}, [0])
    name = str(meta.get("name") or "")
    if name and OPENING not in name:
        yield from name_problems(name, f"{where}.metadata")
    if not any(OPENING in one for one in meta.get("finalizers") or []):
        yield from finalizer_problems(meta.get("finalizers") or [], f"{where}.metadata")
    destination = spec.get("destination") or {}
    if OPENING in str((template.get("spec") or {}).get("destination")):  # a parameter may leave one of them empty
        kept = [key for key in destination if key != "name" or "server" not in destination]
        spec["destination"] = {key: destination[key] for key in kept}
    yield from spec_problems(spec, "" if OPENING in name else name, f"{where}.spec", part)


def _judged(value: Any, count: list[int]) -> Any:
    """Give a value whose template text is plain text, never the same one twice, or is gone where any is too much."""
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if not (key in UNJUDGED and OPENING in str(one))}
        return {key: _judged(one, count) for key, one in kept.items()}
    if isinstance(value, list):
        return [_judged(one, count) for one in value if not (isinstance(one, str) and OPENING in one)]
    if isinstance(value, str) and OPENING in value:
        count[0] += 1
        return f"text-{count[0]}"
    return value
