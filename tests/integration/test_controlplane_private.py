"""Argo CD reads repositories that ask for credentials once a Secret has them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.controlplane import Access, Cluster, eventually
from tests.support.workshop import ARGOCD, HERE, Workshop, workshop

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}, data: {word: hello}}\n"
USER = Access(username="argo", password="ship: the/wind")
TOKEN = Access(token="a-bearer-token")
# Argo CD shows its certificate only along with a password or a token.
CERTIFIED = replace(USER, certificate="admin")


def _application(place: Workshop) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": f"{place.name}-web", "namespace": ARGOCD, "labels": {"workshop": place.name}},
        "spec": {
            "project": "default",
            "source": {"repoURL": place.url, "path": "deploy", "targetRevision": "main"},
            "destination": {"server": HERE, "namespace": f"{place.name}-web"},
            "syncPolicy": {"automated": {}, "syncOptions": ["CreateNamespace=true"]},
        },
    }


def _secret(place: Workshop, kind: str, **data: str) -> dict[str, Any]:
    labels = {"argocd.argoproj.io/secret-type": kind, "workshop": place.name}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"{place.name}-repo", "namespace": ARGOCD, "labels": labels},
        "stringData": data,
    }


def _conditions(place: Workshop) -> str:
    return json.dumps(place.live("web").get("status", {}).get("conditions", []))


def _refresh(place: Workshop) -> None:
    how = ("annotate", "--overwrite", "application", f"{place.name}-web", f"--namespace={ARGOCD}")
    place.cluster.kubectl(*how, "argocd.argoproj.io/refresh=hard")


def _is_synced(place: Workshop) -> bool:
    return bool(place.live("web").get("status", {}).get("sync", {}).get("status") == "Synced")


def _is_synced_after_refresh(place: Workshop) -> bool:
    _refresh(place)
    return _is_synced(place)


def _data(cluster: Cluster, access: Access) -> dict[str, str]:
    """What a Secret of Argo CD says to be let in."""
    files = cluster.git_credentials
    pair = {"tlsClientCertData": "client.crt", "tlsClientCertKey": "client.key"} if access.certificate else {}
    said = {"username": access.username, "password": access.password, "bearerToken": access.token}
    return said | {key: (files / file).read_text() for key, file in pair.items()}


@pytest.mark.parametrize(
    ("access", "tls"),
    [(USER, False), (TOKEN, False), (USER, True), (CERTIFIED, True)],
    ids=["user", "token", "https", "certificate"],
)
def test_a_secret_opens_a_repository(controlplane: Cluster, access: Access, *, tls: bool) -> None:
    with workshop(controlplane, {"deploy/greeting.yaml": CONFIG}, access, tls=tls) as place:
        controlplane.kubectl("create", "--filename=-", stdin=json.dumps(_application(place)))
        eventually(lambda: _conditions(place), "it cannot be read", 30, lambda said: "ComparisonError" in said)
        insecure = {"insecure": "true"} if tls else {}
        secret = _secret(place, "repository", type="git", url=place.url, **_data(controlplane, access), **insecure)
        controlplane.kubectl("create", "--filename=-", stdin=json.dumps(secret))
        try:
            _refresh(place)
            eventually(lambda: _is_synced(place), "it is read", 30)
        finally:
            controlplane.kubectl("delete", "secret", f"{place.name}-repo", f"--namespace={ARGOCD}")


def test_a_mounted_authority_is_trusted(controlplane: Cluster) -> None:
    host = str(urlsplit(controlplane.git_tls_url).hostname)

    def trust(authority: str | None) -> None:
        patch = json.dumps({"data": {host: authority}})
        how = (f"--namespace={ARGOCD}", "--type=merge", f"--patch={patch}")
        controlplane.kubectl("patch", "configmap", "argocd-tls-certs-cm", *how)
        controlplane.mount_settings()

    with workshop(controlplane, {"deploy/greeting.yaml": CONFIG}, tls=True) as place:
        controlplane.kubectl("create", "--filename=-", stdin=json.dumps(_application(place)))
        eventually(lambda: _conditions(place), "it is not trusted", 30, lambda said: "x509" in said)
        trust((controlplane.git_credentials / "ca.crt").read_text())
        try:
            eventually(lambda: _is_synced_after_refresh(place), "it is trusted", 180)
        finally:
            trust(None)
