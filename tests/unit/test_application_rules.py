"""What is refused before anything is sent, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.applications import APPLICATIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import from_manifest, from_options
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_rules import SYNC_OPTIONS, problems
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.kind import sendable

Json = dict[str, Any]
SOURCE: Json = {"repo_url": "https://x/y.git", "path": "a"}
GOOD: Json = {"name": "shop", "source": SOURCE, "destination": {"name": "one"}}


def found(**options: Any) -> list[str]:
    collected: list[str] = []
    manifest = from_options({**GOOD, **options}, "APP", collected)
    return collected + list(problems(manifest, "APP"))


def test_a_good_application_has_no_problem() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "x" * 64}, "APP: name: has 64 characters, at most 63"),
        ({"name": "Shop"}, "APP: name: 'Shop' may have only lower-case"),
        ({"name": "a..b"}, "APP: name:"),
        ({"destination": {}}, "APP: destination: one of server and name is required"),
        ({"destination": {"server": "a", "name": "b"}}, "APP: destination: server and name are both given"),
        ({"source": None}, "APP: one of source, sources and source_hydrator is required"),
        ({"sources": [SOURCE]}, "APP: source and sources are given together"),
        ({"source": {**SOURCE, "chart": "x", "target_revision": "1"}}, "APP: source: path and chart are both given"),
        ({"source": {"repo_url": "https://x"}}, "APP: source: path or chart is required"),
        ({"source": {"repo_url": "https://x", "chart": "x"}}, "target_revision (the version of the chart) is required"),
        ({"source": {**SOURCE, "path": "/etc"}}, "APP: source.path: '/etc' must be a path inside the repository"),
        ({"source": {**SOURCE, "path": "a/../../b"}}, "must be a path inside the repository"),
        ({"source": {**SOURCE, "repo_url": "https://me:secret@x/y"}}, "APP: source.repo_url: holds credentials"),
        ({"name": "x" * 54, "source": {**SOURCE, "helm": {"skip_crds": True}}}, "Helm takes at most 53"),
        ({"source": {**SOURCE, "helm": {"release_name": "x" * 54}}}, "helm.release_name has 54 characters"),
        ({"sync_policy": {"sync_options": ["CreateNamespace=True"]}}, "write CreateNamespace=true or"),
        ({"sync_policy": {"sync_options": ["createnamespace=true"]}}, "did you mean CreateNamespace?"),
        ({"sync_policy": {"sync_options": ["PrunePropagationPolicy=later"]}}, "foreground or"),
        ({"sync_policy": {"sync_options": ["Validate"]}}, "would be ignored by Argo CD"),
        ({"sync_policy": {"retry": {"backoff": {"duration": "5 seconds"}}}}, "is no duration such as 5s"),
    ],
    ids=str,
)
def test_what_argo_cd_would_refuse_or_ignore(options: Json, says: str) -> None:
    assert len(found(**options)) == 1, found(**options)
    assert says in found(**options)[0]


def test_a_refused_url_does_not_show_its_password() -> None:
    assert "secret" not in "".join(found(source={**SOURCE, "repo_url": "https://me:secret@x/y"}))


def test_what_is_fine() -> None:
    assert not found(name="x" * 63)
    assert not found(source=None, sources=[{"repo_url": "https://x", "ref": "values"}, SOURCE])
    assert not found(source={**SOURCE, "repo_url": "git@github.com:org/repo.git"})
    assert not found(source={**SOURCE, "repo_url": "ssh://git@github.com/org/repo.git"})
    every = [f"{name}={value}" for name, values in SYNC_OPTIONS.items() for value in values]
    assert not found(sync_policy={"sync_options": every})


def test_source_names_must_differ() -> None:
    assert "names two sources" in found(source=None, sources=[{**SOURCE, "name": "a"}, {**SOURCE, "name": "a"}])[0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"source": {**SOURCE, "target_revision": 1.10}},
            "APP.source.target_revision: must be a string, not 1.1; put it",
        ),
        ({"source": {**SOURCE, "target_revision": True}}, "must be a string, not True"),
        ({"source": {**SOURCE, "helm": []}}, "APP.source.helm: must be a mapping, not a list"),
        ({"source": {**SOURCE, "helm": {"value_files": "a"}}}, "value_files: must be a list, not 'a'"),
        ({"source": {**SOURCE, "helm": {"valuefiles": ["a"]}}}, "valuefiles: unknown key, did you mean value_files?"),
        ({"source": {"path": "a"}}, "APP.source.repo_url: is required"),
        ({"revision_history_limit": "many"}, "must be an integer, not 'many'"),
        ({"sync_policy": {"automated": {"prune": "maybe"}}}, "must be true or false, not 'maybe'"),
        ({"cascade": "never"}, "must be one of foreground, background, orphan, not 'never'"),
    ],
    ids=str,
)
def test_types_are_checked_with_their_place(options: Json, says: str) -> None:
    assert any(says in one for one in found(**options)), found(**options)


def test_values_convert_as_ansible_converts_them() -> None:
    collected: list[str] = []
    options = {
        **GOOD,
        "source": {**SOURCE, "target_revision": 12},
        "revision_history_limit": "3",
        "sync_policy": {"automated": {"prune": "yes", "self_heal": "False"}},
    }
    spec = from_options(options, "APP", collected)["spec"]
    assert collected == []
    assert spec["source"]["targetRevision"] == "12"
    assert spec["revisionHistoryLimit"] == 3
    assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": False}


def test_a_manifest_must_have_the_right_types_already() -> None:
    collected: list[str] = []
    spec = {"source": {"repoURL": "https://x", "targetRevision": 1, "pth": "a"}, "revisionHistoryLimit": "3"}
    from_manifest({"metadata": {"name": "a"}, "spec": spec, "data": {}}, "file", collected)
    assert sorted(collected) == [
        "file.data: unknown key",
        "file.spec.revisionHistoryLimit: must be an integer, not '3'",
        "file.spec.source.pth: unknown key, did you mean path?",
        "file.spec.source.targetRevision: must be a string, not 1; put it in quotes",
    ]


def test_an_exported_manifest_is_taken_without_what_the_server_wrote() -> None:
    collected: list[str] = []
    meta = {"name": "a", "uid": "1", "resourceVersion": "2", "managedFields": [], "labels": {"x": "y"}}
    spec = {"source": {"repoURL": "https://x", "path": "a"}, "destination": {"name": "one"}, "project": "web"}
    given = {"metadata": meta, "spec": spec, "status": {"sync": {}}, "operation": {}}
    built = from_manifest(sendable(given, APPLICATION), "file", collected)
    assert collected == []
    assert built["metadata"] == {"name": "a", "labels": {"x": "y"}}
    assert built["spec"] == spec
    assert "status" not in built


def test_cascade_is_written_as_a_finalizer() -> None:
    collected: list[str] = []
    built = from_options({**GOOD, "cascade": "background", "finalizers": ["mine"]}, "APP", collected)
    assert built["metadata"]["finalizers"] == ["mine", "resources-finalizer.argocd.argoproj.io/background"]
    assert "finalizers" not in from_options(GOOD, "APP", collected)["metadata"]


def test_overrides_are_merged_last_and_null_removes() -> None:
    overrides = {"source": {"newField": 1, "path": None}, "project": "other"}
    spec = from_options({**GOOD, "spec_overrides": overrides}, "APP", [])["spec"]
    assert spec["source"] == {"repoURL": "https://x/y.git", "newField": 1}
    assert spec["project"] == "other"


def options(**given: Any) -> Json:
    return {"namespace": "argocd", "state": "present", **given}


def test_all_problems_of_all_applications_are_told_at_once() -> None:
    bad = [{**GOOD, "destination": {}}, {**GOOD, "name": "Bad"}, {"nme": "x"}]
    with pytest.raises(GitopsError) as caught:
        gather(APPLICATIONS, options(applications=bad))
    message = str(caught.value)
    assert "applications[0] (shop): destination" in message
    assert "applications[1] (Bad): name" in message
    assert "applications[2] (without name).nme: unknown key, did you mean name?" in message
    assert message.endswith("Nothing was written.")


def test_two_of_the_same_name_are_refused() -> None:
    with pytest.raises(GitopsError, match="argocd/shop was already named by applications"):
        gather(APPLICATIONS, options(applications=[GOOD, GOOD]))


def test_options_of_one_application_do_not_mix_with_a_list() -> None:
    with pytest.raises(GitopsError, match="project: is given beside applications; put it there"):
        gather(APPLICATIONS, options(applications=[GOOD], project="web"))


def test_absent_needs_names_only() -> None:
    assert (
        gather(APPLICATIONS, {**options(applications=[{"name": "shop"}]), "state": "absent"})[0]["metadata"]["name"]
        == "shop"
    )
    with pytest.raises(GitopsError, match="name: is required"):
        gather(APPLICATIONS, {**options(applications=[{"namespace": "x"}]), "state": "absent"})


def test_a_folder_without_manifests_is_no_way_to_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(GitopsError, match="holds no manifest"):
        gather(APPLICATIONS, options(src=str(tmp_path)))
    assert gather(APPLICATIONS, options(src=str(tmp_path), prune=True)) == []
