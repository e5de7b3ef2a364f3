"""A cluster that cannot be reached or used: one line that says so, nothing written, no secret told."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import certifi
import pytest
import yaml

from tests.support.canary import CANARY, leaks, tells_no_secret
from tests.support.lab import Lab, application
from tests.support.module import Result, run_fresh, run_module

MODULE = "argocd_application"
RULES = "/apis/rbac.authorization.k8s.io/v1"


def kubeconfig(lab: Lab, folder: Path, **changes: Any) -> Path:
    """The proxy's kubeconfig with another `user`, or another `cluster` setting."""
    content = yaml.safe_load(lab.proxy.kubeconfig.read_text())
    content["users"][0]["user"] = changes.get("user", content["users"][0]["user"])
    content["clusters"][0]["cluster"] |= changes.get("cluster", {})
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(content))
    return file


def refused(result: Result, *parts: str) -> None:
    for part in parts:
        assert part in result["msg"]
    assert leaks(json.dumps(result), [CANARY]) == []


@contextmanager
def silent_server() -> Iterator[str]:
    """An address that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("check", [True, False])
def test_unreachable_server(lab: Lab, tmp_path: Path, check: bool) -> None:
    server = f"https://127.0.0.1:{closed_port()}"
    config = kubeconfig(lab, tmp_path, cluster={"server": server})
    result = lab.run({"applications": [application(f"a-{n}") for n in range(50)]}, config, check=check, fails=True)
    refused(result, f"cannot reach {server}", "Connection refused", "Check the server's address")
    assert result.seconds < 15


def test_unknown_host(lab: Lab, tmp_path: Path) -> None:
    config = kubeconfig(lab, tmp_path, cluster={"server": "https://cluster.invalid:6443"})
    refused(lab.run(application("shop"), config, fails=True), "cannot reach https://cluster.invalid:6443")


def test_silent_server(lab: Lab, tmp_path: Path) -> None:
    with silent_server() as server:
        config = kubeconfig(lab, tmp_path, cluster={"server": server})
        result = lab.run({**application("shop"), "request_timeout": 1}, config, fails=True)
    refused(result, f"cannot reach {server}", "timed out")
    assert result.seconds < 15


def test_untrusted_certificate(lab: Lab, tmp_path: Path) -> None:
    config = kubeconfig(lab, tmp_path)
    other = certifi.where()
    result = lab.run({**application("shop"), "ca_cert": other}, config, fails=True)
    refused(result, "cannot reach", "certificate", "is trusted")
    assert lab.run({**application("shop"), "ca_cert": other, "validate_certs": False}, config)["changed"] is True


def test_bad_token(lab: Lab, tmp_path: Path) -> None:
    config = kubeconfig(lab, tmp_path, user={"token": CANARY})
    result = lab.run(application("shop"), config, fails=True)
    refused(result, "not authenticated (401)", "check api_key or the kubeconfig's user")
    assert lab.all() == {}


def account(lab: Lab, rules: list[dict[str, Any]]) -> str:
    """The token of a service account with these rights in the lab's namespace."""
    space = f"/namespaces/{lab.namespace}"
    lab.send("POST", f"/api/v1{space}/serviceaccounts", {"metadata": {"name": "limited"}})
    lab.send("POST", f"{RULES}{space}/roles", {"metadata": {"name": "limited"}, "rules": rules})
    binding = {
        "metadata": {"name": "limited"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "limited"},
        "subjects": [{"kind": "ServiceAccount", "name": "limited", "namespace": lab.namespace}],
    }
    lab.send("POST", f"{RULES}{space}/rolebindings", binding)
    return lab.plane.service_account_token(lab.namespace, "limited")


def applications(*verbs: str) -> dict[str, Any]:
    return {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": list(verbs)}


def test_no_right_to_read(lab: Lab, tmp_path: Path) -> None:
    config = kubeconfig(lab, tmp_path, user={"token": account(lab, [])})
    result = lab.run(application("shop"), config, fails=True)
    refused(result, "not allowed (403)", "cannot get resource", "Grant this right", f"{lab.namespace}:limited")
    items = {"applications": [application(f"shop-{number}") for number in range(20)]}
    refused(lab.run(items, config, fails=True), "not allowed (403)", "cannot list resource")


def test_no_right_to_write(lab: Lab, tmp_path: Path) -> None:
    """What changes nothing passes; each object that would be written is named."""
    lab.run(application("same"))
    config = kubeconfig(lab, tmp_path, user={"token": account(lab, [applications("get", "list", "watch")])})
    assert lab.run(application("same"), config)["changed"] is False
    result = lab.run({"applications": [application("same"), application("shop")]}, config, fails=True)
    refused(result, f"Application {lab.namespace}/shop: not allowed (403)", "cannot patch resource", "Grant this right")
    assert result["changed"] is False
    assert lab.all().keys() == {"same"}


def test_enough_rights(lab: Lab, tmp_path: Path) -> None:
    verbs = ("get", "list", "watch", "create", "patch", "delete")
    config = kubeconfig(lab, tmp_path, user={"token": account(lab, [applications(*verbs)])})
    assert lab.run(application("shop"), config)["changed"] is True
    assert lab.run({**application("shop"), "sync_policy": {"automated": {}}}, config)["changed"] is True
    assert lab.run({"name": "shop", "state": "absent"}, config)["changed"] is True


def test_impersonation(lab: Lab) -> None:
    result = lab.run({**application("shop"), "impersonate_user": "nobody"}, fails=True)
    refused(result, "not allowed (403)", 'User "nobody"')
    options = {**application("shop"), "impersonate_user": "someone", "impersonate_groups": ["a", "system:masters"]}
    assert lab.run(options)["changed"] is True


def test_missing_namespace(lab: Lab) -> None:
    result = lab.run({**application("shop"), "namespace": "not-there"}, fails=True)
    refused(result, "Application not-there/shop", 'namespaces "not-there" not found')


@pytest.mark.parametrize("count", [1, 20], ids=["one", "list"])
def test_missing_definition(lab: Lab, count: int) -> None:
    """The proxy stands for an API server without the kind: real ones answer just so."""
    lab.proxy.fault("status", status=404, body="404 page not found\n", match="/apis/argoproj.io/")
    items = {"applications": [application(f"shop-{number}") for number in range(count)]}
    result = lab.run(items, fails=True)
    refused(result, "the cluster knows no Application (argoproj.io/v1alpha1)", "Install its CustomResourceDefinition")
    assert lab.proxy.writes() == []


def test_missing_library(lab: Lab) -> None:
    for library in ("kubernetes", "yaml"):
        options = {"namespace": lab.namespace, **application("shop"), "kubeconfig": str(lab.proxy.kubeconfig)}
        result = run_fresh(MODULE, options, without=library, fails=True)
        refused(result, "the Python library", "pip install")
    assert lab.proxy.requests() == []


def test_rendering_needs_no_cluster_and_no_kubernetes_library() -> None:
    result = run_fresh(MODULE, {**application("shop"), "state": "rendered"}, without="kubernetes")
    assert result["manifests"][0]["metadata"]["name"] == "shop"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "Invalid kube-config"),
        ("just a text\n", ""),
        ("a: [\n", "line 2: "),
        ("apiVersion: v1\nkind: Config\ncurrent-context: none\ncontexts: []\nclusters: []\nusers: []\n", "none"),
        ("apiVersion: v1\nkind: Config\nclusters: 5\n", ""),
    ],
    ids=["empty", "text", "no YAML", "no context", "wrong type"],
)
def test_bad_kubeconfig(tmp_path: Path, text: str, part: str) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(text)
    result = run_module(MODULE, application("shop"), file, fails=True)
    refused(result, f"kubeconfig {file}: cannot be used: ", part)


def test_kubeconfig_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "none"
    refused(run_module(MODULE, application("shop"), file, fails=True), f"kubeconfig {file}: cannot be used")


@pytest.mark.parametrize(
    ("script", "part"),
    [("exit 3", "3"), ("echo no JSON", ""), ('echo \'{"apiVersion": "x"}\'', "")],
    ids=["fails", "text", "wrong version"],
)
def test_credential_plugin(lab: Lab, tmp_path: Path, script: str, part: str) -> None:
    program = tmp_path / "plugin"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "interactiveMode": "Never"}
    config = kubeconfig(lab, tmp_path, user={"exec": plugin})
    refused(lab.run(application("shop"), config, fails=True), f"kubeconfig {config}: cannot be used: exec", part)
    program.unlink()
    refused(lab.run(application("shop"), config, fails=True), f"kubeconfig {config}: cannot be used: ", str(program))
    assert lab.proxy.requests() == []


def test_credential_plugin_that_works(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "plugin"
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": lab.plane.token},
    }
    program.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    program.chmod(0o700)
    plugin = {"apiVersion": answer["apiVersion"], "command": str(program), "interactiveMode": "Never"}
    config = kubeconfig(lab, tmp_path, user={"exec": plugin})
    assert lab.run(application("shop"), config)["changed"] is True


def test_no_cluster_named() -> None:
    refused(run_module(MODULE, application("shop"), fails=True), "no cluster is named", "K8S_AUTH_KUBECONFIG")


def test_ways_to_name_the_cluster(lab: Lab) -> None:
    """A kubeconfig from the environment or inline, and an address with a token."""
    options = {"namespace": lab.namespace, **application("shop")}
    by_environment = {"K8S_AUTH_KUBECONFIG": str(lab.proxy.kubeconfig)}
    assert run_module(MODULE, options, environment=by_environment)["changed"] is True
    inline = {"kubeconfig": yaml.safe_load(lab.proxy.kubeconfig.read_text())}
    assert run_module(MODULE, {**options, **inline})["changed"] is False
    address = {"host": lab.proxy.host, "api_key": lab.plane.token, "ca_cert": str(lab.plane.ca_file)}
    assert run_module(MODULE, {**options, **address})["changed"] is False
    files = lab.plane.credentials
    pair = {"client_cert": str(files / "client.crt"), "client_key": str(files / "client.key")}
    direct = {"host": lab.plane.host, "ca_cert": str(lab.plane.ca_file)}
    assert run_module(MODULE, {**options, **direct, **pair})["changed"] is False


@pytest.mark.parametrize("place", ["file", "inline", "api_key", "environment"])
def test_no_secret_is_told(lab: Lab, tmp_path: Path, place: str) -> None:
    """With everything that Ansible can be made to say, for a task that fails."""
    user = {"token": CANARY, "password": f"{CANARY}-password", "client-key-data": f"{CANARY}-key"}
    file = kubeconfig(lab, tmp_path, user={"token": CANARY})
    inline = yaml.safe_load(file.read_text())
    inline["users"].append({"name": "another", "user": user})
    given, environment = {
        "file": ({"kubeconfig": str(file)}, {}),
        "inline": ({"kubeconfig": inline}, {}),
        "api_key": ({"host": lab.proxy.host, "api_key": CANARY, "validate_certs": False}, {}),
        "environment": ({"host": lab.proxy.host, "validate_certs": False}, {"K8S_AUTH_API_KEY": CANARY}),
    }[place]
    options = {"namespace": lab.namespace, **application("shop"), **given}
    told = tells_no_secret(MODULE, options, [CANARY], tmp_path, environment=environment)
    assert "not authenticated (401)" in told.result["msg"]
    assert "Traceback" not in told.output
