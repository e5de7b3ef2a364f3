"""The examples of argocd_repository run, as they stand, with ansible-playbook on a real API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.tiphys.gitops.plugins.modules.argocd_repository import EXAMPLES
from tests.support.lab import REPOSITORY_SECRET, Lab
from tests.support.playbook import registered
from tests.support.repositories import data, pem

MODULE = "tiphys.gitops.argocd_repository"
VAULT = {
    **{f"vault_{name}": pem("PRIVATE KEY") for name in ("github_app_key", "shop_deploy_key")},
    **{f"vault_{name}": "x" for name in ("github_token", "charts_password", "registry_password", "git_token")},
}


def test_examples(lab: Lab, tmp_path: Path) -> None:
    secrets = lab.of(REPOSITORY_SECRET)
    labels = {"team": "shop", "argocd.argoproj.io/secret-type": "repository"}
    secrets.post("old", {"metadata": {"labels": labels}, "stringData": {"url": "https://git.example.org/old"}})
    defaults: dict[str, Any] = {"module_defaults": {MODULE: {"namespace": lab.namespace}}, "vars": VAULT}
    tasks = [{**task, **defaults} for task in yaml.safe_load(EXAMPLES)]
    for expected in (
        [{"created": 1}, {"created": 1}, {"created": 3, "deleted": 1}, {"created": 1}, {}, {"deleted": 1}],
        [{"created": 1}, {"unchanged": 1}, {"unchanged": 3}, {"unchanged": 1}, {}, {"deleted": 1}],
    ):
        results = registered(tasks, tmp_path, environment={"K8S_AUTH_KUBECONFIG": str(lab.plane.kubeconfig)})
        counted = [{key: count for key, count in one.get("summary", {}).items() if count} for one in results]
        assert counted == expected
    rendered = yaml.safe_load((tmp_path / "my-service-repository.yaml").read_text())
    assert data(rendered) == {
        "url": "https://github.com/myorg/my-service",
        "username": "argocd",
        "password": VAULT["vault_github_token"],
    }
    assert sorted(data(live)["url"] for live in secrets.all().values()) == [
        "git@github.com:myorg/shop.git",
        "https://charts.example.com",
        "https://git.example.com/platform/monorepo.git",
        "https://github.com/myorg",
        "oci://registry.example.com/shop/manifests",
    ]
