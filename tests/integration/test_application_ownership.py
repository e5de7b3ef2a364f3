"""Whose field is it: other declarative owners, changes by hand, fields we do not name, and writers in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml

from tests.controlplane import eventually
from tests.support.lab import REPOSITORY, Lab, application, meanwhile, owners, spec, writes
from tests.support.module import Result

POLICY = {"sync_policy": {"automated": {"prune": True}}}
TRACKING = "argocd.argoproj.io/tracking-id"


def flux(lab: Lab) -> str:
    """Another tool applies the path."""
    lab.apply_as("flux", "shop", {"spec": spec(source={"repoURL": REPOSITORY, "path": "theirs"})})
    return "spec.source.path is applied by field manager flux"


def kubectl_server_side(lab: Lab) -> str:
    _kubectl(lab, "--server-side", "--field-manager=platform-team")
    return "spec.source.path is applied by field manager platform-team"


def kubectl_client_side(lab: Lab) -> str:
    _kubectl(lab)
    return "spec.source.path is applied by kubectl apply"


def parent(lab: Lab) -> str:
    """A parent Application syncs it with server-side apply."""
    annotations = {TRACKING: f"root:argoproj.io/Application:{lab.namespace}/shop"}
    content = {"metadata": {"annotations": annotations}, "spec": theirs()}
    lab.apply_as("argocd-controller", "shop", content)
    return "spec.source.path is applied by the parent Application root"


def client_side_parent(lab: Lab) -> str:
    """A parent Application syncs it the way it does by default: with Update, as it creates and patches."""
    annotations = {TRACKING: f"root:argoproj.io/Application:{lab.namespace}/shop"}
    lab.create("shop", theirs(), "argocd-controller", annotations=annotations)
    return "spec.source.path is applied by the parent Application root"


def application_set(lab: Lab) -> str:
    sets = lab.url().replace("/applications", "/applicationsets")
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "fleet"}}
    template = {"metadata": {"name": "shop"}, "spec": theirs()}
    fleet = lab.send("POST", sets, {**manifest, "spec": {"generators": [], "template": template}})
    reference = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "fleet"}
    reference["uid"] = fleet["metadata"]["uid"]  # else the garbage collector takes the Application away
    lab.create("shop", theirs(), "argocd-applicationset-controller", ownerReferences=[reference])
    return "spec.source.path is applied by ApplicationSet fleet"


OWNERS = (flux, kubectl_server_side, kubectl_client_side, parent, client_side_parent, application_set)


def theirs() -> dict[str, Any]:
    return spec(source={"repoURL": REPOSITORY, "path": "theirs"})


def _kubectl(lab: Lab, *arguments: str) -> None:
    manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "shop", "namespace": lab.namespace},
        "spec": theirs(),
    }
    lab.plane.kubectl("apply", *arguments, "-f", "-", stdin=yaml.safe_dump(manifest))


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_another_owner(lab: Lab, owner: Callable[[Lab], str]) -> None:
    conflict = owner(lab)
    before = lab.get("shop")
    options = {"applications": [application("other"), application("shop", **POLICY), application("third")]}
    predicted = lab.run(options, check=True, fails=True)
    assert sorted(lab.all()) == ["shop"]
    refused = lab.run(options, fails=True)
    for result in (predicted, refused):
        _assert_conflict(lab, result, conflict)
    assert lab.get("shop") == before
    assert sorted(lab.all()) == ["other", "shop", "third"]

    taken = lab.run({**options, "force_conflicts": True})
    assert taken["summary"] == {"created": 0, "updated": 1, "deleted": 0, "unchanged": 2, "failed": 0}
    assert lab.get("shop")["spec"] == spec(syncPolicy={"automated": {"prune": True}})
    again, requests = lab.counted({**options, "force_conflicts": True})
    assert again["changed"] is False
    assert writes(requests) == []


def _assert_conflict(lab: Lab, result: Result, conflict: str) -> None:
    assert result["summary"] == {"created": 2, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 1}
    assert result["changed"] is True
    (failure,) = result["failures"]
    assert (failure["kind"], failure["namespace"], failure["name"]) == ("Application", lab.namespace, "shop")
    assert conflict in result["msg"]
    assert result["msg"].startswith(f"Application {lab.namespace}/shop: conflict: ")
    assert "force_conflicts: true" in result["msg"]


def test_the_same_value_of_another_owner_is_shared(lab: Lab) -> None:
    lab.apply_as("flux", "shop", {"spec": spec()})
    assert lab.run(application("shop"))["changed"] is True
    result, requests = lab.counted(application("shop"))
    assert (result["changed"], writes(requests)) == (False, [])
    assert owners(lab.get("shop")) == {("flux", "Apply"), ("tiphys.gitops", "Apply")}


def test_fields_of_others_stay(lab: Lab) -> None:
    lab.run(application("shop", labels={"ours": "1"}))
    added = {"metadata": {"labels": {"flux": "1"}}, "spec": {"info": [{"name": "a", "value": "b"}]}}
    lab.apply_as("flux", "shop", added)
    lab.edit("shop", {"metadata": {"annotations": {"by": "hand"}}, "spec": {"revisionHistoryLimit": 3}})
    result, requests = lab.counted(application("shop", labels={"ours": "1"}))
    assert (result["changed"], writes(requests)) == (False, [])
    lab.run(application("shop", **POLICY))
    live = lab.get("shop")
    assert live["metadata"]["labels"] == {"flux": "1"}
    assert live["metadata"]["annotations"] == {"by": "hand"}
    assert live["spec"] == spec(
        info=[{"name": "a", "value": "b"}], revisionHistoryLimit=3, syncPolicy={"automated": {"prune": True}}
    )


def test_status_and_operation_are_never_touched(lab: Lab) -> None:
    lab.run(application("shop"))
    state = {"operation": {"sync": {"revision": "main"}}, "status": {"sync": {"status": "OutOfSync"}}}
    refresh = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}
    lab.edit("shop", {**state, **refresh}, "argocd-application-controller")
    lab.run(application("shop", **POLICY))
    live = lab.get("shop")
    assert {key: live[key] for key in state} == state
    assert live["metadata"]["annotations"] == refresh["metadata"]["annotations"]


@pytest.mark.parametrize("manager", ["kubectl-edit", "argocd-server", "kubectl-replace"])
def test_a_change_by_hand_is_put_back(lab: Lab, manager: str) -> None:
    options = application("shop", labels={"tier": "web"}, **POLICY)
    lab.run(options)
    wanted = lab.get("shop")
    live = lab.get("shop")
    live["spec"]["source"]["path"] = "by-hand"
    live["spec"]["syncPolicy"]["automated"] = {"prune": False, "selfHeal": True}
    live["metadata"]["labels"] = {"tier": "db"}
    lab.send("PUT", lab.url("shop", f"fieldManager={manager}"), live)
    result = lab.run(options)
    assert result["changes"][0]["fields"] == [
        "metadata.labels.tier",
        "spec.source.path",
        "spec.syncPolicy.automated.prune",
    ]
    healed = lab.get("shop")
    assert healed["metadata"]["labels"] == wanted["metadata"]["labels"]
    assert healed["spec"]["source"] == wanted["spec"]["source"]
    assert healed["spec"]["syncPolicy"] == {"automated": {"prune": True, "selfHeal": True}}, "what we do not name stays"
    again, requests = lab.counted(options)
    assert (again["changed"], writes(requests)) == (False, [])


def test_fields_removed_by_hand_come_back(lab: Lab) -> None:
    options = application("shop", labels={"tier": "web"}, finalizers=["example.org/x"], **POLICY)
    lab.run(options)
    wanted = lab.get("shop")
    gone = {"labels": None, "finalizers": None}
    lab.edit("shop", {"metadata": gone, "spec": {"syncPolicy": None, "source": {"path": None, "chart": "web"}}})
    lab.run(options)
    healed = lab.get("shop")
    assert healed["metadata"]["labels"] == wanted["metadata"]["labels"]
    assert healed["metadata"]["finalizers"] == wanted["metadata"]["finalizers"]
    assert healed["spec"]["syncPolicy"] == wanted["spec"]["syncPolicy"]
    assert healed["spec"]["source"]["path"] == "deploy"


def test_an_existing_object_is_adopted(lab: Lab) -> None:
    """What somebody made by hand becomes ours by one write, and is then removed like any field of ours."""
    policy = {"automated": {"prune": True}}
    lab.create("shop", spec(syncPolicy=policy))
    result = lab.run(application("shop", **POLICY))
    assert result["summary"]["updated"] == 1
    assert lab.get("shop")["spec"] == spec(syncPolicy=policy)
    again, requests = lab.counted(application("shop", **POLICY))
    assert (again["changed"], writes(requests)) == (False, [])


@contextmanager
def edited_meanwhile(lab: Lab, refusals: int) -> Iterator[None]:
    """Edit `shop` again and again, until so many of the module's writes were refused for it."""
    lab.proxy.fault("delay", methods=["PATCH"], match="/shop?", milliseconds=400, times=refusals)
    lab.proxy.reset()

    def work(over: threading.Event) -> None:
        number = 0
        while not over.is_set() and [one.status for one in lab.proxy.requests()].count(409) < refusals:
            number += 1
            lab.edit("shop", {"metadata": {"labels": {"edit": str(number)}}})

    with meanwhile(work):
        yield


def test_somebody_writes_between_reading_and_applying(lab: Lab) -> None:
    lab.run(application("shop"))
    lab.edit("shop", {"spec": {"source": {"path": "by-hand"}}})
    with edited_meanwhile(lab, refusals=3):
        result = lab.run(application("shop"))
    assert result["changed"] is True
    assert [one.status for one in lab.proxy.writes()][:3] == [409, 409, 409]
    assert lab.get("shop")["spec"] == spec()
    assert "edit" in lab.get("shop")["metadata"]["labels"]


def test_somebody_keeps_writing(lab: Lab) -> None:
    lab.run(application("shop"))
    lab.edit("shop", {"spec": {"source": {"path": "by-hand"}}})
    with edited_meanwhile(lab, refusals=5):
        result = lab.run({"applications": [application("other"), application("shop")]}, fails=True)
    assert result["summary"] == {"created": 1, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 1}
    assert f"Application {lab.namespace}/shop: " in result["msg"]
    assert "somebody else keeps writing it" in result["msg"]
    assert lab.get("shop")["spec"]["source"]["path"] == "by-hand"
    assert lab.run(application("shop"))["changed"] is True


def test_somebody_creates_or_deletes_it_meanwhile(lab: Lab) -> None:
    """Between reading and applying, `shop` comes into being with another path and `gone` goes away."""
    lab.run(application("gone"))
    lab.edit("gone", {"spec": {"source": {"path": "by-hand"}}})
    lab.proxy.fault("delay", methods=["PATCH"], milliseconds=700, times=2)
    lab.proxy.reset()
    results = []
    options = {"applications": [application("shop"), application("gone")]}
    thread = threading.Thread(target=lambda: results.append(lab.run(options)))
    thread.start()
    eventually(lambda: len(lab.proxy.requests()) >= 2, "the module has read")
    lab.create("shop", spec(source={"repoURL": REPOSITORY, "path": "by-hand"}))
    lab.send("DELETE", lab.url("gone"))
    thread.join()
    assert results[0]["summary"]["failed"] == 0
    assert {name: live["spec"] for name, live in lab.all().items()} == {"shop": spec(), "gone": spec()}
