"""What tests, the demo and benchmarks use of a cluster, be it a control plane of this package or any other."""

from __future__ import annotations

import os
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

from . import toolchain
from .builds import build
from .errors import ControlPlaneError


class Cluster(ABC):
    """A Kubernetes API server with Argo CD's definitions, and a Git server that its Argo CD can read from."""

    @property
    @abstractmethod
    def kubeconfig(self) -> Path:
        """A kubeconfig of a cluster administrator."""

    @property
    @abstractmethod
    def git_root(self) -> Path:
        """The folder of the Git server's bare repositories."""

    @property
    @abstractmethod
    def git_url(self) -> str:
        """Where the Git server serves them (http://HOST:PORT), for reading and pushing."""

    @property
    @abstractmethod
    def argocd_url(self) -> str:
        """Where argocd-server answers (http://HOST:PORT), "" if there is none or nobody told.

        The user `admin` has the password that is in the Secret argocd-initial-admin-secret.
        """

    def kubectl(self, *arguments: str, stdin: str | None = None, timeout: float = 120.0) -> str:
        """What kubectl prints. ControlPlaneError with what it says on standard error if it fails."""
        argv = [str(build().programs / "kubectl"), f"--kubeconfig={self.kubeconfig}", *arguments]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.kubeconfig.parent)}
        result = subprocess.run(
            argv, env=environment, input=stdin or "", capture_output=True, text=True, timeout=timeout, check=False
        )
        if result.returncode != 0:
            raise ControlPlaneError(f"kubectl {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def service_account_token(self, namespace: str, name: str, seconds: int = 3600) -> str:
        """A token of a service account, from the API server's TokenRequest API. It may do what RBAC lets it do."""
        return self.kubectl("create", "token", name, f"--namespace={namespace}", f"--duration={seconds}s").strip()

    def create_repository(self, name: str) -> str:
        """Make an empty bare repository whose HEAD is `main`, and return its URL."""
        folder = self.git_root / f"{name}.git"
        argv = [str(toolchain.git()), "init", "--quiet", "--bare", "--initial-branch=main", str(folder)]
        result = subprocess.run(argv, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise ControlPlaneError(f"git init {folder}: {result.stderr.strip()}")
        return f"{self.git_url}/{folder.name}"
