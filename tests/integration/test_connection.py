"""Ways to a cluster and who we are there, against a real API server: secrets stay secret, what is given counts."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.canary import CANARY, leaks, tells_no_secret
from tests.support.lab import Lab, application
from tests.support.module import INVOCATION, run_module

MODULE = "argocd_application"


def content(lab: Lab, **changes: Any) -> dict[str, Any]:
    """The proxy's kubeconfig with another `user`, or another `cluster` setting."""
    config: dict[str, Any] = yaml.safe_load(lab.proxy.kubeconfig.read_text())
    config["users"][0]["user"] = changes.get("user", config["users"][0]["user"])
    config["clusters"][0]["cluster"] |= changes.get("cluster", {})
    return config


def with_certificate(lab: Lab) -> dict[str, Any]:
    """A kubeconfig of an administrator by certificate, straight to the API server."""
    files = lab.plane.credentials
    data = {
        f"client-{name}-data": base64.b64encode((files / f"client.{suffix}").read_bytes()).decode()
        for name, suffix in (("certificate", "crt"), ("key", "key"))
    }
    return content(lab, user=data, cluster={"server": lab.plane.host})


def options(lab: Lab, **more: Any) -> dict[str, Any]:
    return {"namespace": lab.namespace, **application("shop"), **more}


def test_a_token_from_a_file_with_a_line_break(lab: Lab) -> None:
    address = {"host": lab.proxy.host, "ca_cert": str(lab.plane.ca_file)}
    assert run_module(MODULE, options(lab, **address, api_key=f"{lab.plane.token}\n"))["changed"] is True


@pytest.mark.parametrize("place", ["api_key", "kubeconfig"])
def test_a_token_with_a_line_break_inside(lab: Lab, tmp_path: Path, place: str) -> None:
    token = f"{CANARY}\n{CANARY}"
    given: dict[str, Any] = {"host": lab.proxy.host, "validate_certs": False, "api_key": token}
    if place == "kubeconfig":
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump(content(lab, user={"token": token})))
        given = {"kubeconfig": str(file)}
    result = run_module(MODULE, options(lab, **given, **INVOCATION), fails=True)
    assert "the token holds a line break" in result["msg"]
    assert leaks(json.dumps(result), [CANARY]) == []
    assert lab.proxy.requests() == []


@pytest.mark.parametrize("dump", [yaml.safe_dump, json.dumps])
def test_a_kubeconfig_as_text(lab: Lab, dump: Any) -> None:
    text = dump(content(lab))
    result = run_module(MODULE, options(lab, kubeconfig=text, **INVOCATION))
    assert result["changed"] is True
    assert lab.plane.token not in json.dumps(result)


@pytest.mark.parametrize("form", ["mapping", "text"])
def test_no_secret_is_told_when_arguments_are_wrong(lab: Lab, tmp_path: Path, form: str) -> None:
    """With everything that Ansible can be made to say."""
    config: Any = content(lab, user={"token": CANARY})
    given = {"kubeconfig": yaml.safe_dump(config) if form == "text" else config, "state": "present"}
    told = tells_no_secret(MODULE, given, [CANARY], tmp_path)
    assert "one of the following is required: name" in told.result["msg"]
    assert "module_args" in told.output


def test_a_token_that_is_given_goes_before_the_certificate_of_a_kubeconfig(lab: Lab) -> None:
    config = with_certificate(lab)
    result = run_module(MODULE, options(lab, kubeconfig=config, api_key=CANARY), fails=True)
    assert "not authenticated (401)" in result["msg"]
    assert run_module(MODULE, options(lab, kubeconfig=config, api_key=lab.plane.token))["changed"] is True
    assert run_module(MODULE, options(lab, kubeconfig=config))["changed"] is False


def test_a_certificate_that_is_given_replaces_the_token_of_a_kubeconfig(lab: Lab) -> None:
    files = lab.plane.credentials
    pair = {"client_cert": str(files / "client.crt"), "client_key": str(files / "client.key")}
    config = content(lab, user={"token": CANARY}, cluster={"server": lab.plane.host})
    assert run_module(MODULE, options(lab, kubeconfig=config, **pair))["changed"] is True


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_a_server_that_needs_no_proxy(lab: Lab, variable: str) -> None:
    given = options(lab, kubeconfig=str(lab.proxy.kubeconfig), proxy="http://127.0.0.1:9")
    result = run_module(MODULE, given, fails=True)
    assert f"cannot reach {lab.proxy.host}" in result["msg"]
    result = run_module(MODULE, given, environment={variable: "10.0.0.0/8,127.0.0.0/8"})
    assert result["changed"] is True


def test_a_plugin_with_short_lived_tokens(lab: Lab, tmp_path: Path) -> None:
    """Sixteen threads, and a token that the client takes for expired: the plugin does not run for each request."""
    status = {"token": lab.plane.token, "expirationTimestamp": "2020-01-01T00:00:00Z"}
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    program, runs = tmp_path / "plugin", tmp_path / "runs"
    program.write_text(f"#!/bin/sh\necho >>{runs}\nsleep 0.2\necho '{json.dumps(answer)}'\n")
    program.chmod(0o700)
    plugin = {"apiVersion": answer["apiVersion"], "command": str(program), "interactiveMode": "Never"}
    given = {
        "kubeconfig": content(lab, user={"exec": plugin}),
        "namespace": lab.namespace,
        "applications": [application(f"shop-{number}") for number in range(60)],
    }
    result = run_module(MODULE, given)
    assert result["summary"]["created"] == 60
    assert len(runs.read_text()) <= 2 + result.seconds / 10


def test_a_webhook_that_is_dead_costs_one_retry_timeout(lab: Lab) -> None:
    lab.proxy.fault("status", methods=["PATCH"], status=500)
    items = {"applications": [application(f"shop-{number}") for number in range(160)]}
    began = time.monotonic()
    result = lab.run({**items, "retry_timeout": 3}, fails=True)
    assert result["summary"]["failed"] == 160
    assert time.monotonic() - began < 20, "thirty seconds and more, if each waited its time"


def test_rendering_into_what_is_no_file(tmp_path: Path) -> None:
    rendering = {**application("shop"), "state": "rendered"}
    result = run_module(MODULE, {**rendering, "dest": str(tmp_path)}, fails=True)
    assert result["msg"] == f"dest {tmp_path}: is a folder. Name a file in it."
    missing = {**rendering, "dest": str(tmp_path / "none" / "shop.yaml")}
    assert run_module(MODULE, missing, check=True)["changed"] is True
    result = run_module(MODULE, missing, fails=True)
    assert result["msg"] == f"dest {missing['dest']}: there is no folder {tmp_path / 'none'}. Create it first."
    assert list(tmp_path.iterdir()) == []
