"""Every optional field of argocd_project is set, changed and taken away again; each time a second run is idle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project import SPEC, from_options
from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy
from tests.support.field_steps import FieldSteps, Step, two_samples
from tests.support.lab import PROJECT, own_namespace
from tests.support.samples import Leaf, leaves

KEYS = (["4AEE18F83AFDEB23"], ["4AEE18F83AFDEB23", "5BFF29094B0EFC34"])
# Two values that Argo CD's rules allow.
VALUES: dict[str, tuple[Any, Any]] = {
    "source_integrity.git.policies[].gpg.keys": KEYS,
    "signature_keys[].key_id": (KEYS[1][0], KEYS[1][1]),
    "sync_windows[].schedule": ("0 22 * * *", "30 6 * * mon-fri"),
    "sync_windows[].duration": ("1h", "90m"),
    "sync_windows[].time_zone": ("Europe/Berlin", "Asia/Tokyo"),
    "destination_service_accounts[].default_service_account": ("deployer", "ops:deployer"),
}
WINDOW = {"kind": "deny", "schedule": "0 1 * * *", "duration": "2h"}
# What must stand beside a field.
BESIDE: dict[str, dict[str, Any]] = {
    "sync_windows[].applications": {**WINDOW, "clusters": ["prod"]},
    "sync_windows": {**WINDOW, "applications": ["web"]},
    "destinations[].server": {"name": "prod"},
    "destinations": {"server": "https://cluster.example.org"},
}
LEAVES = list(leaves(SPEC))


def values(leaf: Leaf) -> tuple[Any, Any]:
    if leaf.name == "roles[].policies":
        name = f"field-{LEAVES.index(leaf)}"
        policies = [f"p, proj:{name}:name-0, applications, {action}, {name}/*, allow" for action in ("get", "sync")]
        return policies[:1], policies
    return VALUES.get(leaf.name, two_samples(leaf))


def base(leaf: Leaf) -> dict[str, Any]:
    beside = BESIDE.get(leaf.name, BESIDE.get(leaf.path[0]))
    return {"destinations": [{"server": "*"}]} | ({leaf.path[0]: [dict(beside)]} if beside else {})


def alternatives(whole: dict[str, Any], leaf: Leaf, _value: Any) -> None:
    """Have keys that are keys."""
    if leaf.path[0] == "source_integrity" and leaf.path[-1] != "keys":
        whole["source_integrity"]["git"]["policies"][0]["gpg"]["keys"] = KEYS[0]


FIELDS = FieldSteps(
    leaves=LEAVES,
    many="projects",
    base=base,
    from_options=from_options,
    values=values,
    alternatives=alternatives,
    needed={
        *(leaf.name for leaf in LEAVES if leaf.field.required and leaf.path[-1] != "group"),
        *(f"sync_windows[].{name}" for name in (*WINDOW, "time_zone")),
    },
    telling={"orphanedResources"},
)


@pytest.fixture(scope="module")
def steps(apiserver: ControlPlane) -> Iterator[dict[str, Step]]:
    with Proxy(apiserver) as proxy, own_namespace(apiserver, proxy) as lab:
        yield FIELDS.carry_out(lab.of(PROJECT))


@pytest.mark.parametrize("leaf", FIELDS.leaves, ids=lambda leaf: leaf.name)
def test_field(steps: dict[str, Step], leaf: Leaf) -> None:
    FIELDS.check(steps, leaf)
