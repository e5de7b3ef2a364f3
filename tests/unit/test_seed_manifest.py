"""The Application manifests that this collection started from: they come out of options letter by letter."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.module import run_module

SEED = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: my-service
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://github.com/myorg/my-service
    targetRevision: HEAD
    path: k8s/overlays/production
  destination:
    server: https://kubernetes.default.svc
    namespace: production
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
      allowEmpty: false
    syncOptions:
    - Validate=true
    - CreateNamespace=true
    - PrunePropagationPolicy=foreground
    - PruneLast=true
    retry:
      limit: 5
      backoff:
        duration: 5s
        factor: 2
        maxDuration: 3m
"""
OPTIONS = {
    "name": "my-service",
    "project": "default",
    "source": {
        "repo_url": "https://github.com/myorg/my-service",
        "target_revision": "HEAD",
        "path": "k8s/overlays/production",
    },
    "destination": {"server": "https://kubernetes.default.svc", "namespace": "production"},
    "sync_policy": {
        "automated": {"prune": True, "self_heal": True, "allow_empty": False},
        "sync_options": [
            "Validate=true",
            "CreateNamespace=true",
            "PrunePropagationPolicy=foreground",
            "PruneLast=true",
        ],
        "retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "max_duration": "3m"}},
    },
}

# What ArgoCDApplication::to_yaml writes, in Rust's format! syntax, without the empty line it begins with.
SMALL = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {}
  namespace: {}
spec:
  project: default
  source:
    repoURL: {}
    targetRevision: {}
    path: {}
  destination:
    server: {}
    namespace: {}
  syncPolicy:
    automated:
      prune: {}
      selfHeal: {}
"""


def rendered(options: dict[str, Any]) -> tuple[Any, str]:
    result = run_module("argocd_application", {"state": "rendered", **options})
    assert result["changed"] is False
    (manifest,) = result["manifests"]
    return manifest, result["yaml"]


def test_seed() -> None:
    manifest, text = rendered(OPTIONS)
    assert manifest == yaml.safe_load(SEED)
    assert text == SEED


def test_seed_comes_back_from_a_file(tmp_path: Any) -> None:
    file = tmp_path / "application.yaml"
    file.write_text(SEED)
    manifest, text = rendered({"src": str(file)})
    assert manifest == yaml.safe_load(SEED)
    assert text == SEED


@pytest.mark.parametrize(("prune", "self_heal"), [(True, True), (False, True), (False, False)])
def test_small_form(prune: bool, self_heal: bool) -> None:
    repository, server = "https://github.com/myorg/shop", "https://kubernetes.default.svc"
    places = ("shop", "argocd", repository, "v1.2.3", "deploy/prod", server, "prod")
    expected = SMALL.format(*places, *(str(flag).lower() for flag in (prune, self_heal)))
    manifest, text = rendered(
        {
            "name": "shop",
            "namespace": "argocd",
            "source": {"repo_url": repository, "target_revision": "v1.2.3", "path": "deploy/prod"},
            "destination": {"server": server, "namespace": "prod"},
            "sync_policy": {"automated": {"prune": prune, "self_heal": self_heal}},
        }
    )
    assert manifest == yaml.safe_load(expected)
    assert text == expected
