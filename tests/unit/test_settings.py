"""Argo CD's settings: which keys there are, what values become, and what is refused or warned of."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.settings import (
    declared,
    parts,
    restart_needed,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests import settings_keys
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import secret_texts
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.known_hosts import merged, problem
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.settings import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.settings_rules import warnings
from tests.controlplane import build

ARGOCD = Path(build().argocd_manifests).parent
# Constants of settings.go that are no keys of argocd-cm: names of indexers, values, keys of Secrets.
NO_SETTINGS = {"byProjectRepo", "byProjectRepoWrite", "normal", "strict", "password", "server.secretkey"}
CANARY = "canary-4f1d7c0e"


def options(**given: Any) -> dict[str, Any]:
    return {"state": "present", "namespace": "argocd", **given}


def written(**given: Any) -> dict[str, dict[str, Any]]:
    """The data of each object, Secrets decoded."""
    found = {}
    for kind, manifests in parts(declared(options(**given)), "argocd"):
        for manifest in manifests:
            data = manifest["data"]
            if kind.name == "Secret":
                data = {key: value and b64decode(value).decode() for key, value in data.items()}
            found[manifest["metadata"]["name"]] = data
    return found


def refused(**given: Any) -> str:
    with pytest.raises(GitopsError) as error:
        declared(options(**given))
    return str(error.value)


def warned(**given: Any) -> list[str]:
    return list(warnings(declared(options(**given))))


def documented(name: str) -> set[str]:
    return set(yaml.safe_load((ARGOCD / "docs" / "operator-manual" / name).read_text())["data"])


def test_keys_are_those_of_argocd() -> None:
    source = (ARGOCD / "util" / "settings" / "settings.go").read_text()
    constants = set(re.findall(r'^\t\w+\s*=\s*"([A-Za-z][A-Za-z0-9.]+)"', source, re.MULTILINE)) - NO_SETTINGS
    families = {family.removesuffix(".") for family in settings_keys.FAMILIES}
    assert constants <= settings_keys.SETTINGS | settings_keys.SECRETS | families
    known = documented("argocd-cm.yaml") | constants | {"admin.enabled", "timeout.hard.reconciliation"}
    assert known >= settings_keys.SETTINGS
    assert [key for key in documented("argocd-cm.yaml") if settings_keys.unknown_setting(key)] == []
    assert constants >= settings_keys.SECRETS


def test_parameters_are_those_of_argocd() -> None:
    found = documented("argocd-cmd-params-cm.yaml")
    for path in ("install-with-hydrator.yaml", "ha/install-with-hydrator.yaml"):
        text = (ARGOCD / "manifests" / path).read_text()
        found |= set(re.findall(r"key: (\S+)\n\s+name: argocd-cmd-params-cm", text))
    assert found == settings_keys.parameters()


def test_values_become_text() -> None:
    data = written(
        settings={
            "url": "https://argocd.example.com",
            "admin.enabled": False,
            "server.maxPodLogsToRender": 10,
            "resource.exclusions": [{"kinds": ["Lease"], "clusters": ["*"]}],
            "ui.cssurl": None,
        },
        secret={"webhook.github.secret": "hush"},
    )
    assert data["argocd-cm"] == {
        "url": "https://argocd.example.com",
        "admin.enabled": "false",
        "server.maxPodLogsToRender": "10",
        "resource.exclusions": '- kinds:\n  - Lease\n  clusters:\n  - "*"\n',
        "ui.cssurl": None,
    }
    assert data["argocd-secret"] == {"webhook.github.secret": "hush"}


def test_accounts() -> None:
    data = written(
        accounts=[
            {"name": "pipeline", "capabilities": ["login", "apiKey"], "enabled": False},
            {"name": "alice", "password": "correct horse"},
            {"name": "bob", "state": "absent"},
            {"name": "admin", "enabled": True},
        ]
    )
    assert data["argocd-cm"] == {
        "accounts.pipeline": "apiKey,login",
        "accounts.pipeline.enabled": "false",
        "accounts.alice": "login",
        "accounts.bob": None,
        "accounts.bob.enabled": None,
        "admin.enabled": "true",
    }
    secret = data["argocd-secret"]
    assert re.fullmatch(r"\$2a\$10\$.{53}", secret.pop("accounts.alice.password"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", secret.pop("accounts.alice.passwordMtime"))
    assert secret == dict.fromkeys(f"accounts.bob.{key}" for key in ("password", "passwordMtime", "tokens"))


RSA, ED25519 = (
    f"{kind} {b64encode(len(kind).to_bytes(4, 'big') + kind.encode() + b'key').decode()}"
    for kind in ("ssh-rsa", "ssh-ed25519")
)
REFUSED = {
    "a fraction": ({"settings": {"url": 1.5}}, "settings.url: must be a text"),
    "no url": ({"settings": {"url": "argocd"}}, "settings.url: 'argocd' is no URL"),
    "key with a space": ({"settings": {"a key": "x"}}, "settings.a key: a key may have only letters"),
    "tracking": (
        {"settings": {"application.resourceTrackingMethod": "labels"}},
        "must be one of annotation, annotation+label, label, not 'labels'",
    ),
    "policy": (
        {"rbac": {"policy.csv": ["p, role:x, applications, get, */*, allow", "p, role:x"]}},
        "rbac.policy.csv line 2: has 2 fields instead of the 6",
    ),
    "server key": ({"secret": {"server.secretkey": CANARY}}, "secret.server.secretkey: belongs to Argo CD itself"),
    "tokens": ({"secret": {"accounts.ci.tokens": CANARY}}, "secret.accounts.ci.tokens: belongs to Argo CD itself"),
    "hash": ({"secret": {"admin.password": CANARY}}, "secret.admin.password: give accounts a password instead"),
    "number in a secret": (
        {"secret": {"webhook.github.secret": 1.5}},
        "must be a text, a whole number, true or false; put it in quotes",
    ),
    "certificate": ({"tls_certificates": {"git.example.com": "x"}}, "is no certificate in PEM form"),
    "known host": ({"ssh_known_hosts": ["git.example.com"]}, "ssh_known_hosts: 'git.example.com' is no line of known"),
    "host both ways": (
        {"ssh_known_hosts": [f"a,b {RSA}"], "ssh_known_hosts_absent": ["b"]},
        "ssh_known_hosts_absent[0]: b is in ssh_known_hosts, too",
    ),
    "account with a dot": ({"accounts": [{"name": "a.b"}]}, "accounts (a.b): name: must be a name without dots"),
    "capability": (
        {"accounts": [{"name": "a", "capabilities": ["token"]}]},
        "capabilities[0]: must be one of apiKey, login, not 'token'",
    ),
    "admin's capabilities": ({"accounts": [{"name": "admin", "capabilities": ["login"]}]}, "those of admin are fixed"),
    "no admin": ({"accounts": [{"name": "admin", "state": "absent"}]}, "admin cannot be removed"),
    "long password": ({"accounts": [{"name": "a", "password": CANARY * 5}]}, "has more than 72 bytes"),
    "unknown key": ({"accounts": [{"name": "a", "passwort": CANARY}]}, "unknown key, did you mean password?"),
    "twice": (
        {"settings": {"accounts.a": "login"}, "accounts": [{"name": "a"}]},
        "accounts (a): accounts.a of argocd-cm is given twice",
    ),
    "rendered secret": ({"state": "rendered", "secret": {"tls.key": CANARY}}, "secret: has no place in a file"),
    "rendered password": (
        {"state": "rendered", "accounts": [{"name": "a", "password": CANARY}]},
        "accounts: a password has no place in a file",
    ),
    "rendered null": ({"state": "rendered", "settings": {"url": None}}, "argocd-cm: url: a key that shall be gone"),
    "rendered connection": (
        {"state": "rendered", "settings": {"oidc.config": {"clientSecret": CANARY}}},
        "settings.oidc.config: holds a secret, which has no place in a file",
    ),
    "absent with a password": (
        {"accounts": [{"name": "a", "state": "absent", "password": CANARY}]},
        "accounts (a): password: goes with state present",
    ),
    "account twice": ({"accounts": [{"name": "admin", "password": CANARY}] * 2}, "accounts (admin): is there twice"),
    "no capability": ({"accounts": [{"name": "a", "capabilities": []}]}, "without any it is of no use"),
    "parameter as a mapping": ({"parameters": {"server.insecure": {"a": 1}}}, "true or false, a list; put it in"),
    "choice in a secret": ({"secret": {"policy.matchMode": CANARY, "a b": "c"}}, "secret.a b: a key may have only"),
    "dest": ({"settings": {"url": "https://a"}, "dest": "x.yaml"}, "dest: goes with state rendered, not present"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(given: dict[str, Any], message: str) -> None:
    told = refused(**given)
    assert message in told
    assert told.endswith("Nothing was written.")
    assert CANARY not in told


def test_warnings() -> None:
    assert warned(settings={"adminenabled": "x", "accounts.a": "login", "help.download.linux-amd64": "x"}) == [
        "settings.adminenabled: Argo CD does not know this key, did you mean admin.enabled?"
    ]
    assert warned(parameters={"server.insecur": True, "server.insecure": True}) == [
        "parameters.server.insecur: Argo CD does not know this key, did you mean server.insecure?"
    ]
    rbac = {"policy.team.csv": "g, a, b", "policy.default": "x", "policy.match": "x"}
    assert warned(rbac=rbac) == ["rbac.policy.match: Argo CD does not know this key, did you mean policy.matchMode?"]
    (near,) = warned(secret={"webhook.github.secrets": CANARY, "mine": CANARY, "webhook.github.secret": CANARY})
    assert near == "secret.webhook.github.secrets: Argo CD reads webhook.github.secret, not this key"
    (glob,) = warned(rbac={"policy.csv": "p, role:x, applications, delete/*/Pod/*, shop/*, allow"})
    assert "matches / too" in glob
    assert warned(settings={"unheard.of": None}) == []


def secrets_of(given: dict[str, Any]) -> set[str]:
    return set().union(*(secret_texts(OPTIONS[name], value) for name, value in given.items()))


PLAIN: dict[str, dict[str, Any]] = {
    "mapping": {"settings": {"oidc.config": {"clientSecret": CANARY, "name": "x"}}},
    "text": {"settings": {"oidc.config": f"name: x\nclientSecret: {CANARY}\n"}},
    "flow": {"settings": {"dex.config": f'{{"connectors": [{{"config": {{"clientSecret": "{CANARY}"}}}}]}}'}},
    "clients": {"settings": {"dex.config": {"staticClients": [{"secret": CANARY}]}}},
    "keystone": {"settings": {"dex.config": {"connectors": [{"config": {"keystonePassword": CANARY}}]}}},
    "notifications": {"notifications": {"service.slack": {"token": CANARY}}},
}


@pytest.mark.parametrize("given", PLAIN.values(), ids=PLAIN)
def test_a_secret_in_a_config_map_is_warned_of_and_hidden(given: dict[str, Any]) -> None:
    (warning,) = warned(**given)
    assert "holds a secret that everybody" in warning
    assert CANARY not in warning
    assert secrets_of(given) == {CANARY}


@pytest.mark.parametrize("value", ["$oidc.secret", '"$oidc.secret"', "'$oidc.secret'"])
def test_a_secret_that_is_pointed_to_is_all_right(value: str) -> None:
    text = f"name: x\nclientSecret: {value}\ntokenURL: https://x\n"
    assert warned(settings={"oidc.config": text}) == []
    assert secrets_of({"settings": {"oidc.config": text}}) == set()


def test_connections_are_masked_whatever_they_hold() -> None:
    """What is there may hold a secret that shall go away."""
    wanted = parts(declared(options(settings={"oidc.config": "$x"}, notifications={"service.x": None})), "argocd")
    (kind,) = (kind for kind, _manifests in wanted if kind.name == "ConfigMap")
    assert kind.masked == {("data", "oidc.config"), ("data", "service.x")}


def test_lists_where_argocd_wants_commas() -> None:
    data = written(
        parameters={"application.namespaces": ["a", "b"]},
        settings={"exec.shells": ["bash", "sh"], "accounts.ci": ["login", "apiKey"]},
        rbac={"policy.team.csv": ["g, a, b", "g, c, d"]},
    )
    assert data["argocd-cmd-params-cm"] == {"application.namespaces": "a,b"}
    assert data["argocd-cm"] == {"exec.shells": "bash,sh", "accounts.ci": "login,apiKey"}
    assert data["argocd-rbac-cm"] == {"policy.team.csv": "g, a, b\ng, c, d\n"}


def test_secrets_come_before_what_points_to_them() -> None:
    secret, config = parts(declared(options(settings={"url": "https://a"}, secret={"x": "y"})), "argocd")
    assert secret[0].order < config[0].order


def test_restart() -> None:
    install = (ARGOCD / "manifests" / "install-with-hydrator.yaml").read_text()
    assert set(re.findall(r"key: (\S+)\n\s+name: argocd-cm\n", install)) == settings_keys.READ_AT_START
    changed = {"name": "argocd-cm", "action": "updated", "fields": ["data[timeout.reconciliation]"]}
    assert restart_needed([changed])
    assert not restart_needed([{**changed, "fields": ["data.url"]}])
    assert restart_needed([{**changed, "name": "argocd-cmd-params-cm", "fields": []}])


def test_known_hosts() -> None:
    live = "# ours\na ssh-rsa OLD\na ssh-ed25519 KEPT\n@revoked a ssh-rsa BAD\nb,c ssh-rsa X\nd ssh-rsa D\n"
    wanted = ["a ssh-rsa NEW1", "a ssh-rsa NEW2", "e ssh-rsa E"]
    assert merged(live, wanted, ["c"]) == (
        "# ours\na ssh-rsa NEW1\na ssh-rsa NEW2\na ssh-ed25519 KEPT\n@revoked a ssh-rsa BAD\nd ssh-rsa D\ne ssh-rsa E\n"
    )
    assert merged("", [], []) == ""
    for same in ("a ssh-rsa K\r\nb ssh-rsa K", "a ssh-rsa K\nb ssh-rsa K"):
        assert merged(same, ["a ssh-rsa K"], ["x"]) == same


def test_a_hashed_host_is_found() -> None:
    """Made with ssh-keygen -H."""
    line = "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa K\n"
    assert merged(line, [], ["192.168.1.61"]) == ""
    assert merged(line, [], ["192.168.1.62"]) == line


def test_every_line_of_a_text_counts() -> None:
    settings = declared(options(ssh_known_hosts=[f"# scanned\na {RSA}\n\nb\t{ED25519} comment\n", f"c {RSA}"]))
    assert settings.known_hosts == [f"a {RSA}", f"b {ED25519} comment", f"c {RSA}"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a ssh-rsa", "is no line of known hosts"),
        ("a ssh-rsa AAAA", "has a key that is no ssh-rsa"),
        ("a ssh-rsa !", "has a key that is no base64"),
        (f"a {ED25519.replace('ssh-ed25519', 'ssh-rsa')}", "has a key that is no ssh-rsa"),
        (f"@trusted a {RSA}", "has the marker @trusted"),
    ],
)
def test_a_line_that_argocd_could_not_read(line: str, reason: str) -> None:
    assert reason in problem(line)
    assert problem(f"@revoked a {RSA}") == problem(f"[a]:22,b {ED25519} x") == ""
