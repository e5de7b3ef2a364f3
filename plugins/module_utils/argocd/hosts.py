# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory hosts from what was found in an Argo CD: names that are stable, variables without secrets, and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

APPLICATION_KEYS = ("sync", "health", "revision", "operation", "message", "conditions", "finished_at", "destination")
CLUSTER_KEYS = ("shard", "namespaces", "credentials", "insecure")

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class Host:
    """A host: ``groups`` have no prefix yet and may hold any character, ``variables`` are plain values."""

    name: str
    variables: dict[str, Any]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Naming:
    """One Argo CD as hosts are named after it: ``instance`` is its name (or "") and ``namespace`` where it runs."""

    instance: str
    namespace: str
    environment_label: str
    group_by: tuple[str, ...]


def hosts(found: Mapping[str, Iterable[Mapping[str, Any]]], naming: Naming) -> Iterator[Host]:
    """Give a host for each Application and cluster of a search (see information.py).

    An Application's name depends on nothing but itself: ``NAME``, or ``NAMESPACE__NAME`` outside Argo CD's namespace. A
    cluster is ``cluster_NAME``; only if that is taken, the name of its Secret is added. With an instance's name, all of
    it begins with ``INSTANCE__``.
    """
    clusters = list(found.get("clusters", ()))
    titles = {one["server"]: one["title"] for one in clusters}
    taken: set[str] = set()
    for one in found.get("applications", ()):
        where = "" if one["namespace"] == naming.namespace else f"{one['namespace']}__"
        name = f"{where}{one['name']}"
        taken.add(name)
        yield _host(one, "application", name, naming, _destination(one["destination"], titles))
    for one in clusters:
        name = _UNSAFE.sub("_", f"cluster_{one['title']}")
        while name in taken:
            name = f"{name}_{one['name']}"
        taken.add(name)
        yield _host(one, "cluster", name, naming, "")


def _host(view: Mapping[str, Any], kind: str, name: str, naming: Naming, destination: str) -> Host:
    is_cluster = kind == "cluster"
    labels = view["labels"]
    variables = {
        "kind": kind,
        "name": view["title"] if is_cluster else view["name"],
        "namespace": view["namespace"],
        "project": view["project"],
        "labels": labels,
        "server": view["server"] if is_cluster else view["destination"]["server"],
        "environment": labels.get(naming.environment_label, ""),
        **{key: view[key] for key in (CLUSTER_KEYS if is_cluster else APPLICATION_KEYS)},
    }
    if is_cluster:
        variables["secret"] = view["name"]
    if naming.instance:
        variables["instance"] = naming.instance
        name = f"{naming.instance}__{name}"
    by = {**variables, "destination": destination}
    groups = [f"{kind}s", *(f"{key}_{by[key]}" for key in naming.group_by if by.get(key))]
    groups += [f"instance_{naming.instance}"] if naming.instance else []
    return Host(name, {f"argocd_{key}": value for key, value in variables.items()}, tuple(groups))


def _destination(target: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Name the cluster that an Application deploys to: by name, else by the host in its URL."""
    server = target["server"].rstrip("/")
    return target["name"] or titles.get(server) or server.partition("://")[2].split("/", 1)[0] or server
