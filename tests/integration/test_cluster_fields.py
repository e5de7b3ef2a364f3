"""Every optional key of argocd_cluster is set, changed and taken away again; each time a second run is idle."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.cluster import OPTIONS, from_options
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Record
from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy
from tests.support.field_steps import FieldSteps, Step, two_samples
from tests.support.lab import CLUSTER_SECRET, own_namespace
from tests.support.repositories import data, pem
from tests.support.samples import Leaf, leaves

NAMES = ("project", "namespaces", "cluster_resources", "shard", "config")
TABLE = Record({name: OPTIONS[name] for name in NAMES})
IN_PEM = {"ca_data": "CERTIFICATE", "cert_data": "CERTIFICATE", "key_data": "EC PRIVATE KEY"}
VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
PLUGIN = {"command": "login", "api_version": VERSIONS[0], "provide_cluster_info": True}
PAIR = {name: pem(IN_PEM[name]) for name in ("cert_data", "key_data")}


def values(leaf: Leaf) -> tuple[Any, Any]:
    """Two values that Argo CD's rules allow."""
    name = leaf.path[-1]
    if name in IN_PEM:
        return pem(IN_PEM[name], "Zmlyc3Q="), pem(IN_PEM[name], "c2Vjb25k")
    if name == "api_version":
        return VERSIONS
    if name == "proxy_url":
        return "http://proxy.example.org:3128", "socks5://proxy.example.org"
    return two_samples(leaf)


def base(leaf: Leaf) -> dict[str, Any]:
    """What must be there for the field, and an empty config, without which no credentials are taken away."""
    if leaf.path[0] == "config":
        return {"config": {}}
    return {"namespaces": ["shop"]} if leaf.name == "cluster_resources" else {}


def identity(name: str) -> dict[str, Any]:
    return {"server": f"https://{name}.example.org", "name": name, "secret_name": name}


def alternatives(whole: dict[str, Any], leaf: Leaf, value: Any) -> None:
    """Have what goes together, and leave out what may not be empty."""
    config, name = whole.get("config", {}), leaf.path[-1]
    if name == "password":
        config["username"] = "me"
    if name in PAIR and value:
        config["tls_client_config"] = PAIR | config["tls_client_config"]
    if "aws_auth_config" in leaf.path:
        if name == "cluster_name" and not value:
            del config["aws_auth_config"]
        else:
            config["aws_auth_config"].setdefault("cluster_name", "prod")
    if "exec_provider_config" in leaf.path:
        if name in ("command", "api_version") and not value:
            del config["exec_provider_config"]
        elif name == "provide_cluster_info":
            config["exec_provider_config"] |= {key: PLUGIN[key] for key in ("command", "api_version")}
        else:
            config["exec_provider_config"] = PLUGIN | config["exec_provider_config"]


def content(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a Secret stands for, by their names in Argo CD; what Argo CD takes for false is told."""
    texts = data(manifest)
    found: dict[str, Any] = {"project": texts["project"]} if "project" in texts else {}
    if "namespaces" in texts:
        found["namespaces"] = texts["namespaces"].split(",") if texts["namespaces"] else []
    if "clusterResources" in texts:
        found["clusterResources"] = texts["clusterResources"] == "true"
    if "shard" in texts:
        found["shard"] = int(texts["shard"])
    if "config" in texts:
        config = {"disableCompression": False, **json.loads(texts["config"])}
        for key in ("caData", "certData", "keyData"):
            if key in config["tlsClientConfig"]:
                config["tlsClientConfig"][key] = base64.b64decode(config["tlsClientConfig"][key]).decode()
        if "execProviderConfig" in config:
            config["execProviderConfig"].setdefault("provideClusterInfo", False)
        found["config"] = config
    return found


FIELDS = FieldSteps(
    leaves=list(leaves(TABLE)),
    many="clusters",
    base=base,
    from_options=from_options,
    values=values,
    alternatives=alternatives,
    needed={
        "config.aws_auth_config.cluster_name",
        "config.exec_provider_config.command",
        "config.exec_provider_config.api_version",
    },
    defaults={
        "config.disable_compression": False,
        "config.tls_client_config.insecure": False,
        "config.exec_provider_config.provide_cluster_info": False,
    },
    identity=identity,
    content=content,
)


@pytest.fixture(scope="module")
def steps(apiserver: ControlPlane) -> Iterator[dict[str, Step]]:
    with Proxy(apiserver) as proxy, own_namespace(apiserver, proxy) as lab:
        yield FIELDS.carry_out(lab.of(CLUSTER_SECRET))


@pytest.mark.parametrize("leaf", FIELDS.leaves, ids=lambda leaf: leaf.name)
def test_field(steps: dict[str, Step], leaf: Leaf) -> None:
    FIELDS.check(steps, leaf)
