"""Whose field of an ApplicationSet is it: other declarative owners, changes by hand, and its own controller."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.support.application_sets import application_set, spec, stages
from tests.support.lab import APPLICATION_SET, Lab, owners, writes

CONTROLLER = "argocd-applicationset-controller"
TRACKING = "argocd.argoproj.io/tracking-id"
OURS = application_set("shop", generators=[stages("ours")])
THEIRS = {"spec": spec(generators=[stages("theirs")])}


@pytest.fixture
def place(lab: Lab) -> Lab:
    return lab.of(APPLICATION_SET)


def flux(place: Lab) -> str:
    place.apply_as("flux", "shop", THEIRS)
    return "spec.generators is applied by field manager flux"


def parent(place: Lab) -> str:
    """A parent Application syncs it the way it does by default."""
    annotations = {TRACKING: f"root:argoproj.io/ApplicationSet:{place.namespace}/shop"}
    place.create("shop", THEIRS["spec"], "argocd-controller", annotations=annotations)
    return "spec.generators is applied by the parent Application root"


@pytest.mark.parametrize("owner", [flux, parent])
def test_another_owner(place: Lab, owner: Callable[[Lab], str]) -> None:
    conflict = owner(place)
    for check in (True, False):
        result = place.run(OURS, check=check, fails=True)
        assert f"ApplicationSet {place.namespace}/shop: conflict: {conflict}" in result["msg"]
        assert place.get("shop")["spec"] == THEIRS["spec"]
    assert place.run({**OURS, "force_conflicts": True})["changed"] is True
    assert place.get("shop")["spec"]["generators"] == [stages("ours")]
    assert place.run(OURS)["changed"] is False


def test_a_change_by_hand_is_put_back(place: Lab) -> None:
    place.run(OURS)
    place.edit("shop", {"spec": {"generators": [stages("by-hand")], "syncPolicy": {"applicationsSync": "sync"}}})
    result = place.run(OURS)
    assert result["changes"][0]["fields"] == ["spec.generators"]
    assert place.get("shop")["spec"] == spec(generators=[stages("ours")], syncPolicy={"applicationsSync": "sync"})


def spelled_out() -> list[dict[str, Any]]:
    """The generators as Go writes them: what is no pointer stands there, even when it is empty."""
    empty = {"metadata": {}, "spec": {"destination": {}, "project": ""}}
    return [{"list": {**deepcopy(stages("ours"))["list"], "template": empty}}]


def test_what_its_controller_spells_out_is_no_change(place: Lab) -> None:
    place.run(OURS)
    finalizer = {"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}}
    place.edit("shop", {**finalizer, "spec": {"generators": spelled_out()}}, CONTROLLER)
    assert (CONTROLLER, "Update") in owners(place.get("shop"))
    for check in (True, False):
        result, requests = place.counted(OURS, check=check)
        assert result["changed"] is False
        assert writes(requests) == []
    assert place.get("shop")["spec"]["generators"] == spelled_out()


def test_what_its_controller_holds_can_be_changed(place: Lab) -> None:
    place.run(OURS)
    place.edit("shop", {"spec": {"generators": spelled_out()}}, CONTROLLER)
    result = place.run({**OURS, "generators": [stages("ours", "more")]})
    assert result["changes"][0]["fields"] == ["spec.generators"]
    assert place.get("shop")["spec"]["generators"] == [stages("ours", "more")]
    assert place.run({**OURS, "generators": [stages("ours", "more")]})["changed"] is False


def test_metadata_of_others_stays(place: Lab) -> None:
    place.run({**OURS, "labels": {"team": "shop"}, "finalizers": ["example.org/ours"]})
    place.edit(
        "shop", {"metadata": {"labels": {"other": "x"}, "finalizers": ["example.org/ours", "example.org/theirs"]}}
    )
    place.run(OURS)
    meta = place.get("shop")["metadata"]
    assert meta["labels"] == {"other": "x"}
    assert meta["finalizers"] == ["example.org/theirs"]
    place.edit("shop", {"metadata": {"finalizers": None}})
