"""A project that is in use is not deleted, by name or by pruning, and who uses it is told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.lab import APPLICATION_SET, PROJECT, Lab, application, spec, writes
from tests.support.projects import project

OURS = {"team": "shop"}
PRUNE: dict[str, Any] = {"prune": True, "label_selectors": ["team=shop"]}
ABSENT = {"name": "shop", "state": "absent"}


@pytest.fixture
def projects(lab: Lab) -> Lab:
    """With a project `shop` that nobody uses yet."""
    lab.of(PROJECT).run(project("shop", labels=OURS))
    return lab.of(PROJECT)


def refused(projects: Lab, options: dict[str, Any], *parts: str) -> None:
    """Neither in check mode nor for real is `shop` deleted."""
    for check in (True, False):
        result = projects.run(options, check=check, fails=True)
        assert [one["name"] for one in result["failures"]] == ["shop"]
        for part in parts:
            assert part in result["msg"]
    assert "deletionTimestamp" not in projects.get("shop")["metadata"]


@pytest.mark.parametrize("by", ["absent", "prune"])
def test_applications(projects: Lab, lab: Lab, by: str) -> None:
    """The first few are named; the other projects of the task go."""
    names = [f"app-{number}" for number in range(5)]
    lab.run({"applications": [application(name, project="shop") for name in names] + [application("other")]})
    named = ", ".join(f"Application {lab.namespace}/app-{number}" for number in range(3))
    message = f"AppProject {lab.namespace}/shop: it is used by {named} and 2 more; without it they would no longer sync"
    projects.run(project("free", labels=OURS))
    items = {"projects": [{"name": "shop"}, {"name": "free"}], "state": "absent"}
    options = items if by == "absent" else {"projects": [], "allow_empty": True, **PRUNE}
    refused(projects, options, message, "Delete them or move them to another project first")
    assert sorted(projects.all()) == ["shop"]
    lab.run({"applications": [{"name": name} for name in names], "state": "absent"})
    assert projects.run(options)["summary"]["deleted"] == 1


def test_one_application(projects: Lab, lab: Lab) -> None:
    lab.run(application("web", project="shop"))
    refused(projects, ABSENT, f"it is used by Application {lab.namespace}/web; without it")


def test_application_sets(projects: Lab, lab: Lab) -> None:
    """By their own template or that of a generator, as long as the project is no text to be filled in."""
    sets = lab.of(APPLICATION_SET)
    template = {"metadata": {"name": "x"}, "spec": spec(project="shop")}
    sets.create("own", {"generators": [{"clusters": {}}], "template": template})
    other = {"metadata": {"name": "x"}, "spec": spec(project="{{project}}")}
    inner = {"generators": [{"list": {"elements": [], "template": template}}, {"clusters": {}}]}
    sets.create("inner", {"generators": [{"matrix": inner}], "template": other})
    parameters = [{"project": "shop"}, {"template": {"spec": "shop"}}, {"template": {"spec": {"project": ["shop"]}}}]
    sets.create("outer", {"generators": [{"list": {"elements": parameters}}], "template": other})
    refused(projects, ABSENT, f"ApplicationSet {lab.namespace}/inner, ApplicationSet {lab.namespace}/own; without")
    for name in ("own", "inner"):
        lab.send("DELETE", sets.url(name))
    assert projects.run(ABSENT)["changed"] is True


@pytest.fixture
def elsewhere(lab: Lab) -> Iterator[str]:
    """Another namespace, with an Application of a project `shop`."""
    name = f"{lab.namespace}-{uuid.uuid4().hex[:4]}"
    lab.send("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    lab.run({**application("web", project="shop"), "namespace": name})
    yield name
    lab.send("DELETE", lab.url("web").replace(lab.namespace, name))
    lab.send("DELETE", f"/api/v1/namespaces/{name}")


def test_other_namespaces_count_if_the_project_permits_them(projects: Lab, elsewhere: str) -> None:
    """Else the Application belongs to another Argo CD, which has a project of the same name."""
    assert projects.run(ABSENT, check=True)["summary"]["deleted"] == 1
    for pattern in (elsewhere, f"{projects.namespace}-*", f"/^{projects.namespace}-/"):
        projects.run(project("shop", labels=OURS, source_namespaces=[pattern]))
        refused(projects, ABSENT, f"it is used by Application {elsewhere}/web")


@pytest.mark.usefixtures("elsewhere")
def test_who_may_not_list_everywhere(projects: Lab, lab: Lab) -> None:
    """The project's own namespace is looked at then."""
    projects.run(project("shop", source_namespaces=["*"]))
    rights = [{"apiGroups": ["argoproj.io"], "resources": ["*"], "verbs": ["*"]}]
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{lab.namespace}"
    lab.send("POST", f"{roles}/roles", {"metadata": {"name": "robot"}, "rules": rights})
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "robot"}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": f"robot-{lab.namespace}"}
    binding = {"metadata": {"name": "robot"}, "roleRef": reference, "subjects": [subject]}
    lab.send("POST", f"{roles}/rolebindings", binding)
    options = {**ABSENT, "impersonate_user": subject["name"]}
    lab.run(application("here", project="shop"))
    narrow = (f"may list applications in {lab.namespace} only", f"may list applicationsets in {lab.namespace} only")
    result = projects.run(options, fails=True, warnings=narrow)
    assert f"it is used by Application {lab.namespace}/here; without it" in result["msg"]
    lab.run({"name": "here", "state": "absent"})
    result = projects.run(options, warnings=narrow)
    assert result["summary"]["deleted"] == 1
    assert all(text in str(result["warnings"]) for text in narrow)


def test_the_applications_are_asked_for_only_before_a_deletion(projects: Lab) -> None:
    _result, requests = projects.counted(project("shop", labels=OURS, description="x"))
    assert [one.method for one in requests] == ["GET", "PATCH"]
    _result, requests = projects.counted({"name": "not-there", "state": "absent"})
    assert [one.method for one in requests] == ["GET"]
    options = {"projects": [project("new", labels=OURS)], **PRUNE}
    _result, requests = projects.counted(options)
    assert [one.method for one in writes(requests)] == ["PATCH", "DELETE"]
    paths = [one.path for one in requests if one.method == "GET"]
    assert [path.rsplit("/", 1)[1] for path in paths] == ["appprojects", "applications", "applicationsets"]


def test_the_project_default_is_never_deleted(lab: Lab) -> None:
    projects = lab.of(PROJECT)
    projects.run(project("default", labels=OURS))
    options: list[dict[str, Any]] = [
        {"name": "default", "state": "absent"},
        {"projects": [], "allow_empty": True, **PRUNE},
    ]
    for given in options:
        result, requests = projects.counted(given, fails=True)
        assert (
            "default: Argo CD makes this project again, open to everything, when argocd-server starts" in result["msg"]
        )
        assert "close it instead, with source_repos: []" in result["msg"]
        assert [one.method for one in requests] == ["GET"]
    assert projects.run({"name": "default", "source_repos": [], "destinations": []})["changed"] is True
    assert projects.get("default")["spec"] == {"sourceRepos": [], "destinations": []}


def test_applications_that_cannot_be_read(projects: Lab) -> None:
    projects.proxy.fault("status", status=403, body="{}", match="/applications")
    for check in (True, False):
        assert "not allowed (403)" in projects.run(ABSENT, check=check, fails=True)["msg"]
    assert "deletionTimestamp" not in projects.get("shop")["metadata"]
