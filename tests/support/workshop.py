"""Applications on a real Argo CD: a repository of the test's own, and everything made from it gone afterwards."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.controlplane import Access, Cluster
from tests.controlplane.errors import ControlPlaneError

from .git import credentials, git
from .module import Result, run_module

ARGOCD = "argocd"
HERE = "https://kubernetes.default.svc"


@dataclass(frozen=True)
class Workshop:
    """`name` prefixes the names of all that is made; `folder` is a clone of the repository at `url`."""

    cluster: Cluster
    name: str
    url: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """What git needs to be let in."""

    def push(self, files: Mapping[str, str]) -> str:
        """Write files into the repository and give the commit."""
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "change")
        self.git("push", "--quiet", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        return git(self.folder, *arguments, environment=self.environment)

    def application(self, name: str, path: str, **options: Any) -> dict[str, Any]:
        """Options of an Application that is synced automatically into a namespace of its own."""
        return {
            "name": f"{self.name}-{name}",
            "labels": {"workshop": self.name},
            "source": {"repo_url": self.url, "path": path, "target_revision": "main"},
            "destination": {"server": HERE, "namespace": f"{self.name}-{name}"},
            "sync_policy": {"automated": {}, "sync_options": ["CreateNamespace=true"]},
            **options,
        }

    def run(self, options: Mapping[str, Any], **how: Any) -> Result:
        return self.run_other("argocd_application", options, **how)

    def run_other(self, module: str, options: Mapping[str, Any], **how: Any) -> Result:
        """Run another module; what it makes has to carry the label `workshop`, or it stays."""
        return run_module(module, {"namespace": ARGOCD, **options}, self.cluster.kubeconfig, **how)

    def get(self, kind: str, name: str, namespace: str = ARGOCD) -> dict[str, Any] | None:
        """An object, or None when there is none."""
        how = ("--ignore-not-found", "--show-managed-fields", "--output=json")
        text = self.cluster.kubectl("get", kind, name, f"--namespace={namespace}", *how)
        found: dict[str, Any] | None = json.loads(text) if text else None
        return found

    def live(self, name: str) -> dict[str, Any]:
        found = self.get("applications", f"{self.name}-{name}")
        assert found is not None
        return found

    def clean(self) -> None:
        """Delete all of it, and the finalizers of what is still being deleted."""
        mine = (f"--namespace={ARGOCD}", f"--selector=workshop={self.name}")
        kubectl = self.cluster.kubectl
        kubectl("delete", "applicationsets", *mine)  # before what they would make again
        for name in kubectl("get", "applications", *mine, "-o", "name").split():
            with suppress(ControlPlaneError):  # it may be gone with its ApplicationSet
                kubectl(
                    "patch", name, f"--namespace={ARGOCD}", "--type=merge", '--patch={"metadata":{"finalizers":null}}'
                )
        kubectl("delete", "applications", *mine)
        kubectl("delete", "appprojects,secrets", *mine)
        spaces = kubectl("get", "namespaces", "-o", "name").split()
        own = [space for space in spaces if space.startswith(f"namespace/{self.name}-")]
        if own:
            kubectl("delete", "--wait=false", *own)


@contextmanager
def workshop(
    cluster: Cluster, files: Mapping[str, str], access: Access | None = None, *, tls: bool = False
) -> Iterator[Workshop]:
    """A workshop whose repository has these files; for `access` and `tls` see Cluster.create_repository."""
    name = f"w{uuid.uuid4().hex[:8]}"
    url = cluster.create_repository(name, access, tls=tls)
    with tempfile.TemporaryDirectory(prefix="workshop-") as folder:
        place = Workshop(cluster, name, url, Path(folder), credentials(cluster, access))
        place.git("clone", "--quiet", url, ".")
        place.push(files)
        try:
            yield place
        finally:
            place.clean()
