# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the state of an Application says: a compact summary, and whether a wait for it is over.

The controller writes ``status`` a while after ``spec``. A state counts only when it speaks of the present spec
(``status.sync.comparedTo``), and an error only when it outlived a refresh that we asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..cluster.wait import Verdict
from ..manifests.urls import without_secrets
from ..plan.canonical import canonical, same
from ..plan.kind import Manifest
from .kinds import APPLICATION

REFRESH = "argocd.argoproj.io/refresh"
"""Asks the controller to compare now; it takes the annotation away when it has (util/argo/argo.go of Argo CD)."""
ASK_REFRESH: Manifest = {"metadata": {"annotations": {REFRESH: "normal"}}}
FINAL_FAILURES = ("Failed", "Error")
RUNNING = ("Running", "Terminating")


def summary(live: Mapping[str, Any]) -> dict[str, Any]:
    """Give an Application's state in a few words: revision(s), sync, health, last operation, errors.

    Argo CD's messages may quote URLs; these lose their credentials.
    """
    status = live.get("status") or {}
    sync, health, operation = (status.get(key) or {} for key in ("sync", "health", "operationState"))
    return {
        "name": live["metadata"]["name"],
        "namespace": live["metadata"].get("namespace", ""),
        "project": (live.get("spec") or {}).get("project", ""),
        "revision": sync.get("revision") or ", ".join(sync.get("revisions") or ()),
        "sync": sync.get("status") or "Unknown",
        "health": health.get("status") or "Unknown",
        "operation": operation.get("phase") or "",
        "message": without_secrets(operation.get("message") or health.get("message") or ""),
        "conditions": [
            without_secrets(f"{one.get('type')}: {one.get('message')}") for one in status.get("conditions") or ()
        ],
    }


@dataclass
class Goal:
    """What a wait is for. ``states`` keeps the last summary of each Application, by (namespace, name)."""

    synced: bool = True
    healthy: bool = True
    revision: str = ""
    states: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _confirmed: set[tuple[str, str]] = field(default_factory=set)

    def judge(self, namespace: str, name: str, live: Manifest | None) -> Verdict:
        """Say whether the wait for this Application is over."""
        key = (namespace, name)
        if live is None:
            self.states.pop(key, None)
            return Verdict(text="it is not there")
        state = self.states[key] = summary(live)
        seen = f"sync {state['sync']}, health {state['health']}, operation {state['operation'] or 'none'}"
        error = _error(state)
        if error:
            return self._error(key, live, error)
        self._confirmed.discard(key)
        if not _about_present_spec(live):
            return Verdict(text=f"the controller has not looked at the present spec yet ({seen})")
        return self._progress(live, state, seen)

    def _error(self, key: tuple[str, str], live: Manifest, error: str) -> Verdict:
        """Believe an error only after the controller looked again; a missing project may still come."""
        if REFRESH in (live["metadata"].get("annotations") or {}):
            self._confirmed.add(key)
            return Verdict(text=error)
        if key in self._confirmed and not _may_still_come(error):
            return Verdict(failed=True, text=error)
        return Verdict(text=error, nudge=ASK_REFRESH)

    def _progress(self, live: Manifest, state: Mapping[str, Any], seen: str) -> Verdict:
        busy = bool(live.get("operation")) or state["operation"] in RUNNING
        if self.revision and self.revision not in state["revision"].split(", "):
            return Verdict(text=f"at revision {state['revision'] or 'none'} ({seen})")
        if busy or not _compared_after_operation(live):
            return Verdict(text=f"an operation is under way: {state['message']} ({seen})")
        if self.synced and state["sync"] != "Synced":
            stuck = _stuck(live, state)
            return Verdict(failed=bool(stuck), text=stuck or seen)
        if self.healthy and state["health"] != "Healthy":
            message = ((live.get("status") or {}).get("health") or {}).get("message")
            return Verdict(text=f"{seen}: {without_secrets(message)}" if message else seen)
        return Verdict(settled=True, text=seen)


def _error(state: Mapping[str, Any]) -> str:
    errors = ("InvalidSpecError: ", "ComparisonError: ", "UnknownError: ", "DeletionError: ")
    return next((text for text in state["conditions"] if text.startswith(errors)), "")


def _may_still_come(error: str) -> bool:
    """Say whether an error speaks of a project that does not exist: it is made by hand, by us, or by argocd-server."""
    return "referencing project" in error and "does not exist" in error


def _about_present_spec(live: Manifest) -> bool:
    compared = ((live.get("status") or {}).get("sync") or {}).get("comparedTo")
    if not compared:
        return False
    spec = live["spec"]
    keys = ["destination", *(key for key in ("source", "sources") if key in spec)]
    return all(same(*(canonical(one.get(key), ("spec", key), APPLICATION) for one in (spec, compared))) for key in keys)


def _compared_after_operation(live: Manifest) -> bool:
    """Say whether health and sync are younger than the last operation; right after it they are still the old ones."""
    status = live.get("status") or {}
    finished = (status.get("operationState") or {}).get("finishedAt")
    return not finished or str(status.get("reconciledAt") or "") >= finished


def _stuck(live: Manifest, state: Mapping[str, Any]) -> str:
    """Say why an Application that is out of sync will not become synced by itself, or nothing."""
    automated = (live["spec"].get("syncPolicy") or {}).get("automated")
    if automated is None or automated.get("enabled") is False:
        return "it is OutOfSync and its sync policy is not automated, so nothing will sync it"
    operation = (live.get("status") or {}).get("operationState") or {}
    result = operation.get("syncResult") or {}
    sync = live["status"]["sync"]
    tried = [result.get(key) == sync.get(key) for key in ("revision", "revisions") if sync.get(key)]
    if operation.get("phase") in FINAL_FAILURES and tried and all(tried):
        return f"its last sync {operation['phase'].lower()}: {state['message']}"
    return ""
