"""Who we are to a server, the way to it, and how long we go on asking one that fails."""

from __future__ import annotations

import base64
import http.server
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils.cluster import connection, credentials, session
from ansible_collections.tiphys.gitops.plugins.module_utils.cluster.connection import connect
from ansible_collections.tiphys.gitops.plugins.module_utils.cluster.session import ApiError, Limits, Session
from tests.support.canary import CANARY, leaks

LIMITS = Limits(request=5, retry=0.5)


class Server(http.server.ThreadingHTTPServer):
    """Answers with what `answer` gives for a path: a status and a body."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self, answer: Callable[[str], tuple[int, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.headers: list[Any] = []
        self.paths: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.headers.append(self.headers)
        self.server.paths.append(self.path)
        status, body = self.server.answer(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments: Any) -> None:
        pass


@contextmanager
def serving(answer: Callable[[str], tuple[int, str]] = lambda _path: (200, "{}")) -> Iterator[Server]:
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither proxies nor kubeconfigs of whoever runs the tests; temporary files where they are seen."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def kubeconfig(server: str, user: dict[str, Any], **cluster: Any) -> dict[str, Any]:
    return {
        "current-context": "one",
        "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        "clusters": [{"name": "one", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "one", "user": user}],
    }


def sent(options: dict[str, Any]) -> Any:
    """The headers of a request."""
    with serving() as server:
        given = {**options, "host": server.url}
        connect(given, LIMITS).request("GET", "/x")
        return server.headers[0]


def pair(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


# --- Credentials


TOKENS = {
    "api_key": ({"api_key": f"{CANARY}\n"}, f"Bearer {CANARY}"),
    "blanks": ({"api_key": f" {CANARY}\r\n"}, f"Bearer {CANARY}"),
    "kubeconfig": ({"kubeconfig": kubeconfig("http://x", {"token": f"{CANARY}\n"})}, f"Bearer {CANARY}"),
    "password": ({"username": "me", "password": f"{CANARY}\nü"}, pair(f"me:{CANARY}\nü")),
    "none": ({}, None),
}


@pytest.mark.parametrize(("options", "expected"), TOKENS.values(), ids=TOKENS)
def test_header(options: dict[str, Any], expected: str | None) -> None:
    assert sent(options)["Authorization"] == expected


@pytest.mark.parametrize("token", [f"{CANARY}\nx", f"{CANARY}\x00", f"{CANARY}\x7fx", f"{CANARY}…", f"{CANARY}ü"])
def test_a_token_that_cannot_be_sent_is_not_told(token: str) -> None:
    for options in ({"api_key": token}, {"kubeconfig": kubeconfig("http://x", {"token": token})}):
        with pytest.raises(GitopsError) as caught:
            connect({"host": "http://127.0.0.1:9", **options}, LIMITS)
        assert "the token holds a line break or another character that no token has" in str(caught.value)
        assert leaks(repr(caught.value), [CANARY]) == []


def test_secrets_that_are_sent_are_registered(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(kubeconfig("http://127.0.0.1:9", {"token": CANARY})))
    registered: list[str] = []
    connect({"kubeconfig": str(file)}, LIMITS, registered.append)
    assert registered == [CANARY]


@pytest.mark.parametrize(
    "user",
    [
        {"name": "one", "token": CANARY},
        {"name": "one", "user": {"exec": {"apiVersion": "v1", "env": [{"name": "A", "value": CANARY}]}}},
        {"name": "one", "user": {"token": CANARY, "auth-provider": {"name": "oidc", "config": {}}}},
    ],
    ids=["no user", "no command", "no id-token"],
)
def test_a_message_quotes_nothing_of_a_kubeconfig(tmp_path: Path, user: dict[str, Any]) -> None:
    config = {**kubeconfig("http://127.0.0.1:9", {}), "users": [user]}
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config))
    for given in (str(file), config):
        with pytest.raises(GitopsError, match="cannot be used: ") as caught:
            connect({"kubeconfig": given}, LIMITS)
        assert leaks(str(caught.value), [CANARY]) == []


def test_impersonation() -> None:
    headers = sent({"impersonate_user": "Łukasz", "impersonate_groups": ["a", "b"]})
    assert headers["Impersonate-User"].encode("latin-1").decode() == "Łukasz"
    assert headers.get_all("Impersonate-Group") == ["a", "b"]
    with pytest.raises(GitopsError, match=r"cannot be sent as Impersonate-Group\. Remove"):
        sent({"impersonate_user": "me", "impersonate_groups": ["a\nb"]})


CERTIFICATE = {"client-certificate-data": "eA==", "client-key-data": "eA=="}
MIXED = {**CERTIFICATE, "token": "old"}
REPLACED = {
    "nothing": ({}, (True, True, "", "Bearer old")),
    "api_key": ({"api_key": "new"}, (False, False, "", "Bearer new")),
    "certificate": ({"client_cert": "/c", "client_key": "/k"}, (True, True, "", "")),
    "password": ({"username": "me", "password": "pw"}, (False, False, "me", "")),
    "two": ({"api_key": "new", "client_cert": "/c"}, (True, False, "", "Bearer new")),
}


@pytest.mark.parametrize(("options", "expected"), REPLACED.values(), ids=REPLACED)
def test_credentials_that_are_given_replace_all_of_a_kubeconfig(
    tmp_path: Path, options: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    given = {"kubeconfig": kubeconfig("https://x", MIXED), **options}
    config = connection._configuration(given, str(tmp_path))
    token = (config.auth_settings().get("BearerToken") or {}).get("value") or ""
    assert (bool(config.cert_file), bool(config.key_file), config.username or "", token) == expected
    if "client_cert" in options:
        assert config.cert_file == "/c"


def test_a_broken_plugin_does_not_matter_beside_a_token() -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "/none", "interactiveMode": "Never"}
    given = {"kubeconfig": kubeconfig("http://x", {"exec": plugin})}
    with pytest.raises(GitopsError, match=r"cannot be used: .*/none"):
        connect(given, LIMITS)
    assert sent({**given, "api_key": "new"})["Authorization"] == "Bearer new"


@pytest.mark.parametrize(("host", "name"), [("https://x/", "inner"), ("https://y", None)], ids=["same", "another"])
def test_tls_server_name_belongs_to_the_server(tmp_path: Path, host: str, name: str | None) -> None:
    given = kubeconfig("https://x", {}, **{"tls-server-name": "inner"})
    config = connection._configuration({"kubeconfig": given, "host": host}, str(tmp_path))
    assert (config.host, config.tls_server_name) == (host, name)


# --- Credentials that expire


class Plugin:
    """A credential plugin that counts its runs; run number n gives answer number n, or the last."""

    def __init__(self, folder: Path, *answers: dict[str, str]) -> None:
        self.runs = folder / "runs"
        self.runs.touch()
        for number, status in enumerate(answers, 1):
            answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
            (folder / f"answer-{number}").write_text(json.dumps(answer))
        script = folder / "plugin"
        script.write_text(
            f"#!/bin/sh\ncd {folder}\necho >>runs\nsleep 0.05\nrun=$(wc -l <runs)\n"
            f"[ $run -le {len(answers)} ] || run={len(answers)}\ncat answer-$((run))\n"
        )
        script.chmod(0o700)
        version = "client.authentication.k8s.io/v1"
        self.user = {"exec": {"apiVersion": version, "command": str(script), "interactiveMode": "Never"}}

    def count(self) -> int:
        return len(self.runs.read_text())


def credential(token: str, minutes: float) -> dict[str, str]:
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    return {"token": token, "expirationTimestamp": end.strftime("%Y-%m-%dT%H:%M:%SZ")}


def ask(opened: Session, times: int) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: opened.request("GET", f"/{number}"), range(times)))


def test_an_expired_token_is_refreshed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = Plugin(tmp_path, credential("one", 5.02), credential("two", 60))
    with serving() as server:
        opened = connect({"kubeconfig": kubeconfig(server.url, plugin.user)}, LIMITS)
        time.sleep(1.3)  # the client refreshes five minutes early
        monkeypatch.setattr(credentials, "FRESH", 0.0)
        opened._authorization._due = 0.0  # type: ignore[attr-defined]
        ask(opened, 40)
        assert {headers["Authorization"] for headers in server.headers} == {"Bearer two"}
    assert plugin.count() == 2


def test_a_plugin_whose_tokens_are_short_lived_is_not_run_for_each_request(tmp_path: Path) -> None:
    plugin = Plugin(tmp_path, credential("one", 1))
    with serving() as server:
        ask(connect({"kubeconfig": kubeconfig(server.url, plugin.user)}, LIMITS), 40)
    assert plugin.count() <= 2


def test_a_refresh_that_fails_leaves_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(credentials, "FRESH", 0.0)
    plugin = Plugin(tmp_path, credential("one", 1))
    with serving() as server:
        opened = connect({"kubeconfig": kubeconfig(server.url, plugin.user)}, LIMITS)
        (tmp_path / "plugin").unlink()
        ask(opened, 3)
        assert {headers["Authorization"] for headers in server.headers} == {"Bearer one"}
    assert capfd.readouterr() == ("", "")


def test_a_certificate_instead_of_a_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It came too late for the connections, and its key must not stay on disk."""
    monkeypatch.setattr(credentials, "FRESH", 0.0)
    certificate = {"clientCertificateData": "certificate", "clientKeyData": CANARY}
    plugin = Plugin(tmp_path, credential("one", 1), credential("two", 1), certificate)
    with serving() as server:
        opened = connect({"kubeconfig": kubeconfig(server.url, plugin.user)}, LIMITS)
        for _turn in range(2):
            with pytest.raises(ApiError, match="gave a token first and a client certificate later"):
                opened.request("GET", "/x")
        assert server.paths == []
    assert plugin.count() == 3
    assert list((tmp_path / "temporary").iterdir()) == []


# --- Proxies


PROXIES = [
    ("https://10.1.2.3:6443", "10.0.0.0/8", True),
    ("https://10.1.2.3:6443", "192.168.0.0/16, 10.1.2.3", True),
    ("https://[fd00::1]:6443", "fd00::/8", True),
    ("https://api.example.org:6443", ".example.org", True),
    ("https://api.example.org:6443", "*.example.org", True),
    ("https://API.example.org:6443", "EXAMPLE.org", True),
    ("https://api.example.org:6443", "api.example.org:6443", True),
    ("https://api.example.org:6443", "*", True),
    ("https://api.example.org:6443", "", False),
    ("https://api.example.org:6443", ",.,", False),
    ("https://api.example.org:6443", "ample.org,10.0.0.0/8,x", False),
    ("https://10.1.2.3:6443", "11.0.0.0/8,nonsense/99", False),
]


@pytest.mark.parametrize(("host", "listed", "directly"), PROXIES)
def test_no_proxy(monkeypatch: pytest.MonkeyPatch, host: str, listed: str, directly: bool) -> None:
    monkeypatch.setenv("NO_PROXY", listed)
    opened = connect({"host": host, "proxy": "http://proxy.example.org:3128"}, LIMITS)
    assert isinstance(opened._pool, urllib3.ProxyManager) is not directly


# --- Servers that fail


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LONGEST_PAUSE", 0.1)


def asked(opened: Session, path: str) -> ApiError | None:
    try:
        opened.request("GET", path)
    except ApiError as error:
        return error
    return None


@pytest.mark.usefixtures("hasty")
def test_after_one_request_was_given_up_others_do_not_wait_as_long() -> None:
    """Until something else than a failure comes. The requests under way keep their time."""
    answers = {"/bad": (500, "{}"), "/good": (200, "{}"), "/refused": (403, "{}"), "/busy": (429, "{}")}

    def tries(opened: Session, server: Server, path: str) -> int:
        before = len(server.paths)
        assert (asked(opened, path) is None) is (path == "/good")
        return len(server.paths) - before

    with serving(lambda path: answers[path]) as server:
        opened = connect({"host": server.url}, LIMITS)
        assert tries(opened, server, "/bad") >= 3
        for path, count in (("/bad", 3), ("/busy", 3), ("/bad", 3)):
            began = time.monotonic()
            opened.limits = Limits(request=5, retry=60)
            assert tries(opened, server, path) == count
            assert time.monotonic() - began < 5
        opened.limits = Limits(request=5, retry=0.5)
        assert tries(opened, server, "/good") == 1
        assert tries(opened, server, "/bad") > 3
        assert tries(opened, server, "/refused") == 1
        assert tries(opened, server, "/bad") > 3


def test_many_objects_behind_a_dead_webhook() -> None:
    with serving(lambda _path: (500, "{}")) as server:
        opened = connect({"host": server.url}, Limits(request=5, retry=2))
        began = time.monotonic()
        with ThreadPoolExecutor(16) as pool:
            errors = list(pool.map(lambda number: asked(opened, f"/{number}"), range(160)))
        assert all(error and error.status == 500 for error in errors)
    assert time.monotonic() - began < 15, "ten times two seconds and more, if each waited its time"


def test_a_server_that_was_never_reached_is_given_up_after_few_tries() -> None:
    opened = connect({"host": "http://127.0.0.1:9"}, Limits(request=5, retry=60))
    began = time.monotonic()
    error = asked(opened, "/x")
    assert "cannot reach http://127.0.0.1:9" in str(error)
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_is_no_json() -> None:
    answers = iter([(200, "<html>"), (200, '{"a": 1')])
    with serving(lambda _path: next(answers, (200, '{"a": 1}'))) as server:
        assert connect({"host": server.url}, LIMITS).request("GET", "/x") == {"a": 1}
        assert len(server.paths) == 3
    with serving(lambda _path: (200, "<html>")) as server:
        error = asked(connect({"host": server.url}, LIMITS), "/x")
        assert f"the answer of {server.url} is no JSON" in str(error)
