"""ApplicationSets of clusters, and of generators in a matrix or merge."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.controlplane import Cluster

from .generating_sets import CLASSIC, GO, A, B, Manifest, classic, go, listed, matrix, merge


def combined() -> dict[str, Manifest]:
    """Matrix and merge, nested ones too."""
    ab, xy = listed(A, B), listed({"x": "1"}, {"x": "2"})
    name = {"metadata": {"name": "{{ .name }}-{{ .x }}", "annotations": {"all": "{{ toJson . }}"}}, "spec": GO["spec"]}
    old = {
        "metadata": {"name": "{{name}}-{{x}}", "annotations": {"all": "{{name}} {{x}} {{y}} {{values.v}}"}},
        "spec": CLASSIC["spec"],
    }
    conflict = listed({"name": "other", "x": "1"})
    found: dict[str, list[Manifest]] = {
        "matrix": [matrix(ab, xy)],
        "matrix of one": [matrix(ab)],
        "matrix of three": [matrix(ab, xy, xy)],
        "matrix with nothing": [matrix(listed(), xy)],
        "matrix with nothing second": [matrix(ab, listed())],
        "matrix with an empty entry": [matrix(ab, {})],
        "matrix with two in one entry": [matrix({**ab, "clusters": {}}, xy)],
        "matrix with the same key": [matrix(ab, conflict)],
        "matrix with a selector": [{**matrix(ab, xy), "selector": {"matchLabels": {"name": "a", "x": "2"}}}],
        "matrix with a selector inside": [matrix({**ab, "selector": {"matchLabels": {"name": "a"}}}, xy)],
        "matrix with a template": [
            matrix(ab, xy, template={"metadata": {"labels": {"m": "x"}}, "spec": {"project": ""}})
        ],
        "matrix of matrices": [matrix(matrix(ab, xy), listed({"y": "1"}))],
        "matrix, matrix second": [matrix(listed({"y": "1"}), matrix(ab, xy))],
        "matrix of merge": [matrix(merge(["name"], ab, listed({"name": "a", "path": "new"})), xy)],
        "three deep": [matrix(matrix(matrix(ab, xy), xy), listed({"y": "1"}))],
        "merge": [
            merge(
                ["name"],
                listed({**A, "x": "1"}, {**B, "x": "2"}),
                listed({"name": "a", "path": "new"}, {"name": "c", "x": "3"}),
            )
        ],
        "merge by two keys": [
            merge(
                ["name", "x"],
                listed({**A, "x": "1"}, {**B, "x": "2"}),
                listed({"name": "a", "x": "2", "path": "no"}, {"name": "b", "x": "2", "path": "new"}),
            )
        ],
        "merge of three": [
            merge(
                ["name"],
                listed({**A, "x": "1"}),
                listed({"name": "a", "path": "2"}),
                listed({"name": "a", "path": "3"}),
            )
        ],
        "merge of one": [merge(["name"], ab)],
        "merge without keys": [merge([], ab, xy)],
        "merge not unique": [merge(["name"], listed({**A, "x": "1"}, {**A, "x": "2"}), ab)],
        "merge without the key": [merge(["zzz"], listed({**A, "x": "1"}), listed({"path": "new"}))],
        "merge without the key twice": [merge(["zzz"], ab, ab)],
        "merge of merges": [
            merge(
                ["name"],
                merge(["name"], listed({**A, "x": "1"}), listed({"name": "a", "y": "1"})),
                listed({"name": "a", "path": "m"}),
            )
        ],
        "merge of matrix": [merge(["name", "x"], matrix(ab, xy), listed({"name": "a", "x": "1", "path": "m"}))],
        "merge with a template": [
            merge(
                ["name"],
                listed({**A, "x": "1"}),
                ab,
                template={"metadata": {"labels": {"m": "x"}}, "spec": {"project": ""}},
            )
        ],
    }
    both = {f"classic: {key}": classic(*each, template=old) for key, each in found.items()}
    both |= {f"go: {key}": go(*each, template=name) for key, each in found.items()}
    deep = listed({"name": "a", "x": "1", "deep": {"one": 1, "list": [1, 2], "m": {"k": "v"}}})
    more = listed({"name": "a", "deep": {"one": "", "two": 2, "list": [3], "m": {"l": "w"}}, "e": None})
    templated = listed(
        {"x": "{{ .name }}-x", "y": "{{ .path }}", "k": {"{{ .name }}": ["{{ .namespace }}"], "n": None}}
    )
    return {
        **both,
        "go: merge deeply": go(merge(["name"], deep, more), template=name),
        "go: matrix deeply": go(matrix(deep, more), template=name),
        "go: matrix deeply, other way": go(matrix(more, deep), template=name),
        "go: second of the first": go(matrix(ab, templated), template=name),
        "go: second of the first, strict": go(
            matrix(ab, templated), template=name, goTemplateOptions=["missingkey=error"]
        ),
        "classic: second of the first": classic(matrix(ab, listed({"x": "{{name}}-x", "y": "{{path}}"})), template=old),
        "go: YAML of the first": go(
            matrix(listed({**A, "l": [{"x": "1"}, {"x": "2"}]}), listed(elementsYaml="{{ .l | toJson }}")),
            template=name,
        ),
        "go: YAML of the first, nested": go(
            matrix(
                listed({**A, "l": [{"x": "1"}, {"x": "2"}]}),
                matrix(listed(elementsYaml="{{ .l | toJson }}"), listed({"z": "{{ .name }}"})),
            ),
            template=name,
        ),
        "classic: values": classic(matrix(listed({**A, "values": {"v": "1"}}), xy), template=old),
    }


def clustered(own: str) -> dict[str, Manifest]:
    """Clusters; ``own`` is the value of the label `test` of the Secrets that the test made."""
    mine = {"matchLabels": {"test": own}}
    name = {"metadata": {"name": "{{ .nameNormalized }}", "annotations": {"all": "{{ toJson . }}"}}, "spec": GO["spec"]}
    flat = {"metadata": {"name": "flat", "annotations": {"all": "{{ toJson . }}"}}, "spec": GO["spec"]}
    old = {
        "metadata": {
            "name": "{{nameNormalized}}",
            "annotations": {
                "all": "{{name}} {{server}} {{project}} {{metadata.labels.env}} "
                "{{metadata.annotations.note}} {{values.v}} {{metadata.annotations.argocd.argoproj.io/refresh}}"
            },
        },
        "spec": CLASSIC["spec"],
    }
    prod = {"matchLabels": {"test": own, "env": "prod"}}
    found: dict[str, list[Manifest]] = {
        "clusters": [{"clusters": {}}],
        "clusters: selector": [{"clusters": {"selector": mine}}],
        "clusters: one": [{"clusters": {"selector": prod}}],
        "clusters: expressions": [
            {
                "clusters": {
                    "selector": {
                        **mine,
                        "matchExpressions": [{"key": "env", "operator": "In", "values": ["prod", "dev"]}],
                    }
                }
            }
        ],
        "clusters: not prod": [
            {
                "clusters": {
                    "selector": {**mine, "matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}
                }
            }
        ],
        "clusters: wrong selector": [{"clusters": {"selector": {"matchLabels": {"test": "a b"}}}}],
        "clusters: post selector": [
            {"clusters": {"selector": mine}, "selector": {"matchLabels": {"metadata.labels.env": "prod"}}}
        ],
        "clusters: post selector by server": [
            {"clusters": {}, "selector": {"matchLabels": {"server": "https://kubernetes.default.svc"}}}
        ],
        "clusters: template": [
            {"clusters": {"selector": mine, "template": {"metadata": {"labels": {"c": "x"}}, "spec": {}}}}
        ],
        "clusters in a matrix": [matrix({"clusters": {"selector": mine}}, listed({"x": "1"}))],
        "clusters second in a matrix": [
            matrix(
                listed({"env": "prod"}, {"env": "dev"}),
                {"clusters": {"selector": {"matchLabels": {"test": own, "env": "ENV"}}}},
            )
        ],
        "clusters in a merge": [
            merge(
                ["server"],
                {"clusters": {"selector": mine}},
                listed({"server": f"https://one.{own}", "extra": "e"}),
            )
        ],
    }
    result: dict[str, Manifest] = {}
    for key, each in found.items():
        for mode, template, env in (("classic", old, "{{env}}"), ("go", name, "{{ .env }}")):
            made = (classic if mode == "classic" else go)(*each, template=template)
            result[f"{mode}: {key}"] = _replaced(made, "ENV", env)
    values = {"v": "{{ .name }}-{{ .metadata.labels.env }}", "w": "plain"}
    return {
        **result,
        "go: clusters: values": go({"clusters": {"selector": mine, "values": values}}, template=name),
        "go: clusters: values, none": go({"clusters": {"values": {"v": "{{ .name }}{{ .metadata }}"}}}, template=name),
        "go: clusters: values of values": go(
            {"clusters": {"selector": mine, "values": {"a": "1", "b": "{{ .values }}"}}}, template=name
        ),
        "classic: clusters: values": classic(
            {"clusters": {"selector": mine, "values": {"v": "{{name}}-{{metadata.labels.env}}-{{values.v}}"}}},
            template=old,
        ),
        "go: flat": go({"clusters": {"selector": prod, "flatList": True}}, template=flat),
        "go: flat, none": go(
            {"clusters": {"selector": {"matchLabels": {"test": "nothing"}}, "flatList": True}}, template=flat
        ),
        "go: late values": go(
            matrix(
                listed({"x": "1"}),
                {
                    "clusters": {
                        "selector": mine,
                        "values": {"a": "{{ .x }}", "b": "{{ .name }}", "c": "{{ .x }}{{ .name }}"},
                    }
                },
            ),
            template=name,
        ),
        "classic: late values": classic(
            matrix(listed({"x": "1"}), {"clusters": {"selector": mine, "values": {"v": "{{x}}-{{name}}"}}}),
            template=old,
        ),
        "go: metadata selector": go(
            {"clusters": {"selector": mine}, "selector": {"matchLabels": {"metadata.annotations.note": "hello"}}},
            template=name,
        ),
    }


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    return new if value == old else value


@contextmanager
def cluster_secrets(cluster: Cluster) -> Iterator[str]:
    """Three clusters that nobody can reach; what is yielded is the value of their label `test`."""
    own = f"sets-{uuid.uuid4().hex[:10]}"
    labels = {"argocd.argoproj.io/secret-type": "cluster", "test": own}
    notes = {"note": "hello", "argocd.argoproj.io/refresh": "hard"}
    secrets = [
        _secret(
            f"{own}-1",
            {"name": f"One_{own}", "server": f"https://one.{own}", "project": "shop"},
            {**labels, "env": "prod"},
            notes,
        ),
        _secret(f"{own}-2", _cluster(f"two-{own}", f"two.{own}"), {**labels, "env": "dev"}, {}),
        _secret(f"{own}-3", _cluster(f"three-{own}", f"three.{own}"), labels, {}),
    ]
    cluster.kubectl("create", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": secrets}))
    try:
        yield own
    finally:
        cluster.kubectl("delete", "secrets", "--namespace=argocd", f"--selector=test={own}")


def _cluster(name: str, host: str) -> dict[str, str]:
    return {"name": name, "server": f"https://{host}", "config": "{}"}


def _secret(name: str, data: dict[str, str], labels: dict[str, str], notes: dict[str, str]) -> Manifest:
    meta = {"name": name, "namespace": "argocd", "labels": labels, "annotations": notes}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data}
