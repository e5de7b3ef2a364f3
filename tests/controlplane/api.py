"""As much of an API client as starting a control plane takes; the collection's own is what is under test."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import ControlPlaneError
from .ports import HOST

_JSON = "application/json"


class Api:
    """Requests to one API server; each takes a connection of its own (there are only a few dozen of them)."""

    def __init__(self, host: str, token: str, ca: Path) -> None:
        self.address = urlsplit(host).netloc
        self.token = token
        self.context = ssl.create_default_context(cafile=ca)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content: str = _JSON,
        *,
        accept: str = _JSON,
        timeout: float = 10.0,
    ) -> tuple[int, bytes]:
        """Status and body of the answer. OSError or http.client.HTTPException if there is none."""
        connection = http.client.HTTPSConnection(self.address, timeout=timeout, context=self.context)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content, "Accept": accept}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ready(self, path: str = "/readyz") -> bool:
        """Whether it answers there with 200."""
        try:
            return self.request("GET", path, timeout=2.0)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> dict[str, Any] | None:
        """The object, or None if there is none."""
        status, body = self.request("GET", path)
        return None if status == 404 else self._decode("GET", path, status, body)

    def create(self, path: str, manifest: bytes) -> None:
        """POST an object, as YAML or JSON."""
        self._decode("POST", path, *self.request("POST", path, manifest, "application/yaml"))

    @staticmethod
    def _decode(method: str, path: str, status: int, body: bytes) -> dict[str, Any]:
        if status >= 300:
            raise ControlPlaneError(f"{method} {path}: {status} {body[:500].decode(errors='replace')}")
        decoded: dict[str, Any] = json.loads(body)
        return decoded


def answers(port: int, path: str = "/healthz") -> bool:
    """Whether a plain HTTP server on this machine answers there with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
