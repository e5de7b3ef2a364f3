"""Argo CD's REST API, as tests use it: who may come in, and what it tells."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.controlplane import Cluster, eventually
from tests.support.argocd_api import ARGOCD, ArgoCD, RefusedError, claims

HERE = "https://kubernetes.default.svc"
PROJECT = "/api/v1/projects"


def _project(name: str) -> dict[str, Any]:
    role = {"name": "ci", "policies": [f"p, proj:{name}:ci, applications, get, {name}/*, allow"]}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": ARGOCD},
        "spec": {"sourceRepos": ["*"], "destinations": [{"server": HERE, "namespace": "*"}], "roles": [role]},
    }


@pytest.fixture
def project(controlplane: Cluster) -> Iterator[str]:
    """A project with the role `ci`, which may read its Applications."""
    name = f"p{uuid.uuid4().hex[:8]}"
    controlplane.kubectl("create", "--filename=-", stdin=json.dumps(_project(name)))
    yield name
    controlplane.kubectl("delete", "appproject", name, f"--namespace={ARGOCD}")


def test_nobody_is_let_in_and_admin_is(argocd: ArgoCD) -> None:
    with pytest.raises(RefusedError, match="401"):
        argocd.using("").call("GET", PROJECT)
    assert argocd.who() == "admin"
    assert "default" in [one["metadata"]["name"] for one in argocd.call("GET", PROJECT)["items"]]


def test_a_role_has_a_token(argocd: ArgoCD, project: str) -> None:
    token = argocd.role_token(project, "ci", seconds=3600, name="pipeline")
    said = claims(token)
    assert (said["sub"], said["jti"], said["exp"] - said["iat"]) == (f"proj:{project}:ci", "pipeline", 3600)
    role = argocd.using(token)
    eventually(role.who, "the token is known", 10, lambda who: who == f"proj:{project}:ci")
    assert role.call("GET", f"/api/v1/applications?projects={project}")["items"] is None
    with pytest.raises(RefusedError, match="403"):
        role.call("DELETE", f"{PROJECT}/{project}")


def test_an_account_has_a_token(argocd: ArgoCD, controlplane: Cluster) -> None:
    name = f"robot-{uuid.uuid4().hex[:8]}"

    def set_account(value: str) -> None:
        patch = {"data": {f"accounts.{name}": value or None}}
        how = (f"--namespace={ARGOCD}", "--type=merge", f"--patch={json.dumps(patch)}")
        controlplane.kubectl("patch", "configmap", "argocd-cm", *how)

    def known() -> bool:
        return argocd.ask("GET", f"/api/v1/account/{name}")[0] == 200

    set_account("apiKey")
    try:
        eventually(known, "Argo CD knows the account", 20)
        assert argocd.using(argocd.account_token(name)).who() == name
    finally:
        set_account("")


def test_an_applicationset_is_tried(argocd: ArgoCD) -> None:
    template = {
        "metadata": {"name": "try-{{.city}}"},
        "spec": {
            "project": "default",
            "source": {"repoURL": "https://git.example.org/shop.git", "path": "deploy"},
            "destination": {"server": HERE, "namespace": "{{.city}}"},
        },
    }
    elements = [{"city": "tunis"}, {"city": "paris"}]
    manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "try", "namespace": ARGOCD},
        "spec": {"goTemplate": True, "generators": [{"list": {"elements": elements}}], "template": template},
    }
    made = argocd.generate(manifest)
    assert sorted(one["metadata"]["name"] for one in made) == ["try-paris", "try-tunis"]
    with pytest.raises(RefusedError, match="404"):
        argocd.call("GET", "/api/v1/applicationsets/try")
