"""argocd_repository tells no secret: not in results, diffs, messages, logs or files, whether its options are right."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.canary import leaks, tells_no_secret
from tests.support.lab import REPOSITORY, REPOSITORY_SECRET, Lab, refused, writes
from tests.support.matrix import FINGERPRINT
from tests.support.module import INVOCATION
from tests.support.repositories import data, pem, repository

MODULE = "argocd_repository"
CANARY = "canary: 4f1d/7c0e ü"
PLAIN = "canary-b2a9934e01"


def canary(name: str) -> str:
    """A secret of its own for each option, with characters that JSON, URLs and shells write in another way."""
    return f'{name}-canary/5e"1d\\9 ü'


def key(name: str) -> str:
    """A private key whose lines are secrets."""
    lines = (base64.b64encode(f"{name} canary {number:02} 0123456789 0123456789".encode()) for number in range(3))
    return pem("PRIVATE KEY", "\n".join(line.decode() for line in lines))


METHODS: list[dict[str, Any]] = [
    {"username": "me", "password": canary("password"), "tls_client_cert_data": pem("CERTIFICATE")}
    | {"tls_client_cert_key": key("tls")},
    {"bearer_token": canary("token")},
    {"ssh_private_key": key("ssh")},
    {"github_app_id": 1, "github_app_private_key": key("github")},
    {"gcp_service_account_key": json.dumps({"type": "service_account", "private_key": key("gcp")})},
    {"azure_service_principal_client_id": "a", "azure_service_principal_tenant_id": "b"}
    | {"azure_service_principal_client_secret": canary("azure")},
]
PROXY = canary("proxy").replace(" ", "").replace("/", "")
CANARIES = [
    *(canary(name) for name in ("password", "token", "azure")),
    *(key(name) for name in ("tls", "ssh", "github", "gcp")),
    METHODS[4]["gcp_service_account_key"],
    PROXY,
]


def items(name: str = "shop") -> list[dict[str, Any]]:
    """One repository for each way to log in."""
    return [
        {
            "url": f"git@git.example.org:{name}-{number}"
            if number == 2
            else f"https://git.example.org/{name}-{number}",
            "credentials": method,
            "repo_proxy": f"http://me:{PROXY}@proxy.example.org:3128",
        }
        for number, method in enumerate(METHODS)
    ]


@pytest.fixture
def secrets(lab: Lab) -> Lab:
    return lab.of(REPOSITORY_SECRET)


def told(lab: Lab, options: dict[str, Any], folder: Path, *canaries: str, check: bool = False) -> dict[str, Any]:
    """Run the module with all that Ansible can say; it tells no secret. Give the result."""
    folder.mkdir()
    place = {"namespace": lab.namespace, "kubeconfig": str(lab.proxy.kubeconfig)}
    arguments = ("--check",) if check else ()
    return tells_no_secret(MODULE, place | options, canaries or CANARIES, folder, *arguments).result


def test_what_is_written(secrets: Lab, tmp_path: Path) -> None:
    """By a list, in every way to log in: created, changed, deleted."""
    created = told(secrets, {"repositories": items()}, tmp_path / "created")
    assert created["summary"]["created"] == len(METHODS)
    assert len(created["diff"]) == len(METHODS)
    changed = [{**one, "credentials": {**one["credentials"], "username": "you"}} for one in items()[:2]]
    updated = told(secrets, {"repositories": changed}, tmp_path / "updated", check=True)
    assert [one["fields"] for one in updated["changes"]] == [["data.username"]] * 2
    deleted = told(secrets, {"repositories": items(), "state": "absent"}, tmp_path / "deleted")
    assert deleted["summary"]["deleted"] == len(METHODS)


@pytest.mark.parametrize("number", [0, 2])
def test_one(secrets: Lab, tmp_path: Path, number: int) -> None:
    result = told(secrets, items()[number], tmp_path / "one")
    assert result["summary"]["created"] == 1
    assert FINGERPRINT.search(result["diff"][0]["after"])


@pytest.mark.parametrize("number", range(len(METHODS)))
def test_a_result_with_its_arguments(secrets: Lab, number: int) -> None:
    """Ansible repeats the arguments in it, and a message of its own where they are wrong."""
    for wrong in ({}, {"unheard_of": 1}, {"state": "gone"}, {"depth": "x"}, {"prune": True}):
        result = secrets.run({**items()[number], **wrong, **INVOCATION}, check=True, diff=True, fails=bool(wrong))
        assert "module_args" in result["invocation"]
        assert leaks(json.dumps(result), CANARIES) == []


def test_what_somebody_else_wrote(secrets: Lab, tmp_path: Path) -> None:
    """Secrets that the task never knew are in the live Secret: kubectl keeps them in an annotation, too."""
    labels = {"argocd.argoproj.io/secret-type": "repository"}
    content = {"metadata": {"labels": labels}, "stringData": {"url": REPOSITORY, "password": PLAIN}}
    text = json.dumps(secrets.manifest("theirs", content))
    secrets.plane.kubectl("apply", f"--namespace={secrets.namespace}", "--filename=-", stdin=text)
    conflict = told(secrets, repository("mine-4711"), tmp_path / "conflict", PLAIN)
    assert "data.password is applied by kubectl apply" in conflict["msg"]
    forced = told(secrets, {**repository("mine-4711"), "force_conflicts": True}, tmp_path / "forced", PLAIN)
    assert forced["summary"]["updated"] == 1
    told(secrets, {"url": REPOSITORY, "state": "absent"}, tmp_path / "deleted", PLAIN)
    assert secrets.all() == {}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("unknown key beside", repository(CANARY, unheard_of=1), "Unsupported parameters"),
    ("unknown state", repository(CANARY, state="gone"), "value of state must be one of"),
    ("misspelt secret", {"url": REPOSITORY, "credentials": {"passwort": CANARY}}, "passwort"),
    ("misplaced secret", {"repositories": [{"url": REPOSITORY, "password": CANARY}]}, "unknown key"),
    ("unknown key in a list", {"repositories": [repository(CANARY, unheard_of=1)]}, "unheard_of: unknown key"),
    ("secret of a wrong type", {"repositories": [repository([CANARY])]}, "password: must be a string, not a list"),  # type: ignore[arg-type]
    ("no text", repository(f"\udcfc{PLAIN}"), "credentials.password: holds bytes that are no text in UTF-8"),
    ("no text in a list", {"repositories": [{"url": REPOSITORY, "x": f"\udcfc{PLAIN}"}]}, "x: unknown key"),
    ("JSON for a list", {"repositories": json.dumps([repository(CANARY)])}, "repositories"),
    (
        "JSON for credentials",
        {"url": REPOSITORY, "credentials": json.dumps([CANARY])},
        "argument 'credentials' is of type str",
    ),
    ("text for credentials", {"url": REPOSITORY, "credentials": CANARY}, "argument 'credentials' is of type str"),
    ("text in a list", {"repositories": [CANARY]}, "repositories"),
    ("credentials as a list", {"repositories": [{"url": REPOSITORY, "credentials": [CANARY]}]}, "must be a mapping"),
    ("no PEM", {"url": "git@x:y", "credentials": {"ssh_private_key": CANARY}}, "is no private key in PEM form"),
    ("no JSON", {"url": REPOSITORY, "credentials": {"gcp_service_account_key": CANARY}}, "is no JSON text"),
    (
        "two ways",
        {"url": REPOSITORY, "credentials": {"password": CANARY, "bearer_token": CANARY}},
        "are given together",
    ),
    ("password in a URL", {"url": f"https://me:{PLAIN}@git.example.org/x"}, "url: holds credentials"),
    ("token in a URL", {"repositories": [{"url": f"https://{PLAIN}@git.example.org/x"}]}, "url: holds credentials"),
    ("the same twice", {"repositories": [repository(CANARY)] * 2}, "was already named by repositories[0]"),
    ("rendered without a file", repository(CANARY, state="rendered"), "Name a file with dest"),
]


@pytest.mark.parametrize(("options", "says"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_wrong_options(secrets: Lab, options: dict[str, Any], says: str) -> None:
    result = secrets.run({**options, **INVOCATION}, diff=True, fails=True)
    assert says in result["msg"]
    assert "module_args" in result["invocation"]
    assert leaks(json.dumps(result), [CANARY, PLAIN]) == []
    assert secrets.all() == {}


@pytest.mark.parametrize("name", ["misspelt secret", "misplaced secret", "JSON for a list", "text in a list"])
def test_wrong_options_in_a_play(secrets: Lab, tmp_path: Path, name: str) -> None:
    options, says = next(case[1:] for case in WRONG if case[0] == name)
    assert says in told(secrets, options, tmp_path / "wrong", CANARY, PLAIN)["msg"]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (
            {"repositories": [{"credentials": {"password": CANARY}}]},
            ("repositories[0] (without url)", "url: is required"),
        ),
        ({"url": "", **repository(CANARY) | {"url": ""}}, ("url: is empty",)),
        ({"repositories": [repository()], "depth": 1}, ("depth: is given beside repositories",)),
        ({"repositories": [repository()], "url": REPOSITORY}, ("mutually exclusive: url|repositories",)),
        ({"credentials": {"password": CANARY}}, ("one of the following is required: url, repositories",)),
        (repository(prune=True), ("prune is True", "label_selectors")),
        (repository(dest="secrets.yaml"), ("dest: goes with state rendered, not present",)),
        ({"repositories": [{}], "state": "absent"}, ("repositories[0] (without url): url: is required",)),
    ],
    ids=str,
)
def test_more_wrong_options(secrets: Lab, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    message = refused(secrets, options, *parts)
    assert leaks(message, [CANARY]) == []


def test_rendering(secrets: Lab, tmp_path: Path) -> None:
    """The file is its owner's alone, the diff shows no value, and nothing else has the secrets."""
    file = tmp_path / "secrets.yaml"
    options = {"state": "rendered", "dest": str(file), "repositories": items()}
    result = told(secrets, options, tmp_path / "play")
    assert (result["changed"], result["dest"]) == (True, str(file))
    assert "manifests" not in result
    manifests = list(yaml.safe_load_all(file.read_text()))
    assert [data(one)["url"] for one in manifests] == [one["url"] for one in items()]
    assert data(manifests[0])["password"] == canary("password")
    assert secrets.run(options)["changed"] is False
    assert secrets.all() == {}
    text = file.read_text()
    secrets.plane.kubectl("apply", f"--namespace={secrets.namespace}", "--filename=-", stdin=text)
    assert {data(live)["url"] for live in secrets.all().values()} == {one["url"] for one in items()}


@pytest.mark.parametrize(
    "before",
    [None, "old: text\n", f"no: [yaml {PLAIN}", PLAIN, f"kind: Secret\ndata: {{password: {PLAIN}}}\n"],
    ids=["none", "yaml", "no yaml", "text", "secret"],
)
def test_rendering_over_another_file(secrets: Lab, tmp_path: Path, before: str | None) -> None:
    file = tmp_path / "secrets.yaml"
    if before is not None:
        file.write_text(before)
        file.chmod(0o644)
    options = {"state": "rendered", "dest": str(file), "repositories": items()}
    predicted = secrets.run(options, check=True, diff=True)
    assert (file.read_text() if file.exists() else None) == before
    result = secrets.run(options, diff=True)
    assert predicted["changed"] is result["changed"] is True
    for one in (predicted, result):
        assert leaks(json.dumps(one), [*CANARIES, PLAIN]) == []
        assert FINGERPRINT.search(one["diff"]["after"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_owner(secrets: Lab) -> None:
    """What another tool applies is a conflict, told without values; what somebody changed by hand is put back."""
    secrets.run(repository("first-password"))
    (name,) = secrets.all()
    secrets.edit(name, {"stringData": {"password": PLAIN}})
    result, requests = secrets.counted(repository("first-password"))
    assert [one["fields"] for one in result["changes"]] == [["data.password"]]
    assert len(writes(requests)) == 1
    theirs = {"data": {"password": base64.b64encode(PLAIN.encode()).decode()}}
    secrets.apply_as("flux", name, theirs, force=True)
    for check in (True, False):
        result = secrets.run(repository("first-password"), check=check, fails=True)
        assert "data.password is applied by field manager flux" in result["msg"]
        assert leaks(json.dumps(result), [PLAIN, "first-password"]) == []
    assert data(secrets.get(name))["password"] == PLAIN
    secrets.run(repository("first-password", force_conflicts=True))
    assert data(secrets.get(name))["password"] == "first-password"


def test_another_way_to_log_in_goes(secrets: Lab) -> None:
    """Whoever left it there: Argo CD would use it in place of ours."""
    labels = {"argocd.argoproj.io/secret-type": "repository"}
    text = {"url": REPOSITORY, "password": PLAIN, "sshPrivateKey": key("ssh"), "useAzureWorkloadIdentity": "true"}
    secrets.post("theirs", {"metadata": {"labels": labels}, "stringData": text}, "argocd-server")
    options = {"url": REPOSITORY, "credentials": {"bearer_token": "mine-4711"}}
    predicted = secrets.run(options, check=True)
    result = secrets.run(options)
    assert predicted["changes"] == result["changes"]
    assert data(secrets.get("theirs")) == {"url": REPOSITORY, "bearerToken": "mine-4711"}
    assert secrets.run(options)["changed"] is False
    options["credentials"] = {"username": "me", "password": "mine-4711"}
    secrets.run(options)
    assert data(secrets.get("theirs")) == {"url": REPOSITORY, "username": "me", "password": "mine-4711"}


def test_a_way_to_log_in_that_is_not_to_be_used_takes_no_other_away(secrets: Lab) -> None:
    """Who says that there is no workload identity does not mean the password of somebody else."""
    labels = {"argocd.argoproj.io/secret-type": "repository"}
    text = {"url": REPOSITORY, "username": "me", "password": PLAIN}
    secrets.post("theirs", {"metadata": {"labels": labels}, "stringData": text}, "argocd-server")
    options = {"url": REPOSITORY, "credentials": {"use_azure_workload_identity": False}}
    secrets.run(options)
    assert data(secrets.get("theirs"))["password"] == PLAIN
    secrets.edit("theirs", {"stringData": {"useAzureWorkloadIdentity": "True"}}, "argocd-server")
    assert secrets.run(options)["changes"][0]["fields"] == ["data.useAzureWorkloadIdentity"]
    assert data(secrets.get("theirs"))["useAzureWorkloadIdentity"] == "false"
    assert secrets.run(options)["changed"] is False


VERBS = ("get", "list", "create", "patch", "delete")


@pytest.mark.parametrize("missing", [None, *VERBS])
def test_the_rights_it_needs(secrets: Lab, missing: str | None) -> None:
    """Those on Secrets of one namespace that the documentation names are enough, and each is needed."""
    options = limited(secrets, [verb for verb in VERBS if verb != missing])
    many = {**options, "repositories": [repository(url=f"https://git.example.org/{number}") for number in range(2)]}
    changed = {**options, "repositories": [{**one, "depth": 1} for one in many["repositories"]]}
    failed = [step for step in (many, changed, {**many, "state": "absent"}) if not is_allowed(secrets, step)]
    assert bool(failed) is (missing is not None)
    assert bool(secrets.all()) is (missing == "delete")


def is_allowed(lab: Lab, options: dict[str, Any]) -> bool:
    """Run the module; it succeeds, or it fails for want of rights."""
    try:
        lab.run(options)
    except AssertionError as error:
        message = str(error)
    else:
        return True
    assert "not allowed (403)" in message
    return False


def limited(lab: Lab, verbs: list[str]) -> dict[str, Any]:
    """Connection options of an account that may do this with the Secrets of the namespace."""
    space = f"--namespace={lab.namespace}"
    lab.plane.kubectl("create", "serviceaccount", "limited", space)
    lab.plane.kubectl("create", "role", "limited", f"--verb={','.join(verbs)}", "--resource=secrets", space)
    account = f"--serviceaccount={lab.namespace}:limited"
    lab.plane.kubectl("create", "rolebinding", "limited", "--role=limited", account, space)
    token = lab.plane.service_account_token(lab.namespace, "limited")
    return {"host": lab.plane.host, "api_key": token, "ca_cert": str(lab.plane.ca_file)}
