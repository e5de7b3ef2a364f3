"""A cluster to register with Argo CD by its kubeconfig: Argo CD's side and the cluster itself, and what is on both.

They are one API server, each side seen through a proxy of its own.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.controlplane import ControlPlane, Proxy

from .lab import CLUSTER_SECRET, Lab
from .module import Result, run_module

MODULE = "argocd_cluster"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


@dataclass(frozen=True)
class Pair:
    """`lab` is where Argo CD would be; `target` the proxy before the cluster; `account` names the service account."""

    lab: Lab
    target: Proxy
    account: str

    def options(self, **more: Any) -> dict[str, Any]:
        given = {"kubeconfig": str(self.target.kubeconfig), "service_account": self.account}
        given |= {"service_account_namespace": self.lab.namespace, **more.pop("from_kubeconfig", {})}
        return {"namespace": self.lab.namespace, "name": "prod", "from_kubeconfig": given, **more}

    def run(self, **more: Any) -> Result:
        how = {key: more.pop(key) for key in ("check", "diff", "fails", "warnings") if key in more}
        self.lab.proxy.reset()
        self.target.reset()
        return run_module(MODULE, self.options(**more), self.lab.proxy.kubeconfig, **how)

    def writes(self) -> tuple[int, int]:
        """How many writes the last run sent to Argo CD's cluster and to the other."""
        return len(self.lab.proxy.writes()), len(self.target.writes())

    def registered(self) -> dict[str, Any]:
        """The config of the one cluster that is registered."""
        (secret,) = [one for one in self.secrets().values() if one["type"] == "Opaque"]
        config: dict[str, Any] = json.loads(base64.b64decode(secret["data"]["config"]))
        return {**config, "server": base64.b64decode(secret["data"]["server"]).decode()}

    def secrets(self) -> dict[str, dict[str, Any]]:
        return self.lab.of(CLUSTER_SECRET).all()

    def tokens(self) -> dict[str, str]:
        """The tokens of the service account by their Secrets."""
        found = {name: one for name, one in self.secrets().items() if one["type"].endswith("service-account-token")}
        return {name: base64.b64decode(one.get("data", {}).get("token", "")).decode() for name, one in found.items()}

    def exists(self, path: str) -> bool:
        return self.lab.ask("GET", path)[0] == 200

    def accepts(self, token: str) -> bool:
        """Whether the cluster knows a token."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
        answer = self.lab.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)
        return bool(answer["status"].get("authenticated"))


@contextmanager
def own_account(lab: Lab, plane: ControlPlane) -> Iterator[Pair]:
    """A service account's name that nobody else has; what is not in the lab's namespace is gone afterwards."""
    with Proxy(plane) as target:
        pair = Pair(lab, target, f"argocd-{uuid.uuid4().hex[:8]}")
        try:
            yield pair
        finally:
            for kind in ("clusterrolebindings", "clusterroles"):
                for name in (f"{pair.account}-role-binding", f"{pair.account}-role"):
                    lab.ask("DELETE", f"{RBAC}/{kind}/{name}")
