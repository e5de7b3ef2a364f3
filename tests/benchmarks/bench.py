"""One run of the benchmark: every tool on the same API server, through the same counting proxy."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import urllib3

from tests.controlplane import ControlPlane, Proxy

from . import objects, tools
from .ceiling import Work
from .measure import CommandError, Measured, measure

STEPS = ("create", "unchanged", "1 % changed")
LIST = "list"
CONNECTIONS = (1, 4, 8, 16, 32)


@dataclass
class Figures:
    """What was measured of one tool in one step: one value a round. `requests` were the same in each."""

    tool: str
    delay: int
    step: str
    count: int
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    module: list[float] = field(default_factory=list)
    requests: int = 0
    note: str = ""

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


class Bench:
    """Measures tools one after the other; `figures` holds all results, `tell` shows progress."""

    def __init__(self, plane: ControlPlane, proxy: Proxy, folder: Path, tell: Callable[[str], None]) -> None:
        self.plane, self.proxy, self.folder, self.tell = plane, proxy, folder, tell
        self.delay = 0
        self.figures: list[Figures] = []
        self._spaces = 0
        self._tried: dict[int, float] = {}
        self._http = urllib3.PoolManager(
            ca_certs=str(plane.ca_file), headers={"Authorization": f"Bearer {plane.token}"}, timeout=600
        )

    def set_delay(self, milliseconds: int) -> None:
        """Add so much to the time of every request from now on."""
        self.delay = milliseconds
        self.proxy.clear()
        if milliseconds:
            self.proxy.delay(milliseconds)

    def tool(self, tool: tools.Tool, count: int, steps: tuple[str, ...] = STEPS) -> None:
        """Measure a tool in these steps: one more round."""
        namespace = self._namespace()
        for step in steps:
            changed = max(1, count // 100) if step == STEPS[2] else 0
            file = self.folder / "applications.yaml"
            objects.write(file, count, namespace, changed)
            self.proxy.reset()
            self._add(self._figures(tool.name, step, count), self._run(tool, file))
            self._verify(tool.name, namespace, {"v1.0.0": count - changed, "v2.0.0": changed})
        self._empty(namespace)

    def listing(
        self, readers: Sequence[Callable[[str], tools.Tool]], count: int, resources: int, rounds: int = 1
    ) -> None:
        """Measure tools (made for a namespace) that read Applications with so many resources deployed."""
        namespace = self._namespace()
        plane = self.plane
        _work(Work(plane.host, plane.token, str(plane.ca_file), namespace, count, 8, resources))
        size = len(self._http.request("GET", f"{self._url(namespace)}?limit=1").data)
        step = f"{LIST} {size / 1000:.0f} kB"
        for _round in range(rounds):
            for reader in readers:
                tool = reader(namespace)
                self.proxy.reset()
                self._add(self._figures(tool.name, step, count), self._run(tool, self.folder / "none"))
        self._empty(namespace)

    def warm_up(self, tool: tools.Tool) -> None:
        """Run a tool once on a few objects, so that neither it nor the server does anything for the first time."""
        namespace, file = self._namespace(), self.folder / "applications.yaml"
        objects.write(file, 10, namespace)
        self._run(tool, file)
        self._empty(namespace)

    def empty_playbook(self, tool: tools.Tool) -> None:
        """Measure Ansible doing nothing: one more round."""
        self._add(self._figures(tool.name, "", 0), self._run(tool, self.folder / "none"))

    def ceiling(self, count: int, numbers: tuple[int, ...] = CONNECTIONS) -> None:
        """Measure the bare requests: one more round, the first with these numbers of connections, later with the best.

        And the list.
        """
        create, unchanged = self._figures("ceiling", STEPS[0], count), self._figures("ceiling", STEPS[1], count)
        if not create.seconds:
            self._tried = {connections: self._bare(count, connections, unchanged) for connections in numbers}
            create.note = ", ".join(f"{connections}: {seconds:.2f} s" for connections, seconds in self._tried.items())
            create.requests = count
        best = min(self._tried, key=lambda connections: self._tried[connections])
        create.seconds.append(self._bare(count, best, unchanged))
        self._show(create)

    def _bare(self, count: int, connections: int, listed: Figures) -> float:
        """Seconds to create with so many connections; adds the time of a list to `listed`."""
        namespace = self._namespace()
        plane, proxy = self.plane, self.proxy
        work = Work(proxy.host, plane.token, str(plane.ca_file), namespace, count, connections)
        seconds = _work(work)
        proxy.reset()
        listed.seconds.append(_work(Work(**{**asdict(work), "connections": 0})))
        listed.requests = proxy.counters().total
        self._empty(namespace)
        return seconds

    def _run(self, tool: tools.Tool, file: Path) -> Measured:
        argv, environment = tool.command(self.proxy.kubeconfig, file)
        return measure(argv, environment, self.folder / "output")

    def _add(self, figures: Figures, measured: Measured) -> None:
        figures.seconds.append(measured.seconds)
        figures.cpu.append(measured.cpu)
        figures.peak.append(measured.peak)
        figures.module.append(measured.module)
        figures.requests = self.proxy.counters().total if figures.count else 0
        self._show(figures)

    def _figures(self, tool: str, step: str, count: int) -> Figures:
        wanted = (tool, self.delay, step, count)
        for each in self.figures:
            if (each.tool, each.delay, each.step, each.count) == wanted:
                return each
        self.figures.append(Figures(*wanted))
        return self.figures[-1]

    def _show(self, figures: Figures) -> None:
        words = f"{figures.delay:2} ms  {figures.tool:20} {figures.count:6} {figures.step:12}"
        self.tell(f"{words} {figures.seconds[-1]:8.2f} s  (load {os.getloadavg()[0]:.1f})")

    def _namespace(self) -> str:
        self._spaces += 1
        name = f"bench-{self._spaces}"
        body = json.dumps({"metadata": {"name": name}}).encode()
        answer = self._http.request("POST", f"{self.plane.host}/api/v1/namespaces", body=body)
        assert answer.status == 201, answer.data
        return name

    def _url(self, namespace: str) -> str:
        return f"{self.plane.host}/apis/argoproj.io/v1alpha1/namespaces/{namespace}/applications"

    def _verify(self, tool: str, namespace: str, expected: dict[str, int]) -> None:
        """CommandError unless a tool did what its time is taken for: so many Applications at each revision."""
        found: Counter[str] = Counter()
        following = "start"
        while following:  # by pages, as the memory of this process counts as that of the next command
            query = f"limit=500&continue={following}" if found else "limit=500"
            page = self._http.request("GET", f"{self._url(namespace)}?{query}").json()
            found.update(each["spec"]["source"]["targetRevision"] for each in page["items"])
            following = page["metadata"].get("continue", "")
        if found != +Counter(expected):
            raise CommandError(f"{tool} left {dict(found)} Applications by revision, expected {expected}")

    def _empty(self, namespace: str) -> None:
        """Delete what a tool made, so that the next one finds the same server."""
        url = self._url(namespace)
        while True:
            answer = self._http.request("DELETE", url)
            assert answer.status in (200, 504), answer.data  # the latter when it takes longer than a minute
            if not self._http.request("GET", f"{url}?limit=1").json()["items"]:
                time.sleep(0.5)  # for what the server still does about it
                return


def _work(work: Work) -> float:
    argv = [sys.executable, "-m", Work.__module__]
    done = subprocess.run(argv, input=json.dumps(asdict(work)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"the ceiling: {done.stderr[-2000:]}")
    return float(done.stdout)
