"""What a person who watches the demo sees."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

_TASK = re.compile(r"TASK \[(.*)\] \*+")
_DONE = re.compile(r"(ok|changed): \[localhost\](?: =>)?")
_NOISE = ("PLAY", "FAILED - RETRYING", "    msg: |-")


class Narrator:
    """Tells on standard output what happens, with the time that each step took."""

    def __init__(self) -> None:
        self.number = 0
        self.begin = time.monotonic()
        self.task = ""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step, and tell its time when it is done."""
        self.number += 1
        begin = time.monotonic()
        print(f"\n{self.number}. {title}", flush=True)
        yield
        self.detail(f"({time.monotonic() - begin:.1f} s)")

    @staticmethod
    def detail(line: str) -> None:
        """Tell something about the present step."""
        print(f"   {line}", flush=True)

    def ansible(self, line: str) -> None:
        """Tell a line of ansible-playbook's output: a task and its outcome on one line, anything else as it is."""
        if task := _TASK.fullmatch(line):
            self.task = task[1]
        elif done := _DONE.fullmatch(line):
            self.detail(f"{done[1]:8} {self.task}")
        elif line and not line.startswith(_NOISE):
            indent = " " * 9 if line.startswith(" ") else ""
            self.detail(indent + line.strip().removeprefix("msg: "))
