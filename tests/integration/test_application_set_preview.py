"""What the preview tells is what Argo CD's ApplicationSet controller then does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._gittree import Repositories
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.generators import generate
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.preview import Preview, preview
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from tests.controlplane import Cluster, eventually
from tests.support.combining_sets import cluster_secrets
from tests.support.generating_sets import Manifest, application_set, go, listed, matrix, run
from tests.support.git import git


@dataclass(frozen=True)
class Place:
    """ApplicationSets whose names begin with `name`, and all that comes of them."""

    cluster: Cluster
    name: str

    def all(self, kind: str) -> list[Manifest]:
        read = self.cluster.kubectl("get", kind, "--namespace=argocd", "--output=json")
        found: list[Manifest] = json.loads(read)["items"]
        return found

    def live(self) -> dict[str, Manifest]:
        """This test's Applications by name, those that are on their way out left out."""
        found = {one["metadata"]["name"]: one for one in self.all("applications")}
        mine = {name: one for name, one in found.items() if name.startswith(self.name)}
        return {name: one for name, one in mine.items() if "deletionTimestamp" not in one["metadata"]}

    def apply(self, manifest: Manifest) -> None:
        self.cluster.kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=json.dumps(manifest))

    def set(self, spec: Manifest, suffix: str = "") -> Manifest:
        return application_set(self.name + suffix, spec)

    def foretell(self, manifest: Manifest) -> Preview:
        """What the preview says of an ApplicationSet, as it is or will be, and the Applications that there are now."""
        secrets = self.all("secrets")
        projects = {one["metadata"]["name"] for one in self.all("appprojects")}
        with Repositories(run) as repositories:
            generated = generate(manifest, secrets, repositories)
        live = list(self.live().values())
        return preview(deepcopy(manifest), generated, live, APPLICATION, projects=projects, clusters=secrets)

    def settles(self, manifest: Manifest, *, changed: Preview) -> None:
        """Wait until the controller has done what was foretold: nothing is left to do, and nothing else was done."""
        before = {*changed.updated, *changed.unchanged, *changed.kept, *changed.conflicts, *changed.postponed}
        wanted = {*before, *changed.created}

        def left() -> tuple[set[str], Preview]:
            return set(self.live()), self.foretell(manifest)

        def done(state: tuple[set[str], Preview]) -> bool:
            return state[0] == wanted and not (state[1].created or state[1].updated or state[1].deleted)

        eventually(left, f"{wanted} and nothing left to do", 40, accept=done)

    def clean(self) -> None:
        """Delete all that was made; Applications are orphaned first, so that nobody else deletes them meanwhile."""
        for kind in ("applicationsets", "applications"):
            for one in self.all(kind):
                where = (kind, one["metadata"]["name"], "--namespace=argocd")
                if not one["metadata"]["name"].startswith(self.name):
                    continue
                if kind == "applications" and "deletionTimestamp" not in one["metadata"]:
                    gone = '{"metadata": {"finalizers": null}}'
                    self.cluster.kubectl("patch", *where, "--type=merge", f"--patch={gone}")
                self.cluster.kubectl("delete", *where, "--cascade=orphan", "--ignore-not-found")


@pytest.fixture
def place(controlplane: Cluster) -> Iterator[Place]:
    here = Place(controlplane, f"preview-{uuid.uuid4().hex[:8]}")
    try:
        yield here
    finally:
        here.clean()


def template(name: str, value: str = "x", **spec: Any) -> Manifest:
    """A template whose Applications Argo CD leaves alone, because nobody syncs them."""
    return {
        "metadata": {"name": name, "labels": {"value": value}},
        "spec": {
            "project": "default",
            "source": {"repoURL": "https://git.example.org/none.git", "path": value},
            "destination": {"name": "in-cluster", "namespace": "x"},
            **spec,
        },
    }


def states(told: Preview) -> dict[str, Any]:
    return {key: value for key, value in vars(told).items() if value}


def test_a_list_that_grows_and_shrinks(place: Place) -> None:
    name = place.name + "-{{ .name }}"
    first = place.set(go(listed({"name": "a"}, {"name": "b"}, {"name": "c"}), template=template(name)))
    told = place.foretell(first)
    assert states(told) == {"created": [f"{place.name}-{each}" for each in "abc"]}
    place.apply(first)
    place.settles(first, changed=told)

    change = {"name": "b", "value": "y"}
    made = template(name, '{{ index . "value" | default "x" }}')
    second = place.set(go(listed({"name": "a"}, change, {"name": "d"}), template=made))
    told = place.foretell(second)
    assert states(told) == {
        "created": [f"{place.name}-d"],
        "updated": {f"{place.name}-b": ["metadata.labels.value", "spec.source.path"]},
        "unchanged": [f"{place.name}-a"],
        "deleted": {f"{place.name}-c": True},
    }
    place.apply(second)
    place.settles(second, changed=told)
    assert place.live()[f"{place.name}-b"]["spec"]["source"]["path"] == "y"


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("create-only", {"created": "c", "kept": "ab"}),
        ("create-update", {"created": "c", "updated": "a", "kept": "b"}),
        ("create-delete", {"created": "c", "deleted": "b", "kept": "a"}),
    ],
)
def test_policies(place: Place, policy: str, wanted: dict[str, str]) -> None:
    name = place.name + "-{{ .name }}"
    first = place.set(go(listed({"name": "a"}, {"name": "b"}), template=template(name)))
    place.apply(first)
    place.settles(first, changed=place.foretell(first))
    spec = go(
        listed({"name": "a"}, {"name": "c"}), template=template(name, "new"), syncPolicy={"applicationsSync": policy}
    )
    second = place.set(spec)
    told = place.foretell(second)
    assert {key: sorted(value) for key, value in states(told).items()} == {
        key: [f"{place.name}-{each}" for each in names] for key, names in wanted.items()
    }
    place.apply(second)
    place.settles(second, changed=told)
    assert place.live()[f"{place.name}-a"]["spec"]["source"]["path"] == ("new" if policy == "create-update" else "x")


def test_folders_and_files_of_a_repository(place: Place, tmp_path: Path) -> None:
    url = place.cluster.create_repository(place.name)
    git(tmp_path, "clone", "--quiet", url, ".")
    push(tmp_path, {"apps/one/config.yaml": "value: '1'", "apps/two/config.yaml": "value: '2'", "apps/.no/x": ""})
    source = {"repoURL": url, "revision": "HEAD"}
    folders = {"git": {**source, "directories": [{"path": "apps/*"}, {"path": "apps/skip*", "exclude": True}]}}
    files = {"git": {**source, "files": [{"path": "apps/*/config.yaml"}]}}
    sets = [
        place.set(go(folders, template=template(place.name + "-d-{{ .path.basename }}", "{{ .path.basename }}")), "-d"),
        place.set(go(files, template=template(place.name + "-f-{{ .path.basename }}", "{{ .value }}")), "-f"),
    ]
    for each in sets:
        told = place.foretell(each)
        assert len(told.created) == 2
        place.apply(each)
        eventually(partial(place.foretell, each), "created", 40, accept=lambda state: len(state.unchanged) == 2)

    push(
        tmp_path,
        {"apps/one/config.yaml": "value: new", "apps/three/config.yaml": "value: '3'", "apps/skip/x": ""},
        "apps/two",
    )
    expected = [({"three"}, set(), {"two"}), ({"three"}, {"one"}, {"two"})]
    for each, letter, (created, updated, deleted) in zip(sets, "df", expected, strict=True):
        told = place.foretell(each)
        found = [
            {one.rpartition(f"-{letter}-")[2] for one in group} for group in (told.created, told.updated, told.deleted)
        ]
        assert found == [created, updated, deleted]
    for each in sets:
        # Its own next look at Git is minutes away.
        refresh = ("annotate", "applicationset", each["metadata"]["name"], "--namespace=argocd", "--overwrite")
        place.cluster.kubectl(*refresh, "argocd.argoproj.io/application-set-refresh=true")
        eventually(
            partial(place.foretell, each),
            "the push arrived",
            60,
            accept=lambda state: not (state.created or state.updated or state.deleted),
        )
    names = {name.removeprefix(place.name) for name in place.live()}
    assert names == {"-d-one", "-d-three", "-f-one", "-f-three"}
    assert place.live()[f"{place.name}-f-one"]["spec"]["source"]["path"] == "new"


def push(folder: Path, files: dict[str, str], gone: str = "") -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    if gone:
        git(folder, "rm", "--quiet", "-r", gone)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "change")
    git(folder, "push", "--quiet", "origin", "HEAD:main")


def test_clusters_and_a_matrix(place: Place) -> None:
    with cluster_secrets(place.cluster) as own:
        chosen = {"clusters": {"selector": {"matchLabels": {"test": own}}}}
        made = template(
            place.name + "-{{ .metadata.labels.env | default `none` }}-{{ .x }}",
            destination={"server": "{{ .server }}"},
        )
        first = place.set(go(matrix(chosen, listed({"x": "1"}, {"x": "2"})), template=made))
        told = place.foretell(first)
        assert len(told.created) == 6
        place.apply(first)
        place.settles(first, changed=told)

        chosen["clusters"]["selector"]["matchLabels"]["env"] = "prod"
        second = place.set(go(matrix(chosen, listed({"x": "1"}, {"x": "3"})), template=made))
        told = place.foretell(second)
        assert told.created == [f"{place.name}-prod-3"]
        assert told.unchanged == [f"{place.name}-prod-1"]
        assert len(told.deleted) == 5
        place.apply(second)
        place.settles(second, changed=told)


def test_what_is_not_written(place: Place) -> None:
    """Two of one name, a project and a cluster that do not exist: the others are made nevertheless."""
    made = template(place.name + "-{{ .name }}", project="{{ .project }}", destination={"name": "{{ .cluster }}"})
    good = {"project": "default", "cluster": "in-cluster"}
    elements = [
        {"name": "good", **good},
        {"name": "twice", **good},
        {"name": "twice", **good},
        {"name": "project", **good, "project": "nothing"},
        {"name": "cluster", **good, "cluster": "nothing"},
    ]
    manifest = place.set(go(listed(*elements), template=made))
    told = place.foretell(manifest)
    assert told.created == [f"{place.name}-good"]
    assert set(told.invalid) == {f"{place.name}-{each}" for each in ("twice", "project", "cluster")}
    place.apply(manifest)
    place.settles(manifest, changed=told)


def test_one_that_is_there_already(place: Place) -> None:
    """What belongs to nobody is taken over; what belongs to another ApplicationSet stops every deletion."""
    name = place.name + "-{{ .name }}"
    first = place.set(go(listed({"name": "a"}, {"name": "b"}), template=template(name)))
    made = template(f"{place.name}-free")
    place.apply(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            **made,
            "metadata": {**made["metadata"], "namespace": "argocd"},
        }
    )
    place.apply(first)
    eventually(place.live, "two", 40, accept=lambda live: len(live) == 3)

    other = place.set(go(listed({"name": "free"}, {"name": "own"}), template=template(name)), "-other")
    told = place.foretell(other)
    assert told.updated == {f"{place.name}-free": ["metadata.finalizers", "metadata.ownerReferences"]}
    assert told.created == [f"{place.name}-own"]
    place.apply(other)
    eventually(lambda: place.foretell(other), "taken", 40, accept=lambda state: not (state.updated or state.created))

    greedy = place.set(go(listed({"name": "a"}, {"name": "new"}), template=template(name, "other")), "-other")
    told = place.foretell(greedy)
    assert told.conflicts == {f"{place.name}-a": f"belongs to ApplicationSet {place.name}"}
    assert (told.created, told.deleted) == ([f"{place.name}-new"], {})
    assert told.postponed == [f"{place.name}-free", f"{place.name}-own"]
    place.apply(greedy)
    place.settles(greedy, changed=with_others(told, f"{place.name}-b"))
    told_by_argocd = eventually(lambda: errors(place, greedy), "an error", 20, accept=bool)
    assert any("already owned" in each for each in told_by_argocd)
    assert place.live()[f"{place.name}-a"]["spec"]["source"]["path"] == "x"


def with_others(told: Preview, *names: str) -> Preview:
    """The same, with Applications that have nothing to do with the ApplicationSet."""
    copy = deepcopy(told)
    copy.unchanged += names
    return copy


def errors(place: Place, manifest: Manifest) -> list[str]:
    """What the controller says went wrong."""
    name = manifest["metadata"]["name"]
    found = next(one for one in place.all("applicationsets") if one["metadata"]["name"] == name)
    conditions = (found.get("status") or {}).get("conditions") or ()
    return [each["message"] for each in conditions if (each["type"], each["status"]) == ("ErrorOccurred", "True")]


def test_what_people_changed(place: Place) -> None:
    """Preserved and ignored fields stay, the rest is put back; what the preview says is what happens."""
    made = template(place.name + "-{{ .name }}", syncPolicy={"automated": {"prune": True}})
    spec = go(
        listed({"name": "a"}),
        template=made,
        preservedFields={"annotations": ["mine.example.org/a"], "labels": ["mine"]},
        ignoreApplicationDifferences=[
            {"jsonPointers": ["/spec/source/targetRevision"]},
            {"jqPathExpressions": [".spec.info"]},
        ],
    )
    manifest = place.set(spec)
    place.apply(manifest)
    place.settles(manifest, changed=place.foretell(manifest))
    name = f"{place.name}-a"
    edit = {
        "metadata": {"annotations": {"mine.example.org/a": "1"}, "labels": {"mine": "1"}},
        "spec": {"source": {"targetRevision": "v2"}, "info": [{"name": "n", "value": "v"}]},
    }
    place.cluster.kubectl(
        "patch", "application", name, "--namespace=argocd", "--type=merge", f"--patch={json.dumps(edit)}"
    )
    assert states(place.foretell(manifest)) == {"unchanged": [name]}
    changed = place.set({**spec, "template": {**made, "metadata": {**made["metadata"], "labels": {"value": "new"}}}})
    told = place.foretell(changed)
    assert states(told) == {"updated": {name: ["metadata.labels.value"]}}
    place.apply(changed)
    place.settles(changed, changed=told)
    live = place.live()[name]
    assert live["spec"]["source"]["targetRevision"] == "v2"
    assert live["metadata"]["labels"] == {"value": "new", "mine": "1"}
