"""What an inline kubeconfig may look like, and that its secrets, and no more than these, are masked."""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._module import Module, _forms, _kubeconfig, _secrets
from tests.support.canary import CANARY, leaks
from tests.support.lab import application
from tests.support.module import INVOCATION, Result, run_module

MODULE = "argocd_application"


def kubeconfig(**user: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "one",
        "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        "clusters": [{"name": "one", "cluster": {"server": "http://127.0.0.1:9"}}],
        "users": [{"name": "one", "user": user}],
    }


def run(options: dict[str, Any], **how: Any) -> Result:
    """Run the module the way older versions of Ansible always do: the result repeats the arguments."""
    return run_module(MODULE, {**INVOCATION, **options}, **how)


SECRETS = {
    "text": ({"token": CANARY, "username": "me", "password": "pw"}, {CANARY, "pw"}),
    "number": ({"password": 12345678, "client-secret": True}, {"12345678"}),
    "files": ({"client-key": "/etc/key", "tokenFile": "/etc/token"}, set()),
    "provider": ({"auth-provider": {"name": "oidc", "config": {"id-token": "i", "idp-issuer-url": "u"}}}, {"i"}),
}


@pytest.mark.parametrize(("user", "expected"), SECRETS.values(), ids=SECRETS)
def test_secrets(user: dict[str, Any], expected: set[str]) -> None:
    assert _secrets(kubeconfig(**user)) == expected


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("AWS_SECRET_ACCESS_KEY", CANARY, True),
        ("vault_token", CANARY, True),
        ("PGPASSWORD", CANARY, True),
        ("GOOGLE_CREDENTIALS", CANARY, True),
        ("AWS_PROFILE", "production", False),
        ("USE_KEYRING", "default", False),
    ],
)
def test_variables_of_a_plugin(name: str, value: str, secret: bool) -> None:
    """A word such as `default` must not vanish from all that the task tells."""
    plugin = {"command": "login", "env": [{"name": name, "value": value}]}
    assert _secrets(kubeconfig(exec=plugin)) == ({value} if secret else set())


def test_masking_leaves_results_alone() -> None:
    plugin = {"command": "login", "env": [{"name": "AWS_PROFILE", "value": "default"}]}
    options = {"state": "rendered", "kubeconfig": kubeconfig(exec=plugin), **application("shop")}
    assert run(options)["manifests"][0]["spec"]["project"] == "default"


@pytest.mark.parametrize("form", ["mapping", "yaml", "json"])
def test_secrets_are_masked_when_arguments_are_refused(form: str) -> None:
    config: Any = kubeconfig(token=CANARY)
    config = {"mapping": config, "yaml": yaml.safe_dump(config), "json": json.dumps(config)}[form]
    for wrong in ({}, {"name": "shop", "unheard_of": 1}, {"name": "shop", "state": "gone"}):
        result = run({"kubeconfig": config, **wrong}, fails=True)
        assert "kubeconfig" in result["invocation"]["module_args"]
        assert leaks(json.dumps(result), [CANARY]) == []


@pytest.mark.parametrize("dump", [yaml.safe_dump, json.dumps, str])
def test_text_is_read_as_content(dump: Any) -> None:
    config = kubeconfig(token=CANARY)
    assert _kubeconfig(dump(config)) == config
    assert CANARY in _secrets(dump(config))


@pytest.mark.parametrize("path", ["~/.kube/config", "a:b", "C:\\kube", "/srv/kube config"])
def test_text_is_a_path(path: str) -> None:
    assert _kubeconfig(path) == _kubeconfig(f"{path}\n") == path
    assert _secrets(path) == set()


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_given(nothing: Any) -> None:
    assert _kubeconfig(nothing) == nothing
    assert _secrets(nothing) == set()


@pytest.mark.parametrize(
    "text",
    [
        f"users:\n- token: {CANARY}\n  bad: [\n",
        f"token: !{CANARY} x\n",
        f"{CANARY}: 1\n{CANARY}: 2\n",
        f"- {CANARY}\n- x\n",
        f"token: {CANARY}\n---\na: b\n",
        f"{{'token': '{CANARY}'",
        f"token: {CANARY}",
        f"-----BEGIN\n{CANARY}\n",
    ],
)
def test_content_is_never_told(text: str) -> None:
    result = run({"kubeconfig": text, **application("shop")}, fails=True)
    assert result["msg"].startswith("kubeconfig")
    assert leaks(json.dumps(result), [CANARY]) == []


def test_neither_path_nor_content() -> None:
    with pytest.raises(GitopsError, match="kubeconfig: is neither a path nor the content"):
        _kubeconfig([CANARY])


def test_secrets_of_a_file_are_masked(tmp_path: Path) -> None:
    """They are known once the file is read. Whoever hands the same secret on does not see it again."""
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(kubeconfig(token=CANARY)))
    result = run({**application(CANARY), "kubeconfig": str(file), "request_timeout": 1}, fails=True)
    assert "cannot reach http://127.0.0.1:9" in result["msg"]
    assert leaks(json.dumps(result), [CANARY]) == []


def test_every_form_of_a_secret_is_masked() -> None:
    """As canaries are looked for; masking a shorter text than the secret itself would hide what is none."""
    secret = ' canary/5e"1d\\9 ü\nsecond line 0815\n'
    text = " ".join(sorted(_forms(secret)))
    for form in (json.dumps(secret)[1:-1], repr(secret)[1:-1], secret, base64.b64encode(secret.encode()).decode()):
        assert form in text
    assert {urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)} <= _forms(secret)
    assert min(map(len, _forms(secret))) == len(secret.strip())
    assert _forms("abc") == {"abc", "YWJj"}
    assert "\udcfc" in _forms("\udcfc")


def test_a_secret_that_comes_up_is_masked_in_every_form() -> None:
    masked: set[str] = set()
    inner = SimpleNamespace(params={}, check_mode=False, _diff=False, mask=lambda: None, no_log_values=masked)
    Module(inner).hide("abc")
    assert masked == _forms("abc")
