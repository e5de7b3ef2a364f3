"""ApplicationSets that are all right, and the exceptions of their table."""

from __future__ import annotations

from typing import Any

from .lab import REPOSITORY, Manifest


def template(**spec: Any) -> dict[str, Any]:
    """Options of a template with a Go template's braces."""
    return {
        "metadata": {"name": "shop-{{ .stage }}"},
        "spec": {
            "project": "default",
            "source": {"repo_url": REPOSITORY, "path": "deploy/{{ .stage }}"},
            "destination": {"name": "in-cluster", "namespace": "shop"},
            **spec,
        },
    }


def stages(*names: str) -> dict[str, Any]:
    """A generator with one element for each name."""
    return {"list": {"elements": [{"stage": name} for name in names]}}


def application_set(name: str, **options: Any) -> dict[str, Any]:
    """Options of an ApplicationSet that is all right."""
    whole = {"name": name, "go_template": True, "generators": [stages("test")], "template": template()}
    return {**whole, **options}


def spec(**fields: Any) -> Manifest:
    """The spec of the same ApplicationSet in the words of the CRD."""
    return {
        "goTemplate": True,
        "generators": [stages("test")],
        "template": {
            "metadata": {"name": "shop-{{ .stage }}"},
            "spec": {
                "project": "default",
                "source": {"repoURL": REPOSITORY, "path": "deploy/{{ .stage }}"},
                "destination": {"name": "in-cluster", "namespace": "shop"},
            },
        },
        **fields,
    }
