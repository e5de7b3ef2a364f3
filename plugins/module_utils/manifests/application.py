# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an Argo CD Application and the manifest they stand for.

The table follows the Application CRD of Argo CD (manifests/crds/application-crd.yaml), in the order in which its
documentation writes the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .application_rules import RESOURCES_FINALIZER
from .fields import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    STRING,
    STRING_MAP,
    STRINGS,
    Field,
    Record,
    record,
    records,
    told,
)
from .resource import Resource

CASCADE = {"foreground": RESOURCES_FINALIZER, "background": f"{RESOURCES_FINALIZER}/background", "orphan": None}

REQUIRED = Field("str", required=True)
NAME_VALUE = Record(name=REQUIRED, value=REQUIRED)
REPO_URL = Field("str", required=True, key="repoURL")

HELM = record(
    release_name=STRING,
    value_files=STRINGS,
    values=STRING,
    values_object=ANYTHING,
    parameters=records(name=STRING, value=STRING, force_string=BOOLEAN),
    file_parameters=records(name=STRING, path=STRING),
    version=STRING,
    pass_credentials=BOOLEAN,
    ignore_missing_value_files=BOOLEAN,
    skip_crds=BOOLEAN,
    skip_tests=BOOLEAN,
    skip_schema_validation=BOOLEAN,
    namespace=STRING,
    kube_version=STRING,
    api_versions=STRINGS,
)
KUSTOMIZE = record(
    name_prefix=STRING,
    name_suffix=STRING,
    namespace=STRING,
    images=STRINGS,
    replicas=records(name=REQUIRED, count=Field("int_or_str", required=True)),
    common_labels=STRING_MAP,
    common_annotations=STRING_MAP,
    common_annotations_envsubst=BOOLEAN,
    force_common_labels=BOOLEAN,
    force_common_annotations=BOOLEAN,
    label_without_selector=BOOLEAN,
    label_include_templates=BOOLEAN,
    components=STRINGS,
    ignore_missing_components=BOOLEAN,
    patches=records(
        path=STRING,
        patch=STRING,
        options=Field("dict", of=BOOLEAN),
        target=record(
            group=STRING,
            version=STRING,
            kind=STRING,
            name=STRING,
            namespace=STRING,
            label_selector=STRING,
            annotation_selector=STRING,
        ),
    ),
    version=STRING,
    kube_version=STRING,
    api_versions=STRINGS,
)
JSONNET_VARIABLES = records(name=REQUIRED, value=REQUIRED, code=BOOLEAN)
DIRECTORY = record(
    recurse=BOOLEAN,
    include=STRING,
    exclude=STRING,
    disable_extension_filter=BOOLEAN,
    jsonnet=record(ext_vars=JSONNET_VARIABLES, tlas=JSONNET_VARIABLES, libs=STRINGS),
)
PLUGIN = told(
    name=STRING,
    env=records(**NAME_VALUE),
    parameters=records(
        name=STRING,
        string=Field("str", telling=True),
        array=Field("list", of=STRING, telling=True),
        map=Field("dict", of=STRING, telling=True),
    ),
)
TOOLS = Record(helm=HELM, kustomize=KUSTOMIZE, directory=DIRECTORY, plugin=PLUGIN)
SOURCE = Record(
    repo_url=REPO_URL,
    target_revision=STRING,
    path=STRING,
    chart=STRING,
    ref=STRING,
    name=STRING,
    tag_prefix=STRING,
    **TOOLS,
)
SPEC = Record(
    project=STRING,
    source=record(**SOURCE),
    sources=records(**SOURCE),
    source_hydrator=record(
        dry_source=Field(
            "dict",
            required=True,
            fields=Record(repo_url=REPO_URL, target_revision=REQUIRED, path=REQUIRED, **TOOLS),
        ),
        sync_source=Field(
            "dict",
            required=True,
            fields=Record(target_branch=REQUIRED, path=REQUIRED, repo_url=Field("str", key="repoURL")),
        ),
        hydrate_to=record(target_branch=REQUIRED),
    ),
    destination=record(server=STRING, name=STRING, namespace=STRING),
    sync_policy=record(
        automated=told(enabled=Field("bool", telling=True), prune=BOOLEAN, self_heal=BOOLEAN, allow_empty=BOOLEAN),
        sync_options=STRINGS,
        retry=told(
            limit=INTEGER,
            backoff=record(duration=STRING, factor=INTEGER, max_duration=STRING),
            refresh=BOOLEAN,
        ),
        managed_namespace_metadata=told(labels=STRING_MAP, annotations=STRING_MAP),
    ),
    ignore_differences=records(
        group=STRING,
        kind=REQUIRED,
        name=STRING,
        namespace=STRING,
        json_pointers=STRINGS,
        jq_path_expressions=STRINGS,
        managed_fields_managers=STRINGS,
    ),
    info=records(**NAME_VALUE),
    revision_history_limit=Field("int", telling=True),
)
"""``automated: {}`` switches auto-sync on, ``enabled: false`` off, and 0 keeps no history (types.go of Argo CD)."""

RESOURCE = Resource("argoproj.io/v1alpha1", "Application", SPEC, {"project": "default"})
OPTIONS = Record(**RESOURCE.options, cascade=Field("str", choices=tuple(CASCADE)))


def from_options(options: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the manifest for a set of options (the keys of ``OPTIONS``); what is wrong is added to ``problems``."""
    cascade = options.get("cascade")
    if cascade is not None and not (isinstance(cascade, str) and cascade in CASCADE):
        problems.append(f"{where}.cascade: must be one of {', '.join(CASCADE)}, not {cascade!r}")
        cascade = None
    rest = {key: value for key, value in options.items() if key != "cascade"}
    manifest = RESOURCE.from_options(rest, where, problems)
    finalizer = CASCADE[cascade or "orphan"]
    if finalizer and finalizer not in manifest["metadata"].setdefault("finalizers", []):
        manifest["metadata"]["finalizers"].append(finalizer)
    return manifest


from_manifest = RESOURCE.from_manifest
