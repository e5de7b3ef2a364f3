# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``from_kubeconfig``: what may stand beside it, and what else a kubeconfig says of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._errors import refuse
from .._gather import gather
from ..cluster.session import Endpoint
from ..manifests.cluster_rules import CREDENTIALS
from ..manifests.service_account import Account, account_problems, read_rules
from ..plan.kind import Manifest
from .clusters import CLUSTERS

FROM_KUBECONFIG: dict[str, dict[str, Any]] = {
    "kubeconfig": {"type": "raw"},
    "context": {"type": "str"},
    "service_account": {"type": "str", "default": "argocd-manager"},
    "service_account_namespace": {"type": "str", "default": "kube-system"},
    "rules": {"type": "list", "elements": "dict"},
    "remove_service_account": {"type": "bool", "default": True},
}


def declared(options: Mapping[str, Any], endpoint: Endpoint | None = None) -> list[Manifest]:
    """Give the Secrets that options stand for, but for a token; raise with every problem found.

    ``endpoint`` is what the kubeconfig says of its cluster, if it was looked at.
    """
    if options["from_kubeconfig"] is None:
        return gather(CLUSTERS, options)
    _check(options)
    return gather(CLUSTERS, _completed(options, endpoint or Endpoint("https://cluster.invalid")))


def _completed(options: Mapping[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Give options together with what a kubeconfig says of its cluster, where they do not say it themselves.

    The proxy of a kubeconfig and its server name, if another server is named, are matters of whoever uses it.
    """
    tls: dict[str, Any] = {"ca_data": endpoint.authority} if endpoint.verified and endpoint.authority else {}
    if not endpoint.verified:
        tls["insecure"] = True
    if endpoint.server_name and not options.get("server"):
        tls["server_name"] = endpoint.server_name
    config = {key: value for key, value in (options.get("config") or {}).items() if value is not None}
    own = {key: value for key, value in (config.get("tls_client_config") or {}).items() if value is not None}
    if own.keys() & {"ca_data", "insecure"}:
        tls = {key: value for key, value in tls.items() if key == "server_name"}
    name = options.get("name") or options["from_kubeconfig"]["context"]
    server = options.get("server") or endpoint.server
    return {**options, "server": server, "name": name, "config": {**config, "tls_client_config": {**tls, **own}}}


def _check(options: Mapping[str, Any]) -> None:
    """Refuse what cannot go with a kubeconfig, before it is looked at."""
    config = options.get("config") or {}
    tls = {f"tls_client_config.{key}": value for key, value in (config.get("tls_client_config") or {}).items()}
    whole = {**config, **tls}
    found = [
        f"config.{option}: contradicts from_kubeconfig, which makes a token for Argo CD"
        for option in CREDENTIALS.values()
        if whole.get(option) is not None
    ]
    found += _misplaced(options)
    found += account_problems(account_of(options))
    read_rules(options["from_kubeconfig"]["rules"], options["namespaces"] or [], found)
    refuse(found)


def _misplaced(options: Mapping[str, Any]) -> Iterator[str]:
    if options["state"] == "rendered":
        yield "from_kubeconfig: goes with state present or absent; rendered asks no cluster"
    if options["prune"]:
        yield "prune: has no place beside from_kubeconfig; name the clusters that shall be there in clusters"
    if options["namespaces"] and options["cluster_resources"]:
        yield "cluster_resources: with from_kubeconfig, the service account may see nothing outside of namespaces"
    if options["state"] == "absent" and (options["rotate_credentials"] or options["rotate_after_days"] is not None):
        yield "rotate_credentials and rotate_after_days: go with state present, not absent"
    if (options["rotate_after_days"] or 0) < 0:
        yield "rotate_after_days: must not be negative"


def account_of(options: Mapping[str, Any]) -> Account:
    """Give the service account that the options name."""
    given = options["from_kubeconfig"]
    return Account(given["service_account_namespace"], given["service_account"])
