"""The options of argocd_project against the AppProject CRD of the pinned Argo CD, and the manifests they become."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.projects import warnings
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project import (
    OPTIONS,
    SPEC,
    from_manifest,
    from_options,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project_roles import policy as policy_problem
from ansible_collections.tiphys.gitops.plugins.modules.argocd_project import SPEC as ARGUMENTS
from tests.support.contract import contract_problems
from tests.support.samples import ITEM, Leaf, at, leaves, place, sample

LEAVES = list(leaves(SPEC))
TOKENS = [{"iat": 1535390316, "id": "pipeline"}]
# argocd-server alone writes it.
EXCEPTIONS = {"spec.roles[].jwtTokens: no option"}
HERE = "https://kubernetes.default.svc"


def test_every_field_has_an_option_and_every_option_a_field() -> None:
    assert contract_problems(SPEC, "appproject", EXCEPTIONS) == []


def test_the_module_takes_every_option() -> None:
    assert OPTIONS.keys() <= ARGUMENTS.keys()


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name)
def test_option_reaches_the_manifest(leaf: Leaf) -> None:
    for turn in (0, 1):
        options: dict[str, Any] = {"name": "shop"}
        value = sample(leaf.field, turn, "x")
        place(options, leaf, value)
        problems: list[str] = []
        manifest = from_options(options, "shop", problems)
        assert problems == []
        left_out = ITEM in leaf.path and value is False  # as Argo CD does; see Reader
        assert at(manifest, ("spec", *leaf.manifest_path)) == (None if left_out else value)
        assert from_manifest(manifest, "shop", problems) == manifest
        assert problems == []


def test_monitoring_is_on_by_presence_alone() -> None:
    assert from_options({"name": "shop", "orphaned_resources": {}}, "shop", [])["spec"] == {"orphanedResources": {}}


def test_tokens_never_come_from_a_task() -> None:
    role = {"name": "ci", "jwtTokens": TOKENS}
    problems: list[str] = []
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "shop"}}
    for spec in ({"roles": [role]}, {"roles": [dict(role)], "description": "x"}):
        assert from_manifest({**manifest, "spec": spec}, "x", problems)["spec"]["roles"] == [{"name": "ci"}]
    options = {"name": "shop", "spec_overrides": {"roles": [role]}}
    assert from_options(options, "x", problems)["spec"]["roles"] == [{"name": "ci"}]
    assert problems == []
    from_options({"name": "shop", "roles": [{"name": "ci", "jwt_tokens": TOKENS}]}, "x", problems)
    assert problems == ["x.roles[0].jwt_tokens: unknown key"]


@pytest.mark.parametrize("spec", [None, [], "x", {"roles": "x"}, {"roles": ["x"]}, {"roles": {"a": 1}}])
def test_odd_manifests_are_told_and_do_no_harm(spec: Any) -> None:
    problems: list[str] = []
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "shop"}, "spec": spec}
    from_manifest(manifest, "x", problems)
    assert bool(problems) is bool(spec)


def opened(**spec: Any) -> list[str]:
    return list(warnings({"metadata": {"name": "shop", "namespace": "argocd"}, "spec": spec}))


def test_what_is_closed_is_no_warning() -> None:
    shop = {"server": HERE, "namespace": "shop"}
    assert opened() == []
    assert opened(sourceRepos=["https://git.example.org/*"], destinations=[shop]) == []
    assert opened(clusterResourceWhitelist=[{"group": "*", "kind": "*", "name": "shop-*"}]) == []
    assert opened(clusterResourceWhitelist=[{"group": "", "kind": "*"}]) == []


def test_what_opens_everything() -> None:
    everywhere = [{"name": "prod", "namespace": "*"}, {"server": "*", "namespace": "**"}]
    rest = [{"group": "*", "kind": "*"}]
    found = opened(sourceRepos=["*"], destinations=everywhere, clusterResourceWhitelist=rest)
    assert len(found) == 2, "and it includes Argo CD's own namespace"
    assert found[0].startswith("AppProject argocd/shop opens everything: source_repos '*' permits every repository, ")
    for part in ("every namespace of every cluster", "every kind", "List what its teams need instead"):
        assert part in found[0]
    assert "permits every repository" in opened(sourceRepos=["https://x/y", "*"])[0]


@pytest.mark.parametrize(
    ("policy", "odd"),
    [
        ("applications, *, shop/*, allow", ""),
        ("applications, action/apps/Deployment/restart, shop/*, allow", ""),
        ("applications, delete/*/Pod/*/*, shop/*, allow", ""),
        ("repositories, get, shop/web, allow", ""),
        ("logs, sync, shop/*, allow", "sync is no action on logs (get)"),
        ("clusters, rollback, shop/*, deny", "rollback is no action on clusters (get, create, update, delete)"),
        ("applications, delete/*/Pod/*, shop/*, allow", "* in delete/*/Pod/* matches / too"),
    ],
)
def test_policies_that_hardly_mean_what_they_say(policy: str, odd: str) -> None:
    text = f"p, proj:shop:ci, {policy}"
    assert policy_problem(text, "shop", "ci") == ""
    found = opened(roles=[{"name": "a"}, {"name": "ci", "policies": [text]}])
    assert [one.startswith(f"AppProject argocd/shop: roles[1].policies[0]: {text!r}: {odd}") for one in found] == (
        [True] if odd else []
    )


@pytest.mark.parametrize(
    ("destinations", "warned"),
    [
        ([{"server": HERE, "namespace": "argocd"}], True),
        ([{"name": "in-cluster", "namespace": "argo*"}], True),
        ([{"name": "in-*", "namespace": "{argocd,shop}"}], True),
        ([{"server": "https://*", "namespace": "*"}], True),
        ([{"name": "prod", "namespace": "argocd"}], False),
        ([{"server": "https://kubernetes.example.org", "namespace": "*"}], False),
        ([{"server": HERE, "namespace": "argocd-apps"}], False),
        ([{"server": HERE}], False),
        ([{"server": HERE, "namespace": "*"}, {"server": HERE, "namespace": "!argocd"}], False),
        ([{"server": HERE, "namespace": "!argocd"}], False),
        ([{"server": HERE, "namespace": "!kube-system"}], True),
        ([{"name": "!in-cluster", "namespace": "*"}], False),
        ([{"name": "!prod", "namespace": "*"}], True),
        ([{"name": "in-cluster", "namespace": "*"}, {"name": "in-cluster", "namespace": "!argocd"}], True),
        ([{"server": HERE, "namespace": "argo["}], False),
    ],
)
def test_argo_cds_own_namespace(destinations: list[dict[str, str]], warned: bool) -> None:
    """As Argo CD decides it: a denied namespace counts with a server only."""
    found = opened(destinations=destinations)
    assert bool(found) is warned
    if warned:
        assert "into the namespace argocd of Argo CD's own cluster" in found[0]
        assert "become an administrator of Argo CD. Name other namespaces in destinations" in found[0]
