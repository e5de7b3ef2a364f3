"""The peer collection kubernetes.core, cut out of the `ansible` package, as Galaxy cannot be reached everywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.controlplane.toolchain import cache

ANSIBLE = "14.5.0"
_INSIDE = "ansible_collections/kubernetes/core/"


def kubernetes_core() -> tuple[Path, str]:
    """A folder for ANSIBLE_COLLECTIONS_PATH that holds kubernetes.core, and its version. Downloaded once."""
    folder = cache().parent / "peers" / f"ansible-{ANSIBLE}"
    manifest = folder / _INSIDE / "MANIFEST.json"
    if not manifest.exists():
        print(f"Fetching kubernetes.core: the package ansible {ANSIBLE}, once, into {folder}", file=sys.stderr)
        _fetch(folder)
    return folder, json.loads(manifest.read_text())["collection_info"]["version"]


def _fetch(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder.parent) as temporary:
        # It is not installed, so it does not matter which Pythons the package as a whole is for.
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--ignore-requires-python"]
        argv = [sys.executable, "-m", "pip", "download", *options, "--only-binary=:all:", f"--dest={temporary}"]
        subprocess.run([*argv, f"ansible=={ANSIBLE}"], check=True, stdin=subprocess.DEVNULL)
        (wheel,) = Path(temporary).glob("*.whl")
        target = Path(temporary) / "collections"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target, [name for name in archive.namelist() if name.startswith(_INSIDE)])
        target.replace(folder)
