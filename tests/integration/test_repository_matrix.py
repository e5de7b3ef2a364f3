"""argocd_repository creates, modifies and deletes, says so rightly, and leaves alone what is right already."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.lab import REPOSITORY, REPOSITORY_SECRET, Lab, Manifest
from tests.support.matrix import FINGERPRINT, Case, twelve_steps
from tests.support.repositories import LABEL, data, repository

MODULE = "argocd_repository"


@pytest.fixture
def secrets(lab: Lab) -> Lab:
    return lab.of(REPOSITORY_SECRET)


def test_one(secrets: Lab) -> None:
    place = {"namespace": secrets.namespace}
    case = Case(
        MODULE,
        create={**place, **repository(depth=1)},
        modify={**place, **repository("another", depth=1)},
        delete={**place, "url": REPOSITORY, "state": "absent"},
        count=1,
        modified=1,
        reads=2,
        fields=("data.password",),
    )
    created, modified, deleted = twelve_steps(case, secrets.proxy)
    (change,) = created["changes"]
    where = {"kind": "Secret", "namespace": secrets.namespace, "name": change["name"]}
    assert change == {"action": "created", "fields": [], **where}
    shown = yaml.safe_load(created["diff"][0]["after"])
    assert shown["metadata"]["labels"] == {LABEL: "repository"}
    assert all(FINGERPRINT.fullmatch(value) for value in shown["data"].values())
    assert shown["data"].keys() == {"url", "username", "password", "depth"}
    before, after = (yaml.safe_load(modified["diff"][0][side]) for side in ("before", "after"))
    assert before.keys() == after.keys() == {"data"}
    assert before["data"].keys() == after["data"].keys() == {"password"}
    assert before != after
    assert deleted["diff"][0]["after"] == ""
    assert secrets.all() == {}


@pytest.mark.parametrize("kind", ["repo-creds", "repository-write", "repo-write-creds"])
def test_other_types(secrets: Lab, kind: str) -> None:
    place = {"namespace": secrets.namespace, "secret_type": kind}
    case = Case(
        MODULE,
        create={**place, **repository()},
        modify={**place, **repository("another")},
        delete={**place, "url": REPOSITORY, "state": "absent"},
        count=1,
        modified=1,
        reads=2,
        fields=("data.password",),
    )
    twelve_steps(case, secrets.proxy)


def test_list(secrets: Lab) -> None:
    urls = [f"https://git.example.org/shop-{number}" for number in range(40)]
    changed = set(urls[5:12])

    def options(*, modified: bool) -> dict[str, Any]:
        items = [repository("new" if modified and url in changed else "old", url=url) for url in urls]
        return {"namespace": secrets.namespace, "repositories": items}

    case = Case(
        MODULE,
        create=options(modified=False),
        modify=options(modified=True),
        delete={"namespace": secrets.namespace, "repositories": [{"url": url} for url in urls], "state": "absent"},
        count=40,
        modified=7,
        reads=2,
        fields=("data.password",),
    )
    twelve_steps(case, secrets.proxy)


def test_one_url_in_several_roles(secrets: Lab) -> None:
    """Projects have credentials of their own, and a template and the right to write are other things again."""
    roles: list[dict[str, Any]] = [
        {},
        {"project": "shop"},
        {"project": "office"},
        {"secret_type": "repo-creds"},
        {"secret_type": "repository-write"},
        {"secret_type": "repo-write-creds"},
    ]
    given = {"repositories": [repository(f"password-{number}", **role) for number, role in enumerate(roles)]}
    assert secrets.run(given)["summary"]["created"] == 6
    assert {data(live)["password"] for live in secrets.all().values()} == {f"password-{number}" for number in range(6)}
    assert secrets.run(given)["changed"] is False
    secrets.run({"url": REPOSITORY, "project": "shop", "state": "absent"})
    left = {data(live)["password"] for live in secrets.all().values()}
    assert left == {f"password-{number}" for number in (0, 2, 3, 4, 5)}


def test_a_secret_is_found_by_what_it_holds(secrets: Lab) -> None:
    """It may have any name, and Argo CD makes no difference between these spellings."""
    secrets.post("by-somebody", _secret(f"{REPOSITORY.upper()}", password="old"))
    predicted = secrets.run(repository("new"), check=True)
    result = secrets.run(repository("new"))
    assert predicted["changes"] == result["changes"]
    assert [(one["action"], one["name"]) for one in result["changes"]] == [("updated", "by-somebody")]
    live = secrets.get("by-somebody")
    assert (data(live)["url"], data(live)["password"]) == (REPOSITORY, "new")
    assert secrets.run(repository("new"))["changed"] is False
    secrets.run({"url": REPOSITORY.removesuffix(".git"), "state": "absent"})
    assert secrets.all() == {}


def test_two_secrets_for_one_repository(secrets: Lab) -> None:
    secrets.post("first", _secret(REPOSITORY))
    message = secrets.run(repository(secret_name="second"), fails=True)["msg"]
    assert f"is in Secret first of namespace {secrets.namespace} already; set secret_name to that" in message
    secrets.post("second", _secret(REPOSITORY))
    message = secrets.run(repository(), fails=True)["msg"]
    assert "is in Secret first and second of namespace" in message
    assert secrets.run(repository(secret_name="second"))["summary"]["updated"] == 1
    assert "password" not in data(secrets.get("first"))


def test_a_secret_that_holds_another_repository(secrets: Lab) -> None:
    """Only who names it may give it another one; nobody deletes it by another URL."""
    other = "https://git.example.org/other"
    secrets.run(repository())
    (name,) = secrets.all()
    for check in (True, False):
        gone = {"url": other, "secret_name": name, "state": "absent"}
        message = secrets.run(gone, check=check, fails=True)["msg"]
        where = f"{secrets.namespace}/{name}"
        assert f"Secret {where} holds repository {REPOSITORY.removesuffix('.git')} and not repository" in message
        assert "give url and secret_name of one repository" in message
    for role in ({"project": "shop"}, {"secret_type": "repo-creds"}):
        gone = {"url": REPOSITORY, "secret_name": name, "state": "absent", **role}
        assert "and not repo" in secrets.run(gone, fails=True)["msg"]
    secrets.edit(name, {"stringData": {"url": other}})
    for check in (True, False):
        assert "set another secret_name" in secrets.run(repository(), check=check, fails=True)["msg"]
    assert data(secrets.get(name))["url"] == other
    assert secrets.run(repository(secret_name="mine"))["summary"]["created"] == 1
    moved = "https://git.example.org/moved"
    assert secrets.run(repository(url=moved, secret_name="mine"))["changes"][0]["fields"] == ["data.url"]
    items = [{"secret_name": "mine"}, {"secret_name": name, "url": other}]
    assert secrets.run({"repositories": items, "state": "absent"})["summary"]["deleted"] == 2


def test_a_secret_for_something_else_is_left_alone(secrets: Lab) -> None:
    secrets.post("mine", {"data": {}})
    secrets.post("cluster", _secret(REPOSITORY, kind="cluster"))
    for name in ("mine", "cluster"):
        for state in ("present", "absent"):
            for check in (True, False):
                result = secrets.run(repository(secret_name=name, state=state), check=check, fails=True)
                assert "it is there already for something else" in result["msg"]
                assert "choose another name" in result["msg"]
    assert "password" not in data(secrets.get("cluster"))


def test_pruning(secrets: Lab) -> None:
    """Only repositories and templates with the labels go, not Secrets of other kinds."""
    team: dict[str, Any] = {"labels": {"team": "shop"}}
    old = "https://git.example.org/old"
    secrets.run({"repositories": [repository(url=url, **team) for url in (REPOSITORY, old)]})
    secrets.run(repository(url="https://git.example.org/office", labels={"team": "office"}))
    secrets.run(repository(url="https://git.example.org", secret_type="repo-creds", **team))
    secrets.post("password", {"metadata": {"labels": {"team": "shop"}}})
    secrets.post("cluster", {"metadata": {"labels": {"team": "shop", LABEL: "cluster"}}})
    options = {**repository(**team), "prune": True, "label_selectors": ["team=shop"]}
    predicted = secrets.run(options, check=True)
    result = secrets.run(options)
    assert predicted["changes"] == result["changes"]
    assert [one["action"] for one in result["changes"]] == ["deleted", "deleted"]
    urls = {data(live).get("url") for live in secrets.all().values()}
    assert urls == {REPOSITORY, "https://git.example.org/office", None}
    assert {"password", "cluster"} <= secrets.all().keys()


def _secret(url: str, kind: str = "repository", **texts: str) -> Manifest:
    return {"metadata": {"labels": {LABEL: kind}}, "stringData": {"url": url, **texts}}
