"""The tools that are compared, as whole commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.controlplane import build

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".venv" / "collections"

OURS, KUBERNETES_CORE, KUBECTL, EMPTY = "tiphys.gitops", "kubernetes.core.k8s", "kubectl apply", "empty playbook"
OURS_BRIEF, KUBERNETES_CORE_INFO = "tiphys.gitops, brief", "kubernetes.core"

Command = tuple[list[str], Mapping[str, str]]


@dataclass(frozen=True)
class Tool:
    """`command` gives command line and environment for a kubeconfig and a file of manifests."""

    name: str
    command: Callable[[Path, Path], Command]


def ours(folder: Path) -> Tool:
    """One task of this collection."""

    def command(kubeconfig: Path, file: Path) -> Command:
        options = {"kubeconfig": str(kubeconfig), "src": str(file)}
        return _playbook(folder, {"tiphys.gitops.argocd_application": options}, COLLECTIONS)

    return Tool(OURS, command)


def kubernetes_core(folder: Path, collections: Path) -> Tool:
    """One task of kubernetes.core, with server-side apply."""

    def command(kubeconfig: Path, file: Path) -> Command:
        options = {
            "kubeconfig": str(kubeconfig),
            "src": str(file),
            "apply": True,
            "server_side_apply": {"field_manager": "bench"},
        }
        return _playbook(folder, {"kubernetes.core.k8s": options}, collections)

    return Tool(KUBERNETES_CORE, command)


def information(folder: Path, detail: str, namespace: str) -> Tool:
    """One task of this collection that reads."""

    def command(kubeconfig: Path, _file: Path) -> Command:
        options = {"kubeconfig": str(kubeconfig), "namespace": namespace, "detail": detail}
        return _playbook(folder, {"tiphys.gitops.argocd_info": options}, COLLECTIONS)

    return Tool(OURS_BRIEF if detail == "brief" else OURS, command)


def kubernetes_core_information(folder: Path, collections: Path, namespace: str) -> Tool:
    """One task of kubernetes.core that reads."""

    def command(kubeconfig: Path, _file: Path) -> Command:
        options = {"kubeconfig": str(kubeconfig), "namespace": namespace}
        options |= {"api_version": "argoproj.io/v1alpha1", "kind": "Application"}
        return _playbook(folder, {"kubernetes.core.k8s_info": options}, collections)

    return Tool(KUBERNETES_CORE_INFO, command)


def kubectl(folder: Path) -> Tool:
    """kubectl, with server-side apply."""

    def command(kubeconfig: Path, file: Path) -> Command:
        program = str(build().programs / "kubectl")
        argv = [program, "apply", "--server-side", "--field-manager=bench", f"--kubeconfig={kubeconfig}", "-f"]
        return [*argv, str(file)], {"PATH": os.environ["PATH"], "HOME": str(folder), "KUBECACHEDIR": str(folder / "k")}

    return Tool(KUBECTL, command)


def empty(folder: Path) -> Tool:
    """A playbook that does nothing: what any other costs at least."""

    def command(_kubeconfig: Path, _file: Path) -> Command:
        return _playbook(folder, {"ansible.builtin.meta": "noop"}, COLLECTIONS)

    return Tool(EMPTY, command)


def _playbook(folder: Path, task: dict[str, Any], collections: Path) -> Command:
    playbook = folder / "playbook.json"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    configuration = folder / "ansible.cfg"
    configuration.touch()
    # Not `localhost,` in a configuration file: there it is a path, and the folder is read as an inventory.
    argv = [str(Path(sys.executable).parent / "ansible-playbook"), "--inventory=localhost,", "--connection=local"]
    argv += [f"--extra-vars=ansible_python_interpreter={sys.executable}", str(playbook)]
    settings = {"ANSIBLE_HOME": str(folder / "ansible"), "ANSIBLE_CONFIG": str(configuration), "ANSIBLE_NOCOLOR": "1"}
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {"HOME": str(folder), "TMPDIR": str(folder)}  # kubernetes.core leaves a cache in TMPDIR
    return argv, {**kept, **settings, **own, "ANSIBLE_COLLECTIONS_PATH": str(collections)}
