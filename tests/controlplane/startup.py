"""The order in which the parts start, and what each waits for. Whatever may start at the same time does."""

from __future__ import annotations

import json
from typing import Any

from . import argocd, parts, ports
from .api import Api, answers
from .supervisor import Supervisor

_NODE = "fake-0"


def start(supervisor: Supervisor, setup: parts.Setup, api: Api, *, controllers: bool) -> None:
    """Return when all parts answer and have made what others rely on."""
    at, programs = setup.ports, setup.build
    supervisor.spawn(setup, ["etcd", "gitserver"])
    supervisor.until("etcd", lambda: ports.accepts(at["etcd"]))
    supervisor.spawn(setup, ["kube-apiserver"])
    if setup.argocd:
        supervisor.spawn(setup, ["redis", "argocd-repo-server"])
    supervisor.until("kube-apiserver", api.ready)
    if controllers:
        supervisor.spawn(setup, parts.CONTROLLERS)
        api.create("/api/v1/nodes", json.dumps(_node()).encode())
    argocd.create_definitions(api, programs.argocd_manifests)
    supervisor.until("kube-apiserver", lambda: argocd.are_served(api))
    if setup.argocd:
        _start_argocd(supervisor, setup, api)
    supervisor.until("kube-apiserver", lambda: argocd.are_listed(api))
    if controllers:
        supervisor.until("kube-controller-manager", lambda: _has_account(api))
        supervisor.until("kwok", lambda: _is_schedulable(api))
    supervisor.until("gitserver", lambda: ports.accepts(at["gitserver"]) and ports.accepts(at["gitserver-tls"]))


def _start_argocd(supervisor: Supervisor, setup: parts.Setup, api: Api) -> None:
    at = setup.ports
    argocd.create_settings(api, setup.build.argocd_manifests)
    supervisor.until("redis", lambda: ports.accepts(at["redis"]))
    supervisor.spawn(setup, ["argocd-server"])
    supervisor.until("kube-apiserver", lambda: argocd.are_listed(api))
    supervisor.spawn(setup, ["argocd-application-controller"])
    supervisor.until("argocd-repo-server", lambda: answers(at["argocd-repo-server-metrics"]))
    supervisor.until("argocd-server", lambda: answers(at["argocd-server"]) and argocd.has_default_project(api))
    # It needs the key that argocd-server has made by now, and looks for it only once.
    last = "argocd-applicationset-controller"
    supervisor.spawn(setup, [last])
    supervisor.until("argocd-application-controller", lambda: answers(at["argocd-application-controller"]))
    supervisor.until(last, lambda: "Starting workers" in supervisor.layout.log(last).read_text(errors="replace"))


def _node() -> dict[str, Any]:
    metadata = {
        "name": _NODE,
        "annotations": {"kwok.x-k8s.io/node": "fake"},
        "labels": {"kubernetes.io/hostname": _NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
    }
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}


def _has_account(api: Api) -> bool:
    """Whether Kubernetes' controllers work: they give each namespace its service account `default`."""
    return api.get("/api/v1/namespaces/default/serviceaccounts/default") is not None


def _is_schedulable(api: Api) -> bool:
    """Whether the simulated node is ready and the controllers have taken its first taint away."""
    node = api.get(f"/api/v1/nodes/{_NODE}") or {}
    ready = [each["status"] for each in node.get("status", {}).get("conditions", []) if each["type"] == "Ready"]
    return ready == ["True"] and not node["spec"].get("taints")
