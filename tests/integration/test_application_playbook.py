"""argocd_application in a play, as a user runs it: check mode, diff, loops, results, failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.lab import Lab, application, spec
from tests.support.playbook import play, registered

MODULE = "tiphys.gitops.argocd_application"


def task(lab: Lab, options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    given = {"namespace": lab.namespace, "kubeconfig": str(lab.proxy.kubeconfig), **options}
    return {"name": "An Application", MODULE: given, **keywords}


def test_create_again_and_delete(lab: Lab, tmp_path: Path) -> None:
    make = task(lab, application("shop", labels={"tier": "web"}))
    gone = task(lab, {"name": "shop", "state": "absent"})
    results = registered([make, make, gone, gone], tmp_path)
    assert [one["changed"] for one in results] == [True, False, True, False]
    assert all("warnings" not in one for one in results)
    assert lab.all() == {}


def test_check_mode_and_diff(lab: Lab, tmp_path: Path) -> None:
    (result,) = registered([task(lab, application("shop"))], tmp_path, "--check", "--diff")
    assert result["changed"] is True
    assert yaml.safe_load(result["diff"][0]["after"])["spec"] == spec()
    assert lab.proxy.writes() == []
    done = play([task(lab, application("shop"))], tmp_path, "--check", "--diff")
    assert f"+++ after: Application {lab.namespace}/shop" in done.stdout
    assert "+    path: deploy" in done.stdout


def test_values_from_variables(lab: Lab, tmp_path: Path) -> None:
    """Templated booleans and numbers arrive in their own type, in single options and in a list."""
    options = {
        "applications": [
            {
                **application("{{ item }}"),
                "revision_history_limit": "{{ limit }}",
                "sync_policy": {"automated": {"prune": "{{ prune }}"}},
            }
        ]
    }
    variables = {"limit": 3, "prune": True}
    play([task(lab, options, loop=["one", "two"], vars=variables)], tmp_path)
    live = lab.all()
    assert sorted(live) == ["one", "two"]
    expected = spec(revisionHistoryLimit=3, syncPolicy={"automated": {"prune": True}})
    assert [one["spec"] for one in live.values()] == [expected, expected]


def test_failure_is_one_line_and_the_rest_is_done(lab: Lab, tmp_path: Path) -> None:
    lab.apply_as("flux", "theirs", {"spec": spec(revisionHistoryLimit=1)})
    items = [application("mine"), application("theirs", revision_history_limit=2)]
    bad = task(lab, {"applications": items}, ignore_errors=True)
    (result,) = registered([bad], tmp_path)
    assert result["failed"] is True
    assert "\n" not in result["msg"]
    assert f"Application {lab.namespace}/theirs: conflict: spec.revisionHistoryLimit is applied by" in result["msg"]
    assert result["summary"]["created"] == 1
    assert sorted(lab.all()) == ["mine", "theirs"]


@pytest.mark.parametrize("check", [False, True])
def test_render_into_a_file(lab: Lab, tmp_path: Path, check: bool) -> None:
    dest = tmp_path / "shop.yaml"
    options = {**application("shop"), "state": "rendered", "dest": str(dest)}
    options.pop("namespace", None)
    arguments = ["--check"] if check else []
    results = registered([task(lab, options), task(lab, options)], tmp_path, *arguments)
    assert [one["changed"] for one in results] == ([True, True] if check else [True, False])
    assert dest.exists() is not check
    if not check:
        assert yaml.safe_load(dest.read_text())["spec"] == spec()
    assert lab.proxy.requests() == []
