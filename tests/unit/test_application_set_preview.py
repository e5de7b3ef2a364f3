"""What the preview of an ApplicationSet makes of generators, templates and live Applications, without an Argo CD."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets import schema
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.generators import OUTSIDE, generate
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.paths import (
    doublestar,
    folder_pattern,
    git_matches,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.preview import (
    Controller,
    Preview,
    allowed,
    preview,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.sources import Tree
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.values import (
    GenerationError,
    UnsupportedError,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from tests.controlplane import build
from tests.support.combining_sets import combined
from tests.support.generating_sets import (
    Manifest,
    application_set,
    classic,
    comparable,
    go,
    listed,
    lists,
    matrix,
    merge,
    patches,
)


class Paths:
    """A repository that is a mapping."""

    def __init__(self, contents: Mapping[str, str], submodules: tuple[str, ...] = ()) -> None:
        self.contents, self.others = contents, submodules

    def files(self) -> list[str]:
        return list(self.contents)

    def submodules(self) -> list[str]:
        return list(self.others)

    def read(self, path: str) -> bytes:
        return self.contents[path].encode()

    def check(self, path: str) -> None:
        pass


def names(
    spec: Manifest, contents: Mapping[str, str] | None = None, submodules: tuple[str, ...] = (), **how: Any
) -> Any:
    def repository(_url: str, _revision: str) -> Tree:
        return Paths(contents or {}, submodules)

    made = generate(application_set("set", spec), [], repository, **how)
    return [one["metadata"]["name"] for one in made]


def template(name: str) -> Manifest:
    spec = {"project": "default", "source": {"repoURL": "r", "path": "p"}, "destination": {"name": "in-cluster"}}
    return {"metadata": {"name": name}, "spec": spec}


SETS = {**lists(), **patches(), **combined()}
GENERATED = json.loads((Path(__file__).parents[1] / "support/generated_sets.json").read_text())


@pytest.mark.parametrize("name", SETS)
def test_what_argocd_generates(name: str) -> None:
    """The file holds Argo CD's own answers, as an integration test shows."""

    def made() -> list[str]:
        return comparable(generate(application_set("x", SETS[name]), [], lambda _url, _revision: Paths({})))

    if GENERATED[name] is None:
        with pytest.raises(GenerationError):
            made()
    else:
        assert made() == GENERATED[name]


@pytest.mark.parametrize("name", sorted(OUTSIDE))
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_generator_that_asks_a_service_is_named(name: str, depth: int) -> None:
    generator: Manifest = {name: {"values": {}}}
    for _level in range(depth):
        generator = matrix(generator, listed({"x": "1"}))
    with pytest.raises(UnsupportedError, match=rf"ApplicationSet set: spec.generators\[1\]: the generator {name} asks"):
        names(go(listed(), generator))


def test_an_unknown_generator_is_named() -> None:
    with pytest.raises(UnsupportedError, match="the generator lists is not known here"):
        names(go({"lists": {"elements": []}}))
    assert names(go({})) == []


def test_a_template_that_fails_tells_where_and_why() -> None:
    with pytest.raises(GenerationError) as caught:
        names(go(listed(), listed({"a": 1}), template=template("{{ .b.c }}"), goTemplateOptions=["missingkey=error"]))
    assert str(caught.value) == (
        "ApplicationSet set: spec.generators[1]: Argo CD cannot render a template: line 1: map has no entry for key 'b'"
    )


def test_a_function_that_nobody_can_foretell() -> None:
    with pytest.raises(UnsupportedError, match=r"spec.generators\[0\]: the preview does not know the function uuidv4"):
        names(go(listed({"a": 1}), template=template("{{ uuidv4 }}")))


def test_half_a_character_is_replaced() -> None:
    assert names(go(listed({"a": "h\u00e9llo"}), template=template("{{ trunc 2 .a }}"))) == ["h\ufffd"]


def test_two_clusters_with_one_name() -> None:
    labels = {"argocd.argoproj.io/secret-type": "cluster"}
    secrets = [
        {"metadata": {"labels": labels}, "stringData": {"name": "x", "server": f"https://{host}"}} for host in "ab"
    ]
    with pytest.raises(UnsupportedError, match="two clusters with the name 'x'"):
        generate(application_set("set", go({"clusters": {}})), secrets, lambda _url, _revision: Paths({}))


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("*", {"top.yaml"}),
        ("**", {"top.yaml", "a/b.yaml", "a/c/d.yaml", ".x/y.yaml"}),
        ("**/*.yaml", {"top.yaml", "a/b.yaml", "a/c/d.yaml", ".x/y.yaml"}),
        ("a/*.yaml", {"a/b.yaml"}),
        ("a/**/d.yaml", {"a/c/d.yaml"}),
        ("a/**/*.yaml", {"a/b.yaml", "a/c/d.yaml"}),
        ("{top,other}.yaml", {"top.yaml"}),
        ("[!a-c]op.yaml", {"top.yaml"}),
        ("a/?.yaml", {"a/b.yaml"}),
    ],
)
def test_new_globbing(pattern: str, wanted: set[str]) -> None:
    paths = ("top.yaml", "a/b.yaml", "a/c/d.yaml", ".x/y.yaml")
    assert {path for path in paths if doublestar(pattern).fullmatch(path)} == wanted


def test_globbing_decides_how_far_a_star_reaches() -> None:
    contents = {"a/x.yaml": "word: ax", "a/b/x.yaml": "word: abx"}
    spec = go({"git": {"files": [{"path": "a/*.yaml"}]}}, template=template("{{ .word }}"))
    assert names(spec, contents) == ["abx", "ax"]
    assert names(spec, contents, globbing=True) == ["ax"]


def test_hidden_folders() -> None:
    contents = {".h/a/x": "", "b/x": "", "b/.c/x": ""}
    spec = go({"git": {"directories": [{"path": "*"}, {"path": "*/*"}]}}, template=template("{{ .path.path }}"))
    assert names(spec, contents) == ["b"]
    assert names(spec, contents, hidden=True) == [".h", ".h/a", "b", "b/.c"]


def test_submodules_are_folders_of_unknown_content() -> None:
    def spec(key: str, path: str) -> Manifest:
        return go({"git": {key: [{"path": path}]}}, template=template("{{ .path.path }}"))

    assert names(spec("directories", "apps/*"), {"apps/a/x": ""}, ("apps/sub",)) == ["apps/a", "apps/sub"]
    with pytest.raises(UnsupportedError, match="what the submodule apps/sub holds"):
        names(spec("directories", "apps/*/*"), {"apps/a/x": ""}, ("apps/sub",))
    with pytest.raises(UnsupportedError, match="what the submodule apps/sub holds"):
        names(spec("files", "apps/*"), {"apps/a/x": ""}, ("apps/sub",))


@pytest.mark.parametrize("pattern", ["[", "a[", "[]", "[^]", "a\\", "[b-", "[-a]"])
def test_a_malformed_pattern_matches_nothing(pattern: str) -> None:
    assert all(not folder_pattern(pattern).fullmatch(path) for path in ("", "a", "b", "[", "-", pattern))


def test_magic_of_git_patterns_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="pathspec magic"):
        git_matches(":(glob)**", "x")


def test_the_table_of_fields_is_the_definition() -> None:
    crd = yaml.safe_load((build().argocd_manifests / "crds/application-crd.yaml").read_text())
    found = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert _shape(found) == schema.SPEC


def _shape(node: Mapping[str, Any]) -> Any:
    if node.get("x-kubernetes-int-or-string") or node.get("x-kubernetes-preserve-unknown-fields"):
        return "intstr" if node.get("x-kubernetes-int-or-string") else "any"
    if node["type"] == "object" and "additionalProperties" in node:
        return {"*": _shape(node["additionalProperties"])}
    if node["type"] == "object":
        return {key: _shape(value) for key, value in node["properties"].items()}
    return [_shape(node["items"])] if node["type"] == "array" else node["type"][0]


LIVE_OWNER = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "set", "controller": True}


def told(spec: Manifest, live: list[Manifest], **how: Any) -> Preview:
    manifest = application_set("set", spec)
    return preview(manifest, generate(manifest, [], lambda _url, _revision: Paths({})), live, APPLICATION, **how)


def live(name: str, **spec: Any) -> Manifest:
    made = template(name)
    meta = {"name": name, "finalizers": ["resources-finalizer.argocd.argoproj.io"]}
    return {"metadata": {**meta, "ownerReferences": [LIVE_OWNER]}, "spec": {**made["spec"], **spec}}


def of(*each: str, **spec: Any) -> Manifest:
    return go(listed(*({"n": name} for name in each)), template=template("{{ .n }}"), **spec)


@pytest.mark.parametrize(
    ("controller", "own", "wanted"),
    [
        (Controller(), None, "sync"),
        (Controller(), "create-only", "create-only"),
        (Controller("create-update"), "create-only", "create-update"),
        (Controller("create-update", override=True), "create-only", "create-only"),
        (Controller("", override=False), "create-only", "sync"),
    ],
)
def test_whose_policy_counts(controller: Controller, own: str | None, wanted: str) -> None:
    spec = {"syncPolicy": {"applicationsSync": own}} if own else {}
    assert allowed(application_set("set", spec), controller) == wanted


def test_zero_values_are_no_change() -> None:
    source = {"repoURL": "r", "path": "p", "targetRevision": "", "helm": {}, "kustomize": {"images": []}}
    assert told(of("a"), [live("a", source=source, syncPolicy={}, ignoreDifferences=[])]).unchanged == ["a"]
    assert told(of("a"), [live("a", syncPolicy={"automated": {}})]).updated == {"a": ["spec.syncPolicy"]}
    here = {"server": "https://kubernetes.default.svc/"}
    assert told(of("a"), [live("a", destination=here)]).updated == {
        "a": ["spec.destination.name", "spec.destination.server"]
    }


def test_a_deletion_tells_whether_resources_go_too() -> None:
    orphan = live("b")
    orphan["metadata"]["finalizers"] = []
    gone = live("c", destination={"name": "nowhere"})
    assert told(of(), [live("a"), orphan, gone], clusters=[]).deleted == {"a": True, "b": False, "c": False}


def test_nothing_is_generated_after_an_error() -> None:
    with pytest.raises(GitopsError):
        told(classic(merge(["a"], listed())), [live("a")])


def test_a_rule_in_jq_that_is_no_path() -> None:
    rules = [{"jqPathExpressions": [".spec.sources[] | select(.ref)"]}]
    with pytest.raises(UnsupportedError, match="the jq expression"):
        told(of("a", ignoreApplicationDifferences=rules), [live("a")])
    other = [{**rules[0], "name": "other"}]
    assert told(of("a", ignoreApplicationDifferences=other), [live("a")]).unchanged == ["a"]
