"""What is foretold of an ApplicationSet is what Argo CD itself generates from it, Application by Application."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._gittree import Access as Login
from ansible_collections.tiphys.gitops.plugins.module_utils._gittree import Repositories
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.generators import generate
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.values import GenerationError
from tests.controlplane import Access, Cluster
from tests.support import combining_sets, git_sets
from tests.support import generating_sets as sets
from tests.support.argocd_api import ArgoCD, RefusedError
from tests.support.git import credentials, git

TABLE = json.loads((Path(__file__).parents[1] / "support/go_templates.json").read_text())
GENERATED = json.loads((Path(__file__).parents[1] / "support/generated_sets.json").read_text())
"""What the unit tests take for Argo CD's answers."""
GROUPS: dict[str, Callable[[], dict[str, Any]]] = {
    "lists": sets.lists,
    "patches": sets.patches,
    "combined": combining_sets.combined,
}


def asked(argocd: ArgoCD, spec: dict[str, Any]) -> list[str] | None:
    """What Argo CD generates, in a comparable form; None if it refuses."""
    try:
        return sets.comparable(argocd.generate(sets.application_set("x", spec)))
    except RefusedError:
        return None


def foretold(spec: dict[str, Any], clusters: list[Any], repositories: Repositories) -> list[str] | None:
    try:
        return sets.comparable(generate(deepcopy(sets.application_set("x", spec)), clusters, repositories))
    except GenerationError:
        return None


def differences(
    argocd: ArgoCD, cases: dict[str, Any], clusters: list[Any], repositories: Repositories
) -> dict[str, tuple[Any, Any]]:
    """By name of the case, what Argo CD generates and what was foretold, where that is not the same."""
    results = {name: (asked(argocd, spec), foretold(spec, clusters, repositories)) for name, spec in cases.items()}
    return {name: pair for name, pair in results.items() if pair[0] != pair[1]}


@pytest.fixture
def repositories() -> Iterator[Repositories]:
    with Repositories(sets.run) as opened:
        yield opened


@pytest.mark.parametrize("group", GROUPS)
def test_lists_patches_and_combinations(argocd: ArgoCD, repositories: Repositories, group: str) -> None:
    cases = GROUPS[group]()
    assert len(cases) > 30
    assert differences(argocd, cases, [], repositories) == {}
    assert {name: asked(argocd, spec) for name, spec in cases.items()} == {name: GENERATED[name] for name in cases}


def test_clusters(argocd: ArgoCD, controlplane: Cluster, repositories: Repositories) -> None:
    with combining_sets.cluster_secrets(controlplane) as own:
        secrets = json.loads(controlplane.kubectl("get", "secrets", "--namespace=argocd", "--output=json"))["items"]
        assert differences(argocd, combining_sets.clustered(own), secrets, repositories) == {}


def test_git(argocd: ArgoCD, controlplane: Cluster, repositories: Repositories, tmp_path: Path) -> None:
    url = git_sets.repository(controlplane, tmp_path)
    cases = git_sets.from_git(url)
    assert len(cases) > 150
    assert differences(argocd, cases, [], repositories) == {}


@pytest.mark.parametrize("own", [True, False], ids=["given", "in the URL"])
def test_a_private_repository(controlplane: Cluster, tmp_path: Path, own: bool) -> None:
    """A name and a password open it, wrong ones do not; the server's certificate is checked."""
    name = f"private-{uuid.uuid4().hex[:10]}"
    who = Access(username="robot", password="open: sesame/ü")
    url = controlplane.create_repository(name, who, tls=True)
    git_sets.fill(tmp_path)
    environment = credentials(controlplane, who)
    git(tmp_path, "push", "--quiet", url, "main", environment=environment)
    trusting = {"GIT_SSL_CAINFO": str(controlplane.git_credentials / "ca.crt")}
    given = url if own else url.replace("://", f"://{quote(who.username)}:{quote(who.password, safe='')}@")

    def opened(password: str, trust: dict[str, str]) -> Repositories:
        return Repositories(sets.run, lambda _url: Login(who.username, password) if own else None, trust)

    with opened(who.password, trusting) as repositories:
        assert repositories(given, "main").read("top.yaml") == b"name: two\n"
    with opened(who.password, {}) as repositories, pytest.raises(GitopsError, match="certificate"):
        repositories(given, "main")
    if own:
        with opened("wrong", trusting) as repositories, pytest.raises(GitopsError, match="Authentication failed"):
            repositories(given, "main")


@pytest.mark.parametrize("options", [[], ["missingkey=error"], ["missingkey=zero"]], ids=str)
def test_templates(argocd: ArgoCD, options: list[str]) -> None:
    """The unit tests' table of templates is true: every text, and every error."""
    cases = [case for case in TABLE["cases"] if case.get("options", []) == options]
    good = {f"case-{number}": case for number, case in enumerate(cases) if case["text"] is not None}
    assert texts(argocd, {key: case["template"] for key, case in good.items()}, options) == {
        key: case["text"] for key, case in good.items()
    }
    for case in cases:
        if case["text"] is None:
            with pytest.raises(RefusedError):
                texts(argocd, {"case": case["template"]}, options)


def texts(argocd: ArgoCD, templates: dict[str, str], options: list[str]) -> dict[str, str]:
    spec = {**sets.GO["spec"], "destination": {"name": "in-cluster"}}
    template = {"metadata": {"name": "x", "annotations": templates}, "spec": spec}
    made = sets.go(sets.listed(TABLE["params"]), template=template, goTemplateOptions=options)
    annotations: dict[str, str] = argocd.generate(sets.application_set("x", made))[0]["metadata"]["annotations"]
    return annotations
