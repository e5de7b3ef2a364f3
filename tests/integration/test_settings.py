"""argocd_settings sets single keys in a namespace of its own, and touches no other."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils._module import connection_options, open_session
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.settings import declared, parts
from ansible_collections.tiphys.gitops.plugins.module_utils.cluster.engine import execute, observe
from ansible_collections.tiphys.gitops.plugins.module_utils.cluster.session import Session
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.plan import Plan
from tests.support.canary import CANARY, tells_no_secret
from tests.support.lab import MERGE, SETTINGS, Lab, writes
from tests.support.module import Result

RSA = "ssh-rsa AAAAB3NzaC1yc2Fub25l"
OTHER = "ssh-rsa AAAAB3NzaC1yc2FvdGhlcg=="
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
ALL: dict[str, Any] = {
    "settings": {"url": "https://argocd.example.com", "admin.enabled": True},
    "accounts": [{"name": "alice", "capabilities": ["login", "apiKey"], "password": "correct horse"}],
    "rbac": {"policy.default": "role:readonly", "policy.csv": ["g, developers, role:admin"]},
    "parameters": {"server.insecure": True},
    "notifications": {"service.slack": {"token": "$slack-token"}},
    "tls_certificates": {"git.example.com": CERTIFICATE},
    "ssh_known_hosts": [f"git.example.com {RSA}"],
    "secret": {"webhook.github.secret": "hush hush"},
    "notifications_secret": {"slack-token": "hush hush hush"},
}
NAMES = [
    *("argocd-cm", "argocd-cmd-params-cm", "argocd-notifications-cm", "argocd-notifications-secret"),
    *("argocd-rbac-cm", "argocd-secret", "argocd-ssh-known-hosts-cm", "argocd-tls-certs-cm"),
]


@pytest.fixture
def place(lab: Lab) -> Lab:
    return lab.of(SETTINGS)


def url(place: Lab, name: str) -> str:
    plural = "secrets" if name.endswith("-secret") else "configmaps"
    return f"/api/v1/namespaces/{place.namespace}/{plural}/{name}"


def live(place: Lab, name: str) -> dict[str, Any]:
    return place.send("GET", url(place, name))


def data(place: Lab, name: str) -> dict[str, str]:
    found = live(place, name).get("data") or {}
    if not name.endswith("-secret"):
        return found
    return {key: base64.b64decode(value).decode() for key, value in found.items()}


def edit(place: Lab, name: str, changes: dict[str, Any], manager: str = "kubectl-edit") -> None:
    place.send("PATCH", f"{url(place, name)}?fieldManager={manager}", changes, MERGE)


def stable(result: Result) -> list[dict[str, Any]]:
    """What changed; the time of a password only does so from one second to the next."""
    fields = (field for one in result["changes"] for field in one["fields"])
    times = {field for field in fields if field.endswith(".passwordMtime]")}
    return [{**one, "fields": [field for field in one["fields"] if field not in times]} for one in result["changes"]]


def test_every_object_in_twelve_steps(place: Lab) -> None:
    """Create, change and take away, each in check mode first and each twice."""
    modified = {
        **ALL,
        "settings": {"url": "https://other.example.com", "admin.enabled": True},
        "accounts": [{"name": "alice", "capabilities": ["login"], "password": "another horse"}],
        "secret": {"webhook.github.secret": "changed"},
    }
    taken = {
        "settings": {"url": None, "admin.enabled": None},
        "accounts": [{"name": "alice", "state": "absent"}],
        **{
            option: dict.fromkeys(ALL[option])
            for option in ("rbac", "parameters", "notifications", "tls_certificates", "secret", "notifications_secret")
        },
        "ssh_known_hosts_absent": ["git.example.com"],
    }
    steps = [
        (ALL, dict.fromkeys(NAMES, "created")),
        (modified, dict.fromkeys(("argocd-cm", "argocd-secret"), "updated")),
        (taken, dict.fromkeys(NAMES, "updated")),
    ]
    for options, expected in steps:
        predicted, requests = place.counted(options, check=True)
        assert writes(requests) == []
        done, requests = place.counted(options)
        # nobody else may have made what is made: a bare object first, and then the keys for that very object
        assert len(writes(requests)) == len(expected) * (2 if "created" in expected.values() else 1)
        assert {one["name"]: one["action"] for one in done["changes"]} == expected
        assert stable(predicted) == stable(done)
        assert predicted["summary"] == done["summary"]
        assert done["restart_needed"] is predicted["restart_needed"] is ("argocd-cmd-params-cm" in expected)
        for check in (True, False):
            again, requests = place.counted(options, check=check)
            assert (again["changes"], writes(requests)) == ([], [])
    assert {name: data(place, name) for name in NAMES} == {
        **{name: {} for name in NAMES},
        "argocd-ssh-known-hosts-cm": {"ssh_known_hosts": ""},
    }


def test_what_is_written(place: Lab) -> None:
    place.run(ALL)
    assert data(place, "argocd-cm") == {
        "url": "https://argocd.example.com",
        "admin.enabled": "true",
        "accounts.alice": "apiKey,login",
    }
    assert data(place, "argocd-rbac-cm") == {
        "policy.default": "role:readonly",
        "policy.csv": "g, developers, role:admin\n",
    }
    assert data(place, "argocd-notifications-cm") == {"service.slack": 'token: "$slack-token"\n'}
    assert data(place, "argocd-ssh-known-hosts-cm") == {"ssh_known_hosts": f"git.example.com {RSA}\n"}
    assert data(place, "argocd-secret")["webhook.github.secret"] == "hush hush"
    for name in NAMES:
        assert live(place, name)["metadata"]["labels"] == {"app.kubernetes.io/part-of": "argocd"}


def test_what_others_wrote_stays(place: Lab) -> None:
    """People, Argo CD itself, and another task of ours with other keys of the same objects."""
    place.run({"settings": {"url": "https://argocd.example.com"}, "secret": {"webhook.github.secret": "hush hush"}})
    edit(place, "argocd-cm", {"data": {"ui.bannercontent": "hello", "accounts.ci": "apiKey"}})
    server = {"server.secretkey": "a2V5", "accounts.ci.tokens": "W10="}
    edit(place, "argocd-secret", {"data": server}, "argocd-server")
    place.run({"settings": {"exec.enabled": True}, "accounts": [{"name": "bob", "password": "correct horse"}]})
    place.run({"settings": {"exec.enabled": False}})
    place.run({"settings": {"url": None}})
    assert data(place, "argocd-cm") == {
        "ui.bannercontent": "hello",
        "accounts.ci": "apiKey",
        "accounts.bob": "login",
        "exec.enabled": "false",
    }
    found = live(place, "argocd-secret")["data"]
    assert {key: found[key] for key in server} == server
    assert found.keys() == {*server, "webhook.github.secret", "accounts.bob.password", "accounts.bob.passwordMtime"}


def test_the_same_yaml_spelled_otherwise_is_no_change(place: Lab) -> None:
    exclusions = [{"apiGroups": ["cilium.io"], "kinds": ["CiliumIdentity"]}]
    place.run({"settings": {"resource.exclusions": exclusions}})
    text = "# by hand\n- kinds: [CiliumIdentity]\n  apiGroups: ['cilium.io']\n"
    edit(place, "argocd-cm", {"data": {"resource.exclusions": text}})
    edit(place, "argocd-cm", {"data": {"accounts.ci": "login, apiKey", "url": "https://old.example.com"}})
    wanted: dict[str, Any] = {"settings": {"resource.exclusions": exclusions}}
    accounts = [{"name": "ci", "capabilities": ["apiKey", "login"]}]
    wanted["settings"]["url"] = "https://new.example.com"
    place.run({**wanted, "accounts": accounts})
    assert data(place, "argocd-cm") == {
        "resource.exclusions": text,
        "accounts.ci": "login, apiKey",
        "url": "https://new.example.com",
    }
    assert place.run({**wanted, "accounts": accounts})["changed"] is False
    exclusions[0]["kinds"].append("CiliumEndpoint")
    assert place.run(wanted)["changes"][0]["fields"] == ["data[resource.exclusions]"]


def test_a_password_that_fits_keeps_its_hash_and_time(place: Lab) -> None:
    account = {"name": "alice", "password": "correct horse"}
    place.run({"accounts": [account]})
    before = data(place, "argocd-secret")
    assert place.run({"accounts": [account]})["changed"] is False
    assert data(place, "argocd-secret") == before
    result = place.run({"accounts": [{**account, "password": "another horse"}]})
    fields = ["data[accounts.alice.password]"]
    assert result["changes"][0]["fields"][:1] == fields
    assert data(place, "argocd-secret")["accounts.alice.password"] != before["accounts.alice.password"]


def test_known_hosts_line_by_line(place: Lab) -> None:
    installed = f"# Argo CD's own\ngithub.com {RSA}\n@revoked github.com {RSA}\nold.example.com {RSA}\n"
    file = "argocd-ssh-known-hosts-cm"
    place.run({"ssh_known_hosts": [f"first.example.com {RSA}"]})
    edit(place, file, {"data": {"ssh_known_hosts": installed}})
    scanned = f"github.com {OTHER}\n# b:22\nb {RSA}\n"
    options = {"ssh_known_hosts": [scanned], "ssh_known_hosts_absent": ["old.example.com"]}
    assert place.run(options)["changed"] is True
    text = f"# Argo CD's own\ngithub.com {OTHER}\n@revoked github.com {RSA}\nb {RSA}\n"
    assert data(place, file) == {"ssh_known_hosts": text}
    assert place.run(options)["changed"] is False


def test_hosts_that_are_gone_already(place: Lab) -> None:
    """Nothing is made, and nothing becomes ours."""
    assert place.run({"ssh_known_hosts_absent": ["a"]})["changed"] is False
    file = "argocd-ssh-known-hosts-cm"
    content = {"metadata": {"name": file}, "data": {"ssh_known_hosts": f"b {RSA}"}}
    place.send("POST", url(place, ""), {"apiVersion": "v1", "kind": "ConfigMap", **content})
    assert place.run({"ssh_known_hosts_absent": ["a"]})["changed"] is False
    assert place.run({"ssh_known_hosts_absent": ["b"]})["changed"] is True
    assert data(place, file) == {"ssh_known_hosts": ""}


def test_what_an_account_may_do_stays_when_it_is_not_said(place: Lab) -> None:
    place.run({"settings": {"accounts.ci": "apiKey"}})
    place.run({"accounts": [{"name": "ci", "enabled": False}, {"name": "new"}]})
    assert data(place, "argocd-cm") == {
        "accounts.ci": "apiKey",
        "accounts.ci.enabled": "false",
        "accounts.new": "login",
    }


@pytest.mark.parametrize("there", [False, True])
def test_two_tasks_that_meet_lose_nothing(place: Lab, there: bool) -> None:
    """Another task writes while this one has looked and not yet written."""
    if there:
        place.send("POST", url(place, ""), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}})
    first = planned_here(place, {"url": "https://argocd.example.com"})
    place.run({"settings": {"exec.enabled": True}})
    session, plan = first
    outcomes = list(execute(session, [plan]))
    assert [outcome.error for outcome in outcomes] == [""]
    assert data(place, "argocd-cm") == {"url": "https://argocd.example.com", "exec.enabled": "true"}
    assert place.run({"settings": {"url": "https://argocd.example.com", "exec.enabled": True}})["changed"] is False


def planned_here(place: Lab, settings: dict[str, str]) -> tuple[Session, Plan]:
    """A plan that has seen what there is."""
    options = connection_options({"kubeconfig": str(place.proxy.kubeconfig)})
    session = open_session(options, lambda _secret: None)
    given = {"state": "present", "settings": settings}
    (kind, manifests) = parts(declared(given), place.namespace)[1]
    plan = Plan(kind, manifests, partial=True)
    observe(session, plan)
    return session, plan


def test_a_key_of_another_owner_is_a_conflict(place: Lab) -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm", "labels": {"app.kubernetes.io/part-of": "argocd"}},
        "data": {"url": "https://theirs.example.com"},
    }
    place.send("PATCH", f"{url(place, 'argocd-cm')}?fieldManager=flux", manifest, "application/apply-patch+yaml")
    for value in ("https://ours.example.com", None):
        result = place.run({"settings": {"url": value}}, fails=True)
        assert result["msg"].startswith(
            f"ConfigMap {place.namespace}/argocd-cm: conflict: data.url is applied by field"
        )
    assert data(place, "argocd-cm")["url"] == "https://theirs.example.com"
    assert place.run({"settings": {"url": None}, "force_conflicts": True})["changed"] is True
    assert data(place, "argocd-cm") == {}


def test_rendered(place: Lab, tmp_path: Path) -> None:
    result = place.run({"state": "rendered", "settings": {"url": "https://a.example"}, "rbac": {"policy.default": "x"}})
    assert [one["metadata"]["name"] for one in result["manifests"]] == ["argocd-cm", "argocd-rbac-cm"]
    file = tmp_path / "settings.yaml"
    options = {"state": "rendered", "settings": {"url": "https://a.example"}, "dest": str(file)}
    assert [place.run(options)["changed"] for _time in range(2)] == [True, False]
    assert yaml.safe_load(file.read_text())["data"] == {"url": "https://a.example"}


def test_warnings_reach_the_user(place: Lab) -> None:
    warning = "settings.urll: Argo CD does not know this key, did you mean url?"
    result = place.run({"settings": {"urll": "https://a.example"}}, check=True, warnings=(warning,))
    assert warning in str(result["warnings"])


SECRETS: dict[str, Any] = {
    "secret": {"webhook.github.secret": CANARY, "tls.key": f"-----BEGIN\n{CANARY}-key\n-----END\n"},
    "notifications_secret": {"slack-token": f"{CANARY}-token"},
    "accounts": [{"name": "alice", "password": f"{CANARY}-pw"}],
    "settings": {"oidc.config": {"clientSecret": f"{CANARY}-oidc"}},
    "notifications": {"service.slack": f"token: {CANARY}-slack"},
}
WRONG: dict[str, dict[str, Any]] = {
    "none": {},
    "unknown key": {"accounts": [{"name": "alice", "passwort": f"{CANARY}-pw"}]},
    "wrong type": {"accounts": [{"name": "alice", "enabled": f"{CANARY}-pw", "password": f"{CANARY}-pw"}]},
    "text": {"accounts": f"alice {CANARY}-pw"},
    "secret of the server": {"secret": {"server.secretkey": CANARY}},
    "secret in a list": {"secret": {"webhook.github.secret": [CANARY]}},
    "secret as text": {"secret": f"webhook.github.secret {CANARY}"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_no_secret_is_told(place: Lab, tmp_path: Path, wrong: dict[str, Any]) -> None:
    connection = {"kubeconfig": str(place.proxy.kubeconfig), "namespace": place.namespace}
    secrets = [CANARY, *(f"{CANARY}-{name}" for name in ("key", "token", "pw", "oidc", "slack"))]
    told = tells_no_secret("argocd_settings", {**SECRETS, **wrong, **connection}, secrets, tmp_path)
    assert bool(told.result.get("failed")) is bool(wrong), told.result
    if not wrong:
        (tmp_path / "again").mkdir()
        changed = {
            **SECRETS,
            "secret": {"webhook.github.secret": f"{CANARY}-other"},
            "settings": {"oidc.config": {"clientSecret": "$oidc.clientSecret"}},
        }
        other = [*secrets, f"{CANARY}-other"]
        told = tells_no_secret("argocd_settings", {**changed, **connection}, other, tmp_path / "again")
        fields = {one["name"]: one["fields"] for one in told.result["changes"]}
        assert fields == {"argocd-secret": ["data[webhook.github.secret]"], "argocd-cm": ["data[oidc.config]"]}
