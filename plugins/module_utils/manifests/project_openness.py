# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project permits that hardly anybody wants to permit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import globs

HERE = ("https://kubernetes.default.svc", "in-cluster")
"""The cluster that Argo CD runs in, by server and by name (pkg/apis/application/v1alpha1/application_defaults.go)."""


def warnings(manifest: dict[str, Any]) -> Iterator[str]:
    """Give what a project opens too far, as texts that begin with the project."""
    meta, spec = manifest["metadata"], manifest["spec"]
    where = f"AppProject {meta['namespace']}/{meta['name']}"
    opened = list(_opened(spec))
    if opened:
        yield f"{where} opens everything: {', '.join(opened)}. List what its teams need instead"
    if _permits(spec.get("destinations") or [], meta["namespace"]):
        yield (
            f"{where} lets its Applications deploy into the namespace {meta['namespace']} of Argo CD's own cluster; "
            "whoever may change one of them can become an administrator of Argo CD. Name other namespaces in "
            f"destinations; where '*' has to stay, add a destination with the same server and the namespace "
            f"'!{meta['namespace']}'"
        )


def _opened(spec: dict[str, Any]) -> Iterator[str]:
    if any(_is_any(url) for url in spec.get("sourceRepos") or []):
        yield "source_repos '*' permits every repository"
    for one in spec.get("destinations") or []:
        if (_is_any(one.get("server")) or _is_any(one.get("name"))) and _is_any(one.get("namespace")):
            yield "destinations with server (or name) and namespace '*' permit every namespace of every cluster"
            break
    for one in spec.get("clusterResourceWhitelist") or []:
        if _is_any(one.get("group")) and _is_any(one.get("kind")) and (not one.get("name") or _is_any(one["name"])):
            yield "cluster_resource_whitelist with group and kind '*' permits every kind, even ClusterRoleBinding"
            break


def _is_any(pattern: Any) -> bool:
    return bool(pattern) and set(str(pattern)) == {"*"}


def _permits(destinations: list[dict[str, Any]], namespace: str) -> bool:
    """Say whether a namespace of Argo CD's own cluster is permitted (isDestinationMatched in app_project_types.go)."""
    permitted = False
    for one in destinations:
        server, name, space = (str(one.get(key) or "") for key in ("server", "name", "namespace"))
        by_server, by_name, there = _fits(server, HERE[0]), _fits(name, HERE[1]), _fits(space, namespace)
        if (by_server or by_name) and there:
            permitted = True
        elif any(pattern.startswith("!") for pattern in (server, name)) if there else space[:1] == "!" and by_server:
            return False
    return permitted


def _fits(pattern: str, text: str) -> bool:
    return not globs.matches(pattern[1:], text) if pattern.startswith("!") else globs.matches(pattern, text)
