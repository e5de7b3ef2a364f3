"""What argocd_cluster refuses to break, whose field it is, which Secret it is, and what it prunes and renders."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.lab import CLUSTER_SECRET, Lab, application, refused, writes
from tests.support.repositories import data

HERE = "https://kubernetes.default.svc"
TOKEN = "token-4711-0123456789"
LABELS = {"argocd.argoproj.io/secret-type": "cluster"}


def cluster(name: str, **options: Any) -> dict[str, Any]:
    """Options of a cluster that is all right."""
    return {"server": f"https://{name}.example.org", "name": name, "config": {"bearer_token": TOKEN}, **options}


@pytest.fixture
def clusters(lab: Lab) -> Lab:
    return lab.of(CLUSTER_SECRET)


def app(lab: Lab, called: str, **destination: str) -> None:
    """An Application of the lab's namespace."""
    lab.run(application(called, destination={"namespace": "shop", **destination}))


GONE = {"server": "https://prod.example.org", "state": "absent"}


def test_no_cluster_goes_while_applications_deploy_there(lab: Lab, clusters: Lab) -> None:
    clusters.run(cluster("prod"))
    for number in range(5):
        app(lab, f"shop-{number}", server="https://prod.example.org/")
    app(lab, "elsewhere", server=HERE)
    for check in (True, False):
        result = clusters.run(GONE, check=check, fails=True)
        space = lab.namespace
        assert f"5 Applications deploy there by server https://prod.example.org: {space}/shop-0, " in result["msg"]
        assert "and 2 more" in result["msg"]
        assert "elsewhere" not in result["msg"]
        assert len(clusters.all()) == 1
    assert clusters.run({**GONE, "orphan_applications": True})["summary"]["deleted"] == 1


def test_by_name_and_renamed(lab: Lab, clusters: Lab) -> None:
    clusters.run(cluster("prod"))
    app(lab, "shop", name="prod")
    assert "1 Application deploys there by name prod" in clusters.run(GONE, fails=True)["msg"]
    renamed = cluster("prod") | {"name": "production"}
    assert "1 Application deploys there by name prod" in clusters.run(renamed, fails=True)["msg"]
    app(lab, "shop", server="https://prod.example.org")
    assert clusters.run(renamed)["summary"]["updated"] == 1
    assert "by server https://prod.example.org" in clusters.run(GONE, fails=True)["msg"]


def test_a_name_that_another_cluster_takes_over(lab: Lab, clusters: Lab) -> None:
    """The destination leads somewhere still: it is what the task says."""
    clusters.run(cluster("prod", labels={"team": "shop"}))
    app(lab, "shop", name="prod")
    new = cluster("new", labels={"team": "shop"}) | {"name": "prod"}
    assert "the name prod belongs to https://prod.example.org already" in clusters.run(new, fails=True)["msg"]
    pruned = {"clusters": [new], "prune": True, "label_selectors": ["team=shop"]}
    result = clusters.run(pruned)
    assert sorted(one["action"] for one in result["changes"]) == ["created", "deleted"]
    assert "by name prod" in clusters.run({"server": new["server"], "state": "absent"}, fails=True)["msg"]


def test_pruning_spares_what_is_needed(lab: Lab, clusters: Lab) -> None:
    labels = {"team": "shop"}
    clusters.run({"clusters": [cluster(name, labels=labels) for name in ("one", "two", "three")]})
    clusters.post("password", {"metadata": {"labels": labels}}, "kubectl-create")
    app(lab, "shop", server="https://two.example.org")
    wanted = {"clusters": [cluster("one", labels=labels)], "prune": True, "label_selectors": ["team=shop"]}
    result = clusters.run(wanted, fails=True)
    assert "deploys there by server https://two.example.org" in result["msg"]
    assert result["summary"]["deleted"] == 1
    left = {data(one).get("name") for one in clusters.all().values()}
    assert left == {"one", "two", None}


def test_the_local_cluster_is_known_without_a_secret(lab: Lab, clusters: Lab) -> None:
    app(lab, "one", server=HERE)
    app(lab, "two", name="in-cluster")
    clusters.run({"server": HERE, "name": "management", "labels": {"env": "management"}})
    assert clusters.run({"server": HERE, "state": "absent"})["summary"]["deleted"] == 1
    clusters.run({"server": HERE, "name": "management"})
    app(lab, "three", name="management")
    assert "by name management" in clusters.run({"server": HERE, "state": "absent"}, fails=True)["msg"]


def test_applications_of_other_namespaces_count_unless_nobody_may_see_them(lab: Lab, clusters: Lab) -> None:
    clusters.run(cluster("prod"))
    app(lab, "shop", server="https://prod.example.org")
    clusters.proxy.fault("status", status=403, match="/v1alpha1/applications")
    warning = f"may list applications in {lab.namespace} only"
    result = clusters.run(GONE, fails=True, warnings=(warning,))
    assert "1 Application deploys there" in result["msg"]
    assert warning in str(result["warnings"])
    clusters.proxy.clear()
    clusters.proxy.fault("status", status=403, match="/applications")
    result = clusters.run(GONE, fails=True, warnings=(warning,))
    assert "not allowed (403)" in result["msg"]
    assert len(clusters.all()) == 1


def test_the_secret_that_has_the_server_is_the_one(clusters: Lab) -> None:
    text = {"server": "https://prod.example.org/", "name": "prod", "config": "{}"}
    clusters.post("by-hand", {"metadata": {"labels": LABELS}, "stringData": text})
    result = clusters.run(cluster("prod"))
    assert [one["name"] for one in result["changes"]] == ["by-hand"]
    assert clusters.run(cluster("prod"))["changed"] is False
    named = cluster("prod", secret_name="mine")
    assert "is registered by Secret by-hand already; set secret_name to that" in clusters.run(named, fails=True)["msg"]
    clusters.post("again", {"metadata": {"labels": LABELS}, "stringData": text})
    for options in (cluster("prod"), GONE):
        assert "by Secret again and by-hand already" in clusters.run(options, fails=True)["msg"]
    clusters.run({**GONE, "secret_name": "again"})
    assert set(clusters.all()) == {"by-hand"}
    clusters.run(GONE)
    assert clusters.all() == {}


def test_a_secret_that_holds_another_cluster(clusters: Lab) -> None:
    """Only who names it may give it another one; nobody deletes it by another server."""
    clusters.run(cluster("prod"))
    (name,) = clusters.all()
    other = {"server": "https://other.example.org", "secret_name": name, "state": "absent"}
    for check in (True, False):
        message = clusters.run(other, check=check, fails=True)["msg"]
        assert f"cluster https://other.example.org: Secret {name} holds https://prod.example.org and not" in message
        assert "give server and secret_name of one cluster" in message
    clusters.edit(name, {"stringData": {"server": "https://other.example.org"}})
    assert "set another secret_name" in clusters.run(cluster("prod"), fails=True)["msg"]
    assert data(clusters.get(name))["server"] == "https://other.example.org"
    assert clusters.run(cluster("prod", secret_name="mine") | {"name": "new"})["summary"]["created"] == 1
    moved = cluster("prod", secret_name="mine") | {"name": "new", "server": "https://moved.example.org"}
    assert clusters.run(moved)["changes"][0]["fields"] == ["data.server"]


def test_a_secret_of_something_else_is_left_alone(clusters: Lab) -> None:
    clusters.post("taken", {"stringData": {"password": "x"}})
    for options in (cluster("prod", secret_name="taken"), {**GONE, "secret_name": "taken"}):
        assert "for something else" in clusters.run(options, fails=True)["msg"]
    assert data(clusters.get("taken")) == {"password": "x"}


def test_another_spelling_is_no_change(clusters: Lab) -> None:
    clusters.run(cluster("prod", namespaces=["a", "b"]))
    (name,) = clusters.all()
    spelled = f'{{"tlsClientConfig": {{"insecure": false}},\n "bearerToken": "{TOKEN}", "username": ""}}'
    text = {"config": spelled, "namespaces": "a, b", "server": "https://prod.example.org/"}
    clusters.edit(name, {"stringData": text}, "argocd-server")
    assert clusters.run(cluster("prod", namespaces=["a", "b"]))["changed"] is False
    clusters.edit(name, {"stringData": {"config": spelled.replace(TOKEN, "other")}}, "kubectl-edit")
    result, requests = clusters.counted(cluster("prod", namespaces=["a", "b"]))
    assert result["changes"][0]["fields"] == ["data.config"]
    assert len(writes(requests)) == 1
    assert TOKEN in data(clusters.get(name))["config"]


def test_a_conflict_with_another_owner(clusters: Lab) -> None:
    text = {"server": "https://prod.example.org", "name": "prod", "config": '{"bearerToken": "theirs-0123456789"}'}
    manifest = clusters.manifest("theirs", {"metadata": {"labels": LABELS}, "stringData": text})
    clusters.plane.kubectl("apply", f"-n{clusters.namespace}", "-f-", stdin=yaml.safe_dump(manifest))
    for check in (True, False):
        result = clusters.run(cluster("prod"), check=check, fails=True)
        assert "data.config is applied by kubectl apply" in result["msg"]
        assert "theirs-0123456789" not in str(result)
    assert clusters.run(cluster("prod", force_conflicts=True))["summary"]["updated"] == 1


def test_rendering(clusters: Lab, tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    options = {"state": "rendered", "clusters": [cluster("one"), cluster("two")]}
    refused(clusters, options, "Name a file with dest")
    clusters.proxy.reset()
    assert clusters.run({**options, "dest": str(file)}, diff=True)["changed"] is True
    assert clusters.run({**options, "dest": str(file)})["changed"] is False
    assert clusters.proxy.requests() == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    manifests = list(yaml.safe_load_all(file.read_text()))
    assert [data(one)["name"] for one in manifests] == ["one", "two"]
    clusters.plane.kubectl("apply", f"-n{clusters.namespace}", "-f-", stdin=file.read_text())
    assert sorted(data(one)["server"] for one in clusters.all().values()) == [
        "https://one.example.org",
        "https://two.example.org",
    ]


KUBECONFIG = {"from_kubeconfig": {"kubeconfig": "/nowhere/kubeconfig"}, "name": "prod"}


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"clusters": [{"name": "prod"}]}, ("clusters[0] (without server): server: is required",)),
        ({"clusters": [cluster("a", nmae="x")]}, ("clusters[0] (https://a.example.org).nmae", "did you mean name?")),
        ({"clusters": [cluster("a"), cluster("a") | {"name": "b"}]}, ("server https://a.example.org is there twice",)),
        ({"clusters": [cluster("a", from_kubeconfig={})]}, ("from_kubeconfig has no place in an item", "with a loop")),
        ({"clusters": [cluster("a")], "shard": 1}, ("shard: is given beside clusters; put it there",)),
        (cluster("a", clusters=[]), ("mutually exclusive: server|clusters",)),
        ({"name": "a"}, ("one of the following is required: server, clusters, from_kubeconfig",)),
        (cluster("a", prune=True), ("prune is True", "label_selectors")),
        (cluster("a", dest="x.yaml"), ("dest: goes with state rendered, not present",)),
        ({"server": "prod", "name": "a"}, ("cluster prod: server: is no URL",)),
        (cluster("a") | {"name": ""}, ("name: is required",)),
        (cluster("a", rotate_credentials=True), ("rotate_credentials is True", "from_kubeconfig")),
        (cluster("a", rotate_after_days=3), ("rotate_after_days", "from_kubeconfig")),
        (KUBECONFIG, ("kubeconfig /nowhere/kubeconfig",)),
        ({**KUBECONFIG, "state": "rendered", "dest": "x"}, ("from_kubeconfig: goes with state present or absent",)),
        (
            {**KUBECONFIG, "config": {"bearer_token": TOKEN, "tls_client_config": {"cert_data": "x"}}},
            ("config.bearer_token: contradicts from_kubeconfig", "config.tls_client_config.cert_data: contradicts"),
        ),
        ({**KUBECONFIG, "prune": True, "label_selectors": ["a=b"]}, ("prune: has no place beside from_kubeconfig",)),
        ({**KUBECONFIG, "namespaces": ["a"], "cluster_resources": True}, ("cluster_resources: with from_kubeconfig",)),
        ({**KUBECONFIG, "state": "absent", "rotate_credentials": True}, ("go with state present, not absent",)),
        ({**KUBECONFIG, "rotate_after_days": -1}, ("rotate_after_days: must not be negative",)),
        ({**KUBECONFIG, "name": None}, ("name: is required",)),
        ({"from_kubeconfig": {"service_account": "A b"}, "name": "a"}, ("service_account: 'A b' is no name",)),
        ({"from_kubeconfig": {"rules": []}, "name": "a"}, ("from_kubeconfig.rules: is empty",)),
        (
            {"from_kubeconfig": {"rules": [{"resources": ["pods"], "verb": ["get"]}]}, "name": "a"},
            ("rules[0].verb: unknown key, did you mean verbs?", "rules[0].verbs: is required", "api_groups: is req"),
        ),
        (
            {"from_kubeconfig": {"rules": [{"non_resource_urls": ["*"], "verbs": ["get"]}]}, "namespaces": ["a"]},
            ("non_resource_urls: belong to no namespace",),
        ),
    ],
    ids=str,
)
def test_wrong_options(clusters: Lab, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    message = refused(clusters, options, *parts)
    assert TOKEN not in message


def test_labels_and_annotations_go_with_their_options(clusters: Lab) -> None:
    options = cluster("prod", labels={"env": "production"}, annotations={"note": "x"})
    clusters.run(options)
    (name,) = clusters.all()
    clusters.edit(name, {"metadata": {"labels": {"theirs": "kept"}}})
    assert clusters.run(options)["changed"] is False
    (change,) = clusters.run(cluster("prod"))["changes"]
    assert sorted(change["fields"]) == ["metadata.annotations.note", "metadata.labels.env"]
    meta = clusters.get(name)["metadata"]
    assert meta["labels"] == {**LABELS, "theirs": "kept"}
    assert meta["annotations"] == {"managed-by": "argocd.argoproj.io"}


def test_what_argocd_logs_in_with_is_not_lost_by_leaving_it_out(clusters: Lab) -> None:
    clusters.run(cluster("prod"))
    (name,) = clusters.all()
    bare: dict[str, Any] = {"server": cluster("prod")["server"], "name": "prod", "labels": {"a": "b"}}
    for check in (True, False):
        clusters.proxy.reset()
        message = clusters.run(bare, check=check, fails=True)["msg"]
        assert "config is left out, so Argo CD would lose its bearer_token for this cluster" in message
        assert "config: {} if it shall log in no more" in message
        assert writes(clusters.proxy.requests()) == []
    (change,) = clusters.run({**bare, "config": {}})["changes"]
    assert sorted(change["fields"]) == ["data.config", "metadata.labels.a"]
    (change,) = clusters.run(bare)["changes"]
    assert change["fields"] == ["data.config"]
    assert "config" not in data(clusters.get(name))


def test_what_argocd_logs_in_with_may_become_somebody_elses(clusters: Lab) -> None:
    clusters.run(cluster("prod"))
    (name,) = clusters.all()
    clusters.apply_as("external-secrets", name, {"data": {"config": clusters.get(name)["data"]["config"]}})
    bare = {"server": cluster("prod")["server"], "name": "prod"}
    assert clusters.run(bare)["summary"]["updated"] == 1
    assert TOKEN in data(clusters.get(name))["config"]
    assert clusters.run(bare)["changed"] is False


def test_the_local_cluster_needs_nothing_to_log_in_with(clusters: Lab) -> None:
    here = {"server": HERE, "name": "in-cluster"}
    clusters.run({**here, "config": {"bearer_token": TOKEN}})
    (change,) = clusters.run(here)["changes"]
    assert change["fields"] == ["data.config"]


def test_what_is_refused_counts_as_it_is(lab: Lab, clusters: Lab) -> None:
    """The old cluster has to stay for its Application, so no other one can get its name."""
    team = {"labels": {"team": "shop"}}
    clusters.run(cluster("prod") | team)
    app(lab, "shop", server="https://prod.example.org")
    new = cluster("prod") | team | {"server": "https://new.example.org"}
    options = {"clusters": [new], "prune": True, "label_selectors": ["team=shop"]}
    for check in (True, False):
        result = clusters.run(options, check=check, fails=True)
        assert "the name prod belongs to https://prod.example.org already" in result["msg"]
        assert "1 Application deploys there by server" in result["msg"]
        assert len(clusters.all()) == 1
