"""Whose field is it, and what of a project is told although it is written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.lab import PROJECT, Lab, writes
from tests.support.projects import project

OPEN: dict[str, Any] = {
    "name": "shop",
    "source_repos": ["*"],
    "destinations": [{"server": "*", "namespace": "*"}],
    "cluster_resource_whitelist": [{"group": "*", "kind": "*"}],
}


def test_a_field_of_another_owner_is_a_conflict(lab: Lab) -> None:
    projects = lab.of(PROJECT)
    projects.apply_as("flux", "shop", {"spec": {"description": "theirs"}})
    before = projects.get("shop")
    options = {"projects": [project("other"), project("shop", description="ours")]}
    for check in (True, False):
        result = projects.run(options, check=check, fails=True)
        assert (
            f"AppProject {lab.namespace}/shop: conflict: spec.description is applied by field manager flux"
            in result["msg"]
        )
        assert result["summary"] == {"created": 1, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 1}
    assert projects.get("shop") == before
    assert projects.run({**options, "force_conflicts": True})["summary"]["updated"] == 1
    assert projects.get("shop")["spec"]["description"] == "ours"
    assert projects.run(options)["changed"] is False


def test_a_project_without_fields_leaves_those_of_others_alone(lab: Lab) -> None:
    projects = lab.of(PROJECT)
    projects.create("shop", {"sourceRepos": ["https://x"], "roles": [{"name": "hand"}]})
    options = {"name": "shop", "labels": {"team": "shop"}}
    assert projects.run(options)["summary"]["updated"] == 1
    assert projects.get("shop")["spec"] == {"sourceRepos": ["https://x"], "roles": [{"name": "hand"}]}
    again, requests = projects.counted(options)
    assert (again["changed"], writes(requests)) == (False, [])
    assert projects.run({"name": "empty"})["summary"]["created"] == 1
    assert projects.get("empty")["spec"] == {}
    assert projects.run({"name": "empty"})["changed"] is False


def test_fields_go_away_with_their_options(lab: Lab) -> None:
    projects = lab.of(PROJECT)
    projects.run(project("shop", description="x", orphaned_resources={}, roles=[{"name": "ci"}]))
    projects.edit("shop", {"spec": {"sourceNamespaces": ["hand"]}})
    assert projects.run({"name": "shop"})["changed"] is True
    assert projects.get("shop")["spec"] == {"sourceNamespaces": ["hand"]}
    assert projects.run({"name": "shop"})["changed"] is False


def test_a_role_made_by_hand_beside_ours_goes_away(lab: Lab) -> None:
    """The API server tracks the list as a whole."""
    projects = lab.of(PROJECT)
    options = project("shop", roles=[{"name": "ci"}])
    projects.run(options)
    projects.edit("shop", {"spec": {"roles": [{"name": "ci"}, {"name": "hand"}]}}, "argocd-server")
    assert [one["fields"] for one in projects.run(options)["changes"]] == [["spec.roles"]]
    assert projects.get("shop")["spec"]["roles"] == [{"name": "ci"}]


@pytest.mark.parametrize("how", [{"check": True}, {}, {"state": "rendered"}])
@pytest.mark.parametrize("name", ["shop", "default"])
def test_a_project_that_opens_everything(lab: Lab, how: dict[str, Any], name: str) -> None:
    """The project `default` that Argo CD makes is such a one."""
    state = {"state": how["state"]} if "state" in how else {}
    where = f"AppProject {lab.namespace}/{name}"
    parts = (f"{where} opens everything: source_repos", f"{where} lets its Applications deploy into the namespace")
    options = {**OPEN, "name": name, **state}
    result = lab.of(PROJECT).run(options, check=how.get("check", False), warnings=parts)
    assert len(result["warnings"]) == 2
    assert all(part in str(result["warnings"]) for part in parts)
