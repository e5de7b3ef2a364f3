"""Every optional field of argocd_application is set, changed and taken away again; each time a second run is idle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import SPEC, from_options
from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy
from tests.support.application_fields import NEEDED, TELLING, alternatives, base, values
from tests.support.field_steps import FieldSteps, Step
from tests.support.lab import own_namespace
from tests.support.samples import Leaf, leaves

FIELDS = FieldSteps(
    leaves=list(leaves(SPEC)),
    many="applications",
    base=base,
    from_options=from_options,
    values=values,
    alternatives=alternatives,
    needed=NEEDED,
    defaults={"project": "default"},
    telling=TELLING,
)


@pytest.fixture(scope="module")
def steps(apiserver: ControlPlane) -> Iterator[dict[str, Step]]:
    with Proxy(apiserver) as proxy, own_namespace(apiserver, proxy) as lab:
        yield FIELDS.carry_out(lab)


@pytest.mark.parametrize("leaf", FIELDS.leaves, ids=lambda leaf: leaf.name)
def test_field(steps: dict[str, Step], leaf: Leaf) -> None:
    FIELDS.check(steps, leaf)
