# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a cluster that Argo CD deploys to, and the Secret they stand for.

The Secret's keys are those of util/db/cluster.go of Argo CD; ``config`` is the JSON text of its ClusterConfig
(pkg/apis/application/v1alpha1/types.go).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .fields import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    SHORTEST_UNKNOWN,
    STRING,
    STRING_MAP,
    STRINGS,
    Field,
    Reader,
    Record,
    record,
)
from .secret import MANAGED_BY, SECRET_TYPE, decoded, encoded, hashed
from .urls import secrets_in

HERE = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in (KubernetesInternalAPIServerAddr)."""
HERE_NAME = "in-cluster"


def _telling(value: str) -> set[str]:
    """Give the value of an environment variable as a secret; a short one is a word that stands anywhere by chance."""
    return {value} if len(value) >= SHORTEST_UNKNOWN else set()


SECRET = Field("str", secret=True)
CONFIG = Record(
    username=STRING,
    password=SECRET,
    bearer_token=SECRET,
    tls_client_config=record(
        insecure=BOOLEAN,
        server_name=STRING,
        ca_data=STRING,
        cert_data=STRING,
        key_data=SECRET,
    ),
    aws_auth_config=record(cluster_name=STRING, role_arn=Field("str", key="roleARN"), profile=STRING),
    exec_provider_config=record(
        command=STRING,
        args=STRINGS,
        env=Field("dict", of=Field("str", secret_part=_telling)),
        api_version=STRING,
        install_hint=STRING,
        provide_cluster_info=BOOLEAN,
        config=ANYTHING,
    ),
    proxy_url=Field("str", secret_part=secrets_in),
    disable_compression=BOOLEAN,
)
OPTIONS = Record(
    server=Field("str", secret_part=secrets_in),
    name=STRING,
    project=STRING,
    namespaces=STRINGS,
    cluster_resources=BOOLEAN,
    shard=INTEGER,
    labels=STRING_MAP,
    annotations=STRING_MAP,
    secret_name=STRING,
    config=Field("dict", fields=CONFIG),
)
HIDING = Record(
    server=OPTIONS["server"],
    config=OPTIONS["config"],
    clusters=Field("list", of=Field("dict", fields=OPTIONS)),
)
"""The options with secrets in them."""

_POINTERS = ("awsAuthConfig", "execProviderConfig")
"""Parts of the config that mean something even when they are empty."""
_VERBATIM = ("args", "env", "config")


def from_options(options: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the Secret for a set of options; what is wrong is added to ``problems``, each with its place.

    Its name is empty when there is neither a server nor a name for the Secret.
    """
    read = Reader(False, problems).read(OPTIONS, options, where)
    server = without_slash(read.get("server", ""))
    texts = {
        "server": server,
        "name": read.get("name"),
        "project": read.get("project"),
        "namespaces": ",".join(read["namespaces"]) if "namespaces" in read else None,
        "clusterResources": str(read["clusterResources"]).lower() if "clusterResources" in read else None,
        "shard": str(read["shard"]) if "shard" in read else None,
        "config": _config(read["config"], f"{where}.config", problems) if "config" in read else None,
    }
    own = {"labels": {SECRET_TYPE: "cluster"}, "annotations": MANAGED_BY}
    for part, fixed in own.items():
        taken = [key for key, value in fixed.items() if read.get(part, {}).get(key, value) != value]
        problems += [f"{where}.{part}: {key} is not yours to choose" for key in taken]
    meta: dict[str, Any] = {
        "name": read.get("secretName") or (secret_name(server) if server else ""),
        **{part: {**read.get(part, {}), **fixed} for part, fixed in own.items()},
    }
    data = {key: encoded(text) for key, text in texts.items() if text is not None}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": data}


def secret_name(server: str) -> str:
    """Give the name that Argo CD chooses for the Secret of a server (util/db/secrets.go: URIToSecretName).

    It is ``cluster-HOST-NUMBER``.
    """
    host = urlsplit(server).netloc.lower().rpartition("@")[2]
    name = host[1:].partition("]")[0].replace(":", "-") if host.startswith("[") else host.partition(":")[0]
    return f"cluster-{name}-{hashed(server)}"


def without_slash(server: str) -> str:
    """Give a server's URL as Argo CD keeps it."""
    return server.rstrip("/")


def config_of(value: Any) -> dict[str, Any]:
    """Give the ClusterConfig behind ``data.config``, empty where it is none."""
    try:
        config = json.loads(decoded(value) or "{}")
    except ValueError:
        return {}
    return config if isinstance(config, dict) else {}


def comparable_config(value: Any) -> str:
    """Give what two spellings of ``data.config`` have in common when they mean the same to Argo CD."""
    config = config_of(value)
    if not config:
        return decoded(value).strip() if decoded(value).strip() not in ("", "null") else "{}"
    return json.dumps(_slim(config), sort_keys=True)


def comparable_namespaces(value: Any) -> str | None:
    """Give the namespaces that ``data.namespaces`` lists, None for all."""
    return ",".join(filter(None, (one.strip() for one in decoded(value).split(",")))) or None


def _slim(config: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out zero values, as Go's ``omitempty`` does; only the TLS setting ``insecure`` is always written."""
    inner = {
        key: _slim(value) if isinstance(value, Mapping) and key not in _VERBATIM else value
        for key, value in config.items()
    }
    return {key: value for key, value in inner.items() if value or (key in _POINTERS and value is not None)}


def _config(read: dict[str, Any], where: str, problems: list[str]) -> str:
    """Give the JSON text of a ClusterConfig as Argo CD writes it."""
    tls = read.get("tlsClientConfig", {})
    for option, key in (("ca_data", "caData"), ("cert_data", "certData"), ("key_data", "keyData")):
        if tls.get(key):
            tls[key] = _pem(tls[key], f"{where}.tls_client_config.{option}", problems)
    kept = {**_slim(read), "tlsClientConfig": {"insecure": False, **_slim(tls)}}
    return json.dumps(kept, separators=(",", ":"))


def _pem(text: str, where: str, problems: list[str]) -> str:
    """Give PEM text in base64; base64 of PEM text stays what it is."""
    if "-----BEGIN " in text:
        return encoded(text)
    try:
        inside = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        inside = b""
    if b"-----BEGIN " not in inside:
        problems.append(f"{where}: is neither PEM text (-----BEGIN ...) nor base64 of such")
    return base64.b64encode(inside).decode()
