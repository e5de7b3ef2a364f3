"""A control plane: started, used and ended."""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from . import argocd as settings
from . import credentials, layout, parts, ports, process, startup
from .api import Api
from .builds import Build, build
from .cluster import Cluster
from .errors import ControlPlaneError
from .supervisor import PortTakenError, Supervisor

ATTEMPTS = 4


class ControlPlane(Cluster):
    """etcd, API server and Git server, with Kubernetes' controllers and Argo CD unless told otherwise.

    As a context manager it starts all of it and ends it in any case: on an exception, on an interrupt or a termination
    signal, at the interpreter's exit, and (the kernel sees to it) when the interpreter itself is killed. Use it from a
    thread that lives as long. `state` is a folder that is kept afterwards; without it a temporary one is used.
    `reconciliation` is the number of seconds between Argo CD's own looks at Git.
    """

    def __init__(
        self,
        state: Path | None = None,
        *,
        argocd: bool = True,
        controllers: bool = True,
        reconciliation: int = 180,
        tied: bool = True,
    ) -> None:
        folder = state.resolve() if state else Path(tempfile.mkdtemp(prefix="controlplane-"))
        self.layout = layout.Layout(folder)
        self.record = layout.Record(temporary=state is None, argocd=argocd, controllers=controllers, token="")
        self.reconciliation = reconciliation
        self.tied = tied
        self._supervisor = Supervisor(self.layout, self.record, tied=tied)
        self._signalled = False

    @classmethod
    def attach(cls, state: Path) -> Self:
        """The control plane that another process started in a state folder. ControlPlaneError if there is none."""
        found = layout.load(layout.Layout(state.resolve()))
        if found is None:
            raise ControlPlaneError(f"no control plane was started in {state}: run `python -m tests.controlplane up`")
        plane = cls(state, tied=False)
        plane.record = plane._supervisor.record = found
        return plane

    @property
    def state(self) -> Path:
        """The folder of everything below."""
        return self.layout.state

    @property
    def kubeconfig(self) -> Path:
        return self.layout.kubeconfig

    @property
    def host(self) -> str:
        """https://HOST:PORT of the API server."""
        return f"https://{ports.HOST}:{self.record.ports['kube-apiserver']}"

    @property
    def token(self) -> str:
        """What the kubeconfig's user, a member of system:masters, has."""
        return self.record.token

    @property
    def ca_file(self) -> Path:
        return self.credentials / "ca.crt"

    @property
    def credentials(self) -> Path:
        """The folder of the files that credentials.create lists: client.crt and client.key among them."""
        return self.layout.credentials

    @property
    def git_root(self) -> Path:
        return self.layout.git

    @property
    def git_url(self) -> str:
        return f"http://{ports.HOST}:{self.record.ports['gitserver']}"

    @property
    def git_tls_url(self) -> str:
        return f"https://{ports.HOST}:{self.record.ports['gitserver-tls']}"

    @property
    def git_credentials(self) -> Path:
        return self.credentials

    @property
    def argocd_url(self) -> str:
        return f"http://{ports.HOST}:{self.record.ports['argocd-server']}" if self.record.argocd else ""

    def mount_settings(self) -> None:
        settings.mount(Api(self.host, self.token, self.ca_file), self.layout.home)

    def logs(self, part: str) -> str:
        """Everything that a part (a name in `status()`) has written."""
        return self.layout.log(part).read_text(errors="replace")

    def status(self) -> dict[str, bool]:
        """Whether each part runs, by name."""
        return {each.name: process.alive(each) for each in self.record.processes}

    def start(self) -> None:
        """Return when everything answers. ControlPlaneError with the end of a log if a part does not get so far."""
        try:
            programs = build()
            for attempt in range(ATTEMPTS):
                try:
                    self._start(programs)
                except PortTakenError:
                    self._supervisor.end()
                    if attempt == ATTEMPTS - 1:
                        raise
                else:
                    return
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End what runs and remove the folder if it is temporary. Nothing is left to do if nothing runs."""
        atexit.unregister(self.stop)
        self._supervisor.end()
        if self.record.temporary:
            shutil.rmtree(self.state, ignore_errors=True)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, terminate)
            self._signalled = True
        atexit.register(self.stop)
        try:
            self.start()
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.stop()
        finally:
            self._restore()

    def _restore(self) -> None:
        if self._signalled:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._signalled = False

    def _start(self, programs: Build) -> None:
        layout.prepare(self.layout)
        self.record.token = credentials.create(self.credentials).token
        self.record.ports = ports.free(parts.PORTS)
        credentials.write_kubeconfig(self.kubeconfig, self.host, self.ca_file, self.token)
        setup = parts.Setup(self.layout, programs, self.record.ports, self.record.argocd, self.reconciliation)
        api = Api(self.host, self.token, self.ca_file)
        startup.start(self._supervisor, setup, api, controllers=self.record.controllers)


def terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # what signal.signal calls
    """Handle a signal by leaving the program in the ordinary way, so that everything is cleaned up."""
    raise SystemExit(128 + number)
