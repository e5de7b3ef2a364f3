"""argocd_cluster with a kubeconfig: a service account on the cluster itself, its rights and its tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.controlplane import eventually
from tests.support.lab import CLUSTER_SECRET
from tests.support.pair import RBAC, Pair

KINDS = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Secret")


def told(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["action"], one["kind"], one["cluster"]) for one in result["changes"]]


def test_register_and_again(pair: Pair) -> None:
    predicted = pair.run(check=True, diff=True)
    assert pair.writes() == (0, 0)
    here, there = pair.lab.proxy, pair.target
    assert pair.tokens() == {}
    result = pair.run(diff=True)
    assert told(predicted) == told(result)
    assert [(kind, where) for _action, kind, where in told(result)] == [
        *((kind, there.host) for kind in KINDS),
        ("Secret", here.host),
    ]
    assert pair.writes() == (1, 4)
    ((name, token),) = pair.tokens().items()
    assert name == f"{pair.account}-long-lived-token"
    config = pair.registered()
    assert config["bearerToken"] == token
    assert config["server"] == there.host
    authority = base64.b64encode(pair.lab.plane.ca_file.read_bytes()).decode()
    assert config["tlsClientConfig"] == {"insecure": False, "caData": authority}
    assert token not in json.dumps(result)
    for check in (True, False):
        again = pair.run(check=check)
        assert again["changed"] is False
        assert pair.writes() == (0, 0)
        assert again["summary"]["unchanged"] == 5
    removed = pair.run(state="absent", name=None)
    assert removed["summary"]["deleted"] == 5
    assert eventually(lambda: pair.secrets() == {}, "all is gone", 20)
    assert not pair.exists(f"{RBAC}/clusterroles/{pair.account}-role")
    assert pair.run(state="absent", name=None)["changed"] is False


def test_rotation(pair: Pair) -> None:
    pair.run()
    ((_name, first),) = pair.tokens().items()
    predicted = pair.run(rotate_credentials=True, check=True)
    assert pair.writes() == (0, 0)
    result = pair.run(rotate_credentials=True)
    assert told(predicted) == told(result)
    here, there = pair.lab.proxy.host, pair.target.host
    expected = [("created", "Secret", there), ("updated", "Secret", here), ("deleted", "Secret", there)]
    assert told(result) == expected
    assert [one["fields"] for one in result["changes"]] == [[], ["data.config"], []]
    ((name, second),) = pair.tokens().items()
    assert name == f"{pair.account}-long-lived-token-2"
    assert pair.registered()["bearerToken"] == second != first
    assert eventually(lambda: not pair.accepts(first), "the old token is revoked", 30)
    assert pair.run()["changed"] is False
    assert pair.run(rotate_after_days=30)["changed"] is False
    assert told(pair.run(rotate_after_days=0)) == expected
    assert list(pair.tokens()) == [f"{pair.account}-long-lived-token-3"]


WRITES = ["PATCH", "POST", "PUT", "DELETE"]
BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "before a new token is made": ("target", {"methods": WRITES}),
    "before the new token is there": ("target", {"methods": ["GET"], "match": "token-2"}),
    "before it is seen to work": ("target", {"match": "/version", "status": 401}),
    "before it is registered": ("here", {"methods": WRITES}),
    "before the old one is revoked": ("target", {"methods": WRITES, "skip": 1}),
}


@pytest.mark.parametrize("again", [{}, {"rotate_credentials": True}], ids=["plain", "rotating"])
@pytest.mark.parametrize("when", BROKEN)
def test_rotation_that_is_broken_off(pair: Pair, when: str, again: dict[str, Any]) -> None:
    """Argo CD has a token that works all the time, and the next run tidies up."""
    pair.run()
    where, fault = BROKEN[when]
    proxy = pair.target if where == "target" else pair.lab.proxy
    proxy.fault("status", **{"status": 403, **fault})
    pair.run(rotate_credentials=True, fails=True)
    proxy.clear()
    in_use = pair.registered()["bearerToken"]
    assert in_use in pair.tokens().values()
    assert pair.accepts(in_use)
    pair.run(**again)
    ((name, token),) = pair.tokens().items()
    assert pair.registered()["bearerToken"] == token
    assert pair.accepts(token)
    if again:
        assert token != in_use
    if again and when == "before it is registered":
        assert name.endswith("-2"), "the token of the broken-off run is not used"
    assert pair.run()["changed"] is False


def test_rights_in_namespaces_only_and_back(pair: Pair) -> None:
    space = pair.lab.namespace
    role = f"{RBAC}/namespaces/{space}/roles/{pair.account}-role"
    everywhere = f"{RBAC}/clusterroles/{pair.account}-role"
    pair.run()
    assert pair.exists(everywhere)
    result = pair.run(namespaces=[space])
    assert sorted((one["action"], one["kind"]) for one in result["changes"]) == [
        ("created", "Role"),
        ("created", "RoleBinding"),
        ("deleted", "ClusterRole"),
        ("deleted", "ClusterRoleBinding"),
        ("updated", "Secret"),
    ]
    assert not pair.exists(everywhere)
    assert pair.lab.send("GET", role)["rules"] == [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    assert pair.run(namespaces=[space])["changed"] is False
    rules = [{"api_groups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]
    changed = pair.run(namespaces=[space], from_kubeconfig={"rules": rules})
    assert [(one["kind"], one["fields"]) for one in changed["changes"]] == [("Role", ["rules"])]
    assert pair.run(namespaces=[space], from_kubeconfig={"rules": rules})["changed"] is False
    pair.run()
    assert pair.exists(everywhere)
    assert not pair.exists(role)
    assert pair.run(state="absent", name=None)["summary"]["deleted"] == 5


def test_what_argocd_made_is_taken_over(pair: Pair) -> None:
    space, account = pair.lab.namespace, pair.account
    manager = "fieldManager=argocd"
    secrets = pair.lab.of(CLUSTER_SECRET)
    pair.lab.send("POST", f"/api/v1/namespaces/{space}/serviceaccounts?{manager}", {"metadata": {"name": account}})
    owner = {"annotations": {"kubernetes.io/service-account.name": account}}
    token_type = {"type": "kubernetes.io/service-account-token"}
    secrets.post(f"{account}-long-lived-token", {"metadata": owner, **token_type}, "argocd")
    token = eventually(lambda: next(iter(pair.tokens().values())), "a token is there", 20)
    foreign = secrets.post("of-somebody-else", {"metadata": owner, **token_type}, "argocd")
    pair.run()
    assert pair.registered()["bearerToken"] == token
    assert pair.run()["changed"] is False
    pair.run(rotate_credentials=True)
    assert sorted(pair.tokens()) == [f"{account}-long-lived-token-2", foreign["metadata"]["name"]]


def test_nothing_is_written_there_while_something_stands_against_it(pair: Pair) -> None:
    clusters = pair.lab.of(CLUSTER_SECRET)
    clusters.run({"server": "https://other.example.org", "name": "prod"})
    for check in (True, False):
        result = pair.run(check=check, fails=True)
        assert "the name prod belongs to https://other.example.org already" in result["msg"]
        assert pair.writes() == (0, 0)


def test_a_token_that_does_not_work_is_not_registered(pair: Pair) -> None:
    pair.target.fault("status", status=401, match="/version")
    result = pair.run(fails=True)
    assert "the cluster does not accept its token" in result["msg"]
    assert result["summary"] == {"created": 4, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 1}
    assert pair.lab.proxy.writes() == []
    pair.target.clear()
    pair.run()
    pair.target.fault("status", status=401, match="/version")
    assert "Set rotate_credentials: true" in pair.run(fails=True)["msg"]


def test_the_service_account_may_stay(pair: Pair) -> None:
    pair.run()
    result = pair.run(state="absent", name=None, from_kubeconfig={"remove_service_account": False})
    assert told(result) == [("deleted", "Secret", pair.lab.proxy.host)]
    assert len(pair.tokens()) == 1
    pair.run(state="absent", name=None)
    assert pair.tokens() == {}


def test_what_the_user_says_goes_before_the_kubeconfig(pair: Pair) -> None:
    tls = {"server_name": "localhost"}
    server = "https://prod.example.org/"
    pair.run(server=server, config={"tls_client_config": tls, "disable_compression": True})
    config = pair.registered()
    assert config["server"] == server.rstrip("/")
    assert config["disableCompression"] is True
    assert config["tlsClientConfig"]["serverName"] == "localhost"
    assert config["tlsClientConfig"]["caData"]
    pair.run(server=server, config={"tls_client_config": {"insecure": True}})
    assert pair.registered()["tlsClientConfig"] == {"insecure": True}
    pair.run(server=server, state="absent", name=None)


def test_a_user_who_may_not_look_everywhere(pair: Pair) -> None:
    space = pair.lab.namespace
    pair.target.fault("status", status=403, methods=["GET"], match="/clusterrole")
    result = pair.run(namespaces=[space], warnings=("may not list clusterrolebindings, clusterroles",))
    assert len(result["warnings"]) == 1
    assert pair.run(namespaces=[space], warnings=("may not list",))["changed"] is False


def test_one_account_for_two_names_of_a_cluster(pair: Pair) -> None:
    """The token of one is not taken from the other."""
    pair.run()
    ((_secret, first),) = pair.tokens().items()
    other = {"server": "https://other.example.org", "name": "other"}
    pair.run(**other)
    pair.run(**other, rotate_credentials=True)
    assert first in pair.tokens().values()
    assert len(pair.tokens()) == 2
    refused = pair.run(server=other["server"], name=None, state="absent", fails=True)
    assert f"it is what Argo CD reaches {pair.target.host} by, too" in refused["msg"]
    assert pair.writes() == (0, 0)
    kept = {"remove_service_account": False}
    pair.run(server=other["server"], name=None, state="absent", from_kubeconfig=kept)
    pair.run()
    assert list(pair.tokens().values()) == [first]


def test_a_kubeconfig_that_checks_no_certificate(pair: Pair) -> None:
    content = yaml.safe_load(pair.target.kubeconfig.read_text())
    for one in content["clusters"]:
        one["cluster"] = {"server": one["cluster"]["server"], "insecure-skip-tls-verify": True}
    pair.run(from_kubeconfig={"kubeconfig": content})
    assert pair.registered()["tlsClientConfig"] == {"insecure": True}
    content["clusters"][0]["cluster"]["tls-server-name"] = "localhost"
    context = content["current-context"]
    pair.run(name=None, from_kubeconfig={"kubeconfig": yaml.safe_dump(content), "context": context})
    assert pair.registered()["tlsClientConfig"] == {"insecure": True, "serverName": "localhost"}
    (secret,) = [one for one in pair.secrets().values() if one["type"] == "Opaque"]
    assert base64.b64decode(secret["data"]["name"]).decode() == context


def test_where_it_failed_is_told(pair: Pair) -> None:
    pair.target.fault("status", status=403, methods=["PATCH"], match="/serviceaccounts/")
    result = pair.run(fails=True)
    what = f"ServiceAccount {pair.lab.namespace}/{pair.account} on {pair.target.host}: not allowed (403)"
    assert what in result["msg"]
    assert {one["cluster"] for one in result["failures"]} == {pair.target.host}
