"""With a real Argo CD: what it makes of explicit empty values, how it deletes, and what a wait sees."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.controlplane import Cluster, eventually
from tests.support.module import Result
from tests.support.workshop import ARGOCD, Workshop, workshop

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}, data: {word: hello}}\n"
SELECTOR = "{matchLabels: {app: stuck}}"
CONTAINERS = "containers: [{name: main, image: example.org/none}]"
STUCK = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: stuck}}
spec:
  selector: {SELECTOR}
  template:
    metadata: {{labels: {{app: stuck}}}}
    spec: {{nodeSelector: {{no-such: node}}, {CONTAINERS}}}
"""
FILES = {
    "plain/config.yaml": CONFIG,
    "stuck/deployment.yaml": STUCK,
    "kustomize/kustomization.yaml": "resources: [config.yaml]\n",
    "kustomize/config.yaml": CONFIG,
    "chart/Chart.yaml": "{apiVersion: v2, name: chart, version: 0.1.0}\n",
    "chart/values.yaml": "word: hello\n",
    "chart/templates/config.yaml": CONFIG.replace("hello", "{{ .Values.word }}"),
}


@pytest.fixture
def place(controlplane: Cluster) -> Iterator[Workshop]:
    with workshop(controlplane, FILES) as place:
        yield place


def policy(**more: Any) -> dict[str, Any]:
    return {"automated": {}, "sync_options": ["CreateNamespace=true"], **more}


def explicit(place: Workshop) -> list[dict[str, Any]]:
    """Applications in which a good many fields are explicitly false, 0 or empty."""
    source = place.application("x", "plain")["source"]
    off = {"enabled": True, "prune": False, "self_heal": False, "allow_empty": False}
    retry = {"limit": 0, "refresh": False, "backoff": {"duration": "5s", "factor": 0, "max_duration": ""}}
    directory = {"recurse": False, "include": "", "exclude": "", "jsonnet": {"libs": [], "tlas": [], "ext_vars": []}}
    helm = {
        "values_object": {"empty": {}, "off": False, "none": "", "zero": 0, "null": None, "list": []},
        "parameters": [{"name": "word", "value": "hi", "force_string": False}],
        "value_files": [],
        "values": "",
        "pass_credentials": False,
        "skip_crds": False,
    }
    kustomize = {"name_prefix": "", "common_labels": {}, "images": [], "force_common_labels": False, "components": []}
    empty = {"ignore_differences": [], "info": [], "revision_history_limit": 0, "annotations": {}}
    return [
        place.application("bare", "plain", source={**source, "directory": {}}, sync_policy=policy(), **empty),
        place.application("off", "plain", sync_policy=policy(automated=off)),
        place.application("retry", "plain", sync_policy=policy(retry=retry)),
        place.application("plain", "plain", source={**source, "directory": directory, "chart": "", "ref": ""}, **empty),
        place.application("chart", "chart", source={**source, "path": "chart", "helm": helm}, **empty),
        place.application("no-helm", "plain", source={**source, "helm": {}, "kustomize": {}, "plugin": None}),
        place.application("kustomize", "kustomize", source={**source, "path": "kustomize", "kustomize": kustomize}),
        place.application(
            "sources",
            "plain",
            source=None,
            sources=[
                {**source, "directory": {"recurse": False}},
                {**source, "path": "chart", "helm": {"values_object": {"null": None, "off": False}, "parameters": []}},
            ],
        ),
        place.application("manual", "plain", sync_policy={"sync_options": []}, project="default"),
        place.application("namespace", "plain", sync_policy=policy(managed_namespace_metadata={"labels": {}})),
        place.application(
            "slash", "plain", destination={"server": "https://kubernetes.default.svc/", "namespace": ARGOCD}
        ),
    ]


def synced(place: Workshop, items: list[dict[str, Any]]) -> bool:
    """Whether Argo CD has looked at all of them and synced those that are automated."""
    text = place.cluster.kubectl("get", "applications", "-n", ARGOCD, "-l", f"workshop={place.name}", "-o", "json")
    states = {one["metadata"]["name"]: one.get("status", {}) for one in json.loads(text)["items"]}
    looked = [states[item["name"]].get("sync", {}).get("status", "Unknown") for item in items]
    operations = [states[item["name"]].get("operationState", {}).get("phase") for item in items]
    automated = ["automated" in (item["sync_policy"] or {}) for item in items]
    return "Unknown" not in looked and all(phase or not due for phase, due in zip(operations, automated, strict=True))


def test_explicit_empty_values_after_argocd_wrote_them_back(place: Workshop) -> None:
    items = explicit(place)
    before = place.run({"applications": items})
    assert before["summary"]["created"] == len(items)
    eventually(lambda: synced(place, items), "all are synced", 120)
    controller = "argocd-application-controller"
    for item in items:
        live = place.get("applications", item["name"]) or {}
        assert controller in {one["manager"] for one in live["metadata"]["managedFields"]}
    for options in ({"applications": items}, *items):
        again = place.run(options)
        assert (again["changes"], again["changed"]) == ([], False)


def test_wait_for_many(place: Workshop) -> None:
    commit = place.git("rev-parse", "HEAD")
    items = [place.application(f"app-{number}", "plain") for number in range(6)]
    result = place.run({"applications": items, "wait": True, "wait_timeout": 120})
    told = ("name", "sync", "health", "revision")
    assert [[one[key] for key in told] for one in result["applications"]] == [
        [item["name"], "Synced", "Healthy", commit] for item in items
    ]
    again = place.run({"applications": items, "wait": True, "wait_revision": commit, "wait_timeout": 60})
    assert again["changed"] is False
    assert len(again["applications"]) == 6


def test_wait_ends_early_for_a_bad_path(place: Workshop) -> None:
    """With the controller's own words, and the good ones arrive."""
    items = [place.application("good", "plain"), place.application("bad", "no/such/path")]
    result = place.run({"applications": items, "wait": True, "wait_timeout": 300}, fails=True)
    assert result.seconds < 90
    assert result["msg"].startswith(f"Application {ARGOCD}/{place.name}-bad: ComparisonError: ")
    assert "no/such/path: app path does not exist" in result["msg"]
    assert place.live("good")["status"]["sync"]["status"] == "Synced"
    assert result["summary"]["failed"] == 1


def test_wait_for_a_project_that_comes_late(place: Workshop) -> None:
    project = f"{place.name}-late"
    results: list[Result] = []
    options = {**place.application("late", "plain"), "project": project, "wait": True, "wait_timeout": 120}
    thread = threading.Thread(target=lambda: results.append(place.run(options, timeout=150)))
    thread.start()
    name = f"{place.name}-late"
    eventually(lambda: "InvalidSpecError" in json.dumps(place.get("applications", name) or {}), "it is refused")
    manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": project, "namespace": ARGOCD, "labels": {"workshop": place.name}},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        },
    }
    place.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
    began = time.monotonic()
    thread.join()
    assert [one["sync"] for one in results[0]["applications"]] == ["Synced"]
    assert time.monotonic() - began < 60


def test_wait_for_a_project_that_never_comes(place: Workshop) -> None:
    options = {**place.application("never", "plain"), "project": "no-such-project", "wait": True, "wait_timeout": 8}
    result = place.run(options, fails=True)
    assert "not there after 8 s: InvalidSpecError: " in result["msg"]
    assert "no-such-project which does not exist" in result["msg"]


def test_wait_runs_out(place: Workshop) -> None:
    options = {**place.application("stuck", "stuck"), "wait": True, "wait_timeout": 9}
    result = place.run(options, fails=True)
    assert (
        f"Application {ARGOCD}/{place.name}-stuck: not there after 9 s: sync Synced, health Progressing"
        in result["msg"]
    )
    assert place.run({**options, "wait_for": ["synced"]})["applications"][0]["health"] == "Progressing"


def test_wait_for_what_nobody_will_sync(place: Workshop) -> None:
    options = {**place.application("manual", "plain"), "sync_policy": {}, "wait": True, "wait_timeout": 300}
    result = place.run(options, fails=True)
    assert result.seconds < 60
    assert "its sync policy is not automated, so nothing will sync it" in result["msg"]


def test_cascade_deletes_or_keeps_workloads(place: Workshop) -> None:
    """Also when the Application was created for the opposite."""
    kinds = {
        "foreground": ("orphan", "foreground"),
        "background": ("orphan", "background"),
        "orphan": ("foreground", "orphan"),
    }
    items = [place.application(name, "plain", cascade=had) for name, (had, _cascade) in kinds.items()]
    place.run({"applications": items, "wait": True, "wait_timeout": 120})
    for name, (_had, cascade) in kinds.items():
        options = {"name": f"{place.name}-{name}", "state": "absent", "cascade": cascade}
        result = place.run({**options, "wait": True, "wait_timeout": 120})
        assert result["summary"]["deleted"] == 1
        assert place.get("applications", f"{place.name}-{name}") is None
        space = f"{place.name}-{name}"
        if cascade == "orphan":
            assert place.get("configmaps", "greeting", space) is not None
        else:
            eventually(lambda space=space: place.get("configmaps", "greeting", space) is None, "it is gone")  # type: ignore[misc]


def test_wait_for_a_deletion_that_is_held(place: Workshop) -> None:
    place.run(place.application("held", "plain", finalizers=["example.org/held"]))
    options = {"name": f"{place.name}-held", "state": "absent", "wait": True, "wait_timeout": 3}
    result = place.run(options, fails=True)
    assert "not there after 3 s: it is still there, held by example.org/held" in result["msg"]
