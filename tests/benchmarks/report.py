"""Results: a table, the targets, and a JSON file."""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .bench import LIST, STEPS, Figures
from .tools import EMPTY, KUBERNETES_CORE, OURS

CREATE, UNCHANGED, CHANGED = STEPS
PAGE = 500
FASTER = {(CREATE, 0): 5, (CREATE, 10): 10, (UNCHANGED, 0): 10, (UNCHANGED, 10): 20}


class Results:
    """All figures of one run."""

    def __init__(self, figures: list[Figures], count: int) -> None:
        self.figures, self.count = figures, count

    def get(self, tool: str, delay: int, step: str, count: int | None = None) -> Figures | None:
        """What was measured of a tool (with `count` objects), or None."""
        for each in self.figures:
            if (each.tool, each.delay, each.step) == (tool, delay, step) and each.count in (count or self.count, 0):
                return each
        return None


def table(results: Results) -> Iterator[str]:
    """Lines of text. "times ours": how often the tool's time holds ours."""
    head = ("delay", "tool", "objects", "step", "seconds", "CPU s", "times ours", "requests", "MiB", "module's MiB")
    form = "{:>5} {:20} {:>7} {:12} {:>8} {:>6} {:>10} {:>8} {:>5} {:>12}"
    yield form.format(*head)
    for each in results.figures:
        ours = results.get(OURS, each.delay, each.step, each.count)
        ratio = f"{each.median / ours.median:.1f}" if ours and ours is not each else ""
        cpu = f"{statistics.median(each.cpu):.2f}" if each.cpu else ""
        peak = f"{max(each.peak):.0f}" if each.peak else ""
        module = f"{max(each.module):.0f}" if any(each.module) else ""
        count, requests = each.count or "", each.requests or ""
        cells = (each.delay, each.tool, count, each.step, f"{each.median:.2f}", cpu, ratio, requests, peak, module)
        yield form.format(*cells).rstrip()
        if each.note:
            yield " " * 6 + f"(connections: {each.note})"


@dataclass(frozen=True)
class Target:
    """A promise (`value` `relation` `limit`), and what came of it."""

    text: str
    value: float
    relation: str
    limit: float

    @property
    def met(self) -> bool:
        """Whether it is kept."""
        return _RELATIONS[self.relation](self.value, self.limit)

    def __str__(self) -> str:
        outcome = "met   " if self.met else "MISSED"
        return f"{outcome} {self.text}: {round(self.value, 2):,} ({self.relation} {self.limit:,})"


_RELATIONS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge, "=": operator.eq}


def targets(results: Results, many: int) -> Iterator[Target]:
    """Those that the figures allow to judge. `many`: the larger number of objects, 0 if times are not to be judged."""
    yield from _requests(results)
    if not many:
        return
    for (step, delay), limit in FASTER.items():
        ours, peer = results.get(OURS, delay, step), results.get(KUBERNETES_CORE, delay, step)
        if ours and peer:
            text = f"{step}, {delay} ms: times as fast as {KUBERNETES_CORE}"
            yield Target(text, peer.median / ours.median, ">=", limit)
    for delay in (0, 10):
        yield from _against_ceiling(results, delay)
    yield from _lists(results)
    few, more = results.get(OURS, 0, UNCHANGED), results.get(OURS, 0, UNCHANGED, many)
    if few and more:
        yield Target(f"unchanged, {many} objects: MiB of the largest process", max(more.peak), "<=", 300)
        yield Target(f"unchanged, {many} objects: times the time of {few.count}", more.median / few.median, "<=", 6)


def _against_ceiling(results: Results, delay: int) -> Iterator[Target]:
    empty = results.get(EMPTY, delay, "")
    for step in (CREATE, UNCHANGED):
        ours, ceiling = results.get(OURS, delay, step), results.get("ceiling", delay, step)
        if not (empty and ours and ceiling):
            continue
        own = ours.median - empty.median
        if step == CREATE:
            yield Target(f"create, {delay} ms: ours less an empty playbook / ceiling", own / ceiling.median, "<=", 1.5)
        else:
            text = f"unchanged, {delay} ms: seconds less an empty playbook and the list"
            yield Target(text, own - ceiling.median, "<=", 1)


def _lists(results: Results) -> Iterator[Target]:
    """How long it takes to look, and in how much memory."""
    for each in results.figures:
        if each.tool == OURS and each.step.startswith(LIST) and each.count == results.count:
            yield Target(f"{each.step}, {each.count} objects: seconds", each.median, "<=", 3)
            yield Target(f"{each.step}, {each.count} objects: the module's MiB", max(each.module), "<=", 150)


def _requests(results: Results) -> Iterator[Target]:
    """Pages of what is there, and one for each change."""
    for each in results.figures:
        if each.tool == OURS and not each.step.startswith(LIST):
            pages = 1 if each.step == CREATE else math.ceil(each.count / PAGE)
            changes = {CREATE: each.count, UNCHANGED: 0, CHANGED: max(1, each.count // 100)}[each.step]
            yield Target(f"{each.step}, {each.count}, {each.delay} ms: requests", each.requests, "=", pages + changes)
