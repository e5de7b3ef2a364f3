"""Which Secrets options of a repository stand for, and what is refused before anything is sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.repositories import REPOSITORIES
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import secret_texts
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.repository import (
    CREDENTIALS,
    HIDING,
    KEYS,
    OPTIONS,
    SETTINGS,
    from_options,
    texts,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.repository_rules import (
    NOT_IN_TEMPLATES,
    problems,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.secret import hashed
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.urls import normalized, secrets_in, shown
from tests.controlplane import build
from tests.support.canary import leaks

Json = dict[str, Any]
CANARY = "canary-77e1b9a3"
URL = "https://git.example.org/shop"
SSH = "git@git.example.org:team/shop.git"
TEMPLATE = {"secret_type": "repo-creds"}
HELM = {"type": "helm", "name": "charts"}
OCI = {"type": "oci", "url": "oci://registry.example.org/shop"}


def pem(label: str, inside: str = "bm90aGluZw==") -> str:
    return f"-----BEGIN {label}-----\n{inside}\n-----END {label}-----\n"


def openssh(cipher: bytes) -> str:
    """The beginning of a private key in OpenSSH's own format."""
    start = b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + bytes(60)
    return pem("OPENSSH PRIVATE KEY", base64.encodebytes(start).decode().strip())


KEY = openssh(b"none")
APP = {"github_app_id": 1, "github_app_private_key": pem("RSA PRIVATE KEY")}
AZURE = {f"azure_service_principal_{name}": "x" for name in ("client_id", "client_secret", "tenant_id")}
LOGIN = {"username": "me", "password": "x"}
CERTIFICATE = {"tls_client_cert_data": pem("CERTIFICATE"), "tls_client_cert_key": pem("PRIVATE KEY")}


def found(**options: Any) -> list[str]:
    collected: list[str] = []
    manifest = from_options({"url": URL, **options}, "REPO", collected)
    return collected + list(problems(manifest, "REPO"))


def login(**credentials: Any) -> Json:
    return {"credentials": credentials}


GOOD: list[Json] = [
    {},
    login(**LOGIN),
    login(password="x"),
    login(bearer_token="x"),
    {"url": SSH, **login(ssh_private_key=KEY)},
    {"url": "ssh://git@git.example.org:2222/shop", **login(ssh_private_key=KEY.replace("\n", "\r\n"))},
    login(**APP),
    login(**APP, github_app_installation_id=3, github_app_enterprise_base_url="https://ghe.example.org/api/v3"),
    login(gcp_service_account_key='{"type": "service_account"}'),
    login(use_azure_workload_identity=True),
    login(**AZURE, azure_active_directory_endpoint="https://login.example.org"),
    login(**LOGIN, **CERTIFICATE, force_http_basic_auth=True),
    {"type": "git", "depth": 1, "enable_lfs": True, "insecure": True, "repo_proxy": "http://me:x@proxy:1"},
    {**HELM, **login(username="me")},
    {**HELM, **login(**LOGIN, **CERTIFICATE)},
    {**HELM, "url": "registry.example.org:5000/charts", "enable_oci": True, **login(use_azure_workload_identity=True)},
    {**OCI, "insecure_oci_force_http": True, **login(**LOGIN)},
    {**TEMPLATE, **login(**LOGIN), "repo_proxy": "http://proxy:1", "repo_no_proxy": "a"},
    {**TEMPLATE, "url": "https://git.example.org"},
    {**TEMPLATE, **HELM, "name": None, "enable_oci": True, "url": "registry.example.org", **login(**LOGIN)},
    {**TEMPLATE, "depth": 0, "insecure": False, "name": ""},
    {"secret_type": "repository-write", **login(**LOGIN)},
    {"enable_oci": False, "depth": 0, **login(**LOGIN, bearer_token="", use_azure_workload_identity=False)},
    {"project": "shop", "secret_name": "shop", "labels": {"a": "b"}, "annotations": {"c": ""}},
]


@pytest.mark.parametrize("options", GOOD, ids=str)
def test_what_is_fine(options: Json) -> None:
    assert found(**options) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"url": ""}, "REPO: url: is required"),
        ({"url": "https://me:x@git.example.org"}, "REPO: url: holds credentials"),
        ({"url": "https://token@git.example.org"}, "REPO: url: holds credentials"),
        ({"url": "ssh://git:x@git.example.org"}, "REPO: url: holds credentials"),
        ({"url": f"{URL} "}, "url: must not hold white space"),
        ({"type": "svn"}, "REPO.type: must be one of git, helm, oci"),
        ({"secret_name": "My_repo"}, "secret_name: may have only lower-case letters"),
        ({"labels": {"argocd.argoproj.io/secret-type": "cluster"}}, "is what secret_type sets"),
        ({"depth": -1}, "depth: must not be negative"),
        ({"depth": "many"}, "depth: must be an integer"),
        ({"passwort": "x"}, "REPO.passwort: unknown key"),
        (login(passwort="x"), "credentials.passwort: unknown key, did you mean password?"),
        (login(password="x", bearer_token="x"), "credentials.password and credentials.bearer_token are given together"),
        (login(password="x", **APP), "credentials.password and a GitHub App are given together"),
        (login(username="me"), "credentials.username: has no effect without"),
        (login(bearer_token="x", force_http_basic_auth=True), "password: is required with force_http_basic_auth"),
        (login(github_app_id=1), "github_app_private_key: is required with github_app_id"),
        (login(github_app_private_key=pem("PRIVATE KEY")), "github_app_id: is required with github_app_private_key"),
        (login(password="x", github_app_enterprise_base_url="x"), "github_app_private_key: is required with"),
        (login(azure_service_principal_client_secret="x"), "azure_service_principal_"),
        (login(**LOGIN, tls_client_cert_data=pem("CERTIFICATE")), "tls_client_cert_key: is required with"),
        (login(**CERTIFICATE), "only together with a password, a bearer token or an app's key"),
        ({"url": "http://git.example.org/x", **login(**LOGIN, **CERTIFICATE)}, "has no effect without TLS"),
        ({"url": SSH, **login(**LOGIN)}, "credentials.password: has no effect with an SSH URL"),
        ({"url": "ssh://git@x/y", **login(bearer_token="x")}, "bearer_token: has no effect with an SSH URL"),
        (login(ssh_private_key=KEY), "credentials.ssh_private_key: has no effect with an http(s) URL"),
        ({"url": SSH, **login(ssh_private_key="/home/me/.ssh/id_rsa")}, "is no private key in PEM form"),
        ({"url": SSH, **login(ssh_private_key=KEY.replace("\n", " "))}, "is no private key in PEM form"),
        ({"url": SSH, **login(ssh_private_key=KEY.replace("\n", "\\n"))}, "is no private key in PEM form"),
        ({"url": SSH, **login(ssh_private_key=pem("OPENSSH PUBLIC KEY"))}, "is no private key in PEM form"),
        ({"url": SSH, **login(ssh_private_key=openssh(b"aes256-ctr"))}, "is protected by a passphrase"),
        ({"url": SSH, **login(ssh_private_key=pem("ENCRYPTED PRIVATE KEY"))}, "is protected by a passphrase"),
        (login(**{**LOGIN, **CERTIFICATE, "tls_client_cert_data": "x"}), "is no certificate in PEM form"),
        (login(password="x\n"), "credentials.password: holds a line break, as text from a file does"),
        (login(gcp_service_account_key="{'type': 'x'}"), "gcp_service_account_key: is no JSON text"),
        ({**HELM, "name": None}, "name: is required with type helm"),
        ({**HELM, "url": "oci://registry.example.org"}, "written without oci://"),
        ({**HELM, "enable_oci": True}, "url: with enable_oci it is the registry's host and path"),
        ({**HELM, "url": "registry.example.org"}, "enable_oci: must be true"),
        ({**HELM, **login(bearer_token="x")}, "bearer_token: Argo CD uses it for Git only, not with type helm"),
        ({**HELM, "enable_lfs": True}, "enable_lfs: Argo CD uses it for Git only"),
        ({**OCI, "url": "registry.example.org/shop"}, "url: with type oci it must begin with oci://"),
        ({**OCI, "type": None}, "type: must be oci for a URL that begins with oci://"),
        ({**OCI, **login(password="x")}, "username: is required with password for type oci"),
        ({**OCI, **login(use_azure_workload_identity=True)}, "Argo CD does not use it with type oci"),
        ({**OCI, "enable_oci": True}, "enable_oci: goes with type helm"),
        ({"insecure_oci_force_http": True}, "insecure_oci_force_http: goes with type oci"),
        ({"repo_no_proxy": "x", **login(**LOGIN)}, "repo_no_proxy: has no effect without repo_proxy"),
        ({**TEMPLATE, "project": "shop"}, "project: Argo CD reads it from a repository and not from a template"),
        ({**TEMPLATE, "insecure": True}, "insecure: Argo CD reads it from a repository"),
        ({"secret_type": "repository-write", **HELM}, "Argo CD writes to Git repositories only"),
    ],
    ids=str,
)
def test_what_argo_cd_would_refuse_or_ignore(options: Json, says: str) -> None:
    assert any(says in one for one in found(**options)), found(**options)
    assert len(found(**options)) == (2 if "azure_service_principal_client_secret" in str(options) else 1)


def test_credentials_in_a_url_are_not_told() -> None:
    for url in (
        f"https://me:{CANARY}@x/y",
        f"https://{CANARY}@x",
        f"https://me:a/{CANARY}@x",
        f"https://me:a@{CANARY}@x",
    ):
        for options in ({"url": url}, {"repositories": [{"url": url}]}):
            with pytest.raises(GitopsError, match="holds credentials") as caught:
                gather(REPOSITORIES, {"namespace": "argocd", "state": "present", **options})
            assert leaks(str(caught.value), [CANARY]) == []
            assert CANARY in "".join(secrets_in(url))


@pytest.mark.parametrize("url", [URL, SSH, "ssh://git@x:22/y", "https://x:8443/a@b", "oci://x/y@sha256:1", "x:5000/y"])
def test_urls_without_credentials(url: str) -> None:
    assert secrets_in(url) == set()
    assert shown(url) == url


def test_what_is_masked() -> None:
    """Whatever may be a secret, also where it stands in the wrong place, and nothing else."""
    right = {"url": URL, "type": "git", "name": "shop", "credentials": {"username": "me", "password": CANARY}}
    for value in (right, {**right, "credentials": CANARY}, {"url": URL, "password": CANARY}, CANARY):
        told = secret_texts(HIDING["repositories"], [value])
        assert told == {CANARY}
    assert secret_texts(HIDING["repositories"], f"[{CANARY}]") == {f"[{CANARY}]"}
    assert secret_texts(HIDING["credentials"], {"pasword": CANARY, "depth": 1}) == {CANARY}
    assert secret_texts(HIDING["url"], f"https://me:{CANARY}@x") == {f"me:{CANARY}", CANARY}


@pytest.mark.parametrize(("text", "number"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_names(text: str, number: int) -> None:
    """The numbers are those that the inventors of the hash give."""
    assert hashed(text) == number
    named = from_options({"url": f"{text}x"}, "", [])["metadata"]["name"]
    assert named == f"repo-{hashed(text + 'x')}"
    scoped = from_options({"url": text, "project": "x"}, "", [])["metadata"]
    assert scoped.get("name") == (named if text else None)
    assert from_options({"url": text, "secret_name": "mine"}, "", [])["metadata"]["name"] == "mine"


def test_names_of_each_type() -> None:
    names: dict[str, str] = {}
    for kind in OPTIONS["secret_type"].choices:
        manifest = from_options({"url": URL, "secret_type": kind}, "", [])
        prefix, _dash, number = manifest["metadata"]["name"].rpartition("-")
        names[prefix] = number
        assert manifest["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": kind}
    assert list(names) == ["repo", "creds", "repo-write", "creds-write"]
    assert len(set(names.values())) == 1


def test_the_manifest() -> None:
    given = {"url": URL, "namespace": "here", "labels": {"a": "b"}, "annotations": {"managed-by": "me", "c": "d"}}
    problems: list[str] = []
    manifest = from_options({**given, "depth": 3, "insecure": False, **login(password="ü", username=7)}, "", problems)
    assert problems == []
    assert manifest["metadata"] == {
        "name": manifest["metadata"]["name"],
        "namespace": "here",
        "labels": {"a": "b", "argocd.argoproj.io/secret-type": "repository"},
        "annotations": {"managed-by": "argocd.argoproj.io", "c": "d"},
    }
    assert manifest["data"].keys() == {"url", "depth", "insecure", "password", "username"}
    assert texts(manifest) == {"url": URL, "depth": "3", "insecure": "false", "password": "ü", "username": "7"}


def test_templates_spell_two_keys_in_another_way() -> None:
    data = from_options({"url": URL, **TEMPLATE, **login(**AZURE)}, "", [])["data"]
    assert {"azureServicePrincipalClientID", "azureServicePrincipalTenantID"} <= data.keys()
    assert texts({"data": data}).keys() == {"url", *(KEYS_OF[name] for name in AZURE)}


KEYS_OF = {name: key for name, (key, _field) in CREDENTIALS.options.items()}


def test_the_same_url_in_other_spellings() -> None:
    assert normalized("https://GitHub.com/Org/Repo.git") == normalized("https://github.com/org/repo")
    assert normalized("git@github.com:org/repo") == normalized("ssh://git@github.com/org/repo.git")
    assert normalized(URL) != normalized(f"{URL}/")


def test_every_key_that_argo_cd_reads_has_an_option() -> None:
    """Both ways, with its type, for repositories and for templates."""
    fields = {key: field for table in (SETTINGS, CREDENTIALS) for key, field in table.options.values()}
    types = {"url": "str", **{key: field.type for key, field in fields.items()}}
    assert KEYS.keys() == types.keys()
    assert read_keys("secretToRepository") == types
    not_there = {*NOT_IN_TEMPLATES, "webhookManifestCacheWarmDisabled"}
    spellings = {"azureServicePrincipalClientID": "str", "azureServicePrincipalTenantID": "str"}
    expected: Mapping[str, str] = {key: kind for key, kind in types.items() if key not in not_there} | spellings
    assert read_keys("secretToRepoCred") == expected


def read_keys(function: str) -> dict[str, str]:
    """The keys of a Secret that a function of Argo CD reads, with their types."""
    source = (build().argocd_manifests.parent / "util" / "db" / "repository_secrets.go").read_text()
    body = re.search(rf"^func [^\n]*\b{function}\([^\n]*{{\n(.*?)^}}", source, re.DOTALL | re.MULTILINE)
    assert body is not None
    keys = dict.fromkeys(re.findall(r'\.Data\["(\w+)"\]', body[1]), "str")
    keys |= dict.fromkeys(re.findall(r'boolOrFalse\(\w+, "(\w+)"\)', body[1]), "bool")
    return keys | dict.fromkeys(re.findall(r'intOrZero\(\w+, "(\w+)"\)', body[1]), "int")
