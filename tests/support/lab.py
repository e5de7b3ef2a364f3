"""A place to try a writing module in: a namespace of its own, seen directly and through the recording proxy."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy, Request

from .module import Result, run_module

Manifest = dict[str, Any]
JSON = "application/json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
REPOSITORY = "https://git.example.org/shop.git"


@dataclass(frozen=True)
class Target:
    """A module and the kind of object that it writes."""

    module: str
    kind: str
    plural: str
    api_version: str = "argoproj.io/v1alpha1"

    @property
    def api(self) -> str:
        """The first part of the kind's URLs; that of the core group differs."""
        return f"/{'apis' if '/' in self.api_version else 'api'}/{self.api_version}"


APPLICATION = Target("argocd_application", "Application", "applications")
PROJECT = Target("argocd_project", "AppProject", "appprojects")
APPLICATION_SET = Target("argocd_application_set", "ApplicationSet", "applicationsets")
REPOSITORY_SECRET = Target("argocd_repository", "Secret", "secrets", "v1")
CLUSTER_SECRET = Target("argocd_cluster", "Secret", "secrets", "v1")
SETTINGS = Target("argocd_settings", "ConfigMap", "configmaps", "v1")


@dataclass(frozen=True)
class Lab:
    """`send` and what builds on it go past the proxy, which therefore counts the module's requests only."""

    plane: ControlPlane
    proxy: Proxy
    namespace: str
    target: Target = APPLICATION
    used: set[Target] = field(default_factory=lambda: {APPLICATION})
    """Shared by the labs of one namespace: what `clean` deletes."""

    def of(self, target: Target) -> Lab:
        """The same place, for another module and kind."""
        self.used.add(target)
        return replace(self, target=target)

    def run(self, options: Mapping[str, Any], kubeconfig: Path | str | None = None, **how: Any) -> Result:
        """Run the module through the proxy; see run_module for `how`."""
        given = {"namespace": self.namespace, **options}
        return run_module(self.target.module, given, kubeconfig or self.proxy.kubeconfig, **how)

    def counted(self, options: Mapping[str, Any], **how: Any) -> tuple[Result, list[Request]]:
        """Run it, and give the requests it took too."""
        self.proxy.reset()
        result = self.run(options, **how)
        return result, self.proxy.requests()

    def url(self, name: str = "", query: str = "") -> str:
        collection = f"{self.target.api}/namespaces/{self.namespace}/{self.target.plural}"
        return collection + (f"/{name}" if name else "") + (f"?{query}" if query else "")

    def find(self, name: str) -> Manifest | None:
        status, found = self.ask("GET", self.url(name))
        return None if status == 404 else found

    def get(self, name: str) -> Manifest:
        found = self.find(name)
        assert found is not None, f"there is no {self.target.kind} {name}"
        return found

    def all(self) -> dict[str, Manifest]:
        """Every object of the kind in the namespace, by name, but for what Kubernetes puts into each namespace."""
        named = {one["metadata"]["name"]: one for one in self.send("GET", self.url())["items"]}
        return {name: one for name, one in named.items() if name != "kube-root-ca.crt"}

    def apply_as(self, manager: str, name: str, content: Mapping[str, Any], *, force: bool = False) -> Manifest:
        """Apply server-side as another field manager, as Flux or `kubectl apply --server-side` do."""
        query = f"fieldManager={manager}&force={str(force).lower()}"
        return self.send("PATCH", self.url(name, query), self.manifest(name, content), APPLY)

    def edit(self, name: str, content: Mapping[str, Any], manager: str = "kubectl-edit") -> Manifest:
        """Merge a change into an object, as `kubectl edit` does."""
        return self.send("PATCH", self.url(name, f"fieldManager={manager}"), content, MERGE)

    def create(self, name: str, spec: Mapping[str, Any], manager: str = "kubectl-create", **meta: Any) -> Manifest:
        """Create an object with a spec."""
        return self.post(name, {"spec": spec, "metadata": meta}, manager)

    def post(self, name: str, content: Mapping[str, Any], manager: str = "kubectl-create") -> Manifest:
        """Create an object with any content, as `kubectl create` does."""
        return self.send("POST", self.url(query=f"fieldManager={manager}"), self.manifest(name, content))

    def manifest(self, name: str, content: Mapping[str, Any]) -> Manifest:
        """The content as an object of this name."""
        meta = {"name": name, **content.get("metadata", {})}
        return {"apiVersion": self.target.api_version, "kind": self.target.kind, **content, "metadata": meta}

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, content: str = JSON) -> Manifest:
        """Send a request past the proxy; whatever is not a success fails the test."""
        status, answer = self.ask(method, path, body, content)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, content: str = JSON
    ) -> tuple[int, Manifest]:
        """Send a request past the proxy and give the status and the object that is the answer."""
        tls = ssl.create_default_context(cafile=self.plane.ca_file)
        connection = http.client.HTTPSConnection(urlsplit(self.plane.host).netloc, timeout=60, context=tls)
        try:
            headers = {"Authorization": f"Bearer {self.plane.token}", "Content-Type": content}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def clean(self) -> None:
        """Delete all objects of the kinds that were used, whatever holds them."""
        for lab in [self.of(target) for target in self.used]:
            for name, live in lab.all().items():
                if live["metadata"].get("finalizers"):
                    self.send("PATCH", lab.url(name), {"metadata": {"finalizers": None}}, MERGE)
            self.send("DELETE", lab.url())


@contextmanager
def own_namespace(plane: ControlPlane, proxy: Proxy) -> Iterator[Lab]:
    """A namespace that is gone afterwards, and a proxy without faults."""
    place = Lab(plane, proxy, f"test-{uuid.uuid4().hex[:10]}")
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place.namespace}}
    place.send("POST", "/api/v1/namespaces", manifest)
    proxy.clear()
    proxy.reset()
    try:
        yield place
    finally:
        proxy.clear()
        place.clean()
        place.send("DELETE", f"/api/v1/namespaces/{place.namespace}")


@contextmanager
def meanwhile(work: Callable[[threading.Event], object]) -> Iterator[None]:
    """Do the work in a thread while the body runs; the event tells it that the body is over."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def refused(lab: Lab, options: Mapping[str, Any], *parts: str) -> str:
    """The module fails with one line that has all these parts, and has asked the server nothing; give the line."""
    lab.proxy.reset()
    message = ""
    for check in (True, False):
        result = lab.run(options, check=check, fails=True)
        message = str(result["msg"])
        for part in parts:
            assert part in message
    assert lab.proxy.requests() == []
    return message


def writes(requests: list[Request]) -> list[Request]:
    return [one for one in requests if one.method in ("POST", "PUT", "PATCH", "DELETE")]


def application(name: str, **options: Any) -> dict[str, Any]:
    """Options of an Application that is all right."""
    return {
        "name": name,
        "source": {"repo_url": REPOSITORY, "path": "deploy"},
        "destination": {"name": "in-cluster", "namespace": "shop"},
        **options,
    }


def spec(**fields: Any) -> Manifest:
    """The spec of the same Application in the words of the CRD."""
    return {
        "project": "default",
        "source": {"repoURL": REPOSITORY, "path": "deploy"},
        "destination": {"name": "in-cluster", "namespace": "shop"},
        **fields,
    }


def owners(live: Manifest) -> set[tuple[str, str]]:
    """(manager, operation) of every entry in managedFields."""
    return {(one["manager"], one["operation"]) for one in live["metadata"]["managedFields"]}
