"""The command line and environment of each part. Nothing is started here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import argocd, toolchain
from .builds import Build
from .layout import Layout
from .ports import HOST

CORE = ("etcd", "kube-apiserver", "gitserver")
CONTROLLERS = ("kube-controller-manager", "kube-scheduler", "kwok")
ARGOCD = (
    "redis",
    "argocd-repo-server",
    "argocd-server",
    "argocd-application-controller",
    "argocd-applicationset-controller",
)
# What needs a port: the parts that serve, and further ports of theirs.
PORTS = (
    *("etcd", "etcd-peer", "kube-apiserver", "gitserver", "gitserver-tls", "kwok", "redis"),
    *("argocd-server", "argocd-server-metrics", "argocd-repo-server", "argocd-repo-server-metrics"),
    *("argocd-application-controller", "argocd-applicationset-controller", "argocd-applicationset-controller-webhook"),
)


@dataclass(frozen=True)
class Setup:
    """What the command lines depend on. `reconciliation`: seconds between Argo CD's own looks at Git."""

    layout: Layout
    build: Build
    ports: Mapping[str, int]
    argocd: bool
    reconciliation: int

    def at(self, port: str) -> str:
        """HOST:PORT of a name in PORTS."""
        return f"{HOST}:{self.ports[port]}"


def environment(setup: Setup) -> dict[str, str]:
    """The whole environment of every part: nothing of the caller's settings for kubectl, git or Argo CD gets in."""
    folders = [setup.build.programs, toolchain.git().parent, Path("/usr/bin"), Path("/bin")]
    return {
        "PATH": os.pathsep.join(str(folder) for folder in folders),
        "HOME": str(setup.layout.home),
        "TMPDIR": str(setup.layout.temporary),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


def argocd_environment(setup: Setup) -> dict[str, str]:
    """What Argo CD's parts need outside a Pod: their Procfile has most of it."""
    home, seconds = setup.layout.home, setup.reconciliation
    return environment(setup) | {
        "KUBECONFIG": str(setup.layout.kubeconfig),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_TLS_DATA_PATH": str(home / argocd.MOUNTS["argocd-tls-certs-cm"]),
        "ARGOCD_SSH_DATA_PATH": str(home / argocd.MOUNTS["argocd-ssh-known-hosts-cm"]),
        "ARGOCD_GNUPGHOME": str(home / "gnupg"),
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_GPG_DATA_PATH": str(home / "gpg-source"),
        "ARGOCD_PLUGINSOCKFILEPATH": str(home / "plugins"),
        # Its default is one path in /tmp, which two repo-servers on a machine would take from each other.
        "ARGOCD_ASK_PASS_SOCK": str(setup.layout.temporary / "ask-pass.sock"),
        "ARGOCD_RECONCILIATION_TIMEOUT": f"{seconds}s",
        "HOSTNAME": "argocd-application-controller-0",
    }


def command(part: str, setup: Setup) -> list[str]:
    """The command line of a part."""
    makers = {**_KUBERNETES, **_ARGOCD}
    program, *arguments = makers[part](setup)
    return [str(setup.build.programs / program), *arguments]


def _etcd(setup: Setup) -> list[str]:
    data = str(setup.layout.state / "etcd")
    urls = [f"--client-url=http://{setup.at('etcd')}", f"--peer-url=http://{setup.at('etcd-peer')}"]
    return ["kube", "etcd", f"--data-dir={data}", *urls]


def _apiserver(setup: Setup) -> list[str]:
    files = setup.layout.credentials
    return [
        "kube",
        "kube-apiserver",
        f"--etcd-servers=http://{setup.at('etcd')}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={setup.ports['kube-apiserver']}",
        f"--cert-dir={files}",
        f"--tls-cert-file={files / 'server.crt'}",
        f"--tls-private-key-file={files / 'server.key'}",
        f"--client-ca-file={files / 'ca.crt'}",
        f"--token-auth-file={files / 'tokens.csv'}",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={files / 'accounts.pub'}",
        f"--service-account-signing-key-file={files / 'accounts.key'}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--allow-privileged=true",
        "--endpoint-reconciler-type=none",
    ]


def _controller_manager(setup: Setup) -> list[str]:
    config, files = setup.layout.kubeconfig, setup.layout.credentials
    return [
        "kube",
        "kube-controller-manager",
        f"--kubeconfig={config}",
        f"--authentication-kubeconfig={config}",
        f"--authorization-kubeconfig={config}",
        f"--service-account-private-key-file={files / 'accounts.key'}",
        f"--root-ca-file={files / 'ca.crt'}",
        "--use-service-account-credentials",
        "--leader-elect=false",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        "--secure-port=0",
    ]


def _scheduler(setup: Setup) -> list[str]:
    config = setup.layout.kubeconfig
    kubeconfigs = [f"--{use}kubeconfig={config}" for use in ("", "authentication-", "authorization-")]
    return ["kube", "kube-scheduler", *kubeconfigs, "--leader-elect=false", "--secure-port=0"]


def _kwok(setup: Setup) -> list[str]:
    nodes = "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake"
    config = [f"--kubeconfig={setup.layout.kubeconfig}", f"--config={setup.build.stages}"]
    # Without leases of its own the node would be taken for dead after 50 s, and its pods with it.
    leases = "--node-lease-duration-seconds=40"
    return ["kwok", *config, nodes, leases, f"--server-address={setup.at('kwok')}"]


def gitserver(root: Path, addresses: tuple[str, str], files: Path, argocd_url: str) -> list[str]:
    """For `root`, at two addresses (HOST:PORT of HTTP, of HTTPS), with the files that credentials.create makes."""
    serving = [f"--root={root}", f"--address={addresses[0]}", f"--tls-address={addresses[1]}"]
    tls = [f"--certificate={files / 'server.crt'}", f"--key={files / 'server.key'}", f"--ca={files / 'ca.crt'}"]
    return ["gitserver", *serving, *tls, *([f"--webhook={argocd_url}/api/webhook"] if argocd_url else [])]


def _gitserver(setup: Setup) -> list[str]:
    argocd_url = f"http://{setup.at('argocd-server')}" if setup.argocd else ""
    addresses = (setup.at("gitserver"), setup.at("gitserver-tls"))
    return gitserver(setup.layout.git, addresses, setup.layout.credentials, argocd_url)


def _repo_server(setup: Setup) -> list[str]:
    name = "argocd-repo-server"
    serving = [f"--address={HOST}", f"--port={setup.ports[name]}", "--disable-tls", "--client-ca-path="]
    metrics = [f"--metrics-address={HOST}", f"--metrics-port={setup.ports[name + '-metrics']}"]
    return [name, *serving, *metrics, f"--redis={setup.at('redis')}"]


def _argocd_server(setup: Setup) -> list[str]:
    name = "argocd-server"
    serving = [f"--address={HOST}", f"--port={setup.ports[name]}", f"--metrics-port={setup.ports[name + '-metrics']}"]
    return [name, *serving, "--insecure", *_argocd_clients(setup), f"--redis={setup.at('redis')}"]


def _application_controller(setup: Setup) -> list[str]:
    name = "argocd-application-controller"
    serving = [f"--metrics-port={setup.ports[name]}"]
    return [name, *serving, *_argocd_clients(setup), f"--redis={setup.at('redis')}"]


def _applicationset_controller(setup: Setup) -> list[str]:
    name = "argocd-applicationset-controller"
    serving = [f"--metrics-addr={setup.at(name)}", f"--webhook-addr={setup.at(name + '-webhook')}", "--probe-addr=0"]
    repo = [f"--argocd-repo-server={setup.at('argocd-repo-server')}", "--repo-server-plaintext"]
    config = [f"--kubeconfig={setup.layout.kubeconfig}", "--namespace=argocd"]
    return [name, *serving, *repo, *config]


def _argocd_clients(setup: Setup) -> list[str]:
    repo = [f"--repo-server={setup.at('argocd-repo-server')}", "--repo-server-plaintext"]
    return [f"--kubeconfig={setup.layout.kubeconfig}", "--namespace=argocd", *repo]


_KUBERNETES = {
    "etcd": _etcd,
    "kube-apiserver": _apiserver,
    "kube-controller-manager": _controller_manager,
    "kube-scheduler": _scheduler,
    "kwok": _kwok,
    "gitserver": _gitserver,
}
_ARGOCD = {
    "redis": lambda setup: ["redis", setup.at("redis")],
    "argocd-repo-server": _repo_server,
    "argocd-server": _argocd_server,
    "argocd-application-controller": _application_controller,
    "argocd-applicationset-controller": _applicationset_controller,
}
