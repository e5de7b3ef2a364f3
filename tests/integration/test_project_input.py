"""What is wrong with the options or files is told in one line, all of it at once, before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_input import common_files, common_options, dest_beside
from tests.support.canary import CANARY, tells_no_secret
from tests.support.lab import PROJECT, Lab, refused
from tests.support.projects import project, role

HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: shop}\n"
SPEC = "spec: {sourceRepos: ['https://git.example.org/shop.git']}\n"

OPTIONS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    (
        "policy of another project",
        project("shop", roles=[role("web", "ci")]),
        ("/shop: roles[0].policies[0]: 'p, proj:web:ci, ", "is for proj:web:ci; here it must be for proj:shop:ci"),
    ),
    (
        "credentials in a URL",
        project("shop", source_repos=["https://user:s3cret@git.example.org/x"]),
        ("source_repos[0]: holds credentials",),
    ),
    (
        "schedule",
        project("shop", sync_windows=[{"kind": "allow", "schedule": "daily", "duration": "1h", "clusters": ["*"]}]),
        ("sync_windows[0].schedule: 'daily' has 1 fields, not five",),
    ),
    (
        "kind of a window",
        project("shop", sync_windows=[{"kind": "block"}]),
        ("value of kind must be one of: allow, deny, got: block found in sync_windows",),
    ),
    ("role without a name", project("shop", roles=[{"policies": []}]), ("missing required", "name found in roles")),
    (
        "tokens",
        project("shop", roles=[{"name": "ci", "jwt_tokens": [{"iat": 1}]}]),
        ("Unsupported parameters", "roles.jwt_tokens"),
    ),
    (
        "text as a boolean in a list",
        {"projects": [project("shop", permit_only_project_scoped_clusters="perhaps")]},
        ("projects[0] (shop).permit_only_project_scoped_clusters: must be true or false, not 'perhaps'",),
    ),
    (
        "override of a wrong shape",
        project("shop", spec_overrides={"roles": {"ci": {}}}),
        ("/shop.spec_overrides.roles: must be a list, not a dict",),
    ),
    *common_options(
        project,
        "projects",
        {"source_repos": ["*"]},
        ("source_repo", "source_repos"),
        ("sourceRepos", "source_repos"),
    ),
    *dest_beside(project),
]


@pytest.mark.parametrize(("options", "parts"), [case[1:] for case in OPTIONS], ids=[case[0] for case in OPTIONS])
def test_options(lab: Lab, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    assert "s3cret" not in refused(lab.of(PROJECT), options, *parts)


@pytest.mark.parametrize("many", [False, True])
def test_credentials_in_a_url_are_not_told(lab: Lab, tmp_path: Path, many: bool) -> None:
    """Nor the kubeconfig, with everything that Ansible can be made to say."""
    url = f"https://me:{CANARY}-url@git.example.org/x"
    rule = {"repos": [{"url": url}], "gpg": {"mode": "head", "keys": ["4AEE18F83AFDEB23"]}}
    shop = project("shop", source_repos=[url], source_integrity={"git": {"policies": [rule]}})
    where = {"namespace": lab.namespace, "host": lab.proxy.host, "api_key": CANARY, "validate_certs": False}
    options = {**where, **({"projects": [shop]} if many else shop)}
    told = tells_no_secret("argocd_project", options, [CANARY], tmp_path)
    assert "2 problems: (1) " in told.result["msg"]
    assert "source_repos[0]: holds credentials" in told.result["msg"]


def test_all_problems_at_once(lab: Lab) -> None:
    items = [project("shop", description="x" * 256, destinations=[{}]), project("UPPER"), project("fine")]
    parts = ("3 problems: (1) ", "description: has 256", "destinations[0]: names no cluster", "'UPPER'", "Nothing was")
    refused(lab.of(PROJECT), {"projects": items}, *parts)


FILES: list[tuple[str, str, tuple[str, ...]]] = [
    (
        "unknown key",
        HEAD + SPEC.replace("sourceRepos", "sourceRepo"),
        ("(document 1) AppProject shop.spec.sourceRepo: unknown key, did you mean sourceRepos?",),
    ),
    (
        "text as boolean",
        HEAD + 'spec: {orphanedResources: {warn: "yes"}}\n',
        ("spec.orphanedResources.warn: must be true or false, not 'yes'",),
    ),
    ("list as spec", HEAD + "spec: [a]\n", ("AppProject shop.spec: must be a mapping, not a list",)),
    ("list as roles", HEAD + "spec: {roles: [[a]]}\n", ("AppProject shop.spec.roles[0]: must be a mapping",)),
    *common_files(PROJECT, SPEC),
]


@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_files(lab: Lab, tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    refused(lab.of(PROJECT), {"src": str(file)}, str(file), *parts)
