"""A server or network that stumbles: everything arrives once, what does not is named, nothing hangs."""

from __future__ import annotations

import itertools
import json
import threading
import time
from typing import Any

import pytest

from tests.controlplane import eventually
from tests.support.lab import Lab, application, meanwhile, spec, writes

NAMES = [f"shop-{number:02}" for number in range(50)]
OPTIONS: dict[str, Any] = {"applications": [application(name) for name in NAMES]}
LIMITS = {"request_timeout": 2, "retry_timeout": 8}


def all_arrived(lab: Lab) -> None:
    """All are there as wanted, written once each, and a second run has nothing to do."""
    live = lab.all()
    assert sorted(live) == NAMES
    assert all(one["spec"] == spec() for one in live.values())
    assert {one["metadata"]["generation"] for one in live.values()} == {1}
    lab.proxy.clear()
    result, requests = lab.counted(OPTIONS)
    assert (result["changed"], writes(requests)) == (False, [])


@pytest.mark.parametrize(
    ("action", "settings"),
    [
        ("status", {"status": 503}),
        ("status", {"status": 500}),
        ("status", {"status": 504, "body": "<html>a load balancer's page</html>"}),
        ("status", {"status": 429, "retry_after": "1"}),
        ("status", {"status": 429}),
        ("reset_before", {}),
        ("reset_after", {}),
        ("truncate", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(str(one)[:3] for one in value.values()),
)
def test_one_in_four_fails(lab: Lab, action: str, settings: dict[str, Any]) -> None:
    lab.proxy.fault(action, every=4, times=20, **settings)
    result = lab.run(OPTIONS)
    assert result["summary"] == {"created": 50, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0}
    assert any(one.fault == action for one in lab.proxy.requests())
    all_arrived(lab)


def test_answers_lost_while_updating_and_deleting(lab: Lab) -> None:
    """Each update puts a change by hand back, so it is bound to a version that a lost answer makes stale."""
    lab.run(OPTIONS)
    for name in NAMES:
        lab.edit(name, {"spec": {"source": {"path": "by-hand"}}})
    lab.proxy.fault("reset_after", methods=["PATCH", "DELETE"], every=3)
    updated = {"applications": [{**one, "revision_history_limit": 4} for one in OPTIONS["applications"]]}
    assert lab.run(updated)["summary"]["updated"] == 50
    assert 409 in [one.status for one in lab.proxy.requests()]
    assert {one["metadata"]["generation"] for one in lab.all().values()} == {3}
    result = lab.run({"applications": [{"name": name} for name in NAMES], "state": "absent"})
    assert result["summary"] == {"created": 0, "updated": 0, "deleted": 50, "unchanged": 0, "failed": 0}
    assert lab.all() == {}


def test_everybody_waits_as_the_server_asked(lab: Lab) -> None:
    """After a 429, no thread sends anything before the time is over, not even about other objects."""
    lab.proxy.fault("status", methods=["PATCH"], status=429, retry_after="2", times=1)
    sent = []

    def look(over: threading.Event) -> None:
        eventually(lambda: 429 in [one.status for one in lab.proxy.requests()], "a request is refused")
        over.wait(1.2)
        sent.append(len(lab.proxy.writes()))

    with meanwhile(look):
        lab.run(OPTIONS)
    assert sent[0] <= 16 + 16, "16 threads had at most one request under way and one about to start"
    all_arrived(lab)


def test_hanging_requests(lab: Lab) -> None:
    """Each of 16 threads has a request that is never answered: given up after request_timeout, and sent again."""
    lab.proxy.fault("hang", methods=["PATCH"], times=16)
    began = time.monotonic()
    result = lab.run({**OPTIONS, **LIMITS})
    assert result["summary"]["created"] == 50
    assert time.monotonic() - began < 20
    all_arrived(lab)


def test_slow_server(lab: Lab) -> None:
    lab.proxy.delay(100)
    began = time.monotonic()
    lab.run(OPTIONS)
    assert time.monotonic() - began < 50 * 0.1, "requests go side by side"
    all_arrived(lab)


@pytest.mark.parametrize("action", ["status", "reset_before"])
def test_one_object_that_always_fails(lab: Lab, action: str) -> None:
    lab.proxy.fault(action, methods=["PATCH"], match="/shop-07?", status=503 if action == "status" else 0)
    result = lab.run({**OPTIONS, "retry_timeout": 2}, fails=True)
    assert result["changed"] is True
    assert result["summary"] == {"created": 49, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 1}
    assert result["msg"].startswith(f"Application {lab.namespace}/shop-07: ")
    assert sorted(lab.all()) == [name for name in NAMES if name != "shop-07"]
    lab.proxy.clear()
    assert lab.run(OPTIONS)["summary"]["created"] == 1
    all_arrived(lab)


def test_one_object_that_the_server_refuses(lab: Lab) -> None:
    """An error that repeating cannot mend is told at once."""
    body = (
        '{"kind":"Status","status":"Failure","message":"admission webhook \\"guard\\" denied the request: not today"}'
    )
    lab.proxy.fault("status", methods=["PATCH"], match="/shop-07?", status=403, body=body)
    result = lab.run(OPTIONS, fails=True)
    assert 'admission webhook "guard" denied the request: not today' in result["msg"]
    assert f"Application {lab.namespace}/shop-07" in result["msg"]
    assert len([one for one in lab.proxy.writes() if one.path.endswith("/shop-07")]) == 1


@pytest.mark.parametrize("action", ["status", "reset_before", "hang"])
def test_server_that_dies_in_the_middle(lab: Lab, action: str) -> None:
    """Half of it arrives, then nothing is answered any more: the rest is named, within the limits."""
    lab.proxy.fault(action, methods=["PATCH"], skip=25, status=503 if action == "status" else 0)
    began = time.monotonic()
    result = lab.run({**OPTIONS, "request_timeout": 1, "retry_timeout": 2}, fails=True)
    assert time.monotonic() - began < 30
    created = result["summary"]["created"]
    assert created == 25
    assert result["summary"]["failed"] == 25
    assert {one["name"] for one in result["failures"]} | {one["name"] for one in result["changes"]} == set(NAMES)
    assert len(lab.all()) == created
    assert result["msg"].startswith("25 objects failed: ")
    lab.proxy.clear()
    assert lab.run(OPTIONS)["summary"]["created"] == 25
    all_arrived(lab)


def test_server_that_dies_while_it_is_read(lab: Lab) -> None:
    """The second page of a list never comes: nothing is written, for what is there is not known."""
    lab.run(OPTIONS)
    lab.proxy.fault("hang", methods=["GET"])
    lab.proxy.reset()
    began = time.monotonic()
    result = lab.run({**OPTIONS, "request_timeout": 1, "retry_timeout": 3}, fails=True)
    assert time.monotonic() - began < 15
    assert "timed out" in result["msg"]
    assert lab.proxy.writes() == []


def test_deadline_of_the_task(lab: Lab) -> None:
    lab.proxy.fault("status", methods=["PATCH"], status=429, retry_after="3")
    began = time.monotonic()
    result = lab.run({**OPTIONS, "timeout": 4}, fails=True)
    assert time.monotonic() - began < 15
    assert result["summary"]["failed"] == 50
    assert "deadline of 4 s" in str(result["failures"])
    assert lab.all() == {}


def test_list_that_expires_between_pages(lab: Lab) -> None:
    """Kubernetes answers 410 when the version that a next page belongs to is compacted, with a way to go on."""
    many = {"applications": [application(f"many-{number:03}") for number in range(510)]}
    lab.run(many)
    page = lab.send("GET", lab.url(query="limit=500"))
    lab.edit("many-000", {"metadata": {"labels": {"theirs": "1"}}})  # the module lists a younger version
    expired = {
        "kind": "Status",
        "status": "Failure",
        "reason": "Expired",
        "code": 410,
        "message": "The provided continue parameter is too old",
        "metadata": {"continue": page["metadata"]["continue"]},
    }
    lab.proxy.fault("status", methods=["GET"], match="continue=", status=410, body=json.dumps(expired), times=1)
    result, requests = lab.counted(many)
    assert [one.status for one in requests] == [200, 410, 200]
    assert result["summary"] == {"created": 0, "updated": 0, "deleted": 0, "unchanged": 510, "failed": 0}


def test_connections_are_kept(lab: Lab) -> None:
    lab.run(OPTIONS)
    counted = lab.proxy.counters()
    assert counted.connections <= 17
    assert 2 <= counted.max_in_flight <= 16
    assert [one.method for one in itertools.islice(counted.requests, 2)] == ["GET", "PATCH"]
