"""Every optional field of argocd_application is set, changed and taken away again; each time a second run is idle.

All fields go through the module together, each in an Application of its own; what became of each is then looked at
field by field.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import SPEC, from_options
from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy
from tests.support.lab import REPOSITORY, application, own_namespace, writes
from tests.support.samples import ITEM, Leaf, at, leaves, place, sample

LEAVES = {f"field-{number}": leaf for number, leaf in enumerate(leaves(SPEC))}
NAMES = {leaf.name: name for name, leaf in LEAVES.items()}
SOURCE = {"repo_url": REPOSITORY, "path": "deploy"}
EMPTY: dict[str, Any] = {"bool": False, "int": 0, "str": "", "list": [], "dict": {}, "int_or_str": 0}
# Fields that must not be empty, by themselves or because nothing stands in for them.
NEEDED = {
    *(f"{source}.{name}" for source in ("source", "sources[]") for name in ("repo_url", "path", "chart")),
    *("project", "destination.server", "destination.name"),
    *("source_hydrator.dry_source.repo_url", "source_hydrator.sync_source.path"),
}
DEFAULTS = {"project": "default"}
TELLING = {"automated", "enabled", "revisionHistoryLimit", "managedNamespaceMetadata", "retry"}
"""Fields whose presence means something, even when they are empty."""
STEPS = ("set", "changed", "back", "removed", "again", "emptied", "bare")


def values(leaf: Leaf) -> tuple[Any, Any]:
    """Two values that Argo CD's rules allow."""
    if leaf.name == "sync_policy.sync_options":
        return ["CreateNamespace=true"], ["PruneLast=true", "CreateNamespace=true"]
    if leaf.path[-1] in ("duration", "max_duration"):
        return "5s", "1m30s"
    return sample(leaf.field, 0, leaf.path[-1]), sample(leaf.field, 1, leaf.path[-1])


def options(name: str, leaf: Leaf, step: str) -> dict[str, Any]:
    """An Application whose field is as the step says. `bare`: what surrounded the field is gone too."""
    whole = base(leaf) | {"name": name}
    if step == "bare":
        return whole
    first, second = values(leaf)
    empty = None if leaf.name in NEEDED else EMPTY[leaf.field.type]
    value = {"changed": second, "emptied": empty, "removed": None}.get(step, first)
    if value is None and leaf.field.required:
        return whole
    place(whole, leaf, copy.deepcopy(value))
    alternatives(whole, leaf, value)
    return whole


def base(leaf: Leaf) -> dict[str, Any]:
    whole = application("", destination={"name": "in-cluster"})
    if leaf.path[0] == "sources":
        del whole["source"]
        whole["sources"] = [dict(SOURCE)]
    if leaf.path[0] == "source_hydrator":
        del whole["source"]
        whole["source_hydrator"] = sample(SPEC["source_hydrator"], 0)
    return whole


def alternatives(whole: dict[str, Any], leaf: Leaf, value: Any) -> None:
    """Keep what must be there if this field is not, and leave out what may not stand beside it."""
    destination = whole["destination"]
    if leaf.path == ("destination", "server") and value:
        del destination["name"]
    if leaf.path == ("destination", "name") and not value:
        del destination["name"]
        destination["server"] = "https://cluster.example.org"
    source = whole["sources"][0] if leaf.path[0] == "sources" else whole.get("source", {})
    if leaf.path in (("source", "chart"), ("sources", ITEM, "chart")) and value:
        del source["path"]
        source["target_revision"] = "1.2.3"
    if leaf.path in (("source", "path"), ("sources", ITEM, "path")) and not value:
        del source["path"]
        source |= {"chart": "web", "target_revision": "1.2.3"}


@dataclass
class Step:
    """What all Applications looked like after a step, which ones it wrote, and which ones a second run wrote."""

    live: dict[str, Any]
    wrote: set[str]
    again: set[str]
    again_reported: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def steps(apiserver: ControlPlane) -> Iterator[dict[str, Step]]:
    with Proxy(apiserver) as proxy, own_namespace(apiserver, proxy) as lab:
        done = {}
        for step in STEPS:
            given = {"applications": [options(name, leaf, step) for name, leaf in LEAVES.items()]}
            _result, first = lab.counted(given)
            result, second = lab.counted(given)
            done[step] = Step(
                live=lab.all(),
                wrote={one.path.rsplit("/", 1)[1] for one in writes(first)},
                again={one.path.rsplit("/", 1)[1] for one in writes(second)},
                again_reported={one["name"] for one in result["changes"]},
            )
        yield done


def desired(name: str, leaf: Leaf, step: str) -> Any:
    problems: list[str] = []
    manifest = from_options(options(name, leaf, step), name, problems)
    assert problems == []
    return manifest["spec"]


@pytest.mark.parametrize("leaf", LEAVES.values(), ids=list(NAMES))
def test_field(steps: dict[str, Step], leaf: Leaf) -> None:
    name = NAMES[leaf.name]
    specs = {step: done.live[name]["spec"] for step, done in steps.items()}
    first, second = values(leaf)
    for step, value in (("set", first), ("changed", second), ("back", first), ("again", first)):
        left_out = ITEM in leaf.path and value is False
        assert at(specs[step], leaf.manifest_path) == (None if left_out else value)
        assert specs[step] == desired(name, leaf, step)
        assert name in steps[step].wrote or (step == "again" and leaf.field.required)
    assert specs["removed"] == desired(name, leaf, "removed")
    if not leaf.field.required and leaf.name not in NEEDED:
        assert at(specs["removed"], leaf.manifest_path) == DEFAULTS.get(leaf.name)
        assert at(specs["emptied"], leaf.manifest_path) in (EMPTY[leaf.field.type], None)
    assert without_zeros(specs["bare"]) == without_zeros(desired(name, leaf, "bare"))
    for step in STEPS:
        assert name not in steps[step].again
        assert name not in steps[step].again_reported


def without_zeros(value: Any) -> Any:
    """A value as Argo CD writes it back: a field that is empty is as good as none."""
    if isinstance(value, dict):
        slim = {key: without_zeros(item) for key, item in value.items()}
        return {key: item for key, item in slim.items() if item or key in TELLING}
    return [without_zeros(item) for item in value] if isinstance(value, list) else value
