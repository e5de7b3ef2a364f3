"""The examples of argocd_application run, as they stand, with ansible-playbook on a real API server."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.modules.argocd_application import EXAMPLES
from tests.controlplane import ControlPlane, ControlPlaneError
from tests.support.lab import meanwhile
from tests.support.playbook import registered

MODULE = "tiphys.gitops.argocd_application"
Manifest = dict[str, Any]


@pytest.fixture
def namespace(apiserver: ControlPlane) -> Iterator[str]:
    """A namespace of its own, in which somebody does what only Argo CD does."""
    name = f"examples-{uuid.uuid4().hex[:8]}"
    apiserver.kubectl("create", "namespace", name)
    with stand_in(apiserver, name):
        yield name
        apiserver.kubectl("delete", "applications", "--all", f"--namespace={name}")
    apiserver.kubectl("delete", "namespace", name, "--wait=false")


@contextmanager
def stand_in(plane: ControlPlane, namespace: str) -> Iterator[None]:
    """Do what examples wait for: finish deletions, and say that everything is deployed."""

    def work(over: threading.Event) -> None:
        while not over.wait(0.3):
            for live in applications(plane, namespace):
                change = due(live)
                if change:
                    with suppress(ControlPlaneError):  # it is gone, or another round will do it
                        patch = f"--patch={json.dumps(change)}"
                        name = live["metadata"]["name"]
                        plane.kubectl("patch", "application", name, f"--namespace={namespace}", "--type=merge", patch)

    with meanwhile(work):
        yield


def applications(plane: ControlPlane, namespace: str) -> list[Manifest]:
    items: list[Manifest] = json.loads(
        plane.kubectl("get", "applications", f"--namespace={namespace}", "--output=json")
    )["items"]
    return items


def due(live: Manifest) -> Manifest | None:
    """The patch that Argo CD would write, or nothing if it is written."""
    if live["metadata"].get("deletionTimestamp"):
        return {"metadata": {"finalizers": None}}
    spec = live["spec"]
    compared = {key: spec[key] for key in ("source", "sources", "destination") if key in spec}
    revision = spec.get("source", {}).get("targetRevision", "HEAD")
    sync = {"status": "Synced", "revision": revision, "comparedTo": compared}
    status = {"sync": sync, "health": {"status": "Healthy"}}
    return None if live.get("status") == status else {"status": status}


def manifest(name: str, team: str, path: str) -> str:
    """YAML of an Application."""
    source = {"repoURL": "https://github.com/myorg/shop", "path": path}
    return yaml.safe_dump(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "labels": {"team": team}},
            "spec": {"project": "default", "source": source, "destination": {"name": "in-cluster"}},
        }
    )


def play(kubeconfig: Path, namespace: str, folder: Path) -> list[dict[str, Any]]:
    """Run all examples in one play and give the result of each."""
    defaults = {"module_defaults": {MODULE: {"namespace": namespace}}}
    tasks = [{**task, **defaults} for task in yaml.safe_load(EXAMPLES)]
    return registered(tasks, folder, environment={"K8S_AUTH_KUBECONFIG": str(kubeconfig)})


def test_examples(apiserver: ControlPlane, namespace: str, tmp_path: Path) -> None:
    apiserver.kubectl("apply", f"--namespace={namespace}", "-f-", stdin=manifest("of-another-team", "office", "web"))
    (tmp_path / "applications").mkdir()
    (tmp_path / "applications" / "shop-web.yaml").write_text(manifest("shop-web", "shop", "moved"))

    *results, shown = play(apiserver.kubeconfig, namespace, tmp_path)

    counted = [{key: count for key, count in one.get("summary", {}).items() if count} for one in results]
    assert counted == [
        {"created": 1},
        {"created": 1},
        {"created": 2},
        {"updated": 1, "deleted": 1},
        {},
        {"deleted": 1},
        {"deleted": 1},
        {"created": 1},
    ]
    rendered = yaml.safe_load((tmp_path / "my-service.yaml").read_text())
    assert rendered["spec"]["source"]["path"] == "k8s/overlays/production"
    assert [one["health"] for one in results[-1]["applications"]] == ["Healthy"]
    assert [row.split()[0] for row in shown["msg"]] == ["NAME", "my-service"]
    left = {one["metadata"]["name"] for one in applications(apiserver, namespace)}
    assert left == {"my-service", "shop-web", "of-another-team"}
