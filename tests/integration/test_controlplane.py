"""The control plane itself: several side by side, nothing left behind, failures that say why."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.controlplane import ControlPlane, ControlPlaneError, eventually, layout, parts, plane, ports, process

ROOT = Path(__file__).parents[2]


def _cli(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "tests.controlplane", *arguments, f"--state={state}"]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def _small() -> ControlPlane:
    return ControlPlane(argocd=False, controllers=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_two_control_planes_run_side_by_side() -> None:
    with ControlPlane() as one, ControlPlane() as other:
        one.kubectl("create", "namespace", "only-in-one")
        assert "only-in-one" in one.kubectl("get", "namespaces", "--output=name")
        assert "only-in-one" not in other.kubectl("get", "namespaces", "--output=name")
        assert all(one.status().values())
        assert all(other.status().values())
        assert set(one.status()) == {*parts.CORE, *parts.CONTROLLERS, *parts.ARGOCD}


def test_up_status_and_down(tmp_path: Path) -> None:
    state = tmp_path / "state"
    up = _cli("up", "--without-argocd", "--without-controllers", state=state)
    assert up.returncode == 0, up.stderr
    record = layout.load(layout.Layout(state))
    assert record is not None
    assert [each.name for each in record.processes] == ["etcd", "gitserver", "kube-apiserver"]
    assert (state / "kubeconfig").stat().st_mode & 0o777 == 0o600
    again = _cli("up", "--without-argocd", "--without-controllers", state=state)
    assert again.returncode == 0
    assert layout.load(layout.Layout(state)) == record, "a second `up` leaves what runs alone"
    assert _cli("status", state=state).returncode == 0

    os.kill(record.processes[0].pid, signal.SIGKILL)
    eventually(lambda: not process.alive(record.processes[0]), "etcd is gone")
    half = _cli("status", state=state)
    assert half.returncode == 1
    assert "does not run" in half.stdout

    assert _cli("down", state=state).returncode == 0
    assert not [each.name for each in record.processes if process.alive(each)]
    assert _cli("status", state=state).returncode == 1
    assert (state / "logs/etcd.log").exists(), "a state folder that was named is kept"


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    up = _cli("up", "--without-argocd", "--without-controllers", state=tmp_path)
    assert up.returncode == 1
    assert "is not empty" in up.stderr
    assert _cli("down", state=tmp_path).returncode == 1
    assert (tmp_path / "thesis.txt").exists()


def test_a_taken_port_is_replaced(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    free, asked = ports.free, []

    def first_taken(names: tuple[str, ...]) -> Mapping[str, int]:
        asked.append(names)
        return free(names) | ({"etcd": taken} if len(asked) == 1 else {})

    monkeypatch.setattr(ports, "free", first_taken)
    with _small() as small:
        assert len(asked) == 2
        assert all(small.status().values())


def test_taken_ports_are_told(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    free = ports.free
    monkeypatch.setattr(ports, "free", lambda names: free(names) | {"kube-apiserver": taken})
    monkeypatch.setattr(plane, "ATTEMPTS", 2)
    small = _small()
    told = r"(?s)kube-apiserver ended early \(exit code 1\).*address already in use"
    with pytest.raises(ControlPlaneError, match=told):
        small.start()
    assert small.status() == {}
    assert not small.state.exists()


def test_a_part_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    command = parts.command

    def broken(part: str, setup: parts.Setup) -> list[str]:
        return [*command(part, setup), *(["--data-dir=/proc/nothing"] if part == "etcd" else [])]

    monkeypatch.setattr(parts, "command", broken)
    with pytest.raises(ControlPlaneError, match=r"(?s)etcd ended early.*/proc/nothing"):
        _small().start()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_program_that_started_it(sent: signal.Signals, tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from tests.controlplane import ControlPlane
with ControlPlane(Path({str(tmp_path / "state")!r}), argocd=False, controllers=False):
    print("ready", flush=True)
    input()
"""
    argv = [sys.executable, "-c", program]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        record = layout.load(layout.Layout(tmp_path / "state"))
        assert record is not None
        assert all(process.alive(each) for each in record.processes)
        owner.send_signal(sent)
    eventually(lambda: not any(process.alive(each) for each in record.processes), "all parts are gone")


def test_a_process_with_a_recycled_id_is_not_ours() -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        other = process.Process("etcd", stranger.pid, 1, Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        assert not process.alive(other)
        assert process.end([other]) == []
        assert stranger.poll() is None
        stranger.kill()


def test_rbac_holds_for_service_accounts(apiserver: ControlPlane) -> None:
    apiserver.kubectl("create", "serviceaccount", "reader")
    apiserver.kubectl("create", "rolebinding", "reader", "--clusterrole=view", "--serviceaccount=default:reader")
    token = apiserver.service_account_token("default", "reader")
    apiserver.kubectl("get", "configmaps", f"--token={token}")
    with pytest.raises(ControlPlaneError, match="Forbidden"):
        apiserver.kubectl("get", "secrets", f"--token={token}")


def test_deployments_become_available(apiserver: ControlPlane) -> None:
    apiserver.kubectl("create", "deployment", "web", "--image=none", "--replicas=2")
    apiserver.kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=30s")


def test_the_node_shows_that_it_lives(apiserver: ControlPlane) -> None:
    """Its lease is renewed; without, the node and all its pods count as dead after 50 s."""
    lease = ("get", "leases", "--namespace=kube-node-lease", "--output=jsonpath={.items[*].spec.renewTime}")
    first = eventually(lambda: apiserver.kubectl(*lease), "the node has a lease", 30)
    eventually(lambda: apiserver.kubectl(*lease), "the lease is renewed", 60, lambda now: bool(now) and now != first)
