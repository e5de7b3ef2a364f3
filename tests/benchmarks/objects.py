"""The Applications of the benchmark: about 1 kB of YAML each, none like another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from string import Template

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


def bodies(count: int, namespace: str) -> list[tuple[str, bytes]]:
    """Name and JSON text of each."""
    manifests = (yaml.load(text, yaml.CSafeLoader) for text in texts(count, namespace))
    return [(each["metadata"]["name"], json.dumps(each, separators=(",", ":")).encode()) for each in manifests]
