# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person needs to know of Argo CD's objects: a few words for each, and never a secret."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from ..manifests.secret import COPIES, SECRET_TYPE
from ..manifests.urls import without_secrets
from ..plan.kind import Manifest
from .status import summary

View = dict[str, Any]

BRIEF = {"project": "Project", "revision": "Revision", "sync": "Sync Status", "health": "Health Status"}
"""What ``kubectl get applications -o wide`` shows (application-crd.yaml: additionalPrinterColumns), by its columns."""
REPOSITORY_CREDENTIALS = (
    "username",
    "password",
    "bearerToken",
    "sshPrivateKey",
    "tlsClientCertData",
    "tlsClientCertKey",
    "githubAppPrivateKey",
    "gcpServiceAccountKey",
    "azureServicePrincipalClientSecret",
    "useAzureWorkloadIdentity",
)
"""Keys of a repository's Secret that say how Argo CD logs in (util/db/repository_secrets.go)."""
CLUSTER_CREDENTIALS = {
    "username": "password",
    "bearerToken": "bearer_token",
    "awsAuthConfig": "aws",
    "execProviderConfig": "exec",
}
"""Keys of a cluster's ``config`` (ClusterConfig in types.go), and what they are called here."""

_LONG_LISTS = ("resources", "history")


def application(live: Mapping[str, Any]) -> View:
    """Give an Application's state, destination and labels."""
    operation = (live.get("status") or {}).get("operationState") or {}
    target = (live.get("spec") or {}).get("destination") or {}
    return {
        **summary(live),
        "finished_at": operation.get("finishedAt") or "",
        "destination": _destination(target),
        "labels": live["metadata"].get("labels") or {},
    }


def brief(row: Mapping[str, Any]) -> View:
    """Give what a row of :meth:`Objects.rows` says of an Application."""
    meta, cells = row["metadata"], row["cells"]
    empty = {"sync": "Unknown", "health": "Unknown"}
    return {
        "name": meta["name"],
        "namespace": meta.get("namespace", ""),
        **{key: cells[column] or empty.get(key, "") for key, column in BRIEF.items()},
        "labels": meta.get("labels") or {},
    }


def application_set(live: Mapping[str, Any]) -> View:
    """Give an ApplicationSet's generators, how many Applications it made, and its conditions."""
    spec, status = live.get("spec") or {}, live.get("status") or {}
    template = (spec.get("template") or {}).get("spec") or {}
    made = status.get("resourcesCount") or len(status.get("resources") or ())
    return {
        **_named(live),
        "project": template.get("project") or "",
        "generators": [key for one in spec.get("generators") or () for key in one if key != "selector"],
        "applications": made,
        "conditions": [
            f"{one.get('type')} {one.get('status')}: {one.get('message')}" for one in status.get("conditions") or ()
        ],
    }


def project(live: Mapping[str, Any]) -> View:
    """Give what a project allows, and how many sync windows it has."""
    spec = live.get("spec") or {}
    targets = [_destination(one) for one in _list(spec, "destinations")]
    return {
        **_named(live),
        "description": spec.get("description") or "",
        "source_repos": _list(spec, "sourceRepos"),
        "source_namespaces": _list(spec, "sourceNamespaces"),
        "destinations": targets,
        "roles": [one.get("name") for one in _list(spec, "roles")],
        "sync_windows": len(_list(spec, "syncWindows")),
    }


def repository(live: Mapping[str, Any]) -> View:
    """Give a repository, or credentials for several, without any value that is secret."""
    data = _decoded(live)
    labels = dict(live["metadata"].get("labels") or {})
    return {
        **_named(live),
        "labels": {key: value for key, value in labels.items() if key != SECRET_TYPE},
        "kind": labels.get(SECRET_TYPE, ""),
        "url": data.get("url", ""),
        "type": data.get("type") or "git",
        "title": data.get("name", ""),
        "project": data.get("project", ""),
        "credentials": [key for key in REPOSITORY_CREDENTIALS if data.get(key)],
    }


def cluster(live: Mapping[str, Any]) -> View:
    """Give a registered cluster, without any value that is secret."""
    data = _decoded(live)
    labels = live["metadata"].get("labels") or {}
    return {
        **_named(live),
        "labels": {key: value for key, value in labels.items() if key != SECRET_TYPE},
        "title": data.get("name") or data.get("server", ""),
        "server": data.get("server", "").rstrip("/"),
        "project": data.get("project", ""),
        "shard": data.get("shard", ""),
        "namespaces": [one.strip() for one in data.get("namespaces", "").split(",") if one.strip()],
        **_login(data.get("config", "")),
    }


def whole_secret(live: Mapping[str, Any]) -> View:
    """Give all of a Secret but its values: ``metadata``, ``type`` and ``data_keys``."""
    meta = live["metadata"]
    notes = {key: value for key, value in (meta.get("annotations") or {}).items() if key not in COPIES}
    keys = sorted(live.get("data") or {})
    return {"metadata": {**meta, "annotations": notes}, "secret_type": live.get("type", ""), "data_keys": keys}


def few_words(node: Manifest) -> Manifest:
    """Drop what no view shows and what makes a live Application large; for :meth:`Objects.pages` (``slim``)."""
    if "uid" in node:
        node.pop("managedFields", None)
    if "reconciledAt" in node or "sync" in node:
        for key in _LONG_LISTS:
            if isinstance(node.get(key), list):
                del node[key]
    if isinstance(node.get("syncResult"), dict):
        del node["syncResult"]
    return node


def cleaned(value: Any) -> Any:
    """Take user names, tokens and passwords out of all URLs in a value; the user of an SSH URL is no secret."""
    if isinstance(value, str):
        return without_secrets(value) if "@" in value and "://" in value else value
    if isinstance(value, Mapping):
        return {key: cleaned(item) for key, item in value.items()}
    return [cleaned(item) for item in value] if isinstance(value, list) else value


def _named(live: Mapping[str, Any]) -> View:
    meta = live["metadata"]
    return {"name": meta["name"], "namespace": meta.get("namespace", ""), "labels": meta.get("labels") or {}}


def _destination(target: Mapping[str, Any]) -> View:
    return {key: target.get(key) or "" for key in ("server", "name", "namespace")}


def _list(spec: Mapping[str, Any], key: str) -> list[Any]:
    return list(spec.get(key) or ())


def _decoded(secret: Mapping[str, Any]) -> dict[str, str]:
    data = secret.get("data") or {}
    return {key: b64decode(value).decode(errors="replace") for key, value in data.items()}


def _login(config: str) -> View:
    """Say how Argo CD logs in to a cluster, and whether it checks its certificate; the config is JSON with secrets."""
    try:
        found = json.loads(config or "{}")
    except ValueError:
        found = None
    tls = (found.get("tlsClientConfig") or {}) if isinstance(found, dict) else None
    if not isinstance(tls, dict):
        return {"credentials": ["unreadable"], "insecure": False}
    kinds = [name for key, name in CLUSTER_CREDENTIALS.items() if found.get(key)]
    kinds += ["client_certificate"] if tls.get("certData") else []
    return {"credentials": kinds, "insecure": bool(tls.get("insecure"))}
