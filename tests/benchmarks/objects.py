"""The Applications of the benchmark: about 1 kB of YAML each, none like another; and what Argo CD makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import yaml

_TEMPLATE = Template("""\
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-$number
  namespace: $namespace
  labels:
    app.kubernetes.io/part-of: shop
    team: team-$number
spec:
  project: default
  source:
    repoURL: https://git.example.com/shop/service-$number.git
    targetRevision: $revision
    path: deploy/overlays/production
    helm:
      releaseName: shop-$number
      valueFiles:
        - values.yaml
        - values-production.yaml
      parameters:
        - name: image.tag
          value: "1.2.$number"
        - name: replicaCount
          value: "3"
          forceString: true
  destination:
    server: https://kubernetes.default.svc
    namespace: shop-$number
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    syncOptions:
      - CreateNamespace=true
      - PruneLast=true
    retry:
      limit: 5
      backoff:
        duration: 5s
        factor: 2
        maxDuration: 3m
  ignoreDifferences:
    - group: apps
      kind: Deployment
      jsonPointers:
        - /spec/replicas
""")


def texts(count: int, namespace: str, changed: int = 0) -> Iterator[str]:
    """Each Application as a YAML document, the first `changed` of them at another revision than usual."""
    for index in range(count):
        yield _TEMPLATE.substitute(
            number=f"{index:05}", namespace=namespace, revision="v2.0.0" if index < changed else "v1.0.0"
        )


def write(file: Path, count: int, namespace: str, changed: int = 0) -> None:
    """Write them to one file."""
    with file.open("w") as stream:
        stream.writelines(texts(count, namespace, changed))


def bodies(count: int, namespace: str, resources: int = 0) -> Iterator[tuple[str, bytes]]:
    """Name and JSON text of each; with `resources` (the number of those deployed) as it is in use."""
    for number, text in enumerate(texts(count, namespace)):
        manifest = yaml.load(text, yaml.CSafeLoader)
        if resources:
            manifest["status"] = status(manifest, number, resources)
        yield manifest["metadata"]["name"], json.dumps(manifest, separators=(",", ":")).encode()


def status(manifest: dict[str, Any], number: int, resources: int) -> dict[str, Any]:
    """What Argo CD writes into an Application that was synced: about 0.4 kB for each resource."""
    revision, when, source = f"{number:040x}", "2026-11-20T09:30:00Z", manifest["spec"]["source"]
    of = {"group": "apps", "version": "v1", "kind": "Deployment", "namespace": f"shop-{number:05}", "status": "Synced"}
    deployed = [{**of, "name": f"shop-{number:05}-part-{part}"} for part in range(resources)]
    done = {"hookPhase": "Running", "syncPhase": "Sync"}
    synced = [{**each, **done, "message": f"deployment.apps/{each['name']} configured"} for each in deployed]
    past = [{"id": turn, "revision": f"{turn:040x}", "deployedAt": when, "source": source} for turn in range(10)]
    operation = {"phase": "Succeeded", "message": "successfully synced (all tasks run)", "operation": {}}
    result = {"revision": revision, "source": source, "resources": synced}
    return {
        "sync": {
            "status": "Synced" if number % 10 else "OutOfSync",
            "revision": revision,
            "comparedTo": {"source": source, "destination": manifest["spec"]["destination"]},
        },
        "health": {"status": "Healthy" if number % 7 else "Degraded"},
        "operationState": {**operation, "startedAt": when, "finishedAt": when, "syncResult": result},
        "resources": [{**each, "health": {"status": "Healthy"}} for each in deployed],
        "history": past,
        "summary": {"images": [f"registry.example.com/shop/part-{part}:1.2.3" for part in range(10)]},
        "sourceType": "Helm",
        "reconciledAt": when,
    }
