"""Argo CD's settings: which keys there are, what values become, and what is refused or warned of."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.settings import declared, parts
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests import settings_keys
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.known_hosts import host_and_type, merged
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
        "admin.enabled": None,
    }
    secret = data["argocd-secret"]
    assert re.fullmatch(r"\$2a\$10\$.{53}", secret.pop("accounts.alice.password"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", secret.pop("accounts.alice.passwordMtime"))
    assert secret == dict.fromkeys(f"accounts.bob.{key}" for key in ("password", "passwordMtime", "tokens"))


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
    "number in a secret": ({"secret": {"webhook.github.secret": 1.5}}, "must be a text; put it in quotes"),
    "certificate": ({"tls_certificates": {"git.example.com": "x"}}, "is no certificate in PEM form"),
    "known host": ({"ssh_known_hosts": ["git.example.com"]}, "ssh_known_hosts[0]: is no line of known hosts"),
    "host both ways": (
        {"ssh_known_hosts": ["a,b ssh-rsa AAAA"], "ssh_known_hosts_absent": ["b"]},
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
    assert warned(rbac={"policy.team.csv": "g, a, b", "policy.default": "x", "policies": "x"}) != []
    (glob,) = warned(rbac={"policy.csv": "p, role:x, applications, delete/*/Pod/*, shop/*, allow"})
    assert "matches / too" in glob
    assert warned(settings={"unheard.of": None}) == []


@pytest.mark.parametrize("given", [{"clientSecret": CANARY, "name": "x"}, f"name: x\nclientSecret: {CANARY}\n"])
def test_a_plain_secret_is_warned_of_and_not_shown(given: Any) -> None:
    (warning,) = warned(settings={"oidc.config": given})
    assert "holds a secret that everybody" in warning
    assert CANARY not in warning
    kind, _manifests = parts(declared(options(settings={"oidc.config": given})), "argocd")[0]
    assert kind.masked == {("data", "oidc.config")}


@pytest.mark.parametrize("value", ["$oidc.secret", '"$oidc.secret"', "'$oidc.secret'"])
def test_a_secret_that_is_pointed_to_is_all_right(value: str) -> None:
    assert warned(settings={"oidc.config": f"name: x\nclientSecret: {value}\nissuer: y\n"}) == []


def test_known_hosts() -> None:
    live = "# ours\na.example ssh-rsa OLD\na.example ssh-ed25519 KEPT\n@revoked b,c ssh-rsa X\nd ssh-rsa D\n"
    wanted = {host_and_type(line): line for line in ("a.example ssh-rsa NEW", "e ssh-rsa E")}
    assert merged(live, wanted, ["c"]) == (
        "# ours\na.example ssh-rsa NEW\na.example ssh-ed25519 KEPT\nd ssh-rsa D\ne ssh-rsa E\n"
    )
    assert merged("", {}, []) == ""
