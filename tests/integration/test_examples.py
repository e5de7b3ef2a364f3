"""The examples of argocd_application run, as they stand, with ansible-playbook on a real API server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.modules.argocd_application import EXAMPLES
from tests.controlplane import ControlPlane, Proxy
from tests.support.lab import MERGE, Lab, Manifest, application, lab
from tests.support.module import COLLECTIONS

MODULE = "tiphys.gitops.argocd_application"


@pytest.fixture
def place(apiserver: ControlPlane, proxy: Proxy) -> Iterator[Lab]:
    with lab(apiserver, proxy) as place, stand_in(place):
        yield place


@contextmanager
def stand_in(place: Lab) -> Iterator[None]:
    """Do what examples wait for and only Argo CD does: finish deletions, and say that everything is deployed."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.3):
            for name, live in place.all().items():
                done = deployed(live)
                if live["metadata"].get("deletionTimestamp"):
                    done = {"metadata": {"finalizers": None}}
                if done:
                    place.api.request("PATCH", place.url(name), json.dumps(done).encode(), MERGE)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def deployed(live: Manifest) -> Manifest | None:
    """Give the status to write, if it is not there yet."""
    spec = live["spec"]
    compared = {key: spec[key] for key in ("source", "sources", "destination") if key in spec}
    revision = spec.get("source", {}).get("targetRevision", "HEAD")
    status = {
        "sync": {"status": "Synced", "revision": revision, "comparedTo": compared},
        "health": {"status": "Healthy"},
    }
    return None if live.get("status") == status else {"status": status}


def play(place: Lab, folder: Path) -> list[dict[str, Any]]:
    """Run all examples in one play and give the result of each."""
    tasks: list[dict[str, Any]] = yaml.safe_load(EXAMPLES)
    names = [task.setdefault("register", f"result_{number}") for number, task in enumerate(tasks)]
    tasks.append(
        {"ansible.builtin.copy": {"dest": "results.json", "content": f"{{{{ [{', '.join(names)}] | to_json }}}}"}}
    )
    defaults = {MODULE: {"namespace": place.namespace}}
    plays = [{"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}]
    (folder / "playbook.yml").write_text(yaml.safe_dump(plays))
    manifest = yaml.safe_dump(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "shop-web", "labels": {"team": "shop"}},
            "spec": {
                "source": {"repoURL": "https://github.com/myorg/shop", "path": "web-new"},
                "destination": {"name": "in-cluster"},
            },
        }
    )
    (folder / "applications").mkdir()
    (folder / "applications" / "shop-web.yaml").write_text(manifest)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "K8S_AUTH_KUBECONFIG": str(place.plane.kubeconfig),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "playbook.yml"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    results: list[dict[str, Any]] = json.loads((folder / "results.json").read_text())
    return results


def test_examples(place: Lab, tmp_path: Path) -> None:
    place.run({"applications": [application("of-another-team", labels={"team": "office"})]})
    *results, shown = play(place, tmp_path)
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
    assert place.all().keys() == {"my-service", "shop-web", "of-another-team"}
