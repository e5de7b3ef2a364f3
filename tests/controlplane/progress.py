"""Running a Go command that takes minutes: how far it is, and the compiler's own words if it fails."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from .errors import ControlPlaneError
from .toolchain import SOURCES

Say = Callable[[str], None]

_PACKAGE = re.compile(r"[\w.~/+-]+")
_PLAIN_INTERVAL = 30.0


def say(line: str) -> None:
    """Write a line for the person who waits."""
    print(line, file=sys.stderr, flush=True)


class Progress:
    """Counts what a Go command says on standard error; shows it each second on a terminal, else each half minute."""

    def __init__(self, label: str, tell: Say, programs: Path) -> None:
        self.label, self.tell, self.programs = label, tell, programs
        self.begin = self.shown = time.monotonic()
        self.compiled = self.fetched = 0
        self.done = self.present()
        self.words: deque[str] = deque(maxlen=40)
        self.terminal = sys.stderr.isatty()

    def line(self, line: str) -> None:
        if line.startswith("go: downloading"):
            self.fetched += 1
        elif _PACKAGE.fullmatch(line):
            self.compiled += 1
        elif line:
            self.words.append(line)

    def tick(self) -> None:
        present = self.present()
        for name in sorted(present - self.done):
            self.show(f"{name} built")
        self.done = present
        now = time.monotonic()
        if self.terminal:
            print(f"\r\033[K  {self.now()}", end="", file=sys.stderr, flush=True)
        elif now - self.shown >= _PLAIN_INTERVAL:
            self.show("")

    def present(self) -> set[str]:
        return {file.name for file in self.programs.iterdir()} if self.programs.is_dir() else set()

    def show(self, what: str) -> None:
        self.shown = time.monotonic()
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr)
        self.tell(f"  {self.now()}{': ' if what else ''}{what}")

    def now(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self.begin), 60)
        counts = [f"{self.compiled} packages compiled"]
        if self.fetched:
            counts.insert(0, f"{self.fetched} modules fetched")
        return f"{self.label}, {minutes} min {seconds:02} s, {', '.join(counts)}"


def run(argv: list[str], environment: dict[str, str], label: str, tell: Say, programs: Path) -> None:
    """Run a Go command in the module's folder and show its progress and the programs that appear in `programs`.

    ControlPlaneError with the last words of the command if it fails.
    """
    progress = Progress(label, tell, programs)
    none, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(argv, cwd=SOURCES, env=environment, stdin=none, stderr=pipe) as process:
        assert process.stderr is not None
        try:
            _follow(process.stderr.fileno(), progress)
        except BaseException:
            process.terminate()
            raise
    progress.tick()
    progress.show("done" if process.returncode == 0 else "failed")
    if process.returncode != 0:
        raise ControlPlaneError("\n".join([f"the build failed ({label}):", *progress.words]))


def _follow(stream: int, progress: Progress) -> None:
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=1.0):
                data = os.read(stream, 65536)
                if not data:
                    progress.line(rest.decode(errors="replace"))
                    return
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    progress.line(line.decode(errors="replace"))
            progress.tick()
