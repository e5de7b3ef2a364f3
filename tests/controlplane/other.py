"""Any other cluster in a control plane's place: one that has Argo CD, and whose Argo CD can reach this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from . import credentials, parts, ports, process, toolchain
from .builds import build
from .cluster import Cluster
from .errors import ControlPlaneError
from .plane import ControlPlane

KUBECONFIG = "KUBECONFIG_UNDER_TEST"
ADDRESS = "GIT_ADDRESS_UNDER_TEST"
WEBHOOK = "ARGOCD_URL_UNDER_TEST"


class OtherCluster(Cluster):
    """Context manager for the cluster of a kubeconfig's current context. Only a Git server is started.

    It listens at `address`, one of this machine that the cluster's repo-server can reach. `argocd_url` is where its
    argocd-server answers; without it, Argo CD sees a push when it next looks at Git.
    """

    def __init__(self, kubeconfig: Path, address: str = ports.HOST, argocd_url: str = "") -> None:
        if not kubeconfig.is_file():
            raise ControlPlaneError(f"{KUBECONFIG}: there is no file {kubeconfig}")
        self._kubeconfig, self._address, self._argocd_url = kubeconfig, address, argocd_url
        self._folder = Path()
        self._ports: dict[str, int] = {}
        self._process: process.Process | None = None

    @property
    def kubeconfig(self) -> Path:
        return self._kubeconfig

    @property
    def git_root(self) -> Path:
        return self._folder / "git"

    @property
    def git_url(self) -> str:
        return f"http://{self._address}:{self._ports['gitserver']}"

    @property
    def git_tls_url(self) -> str:
        return f"https://{self._address}:{self._ports['gitserver-tls']}"

    @property
    def git_credentials(self) -> Path:
        return self._folder / "credentials"

    @property
    def argocd_url(self) -> str:
        return self._argocd_url

    def mount_settings(self) -> None:
        pass

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="gitserver-"))
        self.git_root.mkdir()
        credentials.create(self.git_credentials, self._address)
        self._ports = ports.free(["gitserver", "gitserver-tls"])
        addresses = f"{self._address}:{self._ports['gitserver']}", f"{self._address}:{self._ports['gitserver-tls']}"
        program, *options = parts.gitserver(self.git_root, addresses, self.git_credentials, self.argocd_url)
        argv = [str(build().programs / program), *options]
        environment = {"PATH": f"{toolchain.git().parent}:/usr/bin:/bin", "HOME": str(self._folder)}
        log = self._folder / "log"
        self._process, self._child = process.spawn("gitserver", argv, environment, log, self._folder, tied=True)
        while not all(ports.accepts(port, self._address) for port in self._ports.values()):
            if not process.alive(self._process):
                raise ControlPlaneError(f"gitserver ended early; the end of its log:\n{process.tail(log)}")
            time.sleep(0.02)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            process.end([self._process])
            self._child.poll()
        shutil.rmtree(self._folder, ignore_errors=True)


def cluster_under_test() -> AbstractContextManager[Cluster]:
    """The cluster that KUBECONFIG_UNDER_TEST names, with the two settings beside it above; else a control plane."""
    named = os.environ.get(KUBECONFIG)
    if not named:
        return ControlPlane()
    address, webhook = os.environ.get(ADDRESS, ports.HOST), os.environ.get(WEBHOOK, "")
    return OtherCluster(Path(named).expanduser().resolve(), address, webhook)
