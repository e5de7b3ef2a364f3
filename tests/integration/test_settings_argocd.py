"""What argocd_settings wrote holds in the real Argo CD: logins, accounts, policies."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.controlplane import Cluster, build, eventually
from tests.support.argocd_api import ARGOCD, ArgoCD, RefusedError
from tests.support.module import Result, run_module
from tests.support.policies import BROKEN, ODD, REFUSED, SOUND

PASSWORD = "correct horse battery"


@pytest.fixture
def account(controlplane: Cluster) -> Iterator[str]:
    """The name of an account that is gone afterwards."""
    name = f"a{uuid.uuid4().hex[:8]}"
    yield name
    policy = {f"policy.{name}.csv": None}
    settings(controlplane, accounts=[{"name": name, "state": "absent"}], rbac=policy)


def settings(cluster: Cluster, **options: Any) -> Result:
    result = run_module("argocd_settings", {"namespace": ARGOCD, **options}, cluster.kubeconfig)
    assert not result.get("failed"), result["msg"]
    return result


def login(argocd: ArgoCD, name: str, password: str) -> ArgoCD | None:
    """The server as this account, or None where it is not let in."""
    status, answer = ArgoCD(argocd.url).ask("POST", "/api/v1/session", {"username": name, "password": password})
    return argocd.using(json.loads(answer)["token"]) if status == 200 else None


def wait_for(what: str, condition: Any) -> Any:
    return eventually(condition, what, 30)


def test_an_account_logs_in_with_its_password(controlplane: Cluster, argocd: ArgoCD, account: str) -> None:
    assert login(argocd, account, PASSWORD) is None
    alice = {"name": account, "password": PASSWORD}
    assert settings(controlplane, accounts=[alice])["changed"] is True
    session = wait_for("the login", lambda: login(argocd, account, PASSWORD))
    assert session.who() == account
    assert settings(controlplane, accounts=[alice])["changed"] is False
    settings(controlplane, accounts=[{**alice, "password": f"{PASSWORD}!"}])
    wait_for("the new password", lambda: login(argocd, account, f"{PASSWORD}!"))
    assert login(argocd, account, PASSWORD) is None
    settings(controlplane, accounts=[{"name": account, "enabled": False}])
    wait_for("the end of logins", lambda: login(argocd, account, f"{PASSWORD}!") is None)


def test_a_password_that_argocd_set_is_known(controlplane: Cluster, argocd: ArgoCD, account: str) -> None:
    """The hash that argocd-server made is as good as ours, and its tokens survive every write."""
    both = {"name": account, "capabilities": ["login", "apiKey"]}
    settings(controlplane, accounts=[{**both, "password": PASSWORD}])
    wait_for("the account", lambda: login(argocd, account, PASSWORD))
    changed = {"name": account, "currentPassword": admin_password(controlplane), "newPassword": f"{PASSWORD}!"}
    argocd.call("PUT", "/api/v1/account/password", changed)
    settings(controlplane, accounts=[{**both, "password": f"{PASSWORD}!"}])  # what argocd-server wrote becomes ours
    assert settings(controlplane, accounts=[{**both, "password": f"{PASSWORD}!"}])["changed"] is False
    assert login(argocd, account, f"{PASSWORD}!") is not None
    token = wait_for("the token", lambda: minted(argocd, account))
    settings(controlplane, settings={"exec.enabled": False}, secret={f"unused.{account}": "hush hush"})
    settings(controlplane, settings={"exec.enabled": None}, secret={f"unused.{account}": None})
    settings(controlplane, accounts=[{**both, "password": f"{PASSWORD}!"}])
    assert argocd.using(token).who() == account
    settings(controlplane, accounts=[{"name": account, "state": "absent"}])
    wait_for("the end of the token", lambda: refused(argocd.using(token)))


def test_a_policy_takes_effect(controlplane: Cluster, argocd: ArgoCD, account: str) -> None:
    settings(controlplane, accounts=[{"name": account, "password": PASSWORD}])
    session = wait_for("the login", lambda: login(argocd, account, PASSWORD))
    path = "/api/v1/account/admin"
    assert session.ask("GET", path)[0] == 403
    lines = [f"p, role:{account}, accounts, get, *, allow", f"g, {account}, role:{account}"]
    settings(controlplane, rbac={f"policy.{account}.csv": "\n".join(lines)})
    wait_for("the right", lambda: session.ask("GET", path)[0] == 200)


def minted(argocd: ArgoCD, account: str) -> str | None:
    try:
        return argocd.account_token(account)
    except RefusedError:  # argocd-server has not seen yet that the account may have tokens
        return None


def refused(argocd: ArgoCD) -> bool:
    try:
        return argocd.who() == ""
    except RefusedError:
        return True


def admin_password(cluster: Cluster) -> str:
    secret = ("get", "secret", "argocd-initial-admin-secret", f"--namespace={ARGOCD}")
    return cluster.kubectl(*secret, "--output=go-template={{.data.password | base64decode}}")


@pytest.mark.parametrize("line", [*SOUND[2:], *ODD, *BROKEN])
def test_argocd_reads_the_same_lines(controlplane: Cluster, tmp_path: Any, line: str) -> None:
    """`argocd admin settings rbac validate` of the pinned Argo CD, the command that checks a policy."""
    file = tmp_path / "policy.csv"
    file.write_text(line)
    command = [str(build().programs / "argocd"), "admin", "settings", "rbac", "validate", "--policy-file", str(file)]
    connection = ["--kubeconfig", str(controlplane.kubeconfig)]
    done = subprocess.run([*command, *connection], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode == 0) is (line not in BROKEN or line in REFUSED), done.stdout + done.stderr
