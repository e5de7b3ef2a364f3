"""The service account of argocd_cluster: what only has a name like its own is left alone, and several tasks meet."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.controlplane import Proxy, eventually
from tests.support.lab import CLUSTER_SECRET, meanwhile
from tests.support.pair import RBAC, Pair

RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
PRESENT_AND_ABSENT: tuple[dict[str, Any], ...] = ({}, {"state": "absent", "name": None})


def rights(pair: Pair, kind: str, of: tuple[str, str] | None, **more: Any) -> list[str]:
    """Make a role and, for the account ``of`` (namespace, name), a binding, named as ours would be; give their URLs."""
    space = more.get("namespace", "")
    place = f"{RBAC}/namespaces/{space}" if space else RBAC
    role, binding = f"{place}/{kind.lower()}s", f"{place}/{kind.lower()}bindings"
    content: dict[str, Any] = {"metadata": {"name": f"{pair.account}-role"}, "rules": RULES}
    pair.lab.send("POST", f"{role}?fieldManager=kubectl", content)
    made = [f"{role}/{pair.account}-role"]
    if of is not None:
        bound = {
            "metadata": {"name": f"{pair.account}-role-binding"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": f"{pair.account}-role"},
            "subjects": [{"kind": "ServiceAccount", "namespace": of[0], "name": of[1]}],
        }
        pair.lab.send("POST", f"{binding}?fieldManager=kubectl", bound)
        made.append(f"{binding}/{pair.account}-role-binding")
    return made


@pytest.mark.parametrize("bound", [True, False])
def test_rights_that_are_not_the_accounts_stay(pair: Pair, bound: bool) -> None:
    """They have the names that its own would have, in a namespace that no task names."""
    made = rights(pair, "Role", ("office", "deployer") if bound else None, namespace="default")
    try:
        for options in PRESENT_AND_ABSENT:
            pair.run(**options)
            assert all(pair.exists(path) for path in made)
    finally:
        for path in made:
            pair.lab.ask("DELETE", path)


def test_rights_that_argocd_gave_the_account_go(pair: Pair) -> None:
    made = rights(pair, "Role", (pair.lab.namespace, pair.account), namespace="default")
    try:
        pair.run()
        assert not any(pair.exists(path) for path in made)
    finally:
        for path in made:
            pair.lab.ask("DELETE", path)


def test_two_accounts_of_one_name_in_two_namespaces(pair: Pair) -> None:
    """Their ClusterRoleBinding would have one name; the second must not take the first one's rights."""
    made = rights(pair, "ClusterRole", ("kube-system", pair.account))
    for check in (True, False):
        result = pair.run(check=check, fails=True)
        where = f"ClusterRoleBinding {pair.account}-role-binding on {pair.target.host}"
        assert f"{where}: gives rights to ServiceAccount kube-system/{pair.account}" in result["msg"]
        assert "Choose another service_account" in result["msg"]
        assert pair.writes() == (0, 0)
    pair.run(state="absent", name=None)
    assert pair.lab.send("GET", made[0])["rules"] == RULES
    assert pair.lab.send("GET", made[1])["subjects"][0]["namespace"] == "kube-system"


def second_token(pair: Pair) -> str:
    """Make what another task makes: the Secret of the account's second token."""
    name = f"{pair.account}-long-lived-token-2"
    owner = {"annotations": {"kubernetes.io/service-account.name": pair.account}}
    content = {"metadata": owner, "type": "kubernetes.io/service-account-token"}
    pair.lab.of(CLUSTER_SECRET).post(name, content, "other")
    return eventually(lambda: pair.tokens()[name], "a token is there", 20)


def register(pair: Pair, token: str) -> None:
    (name,) = (name for name, one in pair.secrets().items() if one["type"] == "Opaque")
    config = {key: value for key, value in pair.registered().items() if key != "server"} | {"bearerToken": token}
    text = base64.b64encode(json.dumps(config).encode()).decode()
    pair.lab.of(CLUSTER_SECRET).edit(name, {"data": {"config": text}}, "other")


def revoke(pair: Pair, number: int) -> None:
    name = f"{pair.account}-long-lived-token" + (f"-{number}" if number > 1 else "")
    pair.lab.send("DELETE", pair.lab.of(CLUSTER_SECRET).url(name))


def rotate(pair: Pair) -> None:
    register(pair, second_token(pair))
    revoke(pair, 1)


def nothing(_pair: Pair) -> None:
    pass


MEETINGS: dict[str, tuple[Callable[[Pair], object], dict[str, Any], str, Callable[[Pair], object]]] = {
    "the new token is revoked before it is registered": (
        nothing,
        {"rotate_credentials": True},
        "here",
        lambda pair: revoke(pair, 2),
    ),
    "what looks left behind is registered": (
        second_token,
        {},
        "target",
        lambda pair: register(pair, pair.tokens()[f"{pair.account}-long-lived-token-2"]),
    ),
    "the token is rotated before it is registered again": (nothing, {"labels": {"a": "b"}}, "here", rotate),
}


@pytest.mark.parametrize("which", MEETINGS)
def test_two_tasks_on_one_account(pair: Pair, which: str) -> None:
    """Whatever the other one does just before our write, Argo CD has a token that works in the end."""
    before, options, where, done = MEETINGS[which]
    pair.run()
    before(pair)
    proxy: Proxy = pair.lab.proxy if where == "here" else pair.target
    method, match = ("PATCH", "/secrets/cluster-") if where == "here" else ("DELETE", "/secrets/")

    def other(_over: threading.Event) -> None:
        eventually(lambda: any(one.fault == "hang" for one in proxy.requests()), "our write is under way", 30)
        try:
            done(pair)
        finally:
            proxy.clear()

    proxy.fault("hang", methods=[method], match=match)
    with meanwhile(other):
        result = pair.run(**options, warnings=("Another task works on the service account",))
    assert len(result["warnings"]) == 1
    token = pair.registered()["bearerToken"]
    assert token in pair.tokens().values()
    assert pair.accepts(token)
    assert len(pair.tokens()) == 1
    assert pair.run(**{key: value for key, value in options.items() if key == "labels"})["changed"] is False


def test_an_account_that_argocd_does_not_use_stays(pair: Pair) -> None:
    """The kubeconfig is that of another cluster, whose service account another Argo CD has."""
    pair.run()
    register(pair, "token-of-another-cluster-0815")
    for check in (True, False):
        message = pair.run(state="absent", name=None, check=check, fails=True)["msg"]
        assert f"ServiceAccount {pair.lab.namespace}/{pair.account} on {pair.target.host}: it is not what" in message
        assert "See that the kubeconfig is that of the cluster" in message
        assert pair.writes() == (0, 0)
    server = {"server": pair.registered()["server"], "namespace": pair.lab.namespace, "state": "absent"}
    assert pair.lab.of(CLUSTER_SECRET).run(server)["summary"]["deleted"] == 1
    assert pair.run(state="absent", name=None)["summary"]["deleted"] == 4
