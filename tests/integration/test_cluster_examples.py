"""The examples of argocd_cluster run, as they stand, with ansible-playbook on a real API server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.modules.argocd_cluster import EXAMPLES
from tests.controlplane import ControlPlane
from tests.support.lab import CLUSTER_SECRET, Lab
from tests.support.playbook import registered
from tests.support.repositories import data, pem

MODULE = "tiphys.gitops.argocd_cluster"
VARIABLES = {"prod_token": "token-0123456789", "prod_authority": pem("CERTIFICATE")}
SPACES = ("shop", "shop-jobs")
SECOND = ("staging", "testing")
ACCOUNT = "argocd-manager-second"


@pytest.fixture
def spaces(apiserver: ControlPlane) -> Iterator[None]:
    """Namespaces that an example names."""
    for space in SPACES:
        apiserver.kubectl("create", "namespace", space)
    yield
    apiserver.kubectl("delete", "namespace", *SPACES, "--wait=false")
    apiserver.kubectl("delete", "clusterrole", f"{ACCOUNT}-role")
    apiserver.kubectl("delete", "clusterrolebinding", f"{ACCOUNT}-role-binding")
    apiserver.kubectl("delete", "serviceaccount", "-nkube-system", ACCOUNT)


def counted(result: Mapping[str, Any]) -> Any:
    """What a task did, or what it did for each item of its loop."""
    if "results" in result:
        return [counted(one) for one in result["results"]]
    return {key: count for key, count in result.get("summary", {}).items() if count}


@pytest.mark.usefixtures("spaces")
def test_examples(lab: Lab, tmp_path: Path) -> None:
    kubeconfig = yaml.safe_load(lab.plane.kubeconfig.read_text())
    kubeconfig["contexts"][0]["name"] = kubeconfig["current-context"] = "prod-admin"
    (tmp_path / "prod.kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    kubeconfig["contexts"] = [{**kubeconfig["contexts"][0], "name": name} for name in SECOND]
    (tmp_path / "second.kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    defaults: dict[str, Any] = {"module_defaults": {MODULE: {"namespace": lab.namespace}}, "vars": VARIABLES}
    tasks = [{**task, **defaults} for task in yaml.safe_load(EXAMPLES)]
    taken_over = {"created": 4, "updated": 1}
    at_the_end = [{"deleted": 5}, {"unchanged": 1}, {}]
    same = {"unchanged": 5}
    first, second = [{"created": 5}, {"created": 1, "unchanged": 4}], [same, same]
    for expected in (
        [{"created": 1}, {"created": 2}, {"created": 1}, taken_over, {"created": 7}, same, first],
        [{"created": 1}, {"unchanged": 2}, {"unchanged": 1}, taken_over, {"unchanged": 7}, same, second],
    ):
        results = registered(tasks, tmp_path, environment={"K8S_AUTH_KUBECONFIG": str(lab.plane.kubeconfig)})
        assert [counted(one) for one in results] == [*expected, *at_the_end]
    rendered = yaml.safe_load((tmp_path / "prod.yaml").read_text())
    assert data(rendered)["server"] == "https://prod.example.com:6443"
    names = {data(live).get("name") for live in lab.of(CLUSTER_SECRET).all().values()}
    assert names == {"shop-staging", "shop-production", "in-cluster", "prod-shop", *SECOND}
