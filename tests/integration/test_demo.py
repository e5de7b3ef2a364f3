"""`make demo`, as a user runs it; what it tells is looked up in the cluster and in Git."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane import ControlPlane, ControlPlaneError, eventually, other

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "tests.demo"]
APPLICATIONS = ["shop-dev", "shop-prod"]


def environment(**more: str) -> dict[str, str]:
    """Ours, with a control plane of the demo's own unless `more` names a cluster."""
    ours = (other.KUBECONFIG, other.ADDRESS, other.WEBHOOK)
    return {name: value for name, value in os.environ.items() if name not in ours} | more


def run(*arguments: str, **more: str) -> str:
    """What a demo that succeeds prints."""
    done = subprocess.run(
        [*DEMO, *arguments], cwd=ROOT, env=environment(**more), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A folder for a control plane that is kept; ended here whatever became of it."""
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    try:
        yield folder
    finally:
        with contextlib.suppress(ControlPlaneError):
            ControlPlane.attach(folder).stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def told(state: Path) -> tuple[str, float]:
    """What `make demo KEEP=1` prints, and the seconds that it took."""
    begin = time.monotonic()
    return run("--keep", str(state)), time.monotonic() - begin


@pytest.fixture(scope="module")
def plane(state: Path, told: tuple[str, float]) -> ControlPlane:
    """The control plane that it left running."""
    assert told
    return ControlPlane.attach(state)


def get(plane: ControlPlane, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plane.kubectl("get", "--output=json", *words))
    return found


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_it_leaves_everything_running_and_says_how_to_end_it(state: Path, told: tuple[str, float]) -> None:
    output, seconds = told
    assert all(ControlPlane.attach(state).status().values())
    assert f"export KUBECONFIG={state / 'kubeconfig'}" in output
    assert f".venv/bin/python -m tests.controlplane down --state {state}" in output
    assert seconds < 90


def test_both_applications_are_synced_and_healthy_at_the_newest_commit(plane: ControlPlane) -> None:
    commit = git(plane.git_root / "shop.git", "rev-parse", "main")
    states = {
        each["metadata"]["name"]: [each["status"][part]["status"] for part in ("sync", "health")]
        + [each["status"]["sync"]["revision"]]
        for each in get(plane, "applications", "--namespace=argocd")["items"]
    }
    assert states == {name: ["Synced", "Healthy", commit] for name in APPLICATIONS}


def test_the_pushed_change_is_in_the_cluster(plane: ControlPlane) -> None:
    shop = plane.git_root / "shop.git"
    assert git(shop, "diff", "--name-only", "main~1", "main") == "dev/configmap.yaml"
    assert get(plane, "configmap/shop", "--namespace=shop-dev")["data"] == {"index.html": "Hello from a commit"}


def test_the_webhook_brought_the_change(plane: ControlPlane, told: tuple[str, float]) -> None:
    seconds = re.search(r"Commit (\w{8}) was live (\d+\.\d) s after its push began", told[0])
    assert seconds, told[0]
    assert git(plane.git_root / "shop.git", "rev-parse", "main").startswith(seconds[1])
    assert float(seconds[2]) < 60  # Argo CD's own look at Git comes after 180 s
    assert "Received push event" in plane.logs("argocd-server")


def test_the_changes_by_hand_were_made_and_undone(plane: ControlPlane) -> None:
    assert get(plane, "configmap/shop", "--namespace=shop-prod")["data"] == {"index.html": "Hello from prod"}
    deployment = get(plane, "deployment/shop", "--namespace=shop-prod")
    assert deployment["spec"]["replicas"] == 3
    events = get(plane, "events", "--namespace=shop-prod")["items"]
    assert any("from 3 to 0" in event.get("message", "") for event in events)


def test_it_says_so_if_a_kept_one_still_runs(state: Path, plane: ControlPlane) -> None:
    assert plane.status()
    done = subprocess.run(
        [*DEMO, "--keep", str(state)], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "a control plane runs in" in done.stderr
    assert all(plane.status().values())


def test_on_a_cluster_that_is_given_it_leaves_nothing_behind(plane: ControlPlane) -> None:
    plane.kubectl("delete", "applications", "--all", "--namespace=argocd")
    more = {other.KUBECONFIG: str(plane.kubeconfig), other.WEBHOOK: plane.argocd_url}
    output = run(**more)
    assert "changed  Remove the Applications and wait until they are gone" in output
    assert get(plane, "applications", "--all-namespaces")["items"] == []
    projects = get(plane, "appprojects", "--all-namespaces")["items"]
    assert [each["metadata"]["name"] for each in projects] == ["default"]
    names = [each["metadata"]["name"] for each in get(plane, "namespaces")["items"]]
    assert not [name for name in names if name.startswith("shop")]


def test_an_interrupt_leaves_nothing() -> None:
    with tempfile.TemporaryDirectory(prefix="demo-") as temporary:
        more = environment(TMPDIR=temporary)
        with subprocess.Popen(DEMO, cwd=ROOT, env=more, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n"
            assert process.stdout.readline().startswith(b"1. ")
            eventually(lambda: any(Path(temporary).rglob("kube-apiserver*")), "the API server is being started")
            process.send_signal(signal.SIGINT)
            output = process.stdout.read().decode()
        assert (process.returncode, "nothing is left" in output) == (130, True), output
        assert not list(Path(temporary).iterdir())
        assert not [line for line in processes() if temporary in line]


def processes() -> list[str]:
    """The command lines of all processes."""
    files = Path("/proc").glob("[0-9]*/cmdline")
    lines = []
    for file in files:
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return lines
