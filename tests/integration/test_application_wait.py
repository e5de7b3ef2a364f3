"""What waiting costs, with a stand-in that does what Argo CD would: one watch for all, however many there are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.controlplane import Request, eventually
from tests.support.lab import Lab, Manifest, application, meanwhile, writes

CONTROLLER = "argocd-application-controller"
NAMES = [f"shop-{number:02}" for number in range(30)]
OPTIONS: dict[str, Any] = {"applications": [application(name) for name in NAMES], "wait": True, "wait_timeout": 60}


def deployed(live: Manifest, **status: Any) -> Manifest:
    compared = {key: live["spec"][key] for key in ("source", "destination")}
    sync = {"status": "Synced", "revision": "abc", "comparedTo": compared}
    return {"status": {"sync": sync, "health": {"status": "Healthy"}, **status}}


@contextmanager
def stand_in(lab: Lab, work: Callable[[dict[str, Manifest]], object]) -> Iterator[None]:
    """Do the work as soon as the module watches."""

    def later(over: threading.Event) -> None:
        eventually(lambda: lab.proxy.counters().watches or over.is_set(), "the module watches")
        work(lab.all())

    with meanwhile(later):
        yield


def reads(requests: list[Request]) -> list[str]:
    return ["watch" if one.watch else one.path.rsplit("/", 1)[1] for one in requests if one.method == "GET"]


def test_many_by_one_watch(lab: Lab) -> None:
    def work(live: dict[str, Manifest]) -> None:
        for name, one in live.items():
            lab.edit(name, deployed(one), CONTROLLER)

    with stand_in(lab, work):
        result, requests = lab.counted(OPTIONS)
    assert [one["health"] for one in result["applications"]] == ["Healthy"] * 30
    assert reads(requests) == ["applications", "applications", "watch"], "one list to compare, one to start the watch"
    assert len(writes(requests)) == 30

    result, requests = lab.counted(OPTIONS)
    assert result["changed"] is False
    assert [one["name"] for one in result["applications"]] == NAMES
    assert (reads(requests), writes(requests)) == (["applications"] * 2, [])


def test_watch_that_breaks_is_taken_up_again(lab: Lab) -> None:
    def work(live: dict[str, Manifest]) -> None:
        for name, one in live.items():
            lab.edit(name, deployed(one), CONTROLLER)

    lab.proxy.fault("reset_before", match="watch=true", times=2)
    with stand_in(lab, work):
        result, requests = lab.counted(OPTIONS)
    assert len(result["applications"]) == 30
    assert reads(requests).count("watch") <= 4


def test_check_mode_does_not_wait(lab: Lab) -> None:
    _result, requests = lab.counted(OPTIONS, check=True)
    assert reads(requests) == ["applications"]


def test_time_runs_out_for_some(lab: Lab) -> None:
    """Those that are there are told as there; each of the others with what was seen last."""

    def work(live: dict[str, Manifest]) -> None:
        for name in NAMES[:28]:
            lab.edit(name, deployed(live[name]), CONTROLLER)
        health = {"status": "Progressing", "message": "1 of 3 replicas"}
        lab.edit(NAMES[28], deployed(live[NAMES[28]], health=health), CONTROLLER)

    with stand_in(lab, work):
        result = lab.run({**OPTIONS, "wait_timeout": 4}, fails=True)
    assert result["summary"] == {"created": 30, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 2}
    reasons = {one["name"]: one["reason"] for one in result["failures"]}
    assert reasons[NAMES[28]].startswith("not there after 4 s: sync Synced, health Progressing")
    assert reasons[NAMES[28]].endswith("1 of 3 replicas")
    assert "not there after 4 s: the controller has not looked at the present spec yet" in reasons[NAMES[29]]
    assert len(result["applications"]) == 30


def test_a_state_of_the_spec_before_does_not_count(lab: Lab) -> None:
    """Synced and Healthy from before the change must not end the wait."""
    lab.run(application("shop"))
    lab.edit("shop", deployed(lab.get("shop")), CONTROLLER)
    changed = application("shop", source={"repo_url": "https://git.example.org/shop.git", "path": "other"})
    result = lab.run({**changed, "wait": True, "wait_timeout": 2}, fails=True)
    assert "the controller has not looked at the present spec yet" in result["msg"]
    with stand_in(lab, lambda live: lab.edit("shop", deployed(live["shop"]), CONTROLLER)):
        result = lab.run({**changed, "wait": True, "wait_timeout": 60})
    assert [one["health"] for one in result["applications"]] == ["Healthy"]


def test_a_revision_to_wait_for(lab: Lab) -> None:
    lab.run(application("shop"))
    lab.edit("shop", deployed(lab.get("shop")), CONTROLLER)
    result = lab.run({**application("shop"), "wait": True, "wait_revision": "def", "wait_timeout": 1}, fails=True)
    assert "not there after 1 s: at revision abc" in result["msg"]
    result = lab.run({**application("shop"), "wait": True, "wait_revision": "abc", "wait_timeout": 30})
    assert [one["revision"] for one in result["applications"]] == ["abc"]


def test_deletion_of_many(lab: Lab) -> None:
    """Each is held by a finalizer until the stand-in lets it go."""
    held = [application(name, finalizers=["example.org/held"]) for name in NAMES]
    lab.run({"applications": held})

    def work(live: dict[str, Manifest]) -> None:
        for name in live:
            lab.edit(name, {"metadata": {"finalizers": None}})

    gone = {"applications": [{"name": name} for name in NAMES], "state": "absent", "wait": True, "wait_timeout": 60}
    with stand_in(lab, work):
        result, requests = lab.counted(gone)
    assert result["summary"]["deleted"] == 30
    assert lab.all() == {}
    assert reads(requests) == ["applications", "applications", "watch"]
    assert len(writes(requests)) == 30


def test_the_deadline_of_the_task_ends_a_wait(lab: Lab) -> None:
    lab.proxy.reset()
    result = lab.run({**application("shop"), "wait": True, "wait_timeout": 60, "timeout": 3}, fails=True)
    assert "the deadline of 3 s has passed" in result["msg"]
    assert result["changed"] is True, "what was written before is told all the same"
    assert result.seconds < 10


def test_every_namespace_is_looked_at(lab: Lab) -> None:
    """One watch for each, more than the engine has threads."""
    spaces = [f"{lab.namespace}-{number}" for number in range(18)]
    for space in spaces:
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}
        lab.send("POST", "/api/v1/namespaces", manifest)
    options = {"applications": [application("shop", namespace=space) for space in spaces]}
    try:
        result = lab.run({**options, "wait": True, "wait_timeout": 3}, fails=True)
        assert sorted(one["namespace"] for one in result["applications"]) == sorted(spaces)
        assert result["summary"]["failed"] == 18
        assert "the controller has not looked at the present spec yet" in result["msg"]
    finally:
        lab.run({**options, "state": "absent"})
        for space in spaces:
            lab.send("DELETE", f"/api/v1/namespaces/{space}")
