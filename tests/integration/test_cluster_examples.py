"""The examples of argocd_cluster run, as they stand, with ansible-playbook on a real API server."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture
def spaces(apiserver: ControlPlane) -> Iterator[None]:
    """Namespaces that an example names."""
    for space in SPACES:
        apiserver.kubectl("create", "namespace", space)
    yield
    apiserver.kubectl("delete", "namespace", *SPACES, "--wait=false")


@pytest.mark.usefixtures("spaces")
def test_examples(lab: Lab, tmp_path: Path) -> None:
    kubeconfig = yaml.safe_load(lab.plane.kubeconfig.read_text())
    kubeconfig["contexts"][0]["name"] = kubeconfig["current-context"] = "prod-admin"
    (tmp_path / "prod.kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    defaults: dict[str, Any] = {"module_defaults": {MODULE: {"namespace": lab.namespace}}, "vars": VARIABLES}
    tasks = [{**task, **defaults} for task in yaml.safe_load(EXAMPLES)]
    taken_over = {"created": 4, "updated": 1}
    at_the_end = [{"unchanged": 5}, {"deleted": 5}, {"unchanged": 1}, {}]
    for expected in (
        [{"created": 1}, {"created": 2}, {"created": 1}, taken_over, {"created": 7}, *at_the_end],
        [{"created": 1}, {"unchanged": 2}, {"unchanged": 1}, taken_over, {"unchanged": 7}, *at_the_end],
    ):
        results = registered(tasks, tmp_path, environment={"K8S_AUTH_KUBECONFIG": str(lab.plane.kubeconfig)})
        counted = [{key: count for key, count in one.get("summary", {}).items() if count} for one in results]
        assert counted == expected
    rendered = yaml.safe_load((tmp_path / "prod.yaml").read_text())
    assert data(rendered)["server"] == "https://prod.example.com:6443"
    names = {data(live).get("name") for live in lab.of(CLUSTER_SECRET).all().values()}
    assert names == {"shop-staging", "shop-production", "in-cluster", "prod-shop"}
