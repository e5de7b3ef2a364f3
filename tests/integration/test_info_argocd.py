"""argocd_info on a real Argo CD: the states are those that Argo CD reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.controlplane import Cluster
from tests.support.module import Result, run_module
from tests.support.workshop import ARGOCD, HERE, Workshop, workshop

FILES = {"plain/config.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}, data: {word: hello}}\n"}


@pytest.fixture
def place(controlplane: Cluster) -> Iterator[Workshop]:
    with workshop(controlplane, FILES) as place:
        yield place


def info(place: Workshop, options: Mapping[str, Any]) -> Result:
    own = {"label_selectors": [f"workshop={place.name}"]}
    return run_module("argocd_info", {**own, **options}, place.cluster.kubeconfig)


def test_states(place: Workshop) -> None:
    """One that is deployed, one that nobody deployed, and one whose folder is not there."""
    commit = place.git("rev-parse", "HEAD")
    done, bad = place.application("done", "plain"), place.application("bad", "no/such/path")
    manual = place.application("manual", "plain", sync_policy={})
    place.run({"applications": [done, bad, manual], "wait": True, "wait_timeout": 120}, fails=True)
    found = info(place, {})
    assert found["summary"]["applications"] == 3
    assert found["summary"]["sync"] == {"OutOfSync": 1, "Synced": 1, "Unknown": 1}
    told = {one["name"].removeprefix(f"{place.name}-"): one for one in found["applications"]}
    assert told["done"]["finished_at"]
    assert {key: told["done"][key] for key in ("sync", "health", "revision", "operation", "destination")} == {
        "sync": "Synced",
        "health": "Healthy",
        "revision": commit,
        "operation": "Succeeded",
        "destination": {"server": HERE, "name": "", "namespace": done["destination"]["namespace"]},
    }
    assert (told["manual"]["sync"], told["manual"]["finished_at"]) == ("OutOfSync", "")
    assert told["bad"]["conditions"][0].startswith("ComparisonError: ")
    assert "no/such/path: app path does not exist" in told["bad"]["conditions"][0]
    brief = info(place, {"detail": "brief"})
    assert brief["summary"] == found["summary"]
    assert [(one["sync"], one["revision"]) for one in brief["applications"]] == [
        (one["sync"], one["revision"]) for one in found["applications"]
    ]
    for detail in ("brief", "compact", "full"):
        assert info(place, {"sync": ["OutOfSync"], "detail": detail})["summary"]["applications"] == 1
    (whole,) = info(place, {"health": ["Healthy"], "sync": ["Synced"], "detail": "full"})["applications"]
    assert whole["status"]["resources"][0]["name"] == "greeting"


def test_projects(place: Workshop) -> None:
    found = info(place, {"resources": ["projects"], "names": ["default"], "label_selectors": []})
    (project,) = found["projects"]
    assert project["namespace"] == ARGOCD
    assert project["destinations"] == [{"server": "*", "name": "", "namespace": "*"}]
