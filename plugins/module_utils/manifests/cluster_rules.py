# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a cluster unusable for Argo CD, or would be passed over in silence; found before anything is sent.

The sources of Argo CD are rawRestConfig (pkg/apis/application/v1alpha1/types.go) and util/db/cluster.go, and below them
``rest.Config`` of Kubernetes' client-go. No message repeats a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .cluster import HERE, HERE_NAME, config_of
from .secret import LAST_APPLIED, NAME, decoded

EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
PROXY_SCHEMES = ("http", "https", "socks5")
CREDENTIALS = {
    "username": "username",
    "bearerToken": "bearer_token",
    "awsAuthConfig": "aws_auth_config",
    "execProviderConfig": "exec_provider_config",
    "certData": "tls_client_config.cert_data",
}
"""Ways to say who Argo CD is, by the key in the config: the option. Argo CD uses one and passes over the others."""

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_TLS = {"caData": "CERTIFICATE", "certData": "CERTIFICATE", "keyData": "PRIVATE KEY"}
_TLS_OPTIONS = {"caData": "ca_data", "certData": "cert_data", "keyData": "key_data"}


def problems(manifest: Mapping[str, Any], where: str) -> Iterator[str]:
    """Give each reason why this cluster cannot work, as "PLACE: what is wrong"."""
    data = {key: decoded(value) for key, value in manifest["data"].items()}
    server = data["server"]
    if not server:
        yield f"{where}: server: is required"
        return
    yield from (f"{where}: {problem}" for problem in _identity(manifest["metadata"], server, data.get("name", "")))
    yield from (f"{where}: {problem}" for problem in _scope(data))
    if "config" in data:
        config = config_of(manifest["data"]["config"])
        found = (*_credentials(config), *_tls(config.get("tlsClientConfig", {})), *_transport(config, server))
        yield from (f"{where}: config.{problem}" for problem in found)


def _identity(meta: Mapping[str, Any], server: str, name: str) -> Iterator[str]:
    yield from server_problems(server)
    if not NAME.fullmatch(meta["name"]):
        yield f"secret_name: {meta['name']!r} is no name that a Secret can have"
    if not name.strip():
        yield "name: is required, as Argo CD shows and selects clusters by it"
    elif name == HERE_NAME and server != HERE:
        yield f"name: {HERE_NAME} is the cluster that Argo CD runs in ({HERE})"
    if LAST_APPLIED in meta["annotations"]:
        yield f"annotations: {LAST_APPLIED} is written by kubectl only"


def server_problems(server: str) -> Iterator[str]:
    """Say what is wrong with the URL of an API server."""
    try:
        url = urlsplit(server)
        usable = url.scheme in ("https", "http") and bool(url.hostname) and (url.port is None or url.port > 0)
        more = bool(url.username or url.password or url.query or url.fragment)
    except ValueError:
        usable = more = False
    if not usable or any(character.isspace() for character in server):
        yield "server: is no URL such as https://HOST:PORT"
    elif more:
        yield "server: has more than https://HOST:PORT/PATH; credentials belong into config"


def _scope(data: Mapping[str, str]) -> Iterator[str]:
    names = data["namespaces"].split(",") if data.get("namespaces") else []
    for name in names:
        if name == "*":
            yield "namespaces: '*' is no namespace; leave the option out, or empty, for all of them"
        elif not _LABEL.fullmatch(name):
            yield f"namespaces: {name!r} is no name of a namespace"
    yield from (f"namespaces: {name} is there twice" for name in sorted(set(names)) if names.count(name) > 1)
    if data.get("clusterResources") == "true" and not names:
        yield "cluster_resources: has no effect without namespaces; Argo CD then manages cluster resources anyway"
    if "shard" in data and int(data["shard"]) < 0:
        yield f"shard: must not be negative, as {data['shard']} is"


def _credentials(config: Mapping[str, Any]) -> Iterator[str]:
    given = ways(config)
    if len(given) > 1:
        yield f"{given[0]}: contradicts {' and '.join(given[1:])}; Argo CD would use one and pass over the others"
    if config.get("password") and not config.get("username"):
        yield "password: needs a username"
    token = str(config.get("bearerToken") or "")
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        yield "bearer_token: holds a space, a line break or another character that no token has"
    aws, plugin = config.get("awsAuthConfig"), config.get("execProviderConfig")
    if aws is not None and not aws.get("clusterName"):
        yield "aws_auth_config.cluster_name: is required"
    if plugin is not None:
        yield from (f"exec_provider_config.{problem}" for problem in _plugin(plugin))


def ways(config: Mapping[str, Any]) -> list[str]:
    """Name the options of a ClusterConfig that say who Argo CD is."""
    whole = {**config, "certData": config.get("tlsClientConfig", {}).get("certData")}
    pointers = ("awsAuthConfig", "execProviderConfig")
    return [option for key, option in CREDENTIALS.items() if whole.get(key) or (key in pointers and key in config)]


def _plugin(plugin: Mapping[str, Any]) -> Iterator[str]:
    if not plugin.get("command"):
        yield "command: is required"
    if plugin.get("apiVersion") not in EXEC_VERSIONS:
        yield f"api_version: must be one of {', '.join(EXEC_VERSIONS)}"
    if plugin.get("config") and not plugin.get("provideClusterInfo"):
        yield "config: has no effect without provide_cluster_info: true"


def _tls(tls: Mapping[str, Any]) -> Iterator[str]:
    for key, what in _TLS.items():
        text = decoded(tls.get(key))
        if text and not re.search(rf"-----BEGIN ([A-Z0-9]+ )*{what}-----", text):
            yield f"tls_client_config.{_TLS_OPTIONS[key]}: holds no {what.lower()}"
    if tls.get("insecure") and tls.get("caData"):
        yield "tls_client_config.insecure: contradicts ca_data; Kubernetes' client refuses both together"
    if bool(tls.get("certData")) != bool(tls.get("keyData")):
        there, missing = ("cert_data", "key_data") if tls.get("certData") else ("key_data", "cert_data")
        yield f"tls_client_config.{there}: needs {missing}"


def _transport(config: Mapping[str, Any], server: str) -> Iterator[str]:
    if "proxyUrl" in config and urlsplit(config["proxyUrl"]).scheme not in PROXY_SCHEMES:
        yield f"proxy_url: must begin with {', '.join(f'{one}://' for one in PROXY_SCHEMES)}"
    given = ways(config)
    if server.startswith("http:") and given:
        yield f"{given[0]}: would be sent in clear to an http server"
    if server == HERE:
        ignored = [one for one in given if one not in ("username", "bearer_token")]
        ignored += ["tls_client_config"] if any(config.get("tlsClientConfig", {}).values()) and not ignored else []
        yield from (f"{one}: has no effect for {HERE}, where Argo CD uses its own service account" for one in ignored)
