"""Where the demo happens: on a control plane of its own, or on a cluster that somebody gave it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.controlplane import ControlPlane, ControlPlaneError, build, cluster_under_test, layout

from .errors import DemoError
from .narrator import Narrator
from .programs import Programs


@contextmanager
def own(narrator: Narrator, keep: Path | None) -> Iterator[Programs]:
    """A control plane of this demo, with a Git server.

    With `keep`, the folder for its state, it is left running unless the demo is interrupted. Without, it is ended and
    its folder removed; if the demo fails, the folder stays for the logs in it.
    """
    if keep is not None:
        _refuse_running(keep)
    state = keep or Path(tempfile.mkdtemp(prefix="tiphys-demo-"))
    plane = ControlPlane(state, tied=keep is None)
    plane.record.temporary = keep == layout.default()  # what `up` does: `down` then removes the folder
    try:
        with narrator.step("A Kubernetes API server, Argo CD and a Git server start on this machine"):
            plane.start()
        yield Programs(plane.kubeconfig, plane.create_repository("shop"), state, build().programs)
    except (DemoError, ControlPlaneError) as error:
        if keep is None:
            plane.stop()
        left = f"\nLeft running; to end it: {stop_command(keep)}" if keep and any(plane.status().values()) else ""
        raise DemoError(f"{error}\nLogs: {state / 'logs'}{left}") from None
    except BaseException:
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)
        raise
    if keep is None:
        plane.stop()
        shutil.rmtree(state)


def _refuse_running(state: Path) -> None:
    found = layout.load(layout.Layout(state))
    if found is not None and any(ControlPlane.attach(state).status().values()):
        raise DemoError(f"a control plane runs in {state}, perhaps of an earlier demo. End it: {stop_command(state)}")


def stop_command(state: Path) -> str:
    """What ends a control plane that was kept."""
    where = "" if state == layout.default() else f" --state {state}"
    return f".venv/bin/python -m tests.controlplane down{where}"


@contextmanager
def given(narrator: Narrator) -> Iterator[Programs]:
    """The cluster under test, with a Git server on this machine: tests/controlplane/README.md says what both need.

    What the demo makes in the cluster is removed at the end, also of an interrupted demo, but not if it fails.
    """
    folder = Path(tempfile.mkdtemp(prefix="tiphys-demo-"))
    with cluster_under_test() as cluster:
        repository = cluster.create_repository("shop")
        programs = Programs(cluster.kubeconfig, repository, folder, build().programs)
        try:
            yield programs
            _remove(narrator, programs)
        except DemoError as error:
            raise DemoError(f"{error}\nLogs: {programs.logs}\nWhat the demo made is still in the cluster.") from None
        except BaseException:
            _remove(narrator, programs)
            shutil.rmtree(folder)
            raise
    shutil.rmtree(folder)


def _remove(narrator: Narrator, programs: Programs) -> None:
    with narrator.step("Everything is removed (examples/playbooks/remove.yml)"):
        programs.playbook("remove.yml", narrator.ansible)
