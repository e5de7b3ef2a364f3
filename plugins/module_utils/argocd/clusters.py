# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users declare clusters, and which ones Argo CD knows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._errors import refuse
from .._gather import Declaration
from ..cluster.objects import Objects
from ..cluster.session import Session
from ..manifests.cluster import (
    OPTIONS,
    comparable_config,
    comparable_namespaces,
    config_of,
    from_options,
    secret_name,
    without_slash,
)
from ..manifests.cluster_rules import problems
from ..manifests.secret import SECRET_TYPE, decoded, encoded
from ..manifests.urls import shown
from ..plan.kind import Manifest
from .kinds import credentials

CLUSTER = replace(
    credentials("cluster"),
    remembers=True,
    same_values={
        ("data", "config"): comparable_config,
        ("data", "server"): lambda value: without_slash(decoded(value)),
        ("data", "namespaces"): comparable_namespaces,
        ("data", "clusterResources"): lambda value: decoded(value) == "true" or None,
        ("data", "project"): lambda value: decoded(value) or None,
    },
)


def _misplaced(options: Mapping[str, Any]) -> Iterator[str]:
    """Find clusters of one task that have the same server or the same name, or a kubeconfig."""
    items = [item for item in options.get("clusters") or () if isinstance(item, Mapping)]
    if any("from_kubeconfig" in item for item in items):
        yield "clusters: from_kubeconfig has no place in an item; register such clusters one by one, with a loop"
    servers = [without_slash(str(item["server"])) for item in items if item.get("server")]
    names = [str(item["name"]) for item in items if item.get("name")]
    for key, values in (("server", servers), ("name", names)):
        yield from (f"clusters: {key} {value} is there twice" for value, count in Counter(values).items() if count > 1)


CLUSTERS = Declaration(
    CLUSTER,
    OPTIONS,
    "clusters",
    from_options,
    problems,
    identity="server",
    misplaced=_misplaced,
    noun="cluster",
    shown=shown,
)


@dataclass(frozen=True)
class Registered:
    """A cluster that Argo CD knows: the Secret's name and what is in it."""

    secret: str
    server: str
    name: str
    token: str = field(repr=False)


def with_token(manifest: Manifest, token: str) -> Manifest:
    """Give a cluster's Secret with this bearer token in its config."""
    config = {**config_of(manifest["data"].get("config")), "bearerToken": token}
    text = encoded(json.dumps(config, separators=(",", ":")))
    return {**manifest, "data": {**manifest["data"], "config": text}}


def registered(session: Session, namespace: str) -> list[Registered]:
    """Give every cluster that has a Secret in Argo CD's namespace."""
    pages = Objects(session, CLUSTER).pages(namespace, selector=f"{SECRET_TYPE}=cluster")
    return [described(live) for page in pages for live in page["items"]]


def described(secret: Mapping[str, Any]) -> Registered:
    """Give the cluster that a Secret, live or desired, is about."""
    data = secret.get("data") or {}
    token = config_of(data.get("config")).get("bearerToken")
    return Registered(
        secret["metadata"]["name"],
        without_slash(decoded(data.get("server"))),
        decoded(data.get("name")),
        token if isinstance(token, str) else "",
    )


def resolved(desired: Iterable[Manifest], known: Sequence[Registered], *, absent: bool) -> list[Manifest]:
    """Give the manifests with the names of the Secrets that hold their servers already; raise where that is unclear.

    A name that the user chose for the Secret stays: then no other Secret may have the server. Only such a Secret may
    get another server.
    """
    found: list[str] = []
    manifests = []
    for manifest in desired:
        server, name = decoded(manifest["data"].get("server")), manifest["metadata"]["name"]
        holders = [one.secret for one in known if one.server == server and server]
        chosen = bool(server) and name != secret_name(server)
        if not server or name in holders or not holders:
            other = next((one.server for one in known if one.secret == name), server)
            if server and other != server and (absent or not chosen):
                found.append(
                    f"cluster {server}: Secret {name} holds {shown(other) or 'no server'} and not this one; "
                    f"{'give server and secret_name of one cluster' if absent else 'set another secret_name'}"
                )
            manifests.append(manifest)
        elif len(holders) == 1 and not chosen:
            manifests.append({**manifest, "metadata": {**manifest["metadata"], "name": holders[0]}})
        else:
            found.append(
                f"cluster {server}: is registered by Secret {' and '.join(holders)} already; set secret_name to that"
            )
    refuse(found)
    return manifests
