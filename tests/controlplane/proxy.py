"""A proxy in front of a control plane's API server that counts the requests of clients and makes faults on demand."""

from __future__ import annotations

import http.client
import json
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import credentials, process
from .builds import build
from .errors import ControlPlaneError
from .plane import ControlPlane

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Request:
    """One request of a client. `status` is 0 if it was never answered; `fault` names the fault that it met, if any.

    `resource` is the plural in the path, with a subresource behind a slash (`applications/status`), else the path.
    """

    method: str
    path: str
    query: str
    resource: str
    watch: bool
    dry_run: bool
    status: int
    fault: str


@dataclass(frozen=True)
class Counters:
    """What clients have asked since the start or the last `reset`.

    `resources` counts by "METHOD resource". `connections` counts those that were accepted. `max_in_flight` leaves
    watches out. `unlisted` is how many of the last are missing in `requests`, which holds 50,000 at most.
    """

    total: int
    methods: dict[str, int]
    resources: dict[str, int]
    watches: int
    dry_runs: int
    connections: int
    max_in_flight: int
    unlisted: int
    requests: list[Request]


class Proxy:
    """Context manager. Clients that use `kubeconfig` go through the proxy; only its port differs from the plane's."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.folder = Path()
        self.host = ""
        self._control = ""
        self._process: process.Process | None = None

    @property
    def kubeconfig(self) -> Path:
        """A file in a folder that is removed at the end."""
        return self.folder / "kubeconfig"

    def counters(self) -> Counters:
        """Everything that was counted."""
        values = json.loads(self._ask("GET", "/counters"))
        return Counters(**values | {"requests": [Request(**each) for each in values["requests"]]})

    def requests(self) -> list[Request]:
        """All requests, in the order in which they came."""
        return self.counters().requests

    def writes(self) -> list[Request]:
        """The requests that change something, or would if they were not refused: no dry runs."""
        return [each for each in self.requests() if each.method in _WRITES and not each.dry_run]

    def reset(self) -> None:
        """Count from nothing. Connections that are open stay so, uncounted."""
        self._ask("DELETE", "/counters")

    def delay(self, milliseconds: float) -> None:
        """Add to the time of every request, as a longer way to the API server would."""
        self.fault("delay", milliseconds=milliseconds)

    def fault(
        self,
        action: str,
        *,
        methods: Iterable[str] = (),
        match: str = "",
        skip: int = 0,
        every: int = 0,
        times: int = 0,
        milliseconds: float = 0.0,
        status: int = 0,
        retry_after: str = "",
        body: str = "",
        length: int = 0,
    ) -> None:
        """Make a fault of the requests with one of `methods` (none: any) whose path and query contain `match`.

        The first `skip` of them pass, then every `every`-th one (0: each) meets it, `times` times at most (0: always).

        Actions: "delay" by `milliseconds`, after which the faults that were asked for later have their turn. "status":
        an answer with `status`, `retry_after` (a header) and `body` (default: a Status object), unknown to the API
        server. "reset_before": the connection is reset, the API server knows nothing. "reset_after": it has answered,
        then the connection is reset. "hang": no answer until `clear`. "truncate": the connection ends after `length`
        bytes of the answer's body (0: half of it).

        ControlPlaneError for an unknown action or an impossible status.
        """
        asked = {
            "methods": list(methods),
            "match": match,
            "skip": skip,
            "every": every,
            "times": times,
            "status": status,
        }
        asked |= {"milliseconds": milliseconds, "retry_after": retry_after, "body": body, "bytes": length}
        self._ask("POST", "/faults", {"action": action} | asked)

    def clear(self) -> None:
        """No faults any more; connections that hang are reset."""
        self._ask("DELETE", "/faults")

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="proxy-"))
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            process.end([self._process])
            self._child.poll()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        files, log = self.plane.credentials, self.folder / "log"
        argv = [str(build().programs / "proxy"), f"--upstream={self.plane.host.removeprefix('https://')}"]
        argv += [f"--certificate={files / 'server.crt'}", f"--key={files / 'server.key'}", f"--ca={files / 'ca.crt'}"]
        self._process, self._child = process.spawn("proxy", argv, {}, log, self.folder, tied=True)
        while not (said := log.read_text()).endswith("\n"):
            if not process.alive(self._process):
                raise ControlPlaneError(f"the proxy ended early:\n{process.tail(log)}")
            time.sleep(0.01)
        addresses = json.loads(said)
        self.host, self._control = f"https://{addresses['front']}", addresses["control"]
        credentials.write_kubeconfig(self.kubeconfig, self.host, self.plane.ca_file, self.plane.token)

    def _ask(self, method: str, path: str, value: dict[str, Any] | None = None) -> bytes:
        connection = http.client.HTTPConnection(self._control, timeout=30)
        try:
            connection.request(method, path, None if value is None else json.dumps(value))
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise ControlPlaneError(f"the proxy refuses: {body.decode(errors='replace').strip()}")
        return body
