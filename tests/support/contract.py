"""A table of module_utils/manifests against the definition (CRD) of the pinned Argo CD, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Field, Record
from tests.controlplane import build

TYPES = {"string": "str", "integer": "int", "boolean": "bool", "array": "list"}


@cache
def crd_spec(name: str) -> Mapping[str, Any]:
    """The schema of ``spec`` in one of Argo CD's definitions: ``application``, ``appproject``, ``applicationset``."""
    text = (build().argocd_manifests / "crds" / f"{name}-crd.yaml").read_text()
    definition = yaml.load(text, Loader=yaml.CSafeLoader)
    (version,) = definition["spec"]["versions"]
    found: Mapping[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return found


def contract_problems(table: Record, crd: str, exceptions: Iterable[str] = ()) -> list[str]:
    """What separates a table from the ``spec`` of a definition, sorted.

    Exceptions are differences that are meant, in the words of ``differences``; ``*`` stands for any text. One that
    is no difference (any more) is a problem, too.
    """
    found = sorted(differences(table, crd_spec(crd), "spec"))
    patterns = {text: re.compile(".*".join(map(re.escape, text.split("*")))) for text in exceptions}
    unused = [text for text, pattern in patterns.items() if not any(map(pattern.fullmatch, found))]
    left = [text for text in found if not any(pattern.fullmatch(text) for pattern in patterns.values())]
    return [*left, *(f"no such difference: {text}" for text in unused)]


def differences(table: Record, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    """What separates a record of options from an object of the CRD."""
    options = {field.key_of(name): field for name, field in table.items()}
    properties = schema["properties"]
    yield from (f"{where}.{key}: no option" for key in properties.keys() - options.keys())
    yield from (f"{where}.{key}: an option, but no field of the CRD" for key in options.keys() - properties.keys())
    for key in options.keys() & properties.keys():
        here = f"{where}.{key}"
        if options[key].required != (key in schema.get("required", ())):
            yield f"{here}: required={options[key].required}, the CRD says otherwise"
        yield from field_differences(options[key], properties[key], here)


def field_differences(field: Field, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    expected = crd_type(schema)
    actual = described(field)
    if actual != expected:
        yield f"{where}: {actual} as an option, {expected} in the CRD"
        return
    if field.choices and "enum" in schema and set(field.choices) != set(schema["enum"]):
        yield f"{where}: {sorted(field.choices)} as an option, {sorted(schema['enum'])} in the CRD"
    if field.fields is not None:
        yield from differences(field.fields, schema, where)
    elif field.of is not None:
        inner = schema["items"] if field.type == "list" else schema["additionalProperties"]
        yield from field_differences(field.of, inner, f"{where}[]")


def described(field: Field) -> str:
    """The type of a field in the words of ``crd_type``."""
    if field.type != "dict":
        return field.type
    return "record" if field.fields is not None else "map" if field.of is not None else "anything"


def crd_type(schema: Mapping[str, Any]) -> str:
    """The type of a schema; ``anything`` is also what has no type at all, as the values of a list generator."""
    if schema.get("x-kubernetes-int-or-string"):
        return "int_or_str"
    if "type" not in schema and schema.get("x-kubernetes-preserve-unknown-fields"):
        return "anything"
    if schema["type"] != "object":
        return TYPES[schema["type"]]
    if "properties" in schema:
        return "record"
    return "map" if "additionalProperties" in schema else "anything"
