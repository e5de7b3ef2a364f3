"""What is particular about the fields of an ApplicationSet, and ApplicationSets that have as many as may be together.

Each generator stands directly in the list, and some stand in a matrix or merge, too: inside them the table is the same.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set import SPEC, from_options
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set_generators import (
    PLAIN,
    PULL_REQUEST_PROVIDERS,
    SCM_PROVIDERS,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Field, Record

from . import application_fields
from .application_sets import application_set, stages, template
from .field_steps import FieldSteps
from .samples import ITEM, Leaf, leaves, place, required

PROVIDERS = {"scm_provider": SCM_PROVIDERS, "pull_request": PULL_REQUEST_PROVIDERS}
INSIDE = ("matrix.generators[].git.", "merge.generators[].clusters.", "matrix.generators[].merge.generators[].list.")
OVERRIDES = ("template.metadata.name", "template.spec.source.path", "template.spec.sync_policy.automated.enabled")
STEPS = {"steps": [{"match_expressions": [{"key": "stage", "operator": "In", "values": ["test"]}]}]}
TEMPLATE = ("template", "spec")


def chosen(leaf: Leaf) -> bool:
    name = leaf.name.removeprefix("generators[].")
    if name == leaf.name:
        return True
    if ".template." in name and not name.endswith(OVERRIDES):
        return False
    return ".generators[]." not in name or name.startswith(INSIDE)


def fields(field: Field) -> Record:
    assert field.fields is not None
    return field.fields


def generator(path: tuple[str, ...]) -> dict[str, Any]:
    """An entry that is all right without what the path leads to, but with what must surround that."""
    kind, *rest = path
    if kind in ("matrix", "merge"):
        inner = generator(tuple(rest[2:])) if rest[0] == "generators" else stages("live")
        keys = {"merge_keys": ["stage"]} if kind == "merge" else {}
        return {kind: {"generators": [inner, stages("test")], **keys}}
    if kind in ("list", "selector"):
        return stages("test")
    settings = required(fields(PLAIN[kind]))
    if kind in ("git", "oci"):
        settings["directories"] = [{"path": "apps/*"}]
    if kind in PROVIDERS:
        provider = rest[0] if rest[0] in PROVIDERS[kind] else "github"
        settings[provider] = required(fields(PROVIDERS[kind][provider]))
    return {kind: settings}


def inner(leaf: Leaf) -> Leaf:
    """The same field as one of an Application."""
    return Leaf(leaf.path[2:], leaf.field, leaf.fields[2:])


def base(leaf: Leaf) -> dict[str, Any]:
    whole = application_set("")
    if leaf.path[0] == "generators":
        whole["generators"] = [generator(leaf.path[2:])]
    if leaf.path[:2] == TEMPLATE:
        whole["template"]["spec"] = application_fields.base(inner(leaf))
        del whole["template"]["spec"]["name"]
    if leaf.path == ("go_template",):
        del whole["go_template"]
    if leaf.path[0].startswith("go_template"):
        whole["template"] = template(source=application_fields.SOURCE) | {"metadata": {"name": "shop"}}
    if leaf.path[0] == "strategy" and leaf.path[-1] != "type":
        whole["strategy"] = {"type": "RollingSync", "rolling_sync": copy.deepcopy(STEPS)}
    return whole


def values(leaf: Leaf) -> tuple[Any, Any]:
    """Two values that Argo CD's rules allow."""
    if leaf.name == "go_template_options":
        return ["missingkey=error"], ["missingkey=zero", "missingkey=error"]
    if leaf.name.endswith("template.metadata.name"):
        return "shop-{{ .name }}", "{{ .name }}"
    return application_fields.values(leaf)


def alternatives(whole: dict[str, Any], leaf: Leaf, value: Any) -> None:
    if leaf.path[:2] == TEMPLATE:
        application_fields.alternatives(whole["template"]["spec"], inner(leaf), value)
    if leaf.name == "strategy.type" and value == "RollingSync":
        whole["strategy"]["rolling_sync"] = copy.deepcopy(STEPS)
    node: Any = whole
    for step in leaf.path[:-1]:
        node = node[0] if step == ITEM else node[step]
        if step in ("git", "oci") and "files" in leaf.path:
            del node["directories"]
        if step == "list" and leaf.path[-1] == "elements" and value is None:
            node["elements_yaml"] = "[]"
    if leaf.path[0] == "strategy" and "match_expressions" in leaf.path and value is None:
        del node[leaf.path[-1]]


LEAVES = [leaf for leaf in leaves(SPEC) if chosen(leaf)]
FIELDS = FieldSteps(
    leaves=LEAVES,
    many="application_sets",
    base=base,
    from_options=from_options,
    values=values,
    alternatives=alternatives,
    needed={
        *(f"template.spec.{name}" for name in application_fields.NEEDED),
        *(leaf.name for leaf in LEAVES if leaf.field.choices),
        "template.metadata.name",
        *(leaf.name for leaf in LEAVES if leaf.path[-1] in ("merge_keys", "elements")),
    },
    defaults={"template.spec.project": "default"},
    telling=application_fields.TELLING | {"metadata", "template", "spec", "clusters", "max_update"},
)


def full() -> dict[str, dict[str, Any]]:
    """By what is special about it, the options of an ApplicationSet with many fields at once."""
    kinds = [(kind, provider) for kind in PLAIN for provider in PROVIDERS.get(kind, {"": None})]
    found = {f"{kind}-{provider}".strip("-").replace("_", "-"): _generating(kind, provider) for kind, provider in kinds}
    git, nested = (
        found["git"]["generators"][0],
        {"merge": {"generators": [stages("a"), stages("b")], "merge_keys": ["x"]}},
    )
    found["matrix"] = application_set("", generators=[{"matrix": {"generators": [copy.deepcopy(git), nested]}}])
    found["template"] = application_set("")
    for leaf in LEAVES:
        if leaf.path[0] == "template" and leaf.path[2:3] not in (("sources",), ("source_hydrator",)):
            if leaf.path[-1] not in ("chart", "server", "namespace", "name") or len(leaf.path) > 4:
                place(found["template"], leaf, values(leaf)[0])
        elif leaf.path[0] in ("preserved_fields", "ignore_application_differences", "template_patch", "sync_policy"):
            place(found["template"], leaf, values(leaf)[0])
    found["template"]["template"]["spec"]["project"] = "default"  # argocd-server wants one that is there
    return found


def _generating(kind: str, provider: str) -> dict[str, Any]:
    """One with every field of a generator; of a provider's, with those of one provider."""
    whole = application_set("", generators=[generator((kind, provider or "x"))])
    others = PROVIDERS.get(kind, {}).keys() - {provider}
    for leaf in LEAVES:
        if leaf.path[2:3] == (kind,) and leaf.path[3] not in ("files", *others):
            place(whole, leaf, values(leaf)[0])
    return whole
