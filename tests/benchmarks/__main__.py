"""`python -m tests.benchmarks [--quick] [--without-peers] [--rounds N]`, from the root of the repository."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.controlplane import ControlPlane, ControlPlaneError, Proxy, build
from tests.controlplane.plane import terminate
from tests.controlplane.toolchain import KUBERNETES

from . import peers, report, tools
from .bench import CONNECTIONS, STEPS, Bench
from .measure import CommandError

DELAYS = (0, 10)
RESOURCES = (0, 20, 150)
"""Deployed by each Application that is listed."""
OUTPUT = Path(__file__).parent / "results.json"


def main() -> int:
    """The exit status: 0 unless something broke; a missed target is only told."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, terminate)
    try:
        build()
        peer = None if options.without_peers else peers.kubernetes_core()
        with (
            ControlPlane(argocd=False, controllers=False) as plane,
            Proxy(plane) as proxy,
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
        ):
            bench = Bench(plane, proxy, Path(folder), lambda line: print(line, file=sys.stderr, flush=True))
            _run(bench, options, peer[0] if peer else None)
    except (CommandError, ControlPlaneError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    _report(bench, options, peer[1] if peer else "")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Compare with other tools.")
    parser.add_argument("--quick", action="store_true", help="100 objects instead of 1,000 and 10,000, one round")
    parser.add_argument("--without-peers", action="store_true", help="only this collection and the ceiling")
    parser.add_argument("--rounds", type=int, default=3, help="of ours and the ceiling (default: %(default)s)")
    parser.add_argument("--peer-rounds", type=int, default=1, help="of the others (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the JSON file (default: %(default)s)")
    return parser


def _counts(options: argparse.Namespace) -> tuple[int, int]:
    return (100, 0) if options.quick else (1000, 10_000)


def _run(bench: Bench, options: argparse.Namespace, collections: Path | None) -> None:
    folder, rounds = bench.folder, 1 if options.quick else options.rounds
    count, many = _counts(options)
    ours = tools.ours(folder)
    others = [tools.kubernetes_core(folder, collections), tools.kubectl(folder)] if collections else []
    for tool in [ours, *others]:
        bench.warm_up(tool)
    for delay in DELAYS:
        bench.set_delay(delay)
        # Round by round, as what else the machine does changes meanwhile: what is compared is measured side by side.
        for number in range(max(rounds, options.peer_rounds if others else 0)):
            if number < rounds:
                bench.empty_playbook(tools.empty(folder))
                bench.ceiling(count, (16,) if options.quick else CONNECTIONS)
                bench.tool(ours, count)
            if number < options.peer_rounds:
                for tool in others:
                    bench.tool(tool, count)
    bench.set_delay(0)
    if many:
        bench.tool(ours, many, STEPS[:2])
    _list(bench, collections, count, many, rounds)


def _list(bench: Bench, collections: Path | None, count: int, many: int, rounds: int) -> None:
    readers = [partial(tools.information, bench.folder, detail) for detail in ("compact", "brief")]
    peer = [partial(tools.kubernetes_core_information, bench.folder, collections)] if collections else []
    for resources in RESOURCES if many else RESOURCES[1:2]:
        bench.listing([*readers, *peer], count, resources, rounds)
    for resources in RESOURCES[:2] if many else ():
        bench.listing(readers, many, resources)


def _report(bench: Bench, options: argparse.Namespace, peer: str) -> None:
    count, many = _counts(options)
    results = report.Results(bench.figures, count)
    print(*report.table(results), "", sep="\n")
    judged = list(report.targets(results, many))
    print(*judged, "", sep="\n")
    written = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "environment": _environment(peer),
        "figures": [asdict(each) | {"median": each.median} for each in results.figures],
        "targets": [asdict(each) | {"met": each.met} for each in judged],
    }
    options.output.write_text(json.dumps(written, indent=1) + "\n")
    print(f"written to {options.output}")


def _environment(peer: str) -> dict[str, Any]:
    packages = {name: metadata.version(name) for name in ("ansible-core", "kubernetes", "urllib3", "PyYAML")}
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()}
    versions = {"python": platform.python_version(), "api server": KUBERNETES, "kubernetes.core": peer}
    return machine | versions | packages


if __name__ == "__main__":
    sys.exit(main())
