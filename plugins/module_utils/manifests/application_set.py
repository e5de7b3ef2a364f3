# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an Argo CD ApplicationSet and the manifest they stand for.

The table follows the ApplicationSet CRD of Argo CD (manifests/crds/applicationset-crd.yaml). The spec inside a template
is the Application's: the same table, with template text in its strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .application_set_generators import COMBINING, GENERATOR, TEMPLATE
from .fields import BOOLEAN, STRING, STRINGS, Field, Record, record, records
from .resource import Resource

SPEC = Record(
    go_template=BOOLEAN,
    go_template_options=STRINGS,
    generators=Field("list", of=Field("dict", fields=GENERATOR)),
    template=TEMPLATE,
    template_patch=Field("str", telling=True),
    strategy=record(
        type=Field("str", choices=("AllAtOnce", "RollingSync")),
        rolling_sync=record(
            steps=records(
                match_expressions=records(
                    key=STRING,
                    operator=Field("str", choices=("In", "NotIn")),
                    values=STRINGS,
                ),
                max_update=Field("int_or_str", telling=True),
            )
        ),
        deletion_order=Field("str", choices=("AllAtOnce", "Reverse")),
    ),
    sync_policy=record(
        applications_sync=Field("str", choices=("create-only", "create-update", "create-delete", "sync")),
        preserve_resources_on_deletion=BOOLEAN,
    ),
    preserved_fields=record(labels=STRINGS, annotations=STRINGS),
    ignore_application_differences=records(name=STRING, json_pointers=STRINGS, jq_path_expressions=STRINGS),
    apply_nested_selectors=BOOLEAN,
)
RESOURCE = Resource("argoproj.io/v1alpha1", "ApplicationSet", SPEC)
OPTIONS = RESOURCE.options


def from_options(options: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the manifest for a set of options (the keys of ``OPTIONS``); what is wrong is added to ``problems``."""
    return _completed(RESOURCE.from_options(options, where, problems))


def from_manifest(manifest: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the manifest of a file, checked against the same table; only what may be sent is expected in it."""
    return _completed(RESOURCE.from_manifest(manifest, where, problems))


def generators(spec: Mapping[str, Any], where: str = "generators") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each entry of ``generators`` of a spec, of a matrix or of a merge, the inner ones after it, with its place.

    Only what is shaped as the table says is given: what else there is came by ``spec_overrides``.
    """
    entries = spec.get("generators")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            place = f"{where}[{index}]"
            yield place, entry
            for kind in COMBINING:
                if isinstance(entry.get(kind), dict):
                    yield from generators(entry[kind], f"{place}.{kind}.generators")


def _completed(manifest: dict[str, Any]) -> dict[str, Any]:
    """Add what the CRD demands in every template and what says nothing, as Argo CD writes it, and the project."""
    spec = manifest["spec"]
    if isinstance(spec.get("template"), dict):
        spec["template"] = _whole(spec["template"], "default")
    for _place, entry in generators(spec):
        for settings in entry.values():
            if isinstance(settings, dict) and isinstance(settings.get("template"), dict):
                settings["template"] = _whole(settings["template"], "")
    return manifest


def _whole(template: dict[str, Any], project: str) -> dict[str, Any]:
    spec = {"project": project, "destination": {}, **template.get("spec", {})}
    return {"metadata": {}, **template, "spec": spec}
