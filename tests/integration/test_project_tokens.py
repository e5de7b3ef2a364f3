"""The tokens of roles stay whatever is written, and end with their role, which is said."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.controlplane import eventually
from tests.support.lab import PROJECT, Lab, Manifest, owners, writes
from tests.support.projects import project, role

SERVER = "argocd-server"


def roles(*names: str, **more: Any) -> dict[str, Any]:
    return project("shop", roles=[role("shop", name) for name in names], **more)


def mint(lab: Lab, *names: str, count: int = 1) -> None:
    """Write tokens of these roles as argocd-server does: into the status and the spec, by an update of the whole."""
    live = lab.get("shop")
    issued = live.setdefault("status", {}).setdefault("jwtTokensByRole", {})
    for name in names:
        tokens = [{"iat": 1700000000 + number, "id": f"{name}-{number}"} for number in range(count)]
        issued[name] = {"items": tokens}
        next(one for one in live["spec"]["roles"] if one["name"] == name)["jwtTokens"] = tokens
    lab.send("PUT", lab.url("shop", f"fieldManager={SERVER}"), live)


def tokens(live: Manifest) -> dict[str, int]:
    """How many tokens the roles in the spec have."""
    return {one["name"]: len(one.get("jwtTokens", [])) for one in live["spec"].get("roles", [])}


@pytest.fixture
def projects(lab: Lab) -> Lab:
    """With the project `shop`, whose roles ci and qa have tokens."""
    projects = lab.of(PROJECT)
    projects.run(roles("ci", "qa", "dev"))
    mint(projects, "ci", count=2)
    mint(projects, "qa")
    return projects


def test_tokens_stay(projects: Lab) -> None:
    """Also when another field changes, the list of roles grows or changes its order, or a policy is another one."""
    issued = projects.get("shop")["status"]
    steps = [
        roles("ci", "qa", "dev"),
        roles("ci", "qa", "dev", description="new"),
        roles("new", "dev", "qa", "ci"),
        project("shop", roles=[role("shop", "ci", policies=[]), {"name": "qa", "description": "x"}]),
    ]
    for options in steps:
        assert projects.run(options)["changed"] is True
        live = projects.get("shop")
        assert (tokens(live)["ci"], tokens(live)["qa"]) == (2, 1)
        assert live["status"] == issued
        again, requests = projects.counted(options)
        assert (again["changed"], writes(requests)) == (False, [])


def test_the_run_after_a_token_was_issued_takes_the_roles_over_again(projects: Lab) -> None:
    """The server's update made them its own. Only then does leaving them out later take them away."""
    assert ("tiphys.gitops", "Apply") in owners(projects.get("shop"))
    before = projects.get("shop")["spec"]
    result = projects.run(roles("ci", "qa", "dev"), diff=True)
    assert [one["fields"] for one in result["changes"]] == [["spec.roles"]]
    (diff,) = result["diff"]
    assert yaml.safe_load(diff["before"]) == yaml.safe_load(diff["after"])
    assert projects.get("shop")["spec"] == before
    projects.run(project("shop"), warnings=("its role ci goes away", "its role qa goes away"))
    assert tokens(projects.get("shop")) == {}
    assert projects.run(project("shop"))["changed"] is False


def test_roles_of_others_stay_when_the_task_has_none(projects: Lab) -> None:
    """Those that argocd-server wrote last are not ours, so leaving them out is not enough; an empty list is."""
    result, requests = projects.counted(project("shop"))
    assert (result["changed"], writes(requests)) == (False, [])
    assert projects.run(project("shop", description="new"))["changed"] is True
    assert tokens(projects.get("shop")) == {"ci": 2, "qa": 1, "dev": 0}
    gone = ("its role ci goes away and with it every right of the 2 tokens", "its role qa goes away")
    projects.run(project("shop", roles=[]), warnings=gone)
    assert tokens(projects.get("shop")) == {}


@pytest.mark.parametrize("check", [True, False])
def test_a_role_takes_its_tokens_with_it(projects: Lab, check: bool) -> None:
    before = projects.get("shop")
    warning = f"AppProject {projects.namespace}/shop: its role ci goes away and with it every right of the 2 tokens"
    result = projects.run(roles("qa", "dev"), check=check, warnings=(warning,))
    assert len(result["warnings"]) == 1
    live = projects.get("shop")
    assert live["status"] == before["status"], "which only argocd-server writes"
    assert tokens(live) == (tokens(before) if check else {"qa": 1, "dev": 0})


@pytest.mark.parametrize("check", [True, False])
def test_a_deleted_project_takes_its_tokens_with_it(projects: Lab, check: bool) -> None:
    gone = ("its role ci goes away", "its role qa goes away and with it every right of the 1 token ")
    result = projects.run({"name": "shop", "state": "absent"}, check=check, warnings=gone)
    assert len(result["warnings"]) == 2
    assert (projects.find("shop") is None) is not check


def test_what_is_refused_ends_no_token(projects: Lab) -> None:
    projects.apply_as("flux", "shop", {"spec": {"description": "theirs"}})
    result = projects.run(roles("dev", description="ours"), fails=True)
    assert "warnings" not in result
    assert tokens(projects.get("shop"))["ci"] == 2


def test_a_token_is_issued_between_reading_and_applying(lab: Lab) -> None:
    projects = lab.of(PROJECT)
    projects.run(roles("ci"))
    projects.proxy.fault("delay", methods=["PATCH"], milliseconds=700, times=1)
    projects.proxy.reset()
    thread = threading.Thread(target=lambda: projects.run(roles("ci", "new")))
    thread.start()
    eventually(lambda: projects.proxy.counters().total >= 1, "the module reads")
    mint(projects, "ci")
    thread.join()
    assert tokens(projects.get("shop")) == {"ci": 1, "new": 0}


def test_an_exported_project_brings_no_token_back(projects: Lab, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(projects.plane.kubectl("get", "appproject", "shop", "-n", projects.namespace, "-o", "yaml"))
    assert "jwtTokens:" in file.read_text()
    live = projects.get("shop")
    del live["spec"]["roles"][0]["jwtTokens"], live["status"]["jwtTokensByRole"]["ci"]
    projects.send("PUT", projects.url("shop", f"fieldManager={SERVER}"), live)
    projects.run({"src": str(file)})
    assert tokens(projects.get("shop")) == {"ci": 0, "qa": 1, "dev": 0}
    assert projects.run({"src": str(file)})["changed"] is False
    rendered = projects.run({"src": str(file), "state": "rendered"})
    assert "jwtTokens" not in rendered["yaml"]
    assert "status" not in rendered["manifests"][0]
