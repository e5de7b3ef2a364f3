"""Before Applications are foretold: which credentials open a repository, and what an ApplicationSet will be."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.values import UnsupportedError
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.foretelling import outcome
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.repository_access import Entrance, entrance
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set import from_options
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.secret import SECRET_TYPE, encoded
from tests.support.application_sets import application_set, spec, stages

URL = "https://git.example.org/team/shop.git"


def secret(kind: str, url: str, **data: str) -> dict[str, Any]:
    values = {key: encoded(value) for key, value in {"url": url, **data}.items()}
    return {"metadata": {"name": "x", "labels": {SECRET_TYPE: kind}}, "data": values}


def repository(url: str = URL, **data: str) -> dict[str, Any]:
    return secret("repository", url, **data)


def template(url: str, **data: str) -> dict[str, Any]:
    return secret("repo-creds", url, **data)


def user(found: Entrance) -> str:
    return found.access.username


def test_without_a_secret_nothing_is_sent() -> None:
    assert entrance(URL, "shop", [repository("https://git.example.org/other.git", username="x")]) == Entrance(
        entrance(URL, "", []).access
    )
    assert entrance(URL, "", []).secrets == set()


def test_the_longest_template_counts() -> None:
    known = [
        template("https://git.example.org", username="host"),
        template("https://git.example.org/team/", username="team"),
        template("https://git.example.org/team/shoes", username="shoes"),
        template("", username="everywhere"),
    ]
    assert user(entrance(URL, "", known)) == "team"
    assert user(entrance("HTTPS://git.example.org/Team/shop", "", known)) == "team"


def test_a_repository_goes_before_a_template() -> None:
    known = [template("https://git.example.org", username="host"), repository(username="own")]
    assert user(entrance(URL, "", known)) == "own"
    assert user(entrance(URL.removesuffix(".git"), "", known)) == "own"


def test_a_repository_without_credentials_takes_those_of_a_template() -> None:
    known = [template("https://git.example.org", username="host", insecure="true"), repository(type="git")]
    assert entrance(URL, "", known) == Entrance(entrance(URL, "", known[:1]).access, verified=True)
    assert user(entrance(URL, "", known)) == "host"
    assert not entrance(URL, "", [repository(insecure="true")]).verified


def test_a_project_has_credentials_of_its_own() -> None:
    known = [repository(username="all"), repository(username="shop", project="shop")]
    assert [user(entrance(URL, project, known)) for project in ("shop", "other", "")] == ["shop", "all", "all"]
    assert user(entrance(URL, "other", known[1:])) == ""


def test_secrets_are_named() -> None:
    found = entrance(URL, "", [repository(username="me", password="hush", proxy="http://me:proxied@proxy:1")])
    assert found.secrets == {"hush", "me:proxied", "proxied"}
    assert found.proxy == "http://me:proxied@proxy:1"
    key = entrance(
        "git@git.example.org:shop.git", "", [repository("ssh://git@git.example.org/shop", sshPrivateKey="k")], "h"
    )
    assert (key.access.key, key.access.known_hosts) == ("k", "h")


@pytest.mark.parametrize(
    "how", [{"bearerToken": "t"}, {"githubAppPrivateKey": "k"}, {"useAzureWorkloadIdentity": "true"}]
)
def test_what_only_argocd_can_do(how: dict[str, str]) -> None:
    with pytest.raises(UnsupportedError, match="which cannot be done here"):
        entrance(URL, "", [repository(**how)])


def live(whole: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    managed = [{"manager": "tiphys.gitops", "operation": "Apply", "fieldsV1": {"f:spec": ours}}]
    return {"metadata": {"name": "shop", "namespace": "argocd", "uid": "1", "managedFields": managed}, "spec": whole}


def desired(**options: Any) -> dict[str, Any]:
    problems: list[str] = []
    manifest = from_options(application_set("shop", namespace="argocd", **options), "shop", problems)
    assert problems == []
    return manifest


def test_a_new_one_is_what_is_declared() -> None:
    assert outcome(desired(), None) == desired()


def test_fields_of_others_stay_and_ours_go() -> None:
    old = spec(
        generators=[stages("a", "b")],
        syncPolicy={"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
        preservedFields={"labels": ["x"]},
    )
    ours: dict[str, Any] = {
        "f:generators": {},
        "f:syncPolicy": {"f:preserveResourcesOnDeletion": {}},
        "f:preservedFields": {"f:labels": {}},
    }
    found = outcome(desired(generators=[stages("b")]), live(old, ours))
    assert found["spec"]["generators"] == [stages("b")]
    assert found["spec"]["syncPolicy"] == {"applicationsSync": "create-update"}
    assert found["spec"].get("preservedFields", {}) == {}
    assert found["metadata"]["uid"] == "1"


def test_a_source_makes_room_for_another() -> None:
    old = spec()
    sources = [{"repo_url": URL, "path": "x"}]
    changed = {"metadata": {"name": "a-{{ .stage }}"}, "spec": {"sources": sources, "destination": {"name": "x"}}}
    found = outcome(desired(template=changed), live(old, {}))["spec"]["template"]["spec"]
    assert "source" not in found
    assert found["sources"] == [{"repoURL": URL, "path": "x"}]
