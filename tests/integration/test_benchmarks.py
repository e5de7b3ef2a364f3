"""`make bench` in small, so that it still runs when somebody wants to know; times are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.report import Target

ROOT = Path(__file__).parents[2]


def test_a_small_run_counts_the_requests_that_are_promised(tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    argv = [sys.executable, "-m", "tests.benchmarks", "--quick", "--without-peers", f"--output={output}"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(output.read_text())
    requests = {(each["tool"], each["delay"], each["step"]): each["requests"] for each in results["figures"]}
    for delay in (0, 10):
        assert requests["tiphys.gitops", delay, "create"] == 1 + 100
        assert requests["tiphys.gitops", delay, "unchanged"] == 1
        assert requests["tiphys.gitops", delay, "1 % changed"] == 1 + 1
        assert requests["ceiling", delay, "create"] == 100
    lists = {each["tool"]: each["requests"] for each in results["figures"] if each["step"].startswith("list ")}
    assert lists == {"tiphys.gitops": 1, "tiphys.gitops, brief": 1}
    assert all(min(each["seconds"]) > 0 for each in results["figures"])
    assert all(each["met"] for each in results["targets"])
    assert len(results["targets"]) == 6


def test_a_target_says_whether_it_is_met() -> None:
    assert Target("x", 5, ">=", 5).met
    assert not Target("x", 4.9, ">=", 5).met
    assert not Target("requests", 0, "=", 101).met
    assert str(Target("x", 2, "<=", 1)) == "MISSED x: 2 (<= 1)"
