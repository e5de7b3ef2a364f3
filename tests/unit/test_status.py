"""When a wait for an Application is over: cases as the real controller writes them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.status import ASK_REFRESH, REFRESH, Goal, summary
from ansible_collections.tiphys.gitops.plugins.module_utils.cluster.wait import Verdict

Json = dict[str, Any]
SOURCE: Json = {"repoURL": "https://x/y.git", "path": "a", "targetRevision": "main"}
DESTINATION: Json = {"server": "https://kubernetes.default.svc", "namespace": "web"}
THERE: Json = {
    "metadata": {"name": "shop", "namespace": "argocd"},
    "spec": {
        "project": "web",
        "source": SOURCE,
        "destination": DESTINATION,
        "syncPolicy": {"automated": {"prune": True}},
    },
    "status": {
        "sync": {
            "status": "Synced",
            "revision": "abc",
            "comparedTo": {"source": SOURCE, "destination": DESTINATION},
        },
        "health": {"status": "Healthy"},
        "reconciledAt": "2026-01-01T00:00:10Z",
        "operationState": {
            "phase": "Succeeded",
            "message": "successfully synced",
            "finishedAt": "2026-01-01T00:00:09Z",
            "syncResult": {"revision": "abc"},
        },
    },
}


def app(**changes: Any) -> Json:
    """Give the settled Application with values set at paths, such as status__health__status="Degraded"."""
    live = copy.deepcopy(THERE)
    for path, value in changes.items():
        node = live
        *steps, last = path.split("__")
        for step in steps:
            node = node.setdefault(step, {})
        if value is None:
            node.pop(last)
        else:
            node[last] = value
    return live


def judge(live: Json | None, **goal: Any) -> Verdict:
    return Goal(**goal).judge("argocd", "shop", live)


def test_synced_healthy_and_compared_is_there() -> None:
    assert judge(app()).settled


@pytest.mark.parametrize(
    ("live", "says"),
    [
        (None, "not there"),
        (app(status=None), "has not looked at the present spec"),
        (app(spec__source={**SOURCE, "path": "b"}), "has not looked at the present spec"),
        (app(spec__destination={**DESTINATION, "namespace": "other"}), "has not looked at the present spec"),
        (app(status__health__status="Progressing"), "health Progressing"),
        (app(status__health={"status": "Degraded", "message": "deadline exceeded"}), "deadline exceeded"),
        (app(operation={"sync": {}}), "operation is under way"),
        (app(status__operationState__phase="Running"), "operation is under way"),
        (app(status__reconciledAt="2026-01-01T00:00:08Z"), "operation is under way"),
        (app(status__sync__status="OutOfSync", status__operationState__syncResult__revision="older"), "OutOfSync"),
    ],
    ids=str,
)
def test_what_is_not_there_yet_is_waited_for(live: Json | None, says: str) -> None:
    verdict = judge(live)
    assert not verdict.settled
    assert not verdict.failed
    assert says in verdict.text


def test_zero_values_do_not_make_a_spec_another_one() -> None:
    assert judge(app(spec__source={**SOURCE, "helm": {"skipCrds": False}})).settled


def test_only_what_was_asked_for_counts() -> None:
    assert judge(app(status__health__status="Degraded"), healthy=False).settled
    assert judge(app(status__sync__status="OutOfSync"), synced=False).settled
    assert not judge(app(), revision="def").settled
    assert judge(app(), revision="abc").settled


def test_out_of_sync_without_automation_never_ends_well() -> None:
    for policy in (None, {"enabled": False}):
        verdict = judge(app(status__sync__status="OutOfSync", spec__syncPolicy__automated=policy))
        assert verdict.failed
        assert "not automated" in verdict.text


def test_a_failed_sync_of_the_present_revision_ends_the_wait_with_its_message() -> None:
    live = app(
        status__sync__status="OutOfSync",
        status__operationState__phase="Failed",
        status__operationState__message="one or more objects failed to apply: quota",
    )
    verdict = judge(live)
    assert verdict.failed
    assert "quota" in verdict.text


ERROR = [{"type": "ComparisonError", "message": "app path does not exist"}]


def test_an_error_counts_only_after_a_refresh_that_we_asked_for() -> None:
    goal = Goal()
    old = app(status__conditions=ERROR)
    first = goal.judge("argocd", "shop", old)
    assert (first.failed, first.nudge) == (False, ASK_REFRESH)
    asked = app(status__conditions=ERROR, metadata__annotations={REFRESH: "normal"})
    assert not goal.judge("argocd", "shop", asked).failed
    confirmed = goal.judge("argocd", "shop", old)
    assert confirmed.failed
    assert "app path does not exist" in confirmed.text


def test_an_error_that_the_refresh_cleared_is_forgotten() -> None:
    goal = Goal()
    goal.judge("argocd", "shop", app(status__conditions=ERROR))
    goal.judge("argocd", "shop", app(status__conditions=ERROR, metadata__annotations={REFRESH: "normal"}))
    assert goal.judge("argocd", "shop", app()).settled
    assert not goal.judge("argocd", "shop", app(status__conditions=ERROR)).failed


def test_a_project_that_is_missing_may_still_come() -> None:
    message = "Application referencing project web which does not exist"
    missing = [{"type": "InvalidSpecError", "message": message}]
    goal = Goal()
    states = [app(status__conditions=missing, metadata__annotations=one) for one in ({}, {REFRESH: "normal"}, {})]
    verdicts = [goal.judge("argocd", "shop", live) for live in states]
    assert not any(verdict.failed or verdict.settled for verdict in verdicts)
    assert message in verdicts[-1].text
    assert verdicts[-1].nudge == ASK_REFRESH


def test_warnings_are_no_errors() -> None:
    assert judge(app(status__conditions=[{"type": "OrphanedResourceWarning", "message": "one"}])).settled


def test_the_summary_is_short_and_complete() -> None:
    assert summary(app(status__conditions=ERROR)) == {
        "name": "shop",
        "namespace": "argocd",
        "project": "web",
        "revision": "abc",
        "sync": "Synced",
        "health": "Healthy",
        "operation": "Succeeded",
        "message": "successfully synced",
        "conditions": ["ComparisonError: app path does not exist"],
    }
    assert summary({"metadata": {"name": "new"}})["sync"] == "Unknown"
    assert summary(app(status__sync={"revisions": ["a", "b"]}))["revision"] == "a, b"


QUOTING = "no answer from https://me:s3cret@git.example.org/x"


@pytest.mark.parametrize(
    "changes",
    [
        {"status__operationState__message": QUOTING, "status__operationState__phase": "Failed"},
        {"status__conditions": [{"type": "ComparisonError", "message": QUOTING}]},
        {"status__health": {"status": "Degraded", "message": QUOTING}},
        {"status__health": {"status": "Degraded", "message": QUOTING}, "status__operationState": None},
    ],
)
def test_urls_in_messages_lose_their_credentials(changes: Json) -> None:
    live = app(**changes)
    goal = Goal()
    verdict = goal.judge("argocd", "shop", live)
    said = repr((summary(live), verdict.text, goal.states))
    assert "https://git.example.org/x" in said
    assert "s3cret" not in said
