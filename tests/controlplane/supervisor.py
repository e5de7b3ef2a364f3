"""The processes of one control plane: started, recorded, watched while it starts, and ended."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterable

from . import parts, process
from .errors import ControlPlaneError
from .layout import Layout, Record

# The API server takes ten seconds to end while it has clients, or once etcd is gone; else a tenth of one.
_TURNS = {"kube-apiserver": 1, "etcd": 2}


class PortTakenError(ControlPlaneError):
    """Another process took a port between the look for a free one and the start."""


class Supervisor:
    """Acts on the processes in a record, whoever started them. `tied`: see process.spawn."""

    def __init__(self, layout: Layout, record: Record, *, tied: bool) -> None:
        self.layout, self.record, self.tied = layout, record, tied
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def spawn(self, setup: parts.Setup, names: Iterable[str]) -> None:
        """Start parts, and record each at once."""
        for name in names:
            environment = parts.argocd_environment if name in parts.ARGOCD else parts.environment
            log, argv = self.layout.log(name), parts.command(name, setup)
            started, child = process.spawn(name, argv, environment(setup), log, self.layout.home, tied=self.tied)
            self.children[name] = child
            self.record.processes.append(started)
            self.record.save(self.layout)

    def until(self, part: str, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait for a condition that a part brings about, as long as all parts run.

        ControlPlaneError with the end of the log of the part that ended, or that took longer than `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            for each in self.record.processes:
                if not process.alive(each):
                    raise self._failure(each.name, "ended early")
            if time.monotonic() > deadline:
                raise self._failure(part, f"is not ready after {seconds:.0f} s")
            time.sleep(0.03)

    def end(self) -> None:
        """End all processes, clients before servers, and wait until they are gone."""
        for turn in range(3):
            process.end(each for each in self.record.processes if _TURNS.get(each.name, 0) == turn)
        for child in self.children.values():
            child.poll()
        self.children.clear()
        self.record.processes = []
        if self.layout.record.exists():
            with contextlib.suppress(FileNotFoundError):
                self.record.save(self.layout)

    def _failure(self, part: str, what: str) -> ControlPlaneError:
        log = self.layout.log(part)
        kind = PortTakenError if "address already in use" in log.read_text(errors="replace") else ControlPlaneError
        child = self.children.get(part)
        code = f" (exit code {child.poll()})" if child and child.poll() is not None else ""
        return kind(f"{part} {what}{code}; the end of its log:\n{process.tail(log)}")
