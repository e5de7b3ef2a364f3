"""With a real Argo CD: what was previewed happens, nothing is deleted beyond the limit, and nobody writes twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set import from_options
from tests.controlplane import Access, Cluster, eventually
from tests.support.application_set_fields import full
from tests.support.argocd_api import ArgoCD
from tests.support.canary import tells_no_secret
from tests.support.workshop import ARGOCD, HERE, Workshop, workshop

MODULE = "argocd_application_set"
FULL = full()
SECRET_TYPE = "argocd.argoproj.io/secret-type"
REFRESH = "argocd.argoproj.io/application-set-refresh"
CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}, data: {word: hello}}\n"
FILES = {
    **{f"apps/{name}/config.yaml": CONFIG for name in ("cart", "search", "web")},
    "stages/test.json": '{"stage": "test", "size": {"replicas": 1}}',
    "stages/live.yaml": "stage: live\nsize: {replicas: 3}\n",
}


@pytest.fixture
def place(controlplane: Cluster) -> Iterator[Workshop]:
    with workshop(controlplane, FILES) as place:
        yield place


def generated(place: Workshop, *generators: dict[str, Any], name: str, path: str = "apps/web", **more: Any) -> Any:
    """Options of an ApplicationSet whose Applications nobody syncs."""
    return {
        "name": f"{place.name}-set",
        "labels": {"workshop": place.name},
        "go_template": True,
        "go_template_options": ["missingkey=error"],
        "generators": list(generators),
        "template": {
            "metadata": {"name": f"{place.name}-{name}", "labels": {"workshop": place.name}},
            "spec": {
                "project": "default",
                "source": {"repo_url": place.url, "target_revision": "main", "path": path},
                "destination": {"server": HERE, "namespace": place.name},
            },
        },
        **more,
    }


def elements(*names: str) -> dict[str, Any]:
    return {"list": {"elements": [{"name": name} for name in names]}}


def applications(place: Workshop) -> dict[str, dict[str, Any]]:
    """The Applications that are there and stay, by what follows the workshop's name."""
    how = (f"--namespace={ARGOCD}", f"--selector=workshop={place.name}", "--output=json")
    items = json.loads(place.cluster.kubectl("get", "applications", *how))["items"]
    staying = [one for one in items if "deletionTimestamp" not in one["metadata"]]
    return {one["metadata"]["name"].removeprefix(f"{place.name}-"): one for one in staying}


def previewed(place: Workshop, options: Mapping[str, Any], **how: Any) -> dict[str, Any]:
    """What the module says of one ApplicationSet, with the names of Applications as `applications` has them."""
    result = place.run_other(MODULE, {**options, "state": "previewed"}, **how)
    assert result["changed"] is False
    (found,) = result["preview"]
    short = json.loads(json.dumps(found).replace(f"{place.name}-", ""))
    assert isinstance(short, dict)
    return short


def comes_true(place: Workshop, options: Mapping[str, Any]) -> dict[str, Any]:
    """Preview, write nothing, then write, and wait for what was previewed; give the preview."""
    before = applications(place)
    told = previewed(place, options)
    assert place.run_other(MODULE, {**options, "max_deletions": 50}, check=True)["changed"] is True
    assert applications(place).keys() == before.keys()
    place.run_other(MODULE, {**options, "max_deletions": 50})
    gone = {one["name"] for one in told["deleted"]}
    names = (before.keys() - gone) | set(told["created"])
    eventually(lambda: applications(place).keys() == names, f"the Applications are {sorted(names)}")
    nothing = {"created": [], "updated": [], "deleted": [], "unchanged": len(names)}
    eventually(lambda: _part(previewed(place, options), nothing) == nothing, "nothing is left to do")
    after = applications(place)
    changed = {name for name in before.keys() & after.keys() if _declared(before[name]) != _declared(after[name])}
    assert changed == {one["name"] for one in told["updated"]}
    assert told["unchanged"] == len((before.keys() & after.keys()) - changed)
    return told


def _part(whole: dict[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: whole[key] for key in keys}


def _declared(application: dict[str, Any]) -> Any:
    meta = application["metadata"]
    return [application["spec"], *(meta.get(key) for key in ("labels", "annotations", "finalizers"))]


def live_set(place: Workshop) -> dict[str, Any]:
    found = place.get("applicationsets", f"{place.name}-set")
    assert found is not None
    return found


def test_list(place: Workshop) -> None:
    first = generated(place, elements("a", "b", "c"), name="{{ .name }}")
    assert comes_true(place, first)["created"] == ["a", "b", "c"]
    second = generated(
        place,
        elements("b", "c", "d"),
        name="{{ .name }}",
        path='{{ if eq .name "c" }}apps/cart{{ else }}apps/web{{ end }}',
    )
    told = comes_true(place, second)
    assert told["created"] == ["d"]
    assert told["updated"] == [{"name": "c", "fields": ["spec.source.path"]}]
    assert told["deleted"] == [{"name": "a", "workloads": True}]
    assert told["unchanged"] == 1


def test_git_folders(place: Workshop) -> None:
    paths: list[dict[str, Any]] = [{"path": "apps/*"}]
    folders = {"git": {"repo_url": place.url, "revision": "main", "directories": paths}}
    options = generated(place, folders, name="{{ .path.basename }}", path="{{ .path.path }}")
    assert comes_true(place, options)["created"] == ["cart", "search", "web"]
    paths.append({"path": "apps/search", "exclude": True})
    told = comes_true(place, generated(place, folders, name="{{ .path.basename }}", path="{{ .path.path }}"))
    assert told["deleted"] == [{"name": "search", "workloads": True}]


def test_git_files(place: Workshop) -> None:
    files = {"git": {"repo_url": place.url, "revision": "main", "files": [{"path": "stages/*"}]}}
    patch = "metadata: {annotations: {size: '{{ .size.replicas }}'}}"
    assert comes_true(place, generated(place, files, name="{{ .stage }}"))["created"] == ["live", "test"]
    told = comes_true(place, generated(place, files, name="{{ .stage }}", template_patch=patch))
    assert [one["name"] for one in told["updated"]] == ["live", "test"]
    assert applications(place)["live"]["metadata"]["annotations"]["size"] == "3"


def add_cluster(place: Workshop, name: str) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"{place.name}-{name}",
            "namespace": ARGOCD,
            "labels": {SECRET_TYPE: "cluster", "workshop": place.name},
        },
        "stringData": {"name": f"{place.name}-{name}", "server": f"https://{place.name}-{name}.example.org"},
    }
    place.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(secret))


def test_clusters_and_matrix(place: Workshop) -> None:
    for name in ("east", "west"):
        add_cluster(place, name)
    clusters = {"clusters": {"selector": {"match_labels": {"workshop": place.name}}, "values": {"tier": "edge"}}}
    template = '{{ trimPrefix "' + place.name + '-" .nameNormalized }}'
    told = comes_true(place, generated(place, clusters, name=template))
    assert told["created"] == ["east", "west"]
    apps = {"list": {"elements": [{"app": "cart"}, {"app": "web"}]}}
    matrix = {"matrix": {"generators": [clusters, apps]}}
    told = comes_true(place, generated(place, matrix, name=template + "-{{ .app }}-{{ .values.tier }}"))
    assert told["created"] == ["east-cart-edge", "east-web-edge", "west-cart-edge", "west-web-edge"]
    assert told["deleted"] == [{"name": "east", "workloads": True}, {"name": "west", "workloads": True}]


def test_a_preview_writes_nothing(place: Workshop) -> None:
    told = previewed(place, generated(place, elements("a"), name="{{ .name }}"), check=True)
    assert told["created"] == ["a"]
    assert place.get("applicationsets", f"{place.name}-set") is None


def test_fields_of_others_count_in_a_preview(place: Workshop) -> None:
    options = generated(place, elements("a", "b"), name="{{ .name }}")
    comes_true(place, options)
    policy = '{"spec": {"syncPolicy": {"applicationsSync": "create-update"}}}'
    place.cluster.kubectl(
        "patch", "applicationset", f"{place.name}-set", f"--namespace={ARGOCD}", "--type=merge", f"--patch={policy}"
    )
    told = previewed(place, generated(place, elements("b"), name="{{ .name }}"))
    assert (told["deleted"], told["kept"]) == ([], ["a"])


def refused(place: Workshop, options: Mapping[str, Any], *names: str) -> None:
    """Refused in check mode and for real, with the names, and nothing was written."""
    before = live_set(place)
    for check in (True, False):
        result = place.run_other(MODULE, options, check=check, fails=True)
        assert f"{len(names)} Applications would be deleted, more than max_deletions" in result["msg"]
        assert all(f"{ARGOCD}/{place.name}-{name}" in result["msg"] for name in names)
        assert "nothing was written" in result["msg"]
    assert live_set(place)["spec"] == before["spec"]


def test_no_more_deletions_than_allowed(place: Workshop) -> None:
    comes_true(place, generated(place, elements("a", "b", "c"), name="{{ .name }}"))
    fewer = generated(place, elements("c"), name="{{ .name }}")
    refused(place, {**fewer, "max_deletions": 1}, "a", "b")
    other = generated(place, elements("a", "b", "c"), name="new-{{ .name }}")
    refused(place, {**other, "max_deletions": 2}, "a", "b", "c")
    gone = {"name": f"{place.name}-set", "state": "absent"}
    refused(place, {**gone, "max_deletions": 2}, "a", "b", "c")
    empty = {"application_sets": [], "prune": True, "label_selectors": [f"workshop={place.name}"], "allow_empty": True}
    refused(place, {**empty, "max_deletions": 2}, "a", "b", "c")
    assert applications(place).keys() == {"a", "b", "c"}
    kept = generated(place, elements("c"), name="{{ .name }}", sync_policy={"applications_sync": "create-update"})
    assert place.run_other(MODULE, {**kept, "max_deletions": 1})["changed"] is True
    assert place.run_other(MODULE, {**fewer, "max_deletions": 2})["changed"] is True
    eventually(lambda: applications(place).keys() == {"c"}, "two are gone")


def test_what_cannot_be_foreseen(place: Workshop) -> None:
    """It fails in a preview, and is a warning where Applications are counted."""
    comes_true(place, generated(place, elements("a", "b"), name="{{ .name }}"))
    pulls = {"pull_request": {"github": {"owner": "nobody", "repo": "nothing", "api": "http://127.0.0.1:1/"}}}
    options = generated(place, pulls, name="{{ .number }}")
    result = place.run_other(MODULE, {**options, "state": "previewed"}, fails=True)
    assert f"ApplicationSet {ARGOCD}/{place.name}-set: cannot be previewed: " in result["msg"]
    assert "pullRequest" in result["msg"]
    unseen = "nobody counted the Applications that this deletes (max_deletions)"
    assert place.run_other(MODULE, {**options, "max_deletions": 1}, warnings=(unseen,))["changed"] is True


@pytest.mark.parametrize("cascade", ["background", "foreground", "orphan", None])
def test_cascade(place: Workshop, cascade: str | None) -> None:
    comes_true(place, generated(place, elements("a", "b"), name="{{ .name }}"))
    gone: dict[str, Any] = {"name": f"{place.name}-set", "state": "absent", "max_deletions": 0}
    if cascade:
        gone["cascade"] = cascade
    if cascade != "orphan":
        refused(place, gone, "a", "b")
    result = place.run_other(MODULE, {**gone, "max_deletions": 0 if cascade == "orphan" else 2})
    assert result["summary"]["deleted"] == 1
    eventually(lambda: place.get("applicationsets", f"{place.name}-set") is None, "the ApplicationSet is gone")
    if cascade == "orphan":
        left = applications(place)
        assert left.keys() == {"a", "b"}
        assert all("ownerReferences" not in one["metadata"] for one in left.values())
    else:
        eventually(lambda: applications(place) == {}, "the Applications are gone")


def written_back(place: Workshop) -> dict[str, Any]:
    """Let the controller write the object back, as it does after each webhook, and give it."""
    name = f"{place.name}-set"
    place.cluster.kubectl("annotate", "applicationset", name, f"--namespace={ARGOCD}", f"{REFRESH}=true")

    def done() -> bool:
        return REFRESH not in live_set(place)["metadata"].get("annotations", {})

    eventually(done, "the controller took the refresh off")
    return live_set(place)


def test_what_the_controller_writes_back_is_no_change(place: Workshop) -> None:
    label = {"match_labels": {"workshop": place.name}}
    inner = {"merge": {"generators": [elements("m"), {"list": {"elements_yaml": "[]"}}], "merge_keys": ["name"]}}
    options = generated(
        place,
        {"clusters": {"selector": label, "template": {"metadata": {"annotations": {"from": "clusters"}}}}},
        {**elements("a"), "selector": {"match_expressions": [{"key": "name", "operator": "Exists"}]}},
        {"list": {"elements": [], "elements_yaml": "[]"}},
        {"git": {"repo_url": place.url, "revision": "main", "files": [{"path": "none/*"}], "values": {"x": ""}}},
        {"matrix": {"generators": [inner, {"list": {"elements": [{"n": 0, "none": None, "empty": "", "map": {}}]}}]}},
        {"merge": {"generators": [elements("n"), elements("n")], "merge_keys": ["name"]}},
        name="{{ .name }}",
        sync_policy={"preserve_resources_on_deletion": False},
        preserved_fields={"annotations": ["note"], "labels": []},
        ignore_application_differences=[{"json_pointers": ["/spec/syncPolicy"]}],
        strategy={"type": "AllAtOnce"},
    )
    place.run_other(MODULE, options)
    ours = live_set(place)["spec"]["generators"]
    back = written_back(place)
    assert back["spec"]["generators"] != ours  # Argo CD spelled more out, or the test proves nothing
    writers = {one["manager"] for one in back["metadata"]["managedFields"]}
    assert "argocd-applicationset-controller" in writers
    for check in (True, False):
        result = place.run_other(MODULE, options, check=check, diff=True)
        assert (result["changed"], result["diff"]) == (False, [])
    assert live_set(place)["metadata"]["resourceVersion"] == back["metadata"]["resourceVersion"]
    fewer = {**options, "generators": [elements("a")]}
    assert place.run_other(MODULE, fewer)["changes"][0]["fields"] == ["spec.generators"]
    assert live_set(place)["spec"]["generators"] == [elements("a")]
    written_back(place)
    assert place.run_other(MODULE, fewer)["changed"] is False


@pytest.mark.parametrize("special", FULL)
def test_what_argocd_server_writes_back_is_no_change(place: Workshop, argocd: ArgoCD, special: str) -> None:
    """Through its Go types, and so with every zero value that they spell out or drop."""
    options = {**FULL[special], "name": f"{place.name}-set", "labels": {"workshop": place.name}}
    warnings = ("template.metadata.namespace: has no effect", "has no parameter")
    place.run_other(MODULE, options, warnings=warnings)
    ours = live_set(place)
    meta = {key: ours["metadata"][key] for key in ("name", "namespace", "labels")}
    written = {"metadata": {**meta, "annotations": {"seen": "by argocd-server"}}, "spec": ours["spec"]}
    argocd.call("POST", "/api/v1/applicationsets?upsert=true", written)
    back = live_set(place)
    assert back["metadata"]["annotations"]["seen"] == "by argocd-server"
    assert "argocd-server" in {one["manager"] for one in back["metadata"]["managedFields"]}
    result = place.run_other(MODULE, options, diff=True, warnings=warnings)
    assert (result["changed"], result["diff"]) == (False, [])


USER = Access(username="argo", password="ship: the/wind")


def secret(place: Workshop, name: str, kind: str, **data: str) -> dict[str, Any]:
    """A Secret of Argo CD about a repository."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"{place.name}-{name}",
            "namespace": ARGOCD,
            "labels": {SECRET_TYPE: kind, "workshop": place.name},
        },
        "stringData": {"type": "git", **data},
    }


def tells_no_password(place: Workshop, folder: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """Preview in a play that shows all it can, and leaves all that it writes; give the result."""
    file = folder / "set.yaml"
    file.write_text(json.dumps(from_options(options, "set", [])))
    given = {"kubeconfig": str(place.cluster.kubeconfig), "state": "previewed", "src": str(file)}
    return tells_no_secret(MODULE, given, [USER.password], folder).result


def test_repositories_are_read_as_argocd_reads_them(controlplane: Cluster, tmp_path: Path) -> None:
    """With the credentials of the longest template, over TLS, and without telling them."""
    with workshop(controlplane, FILES, USER, tls=True) as place:
        folders = {"git": {"repo_url": place.url, "revision": "main", "directories": [{"path": "apps/*"}]}}
        options = generated(place, folders, name="{{ .path.basename }}")
        message = place.run_other(MODULE, {**options, "state": "previewed"}, fails=True)["msg"]
        assert "cannot be previewed: " in message
        nobody = {"username": "nobody", "password": "wrong password"}
        known = [
            secret(place, "root", "repo-creds", url=place.url[:-8], **nobody),
            secret(place, "right", "repo-creds", url=place.url, username=USER.username, password=USER.password),
            secret(place, "other", "repository", url=place.url, project="no-such-project", **nobody),
            secret(place, "own", "repository", url=place.url, insecure="true"),
        ]
        listed = {"apiVersion": "v1", "kind": "List", "items": known}
        place.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(listed))
        assert comes_true(place, options)["created"] == ["cart", "search", "web"]
        wrong = {**options, "generators": [{"git": {**folders["git"], "revision": "no-such-branch"}}]}
        message = place.run_other(MODULE, {**wrong, "state": "previewed"}, fails=True)["msg"]
        assert "no-such-branch" in message
        for folder in ("right", "wrong"):
            (tmp_path / folder).mkdir()
        assert tells_no_password(place, tmp_path / "right", options)["preview"][0]["unchanged"] == 3
        place.cluster.protect_repository(place.name, Access(username="argo", password="another one"))
        assert "cannot be read by git" in tells_no_password(place, tmp_path / "wrong", options)["msg"]
