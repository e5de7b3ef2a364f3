"""Repositories for tests of argocd_repository."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from .lab import REPOSITORY

LABEL = "argocd.argoproj.io/secret-type"


def repository(password: str = "open: sesame/ü", **options: Any) -> dict[str, Any]:  # noqa: S107
    """Options of a repository that is all right."""
    return {"url": REPOSITORY, "credentials": {"username": "shopper", "password": password}, **options}


def data(live: Mapping[str, Any]) -> dict[str, str]:
    """What is in a Secret."""
    return {key: base64.b64decode(value).decode() for key, value in (live.get("data") or {}).items()}


def pem(label: str, inside: str = "bm90aGluZw==") -> str:
    """Something in PEM form."""
    return f"-----BEGIN {label}-----\n{inside}\n-----END {label}-----\n"
