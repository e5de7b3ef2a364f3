# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result that every writing module gives: counts, what changed, what failed, the diff."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from .._errors import listed
from .kind import Kind
from .plan import Change, located

DONE = {"create": "created", "update": "updated", "delete": "deleted"}


@dataclass
class Report:
    """Collects what became of each change. ``text`` writes a manifest for the diff, which ``keep_text`` asks for.

    ``cluster`` is the URL of the API server that the following notes are about, for tasks that write to several.
    """

    keep_text: bool = False
    text: Callable[[Any], str] = json.dumps
    cluster: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    diff: list[dict[str, str]] = field(default_factory=list)
    _idle: int = 0

    def done(self, change: Change) -> None:
        """Note a change that was carried out, or would be in check mode."""
        entry: dict[str, Any] = {
            "action": DONE[change.action],
            "kind": change.kind.name,
            "namespace": change.namespace,
            "name": change.name,
            "fields": list(change.fields),
            **self._place(),
        }
        self.changes.append(entry)
        if self.keep_text:
            header = f"{change.where} on {self.cluster}" if self.cluster else change.where
            self.diff.append(
                {
                    "before_header": header,
                    "after_header": header,
                    "before": self.text(change.before) if change.before else "",
                    "after": self.text(change.after) if change.after else "",
                }
            )

    def idle(self, count: int = 1) -> None:
        """Note objects with which there was nothing to do."""
        self._idle += count

    def failed(self, change: Change, reason: str) -> None:
        """Note a change that could not be carried out."""
        self.fail(change.kind, change.namespace, change.name, reason)

    def fail(self, kind: Kind, namespace: str, name: str, reason: str) -> None:
        """Note an object that is not as it should be."""
        entry = {"kind": kind.name, "namespace": namespace, "name": name, "reason": reason, **self._place()}
        self.failures.append(entry)

    def _place(self) -> dict[str, str]:
        return {"cluster": self.cluster} if self.cluster else {}

    def result(self) -> dict[str, Any]:
        """Give the module's result; ``failed`` and ``msg`` are in it when anything failed."""
        counts = dict.fromkeys(DONE.values(), 0)
        for entry in self.changes:
            counts[entry["action"]] += 1
        result: dict[str, Any] = {
            "changed": bool(self.changes),
            "summary": {**counts, "unchanged": self._idle, "failed": len(self.failures)},
            "changes": self.changes,
        }
        if self.keep_text:
            result["diff"] = self.diff
        if self.failures:
            result.update(failed=True, failures=self.failures, msg=self._message())
        return result

    def _message(self) -> str:
        told = [f"{_where(one)}: {one['reason']}" for one in self.failures]
        if len(told) == 1:
            return told[0]
        return f"{len(told)} objects failed: {listed(told, ', see failures')}"


def _where(entry: Mapping[str, str]) -> str:
    place = located(entry["kind"], entry["namespace"], entry["name"])
    return f"{place} on {entry['cluster']}" if "cluster" in entry else place
