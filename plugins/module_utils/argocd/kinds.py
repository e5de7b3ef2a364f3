# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's kinds: where they are in the API and how their objects compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plan.kind import FieldOwner, Kind, declared_by

TRACKING_ID = "argocd.argoproj.io/tracking-id"
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
    if owner.manager == "argocd-applicationset-controller":
        return application_set(live) or "an ApplicationSet"
    return declared_by(live, owner)


def application_set(live: Mapping[str, Any]) -> str | None:
    """Name the ApplicationSet that generated an Application and would undo a change of its spec."""
    for owner in live["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == "ApplicationSet":
            return f"ApplicationSet {owner.get('name')}"
    return None


def _without_slash(server: Any) -> Any:
    return server.rstrip("/") if isinstance(server, str) else server


_SOURCES = (("spec", "source"), ("spec", "sources"), ("spec", "sourceHydrator", "drySource"))

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
    telling=frozenset(
        (
            ("spec", "revisionHistoryLimit"),
            ("spec", "syncPolicy", "automated"),
            ("spec", "syncPolicy", "automated", "enabled"),
            ("spec", "syncPolicy", "managedNamespaceMetadata"),
            ("spec", "syncPolicy", "retry"),
            *((*source, "plugin") for source in _SOURCES),
            *((*source, "plugin", "parameters", key) for source in _SOURCES for key in ("string", "array", "map")),
        )
    ),
    verbatim=frozenset((*source, "helm", "valuesObject") for source in _SOURCES),
    maps=frozenset(
        (
            *((*source, "kustomize", key) for source in _SOURCES for key in ("commonLabels", "commonAnnotations")),
            *((*source, "kustomize", "patches", "options") for source in _SOURCES),
            *((*source, "plugin", "parameters", "map") for source in _SOURCES),
            ("spec", "syncPolicy", "managedNamespaceMetadata", "labels"),
            ("spec", "syncPolicy", "managedNamespaceMetadata", "annotations"),
        )
    ),
    exclusive=(
        (("spec", "source"), ("spec", "sources"), ("spec", "sourceHydrator")),
        (("spec", "destination", "server"), ("spec", "destination", "name")),
    ),
    untouched=frozenset(("status", "operation")),
    same_values={("spec", "destination", "server"): _without_slash},
    controller=application_set,
)
"""``automated: {}`` switches auto-sync on, ``enabled: false`` off, and 0 keeps no history (types.go of Argo CD)."""

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label's name


def credentials(*types: str) -> Kind:
    """Give the kind of Secrets that Argo CD tells apart by their label (common/common.go); no value is ever shown."""
    return Kind(
        group="",
        version="v1",
        name="Secret",
        plural="secrets",
        order=40,
        masked=frozenset((("data",), ("stringData",))),
        marks={SECRET_TYPE: types},
        declared_by=declarative_owner,
    )
