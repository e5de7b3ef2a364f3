# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an Argo CD project (AppProject) and the manifest they stand for.

The table follows the AppProject CRD of Argo CD (manifests/crds/appproject-crd.yaml). ``roles[].jwtTokens`` is no
option: argocd-server writes there which tokens it issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .fields import BOOLEAN, STRING, STRINGS, Field, Record, record, records, told
from .resource import Resource
from .urls import secrets_in

TOKENS = "jwtTokens"

REQUIRED = Field("str", required=True)
REPOSITORY = Field("str", secret_part=secrets_in)
"""A pattern of URLs; credentials in it are refused, and not told on that occasion."""
KINDS = records(group=REQUIRED, kind=REQUIRED)
NAMED_KINDS = records(group=REQUIRED, kind=REQUIRED, name=STRING)
GPG = Record(
    mode=Field("str", required=True, choices=("head", "strict", "none")),
    keys=Field("list", of=STRING, required=True),
)
POLICY = Record(
    repos=Field("list", of=record(url=replace(REPOSITORY, required=True)), required=True),
    gpg=Field("dict", fields=GPG, required=True),
)
SPEC = Record(
    description=STRING,
    source_repos=Field("list", of=REPOSITORY),
    source_namespaces=STRINGS,
    destinations=records(server=STRING, name=STRING, namespace=STRING),
    permit_only_project_scoped_clusters=BOOLEAN,
    destination_service_accounts=records(server=REQUIRED, namespace=STRING, default_service_account=REQUIRED),
    cluster_resource_whitelist=NAMED_KINDS,
    cluster_resource_blacklist=NAMED_KINDS,
    namespace_resource_whitelist=KINDS,
    namespace_resource_blacklist=KINDS,
    roles=records(name=REQUIRED, description=STRING, policies=STRINGS, groups=STRINGS),
    sync_windows=records(
        kind=Field("str", choices=("allow", "deny")),
        schedule=STRING,
        duration=STRING,
        time_zone=STRING,
        applications=STRINGS,
        namespaces=STRINGS,
        clusters=STRINGS,
        and_operator=BOOLEAN,
        manual_sync=BOOLEAN,
        sync_overrun=BOOLEAN,
        description=STRING,
    ),
    orphaned_resources=told(warn=BOOLEAN, ignore=records(group=STRING, kind=STRING, name=STRING)),
    source_integrity=record(
        git=Field(
            "dict",
            fields=Record(policies=Field("list", of=Field("dict", fields=POLICY), required=True)),
            required=True,
        )
    ),
    signature_keys=records(key_id=Field("str", required=True, key="keyID")),
)
RESOURCE = Resource("argoproj.io/v1alpha1", "AppProject", SPEC)
OPTIONS = RESOURCE.options
HIDING = Record(OPTIONS, projects=Field("list", of=Field("dict", fields=OPTIONS)))


def from_options(options: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the manifest for a set of options (the keys of ``OPTIONS``); what is wrong is added to ``problems``."""
    return _settled(_without_tokens(RESOURCE.from_options(options, where, problems)))


def from_manifest(manifest: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the manifest of a file; the tokens in one that was exported from a cluster are not among the fields."""
    return _settled(RESOURCE.from_manifest(_without_tokens(manifest), where, problems))


def _settled(manifest: dict[str, Any]) -> dict[str, Any]:
    """Write as argocd-server does when it saves a project: windows name their time zone, policies have one space.

    See InlineSyncWindow.Validate in types.go and normalizePolicy in app_project_types.go.
    """
    spec = dict(manifest["spec"])
    if spec.get("syncWindows"):
        spec["syncWindows"] = [{**one, "timeZone": one.get("timeZone") or "UTC"} for one in spec["syncWindows"]]
    if spec.get("roles"):
        spec["roles"] = [_with_spaces(role) for role in spec["roles"]]
    return {**manifest, "spec": spec}


def _with_spaces(role: dict[str, Any]) -> dict[str, Any]:
    if not role.get("policies"):
        return role
    split = (str(policy).split(",") for policy in role["policies"])
    return {**role, "policies": [", ".join([first, *(part.strip(" ") for part in rest)]) for first, *rest in split]}


def _without_tokens(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out which tokens were issued: written back, they would make revoked ones valid again."""
    spec = manifest.get("spec")
    roles = spec.get("roles") if isinstance(spec, Mapping) else None
    if not isinstance(spec, Mapping) or not isinstance(roles, (list, tuple)):
        return dict(manifest)
    return {**manifest, "spec": {**spec, "roles": [_without_token(role) for role in roles]}}


def _without_token(role: Any) -> Any:
    return {key: value for key, value in role.items() if key != TOKENS} if isinstance(role, Mapping) else role
