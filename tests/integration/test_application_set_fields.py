"""Every field of an ApplicationSet is set, changed and taken away again; each time a second run is idle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy
from tests.support.application_set_fields import FIELDS
from tests.support.field_steps import Step
from tests.support.lab import APPLICATION_SET, own_namespace
from tests.support.samples import Leaf


@pytest.fixture(scope="module")
def steps(apiserver: ControlPlane) -> Iterator[dict[str, Step]]:
    with Proxy(apiserver) as proxy, own_namespace(apiserver, proxy) as lab:
        yield FIELDS.carry_out(lab.of(APPLICATION_SET), warnings=("template.metadata.namespace: has no effect",))


@pytest.mark.parametrize("leaf", FIELDS.leaves, ids=lambda leaf: leaf.name)
def test_field(steps: dict[str, Step], leaf: Leaf) -> None:
    FIELDS.check(steps, leaf)
