"""argocd_project creates, modifies and deletes, says so rightly, and leaves alone what is right already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.support.lab import PROJECT, Lab
from tests.support.matrix import Case, twelve_steps
from tests.support.projects import project

MODULE = "argocd_project"
CHANGED = ("spec.sourceRepos",)
OTHER: dict[str, Any] = {"source_repos": ["https://git.example.org/other.git"]}
ASKS = 2
"""Before something is deleted: the Applications, and the ApplicationSets."""


def test_one(lab: Lab) -> None:
    place = {"namespace": lab.of(PROJECT).namespace}
    case = Case(
        MODULE,
        create={**place, **project("shop")},
        modify={**place, **project("shop", **OTHER)},
        delete={**place, "name": "shop", "state": "absent"},
        count=1,
        modified=1,
        reads=1,
        asks=ASKS,
        fields=CHANGED,
    )
    created, modified, deleted = twelve_steps(case, lab.proxy)
    where = {"kind": "AppProject", "namespace": lab.namespace, "name": "shop"}
    assert created["changes"] == [{"action": "created", "fields": [], **where}]
    assert yaml.safe_load(created["diff"][0]["after"])["spec"]["destinations"] == [
        {"name": "production", "namespace": "shop"}
    ]
    assert modified["diff"][0]["before_header"] == f"AppProject {lab.namespace}/shop"
    assert yaml.safe_load(modified["diff"][0]["after"]) == {"spec": {"sourceRepos": OTHER["source_repos"]}}
    assert deleted["diff"][0]["after"] == ""
    assert lab.of(PROJECT).all() == {}


def test_list(lab: Lab) -> None:
    names = [f"team-{number}" for number in range(12)]
    changed = set(names[3:7])

    def options(*, modified: bool) -> dict[str, Any]:
        items = [project(name, **(OTHER if modified and name in changed else {})) for name in names]
        return {"namespace": lab.of(PROJECT).namespace, "projects": items}

    case = Case(
        MODULE,
        create=options(modified=False),
        modify=options(modified=True),
        delete={"namespace": lab.namespace, "projects": [{"name": name} for name in names], "state": "absent"},
        count=12,
        modified=4,
        reads=1,
        asks=ASKS,
        fields=CHANGED,
    )
    _created, modified, _deleted = twelve_steps(case, lab.proxy)
    assert {one["name"] for one in modified["changes"]} == changed


def test_files(lab: Lab, tmp_path: Path) -> None:
    for folder, url in (("before", "https://git.example.org/shop.git"), ("after", OTHER["source_repos"][0])):
        for number in range(10):
            file = tmp_path / folder / f"team-{number % 3}" / f"project-{number}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            content = {"spec": {"sourceRepos": [url], "description": f"number {number}"}}
            file.write_text(yaml.safe_dump(lab.of(PROJECT).manifest(f"team-{number}", content)))
    case = Case(
        MODULE,
        create={"namespace": lab.namespace, "src": str(tmp_path / "before")},
        modify={"namespace": lab.namespace, "src": str(tmp_path / "after")},
        delete={"namespace": lab.namespace, "src": str(tmp_path / "after"), "state": "absent"},
        count=10,
        modified=10,
        reads=1,
        asks=ASKS,
        fields=CHANGED,
    )
    twelve_steps(case, lab.proxy)


def test_an_exported_project_comes_back(lab: Lab, tmp_path: Path) -> None:
    projects = lab.of(PROJECT)
    projects.run(project("shop", labels={"tier": "web"}))
    file = tmp_path / "export.yaml"
    file.write_text(lab.plane.kubectl("get", "appprojects", "-n", lab.namespace, "-o", "yaml"))
    result, requests = projects.counted({"src": str(file)})
    assert result["changed"] is False
    assert [one.method for one in requests] == ["GET"]


def test_render(lab: Lab, tmp_path: Path) -> None:
    """What was rendered is what would have been applied, and no cluster is asked."""
    projects, file = lab.of(PROJECT), tmp_path / "shop.yaml"
    options = project("shop", orphaned_resources={})
    result, requests = projects.counted({**options, "state": "rendered", "dest": str(file)})
    assert (result["changed"], requests) == (True, [])
    assert yaml.safe_load(file.read_text())["spec"]["orphanedResources"] == {}
    assert projects.run({"src": str(file)})["summary"]["created"] == 1
    assert projects.run(options)["changed"] is False
