"""What tests, the demo and benchmarks use of a cluster, be it a control plane of this package or any other."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path

from . import toolchain
from .builds import build
from .errors import ControlPlaneError
from .waiting import eventually


@dataclass(frozen=True)
class Access:
    """Who may read a repository and push to it: whoever has what is named here.

    That is a user name and password or a bearer token (either, if both are named), and, if its common name is given, a
    client certificate too, which only TLS has.
    """

    username: str = ""
    password: str = ""
    token: str = ""
    certificate: str = ""


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
    def git_tls_url(self) -> str:
        """Where it serves the same ones over TLS (https://HOST:PORT)."""

    @property
    @abstractmethod
    def git_credentials(self) -> Path:
        """The folder of ca.crt, which signed the certificate that it shows there, and of client.crt and client.key.

        That is a certificate which it accepts, of the common name `admin`.
        """

    @property
    @abstractmethod
    def argocd_url(self) -> str:
        """Where argocd-server answers (http://HOST:PORT), "" if there is none or nobody told.

        The user `admin` has the password that is in the Secret argocd-initial-admin-secret.
        """

    @abstractmethod
    def mount_settings(self) -> None:
        """Bring changes of argocd-tls-certs-cm and argocd-ssh-known-hosts-cm to where Argo CD reads them.

        A control plane of this package has no kubelet that would; elsewhere this does nothing, and it takes a minute.
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

    def token_secret(self, namespace: str, account: str, name: str) -> str:
        """Make a Secret with a token of a service account that lasts as long as the Secret, and give the token.

        It takes Kubernetes' controllers. A token that was used within the last 10 s outlives its Secret that long.
        """
        metadata = {"name": name, "annotations": {"kubernetes.io/service-account.name": account}}
        kind = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token"}
        where = f"--namespace={namespace}"
        self.kubectl("create", where, "--filename=-", stdin=json.dumps({**kind, "metadata": metadata}))
        read = ("get", "secret", name, where, "--output=jsonpath={.data.token}")
        return base64.b64decode(eventually(lambda: self.kubectl(*read), f"a token is in {name}", 30)).decode()

    def create_repository(self, name: str, access: Access | None = None, *, tls: bool = False) -> str:
        """Make an empty bare repository whose HEAD is `main`, and return its URL (over `tls`: the one with https).

        `name` may hold slashes. Without `access` everybody may read and push.
        """
        folder = self._repository(name)
        argv = [str(toolchain.git()), "init", "--quiet", "--bare", "--initial-branch=main", str(folder)]
        result = subprocess.run(argv, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise ControlPlaneError(f"git init {folder}: {result.stderr.strip()}")
        self.protect_repository(name, access)
        return f"{self.git_tls_url if tls else self.git_url}/{name}.git"

    def protect_repository(self, name: str, access: Access | None) -> None:
        """From the next request on let in whom `access` names, or everybody, in place of those so far."""
        file = self._repository(name) / "access.json"
        if access is None:
            file.unlink(missing_ok=True)
            return
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(access)))
        new.replace(file)

    def _repository(self, name: str) -> Path:
        return self.git_root / f"{name}.git"
