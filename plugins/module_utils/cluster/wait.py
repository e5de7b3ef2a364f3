# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for many objects at once: one list, then one watch, until each is settled or the time is over."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Callable, Optional

from ..plan.kind import Manifest
from .objects import Objects
from .session import ApiError

NUDGE = 5.0
"""Seconds between two nudges of the same object."""


@dataclass(frozen=True)
class Verdict:
    """What an object's state means for the wait: settled, failed for good, or neither yet.

    ``text`` is what to tell of it. ``nudge`` is a patch that makes its controller look again.
    """

    settled: bool = False
    failed: bool = False
    text: str = ""
    nudge: Manifest | None = None


Judge = Callable[[str, str, Optional[Manifest]], Verdict]
"""Judges (namespace, name, the object as it is or None)."""


@dataclass
class Wait:
    """A wait in one namespace. ``verdicts`` holds the last word on each name."""

    objects: Objects
    namespace: str
    judge: Judge
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    _pending: set[str] = field(default_factory=set)
    _nudged: dict[str, float] = field(default_factory=dict)

    def until(self, names: Iterable[str], seconds: float) -> dict[str, Verdict]:
        """Wait for these objects and give the last verdict on each, settled or not.

        An error of the API server is the verdict on all that were still waited for.
        """
        self._pending = set(names)
        end = time.monotonic() + seconds
        try:
            self._follow(end)
        except ApiError as error:
            late = time.monotonic() >= end
            for name in self._pending:
                if not late:
                    self.verdicts[name] = Verdict(failed=True, text=str(error))
                self.verdicts.setdefault(name, Verdict(text="it was not looked at in time"))
        return self.verdicts

    def _follow(self, end: float) -> None:
        version = ""
        while self._pending:
            version = version or self._list()
            left = end - time.monotonic()
            if not self._pending or left <= 0:
                return
            version = self._watch(version, min(left, NUDGE) if self._nudging() else left)
            if self._nudging():
                version = ""  # what a nudged object waits for may be no event of its own: look at all of them again

    def _nudging(self) -> bool:
        return any(self.verdicts[name].nudge is not None for name in self._nudged)

    def _one(self) -> str:
        return next(iter(self._pending)) if len(self._pending) == 1 else ""

    def _list(self) -> str:
        """Judge everything as it is now and give the version that a watch can go on from."""
        name, version, seen = self._one(), "", set()
        for page in self.objects.pages(self.namespace, name):
            version = version or page["metadata"]["resourceVersion"]  # of the first: later pages may be younger
            for live in page["items"]:
                seen.add(live["metadata"]["name"])
                self._look(live["metadata"]["name"], live)
        for missing in self._pending - seen:
            self._look(missing, None)
        return version

    def _watch(self, version: str, seconds: float) -> str:
        """Follow what happens; give the version reached, or nothing when a new list is due."""
        began = time.monotonic()
        try:
            for action, live in self.objects.watch(self.namespace, version, seconds, self._one()):
                version = live["metadata"]["resourceVersion"]
                if action != "BOOKMARK":
                    self._look(live["metadata"]["name"], None if action == "DELETED" else live)
                if not self._pending:
                    return version
        except ApiError as error:
            if error.status in (401, 403):
                raise
            version = ""
        if time.monotonic() - began < min(1.0, seconds / 2):
            time.sleep(min(0.5, seconds))  # the server cut the watch short; do not hammer it
            version = ""
        return version

    def _look(self, name: str, live: Manifest | None) -> None:
        if name not in self._pending:
            return
        verdict = self.judge(self.namespace, name, live)
        self.verdicts[name] = verdict
        if verdict.settled or verdict.failed:
            self._pending.discard(name)
            self._nudged.pop(name, None)
        elif verdict.nudge is not None and time.monotonic() - self._nudged.get(name, 0.0) >= NUDGE:
            self._nudge(name, verdict)

    def _nudge(self, name: str, verdict: Verdict) -> None:
        self._nudged[name] = time.monotonic()
        try:
            self.objects.patch(self.namespace, name, verdict.nudge or {})
        except ApiError as error:
            if error.status == 403:  # we may only read: then what we read has to do
                self._pending.discard(name)
                self._nudged.pop(name)
                self.verdicts[name] = Verdict(failed=True, text=verdict.text)
            elif error.status != 404:
                raise
