"""The place that modules are tried in holds any kind, and leaves none behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import lab as known
from tests.support.lab import Lab, Target, owners

APPLICATION_SPEC = known.spec()
CONTENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Application": ({"spec": APPLICATION_SPEC}, {"spec": {"project": "team"}}),
    "AppProject": ({"spec": {"description": "a"}}, {"spec": {"description": "b"}}),
    "ApplicationSet": (
        {"spec": {"generators": [], "template": {"metadata": {"name": "a"}, "spec": APPLICATION_SPEC}}},
        {"spec": {"goTemplate": True}},
    ),
    "Secret": ({"data": {"a": "YQ=="}, "type": "Opaque"}, {"data": {"a": "Yg=="}}),
    "ConfigMap": ({"data": {"a": "1"}}, {"data": {"a": "2"}}),
}
TARGETS = {one.module: one for one in vars(known).values() if isinstance(one, Target)}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_kind(lab: Lab, target: Target) -> None:
    place = lab.of(target)
    content, change = CONTENT[target.kind]
    place.post("one", {**content, "metadata": {"finalizers": ["example.org/held"], "labels": {"a": "b"}}})
    place.edit("one", change)
    place.apply_as("other", "one", change)
    live = place.get("one")
    assert (live["apiVersion"], live["kind"]) == (target.api_version, target.kind)
    assert owners(live) == {("kubectl-create", "Update"), ("kubectl-edit", "Update"), ("other", "Apply")}
    assert place.all().keys() == {"one"}
    lab.clean()
    assert place.find("one") is None
