"""Building the programs of the control plane, once for each state of their sources."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import progress, toolchain
from .errors import ControlPlaneError

ARGOCD_MODULE = "github.com/argoproj/argo-cd/v3"
KWOK_MODULE = "sigs.k8s.io/kwok"

_PACKAGES = ("./cmd/...", f"{ARGOCD_MODULE}/cmd", "sigs.k8s.io/kwok/cmd/kwok", "helm.sh/helm/v3/cmd/helm")
# Programs that behave as the name says that they are called by.
_LINKS = {
    "kubectl": "kube",
    "argocd-application-controller": "argocd",
    "argocd-applicationset-controller": "argocd",
    "argocd-repo-server": "argocd",
    "argocd-server": "argocd",
}


@dataclass(frozen=True)
class Build:
    """A finished build: `programs` is the folder of its programs, `modules` maps Go module path to its folder."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    @property
    def stages(self) -> Path:
        return self.folder / "kwok-stages.yaml"

    @cached_property
    def modules(self) -> dict[str, Path]:
        recorded = json.loads((self.folder / "modules.json").read_text())
        return {name: Path(folder) for name, folder in recorded.items()}

    @property
    def argocd_manifests(self) -> Path:
        """Argo CD's own manifests/ folder: install.yaml, crds/, base/, ..."""
        return self.modules[ARGOCD_MODULE] / "manifests"

    def complete(self) -> bool:
        """Whether it is there, and so are the modules' folders (the module cache may have been emptied since)."""
        return self.folder.is_dir() and all(folder.is_dir() for folder in self.modules.values())


def build(tell: progress.Say = progress.say) -> Build:
    """The build of the present sources: made if it is not there, else found at once.

    A build that is killed leaves nothing that looks finished, and a second one started meanwhile waits for the first.
    """
    base = toolchain.cache()
    toolchain.go(), toolchain.git()  # say now what is missing
    name = toolchain.fingerprint()
    done = Build(base / name)
    if done.complete():
        return done
    base.mkdir(parents=True, exist_ok=True)
    with _locked(base / f"{name}.lock", tell):
        if done.complete():
            return done
        for stale in [*base.glob(f"{name}.tmp-*"), *([done.folder] if done.folder.exists() else [])]:
            shutil.rmtree(stale)
        temporary = base / f"{name}.tmp-{os.getpid()}"
        _make(Build(temporary), tell)
        if toolchain.fingerprint() != name:
            shutil.rmtree(temporary)
            raise ControlPlaneError("the sources of the control plane changed while they were built: build again")
        temporary.rename(done.folder)
    return Build(done.folder)


def _make(target: Build, tell: progress.Say) -> None:
    go, environment = str(toolchain.go()), toolchain.environment()
    tell("Building the control plane (Kubernetes, etcd, Argo CD, kwok, helm, kustomize) from source into")
    tell(f"{target.folder.parent}: about ten minutes on two cores the first time, once for its sources.")
    target.programs.mkdir(parents=True)
    argv = [go, "build", "-v", *toolchain.FLAGS, "-o", f"{target.programs}/", *_PACKAGES]
    progress.run(argv, environment, "control plane", tell, target.programs)
    (target.programs / "cmd").rename(target.programs / "argocd")
    for link, program in _LINKS.items():
        (target.programs / link).symlink_to(program)
    # kustomize does not resolve in one module with kwok and helm, so it is installed on its own.
    argv = [go, "install", "-v", *toolchain.FLAGS, toolchain.KUSTOMIZE]
    progress.run(argv, environment | {"GOBIN": str(target.programs)}, "kustomize", tell, target.programs)
    modules = {name: _module_folder(go, environment, name) for name in (ARGOCD_MODULE, KWOK_MODULE)}
    (target.folder / "modules.json").write_text(json.dumps({name: str(folder) for name, folder in modules.items()}))
    # repo-server calls it, and blames a lack of permission if it is missing.
    wrapper = target.programs / "git-verify-wrapper.sh"
    shutil.copyfile(modules[ARGOCD_MODULE] / "hack/git-verify-wrapper.sh", wrapper)
    wrapper.chmod(0o755)
    stages = _output([str(target.programs / "kustomize"), "build", str(modules[KWOK_MODULE] / "kustomize/stage/fast")])
    target.stages.write_text(stages)


def _module_folder(go: str, environment: dict[str, str], module: str) -> Path:
    _output([go, "mod", "download", module], environment)
    return Path(_output([go, "list", "-m", "-f", "{{.Dir}}", module], environment).strip())


def _output(argv: list[str], environment: dict[str, str] | None = None) -> str:
    result = subprocess.run(argv, cwd=toolchain.SOURCES, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise ControlPlaneError(f"`{' '.join(argv)}` failed: {result.stderr.strip()}")
    return result.stdout


@contextmanager
def _locked(file: Path, tell: progress.Say) -> Iterator[None]:
    """Hold the lock that keeps builds of the same sources apart; it ends with the process that holds it."""
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another build of the control plane is running: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
