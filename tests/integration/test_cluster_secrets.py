"""argocd_cluster tells no secret: not in results, diffs, messages, logs or files, whether its options are right."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane import ControlPlane
from tests.support.canary import leaks, tells_no_secret
from tests.support.lab import CLUSTER_SECRET, Lab
from tests.support.module import INVOCATION
from tests.support.repositories import pem

MODULE = "argocd_cluster"
CANARY = "canary-4f1d7c0e/ü"
SERVER = "https://prod.example.org"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


def canary(name: str) -> str:
    """A secret of its own for each option, with characters that JSON, URLs and shells write in another way."""
    return f'{name}-canary/5e"1d\\9 ü'


TOKEN = 'token-canary/5e"1d\\9'
KEY = pem("PRIVATE KEY", base64.b64encode(b"key canary 0123456789 0123456789 0123456789").decode())
PROXY = "proxy-canary-5e1d9"
CONFIGS: list[dict[str, Any]] = [
    {"username": "me", "password": canary("password"), "proxy_url": f"http://me:{PROXY}@proxy.example.org:3128"},
    {"bearer_token": TOKEN},
    {"tls_client_config": {"cert_data": pem("CERTIFICATE"), "key_data": KEY}},
    {
        "exec_provider_config": {
            "command": "login",
            "api_version": "client.authentication.k8s.io/v1",
            "env": {"PASS": canary("env"), "DEBUG": "1"},
        }
    },
]
CANARIES = [canary("password"), canary("env"), TOKEN, KEY, PROXY]


def items() -> list[dict[str, Any]]:
    return [
        {"server": f"https://c{number}.example.org", "name": f"c{number}", "config": config}
        for number, config in enumerate(CONFIGS)
    ]


@pytest.fixture
def clusters(lab: Lab) -> Lab:
    return lab.of(CLUSTER_SECRET)


def told(lab: Lab, options: dict[str, Any], folder: Path, *canaries: str) -> dict[str, Any]:
    """Run the module with all that Ansible can say; it tells no secret. Give the result."""
    folder.mkdir()
    place = {"namespace": lab.namespace, "kubeconfig": str(lab.proxy.kubeconfig)}
    return tells_no_secret(MODULE, place | options, canaries or CANARIES, folder).result


def test_what_is_written(clusters: Lab, tmp_path: Path) -> None:
    created = told(clusters, {"clusters": items()}, tmp_path / "created")
    assert created["summary"]["created"] == len(CONFIGS)
    assert len(created["diff"]) == len(CONFIGS)
    updated = told(clusters, {**items()[3], "shard": 1}, tmp_path / "updated")
    assert updated["changes"][0]["fields"] == ["data.shard"]
    deleted = told(clusters, {"clusters": items(), "state": "absent"}, tmp_path / "deleted")
    assert deleted["summary"]["deleted"] == len(CONFIGS)


@pytest.mark.parametrize("number", range(len(CONFIGS)))
def test_a_result_with_its_arguments(clusters: Lab, number: int) -> None:
    """Ansible repeats the arguments in it, and a message of its own where they are wrong."""
    for wrong in ({}, {"unheard_of": 1}, {"state": "gone"}, {"shard": "x"}, {"prune": True}):
        result = clusters.run({**items()[number], **wrong, **INVOCATION}, check=True, diff=True, fails=bool(wrong))
        assert "module_args" in result["invocation"]
        assert leaks(json.dumps(result), CANARIES) == []


def test_what_somebody_else_wrote(clusters: Lab, tmp_path: Path) -> None:
    """Secrets that the task never knew are in the live Secret: kubectl keeps them in an annotation, too."""
    labels = {"argocd.argoproj.io/secret-type": "cluster"}
    text = {"server": SERVER, "name": "prod", "config": json.dumps({"bearerToken": "theirs-canary-0123"})}
    manifest = clusters.manifest("theirs", {"metadata": {"labels": labels}, "stringData": text})
    clusters.plane.kubectl("apply", f"-n{clusters.namespace}", "-f-", stdin=json.dumps(manifest))
    mine = {"server": SERVER, "name": "prod", "config": {"bearer_token": "mine-canary-0123"}}
    secrets = ("theirs-canary-0123", "mine-canary-0123")
    assert "conflict" in told(clusters, mine, tmp_path / "conflict", *secrets)["msg"]
    told(clusters, {**mine, "force_conflicts": True}, tmp_path / "forced", *secrets)
    told(clusters, {"server": SERVER, "state": "absent"}, tmp_path / "deleted", *secrets)
    assert clusters.all() == {}


@pytest.mark.parametrize(
    "options",
    [
        {"server": SERVER, "name": "a", "config": {"bearer_tokn": CANARY}},
        {"server": SERVER, "name": "a", "config": {"bearer_token": [CANARY]}},
        {"server": SERVER, "name": "a", "config": CANARY},
        {"server": SERVER, "name": "a", "config": {"password": CANARY}},
        {"server": SERVER, "name": "a", "config": {"tls_client_config": {"key_data": CANARY}}},
        {"server": f"https://me:{CANARY}@prod.example.org", "name": "a"},
        {"clusters": [{"server": f"https://me:{CANARY}@prod.example.org", "name": "a"}]},
        {"clusters": [{"server": SERVER, "name": "a", "token": CANARY}]},
        {"clusters": [{"server": SERVER, "name": "a", "config": [CANARY]}]},
        {"clusters": [CANARY]},
        {"server": SERVER, "name": "a", "config": {"bearer_token": CANARY}, "state": "rendered"},
        {"name": "a", "from_kubeconfig": {"kubeconfig": {"users": [{"user": {"token": CANARY}}]}}},
        {"name": "a", "from_kubeconfig": {"kubeconfig": f"users: [{{user: {{token: {CANARY}}}}}]\n"}, "prune": 7},
        {"name": "a", "from_kubeconfig": {"context": "x", "kubeconfig": f"users:\n- token: {CANARY}\n", "nope": 1}},
    ],
    ids=str,
)
def test_wrong_options(clusters: Lab, options: dict[str, Any]) -> None:
    result = clusters.run({**options, **INVOCATION}, diff=True, fails=True)
    assert "module_args" in result["invocation"]
    assert leaks(json.dumps(result), [CANARY]) == []
    assert clusters.all() == {}


def test_urls_of_others_are_told_without_credentials(lab: Lab, clusters: Lab) -> None:
    """Argo CD takes such a server; whoever made it may not be who runs the task."""
    labels = {"argocd.argoproj.io/secret-type": "cluster"}
    theirs = {"server": f"https://me:{CANARY}@prod.example.org", "name": "prod"}
    clusters.post("theirs", {"metadata": {"labels": labels}, "stringData": theirs})
    destination = {"server": theirs["server"], "namespace": "shop"}
    lab.create("shop", {"source": {"repoURL": "https://x/y"}, "destination": destination, "project": "default"})
    message = clusters.run({"server": SERVER, "name": "prod"}, fails=True)["msg"]
    assert "the name prod belongs to https://***@prod.example.org already" in message
    moved = {"server": SERVER, "name": "prod", "secret_name": "theirs"}
    messages = [message, clusters.run(moved, fails=True)["msg"]]
    assert "1 Application deploys there by server https://***@prod.example.org" in messages[1]
    assert leaks(json.dumps(messages), [CANARY]) == []


@pytest.fixture
def account(lab: Lab) -> Iterator[str]:
    name = f"argocd-{uuid.uuid4().hex[:8]}"
    yield name
    lab.ask("DELETE", f"{RBAC}/clusterrolebindings/{name}-role-binding")
    lab.ask("DELETE", f"{RBAC}/clusterroles/{name}-role")


def test_tokens_that_a_cluster_made(clusters: Lab, account: str, apiserver: ControlPlane, tmp_path: Path) -> None:
    """Neither the token that is made, nor its successor, nor that of the kubeconfig is told or stays in a file."""
    given = {"kubeconfig": apiserver.kubeconfig.read_text(), "service_account": account}
    given["service_account_namespace"] = clusters.namespace
    options = {"name": "prod", "from_kubeconfig": given}

    def tokens() -> list[str]:
        found = [one["data"]["token"] for one in clusters.all().values() if "token" in one.get("data", {})]
        return [base64.b64decode(one).decode() for one in found]

    results = [told(clusters, options, tmp_path / "first", apiserver.token)]
    (first,) = tokens()
    results.append(told(clusters, {**options, "rotate_credentials": True}, tmp_path / "second", apiserver.token, first))
    (second,) = tokens()
    gone = {**options, "name": None, "state": "absent"}
    results.append(told(clusters, gone, tmp_path / "gone", apiserver.token, second))
    assert [one["changed"] for one in results] == [True] * 3
    texts = [path.read_bytes().decode(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    for text in (*texts, *map(json.dumps, results)):
        assert leaks(text, [first, second]) == []
