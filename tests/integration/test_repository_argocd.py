"""With a real Argo CD: credentials open what was closed, and what argocd-server writes and the module go together."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.controlplane import Access, Cluster, eventually
from tests.support.argocd_api import ArgoCD
from tests.support.module import Result
from tests.support.repositories import data
from tests.support.workshop import ARGOCD, Workshop, workshop

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}, data: {word: hello}}\n"
FILES = {"deploy/greeting.yaml": CONFIG}
USER = Access(username="argo", password="ship: the/wind")
TOKEN = Access(token="a-bearer-token")
CLOSED = ("ComparisonError", "auth")
WAIT = 60


def register(place: Workshop, **options: Any) -> Result:
    return place.run_other("argocd_repository", {"labels": {"workshop": place.name}, **options})


def forget(place: Workshop, **options: Any) -> Result:
    return place.run_other("argocd_repository", {"state": "absent", **options})


def status_after_refresh(place: Workshop) -> dict[str, Any]:
    """What Argo CD says of the Application, after it was asked to look again and to trust no cache."""
    how = ("annotate", "--overwrite", "application", f"{place.name}-web", f"--namespace={ARGOCD}")
    place.cluster.kubectl(*how, "argocd.argoproj.io/refresh=hard")
    eventually(lambda: not annotated(place), "Argo CD looked again", WAIT)
    status: dict[str, Any] = place.live("web").get("status", {})
    return status


def annotated(place: Workshop) -> bool:
    return "argocd.argoproj.io/refresh" in place.live("web")["metadata"].get("annotations", {})


def is_closed(place: Workshop) -> None:
    """Wait until Argo CD cannot read the repository for want of credentials."""

    def closed() -> bool:
        conditions = json.dumps(status_after_refresh(place).get("conditions", [])).lower()
        return all(part.lower() in conditions for part in CLOSED)

    eventually(closed, "Argo CD is not let in", WAIT)


def is_open(place: Workshop) -> None:
    """Wait until Argo CD deployed what is in the repository, and complains of nothing."""

    def opened() -> bool:
        status = status_after_refresh(place)
        return status.get("sync", {}).get("status") == "Synced" and not status.get("conditions")

    eventually(opened, "Argo CD is let in", WAIT)


@pytest.mark.parametrize(
    ("access", "right", "wrong"),
    [
        (USER, {"username": USER.username, "password": USER.password}, {"username": "argo", "password": "guessed"}),
        (TOKEN, {"bearer_token": TOKEN.token}, {"bearer_token": "guessed-token"}),
    ],
    ids=["password", "token"],
)
def test_credentials_open_a_repository(
    controlplane: Cluster, access: Access, right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    with workshop(controlplane, FILES, access) as place:
        place.run(place.application("web", "deploy"))
        is_closed(place)
        assert register(place, url=place.url, credentials=right)["summary"]["created"] == 1
        is_open(place)
        (change,) = register(place, url=place.url, credentials=wrong)["changes"]
        assert change["fields"] == [f"data.{'password' if 'password' in wrong else 'bearerToken'}"]
        is_closed(place)
        register(place, url=place.url, credentials=right)
        is_open(place)
        assert forget(place, url=place.url)["summary"]["deleted"] == 1
        is_closed(place)


def test_a_template_opens_the_repositories_below_its_url(controlplane: Cluster) -> None:
    right = {"username": USER.username, "password": USER.password}
    with workshop(controlplane, FILES, USER) as place:
        template = {"secret_type": "repo-creds", "url": place.url.removesuffix(".git")[:-2]}
        place.run(place.application("web", "deploy"))
        is_closed(place)
        register(place, credentials=right, **template)
        is_open(place)
        register(place, url=place.url, credentials={**right, "password": "guessed"})
        is_closed(place)  # the repository's own credentials count
        forget(place, url=place.url)
        is_open(place)
        register(place, credentials={**right, "password": "guessed"}, **template)
        is_closed(place)
        register(place, credentials=right, **template)
        is_open(place)
        forget(place, **template)
        is_closed(place)


def test_a_helm_repository(controlplane: Cluster) -> None:
    with workshop(controlplane, FILES) as place, charts(controlplane, USER) as url:
        source = {"repo_url": url, "chart": "greeting", "target_revision": "0.1.0"}
        place.run(place.application("web", "deploy", source=source))

        def failed() -> bool:
            return "401" in json.dumps(status_after_refresh(place).get("conditions", []))

        eventually(failed, "Argo CD is not let in", WAIT)
        credentials = {"username": USER.username, "password": USER.password}
        options = {"url": url, "type": "helm", "name": f"{place.name}-charts"}
        register(place, credentials=credentials, **options)
        is_open(place)
        register(place, credentials={**credentials, "password": "guessed"}, **options)
        eventually(failed, "Argo CD is not let in any more", WAIT)


@contextmanager
def charts(cluster: Cluster, access: Access) -> Iterator[str]:
    """A Helm repository with one chart, for whoever has the password."""
    files = {"Chart.yaml": "{apiVersion: v2, name: greeting, version: 0.1.0}\n", "templates/greeting.yaml": CONFIG}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"greeting/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    package = packed.getvalue()
    entry_of_index = {
        "apiVersion": "v2",
        "name": "greeting",
        "version": "0.1.0",
        "urls": ["greeting-0.1.0.tgz"],
        "digest": hashlib.sha256(package).hexdigest(),
    }
    index = json.dumps({"apiVersion": "v1", "entries": {"greeting": [entry_of_index]}})
    served = {"/index.yaml": index.encode(), "/greeting-0.1.0.tgz": package}
    pair = base64.b64encode(f"{access.username}:{access.password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            allowed = self.headers.get("Authorization") == f"Basic {pair}"
            content = served.get(self.path, b"") if allowed else b""
            self.send_response(200 if content else 404 if allowed else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((str(urlsplit(cluster.git_url).hostname), 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{server.server_address[0]!s}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def secrets(place: Workshop) -> dict[str, dict[str, Any]]:
    """The Secrets with the workshop's URL, by name."""
    text = place.cluster.kubectl("get", "secrets", f"--namespace={ARGOCD}", "--output=json")
    found = json.loads(text)["items"]
    return {one["metadata"]["name"]: one for one in found if data(one).get("url") == place.url}


def test_what_argocd_server_made_is_taken_over(controlplane: Cluster, argocd: ArgoCD) -> None:
    login = {"username": USER.username, "password": USER.password}
    with workshop(controlplane, FILES, USER) as place:
        options = {"url": place.url, "type": "git", "insecure": False, "credentials": login}
        argocd.call("POST", "/api/v1/repositories", {"repo": place.url, "type": "git", "insecure": True, **login})
        (made,) = secrets(place)
        (change,) = register(place, **options)["changes"]
        assert (change["action"], change["name"]) == ("updated", made)
        assert "data.insecure" in change["fields"]
        assert register(place, **options)["changed"] is False

        changed = {"repo": place.url, "type": "git", "insecure": True, "enableLfs": True, **login}
        argocd.call("PUT", f"/api/v1/repositories/{quote(place.url, safe='')}", changed)
        assert data(secrets(place)[made])["insecure"] == "true"
        (change,) = register(place, **options)["changes"]
        assert change["fields"] == ["data.insecure"]
        assert data(secrets(place)[made]) == {
            "url": place.url,
            "type": "git",
            "insecure": "false",
            "enableLfs": "true",  # nobody declares it
            **login,
        }
        assert register(place, **options)["changed"] is False

        argocd.call("DELETE", f"/api/v1/repositories/{quote(place.url, safe='')}")
        assert secrets(place) == {}
        assert register(place, **options)["summary"]["created"] == 1
        assert list(secrets(place)) == [made]


@pytest.mark.parametrize("project", ["", "default"])
def test_argocd_server_would_choose_the_same_name(controlplane: Cluster, argocd: ArgoCD, project: str) -> None:
    """Also where no Secret shows the way."""
    with workshop(controlplane, FILES) as place:
        scope = {"project": project} if project else {}
        argocd.call("POST", "/api/v1/repositories", {"repo": place.url, "type": "git", **scope})
        (made,) = secrets(place)
        place.cluster.kubectl("delete", "secret", made, f"--namespace={ARGOCD}")
        register(place, url=place.url, **scope)
        assert list(secrets(place)) == [made]
        forget(place, url=place.url, **scope)

        argocd.call("POST", "/api/v1/repocreds", {"url": place.url, "username": "me", "password": "x"})
        (made,) = secrets(place)
        place.cluster.kubectl("delete", "secret", made, f"--namespace={ARGOCD}")
        login = {"username": "me", "password": "x"}
        register(place, url=place.url, secret_type="repo-creds", credentials=login)
        assert list(secrets(place)) == [made]


def test_argocd_server_reads_every_setting(controlplane: Cluster, argocd: ArgoCD) -> None:
    """Those that it tells; it never tells secrets."""
    with workshop(controlplane, FILES, USER) as place:
        register(
            place,
            url=place.url,
            type="git",
            name="shop",
            project="default",
            insecure=True,
            enable_lfs=True,
            depth=3,
            repo_proxy="http://127.0.0.1:9",
            repo_no_proxy="127.0.0.1",
            credentials={"username": USER.username, "password": USER.password, "force_http_basic_auth": True},
        )
        path = f"/api/v1/repositories/{quote(place.url, safe='')}?appProject=default"
        seen = eventually(lambda: argocd.call("GET", path), "argocd-server knows it", WAIT, lambda one: "depth" in one)
        state = seen.pop("connectionState")
        assert state["status"] == "Successful", state
        assert {key: value for key, value in seen.items() if value} == {
            "repo": place.url,
            "type": "git",
            "name": "shop",
            "project": "default",
            "username": USER.username,
            "insecure": True,
            "enableLfs": True,
            "depth": 3,
            "proxy": "http://127.0.0.1:9",
            "noProxy": "127.0.0.1",
            "forceHttpBasicAuth": True,
        }
