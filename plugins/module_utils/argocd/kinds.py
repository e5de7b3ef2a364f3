# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's kinds: where they are in the API and how their objects compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..manifests.application import SPEC as APPLICATION_SPEC
from ..manifests.application_set import SPEC as APPLICATION_SET_SPEC
from ..manifests.paths import meaning
from ..manifests.project import SPEC as PROJECT_SPEC
from ..manifests.secret import COPIES, SECRET_TYPE
from ..plan.kind import FieldOwner, Kind, declared_by
from .project_tokens import with_live_tokens

TRACKING_ID = "argocd.argoproj.io/tracking-id"
SET_CONTROLLER = "argocd-applicationset-controller"
INSTANCE = "app.kubernetes.io/instance"


def declarative_owner(live: Mapping[str, Any], owner: FieldOwner) -> str | None:
    """Name a parent Application or an ApplicationSet behind a field; both write with Update unless told otherwise.

    Argo CD applies as ``argocd-controller`` (common/common.go), its ApplicationSet controller writes under its own
    name; argocd-server, and so the UI, counts as a change by hand.
    """
    if owner.manager == "argocd-controller":
        meta = live["metadata"]
        tracked = (meta.get("annotations") or {}).get(TRACKING_ID) or (meta.get("labels") or {}).get(INSTANCE) or ""
        return f"the parent Application {tracked.split(':')[0]}".rstrip()
    if owner.manager == SET_CONTROLLER:
        return application_set(live) or "an ApplicationSet"
    return declared_by(live, owner)


def application_set(live: Mapping[str, Any]) -> str | None:
    """Name the ApplicationSet that generated an Application and would undo a change of its spec."""
    for owner in live["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == "ApplicationSet":
            return f"ApplicationSet {owner.get('name')}"
    return None


def _declares_set(live: Mapping[str, Any], owner: FieldOwner) -> str | None:
    """Name who declares an ApplicationSet; its own controller does not, when it writes the object back."""
    return None if owner.manager == SET_CONTROLLER else declarative_owner(live, owner)


def _without_slash(server: Any) -> Any:
    return server.rstrip("/") if isinstance(server, str) else server


_ARGOCD: dict[str, Any] = {
    "group": "argoproj.io",
    "version": "v1alpha1",
    "omitempty": True,
    "declared_by": declarative_owner,
}
"""What its own kinds have in common; the controller and argocd-server write them back with omitempty (types.go)."""

APPLICATION = Kind(
    **_ARGOCD,
    name="Application",
    plural="applications",
    order=60,
    **meaning(APPLICATION_SPEC),
    exclusive=(
        (("spec", "source"), ("spec", "sources"), ("spec", "sourceHydrator")),
        (("spec", "destination", "server"), ("spec", "destination", "name")),
    ),
    untouched=frozenset(("status", "operation")),
    same_values={("spec", "destination", "server"): _without_slash},
    controller=application_set,
)

PROJECT = Kind(
    **_ARGOCD,
    name="AppProject",
    plural="appprojects",
    order=50,
    **meaning(PROJECT_SPEC),
    completed=with_live_tokens,
    taken_over=frozenset((("spec", "roles"),)),
    remembers=True,
)
"""``orphanedResources: {}`` switches monitoring on (types.go); only argocd-server writes a project back."""

APPLICATION_SET = Kind(
    **{**_ARGOCD, "declared_by": _declares_set},
    name="ApplicationSet",
    plural="applicationsets",
    order=70,
    **meaning(APPLICATION_SET_SPEC),
    exclusive=tuple(tuple(("spec", "template", *path) for path in group) for group in APPLICATION.exclusive),
    indispensable=frozenset((("spec", "generators"),)),
    remembers=True,
)
"""Its controller writes it back as a whole, to take a refresh off or to add a finalizer (Reconcile)."""

CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps", order=30, declared_by=declarative_owner)
SECRET = Kind(
    group="",
    version="v1",
    name="Secret",
    plural="secrets",
    order=25,
    masked=frozenset((("data",), ("stringData",), *(("metadata", "annotations", key) for key in COPIES))),
    declared_by=declarative_owner,
)


def credentials(*types: str) -> Kind:
    """Give the kind of Secrets that Argo CD tells apart by their label (common/common.go); no value is ever shown."""
    return replace(SECRET, marks={SECRET_TYPE: types})
