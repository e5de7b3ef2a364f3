"""The twelve steps that every writing module passes: create, again, modify, again, delete, again, each in check mode
first."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.controlplane.proxy import Proxy

from .module import Result, run_module

PREDICTED = ("changed", "changes", "summary", "diff")
FINGERPRINT = re.compile(r"\(hidden, [0-9a-f]{8}\)")
"""What a diff shows of a secret, another one in each run."""


@dataclass(frozen=True)
class Case:
    """A module and options for each step. `count` objects are created and deleted, `modified` of them changed.

    `reads` is how many requests reading takes; where that depends on what is there, one number for each of create,
    modify and delete. `fields` are those that modifying reports, for each changed object.
    """

    module: str
    create: Mapping[str, Any]
    modify: Mapping[str, Any]
    delete: Mapping[str, Any]
    count: int
    modified: int
    reads: int
    fields: tuple[str, ...]
    asks: int = 0
    """Requests more that it takes to see whether something may be deleted."""
    asks_updating: int = 0
    """The same for what may be changed."""


def twelve_steps(case: Case, proxy: Proxy) -> list[Result]:
    """Take a module through all steps and give the results of those that change something."""
    steps: list[tuple[Mapping[str, Any], str, int]] = [
        (case.create, "created", case.count),
        (case.modify, "updated", case.modified),
        (case.delete, "deleted", case.count),
    ]
    done = []
    for options, action, count in steps:
        unchanged = case.count - count
        predicted = _step(case, proxy, options, check=True, changes=0)
        real = _step(case, proxy, options, check=False, changes=count)
        assert told(predicted) == told(real)
        _assert_changes(real, action, count, unchanged)
        if action == "updated":
            assert {tuple(one["fields"]) for one in real["changes"]} == {case.fields}
        for check in (True, False):
            again = _step(case, proxy, options, check=check, changes=0)
            _assert_changes(again, action, 0, case.count)
            assert again["diff"] == []
        done.append(real)
    return done


def told(result: Result) -> Any:
    """The part of a result that check mode predicts."""
    text = json.dumps({key: result[key] for key in PREDICTED})
    return json.loads(FINGERPRINT.sub("(hidden)", text))


def _step(case: Case, proxy: Proxy, options: Mapping[str, Any], *, check: bool, changes: int) -> Result:
    proxy.reset()
    result = run_module(case.module, options, proxy.kubeconfig, check=check, diff=True)
    counted = proxy.counters()
    assert len(proxy.writes()) == changes
    assert counted.dry_runs == 0
    asked = case.asks if result["summary"]["deleted"] else 0
    asked += case.asks_updating if result["summary"]["updated"] else 0
    assert counted.total == case.reads + asked + changes
    return result


def _assert_changes(result: Result, action: str, count: int, unchanged: int) -> None:
    expected = {"created": 0, "updated": 0, "deleted": 0, "unchanged": unchanged, "failed": 0}
    assert result["changed"] is (count > 0)
    assert result["summary"] == expected | {action: count}
    assert [one["action"] for one in result["changes"]] == [action] * count
    assert len({one["name"] for one in result["changes"]}) == count
    assert len(result["diff"]) == count
