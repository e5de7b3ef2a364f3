"""argocd_application_set creates, modifies and deletes, says so rightly, and leaves alone what is right already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.application_sets import application_set, spec, stages
from tests.support.lab import APPLICATION_SET, Lab
from tests.support.matrix import Case, twelve_steps

MODULE = "argocd_application_set"
CHANGED = ("spec.generators", "spec.syncPolicy.applicationsSync")
COUNTED = {"asks": 1, "asks_updating": 1}
"""The Applications are listed once, to see whether too many would go."""
OTHER: dict[str, Any] = {"generators": [stages("test", "live")], "sync_policy": {"applications_sync": "create-update"}}


@pytest.fixture
def place(lab: Lab) -> Lab:
    return lab.of(APPLICATION_SET)


def test_one(place: Lab) -> None:
    here = {"namespace": place.namespace}
    case = Case(
        MODULE,
        create={**here, **application_set("shop")},
        modify={**here, **application_set("shop", **OTHER)},
        delete={**here, "name": "shop", "state": "absent"},
        count=1,
        modified=1,
        reads=1,
        fields=CHANGED,
        **COUNTED,
    )
    created, modified, deleted = twelve_steps(case, place.proxy)
    where = {"kind": "ApplicationSet", "namespace": place.namespace, "name": "shop"}
    assert created["changes"] == [{"action": "created", "fields": [], **where}]
    assert 'path: "deploy/{{ .stage }}"' in created["diff"][0]["after"]
    assert modified["diff"][0]["before_header"] == f"ApplicationSet {place.namespace}/shop"
    assert yaml.safe_load(modified["diff"][0]["after"]) == {
        "spec": {"generators": OTHER["generators"], "syncPolicy": {"applicationsSync": "create-update"}}
    }
    assert deleted["diff"][0]["after"] == ""
    assert place.all() == {}


def test_list(place: Lab) -> None:
    names = [f"shop-{number}" for number in range(20)]
    changed = set(names[5:12])

    def options(*, modified: bool) -> dict[str, Any]:
        items = [application_set(name, **(OTHER if modified and name in changed else {})) for name in names]
        return {"namespace": place.namespace, "application_sets": items}

    case = Case(
        MODULE,
        create=options(modified=False),
        modify=options(modified=True),
        delete={
            "namespace": place.namespace,
            "application_sets": [{"name": name} for name in names],
            "state": "absent",
        },
        count=20,
        modified=7,
        reads=1,
        fields=CHANGED,
        **COUNTED,
    )
    _created, modified, _deleted = twelve_steps(case, place.proxy)
    assert {one["name"] for one in modified["changes"]} == changed


def test_files(place: Lab, tmp_path: Path) -> None:
    for folder, more in (("before", {}), ("after", {"syncPolicy": {"applicationsSync": "create-update"}})):
        for number in range(12):
            file = tmp_path / folder / f"team-{number % 3}" / f"set-{number}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(yaml.safe_dump(place.manifest(f"shop-{number}", {"spec": spec(**more)})))
    case = Case(
        MODULE,
        create={"namespace": place.namespace, "src": str(tmp_path / "before")},
        modify={"namespace": place.namespace, "src": str(tmp_path / "after")},
        delete={"namespace": place.namespace, "src": str(tmp_path / "after"), "state": "absent"},
        count=12,
        modified=12,
        reads=1,
        fields=("spec.syncPolicy.applicationsSync",),
        **COUNTED,
    )
    twelve_steps(case, place.proxy)


def test_an_exported_manifest_comes_back(place: Lab, tmp_path: Path) -> None:
    place.run(application_set("shop", labels={"tier": "web"}))
    file = tmp_path / "export.yaml"
    file.write_text(place.plane.kubectl("get", "applicationsets", "-n", place.namespace, "-o", "yaml"))
    result, requests = place.counted({"src": str(file)})
    assert result["changed"] is False
    assert [one.method for one in requests] == ["GET"]


def test_prune_takes_what_is_selected(place: Lab) -> None:
    team = {"labels": {"team": "shop"}}
    place.run({"application_sets": [application_set(name, **team) for name in ("one", "two")]})
    place.run(application_set("other"))
    prune = {"prune": True, "label_selectors": ["team=shop"]}
    result = place.run({"application_sets": [application_set("two", **team)], **prune})
    assert [(one["action"], one["name"]) for one in result["changes"]] == [("deleted", "one")]
    assert place.all().keys() == {"two", "other"}
