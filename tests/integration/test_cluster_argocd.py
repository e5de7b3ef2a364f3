"""With a real Argo CD and a second Kubernetes: what argocd_cluster registers can be deployed to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from tests.controlplane import Cluster, ControlPlane, eventually
from tests.support.argocd_api import ArgoCD
from tests.support.workshop import Workshop, workshop

MODULE = "argocd_cluster"
WAIT = 120


def greeting(word: str) -> dict[str, str]:
    return {"deploy/greeting.yaml": json.dumps({**GREETING, "data": {"word": word}})}


GREETING: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting"}}


@contextmanager
def away(controlplane: Cluster, neighbour: ControlPlane) -> Iterator[Workshop]:
    """A workshop whose clusters and namespaces on the other cluster are gone afterwards, too."""
    with workshop(controlplane, greeting("hello")) as place:
        try:
            yield place
        finally:
            place.clean()
            place.run_other(MODULE, {"server": neighbour.host, "state": "absent", "orphan_applications": True})
            neighbour.kubectl("delete", "namespace", f"{place.name}-web", "--ignore-not-found", "--wait=false")


def application(place: Workshop, **destination: str) -> dict[str, Any]:
    options = place.application("web", "deploy", cascade="foreground", wait=True, wait_timeout=WAIT)
    return {**options, "destination": {"namespace": f"{place.name}-web", **destination}}


def word(place: Workshop, neighbour: ControlPlane) -> str:
    """What the object says that was deployed to the other cluster."""
    return neighbour.kubectl("get", "configmap", "greeting", f"-n{place.name}-web", "-o=jsonpath={.data.word}")


def deploys(place: Workshop, neighbour: ControlPlane, said: str, **destination: str) -> None:
    """A commit gets to the other cluster."""
    commit = place.push(greeting(said))
    result = place.run({**application(place, **destination), "wait_revision": commit}, timeout=WAIT + 30)
    (state,) = result["applications"]
    assert (state["sync"], state["health"]) == ("Synced", "Healthy")
    assert word(place, neighbour) == said


def test_by_kubeconfig_rotated_and_removed(controlplane: Cluster, neighbour: ControlPlane) -> None:
    with away(controlplane, neighbour) as place:
        account = {"kubeconfig": str(neighbour.kubeconfig), "service_account": f"argocd-{place.name}"}
        options = {"from_kubeconfig": account, "name": place.name}

        def token() -> str:
            secrets = json.loads(neighbour.kubectl("get", "secrets", "-n", "kube-system", "-o", "json"))["items"]
            own = [one for one in secrets if one["metadata"]["name"].startswith(account["service_account"])]
            (secret,) = own
            return base64.b64decode(secret["data"]["token"]).decode()

        place.run_other(MODULE, options)
        place.run(application(place, server=neighbour.host), timeout=WAIT + 30)
        assert word(place, neighbour) == "hello"
        assert place.run_other(MODULE, options)["changed"] is False
        first = token()
        assert knows(neighbour, first)
        place.run_other(MODULE, {**options, "rotate_credentials": True})
        eventually(lambda: not knows(neighbour, first), "the old token is refused", 60)
        deploys(place, neighbour, "again", server=neighbour.host)

        gone = {**options, "state": "absent"}
        for check in (True, False):
            refused = place.run_other(MODULE, gone, check=check, fails=True)
            assert f"1 Application deploys there by server {neighbour.host}: argocd/{place.name}-web" in refused["msg"]
        assert knows(neighbour, token())
        place.run({"name": f"{place.name}-web", "state": "absent", "cascade": "foreground", "wait": True})
        assert neighbour.kubectl("get", "configmap", "greeting", f"-n{place.name}-web", "--ignore-not-found") == ""
        assert place.run_other(MODULE, gone)["summary"]["deleted"] == 5
        kinds = "serviceaccounts,secrets,clusterroles,clusterrolebindings"
        left = neighbour.kubectl("get", kinds, "-n", "kube-system", "-o", "name")
        assert account["service_account"] not in left


def knows(neighbour: ControlPlane, token: str) -> bool:
    """Whether the other cluster accepts a token."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    how = ("create", "--filename=-", "-o=jsonpath={.status.authenticated}")
    return neighbour.kubectl(*how, stdin=json.dumps(review)) == "true"


def test_by_token_by_certificate_and_by_name(controlplane: Cluster, neighbour: ControlPlane) -> None:
    with away(controlplane, neighbour) as place:
        account = f"by-hand-{place.name}"
        neighbour.kubectl("create", "serviceaccount", account, "-n", "default")
        admin = ("--clusterrole=cluster-admin", f"--serviceaccount=default:{account}")
        neighbour.kubectl("create", "clusterrolebinding", account, *admin)
        authority = neighbour.ca_file.read_text()
        token = neighbour.token_secret("default", account, account)
        options: dict[str, Any] = {"server": f"{neighbour.host}/", "name": place.name}
        tls = {"ca_data": authority}
        place.run_other(MODULE, {**options, "config": {"bearer_token": token, "tls_client_config": tls}})
        deploys(place, neighbour, "by token", name=place.name)
        neighbour.kubectl("delete", "clusterrolebinding", account)
        neighbour.kubectl("delete", "serviceaccount", account, "-n", "default")

        files = {name: (neighbour.credentials / f"client.{name}").read_bytes() for name in ("crt", "key")}
        tls |= {"cert_data": files["crt"].decode(), "key_data": base64.b64encode(files["key"]).decode()}
        options["config"] = {"tls_client_config": tls}
        changed = place.run_other(MODULE, options)
        assert [one["fields"] for one in changed["changes"]] == [["data.config"]]
        deploys(place, neighbour, "by certificate", name=place.name)
        renamed = place.run_other(MODULE, {**options, "name": f"{place.name}-new"}, fails=True)
        assert f"deploys there by name {place.name}: argocd/{place.name}-web" in renamed["msg"]


def test_with_what_argocd_server_writes(controlplane: Cluster, neighbour: ControlPlane, argocd: ArgoCD) -> None:
    with away(controlplane, neighbour) as place:
        tls = {"caData": base64.b64encode(neighbour.ca_file.read_bytes()).decode()}
        config = {"bearerToken": neighbour.token, "tlsClientConfig": tls}
        server, name = neighbour.host, place.name
        argocd.call("POST", "/api/v1/clusters", {"server": server, "name": name, "config": config})
        options: dict[str, Any] = {"server": server, "name": name}
        options["config"] = {"bearer_token": neighbour.token, "tls_client_config": {"ca_data": tls["caData"]}}
        (adopted,) = place.run_other(MODULE, options)["changes"]
        assert adopted["action"] == "updated"
        assert place.run_other(MODULE, options)["changed"] is False
        argocd.call("POST", f"/api/v1/clusters/{quote(server, safe='')}/invalidate-cache", {})
        assert place.run_other(MODULE, options)["changed"] is False

        def state() -> str:
            clusters = argocd.call("GET", "/api/v1/clusters")["items"]
            (own,) = [one for one in clusters if one["name"] == name]
            return str(own.get("info", {}).get("connectionState", {}).get("status"))

        eventually(lambda: state() in ("Successful", "Unknown"), "argocd-server knows it", 30)
        argocd.call("DELETE", f"/api/v1/clusters/{quote(server, safe='')}")
        assert place.get("secret", adopted["name"]) is None
        assert place.run_other(MODULE, options)["summary"]["created"] == 1
