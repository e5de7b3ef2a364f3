"""The fault proxy: what it counts, and that each fault is what its name says, for the client and for the API server."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.controlplane import ControlPlane, ControlPlaneError, Proxy, eventually
from tests.controlplane.api import Api

MAPS = "/api/v1/namespaces/default/configmaps"


def _api(plane: ControlPlane, host: str) -> Api:
    return Api(host, plane.token, plane.ca_file)


def _map(name: str) -> bytes:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).encode()


@pytest.fixture
def through(apiserver: ControlPlane, proxy: Proxy) -> Api:
    """A client that goes through the proxy, with a connection for each request."""
    return _api(apiserver, proxy.host)


@pytest.fixture
def direct(apiserver: ControlPlane) -> Api:
    """A client that does not."""
    return _api(apiserver, apiserver.host)


@contextmanager
def _kept_alive(api: Api, timeout: float = 10.0) -> Iterator[http.client.HTTPSConnection]:
    connection = http.client.HTTPSConnection(api.address, timeout=timeout, context=api.context)
    try:
        yield connection
    finally:
        connection.close()


def _ask(connection: http.client.HTTPSConnection, api: Api, path: str) -> http.client.HTTPResponse:
    connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}"})
    return connection.getresponse()


def test_requests_are_counted(through: Api, proxy: Proxy) -> None:
    through.create(MAPS, _map("counted"))
    through.request("POST", f"{MAPS}?dryRun=All", _map("dry"))
    assert through.get(f"{MAPS}/counted") is not None
    assert through.get("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/none/status") is None
    through.request("DELETE", f"{MAPS}/counted")
    counters = proxy.counters()
    assert counters.total == 5
    assert counters.methods == {"POST": 2, "GET": 2, "DELETE": 1}
    assert counters.resources["POST configmaps"] == 2
    assert counters.resources["GET applications/status"] == 1
    assert (counters.dry_runs, counters.watches, counters.max_in_flight) == (1, 0, 1)
    assert counters.connections == 5
    assert [request.status for request in counters.requests] == [201, 201, 200, 404, 200]
    assert [(each.method, each.path) for each in proxy.writes()] == [("POST", MAPS), ("DELETE", f"{MAPS}/counted")]
    proxy.reset()
    assert proxy.counters().total == 0


def test_connections_are_kept_alive(through: Api, proxy: Proxy) -> None:
    with _kept_alive(through) as connection:
        for _time in range(3):
            assert _ask(connection, through, MAPS).read()
    assert (proxy.counters().connections, proxy.counters().total) == (1, 3)


def test_kubectl_goes_through(apiserver: ControlPlane, proxy: Proxy) -> None:
    kubeconfig = proxy.kubeconfig.read_text()
    assert kubeconfig.replace(proxy.host, apiserver.host) == apiserver.kubeconfig.read_text()
    apiserver.kubectl(f"--kubeconfig={proxy.kubeconfig}", "get", "nodes")
    assert proxy.counters().resources["GET nodes"] == 1


def test_watches_stream_and_are_no_load(through: Api, direct: Api, proxy: Proxy) -> None:
    with _kept_alive(through) as connection:
        watch = _ask(connection, through, f"{MAPS}?watch=true&resourceVersion=0&fieldSelector=metadata.name=watched")
        direct.create(MAPS, _map("watched"))
        assert json.loads(watch.readline())["object"]["metadata"]["name"] == "watched"
    assert (proxy.counters().watches, proxy.counters().max_in_flight) == (1, 0)


def test_delay(through: Api, proxy: Proxy) -> None:
    proxy.delay(200)
    begin = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: through.ready(), range(4)))
    assert 0.2 <= time.monotonic() - begin < 0.8, "each is delayed, not one behind the other"
    assert proxy.counters().max_in_flight == 4


def test_status_comes_in_the_servers_place(through: Api, direct: Api, proxy: Proxy) -> None:
    proxy.fault("status", status=429, retry_after="1", methods=["POST"], skip=1, every=2, times=1)
    names = ["first", "second", "third", "fourth", "fifth"]
    statuses = [through.request("POST", MAPS, _map(f"status-{name}"))[0] for name in names]
    assert statuses == [201, 201, 429, 201, 201]
    assert direct.get(f"{MAPS}/status-third") is None
    proxy.fault("status", status=503, retry_after="7", match="/readyz")
    with _kept_alive(through) as connection:
        answer = _ask(connection, through, "/readyz")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
        assert json.loads(answer.read())["reason"] == "ServiceUnavailable"
    proxy.clear()
    assert through.ready()


def test_reset_before_the_server_knows(through: Api, direct: Api, proxy: Proxy) -> None:
    proxy.fault("reset_before", times=1)
    with pytest.raises(ConnectionResetError):
        through.create(MAPS, _map("never"))
    assert direct.get(f"{MAPS}/never") is None
    assert [(each.status, each.fault) for each in proxy.requests()] == [(0, "reset_before")]


def test_reset_after_the_server_has_applied(through: Api, direct: Api, proxy: Proxy) -> None:
    proxy.fault("reset_after", times=1)
    with pytest.raises(ConnectionResetError):
        through.create(MAPS, _map("applied"))
    assert direct.get(f"{MAPS}/applied") is not None


def test_hang(through: Api, proxy: Proxy) -> None:
    proxy.fault("hang", match="/readyz")
    with _kept_alive(through, timeout=0.5) as connection, pytest.raises(TimeoutError):
        _ask(connection, through, "/readyz")
    failures: list[Exception] = []

    def wait() -> None:
        with _kept_alive(through, timeout=30) as connection:
            try:
                _ask(connection, through, "/readyz")
            except ConnectionResetError as error:
                failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    eventually(lambda: proxy.counters().total == 2, "the second request hangs")
    proxy.clear()
    thread.join(10)
    assert len(failures) == 1, "a clear ends what hangs"


def test_truncate(through: Api, proxy: Proxy) -> None:
    proxy.fault("truncate", match=MAPS)
    with _kept_alive(through) as connection, pytest.raises(http.client.IncompleteRead):
        _ask(connection, through, MAPS).read()


def test_an_unknown_fault_is_refused(proxy: Proxy) -> None:
    with pytest.raises(ControlPlaneError, match="explode"):
        proxy.fault("explode")
    with pytest.raises(ControlPlaneError, match="status 0"):
        proxy.fault("status")
