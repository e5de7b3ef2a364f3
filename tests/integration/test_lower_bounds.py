"""The oldest libraries that meta/ee-requirements.txt allows still do the work."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.controlplane import ControlPlane, Proxy
from tests.support.lab import Lab, application, own_namespace
from tests.support.module import MODULES, ROOT

BOUND = next(line for line in (ROOT / "meta/ee-requirements.txt").read_text().split() if line.startswith("kubernetes"))


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the oldest Kubernetes client (PyYAML's oldest has no build for today's Python)."""
    folder = tmp_path_factory.mktemp("oldest")
    wanted = [BOUND.replace(">=", "=="), "setuptools<81"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *wanted]
    subprocess.run(pip, check=True, stdin=subprocess.DEVNULL)
    return folder


@pytest.fixture
def lab(apiserver: ControlPlane, proxy: Proxy) -> Iterator[Lab]:
    with own_namespace(apiserver, proxy) as place:
        yield place


def test_create_again_and_delete(lab: Lab, oldest: Path, tmp_path: Path) -> None:
    environment = {"PYTHONPATH": f"{oldest}:{ROOT / '.venv' / 'collections'}", "HOME": str(tmp_path)}

    def python(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout

    assert python("-c", "import kubernetes; print(kubernetes.__version__)").strip() == BOUND.partition(">=")[2]

    def changed(state: str) -> bool:
        connection = {"kubeconfig": str(lab.proxy.kubeconfig), "namespace": lab.namespace}
        options = {**application("old"), **connection, "state": state}
        arguments = tmp_path / "arguments.json"
        arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}))
        return bool(json.loads(python("-m", f"{MODULES}.argocd_application", str(arguments)))["changed"])

    assert [changed(state) for state in ("present", "present", "absent", "absent")] == [True, False, True, False]
