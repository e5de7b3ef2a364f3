"""Which lines of an RBAC policy are refused or warned of. test_settings_argocd.py asks Argo CD about the same lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.rbac_policy import ACTIONS, problems, warnings
from tests.controlplane import build
from tests.support.policies import BROKEN, ODD, SOUND


@pytest.mark.parametrize("line", SOUND)
def test_sound(line: str) -> None:
    assert list(problems(line, "policy")) == []
    assert list(warnings(line, "policy")) == []


@pytest.mark.parametrize(("line", "reason"), BROKEN.items())
def test_broken(line: str, reason: str) -> None:
    (problem,) = problems(f"# a comment\n{line}", "policy")
    assert problem.startswith(f"policy line 2: {reason}")
    assert list(warnings(line, "policy")) == []


@pytest.mark.parametrize(("line", "reason"), ODD.items())
def test_odd(line: str, reason: str) -> None:
    assert list(problems(line, "policy")) == []
    (warning,) = warnings(line, "policy")
    assert reason in warning


def test_expressions_are_no_globs() -> None:
    assert list(warnings("p, role:x, applications, delete/.*/Pod, shop/.*, allow", "policy", regex=True)) == []


def test_resources_and_actions_are_those_of_argocd() -> None:
    """The table of docs/operator-manual/rbac.md."""
    page = Path(build().argocd_manifests).parent / "docs" / "operator-manual" / "rbac.md"
    table = re.search(r"^\| Resource\\Action .*?\n\n", page.read_text(), re.MULTILINE | re.DOTALL)
    assert table is not None
    head, _line, *rows = ([cell.strip() for cell in row.split("|")[1:-1]] for row in table[0].strip().splitlines())
    told = {
        row[0].strip("*"): {action for action, cell in zip(head[1:], row[1:], strict=True) if cell == "✅"}
        for row in rows
    }
    assert told == {resource: set(actions) for resource, actions in ACTIONS.items()}
