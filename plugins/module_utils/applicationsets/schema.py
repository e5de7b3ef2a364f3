# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of an Application and their types, as its definition (the CRD) has them."""

from __future__ import annotations

import re
from typing import Any

from .values import GenerationError, is_list, is_map

_DIRECTORY = (
    "{disableExtensionFilter:b exclude:s include:s jsonnet:{extVars:[VARIABLE] libs:[s] tlas:[VARIABLE]} recurse:b}"
)
_HELM = """{apiVersions:[s] fileParameters:[{name:s path:s}] ignoreMissingValueFiles:b kubeVersion:s namespace:s
    parameters:[{forceString:b name:s value:s}] passCredentials:b releaseName:s skipCrds:b skipSchemaValidation:b
    skipTests:b valueFiles:[s] values:s valuesObject:any version:s}"""
_KUSTOMIZE = """{apiVersions:[s] commonAnnotations:{*:s} commonAnnotationsEnvsubst:b commonLabels:{*:s} components:[s]
    forceCommonAnnotations:b forceCommonLabels:b ignoreMissingComponents:b images:[s] kubeVersion:s
    labelIncludeTemplates:b labelWithoutSelector:b namePrefix:s nameSuffix:s namespace:s version:s replicas:REPLICAS
    patches:[{options:{*:b} patch:s path:s target:{annotationSelector:s group:s kind:s labelSelector:s name:s
    namespace:s version:s}}]}""".replace("REPLICAS", "[{count:intstr name:s}]")
_PLUGIN = "{env:[{name:s value:s}] name:s parameters:[{array:[s] map:{*:s} name:s string:s}]}"
_TOOLS = f"directory:{_DIRECTORY} helm:{_HELM} kustomize:{_KUSTOMIZE} plugin:{_PLUGIN}".replace(
    "VARIABLE", "{code:b name:s value:s}"
)
_SOURCE = f"{{chart:s {_TOOLS} name:s path:s ref:s repoURL:s tagPrefix:s targetRevision:s}}"
_SPEC = f"""{{destination:{{name:s namespace:s server:s}}
    ignoreDifferences:[{{group:s jqPathExpressions:[s] jsonPointers:[s] kind:s managedFieldsManagers:[s] name:s
    namespace:s}}]
    info:[{{name:s value:s}}] project:s revisionHistoryLimit:i source:{_SOURCE}
    sourceHydrator:{{drySource:{{{_TOOLS} path:s repoURL:s targetRevision:s}} hydrateTo:{{targetBranch:s}}
    syncSource:{{path:s repoURL:s targetBranch:s}}}} sources:[{_SOURCE}]
    syncPolicy:{{automated:{{allowEmpty:b enabled:b prune:b selfHeal:b}}
    managedNamespaceMetadata:{{annotations:{{*:s}} labels:{{*:s}}}}
    retry:{{backoff:{{duration:s factor:i maxDuration:s}} limit:i refresh:b}} syncOptions:[s]}}}}"""
_METADATA = "{annotations:{*:s} finalizers:[s] labels:{*:s} name:s namespace:s}"
_TOKEN = re.compile(r"([\w*]+):|([{}\[\]])|(\w+)|\s+")


def _read(tokens: list[str]) -> Any:
    first = tokens.pop(0)
    if first == "[":
        inner = _read(tokens)
        tokens.pop(0)
        return [inner]
    if first != "{":
        return first
    fields: dict[str, Any] = {}
    while tokens[0] != "}":
        name = tokens.pop(0)
        fields[name] = _read(tokens)
    tokens.pop(0)
    return fields


def _shape(text: str) -> Any:
    return _read([one or two or three for one, two, three in _TOKEN.findall(text) if one or two or three])


SPEC = _shape(_SPEC)
APPLICATION = {"metadata": _shape(_METADATA), "spec": SPEC, "operation": "any"}
"""Nested: fields by name (``*``: any name), a list of one shape, or ``s`` text, ``i`` integer, ``b`` boolean,
``intstr`` an integer or text, ``any`` whatever JSON can hold."""

_CLASSES: dict[str, tuple[type, ...]] = {"s": (str,), "i": (int,), "b": (bool,), "intstr": (int, str)}
_WORDS = {"s": "text", "i": "an integer", "b": "true or false", "intstr": "text or an integer"}


def fit(value: Any, shape: Any, where: str = "") -> Any:
    """Give what Go's decoder takes from a value: no unknown fields, no null ones. GenerationError for a wrong type."""
    if shape == "any":
        return value
    if isinstance(shape, dict):
        if not is_map(value):
            raise GenerationError("is no mapping", where=where)
        other = shape.get("*")
        pairs = ((key, item, shape.get(key, other)) for key, item in value.items())
        return {
            key: fit(item, inner, f"{where}.{key}".lstrip("."))
            for key, item, inner in pairs
            if inner is not None and item is not None
        }
    if isinstance(shape, list):
        if not is_list(value):
            raise GenerationError("is no list", where=where)
        return [fit(item, shape[0], f"{where}[{at}]") for at, item in enumerate(value)]
    if isinstance(value, float) and value == int(value) and int in _CLASSES[shape]:
        value = int(value)
    if not isinstance(value, _CLASSES[shape]) or (isinstance(value, bool) and shape != "b"):
        raise GenerationError(f"is not {_WORDS[shape]}", where=where)
    return value
