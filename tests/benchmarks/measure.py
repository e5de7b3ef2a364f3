"""Running a command with a clock and an eye on its memory."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MODULE = b"AnsiballZ_"
_INTERVAL = 0.05


class CommandError(RuntimeError):
    """A command of the benchmark failed: its last words."""


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock and of CPU time; MiB of the largest process, and of the largest Ansible module or 0."""

    seconds: float
    cpu: float
    peak: float
    module: float


def measure(argv: list[str], environment: Mapping[str, str], log: Path) -> Measured:
    """Run a command. CommandError if it fails.

    The peak of the largest process is the kernel's own (wait4: also of descendants that were waited for). It never is
    less than that of this process, from which the command is forked: so this one has to stay small.
    """
    with log.open("wb") as output:
        begin = time.monotonic()
        child = subprocess.Popen(
            argv, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        watch = _Watch(child.pid)
        watch.start()
        try:
            _pid, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            raise
        seconds = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    watch.ended.set()
    watch.join()
    if child.returncode != 0:
        words = log.read_text(errors="replace")
        raise CommandError(f"`{' '.join(argv[:2])} ...` ended with {child.returncode}:\n{words[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu, usage.ru_maxrss / 1024, watch.peak / 1024)


class _Watch(threading.Thread):
    """Looks for the highest memory mark (kB) of a module's process among the descendants of a process."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(_INTERVAL):
            for pid in _descendants(self.pid):
                folder = Path(f"/proc/{pid}")
                try:
                    if MODULE in (folder / "cmdline").read_bytes():
                        self.peak = max(self.peak, _high_mark((folder / "status").read_text()))
                except OSError:
                    continue


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def _high_mark(status: str) -> int:
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return next((int(words[1]) for words in lines), 0)
