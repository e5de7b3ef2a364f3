"""The options of argocd_application against the Application CRD of the pinned Argo CD, both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import (
    OPTIONS,
    SPEC,
    from_manifest,
    from_options,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Field, Record
from ansible_collections.tiphys.gitops.plugins.modules.argocd_application import SPEC as ARGUMENTS
from tests.controlplane import build
from tests.support.samples import ITEM, Leaf, at, leaves, place, sample

LEAVES = list(leaves(SPEC))

# Where the option differs from the CRD on purpose: a project has a default, and a destination may come from
# spec_overrides; the module itself says what a destination must have.
NOT_REQUIRED = {"spec.project", "spec.destination"}


@cache
def crd_spec() -> Mapping[str, Any]:
    definition = yaml.safe_load((build().argocd_manifests / "crds" / "application-crd.yaml").read_text())
    (version,) = definition["spec"]["versions"]
    found: Mapping[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return found


def differences(table: Record, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    """What separates a record of options from an object of the CRD."""
    options = {field.key_of(name): field for name, field in table.items()}
    properties = schema["properties"]
    yield from (f"{where}.{key}: no option" for key in properties.keys() - options.keys())
    yield from (f"{where}.{key}: an option, but no field of the CRD" for key in options.keys() - properties.keys())
    for key in options.keys() & properties.keys():
        here = f"{where}.{key}"
        if options[key].required != (key in schema.get("required", ())) and here not in NOT_REQUIRED:
            yield f"{here}: required={options[key].required}, the CRD says otherwise"
        yield from field_differences(options[key], properties[key], here)


def field_differences(field: Field, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    expected = crd_type(schema)
    actual = described(field)
    if actual != expected:
        yield f"{where}: {actual} as an option, {expected} in the CRD"
    elif field.fields is not None:
        yield from differences(field.fields, schema, where)
    elif field.of is not None:
        inner = schema["items"] if field.type == "list" else schema["additionalProperties"]
        yield from field_differences(field.of, inner, f"{where}[]")


def described(field: Field) -> str:
    if field.type != "dict":
        return field.type
    return "record" if field.fields is not None else "map" if field.of is not None else "anything"


def crd_type(schema: Mapping[str, Any]) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        return "int_or_str"
    if schema["type"] != "object":
        return {"string": "str", "integer": "int", "boolean": "bool", "array": "list"}[schema["type"]]
    if "properties" in schema:
        return "record"
    return "map" if "additionalProperties" in schema else "anything"


def test_every_field_has_an_option_and_every_option_a_field() -> None:
    assert sorted(differences(SPEC, crd_spec(), "spec")) == []


def test_the_comparison_sees_differences() -> None:
    project = Record(project=SPEC["project"])
    assert "spec.source: no option" in set(differences(project, crd_spec(), "spec"))
    unknown = Record(SPEC, projekt=Field("str"))
    assert list(differences(unknown, crd_spec(), "spec")) == ["spec.projekt: an option, but no field of the CRD"]
    wrong = Record(SPEC, info=Field("list", of=Field("str")), project=Field("bool"))
    assert sorted(differences(wrong, crd_spec(), "spec")) == [
        "spec.info[]: str as an option, record in the CRD",
        "spec.project: bool as an option, str in the CRD",
    ]


def test_the_module_takes_every_option() -> None:
    assert OPTIONS.keys() <= ARGUMENTS.keys()


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name)
def test_option_reaches_the_manifest(leaf: Leaf) -> None:
    for turn in (0, 1):
        options: dict[str, Any] = {"name": "shop"}
        value = sample(leaf.field, turn, "x")
        place(options, leaf, value)
        problems: list[str] = []
        manifest = from_options(options, "shop", problems)
        assert problems == []
        left_out = ITEM in leaf.path and value is False  # as Argo CD does; see Reader
        assert at(manifest, ("spec", *leaf.manifest_path)) == (None if left_out else value)
        assert from_manifest(manifest, "shop", problems) == manifest
        assert problems == []


def test_metadata_and_cascade_reach_the_manifest() -> None:
    given: dict[str, Any] = {
        "name": "shop",
        "namespace": "team",
        "labels": {"tier": "web"},
        "annotations": {"note": "x"},
        "finalizers": ["example.org/mine"],
    }
    problems: list[str] = []
    manifest = from_options({**given, "cascade": "background"}, "shop", problems)
    cascade = "resources-finalizer.argocd.argoproj.io/background"
    assert manifest["metadata"] == {**given, "finalizers": ["example.org/mine", cascade]}
    assert from_options({**given, "cascade": "orphan"}, "shop", problems)["metadata"] == given
    assert problems == []


def test_overrides_come_last() -> None:
    options = {
        "name": "shop",
        "source": {"repo_url": "https://git.example.org/shop", "path": "web"},
        "spec_overrides": {"source": {"path": None, "newField": 1}, "project": "team", "future": {"a": ["b"]}},
    }
    problems: list[str] = []
    spec = from_options(options, "shop", problems)["spec"]
    source = {"repoURL": "https://git.example.org/shop", "newField": 1}
    assert spec == {"project": "team", "source": source, "future": {"a": ["b"]}}
    assert problems == []
