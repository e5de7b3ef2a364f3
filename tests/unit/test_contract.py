"""The options of argocd_application against the Application CRD of the pinned Argo CD, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import (
    OPTIONS,
    SPEC,
    from_manifest,
    from_options,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Field, Record
from ansible_collections.tiphys.gitops.plugins.modules.argocd_application import SPEC as ARGUMENTS
from tests.support.contract import contract_problems, crd_spec, crd_type
from tests.support.samples import ITEM, Leaf, at, leaves, place, sample

LEAVES = list(leaves(SPEC))

# Where the option differs from the CRD on purpose: a project has a default, and a destination may come from
# spec_overrides; the module itself says what a destination must have.
EXCEPTIONS = {
    "spec.project: required=False, the CRD says otherwise",
    "spec.destination: required=False, the CRD says otherwise",
}


def test_every_field_has_an_option_and_every_option_a_field() -> None:
    assert contract_problems(SPEC, "application", EXCEPTIONS) == []


def test_the_comparison_sees_differences() -> None:
    project = Record(project=SPEC["project"])
    assert "spec.source: no option" in contract_problems(project, "application", EXCEPTIONS)
    unknown = Record(SPEC, projekt=Field("str"))
    found = contract_problems(unknown, "application", EXCEPTIONS)
    assert found == ["spec.projekt: an option, but no field of the CRD"]
    wrong = Record(SPEC, info=Field("list", of=Field("str")), project=Field("bool"))
    assert contract_problems(wrong, "application", EXCEPTIONS) == [
        "spec.info[]: str as an option, record in the CRD",
        "spec.project: bool as an option, str in the CRD",
    ]


def test_exceptions_of_the_comparison() -> None:
    """They cover what they say and no more, and have to be true."""
    assert contract_problems(SPEC, "application", {"spec.*: required=False, the CRD says otherwise"}) == []
    assert contract_problems(SPEC, "application", {*EXCEPTIONS, "spec.info: *"}) == ["no such difference: spec.info: *"]
    required = "spec.destination: required=False, the CRD says otherwise"
    assert contract_problems(SPEC, "application", EXCEPTIONS - {required}) == [required]


@pytest.mark.parametrize("crd", ["application", "appproject", "applicationset"])
def test_every_type_of_the_definitions_is_known(crd: str) -> None:
    assert contract_problems(record_of(crd_spec(crd)), crd) == []


def record_of(schema: Mapping[str, Any]) -> Record:
    """The table that a schema asks for."""
    required = schema.get("required", ())
    fields = {key: field_of(inner, key in required) for key, inner in schema["properties"].items()}
    return Record({key: replace(field, key=key) for key, field in fields.items()})


def field_of(schema: Mapping[str, Any], required: bool = False) -> Field:
    kind = crd_type(schema)
    if kind == "record":
        return Field("dict", fields=record_of(schema), required=required)
    if kind == "map":
        return Field("dict", of=field_of(schema["additionalProperties"]), required=required)
    if kind == "list":
        return Field("list", of=field_of(schema["items"]), required=required)
    choices = tuple(schema.get("enum", ()))
    return Field("dict" if kind == "anything" else kind, required=required, choices=choices)


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
