"""The plan: what is created, updated, deleted and kept, and the limits of pruning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError, refuse
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION, SECRET
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.kind import Kind
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.plan import Plan, Prune
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.report import Report
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.selector import Selector


def app(name: str, project: str = "web", **metadata: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "argocd", **metadata}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "spec": {"project": project}}


def live(name: str, project: str = "web", **metadata: Any) -> dict[str, Any]:
    mine = {"manager": "tiphys.gitops", "operation": "Apply", "fieldsV1": {"f:spec": {"f:project": {}}}}
    return app(name, project, managedFields=[mine], resourceVersion="7", uid=f"uid-{name}", **metadata)


def actions(plan: Plan) -> list[tuple[str, str]]:
    return sorted((change.action, change.name) for change in plan.finish())


def observed(plan: Plan, *objects: dict[str, Any]) -> Plan:
    for one in objects:
        plan.observe(one)
    return plan


def test_create_update_and_keep() -> None:
    plan = Plan(APPLICATION, [app("new"), app("other"), app("same")])
    observed(plan, live("other", "old"), live("same"), live("unknown"))
    assert actions(plan) == [("create", "new"), ("update", "other")]
    assert plan.unchanged == 1


def test_absent_deletes_what_is_there_by_its_uid() -> None:
    plan = observed(Plan(APPLICATION, [app("a"), app("b")], absent=True), live("a"), live("c"))
    assert [(change.action, change.name, change.uid) for change in plan.finish()] == [("delete", "a", "uid-a")]
    assert plan.unchanged == 1


def test_what_is_being_deleted_already_is_no_change() -> None:
    plan = observed(Plan(APPLICATION, [app("a")], absent=True), live("a", deletionTimestamp="2026-01-01T00:00:00Z"))
    assert not plan.finish()


def prune(limit: int = 10, allow_empty: bool = False) -> Prune:
    return Prune(Selector(["team=web"]), limit, allow_empty)


WEB: dict[str, Any] = {"labels": {"team": "web"}}


def test_pruning_stays_inside_its_selector() -> None:
    plan = Plan(APPLICATION, [app("keep", **WEB)], prune=prune())
    observed(plan, live("keep", **WEB), live("old", **WEB), live("theirs", labels={"team": "api"}), live("bare"))
    assert ("delete", "old") in actions(plan)
    assert all(name not in ("theirs", "bare") for _action, name in actions(plan))


def test_pruning_stops_at_its_limit_and_names_the_objects() -> None:
    plan = Plan(APPLICATION, [app("keep", **WEB)], prune=prune(limit=1))
    observed(plan, live("old-1", **WEB), live("old-2", **WEB))
    with pytest.raises(
        GitopsError, match=r"2 Application objects .*team=web, more than max_deletions \(1\): old-1, old-2"
    ):
        plan.finish()


def test_pruning_everything_must_be_asked_for() -> None:
    with pytest.raises(GitopsError, match="allow_empty"):
        observed(Plan(APPLICATION, [], prune=prune()), live("old", **WEB)).finish()
    assert actions(observed(Plan(APPLICATION, [], prune=prune(allow_empty=True)), live("old", **WEB)))


def test_an_object_on_its_way_out_does_not_count_against_the_limit() -> None:
    plan = Plan(APPLICATION, [app("keep", **WEB)], prune=prune(limit=0))
    observed(plan, live("old", deletionTimestamp="2026-01-01T00:00:00Z", **WEB))
    assert actions(plan) == [("create", "keep")]


@pytest.mark.parametrize(
    ("selector", "labels", "selected"),
    [
        ("team=web", {"team": "web"}, True),
        ("team==web", {"team": "api"}, False),
        ("team!=web", {}, True),
        ("team in (web, api)", {"team": "api"}, True),
        ("team notin (web,api)", {"team": "api"}, False),
        ("team notin (web)", {}, True),
        ("team", {"team": ""}, True),
        ("!team", {"team": "web"}, False),
        ("team in (a,b),tier=x", {"team": "b", "tier": "x"}, True),
        ("team in (a,b),tier=x", {"team": "b"}, False),
        ("app.kubernetes.io/name=shop", {"app.kubernetes.io/name": "shop"}, True),
    ],
)
def test_label_selectors(selector: str, labels: dict[str, str], selected: bool) -> None:
    assert Selector([selector]).matches(labels) is selected


@pytest.mark.parametrize("selector", ["", "a=b=c", "a in b", "a b", "=x", "a,,b"])
def test_what_is_no_label_selector(selector: str) -> None:
    with pytest.raises(GitopsError, match="is no label selector"):
        Selector([selector])


def test_the_report_counts_and_names() -> None:
    plan = Plan(APPLICATION, [app("new"), app("other"), app("same")], keep_text=True)
    observed(plan, live("other", "old"), live("same"))
    report = Report(plan.keep_text)
    created, updated = sorted(plan.finish(), key=lambda change: change.action)
    report.done(created)
    report.failed(updated, "no")
    report.idle(plan.unchanged)
    result = report.result()
    assert result["changed"] is True
    assert result["summary"] == {"created": 1, "updated": 0, "deleted": 0, "unchanged": 1, "failed": 1}
    assert result["changes"][0]["name"] == "new"
    assert result["msg"] == "Application argocd/other: no"
    assert result["failed"] is True
    assert result["diff"][0]["before"] == ""


def test_only_touched_fields_are_in_the_diff() -> None:
    plan = observed(Plan(APPLICATION, [app("other")], keep_text=True), live("other", "old", labels={"x": "y"}))
    change = plan.finish()[0]
    assert (change.before, change.after) == ({"spec": {"project": "old"}}, {"spec": {"project": "web"}})


def test_an_error_is_one_line() -> None:
    error = GitopsError("went\nwrong.", where="Application a/b", why="because  of this", hint="Do that.")
    assert str(error) == "Application a/b: went wrong: because of this. Do that."
    with pytest.raises(GitopsError, match=r"2 problems: \(1\) a; \(2\) b"):
        refuse(["a", "b"])


def test_an_object_without_a_namespace_is_refused() -> None:
    manifest = app("a")
    manifest["metadata"]["namespace"] = ""
    with pytest.raises(GitopsError, match=r"Application a: metadata\.namespace is missing"):
        Plan(APPLICATION, [manifest])


def test_a_cluster_scoped_object_has_no_namespace() -> None:
    kind = Kind("", "v1", "Namespace", "namespaces", namespaced=False)
    plan = observed(Plan(kind, [app("shop")]), {"metadata": {"name": "shop"}})
    assert plan.keys == [("", "shop")]
    assert [change.action for change in plan.finish()] == ["update"]


def test_what_only_the_server_writes_is_never_sent() -> None:
    exported = {**live("a", ownerReferences=[{}]), "status": {}, "operation": {}}
    sent = Plan(APPLICATION, [exported]).finish()[0].desired
    assert sent == app("a")


def test_an_object_on_its_way_out_cannot_be_made_present() -> None:
    dying = live("a", deletionTimestamp="2026-01-01T00:00:00Z", finalizers=["x/y"])
    change = observed(Plan(APPLICATION, [app("a")]), dying).finish()[0]
    assert "being deleted (held by x/y)" in change.refusal


def test_an_application_of_an_applicationset_is_not_pruned() -> None:
    generated = live("gen", ownerReferences=[{"kind": "ApplicationSet", "name": "fleet"}], **WEB)
    change = observed(Plan(APPLICATION, [app("keep", **WEB)], prune=prune()), generated).finish()[0]
    assert "ApplicationSet fleet" in change.refusal


def test_absent_and_pruning_do_not_mix() -> None:
    with pytest.raises(GitopsError, match="two tasks"):
        Plan(APPLICATION, [app("a")], absent=True, prune=prune())


def test_a_deletion_is_looked_at_again_after_the_object_moved() -> None:
    plan = Plan(APPLICATION, [app("keep", **WEB)], prune=prune())
    deletion = next(one for one in observed(plan, live("old", **WEB)).finish() if one.action == "delete")
    another = live("old", **WEB)
    another["metadata"]["uid"] = "another"
    assert plan.again(deletion, None) is None
    assert plan.again(deletion, live("old")) is None  # it lost the label
    assert plan.again(deletion, another) is None
    assert plan.again(deletion, live("old", **WEB)) == deletion


def test_an_update_is_looked_at_again_after_the_object_moved() -> None:
    plan = observed(Plan(APPLICATION, [app("a")]), live("a", "old"))
    update = plan.finish()[0]
    assert plan.again(update, live("a")) is None
    left = plan.again(update, live("a", "other"))
    assert left is not None
    assert left.action == "update"
    gone = plan.again(update, None)
    assert gone is not None
    assert gone.action == "create"


def test_a_change_of_a_kind_that_remembers_knows_its_live_object() -> None:
    there = [live("other", "old"), live("gone")]
    for kind, known in ((replace(APPLICATION, remembers=True), there), (APPLICATION, [None, None])):
        update = observed(Plan(kind, [app("other")]), there[0]).finish()
        delete = observed(Plan(kind, [app("gone")], absent=True), there[1]).finish()
        assert [change.live for change in (*update, *delete)] == known


@pytest.mark.parametrize("copy", ["kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original"])
def test_copies_of_a_secret_are_masked(copy: str) -> None:
    """A deletion shows the whole object."""
    meta = {"name": "a", "namespace": "b", "annotations": {copy: '{"data": "s3cret"}', "note": "told"}}
    there = {"metadata": {**meta, "uid": "u"}, "data": {"password": "czNjcmV0"}}
    (change,) = observed(Plan(SECRET, [{"metadata": meta}], absent=True, keep_text=True), there).finish()
    shown = repr(change.before)
    assert "told" in shown
    assert "s3cret" not in shown
    assert "czNjcmV0" not in shown


def test_masked_values_show_only_that_they_differ() -> None:
    secret = Kind("", "v1", "Secret", "secrets", masked=frozenset((("data",), ("stringData",))))

    def manifest(value: str) -> dict[str, Any]:
        return {"metadata": {"name": "a", "namespace": "b"}, "data": {"password": value, "other": "same"}}

    plan = observed(Plan(secret, [manifest("bmV3")], keep_text=True), manifest("b2xk"))
    change = plan.finish()[0]
    shown = repr((change.before, change.after))
    assert "bmV3" not in shown
    assert "b2xk" not in shown
    assert change.before is not None
    assert change.after is not None
    assert change.before["data"]["password"] != change.after["data"]["password"]
    assert change.before["data"]["other"] == change.after["data"]["other"]
    created = Plan(secret, [manifest("bmV3")], keep_text=True).finish()[0]
    assert "bmV3" not in repr(created.after)
