"""Argo CD's own REST API (argocd-server), for what a test cannot do or check through the Kubernetes API."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from tests.controlplane import Cluster

ARGOCD = "argocd"
_JSON = "application/json"


class RefusedError(Exception):
    """An answer that is no success: `status` is its HTTP status."""

    def __init__(self, method: str, path: str, status: int, body: bytes) -> None:
        super().__init__(f"{method} {path}: {status} {body[:500].decode(errors='replace')}")
        self.status = status


@dataclass(frozen=True)
class ArgoCD:
    """argocd-server at `url` (http or https, no slash at the end) for whoever has `token`; "" is nobody."""

    url: str
    token: str = ""

    @classmethod
    def login(cls, cluster: Cluster) -> ArgoCD:
        """As `admin`, with the password that Argo CD made when it was installed. `cluster.argocd_url` must be set."""
        assert cluster.argocd_url, "nobody told where argocd-server answers"
        secret = ("get", "secret", "argocd-initial-admin-secret", f"--namespace={ARGOCD}")
        password = base64.b64decode(cluster.kubectl(*secret, "--output=jsonpath={.data.password}")).decode()
        nobody = cls(cluster.argocd_url)
        session = nobody.call("POST", "/api/v1/session", {"username": "admin", "password": password})
        return nobody.using(session["token"])

    def using(self, token: str) -> ArgoCD:
        """The same server for another token."""
        return ArgoCD(self.url, token)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The decoded answer to a request ("/api/v1/..."). RefusedError unless its status is below 300."""
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise RefusedError(method, path, status, answer)
        decoded: dict[str, Any] = json.loads(answer)
        return decoded

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
        """The status and the body of the answer, whatever they are."""
        address = urlsplit(self.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        # Argo CD refuses writes of any other content type, even those without a body.
        headers = {"Content-Type": _JSON} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        connection = kind(address.netloc, timeout=60)
        try:
            connection.request(method, address.path + path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def who(self) -> str:
        """The name of the user whose token this is (proj:PROJECT:ROLE for a role's), "" for nobody."""
        return str(self.call("GET", "/api/v1/session/userinfo").get("username", ""))

    def role_token(self, project: str, role: str, seconds: int = 0, name: str = "") -> str:
        """A new token of a project's role. It ends after `seconds` (0: never); Argo CD invents a `name` (its id)."""
        path = f"/api/v1/projects/{quote(project)}/roles/{quote(role)}/token"
        asked = {"project": project, "role": role, "expiresIn": seconds, "id": name}
        return str(self.call("POST", path, asked)["token"])

    def account_token(self, account: str, seconds: int = 0, name: str = "") -> str:
        """A new token of an account that may have one (`accounts.ACCOUNT: apiKey` in argocd-cm); see role_token."""
        asked = {"name": account, "expiresIn": seconds, "id": name}
        return str(self.call("POST", f"/api/v1/account/{quote(account)}/token", asked)["token"])

    def generate(self, applicationset: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The Applications that an ApplicationSet (its whole manifest) would make; nothing is created."""
        answer = self.call("POST", "/api/v1/applicationsets/generate", {"applicationSet": applicationset})
        return list(answer.get("applications") or [])


def claims(token: str) -> dict[str, Any]:
    """What a token says of itself: `sub`, `iat`, `jti` (its id), `exp`. Its signature is not checked."""
    middle = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return decoded
