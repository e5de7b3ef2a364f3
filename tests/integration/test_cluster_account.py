"""The service account of argocd_cluster: what only has a name like its own is left alone, and several tasks meet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.pair import RBAC, Pair

RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
EVERYBODY = ({}, {"state": "absent", "name": None})


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
        for options in EVERYBODY:
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
