"""Options of clusters: against Argo CD's own structs, into the Secret, and what is wrong with them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.clusters import CLUSTER, CLUSTERS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.service_accounts import Choice, Token, chosen
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.cluster import (
    CONFIG,
    OPTIONS,
    comparable_config,
    from_options,
    secret_name,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Record
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.secret import decoded, encoded
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.service_account import Account
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.compare import compare
from tests.controlplane import build

PEM = "-----BEGIN {0}-----\nMIIB\n-----END {0}-----\n"
AUTHORITY, KEY = PEM.format("CERTIFICATE"), PEM.format("EC PRIVATE KEY")
GOOD: dict[str, Any] = {"server": "https://prod.example.org:6443", "name": "prod"}
TYPES = {"string": "str", "bool": "bool", "[]string": "list", "[]byte": "str", "map[string]string": "dict"}


def struct(name: str) -> dict[str, str]:
    """The Go types of a struct's fields by their JSON names; an embedded struct has the name of its tag."""
    source = build().argocd_manifests.parent / "pkg" / "apis" / "application" / "v1alpha1" / "types.go"
    found = re.search(rf"^type {name} struct {{\n(.*?)^}}", source.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    fields = re.findall(r'^\t(?:\w+ +)?([\w.*\[\]]+) +`json:"([\w-]+)', found[1], re.MULTILINE)
    return {key: kind for kind, key in fields}


def shape(table: Record) -> dict[str, str]:
    """The same of a table."""
    return {field.key_of(name): "record" if field.fields else field.type for name, field in table.items()}


@pytest.mark.parametrize(
    ("table", "name", "records"),
    [
        (CONFIG, "ClusterConfig", {"tlsClientConfig", "awsAuthConfig", "execProviderConfig"}),
        (CONFIG["tls_client_config"].fields, "TLSClientConfig", set()),
        (CONFIG["aws_auth_config"].fields, "AWSAuthConfig", set()),
        (CONFIG["exec_provider_config"].fields, "ExecProviderConfig", {"config"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_field_of_the_config_has_an_option(table: Record, name: str, records: set[str]) -> None:
    expected = {key: "record" if key in records else TYPES[kind] for key, kind in struct(name).items()}
    if name == "ExecProviderConfig":
        expected["config"] = "dict"
    assert shape(table) == expected


def test_every_key_of_the_secret_has_an_option() -> None:
    source = (build().argocd_manifests.parent / "util" / "db" / "cluster.go").read_text()
    keys = set(re.findall(r'(?:s\.Data|secret\.Data|data)\["(\w+)"\]', source))
    metadata = {"labels", "annotations", "secretName"}
    assert keys == {field.key_of(name) for name, field in OPTIONS.items()} - metadata


def secret(**options: Any) -> dict[str, Any]:
    problems: list[str] = []
    manifest = from_options({**GOOD, **options}, "prod", problems)
    assert problems == []
    return manifest


def texts(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {key: decoded(value) for key, value in manifest["data"].items()}


def test_the_config_is_written_as_argocd_does() -> None:
    given = {
        "bearer_token": "t",
        "tls_client_config": {"ca_data": AUTHORITY, "server_name": ""},
        "exec_provider_config": None,
        "disable_compression": False,
    }
    config = json.loads(texts(secret(config=given))["config"])
    assert config == {"bearerToken": "t", "tlsClientConfig": {"insecure": False, "caData": encoded(AUTHORITY)}}
    assert json.loads(texts(secret(config={}))["config"]) == {"tlsClientConfig": {"insecure": False}}
    assert "config" not in texts(secret())


@pytest.mark.parametrize(
    "text", [AUTHORITY, encoded(AUTHORITY), encoded(AUTHORITY)[:20] + "\n" + encoded(AUTHORITY)[20:]]
)
def test_pem_and_base64_of_it(text: str) -> None:
    config = json.loads(texts(secret(config={"tls_client_config": {"ca_data": text}}))["config"])
    assert config["tlsClientConfig"]["caData"] == encoded(AUTHORITY)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"bearerToken":"t"}', '{\n "tlsClientConfig": {"insecure": false}, "bearerToken": "t"\n}\n', True),
        ("{}", '{"tlsClientConfig":{"insecure":false}}', True),
        ("{}", "", True),
        ("{}", "null", True),
        ('{"awsAuthConfig":{}}', "{}", False),
        ('{"execProviderConfig":{"env":{"A":""}}}', '{"execProviderConfig":{"env":{}}}', False),
        ('{"bearerToken":"t"}', '{"bearerToken":"u"}', False),
        ("{}", "{broken", False),
        ("{}", "[]", False),
    ],
)
def test_when_two_configs_are_the_same(one: str, other: str, same: bool) -> None:
    assert (comparable_config(encoded(one)) == comparable_config(encoded(other))) is same


def test_what_argocd_leaves_out_is_no_difference() -> None:
    manifest = secret(namespaces=[], cluster_resources=False, project="", config={})
    owned = [{"manager": "tiphys.gitops", "operation": "Apply", "fieldsV1": {"f:data": {"f:server": {}, "f:name": {}}}}]
    meta = {**manifest["metadata"], "managedFields": owned}
    live = {**manifest, "metadata": meta, "data": {key: manifest["data"][key] for key in ("server", "name")}}
    live["data"]["config"] = encoded('{ "tlsClientConfig": {"insecure": false} }')
    changed = compare({"data": manifest["data"]}, live, CLUSTER).changed
    assert changed == []


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ("http://foo", "cluster-foo-752281925"),
        ("https://Prod.Example.org:6443", "cluster-prod.example.org-"),
        ("https://[fe80::1ff:fe23:4567:890a]:6443", "cluster-fe80--1ff-fe23-4567-890a-"),
        ("https://10.0.0.1/k8s/clusters/c-1", "cluster-10.0.0.1-"),
    ],
)
def test_name_of_the_secret(server: str, name: str) -> None:
    assert secret_name(server).startswith(name)
    assert secret(server=server + "/")["metadata"]["name"] == secret_name(server)
    assert secret(server=server, secret_name="own")["metadata"]["name"] == "own"


def options(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(OPTIONS), "namespace": "argocd", "state": "present", "clusters": None, **given}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"server": "prod.example.org"}, "server: is no URL"),
    ({"server": "https://prod example.org"}, "server: is no URL"),
    ({"server": "https://prod:port"}, "server: is no URL"),
    ({"server": "https://me:secret-word@prod.example.org"}, "server: has more than https://HOST:PORT/PATH"),
    ({"name": None}, "name: is required"),
    ({"name": "in-cluster"}, "name: in-cluster is the cluster that Argo CD runs in"),
    ({"secret_name": "Prod"}, "secret_name: 'Prod'"),
    ({"labels": {"argocd.argoproj.io/secret-type": "x"}}, "is not yours to choose"),
    ({"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}, "is written by kubectl only"),
    ({"shard": -1}, "shard: must not be negative"),
    ({"namespaces": ["Shop"]}, "namespaces: 'Shop' is no name"),
    ({"namespaces": ["*"]}, "leave the option out"),
    ({"namespaces": ["a", "a"]}, "namespaces: a is there twice"),
    ({"cluster_resources": True}, "cluster_resources: has no effect without namespaces"),
]
BAD_CONFIGS: list[tuple[dict[str, Any], str]] = [
    ({"password": "secret-word"}, "config.password: needs a username"),
    ({"bearer_token": "secret-word\n"}, "config.bearer_token: holds a space"),
    ({"bearer_token": "secret-word", "username": "me"}, "config.username: contradicts bearer_token"),
    ({"bearer_token": "secret-word", "exec_provider_config": {"command": "x"}}, "bearer_token: contradicts exec_pro"),
    ({"aws_auth_config": {}}, "config.aws_auth_config.cluster_name: is required"),
    ({"exec_provider_config": {"command": "x"}}, "exec_provider_config.api_version: must be one of"),
    ({"exec_provider_config": {}}, "exec_provider_config.command: is required"),
    ({"exec_provider_config": {"config": {"a": 1}}}, "config: has no effect without provide_cluster_info"),
    ({"exec_provider_config": {"env": {"A": ["secret-word"]}}}, "env.A: must be a string, not a list"),
    ({"tls_client_config": {"insecure": True, "ca_data": AUTHORITY}}, "insecure: contradicts ca_data"),
    ({"tls_client_config": {"cert_data": AUTHORITY}}, "cert_data: needs key_data"),
    ({"tls_client_config": {"key_data": KEY}}, "key_data: needs cert_data"),
    ({"tls_client_config": {"ca_data": "secret-word"}}, "ca_data: is neither PEM text"),
    ({"tls_client_config": {"ca_data": KEY}}, "ca_data: holds no certificate"),
    ({"tls_client_config": {"cert_data": AUTHORITY, "key_data": AUTHORITY}}, "key_data: holds no private key"),
    ({"proxy_url": "ftp://me:secret-word@proxy"}, "proxy_url: must begin with http://, https://, socks5://"),
    ({"bearer": "secret-word"}, "config.bearer: unknown key, did you mean bearer_token?"),
]
IN_CLEAR = {"server": "http://prod.example.org", "config": {"bearer_token": "secret-word"}}
HERE = {"server": "https://kubernetes.default.svc", "config": {"tls_client_config": {"ca_data": AUTHORITY}}}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        *BAD,
        *(({"config": config}, problem) for config, problem in BAD_CONFIGS),
        (IN_CLEAR, "config.bearer_token: would be sent in clear"),
        (HERE, "config.tls_client_config: has no effect for https://kubernetes.default.svc"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(GitopsError) as caught:
        gather(CLUSTERS, options(**{**GOOD, **given}))
    assert problem in str(caught.value)
    assert "secret-word" not in str(caught.value)


def test_what_is_all_right() -> None:
    for config in (
        {"bearer_token": "t"},
        {"username": "u", "password": "p"},
        {"aws_auth_config": {"cluster_name": "x"}},
        {"exec_provider_config": {"command": "x", "api_version": "client.authentication.k8s.io/v1"}},
        {"tls_client_config": {"insecure": True}},
        {"tls_client_config": {"cert_data": AUTHORITY, "key_data": KEY}},
        {"proxy_url": "socks5://proxy:1080"},
    ):
        assert gather(CLUSTERS, options(**GOOD, config=config, shard=0, namespaces=["a"], cluster_resources=True))
    assert gather(CLUSTERS, options(server="https://kubernetes.default.svc", name="in-cluster"))
    assert gather(CLUSTERS, options(server="http://127.0.0.1:8001", name="local"))


def test_two_clusters_of_one_task() -> None:
    other = {**GOOD, "server": "https://other.example.org"}
    with pytest.raises(GitopsError, match="clusters: name prod is there twice"):
        gather(CLUSTERS, options(clusters=[GOOD, other]))
    again = {**GOOD, "server": GOOD["server"] + "/", "name": "again", "secret_name": "again"}
    with pytest.raises(GitopsError, match=r"clusters: server https://prod\.example\.org:6443 is there twice"):
        gather(CLUSTERS, options(clusters=[GOOD, again]))


def test_absent_needs_a_server_only() -> None:
    (manifest,) = gather(CLUSTERS, options(state="absent", server=GOOD["server"]))
    assert manifest["metadata"]["name"] == secret_name(GOOD["server"])
    with pytest.raises(GitopsError, match="server: is required"):
        gather(CLUSTERS, options(state="absent", clusters=[{"name": "prod"}]))


ACCOUNT = Account("kube-system", "argocd-manager")


def token(number: int, text: str = "", age: float = 0.0) -> Token:
    return Token(ACCOUNT.token_name(number), number, text or f"token-{number}", time.time() - age)


def name(number: int) -> str:
    return ACCOUNT.token_name(number)


@pytest.mark.parametrize(
    ("found", "registered", "how", "wanted"),
    [
        ([], "", {}, (1, [])),
        ([], "elsewhere", {"rotate": True}, (1, [])),
        ([1], "token-1", {}, (1, [])),
        ([1, 2], "token-1", {}, (1, [2])),
        ([1, 2], "token-2", {}, (2, [1])),
        ([1, 2], "elsewhere", {}, (2, [1])),
        ([1], "token-1", {"rotate": True}, (2, [1])),
        ([1, 2], "token-1", {"rotate": True}, (2, [1])),
        ([1, 2], "token-2", {"rotate": True}, (3, [1, 2])),
        ([1], "elsewhere", {"rotate": True}, (2, [1])),
        ([1], "token-1", {"older": 100.0}, (2, [1])),
        ([1], "token-1", {"older": 10000.0}, (1, [])),
        ([1, 2], "token-2", {"rotate": True, "spared": {"token-2"}}, (3, [1])),
    ],
)
def test_which_token_is_registered(found: list[int], registered: str, how: Any, wanted: tuple[int, list[int]]) -> None:
    there = [token(number, age=1000.0) for number in found]
    number, left = wanted
    text = f"token-{number}" if number in found else ""
    assert chosen(there, ACCOUNT, registered, **how) == Choice(name(number), text, tuple(name(one) for one in left))


def test_numbers_of_tokens() -> None:
    for secret_, number in (("token", 1), ("token-7", 7), ("x2b5q", 1), ("token-x", 1)):
        assert ACCOUNT.number(f"argocd-manager-long-lived-{secret_}") == number
