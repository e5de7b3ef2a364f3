"""Starting programs and ending exactly those that were started, by process id and start time (Linux: /proc)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Process:
    """A started program: it leads a session and process group of its own, whose number is `pid`.

    `start` is its start in clock ticks since the boot named by `boot`: an id that was given to another process since,
    or before the machine was restarted, is told apart by it.
    """

    name: str
    pid: int
    start: int
    boot: str


@dataclass(frozen=True)
class _Entry:
    state: str
    session: int
    start: int


def spawn(
    name: str, argv: list[str], environment: dict[str, str], log: Path, folder: Path, *, tied: bool
) -> tuple[Process, subprocess.Popen[bytes]]:
    """Start a program with its output in `log`.

    `tied`: it is killed when the calling *thread* ends for whatever reason (Linux ties it to the thread, not to the
    process: start control planes from a thread that lives as long as they shall).
    """
    parent = os.getpid()

    def tie() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)

    with log.open("ab") as output:
        child = subprocess.Popen(
            argv,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=tie if tied else None,  # noqa: PLW1509  # nothing here holds a lock over a fork
        )
    entry = _read(child.pid)
    return Process(name, child.pid, entry.start if entry else 0, _boot()), child


def alive(process: Process) -> bool:
    """Whether it runs (one that has ended but was not waited for does not)."""
    entry = _read(process.pid)
    return entry is not None and entry.state != "Z" and _same(process, entry)


def end(processes: Iterable[Process], grace: float = 5.0) -> list[str]:
    """Ask the processes and their children to end, kill what has not after `grace` seconds, wait until all are gone.

    Returns the names of those that had to be killed.
    """
    remaining = {process: _members(process) for process in processes}
    killed: list[str] = []
    for sent, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
        remaining = {process: pids for process, pids in remaining.items() if pids}
        if sent == signal.SIGKILL:
            killed = [process.name for process in remaining]
        for pids in remaining.values():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sent)
        deadline = time.monotonic() + seconds
        while any(remaining.values()) and time.monotonic() < deadline:
            time.sleep(0.02)
            remaining = {process: _members(process) for process, pids in remaining.items() if pids}
    return killed


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or a note that it is empty."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(line[:500] for line in text.splitlines()[-lines:]) or "(the log is empty)"


def _members(process: Process) -> list[int]:
    """The living processes of its session, its own first.

    The kernel gives a session's number to no other process while one of its processes is left. So if the number now
    belongs to a process that started at another time, nothing of this session is left.
    """
    if process.boot != _boot():
        return []
    own = _read(process.pid)
    if own is not None and not _same(process, own):
        return []
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            entry = _read(int(folder.name))
            if entry is not None and entry.session == process.pid and entry.state != "Z":
                found.append(int(folder.name))
    return sorted(found, key=lambda pid: pid != process.pid)


def _same(process: Process, entry: _Entry) -> bool:
    return entry.start == process.start and process.boot == _boot()


def _read(pid: int) -> _Entry | None:
    """What /proc/PID/stat tells (proc(5)): fields 3, 6 and 22, behind the name in brackets."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return _Entry(fields[0].decode(), int(fields[3]), int(fields[19]))


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
