"""Values with a catch: metadata, items of lists, free mappings, and fields that exclude each other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.lab import REPOSITORY, Lab, Manifest, application, spec, writes

CASCADE = "resources-finalizer.argocd.argoproj.io"
SERVER = {"server": "https://cluster.example.org", "namespace": "shop"}
SOURCE: dict[str, Any] = {"source": {"repo_url": REPOSITORY, "path": "deploy"}}
SOURCES: dict[str, Any] = {
    "sources": [{"repo_url": REPOSITORY, "path": "web"}, {"repo_url": REPOSITORY, "ref": "values"}]
}
HYDRATOR: dict[str, Any] = {
    "source_hydrator": {
        "dry_source": {"repo_url": REPOSITORY, "path": "dry", "target_revision": "main"},
        "sync_source": {"target_branch": "hydrated", "path": "wet"},
    }
}


def settled(lab: Lab, options: dict[str, Any], changed: bool | None = True) -> Manifest:
    """Make it so, see that check mode foresaw it and that a second run writes nothing; give the live object."""
    predicted, requests = lab.counted(options, check=True)
    assert writes(requests) == []
    result = lab.run(options)
    assert changed in (None, result["changed"]), options
    assert (predicted["changes"], predicted["summary"]) == (result["changes"], result["summary"])
    again, requests = lab.counted(options)
    assert (again["changes"], again["changed"]) == ([], False), lab.get(options["name"])
    assert writes(requests) == []
    return lab.get(options["name"])


def shop(**options: Any) -> dict[str, Any]:
    """An Application without a source unless one is given."""
    return {"name": "shop", "destination": {"name": "in-cluster", "namespace": "shop"}, **options}


@pytest.mark.parametrize("part", ["labels", "annotations"])
def test_labels_and_annotations(lab: Lab, part: str) -> None:
    theirs: dict[str, Any] = {part: {"theirs": "1"}}
    lab.create("shop", spec(), **theirs)
    for mine in ({"a": "1", "b": "2"}, {"b": "3", "example.org/c": ""}, {}, None):
        live = settled(lab, application("shop", **({} if mine is None else {part: mine})), changed=None)
        assert live["metadata"][part] == {"theirs": "1", **(mine or {})}


@pytest.mark.parametrize("key", ["labels", "annotations"])
def test_an_entry_may_be_empty(lab: Lab, key: str) -> None:
    """A label without a value is a label."""
    managed = {"automated": {}, "managed_namespace_metadata": {key: {"a": "1"}}}
    lab.run(application("shop", sync_policy=managed))
    managed["managed_namespace_metadata"] = {key: {"a": "1", "b": ""}}
    live = settled(lab, application("shop", sync_policy=managed))
    assert live["spec"]["syncPolicy"]["managedNamespaceMetadata"] == {key: {"a": "1", "b": ""}}
    live = settled(lab, application("shop", sync_policy=managed, **{key: {"example.org/subscribe": ""}}))
    assert live["metadata"][key] == {"example.org/subscribe": ""}


def test_zeros_in_items_that_somebody_spelled_out(lab: Lab) -> None:
    """Argo CD takes them away, and the list from whoever wrote them; ours is written as Argo CD leaves it."""
    parameters = [{"name": "a", "value": "", "forceString": False}]
    lab.create("shop", spec(source={"repoURL": REPOSITORY, "path": "deploy", "helm": {"parameters": parameters}}))
    mine = [{"name": "a", "value": "", "force_string": False}]
    live = settled(lab, shop(source={**SOURCE["source"], "helm": {"parameters": mine}}))
    assert live["spec"]["source"]["helm"]["parameters"] == [{"name": "a"}]


def test_finalizers(lab: Lab) -> None:
    lab.create("shop", spec(), finalizers=["example.org/theirs"])
    theirs = ["example.org/theirs"]
    for mine in (["example.org/a", "example.org/b"], ["example.org/b"], ["example.org/b", "example.org/c"], []):
        live = settled(lab, application("shop", finalizers=mine))
        assert sorted(live["metadata"]["finalizers"]) == sorted([*theirs, *mine])


def test_cascade(lab: Lab) -> None:
    expected = {"foreground": [CASCADE], "background": [f"{CASCADE}/background"], "orphan": None}
    for cascade in ("foreground", "background", "orphan", "background"):
        live = settled(lab, application("shop", cascade=cascade))
        assert live["metadata"].get("finalizers") == expected[cascade]
    live = settled(lab, application("shop"))
    assert "finalizers" not in live["metadata"]


def test_items_of_lists(lab: Lab) -> None:
    def listed(*parameters: tuple[str, str]) -> dict[str, Any]:
        items = [{"name": name, "value": value} for name, value in parameters]
        return shop(source={**SOURCE["source"], "helm": {"parameters": items}})

    for parameters in (
        [("a", "1")],
        [("a", "1"), ("b", "2")],
        [("b", "2"), ("a", "1")],
        [("b", "3"), ("a", "1"), ("a", "again")],
        [("a", "1")],
        [],
    ):
        live = settled(lab, listed(*parameters))
        items = live["spec"]["source"]["helm"]["parameters"]
        assert [(one["name"], one["value"]) for one in items] == parameters
    assert settled(lab, shop(**SOURCE))["spec"] == spec()


def test_values_object(lab: Lab) -> None:
    values: dict[str, Any]
    for values in (
        {"web": {"replicas": 2, "tls": {"enabled": True, "hosts": ["a", "b"]}}, "db": {}},
        {"web": {"replicas": 0, "tls": {"enabled": False, "hosts": ["a"]}}, "db": {}},
        {"web": {"replicas": 0, "tls": {"hosts": []}}},
        {"web": {"tls": {}}, "text": "", "list": [{"deep": {"deeper": 1}}, 2, None, 1.5]},
        {"web": {}},
        {},
        {"web": "a string now"},
    ):
        live = settled(lab, shop(source={**SOURCE["source"], "helm": {"values_object": values}}))
        assert live["spec"]["source"]["helm"]["valuesObject"] == values
    assert "valuesObject" not in settled(lab, shop(source={**SOURCE["source"], "helm": {}}))["spec"]["source"]["helm"]


def test_null_in_values_object(lab: Lab) -> None:
    """Helm takes a default away with it; the API server keeps it as it is."""
    values: dict[str, Any] = {"a": None, "b": {"c": None, "d": 1}}
    options = shop(source={**SOURCE["source"], "helm": {"values_object": values}})
    live = settled(lab, options)
    assert live["spec"]["source"]["helm"]["valuesObject"] == values
    values["b"] = {"d": None}
    assert settled(lab, options)["spec"]["source"]["helm"]["valuesObject"] == values


def test_automated_means_something_when_empty(lab: Lab) -> None:
    for automated in (
        {"prune": True, "self_heal": True},
        {},
        {"enabled": False},
        {"enabled": False, "prune": False},
        {"prune": False, "allow_empty": False},
        {},
    ):
        live = settled(lab, application("shop", sync_policy={"automated": automated}), changed=None)
        spelled = {"self_heal": "selfHeal", "allow_empty": "allowEmpty"}
        shown = live["spec"]["syncPolicy"]["automated"]
        assert {key: value for key, value in shown.items() if value or key == "enabled"} == {
            spelled.get(key, key): value for key, value in automated.items() if value or key == "enabled"
        }
    assert settled(lab, application("shop"))["spec"] == spec()
    live = settled(lab, application("shop", sync_policy={"automated": {}}))
    assert live["spec"]["syncPolicy"] == {"automated": {}}


def test_zero_history_is_not_the_default(lab: Lab) -> None:
    assert settled(lab, application("shop", revision_history_limit=0))["spec"]["revisionHistoryLimit"] == 0
    assert settled(lab, application("shop", revision_history_limit=3))["spec"]["revisionHistoryLimit"] == 3
    assert "revisionHistoryLimit" not in settled(lab, application("shop"))["spec"]


@pytest.mark.parametrize("edited", [False, True], ids=["ours", "edited by hand"])
def test_sources_exclude_each_other(lab: Lab, edited: bool) -> None:
    for options, key in (
        (SOURCE, "source"),
        (SOURCES, "sources"),
        (HYDRATOR, "sourceHydrator"),
        (SOURCES, "sources"),
        (SOURCE, "source"),
        (HYDRATOR, "sourceHydrator"),
        (SOURCE, "source"),
    ):
        live = settled(lab, shop(**options))
        assert [one for one in ("source", "sources", "sourceHydrator") if one in live["spec"]] == [key]
        if edited:
            theirs = {"sources": [*live["spec"].get("sources", []), {"repoURL": REPOSITORY, "path": "theirs"}]}
            other = {
                "source": {"helm": {"releaseName": "theirs"}},
                "sourceHydrator": {"hydrateTo": {"targetBranch": "x"}},
            }
            lab.edit("shop", {"spec": theirs if key == "sources" else {key: other[key]}})


@pytest.mark.parametrize("edited", [False, True], ids=["ours", "edited by hand"])
def test_destination_server_and_name(lab: Lab, edited: bool) -> None:
    for destination in (SERVER, {"name": "in-cluster", "namespace": "shop"}, SERVER):
        live = settled(lab, application("shop", destination=destination))
        assert live["spec"]["destination"] == destination
        if edited:
            other = (
                {"name": "other", "server": None} if "server" in destination else {"server": "https://x", "name": None}
            )
            lab.edit("shop", {"spec": {"destination": other}})
            assert settled(lab, application("shop", destination=destination))["spec"]["destination"] == destination


def test_hand_written_source_beside_ours(lab: Lab) -> None:
    """Argo CD prefers sources to source, so a source that is left beside ours would win."""
    lab.run(shop(**SOURCE))
    lab.edit("shop", {"spec": {"sources": [{"repoURL": REPOSITORY, "path": "theirs"}]}})
    assert settled(lab, shop(**SOURCE))["spec"] == spec()


def test_overrides(lab: Lab) -> None:
    live = settled(lab, application("shop", spec_overrides={"revisionHistoryLimit": 4, "source": {"path": "other"}}))
    assert live["spec"] == spec(revisionHistoryLimit=4, source={"repoURL": REPOSITORY, "path": "other"})
    assert settled(lab, application("shop"))["spec"] == spec()
