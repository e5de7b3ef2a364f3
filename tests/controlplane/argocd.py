"""What of Argo CD's own manifests a control plane gets: definitions, namespace and settings, straight from its module.

Its Deployments are left out: the programs run as processes of this machine.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .api import Api

NAMESPACE = "argocd"
# The ConfigMaps that Argo CD reads as files, and the folders they are mounted as.
MOUNTS = {"argocd-tls-certs-cm": "tls", "argocd-ssh-known-hosts-cm": "ssh"}

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_KINDS = {"application": "applications", "applicationset": "applicationsets", "appproject": "appprojects"}
_OBJECTS = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}"


def create_definitions(api: Api, manifests: Path) -> None:
    """Argo CD's custom resource definitions and its namespace. `manifests`: the folder of that name in its module."""
    files = [manifests / f"crds/{kind}-crd.yaml" for kind in _KINDS]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda file: api.create(_DEFINITIONS, file.read_bytes()), files))
    api.create("/api/v1/namespaces", f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {NAMESPACE}}}}}".encode())


def are_served(api: Api) -> bool:
    """Whether the API server answers for all of Argo CD's kinds."""
    return all(api.ready(f"{_OBJECTS}/{plural}") for plural in _KINDS.values())


def are_listed(api: Api) -> bool:
    """Whether it also lists them: a client that looks for a kind earlier does not find it, and may never look again."""
    body = api.request("GET", "/apis", accept="application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")[1]
    groups = [each for each in json.loads(body)["items"] if each["metadata"]["name"] == "argoproj.io"]
    listed = {kind["resource"] for group in groups for version in group["versions"] for kind in version["resources"]}
    return listed >= set(_KINDS.values())


def create_settings(api: Api, manifests: Path) -> None:
    """argocd-cm and the other ConfigMaps, and argocd-secret, as they come with Argo CD."""
    for file in sorted((manifests / "base/config").glob("argocd-*.yaml")):
        plural = "secrets" if file.stem.endswith("-secret") else "configmaps"
        api.create(f"/api/v1/namespaces/{NAMESPACE}/{plural}", file.read_bytes())


def has_default_project(api: Api) -> bool:
    """Whether argocd-server has made the project `default`: Applications created earlier are in error for minutes."""
    return api.get(f"{_OBJECTS}/appprojects/default") is not None


def mount(api: Api, home: Path) -> None:
    """Make the folders of MOUNTS below `home` hold what their ConfigMaps do now, as a kubelet does after a while."""
    for name, folder in MOUNTS.items():
        data = (api.get(f"/api/v1/namespaces/{NAMESPACE}/configmaps/{name}") or {}).get("data") or {}
        target = home / folder
        target.mkdir(exist_ok=True)
        for file in target.iterdir():
            if file.name not in data:
                file.unlink()
        for key, text in data.items():
            (target / key).write_text(text)
