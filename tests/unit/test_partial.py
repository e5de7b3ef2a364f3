"""Plans for parts of shared objects, for Secrets told apart by labels, and for what others keep inside a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION, credentials
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.kind import FIELD_MANAGER, Kind, Manifest
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.plan import Change, Plan, Prune
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.selector import Selector

CONFIG = Kind("", "v1", "ConfigMap", "configmaps")
WHERE = {"name": "argocd-cm", "namespace": "argocd"}
REPOSITORY = credentials("repository", "repo-creds")


def wanted(data: Mapping[str, Any], **meta: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**WHERE, **meta}, "data": dict(data)}


def live(data: Mapping[str, str], owners: Mapping[str, tuple[str, ...]]) -> Manifest:
    """A ConfigMap whose keys each manager has applied; `hand` stands for kubectl edit."""
    fields: list[dict[str, Any]] = [
        {
            "manager": manager,
            "operation": "Update" if manager == "hand" else "Apply",
            "fieldsV1": {"f:data": {f"f:{key}": {} for key in keys}},
        }
        for manager, keys in owners.items()
    ]
    meta = {**WHERE, "resourceVersion": "7", "uid": "u", "managedFields": fields}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": dict(data)}


def planned(data: Mapping[str, Any], there: Manifest | None) -> list[Change]:
    plan = Plan(CONFIG, [wanted(data)], partial=True)
    if there is not None:
        plan.observe(there)
    return plan.finish()


def test_what_another_task_set_is_applied_again() -> None:
    there = live({"url": "a", "admin.enabled": "true", "theirs": "x"}, {FIELD_MANAGER: ("url",), "helm": ("theirs",)})
    (change,) = planned({"admin.enabled": "false"}, there)
    assert change.desired == wanted({"url": "a", "admin.enabled": "false"})
    assert change.fields == ("data[admin.enabled]",)
    assert (change.bound, change.version, change.cleared) == (True, "7", ())


def test_nothing_to_do() -> None:
    there = live({"url": "a", "other": "b"}, {FIELD_MANAGER: ("url", "other")})
    assert planned({"url": "a"}, there) == []
    assert planned({"gone": None}, there) == []


def test_a_null_takes_a_key_away_whoever_set_it_by_hand() -> None:
    there = live({"url": "a", "mine": "", "theirs": "x"}, {FIELD_MANAGER: ("url", "mine"), "hand": ("theirs",)})
    (change,) = planned({"theirs": None, "mine": None}, there)
    assert change.cleared == (("data", "theirs"), ("data", "mine"))
    assert (change.applies, change.refusal) == (False, "")
    (change,) = planned({"theirs": None, "new": "n"}, there)
    assert change.applies
    assert change.desired == wanted({"url": "a", "mine": "", "new": "n"})


def test_a_key_that_somebody_declares_is_a_conflict() -> None:
    there = live({"theirs": "x"}, {"flux": ("theirs",)})
    for value in ("y", None):
        (change,) = planned({"theirs": value}, there)
        assert "data.theirs is applied by field manager flux" in change.refusal


def test_an_object_that_is_not_there() -> None:
    (change,) = planned({"url": "a", "gone": None}, None)
    assert (change.action, change.desired) == ("create", wanted({"url": "a"}))
    assert planned({"gone": None}, None) == []


def test_after_a_race_the_newest_is_kept() -> None:
    plan = Plan(CONFIG, [wanted({"url": "b"})], partial=True)
    plan.observe(live({"url": "a"}, {FIELD_MANAGER: ("url",)}))
    (change,) = plan.finish()
    newer = live({"url": "a", "second": "s"}, {FIELD_MANAGER: ("url", "second")})
    again = plan.again(change, newer)
    assert again is not None
    assert again.desired == wanted({"url": "b", "second": "s"})


def secret(name: str, **labels: str) -> Manifest:
    meta = {"name": name, "namespace": "argocd", "labels": labels, "resourceVersion": "1", "uid": name}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": {"url": "aHR0cA=="}}


def test_a_secret_of_another_purpose_is_neither_changed_nor_deleted() -> None:
    label = {"argocd.argoproj.io/secret-type": "repository"}
    for absent in (False, True):
        plan = Plan(REPOSITORY, [secret("argocd-secret", **label), secret("repo", **label)], absent=absent)
        plan.observe(secret("argocd-secret", app="argocd"))
        plan.observe(secret("repo", **{"argocd.argoproj.io/secret-type": "repo-creds"}))
        refused, allowed = sorted(plan.finish(), key=lambda change: change.name)
        assert "it is there already for something else, as it has no label" in refused.refusal
        assert allowed.refusal == ""


def test_pruning_looks_at_marked_secrets_only() -> None:
    plan = Plan(REPOSITORY, [], prune=Prune(Selector(["team=shop"]), 5, allow_empty=True))
    plan.observe(secret("password", team="shop"))
    plan.observe(secret("repo", team="shop", **{"argocd.argoproj.io/secret-type": "repository"}))
    assert [change.name for change in plan.finish()] == ["repo"]


def test_a_kind_adds_what_nobody_declares() -> None:
    kind = replace(CONFIG, completed=lambda desired, there: {**desired, "data": {**desired["data"], **there["data"]}})
    plan = Plan(kind, [wanted({"url": "a"})])
    plan.observe(live({"token": "t"}, {"hand": ("token",)}))
    (change,) = plan.finish()
    assert change.desired == wanted({"url": "a", "token": "t"})
    assert change.bound


def test_a_change_is_refused_from_outside() -> None:
    plan = Plan(APPLICATION, [{"metadata": {"name": "a", "namespace": "n"}}])
    plan.finish()
    plan.refuse({("n", "a"): "not now", ("n", "b"): "never"})
    assert [change.refusal for change in plan.changes] == ["not now"]


def test_nothing_is_made_of_a_removal() -> None:
    """Also where the object goes away between the look and the write."""
    plan = Plan(CONFIG, [wanted({"gone": None})], partial=True)
    plan.observe(live({"gone": "g"}, {FIELD_MANAGER: ("gone",)}))
    (change,) = plan.finish()
    assert plan.again(change, None) is None


def test_the_first_refusal_stays() -> None:
    plan = Plan(CONFIG, [wanted({"theirs": "y"})])
    plan.observe(live({"theirs": "x"}, {"flux": ("theirs",)}))
    plan.finish()
    plan.refuse({("argocd", "argocd-cm"): "in use"})
    assert "conflict" in plan.changes[0].refusal


def test_what_is_on_its_way_out_needs_no_other_deletion() -> None:
    plan = Plan(CONFIG, [wanted({})], absent=True)
    plan.observe(live({}, {}))
    (change,) = plan.finish()
    now = live({}, {})
    now["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "resourceVersion": "8"}
    assert plan.again(change, now) is None


def test_what_is_refused_does_not_count_against_the_limit() -> None:
    kind = replace(CONFIG, controller=lambda one: "a set" if one["metadata"]["name"] == "theirs" else None)
    plan = Plan(kind, [], prune=Prune(Selector(["team=shop"]), 1, allow_empty=True))
    for name in ("theirs", "ours"):
        plan.observe({"metadata": {"name": name, "namespace": "n", "labels": {"team": "shop"}}})
    assert [change.refusal == "" for change in plan.finish()] == [False, True]
