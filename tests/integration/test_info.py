"""argocd_info on a real API server: what it finds, in how many requests, with which rights, and no secret in it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from tests.support.lab import (
    APPLICATION_SET,
    CLUSTER_SECRET,
    PROJECT,
    REPOSITORY_SECRET,
    Lab,
    Target,
    application,
    refused,
    spec,
)
from tests.support.module import Result, run_module

INFO = "argocd_info"
LABEL = "argocd.argoproj.io/secret-type"
SECRET = "canary-8c1e"
RULES = "/apis/rbac.authorization.k8s.io/v1"

STATES: dict[str, dict[str, Any]] = {
    "web": {"sync": "Synced", "health": "Healthy", "destination": {"name": "east", "namespace": "web"}},
    "api": {"sync": "OutOfSync", "health": "Degraded", "destination": {"server": "https://west", "namespace": "api"}},
    "new": {"destination": {"name": "east", "namespace": "new"}},
}


def info(lab: Lab, options: Mapping[str, Any], **how: Any) -> Result:
    given = {"namespace": lab.namespace, **options}
    result = run_module(INFO, given, how.pop("kubeconfig", lab.proxy.kubeconfig), **how)
    assert result.get("changed", False) is False
    return result


def names(result: Result, resource: str = "applications") -> list[str]:
    return [one["name"] for one in result[resource]]


@pytest.fixture
def shop(lab: Lab) -> Lab:
    """Three Applications as Argo CD would have them, in different states."""
    for name, state in STATES.items():
        labels: dict[str, str] = {"tier": name, "team": "shop"} if "sync" in state else {}
        lab.create(name, spec(project=f"team-{name}", destination=state["destination"]), labels=labels)
        if "sync" in state:
            operation: dict[str, Any] = {"phase": "Succeeded", "message": "done", "finishedAt": "2026-11-20T09:30:12Z"}
            operation |= {"startedAt": "2026-11-20T09:30:00Z", "operation": {}}
            status = {
                "sync": {"status": state["sync"], "revision": "abc"},
                "health": {"status": state["health"]},
                "operationState": operation,
                "conditions": [
                    {"type": "SyncError", "message": f"no answer from https://me:{SECRET}@git.example.org/x"}
                ],
                "resources": [{"kind": "Deployment", "name": f"part-{n}"} for n in range(20)],
            }
            lab.edit(name, {"status": status})
    return lab


def test_compact(shop: Lab) -> None:
    for check in (False, True):
        result = info(shop, {}, check=check)
        assert names(result) == ["api", "new", "web"]
        assert result["summary"] == {
            "applications": 3,
            "sync": {"OutOfSync": 1, "Synced": 1, "Unknown": 1},
            "health": {"Degraded": 1, "Healthy": 1, "Unknown": 1},
        }
        assert result["applications"][2] == {
            "name": "web",
            "namespace": shop.namespace,
            "project": "team-web",
            "revision": "abc",
            "sync": "Synced",
            "health": "Healthy",
            "operation": "Succeeded",
            "message": "done",
            "conditions": ["SyncError: no answer from https://git.example.org/x"],
            "finished_at": "2026-11-20T09:30:12Z",
            "destination": {"server": "", "name": "east", "namespace": "web"},
            "labels": {"tier": "web", "team": "shop"},
        }


def test_brief_tells_the_same_in_less(shop: Lab) -> None:
    compact, brief = info(shop, {}), info(shop, {"detail": "brief"})
    assert brief["summary"] == compact["summary"]
    for few, more in zip(brief["applications"], compact["applications"], strict=True):
        assert few.keys() == {"name", "namespace", "project", "revision", "sync", "health", "labels"}
        assert few.items() <= more.items()


def test_full(shop: Lab) -> None:
    (found,) = info(shop, {"name": "web", "detail": "full"})["applications"]
    live = shop.get("web")
    assert SECRET in json.dumps(live)
    assert SECRET not in json.dumps(found)
    del live["metadata"]["managedFields"]
    del live["status"]["conditions"], found["status"]["conditions"]
    assert found == live


@pytest.mark.parametrize("detail", ["brief", "compact", "full"])
@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"names": ["web", "nobody"]}, ["web"]),
        ({"names": ["?e[bw]"]}, ["new", "web"]),
        ({"names": []}, []),
        ({"sync": ["OutOfSync", "Unknown"]}, ["api", "new"]),
        ({"health": ["Healthy"]}, ["web"]),
        ({"projects": ["team-[aw]*"]}, ["api", "web"]),
        ({"label_selectors": ["team=shop", "tier!=web"]}, ["api"]),
        ({"label_selectors": []}, ["api", "new", "web"]),
        ({"namespaces": []}, []),
        ({"namespaces": ["not-there"]}, []),
    ],
    ids=str,
)
def test_criteria(shop: Lab, criteria: dict[str, Any], expected: list[str], detail: str) -> None:
    found = info(shop, {**criteria, "detail": detail})["applications"]
    assert [one["metadata"]["name"] if detail == "full" else one["name"] for one in found] == expected


@pytest.mark.parametrize(
    ("destinations", "expected"), [(["east"], ["new", "web"]), (["https://w*"], ["api"]), (["in-cluster"], [])]
)
def test_destinations(shop: Lab, destinations: list[str], expected: list[str]) -> None:
    assert names(info(shop, {"destinations": destinations})) == expected


def test_namespaces(shop: Lab) -> None:
    own = {"namespace": "elsewhere"}
    assert names(info(shop, {**own, "namespaces": [shop.namespace]})) == ["api", "new", "web"]
    assert names(info(shop, {**own, "namespaces": [f"{shop.namespace[:-1]}?"]})) == ["api", "new", "web"]
    assert names(info(shop, own)) == []


def asked(lab: Lab, options: Mapping[str, Any]) -> list[str]:
    """The queries that a search takes."""
    lab.proxy.reset()
    info(lab, options)
    requests = lab.proxy.requests()
    assert {one.method for one in requests} <= {"GET"}
    return [one.query for one in requests]


def test_requests(shop: Lab) -> None:
    """One list, made small by the server where it can; a few names are asked for by name."""
    assert asked(shop, {}) == ["limit=500"]
    assert asked(shop, {"label_selectors": ["team=shop"]}) == ["labelSelector=team%3Dshop&limit=500"]
    assert sorted(asked(shop, {"names": ["web", "api"]})) == [
        f"fieldSelector=metadata.name%3D{name}&limit=500" for name in ("api", "web")
    ]
    assert asked(shop, {"names": [f"x-{n}" for n in range(9)]}) == ["limit=500"]
    assert asked(shop, {"names": []}) == []


@pytest.mark.parametrize("detail", ["brief", "compact", "full"])
def test_pages(lab: Lab, detail: str) -> None:
    items = [application(f"app-{number:03}", labels={"odd": str(number % 2)}) for number in range(501)]
    lab.run({"applications": items})
    result = info(lab, {"detail": detail})
    assert result["summary"]["applications"] == 501
    assert len(asked(lab, {"detail": detail})) == 2
    assert len(asked(lab, {"detail": detail, "label_selectors": ["odd=1"]})) == 1


def test_pages_of_large_objects_are_smaller(lab: Lab) -> None:
    """So that a page takes no more memory than it has to."""
    lab.run({"applications": [application(f"app-{number:03}") for number in range(501)]})
    text = "x" * 900_000
    for number in range(10):
        condition = {"type": "SyncError", "message": text}
        lab.edit(f"app-{number:03}", {"status": {"conditions": [condition]}})
    first, second = asked(lab, {"sync": ["Synced"]})
    assert first == "limit=500"
    assert 300 < int(parse_qs(second)["limit"][0]) < 500


def secret(lab: Lab, target: Target, called: str, kind: str, **data: str) -> None:
    encoded = {key: b64encode(value.encode()).decode() for key, value in data.items()}
    meta = {"labels": {LABEL: kind, "env": "test"}, "annotations": {"note": f"https://me:{SECRET}@example.org"}}
    for copy in ("kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original"):
        meta["annotations"][copy] = json.dumps({"data": encoded})
    lab.of(target).post(called, {"metadata": meta, "data": encoded})


@pytest.fixture
def guarded(lab: Lab) -> Lab:
    """Repositories and clusters with all kinds of secrets, and a Secret that is none of these."""
    url, shown = f"https://me:{SECRET}@git.example.org/shop", {"name": "The shop", "project": "shop"}
    secret(lab, REPOSITORY_SECRET, "repo", "repository", url=url, username="me", password=SECRET, **shown)
    ssh = f"ssh://git:{SECRET}@git.example.org"
    secret(lab, REPOSITORY_SECRET, "template", "repo-creds", url=ssh, sshPrivateKey=SECRET, type="git")
    config = {"bearerToken": SECRET, "tlsClientConfig": {"insecure": True, "keyData": SECRET, "certData": SECRET}}
    config |= {"execProviderConfig": {"command": "login", "args": [SECRET], "env": {"TOKEN": SECRET}}}
    data = {"server": f"https://me:{SECRET}@east.example.org/", "config": json.dumps(config), "shard": "1"}
    secret(lab, CLUSTER_SECRET, "one", "cluster", name="east", namespaces="a, b", **data)
    secret(
        lab, CLUSTER_SECRET, "two", "cluster", name="west", server="https://west", config=f"{{{SECRET}", project="shop"
    )
    secret(lab, CLUSTER_SECRET, "other", "scm-creds", password=SECRET)
    return lab


@pytest.mark.parametrize("detail", ["compact", "full"])
def test_secrets_are_never_told(guarded: Lab, detail: str) -> None:
    result = info(guarded, {"resources": ["repositories", "clusters"], "detail": detail})
    text = json.dumps(result)
    assert SECRET not in text
    assert b64encode(SECRET.encode()).decode() not in text
    assert names(result, "repositories") == ["repo", "template"]
    assert names(result, "clusters") == ["one", "two"]
    if detail == "full":
        assert result["clusters"][1]["data_keys"] == ["config", "name", "project", "server"]
        assert result["clusters"][1]["metadata"]["annotations"] == {"note": "https://example.org"}


def test_repositories_and_clusters(guarded: Lab) -> None:
    result = info(guarded, {"resources": ["repositories", "clusters"]})
    common = {"namespace": guarded.namespace, "labels": {"env": "test"}}
    assert result["repositories"] == [
        {
            **common,
            "name": "repo",
            "kind": "repository",
            "url": "https://git.example.org/shop",
            "type": "git",
            "title": "The shop",
            "project": "shop",
            "credentials": ["username", "password"],
        },
        {
            **common,
            "name": "template",
            "kind": "repo-creds",
            "url": "ssh://git@git.example.org",
            "type": "git",
            "title": "",
            "project": "",
            "credentials": ["sshPrivateKey"],
        },
    ]
    one, two = result["clusters"]
    assert one == {
        **common,
        "name": "one",
        "title": "east",
        "server": "https://east.example.org",
        "project": "",
        "shard": "1",
        "namespaces": ["a", "b"],
        "credentials": ["bearer_token", "exec", "client_certificate"],
        "insecure": True,
    }
    assert (two["title"], two["credentials"], two["project"]) == ("west", ["unreadable"], "shop")
    both = {"resources": ["repositories", "clusters"]}
    found = info(guarded, {**both, "names": ["w*", "template"], "label_selectors": ["env=test"]})
    assert (names(found, "repositories"), names(found, "clusters")) == (["template"], ["two"])
    found = info(guarded, {**both, "projects": [""]})
    assert (names(found, "repositories"), names(found, "clusters")) == (["template"], ["one"])


def test_projects_and_application_sets(lab: Lab) -> None:
    project = {
        "description": "The shop",
        "sourceRepos": [f"https://me:{SECRET}@git.example.org/*"],
        "destinations": [{"name": "east", "namespace": "*"}],
        "roles": [{"name": "deployer", "policies": []}],
        "syncWindows": [{"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["*"]}],
    }
    lab.of(PROJECT).create("shop", project)
    lab.of(PROJECT).create("other", {})
    template = {"metadata": {"name": "{{name}}"}, "spec": spec(project="shop")}
    sets = lab.of(APPLICATION_SET)
    sets.create(
        "shops", {"generators": [{"clusters": {}, "selector": {}}, {"list": {"elements": []}}], "template": template}
    )
    when = "2026-11-20T09:30:00Z"
    condition = {
        "type": "ErrorOccurred",
        "status": "False",
        "reason": "x",
        "message": "fine",
        "lastTransitionTime": when,
    }
    made = [{"kind": "Application", "name": f"shop-{n}"} for n in range(3)]
    status = {"status": {"conditions": [condition], "resources": made}}
    sets.send("PATCH", sets.url("shops/status"), status, "application/merge-patch+json")
    result = info(lab, {"resources": ["projects", "application_sets"]})
    common = {"namespace": lab.namespace, "labels": {}}
    assert result["summary"] == {"projects": 2, "application_sets": 1}
    assert result["projects"][1] == {
        **common,
        "name": "shop",
        "description": "The shop",
        "source_repos": ["https://git.example.org/*"],
        "source_namespaces": [],
        "destinations": [{"server": "", "name": "east", "namespace": "*"}],
        "roles": ["deployer"],
        "sync_windows": 1,
    }
    assert result["application_sets"] == [
        {
            **common,
            "name": "shops",
            "project": "shop",
            "generators": ["clusters", "list"],
            "applications": 3,
            "conditions": ["ErrorOccurred False: fine"],
        }
    ]
    found = info(lab, {"resources": ["projects", "application_sets"], "projects": ["shop"], "detail": "full"})
    assert [one["kind"] for key in ("projects", "application_sets") for one in found[key]] == [
        "AppProject",
        "ApplicationSet",
    ]


def test_rights_on_applications_are_enough_for_them(shop: Lab, tmp_path: Path) -> None:
    """What may not be read is told in a line; the rights are those of one namespace."""
    space = f"/namespaces/{shop.namespace}"
    rules = [{"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["list"]}]
    shop.send("POST", f"/api/v1{space}/serviceaccounts", {"metadata": {"name": "reader"}})
    shop.send("POST", f"{RULES}{space}/roles", {"metadata": {"name": "reader"}, "rules": rules})
    binding = {
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": shop.namespace}],
    }
    shop.send("POST", f"{RULES}{space}/rolebindings", binding)
    content = yaml.safe_load(shop.proxy.kubeconfig.read_text())
    content["users"][0]["user"] = {"token": shop.plane.service_account_token(shop.namespace, "reader")}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(content))
    for detail in ("brief", "compact", "full"):
        assert len(info(shop, {"detail": detail}, kubeconfig=file)["applications"]) == 3
    assert names(info(shop, {"name": "web"}, kubeconfig=file)) == ["web"]
    for resource, plural in (("projects", "appprojects"), ("clusters", "secrets")):
        result = info(shop, {"resources": ["applications", resource]}, kubeconfig=file, fails=True)
        assert result["msg"].startswith(f"not allowed (403): {plural}")
        assert f'cannot list resource "{plural}"' in result["msg"]
        assert "Grant this right" in result["msg"]
    everywhere = info(shop, {"namespaces": ["*"]}, kubeconfig=file, fails=True)
    assert "at the cluster scope" in everywhere["msg"]


@pytest.mark.parametrize(
    ("resource", "kind"), [("applications", "Application"), ("application_sets", "ApplicationSet")]
)
def test_missing_definition(lab: Lab, resource: str, kind: str) -> None:
    lab.proxy.fault("status", status=404, body="404 page not found\n", match="/apis/argoproj.io/")
    result = info(lab, {"resources": [resource]}, fails=True)
    assert result["msg"].startswith(f"the cluster knows no {kind} (argoproj.io/v1alpha1). Install its")


@pytest.mark.parametrize("count", [0, 2])
def test_a_server_without_tables(lab: Lab, count: int) -> None:
    """What it lists instead is not taken for nothing."""
    meta = {"namespace": lab.namespace, "uid": "x", "managedFields": []}
    items = [{"metadata": {**meta, "name": f"app-{number}"}, "spec": {}} for number in range(count)]
    answer = json.dumps({"kind": "ApplicationList", "metadata": {"resourceVersion": "1"}, "items": items})
    lab.proxy.fault("status", status=200, body=answer, match="/applications")
    result = info(lab, {"detail": "brief"}, fails=bool(count))
    assert result.get("applications", []) == []
    assert ("shows no Project and no Revision" in result.get("msg", "")) is bool(count)
    assert ("Use detail: compact." in result.get("msg", "")) is bool(count)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"label_selectors": ["a b"]}, "label_selectors: 'a b' is no label selector"),
        ({"resources": ["projects"], "sync": ["Synced"]}, "sync: is asked of Applications only"),
        ({"detail": "brief", "destinations": ["x"]}, "destinations: goes with detail compact or full"),
    ],
)
def test_bad_criteria(lab: Lab, options: dict[str, Any], part: str) -> None:
    refused(lab.of(Target(INFO, "", "applications")), options, part)
