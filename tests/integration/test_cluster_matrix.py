"""argocd_cluster registers, changes and removes clusters, says so rightly, and leaves alone what is right already."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.support.lab import CLUSTER_SECRET, Lab
from tests.support.matrix import Case, twelve_steps

MODULE = "argocd_cluster"
TOKEN = "token-of-prod-0123456789"
AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def cluster(name: str, **options: Any) -> dict[str, Any]:
    """Options of a cluster that is all right."""
    return {
        "server": f"https://{name}.example.org:6443",
        "name": name,
        "config": {"bearer_token": TOKEN, "tls_client_config": {"ca_data": AUTHORITY}},
        **options,
    }


def data(secret: dict[str, Any]) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


def test_one(lab: Lab) -> None:
    place = {"namespace": lab.namespace}
    case = Case(
        MODULE,
        create={**place, **cluster("prod", labels={"env": "production"})},
        modify={**place, **cluster("prod", labels={"env": "production"}, config={"bearer_token": TOKEN[::-1]})},
        delete={**place, "server": "https://prod.example.org:6443/", "state": "absent"},
        count=1,
        modified=1,
        reads=2,
        fields=("data.config",),
        asks=1,
    )
    created, modified, deleted = twelve_steps(case, lab.proxy)
    name = created["changes"][0]["name"]
    assert name.startswith("cluster-prod.example.org-")
    assert modified["diff"][0]["after"].startswith('data:\n  config: "(hidden, ')
    for result in (created, modified, deleted):
        assert TOKEN not in json.dumps(result)


def test_list(lab: Lab) -> None:
    names = [f"cluster-{number}" for number in range(12)]
    place = {"namespace": lab.namespace}
    case = Case(
        MODULE,
        create={**place, "clusters": [cluster(name) for name in names]},
        modify={**place, "clusters": [cluster(name, shard=1 if name < "cluster-4" else None) for name in names]},
        delete={**place, "clusters": [{"server": cluster(name)["server"]} for name in names], "state": "absent"},
        count=12,
        modified=6,
        reads=2,
        fields=("data.shard",),
        asks=1,
    )
    twelve_steps(case, lab.proxy)
    assert lab.of(CLUSTER_SECRET).all() == {}


def test_what_the_secret_holds(lab: Lab) -> None:
    clusters = lab.of(CLUSTER_SECRET)
    clusters.run(cluster("prod", namespaces=["shop", "web"], cluster_resources=True, project="shop", shard=0))
    (secret,) = clusters.all().values()
    config = {
        "bearerToken": TOKEN,
        "tlsClientConfig": {"insecure": False, "caData": base64.b64encode(AUTHORITY.encode()).decode()},
    }
    told = data(secret)
    assert json.loads(told.pop("config")) == config
    assert told == {
        "server": "https://prod.example.org:6443",
        "name": "prod",
        "namespaces": "shop,web",
        "clusterResources": "true",
        "project": "shop",
        "shard": "0",
    }
    assert secret["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "cluster"}
