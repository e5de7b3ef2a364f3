"""The whole path: a push to the Git server reaches the cluster through Argo CD."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.controlplane import Cluster, eventually
from tests.support.git import git

MANIFEST = "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: greeting}}, data: {{word: {word}}}}}\n"


def _push(folder: Path, word: str) -> None:
    (folder / "greeting.yaml").write_text(MANIFEST.format(word=word))
    git(folder, "add", ".")
    git(folder, "commit", "-m", word)
    git(folder, "push", "origin", "HEAD:main")


def _application(name: str, url: str) -> dict[str, Any]:
    sync = {"automated": {"selfHeal": True, "prune": True}, "syncOptions": ["CreateNamespace=true"]}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "finalizers": ["resources-finalizer.argocd.argoproj.io"]},
        "spec": {
            "project": "default",
            "source": {"repoURL": url, "path": ".", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": name},
            "syncPolicy": sync,
        },
    }


def _state(cluster: Cluster, name: str) -> tuple[str, str]:
    read = cluster.kubectl("get", "application", name, "--namespace=argocd", "--output=json")
    status = json.loads(read).get("status", {})
    return status.get("sync", {}).get("status", ""), status.get("health", {}).get("status", "")


def _word(cluster: Cluster, namespace: str) -> str:
    path = "--output=jsonpath={.data.word}"
    return cluster.kubectl("get", "configmap", "greeting", f"--namespace={namespace}", "--ignore-not-found", path)


def test_a_push_arrives_and_a_hand_edit_is_healed(controlplane: Cluster, tmp_path: Path) -> None:
    name = "pushed"
    url = controlplane.create_repository(f"team/{name}")
    git(tmp_path, "clone", url, ".")
    _push(tmp_path, "hello")
    controlplane.kubectl("apply", "--filename=-", stdin=json.dumps(_application(name, url)))
    eventually(lambda: _state(controlplane, name), "Synced", accept=lambda state: state == ("Synced", "Healthy"))
    assert _word(controlplane, name) == "hello"

    _push(tmp_path, "welcome")
    # Argo CD's own next look at Git is minutes away.
    eventually(lambda: _word(controlplane, name), "the push arrives", 30, accept=lambda word: word == "welcome")

    edit = '{"data": {"word": "by-hand"}}'
    controlplane.kubectl("patch", "configmap", "greeting", f"--namespace={name}", "--type=merge", f"--patch={edit}")
    eventually(lambda: _word(controlplane, name), "the edit is healed", 30, accept=lambda word: word == "welcome")

    controlplane.kubectl("delete", "application", name, "--namespace=argocd")
    assert _word(controlplane, name) == "", "deletion cascades"
