"""What `ansible-galaxy collection build` packs, and that it installs without a network."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = {
    "CHANGELOG.rst",
    "LICENSE",
    "README.md",
    "changelogs/config.yaml",
    "meta/ee-bindep.txt",
    "meta/ee-requirements.txt",
    "meta/execution-environment.yml",
    "meta/runtime.yml",
    "plugins/modules/argocd_application.py",
    "tests/config.yml",
}
DEVELOPMENT = {"Makefile", "changelogs/fragments", "galaxy.yml", "pyproject.toml"}


def galaxy(home: Path, *arguments: str) -> None:
    command = [str(Path(sys.executable).parent / "ansible-galaxy"), "collection", *arguments]
    own = dict.fromkeys(["HOME", "ANSIBLE_HOME", "ANSIBLE_COLLECTIONS_PATH"], str(home))
    subprocess.run(command, env={**os.environ, **own}, cwd=home, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifact")
    galaxy(folder, "build", str(ROOT))
    (tarball,) = folder.glob("tiphys-gitops-*.tar.gz")
    return tarball


def test_content(artifact: Path) -> None:
    with tarfile.open(artifact) as tar:
        names = set(tar.getnames())
    assert names >= NEEDED
    assert {name for name in names if name.startswith("tests/")} == {"tests/config.yml"}
    assert {name for name in names if name.startswith(".") or name.endswith(".pyc")} == set()
    assert names & DEVELOPMENT == set()


def test_installs_offline(artifact: Path, tmp_path: Path) -> None:
    galaxy(tmp_path, "install", "--offline", str(artifact), "-p", str(tmp_path))
    installed = tmp_path / "ansible_collections" / "tiphys" / "gitops"
    assert {name for name in NEEDED if not (installed / name).is_file()} == set()
