"""Projects for tests."""

from __future__ import annotations

from typing import Any

from .lab import REPOSITORY


def project(name: str, **options: Any) -> dict[str, Any]:
    """Options of a project that is all right."""
    return {
        "name": name,
        "source_repos": [REPOSITORY],
        "destinations": [{"name": "production", "namespace": "shop"}],
        **options,
    }


def role(project: str, name: str, **options: Any) -> dict[str, Any]:
    """A role that may read the project's Applications."""
    return {"name": name, "policies": [f"p, proj:{project}:{name}, applications, get, {project}/*, allow"], **options}
