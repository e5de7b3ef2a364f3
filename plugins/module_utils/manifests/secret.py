# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Secrets have in common by which Argo CD knows repositories and clusters."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Any

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label's name
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""What a Secret may be called, and a service account (IsDNS1123Subdomain in Kubernetes' validation)."""
MANAGED_BY = {"managed-by": "argocd.argoproj.io"}
"""With this annotation Argo CD deletes the Secret when somebody removes what it describes there. Without it, it takes
the label away and leaves the credentials behind (util/db/secrets.go: deleteSecret)."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
COPIES = (
    LAST_APPLIED,
    "banzaicloud.com/last-applied",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff",
    "objectset.rio.cattle.io/applied",
)
"""Annotations in which tools keep the whole object as they were given it, its secrets with it."""


def encoded(text: str) -> str:
    """Give what stands in the ``data`` of a Secret for a text."""
    return b64encode(text.encode()).decode()


def decoded(value: Any) -> str:
    """Give the text behind a value in the ``data`` of a Secret, empty where there is none or no text."""
    try:
        return b64decode(value or "").decode()
    except (ValueError, TypeError):
        return ""


def hashed(text: str) -> int:
    """Give the 32-bit FNV-1a hash that Argo CD makes names of Secrets from."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 % 2**32
    return value
