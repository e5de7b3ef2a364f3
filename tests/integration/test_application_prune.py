"""Deleting what is no longer listed: under a ceiling, inside a scope, with the finalizers that cascade asks for."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.controlplane import eventually
from tests.support.lab import Lab, application, spec, writes

FINALIZER = "resources-finalizer.argocd.argoproj.io"
OURS = {"team": "shop"}
PRUNE: dict[str, Any] = {"prune": True, "label_selectors": ["team=shop"]}


def shops(*names: str) -> dict[str, Any]:
    return {"applications": [application(name, labels=OURS) for name in names]}


def fill(lab: Lab, *names: str) -> None:
    """Applications of ours, and others that pruning must not touch: another team's, nobody's, another namespace's."""
    lab.run(shops(*names))
    lab.run({"applications": [application("office", labels={"team": "office"}), application("nobody")]})


def test_prune(lab: Lab) -> None:
    fill(lab, "a", "b", "c", "d")
    options = {**shops("a", "b", "new"), **PRUNE}
    predicted, requests = lab.counted(options, check=True, diff=True)
    assert writes(requests) == []
    result, requests = lab.counted(options, diff=True)
    assert (result["changes"], result["diff"]) == (predicted["changes"], predicted["diff"])
    assert result["summary"] == {"created": 1, "updated": 0, "deleted": 2, "unchanged": 2, "failed": 0}
    assert [one.method for one in writes(requests)] == ["PATCH", "DELETE", "DELETE"], "deleting comes last"
    assert sorted(lab.all()) == ["a", "b", "new", "nobody", "office"]
    again, requests = lab.counted(options)
    assert (again["changed"], [one.method for one in requests]) == (False, ["GET"])


@pytest.mark.parametrize(
    ("selectors", "left"),
    [
        (["team in (shop, office)"], ["a", "nobody"]),
        (["team notin (office)", "team"], ["a", "nobody", "office"]),
        (["team=shop,tier!=db"], ["a", "db", "nobody", "office"]),
        (["team==shop", "!tier"], ["a", "db", "nobody", "office", "web"]),
    ],
)
def test_selectors(lab: Lab, selectors: list[str], left: list[str]) -> None:
    """They select what the API server's own would."""
    fill(lab, "a", "plain")
    tiers = [application(tier, labels={**OURS, "tier": tier}) for tier in ("web", "db")]
    lab.run({"applications": tiers})
    text = ",".join(selectors)
    selected = lab.plane.kubectl("get", "applications", "-n", lab.namespace, "-l", text, "-o", "name")
    options = {**shops("a"), "prune": True, "label_selectors": selectors}
    result = lab.run(options)
    assert {f"application.argoproj.io/{one['name']}" for one in result["changes"]} == set(selected.split()) - {
        "application.argoproj.io/a"
    }
    assert sorted(lab.all()) == left


def test_ceiling(lab: Lab) -> None:
    names = [f"shop-{number:02}" for number in range(12)]
    fill(lab, "stays", *names)
    options = {**shops("stays", "new"), **PRUNE}
    for check in (True, False):
        lab.proxy.reset()
        message = lab.run(options, check=check, fails=True)["msg"]
        assert (
            "pruning would delete 12 Application objects selected by team=shop, more than max_deletions (10)" in message
        )
        assert "shop-00, shop-01" in message
        assert "Raise max_deletions if that is meant; nothing was written" in message
        assert lab.proxy.writes() == []
    assert "new" not in lab.all()
    assert lab.run({**options, "max_deletions": 12})["summary"]["deleted"] == 12
    assert sorted(lab.all()) == ["new", "nobody", "office", "stays"]


def test_nothing_desired(lab: Lab) -> None:
    fill(lab, "a", "b")
    options = {"applications": [], **PRUNE}
    lab.proxy.reset()
    message = lab.run(options, fails=True)["msg"]
    assert "pruning would delete all 2 Application objects selected by team=shop, because nothing is desired" in message
    assert "allow_empty: true" in message
    assert lab.proxy.writes() == []
    assert lab.run({**options, "allow_empty": True})["summary"]["deleted"] == 2
    assert sorted(lab.all()) == ["nobody", "office"]
    assert lab.run(options)["changed"] is False


def test_only_named_namespaces_are_pruned(lab: Lab) -> None:
    """`namespace`, and those of the objects in the list."""
    fill(lab, "a", "b")
    named, other = f"{lab.namespace}-named", f"{lab.namespace}-other"
    for namespace in (named, other):
        lab.send("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        lab.run({**shops("elsewhere"), "namespace": namespace})
    items = shops("a")["applications"] + [{**application("near", labels=OURS), "namespace": named}]
    result = lab.run({"applications": items, **PRUNE})
    assert {(one["namespace"], one["name"], one["action"]) for one in result["changes"]} == {
        (lab.namespace, "b", "deleted"),
        (named, "near", "created"),
        (named, "elsewhere", "deleted"),
    }
    for namespace in (named, other):
        lab.send("DELETE", lab.url().replace(lab.namespace, namespace))
        lab.send("DELETE", f"/api/v1/namespaces/{namespace}")


@pytest.mark.parametrize(
    ("had", "cascade", "sent"),
    [
        ("orphan", None, None),
        ("orphan", "orphan", None),
        ("orphan", "foreground", [FINALIZER]),
        ("orphan", "background", [f"{FINALIZER}/background"]),
        ("foreground", "foreground", None),
        ("foreground", "background", [f"{FINALIZER}/background"]),
        ("foreground", "orphan", []),
        ("background", "orphan", []),
    ],
)
@pytest.mark.parametrize("by", ["absent", "prune"])
def test_cascade(lab: Lab, had: str, cascade: str | None, sent: list[str] | None, by: str) -> None:
    """What the finalizers are when an Application is deleted: Argo CD deletes its workloads for them, and only then.

    `sent` is what the module has to write first, if anything.
    """
    lab.run(application("stays", labels=OURS))
    lab.run(application("shop", labels=OURS, cascade=had))
    given = {"cascade": cascade} if cascade else {}
    if by == "absent":
        options = {"name": "shop", "state": "absent", **given}
    else:
        options = {**application("stays", labels=OURS), **PRUNE, **given}
    before = {"foreground": [FINALIZER], "background": [f"{FINALIZER}/background"], "orphan": []}[had]
    _result, requests = lab.counted(options, check=True)
    assert writes(requests) == []
    result, requests = lab.counted(options)
    deleted = [one for one in result["changes"] if one["action"] == "deleted"]
    assert [one["name"] for one in deleted] == ["shop"]
    about = [one.method for one in writes(requests) if one.path.endswith("/shop")]
    assert about == (["DELETE"] if sent is None else ["PATCH", "DELETE"])
    left = before if sent is None else sent
    live = lab.find("shop")
    assert (live["metadata"]["finalizers"] if live else []) == left
    if live:
        assert "deletionTimestamp" in live["metadata"]
        again, requests = lab.counted(options)
        assert [one.method for one in requests if one.path.endswith("/shop") and one.method == "DELETE"] == []
        assert "deleted" not in [one["action"] for one in again["changes"]]


def test_foreign_finalizers_stay(lab: Lab) -> None:
    """A hook's finalizer is not ours to take away, and it does not change by deletion."""
    lab.run(application("shop", cascade="foreground", finalizers=["post-delete-finalizer.argocd.argoproj.io"]))
    lab.run({"name": "shop", "state": "absent", "cascade": "orphan"})
    assert lab.get("shop")["metadata"]["finalizers"] == ["post-delete-finalizer.argocd.argoproj.io"]


def test_absent_takes_only_what_is_named(lab: Lab) -> None:
    fill(lab, "a", "b")
    result = lab.run({"applications": [{"name": "a"}, {"name": "not-there"}], "state": "absent"})
    assert result["summary"] == {"created": 0, "updated": 0, "deleted": 1, "unchanged": 1, "failed": 0}
    assert sorted(lab.all()) == ["b", "nobody", "office"]


def test_a_later_object_of_the_same_name_survives(lab: Lab) -> None:
    """Somebody deletes and makes it anew between our reading and deleting: that one is not what we were shown."""
    lab.run(application("shop"))
    seen = lab.get("shop")
    lab.proxy.fault("delay", methods=["DELETE"], milliseconds=700)
    lab.proxy.reset()
    thread = threading.Thread(target=lambda: lab.run({"name": "shop", "state": "absent"}))
    thread.start()
    eventually(lambda: lab.proxy.counters().total >= 1, "the module reads")
    lab.send("DELETE", lab.url("shop"))
    lab.create("shop", seen["spec"])
    thread.join()
    assert lab.get("shop")["metadata"]["uid"] != seen["metadata"]["uid"]


@pytest.mark.parametrize("check", [True, False])
def test_nothing_is_pruned_after_a_failure(lab: Lab, check: bool) -> None:
    """What should have come in the place of the pruned one may be what failed."""
    labels = {"team": "shop"}
    lab.run(application("old", labels=labels))
    lab.apply_as("flux", "new", {"metadata": {"labels": labels}, "spec": spec(project="theirs")})
    new = application("new", labels=labels, project="ours")
    options = {"applications": [new], "prune": True, "label_selectors": ["team=shop"]}
    result = lab.run(options, check=check, fails=True)
    reasons = {one["name"]: one["reason"] for one in result["failures"]}
    assert "spec.project is applied by field manager flux" in reasons["new"]
    assert reasons["old"] == "not pruned, because something before it failed"
    assert lab.all().keys() == {"new", "old"}
