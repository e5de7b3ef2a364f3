"""ApplicationSets that Argo CD can generate from without a service: lists, templates and patches."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.values import decode
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.canonical import canonical

Manifest = dict[str, Any]
METADATA = ("name", "namespace", "labels", "annotations", "finalizers")

CLASSIC: Manifest = {
    "metadata": {
        "name": "app-{{name}}",
        "labels": {"x-{{name}}": "{{ name }}"},
        "annotations": {"all": "{{name}} {{none}} {{}}"},
    },
    "spec": {
        "project": "default",
        "source": {"repoURL": "https://git.example.org/x.git", "path": "{{path}}", "targetRevision": "HEAD"},
        "destination": {"name": "in-cluster", "namespace": "{{namespace}}"},
    },
}
GO: Manifest = {
    "metadata": {"name": '{{ index . "name" | default "none" }}', "annotations": {"all": "{{ toJson . }}"}},
    "spec": {
        "project": "default",
        "source": {"repoURL": "https://git.example.org/x.git", "path": "p"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "{{ .namespace }}"},
    },
}
RICH: Manifest = {
    "metadata": {"name": "{{ .name }}", "namespace": "elsewhere", "finalizers": ["keep.example.org/{{ .name }}"]},
    "spec": {
        "project": "default",
        "sources": [
            {
                "repoURL": "{{ .repo }}",
                "chart": "{{ .name }}",
                "targetRevision": "1.x",
                "helm": {
                    "values": "name: {{ .name }}\n",
                    "valuesObject": {
                        "{{ .name }}": [1, 2.5, True, None, "{{ .name }}"],
                        "n": None,
                        "big": 1234567890123456789,
                    },
                    "parameters": [{"name": "a", "value": "{{ .name }}", "forceString": True}],
                    "skipCrds": False,
                },
            },
            {
                "repoURL": "r",
                "path": "k",
                "kustomize": {"commonLabels": {"l-{{ .name }}": "v"}, "replicas": [{"name": "d", "count": 2}]},
            },
        ],
        "destination": {"name": "in-cluster"},
        "syncPolicy": {
            "automated": {},
            "retry": {"limit": 0, "backoff": {"factor": 2}},
            "syncOptions": ["A={{ .name }}"],
        },
        "ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/{{ .name }}"]}],
        "info": [{"name": "n", "value": "{{ .name }}"}],
        "revisionHistoryLimit": 0,
    },
}


def listed(*elements: Any, **more: Any) -> Manifest:
    return {"list": {"elements": list(elements), **more}}


def go(*generators: Manifest, template: Manifest | None = None, **spec: Any) -> Manifest:
    return {
        "goTemplate": True,
        "generators": list(generators),
        "template": GO if template is None else template,
        **spec,
    }


def classic(*generators: Manifest, template: Manifest | None = None, **spec: Any) -> Manifest:
    return {"generators": list(generators), "template": CLASSIC if template is None else template, **spec}


def matrix(*generators: Manifest, **more: Any) -> Manifest:
    return {"matrix": {"generators": list(generators), **more}}


def merge(keys: list[str], *generators: Manifest, **more: Any) -> Manifest:
    return {"merge": {"generators": list(generators), "mergeKeys": keys, **more}}


A: Manifest = {"name": "a", "namespace": "na", "path": "pa"}
B: Manifest = {"name": "b", "namespace": "nb"}
NESTED: Manifest = {
    "name": "n",
    "namespace": "x",
    "deep": {"er": {"k": "v"}},
    "list": [1, "two", {"three": 3}],
    "n": 1500000,
}


def lists() -> dict[str, Manifest]:
    """Lists, templates, finalizers and selectors."""
    only_a = {"matchLabels": {"name": "a"}}
    found = {
        "list": [listed(A, B)],
        "no element": [listed()],
        "empty element": [listed({})],
        "empty element among others": [listed({}, A)],
        "twice the same name": [listed(A, A)],
        "two generators": [listed(A), listed(B)],
        "two in one entry": [{**listed(A), "clusters": {"selector": {"matchLabels": {"nothing": "fits"}}}}],
        "template of its own": [
            listed(A, template={"metadata": {"name": "own-a", "labels": {"own": "yes"}}, "spec": {"project": ""}})
        ],
        "template with a source": [
            listed(
                A,
                template={
                    "metadata": {"annotations": {"all": "mine"}},
                    "spec": {"source": {"path": "own", "repoURL": ""}, "syncPolicy": {"automated": {"prune": True}}},
                },
            )
        ],
        "template with an empty policy": [
            listed(A, template={"metadata": {}, "spec": {"syncPolicy": {"automated": {}}}})
        ],
        "elements in YAML": [listed(elementsYaml="- name: y\n  namespace: ny\n- {name: z, namespace: 1}\n")],
        "elements in YAML and JSON": [listed(A, elementsYaml='[{"name": "y", "namespace": "ny"}]')],
        "elements in YAML that are none": [listed(elementsYaml="name: y")],
        "elements in broken YAML": [listed(elementsYaml="- [")],
        "selector": [{**listed(A, B), "selector": only_a}],
        "selector with nothing": [{**listed(A, B), "selector": {}}],
        "selector with expressions": [
            {
                **listed(A, B),
                "selector": {
                    "matchExpressions": [
                        {"key": "name", "operator": "NotIn", "values": ["a"]},
                        {"key": "path", "operator": "DoesNotExist"},
                    ]
                },
            }
        ],
        "selector In": [
            {
                **listed(A, B),
                "selector": {"matchExpressions": [{"key": "name", "operator": "In", "values": ["a", "c"]}]},
            }
        ],
        "selector Exists": [
            {**listed(A, B), "selector": {"matchExpressions": [{"key": "path", "operator": "Exists"}]}}
        ],
        "selector In without values": [
            {**listed(A), "selector": {"matchExpressions": [{"key": "name", "operator": "In"}]}}
        ],
        "selector with a wrong operator": [
            {**listed(A), "selector": {"matchExpressions": [{"key": "name", "operator": "Gt", "values": ["1"]}]}}
        ],
        "selector with a wrong key": [{**listed(A), "selector": {"matchLabels": {"a b": "a"}}}],
        "selector for a URL": [
            {**listed({**A, "url": "https://x"}), "selector": {"matchLabels": {"url": "https://x"}}}
        ],
        "values of its own": [listed({**A, "values": {"v": "1"}})],
        "values that are no mapping": [listed({**A, "values": "v"})],
        "a number": [listed({**A, "n": 1})],
        "null": [listed({**A, "n": None})],
        "a list": [listed({**A, "l": ["x"]})],
    }
    both = {f"{mode.__name__}: {name}": mode(*each) for name, each in found.items() for mode in (classic, go)}
    deep = {
        "nested values": go(listed(NESTED)),
        "nested selector": go({**listed(NESTED, A), "selector": {"matchLabels": {"deep.er.k": "v"}}}),
        "selector in a list": go(
            {**listed(NESTED, A), "selector": {"matchLabels": {"list.2.three": "3", "n": "1.5e+06"}}}
        ),
        "rich": go(listed({**A, "repo": "r"}, {**B, "repo": "r"}), template=RICH),
        "rich, no parameters": go(listed({}), template=RICH),
        "rich, classic": classic(listed({**A, "repo": "r"}), template=RICH),
        "preserved resources": go(listed(A), syncPolicy={"preserveResourcesOnDeletion": True}),
        "policy without it": go(listed(A), syncPolicy={"applicationsSync": "create-only"}),
        "missing key": go(listed(B), template={**GO, "metadata": {"name": "{{ .path }}"}}),
        "missing key is an error": go(
            listed(B), template={**GO, "metadata": {"name": "{{ .path }}"}}, goTemplateOptions=["missingkey=error"]
        ),
        "missing key is zero": go(
            listed(B), template={**GO, "metadata": {"name": "{{ .path }}"}}, goTemplateOptions=["missingkey=zero"]
        ),
        "broken template": go(listed(B), template={**GO, "metadata": {"name": "{{ .path"}}),
        "broken template, nothing to render": go(listed(), template={**GO, "metadata": {"name": "{{ .path"}}),
        "classic: spaces and unknown tags": classic(
            listed(A),
            template={
                **CLASSIC,
                "metadata": {
                    "name": "{{  name }}",
                    "annotations": {
                        "a": "{{ unknown }} {{}} {{ }} }} {{name}}",
                        "b": "{{name",
                        "c": "{{name}} {{x",
                        "d": "{{\nname\n}}",
                        "e": "{{{name}}}",
                        "f": "{ {name} }",
                    },
                },
            },
        ),
        "classic: open tag at the end": classic(
            listed(A), template={**CLASSIC, "metadata": {"name": "x{{name}}y{{name"}}
        ),
        "labels that become one": go(
            listed({**A, "k": "x"}), template={**GO, "metadata": {"name": "x", "labels": {"{{ .k }}": "1"}}}
        ),
        "several errors": go(listed(A, {"name": 1}), template={**GO, "metadata": {"name": "{{ upper .name }}"}}),
    }
    return {**both, **deep}


def patches() -> dict[str, Manifest]:
    """templatePatch."""
    texts = {
        "YAML": "metadata:\n  labels: {p: '{{.name}}'}\nspec:\n  source: {path: new, helm: {values: 'a: b'}}\n",
        "JSON": '{"spec": {"destination": {"namespace": "patched-{{.name}}"}}}',
        "name and namespace": "metadata: {name: 'p-{{.name}}', namespace: other}",
        "project": "spec: {project: other}",
        "empty": "",
        "blank": "  \n",
        "comment": "# nothing\n",
        "null": "spec: {source: {path: null, chart: c}, destination: null}",
        "list": "spec: {syncPolicy: {syncOptions: [X=1]}, sources: [{repoURL: r, path: p}], info: [{name: a}]}",
        "automated": "{{ if eq .name `a` }}spec: {syncPolicy: {automated: {prune: true}}}{{ end }}",
        "finalizers": "metadata: {finalizers: [new.example.org/x]}",
        "replace": "spec: {source: {$patch: replace, repoURL: r, chart: c}}",
        "delete": "spec: {source: {$patch: delete}}",
        "wrong directive": "spec: {source: {$patch: nonsense}}",
        "unknown field": "spec: {nonsense: 1, source: {unheard: {of: 1}}}",
        "wrong type": "spec: {source: {path: 5}}",
        "wrong type deeper": "spec: {syncPolicy: {automated: {prune: 'yes'}}}",
        "no mapping": "- a",
        "text": "nonsense",
        "broken": "a: [",
        "broken JSON": "{a: 1}",
        "broken template": "{{ .name",
        "yes and no": "spec: {syncPolicy: {automated: {prune: yes, selfHeal: off}, retry: {limit: 5}}}",
        "values object": "spec: {source: {helm: {valuesObject: {a: {b: [1, 2.5, null, {c: null}]}, n: null}}}}",
        "operation": "operation: {sync: {revision: x}}",
        "toYaml": "spec:\n  source:\n    helm:\n      valuesObject:\n        all:\n{{ toYaml . | indent 10 }}",
        "range": "spec:\n  info:\n{{- range $i, $e := list 1 2 }}\n  - {name: i{{ $i }}, value: '{{ $e }}'}{{ end }}\n",
    }
    object_ = {
        **GO,
        "spec": {
            **GO["spec"],
            "source": {"repoURL": "r", "path": "p", "helm": {"valuesObject": {"a": {"b": 1}, "l": [1], "s": "x"}}},
        },
    }
    objects = {
        "add to values": "spec: {source: {helm: {valuesObject: {c: {d: 1}, s: y}}}}",
        "merge into values": "spec: {source: {helm: {valuesObject: {a: {c: 2}}}}}",
        "list of values": "spec: {source: {helm: {valuesObject: {l: [2]}}}}",
        "remove a value": "spec: {source: {helm: {valuesObject: {a: null}}}}",
    }
    keeping = {**GO, "metadata": {"name": "{{ .name }}", "finalizers": ["one.example.org/x", "two.example.org/x"]}}
    found = {f"patch: {name}": go(listed(A, B), templatePatch=text) for name, text in texts.items()}
    found |= {f"patch: {name}": go(listed(A), templatePatch=text, template=object_) for name, text in objects.items()}
    for name, each in (
        ("new", "[three.example.org/x]"),
        ("same", "[two.example.org/x]"),
        ("order", "[three.example.org/x, one.example.org/x]"),
    ):
        found[f"patch: finalizers {name}"] = go(
            listed(A), template=keeping, templatePatch=f"metadata: {{finalizers: {each}}}"
        )
    found["patch: classic"] = classic(listed(A), templatePatch="metadata: {labels: {p: '{{name}}', q: '{{unknown}}'}}")
    found["patch: no parameters"] = go(listed({}), templatePatch="metadata: {labels: {p: 'x{{ .name }}'}}")
    return found


def application_set(name: str, spec: Manifest) -> Manifest:
    meta = {"name": name, "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": meta, "spec": spec}


def comparable(applications: list[Manifest]) -> list[str]:
    """What counts of some Applications, sorted: zero values mean the same as missing ones."""
    return sorted(json.dumps(_counting(one), sort_keys=True) for one in applications)


def _counting(one: Manifest) -> Manifest:
    meta = {key: one["metadata"][key] for key in METADATA if one["metadata"].get(key)}
    sync = (one.get("operation") or {}).get("sync")
    return {"metadata": meta, "spec": canonical(one.get("spec") or {}, ("spec",), APPLICATION), "sync": sync}


def run(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a program as a module's run_command does."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(list(argv), env={**others, **environment}, capture_output=True, timeout=120, check=False)
    return done.returncode, decode(done.stdout), decode(done.stderr)
