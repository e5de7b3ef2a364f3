"""Every optional key of argocd_repository is set, changed and taken away again; each time a second run is idle."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Record
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.repository import (
    CREDENTIALS,
    OPTIONS,
    SETTINGS,
    from_options,
)
from tests.controlplane import ControlPlane
from tests.controlplane.proxy import Proxy
from tests.support.field_steps import FieldSteps, Step, two_samples
from tests.support.lab import REPOSITORY_SECRET, own_namespace
from tests.support.repositories import data, pem
from tests.support.samples import Leaf, leaves

TABLE = Record(**SETTINGS, credentials=OPTIONS["credentials"])
LOGIN = {"username": "me", "password": "password-0"}
APP = {"github_app_id": 1, "github_app_private_key": pem("PRIVATE KEY")}
PRINCIPAL = {f"azure_service_principal_{name}": name for name in ("client_id", "client_secret", "tenant_id")}
CERTIFICATE = {"tls_client_cert_data": pem("CERTIFICATE"), "tls_client_cert_key": pem("PRIVATE KEY"), **LOGIN}
HELM = {"type": "helm", "name": "charts"}
BASE: dict[str, dict[str, Any]] = {
    "enable_oci": {"type": "helm", "name": "charts"},
    "credentials.username": {"credentials": {"password": "password-0"}},
    "credentials.force_http_basic_auth": {"credentials": {"password": "password-0"}},
}
# Keys of credentials that have no effect without the others.
TOGETHER: dict[str, dict[str, Any]] = {"github_app_": APP, "azure_": PRINCIPAL, "tls_client_": CERTIFICATE}
IN_PEM = {
    "ssh_private_key": "PRIVATE KEY",
    "tls_client_cert_data": "CERTIFICATE",
    "tls_client_cert_key": "PRIVATE KEY",
    "github_app_private_key": "PRIVATE KEY",
}
NEEDED = {"type", *(f"credentials.{name}" for part in TOGETHER.values() for name in part if name not in LOGIN)}


def values(leaf: Leaf) -> tuple[Any, Any]:
    """Two values that Argo CD's rules allow."""
    name = leaf.path[-1]
    if name == "type":
        return "git", "oci"
    if name in IN_PEM:
        return pem(IN_PEM[name], "Zmlyc3Q="), pem(IN_PEM[name], "c2Vjb25k")
    if name == "gcp_service_account_key":
        return '{"type": "service_account"}', '{"type": "external_account"}'
    return two_samples(leaf)


def base(leaf: Leaf) -> dict[str, Any]:
    return copy.deepcopy(BASE.get(leaf.name, {}))


def identity(name: str) -> dict[str, Any]:
    return {"secret_name": name, "url": f"https://git.example.org/{name}"}


def alternatives(whole: dict[str, Any], leaf: Leaf, value: Any) -> None:
    """Have a URL that fits, and what goes together."""
    name = whole["secret_name"]
    for prefix, part in TOGETHER.items():
        if leaf.path[-1].startswith(prefix) and value:
            whole["credentials"] = part | whole["credentials"]
    if leaf.path[-1] == "ssh_private_key" and value:
        whole["url"] = f"git@git.example.org:{name}"
    elif leaf.name == "enable_oci" and value:
        whole["url"] = f"registry.example.org/{name}"
    elif leaf.name == "insecure_oci_force_http" and value:
        whole |= {"type": "oci", "url": f"oci://registry.example.org/{name}"}
    elif whole.get("type") == "oci":
        whole["url"] = f"oci://registry.example.org/{name}"


def content(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a Secret stands for, by the names of its keys."""
    texts = data(manifest)

    def of(table: Record) -> dict[str, Any]:
        fields = {key: field.type for key, field in table.options.values()}
        return {key: convert(fields[key], text) for key, text in texts.items() if key in fields}

    return {**of(SETTINGS), "credentials": of(CREDENTIALS)}


def convert(kind: str, text: str) -> Any:
    return text == "true" if kind == "bool" else int(text) if kind == "int" else text


FIELDS = FieldSteps(
    leaves=list(leaves(TABLE)),
    many="repositories",
    base=base,
    from_options=from_options,
    values=values,
    alternatives=alternatives,
    needed=NEEDED,
    identity=identity,
    content=content,
)


@pytest.fixture(scope="module")
def steps(apiserver: ControlPlane) -> Iterator[dict[str, Step]]:
    with Proxy(apiserver) as proxy, own_namespace(apiserver, proxy) as lab:
        yield FIELDS.carry_out(lab.of(REPOSITORY_SECRET))


@pytest.mark.parametrize("leaf", FIELDS.leaves, ids=lambda leaf: leaf.name)
def test_field(steps: dict[str, Step], leaf: Leaf) -> None:
    FIELDS.check(steps, leaf)
