"""A second cluster beside the one of Argo CD: its tokens, and deploying to it."""

from __future__ import annotations

import base64
import json
import uuid
from pathlib import Path

import pytest

from tests.controlplane import Cluster, ControlPlane, ControlPlaneError, eventually
from tests.controlplane.credentials import write_kubeconfig
from tests.support.workshop import ARGOCD, workshop

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: none}]}
"""


@pytest.fixture
def account(neighbour: ControlPlane) -> str:
    """A service account of the namespace default that may do everything."""
    name = f"deployer-{uuid.uuid4().hex[:8]}"
    neighbour.kubectl("create", "serviceaccount", name)
    role = ("--clusterrole=cluster-admin", f"--serviceaccount=default:{name}")
    neighbour.kubectl("create", "clusterrolebinding", name, *role)
    return name


def _answer(neighbour: ControlPlane, token: str, folder: Path) -> str:
    """What somebody who has nothing but the token is told; the beginning of an error."""
    write_kubeconfig(folder / "kubeconfig", neighbour.host, neighbour.ca_file, token)
    try:
        return neighbour.kubectl("get", "nodes", "--output=name", f"--kubeconfig={folder / 'kubeconfig'}").strip()
    except ControlPlaneError as error:
        return str(error)


def test_both_kinds_of_token_are_accepted(neighbour: ControlPlane, account: str, tmp_path: Path) -> None:
    for token in (
        neighbour.service_account_token("default", account),
        neighbour.token_secret("default", account, f"{account}-token"),
    ):
        assert _answer(neighbour, token, tmp_path) == "node/fake-0"
        assert "Unauthorized" in _answer(neighbour, token[:-6] + "AAAAAA", tmp_path)


def test_a_token_ends_with_its_secret(neighbour: ControlPlane, account: str, tmp_path: Path) -> None:
    token = neighbour.token_secret("default", account, f"{account}-token")
    assert _answer(neighbour, token, tmp_path) == "node/fake-0"
    neighbour.kubectl("delete", "secret", f"{account}-token")

    def refused() -> bool:
        said = _answer(neighbour, token, tmp_path)
        return "Unauthorized" in said or "must be logged in" in said

    eventually(refused, "the token is refused", 30)


def test_the_other_clusters_argocd_deploys_here(controlplane: Cluster, neighbour: ControlPlane, account: str) -> None:
    ca = base64.b64encode(neighbour.ca_file.read_bytes()).decode()
    token = neighbour.token_secret("default", account, f"{account}-token")
    config = {"bearerToken": token, "tlsClientConfig": {"caData": ca}}
    with workshop(controlplane, {"deploy/web.yaml": DEPLOYMENT}) as place:
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": f"{place.name}-cluster",
                "namespace": ARGOCD,
                "labels": {"argocd.argoproj.io/secret-type": "cluster"},
            },
            "stringData": {"name": place.name, "server": neighbour.host, "config": json.dumps(config)},
        }
        controlplane.kubectl("create", "--filename=-", stdin=json.dumps(secret))
        try:
            there = {"name": place.name, "namespace": f"{place.name}-web"}
            place.run({**place.application("web", "deploy", destination=there), "wait": True, "wait_timeout": 90})
            neighbour.kubectl("get", "deployment", "web", f"--namespace={place.name}-web")
        finally:
            place.clean()
            controlplane.kubectl("delete", "secret", f"{place.name}-cluster", f"--namespace={ARGOCD}")
            neighbour.kubectl("delete", "namespace", f"{place.name}-web", "--ignore-not-found", "--wait=false")
