# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that stand in a ConfigMap of Argo CD themselves, where ``$KEY`` should point to one.

Only keys that describe a connection to elsewhere can hold any: ``dex.config`` and ``oidc.config`` of argocd-cm, and the
services of notifications.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._errors import GitopsError
from .document import parse

_CONNECTION = re.compile(r"dex\.config|oidc\.config|service\..+")
_SECRET_NAME = re.compile(r"(secret|password|passwd|token|bindpw|api-?_?key)s?$", re.IGNORECASE)


def is_connection(key: str) -> bool:
    """Say whether secrets belong to what a key describes."""
    return bool(_CONNECTION.fullmatch(key))


def in_value(key: str, value: Any) -> set[str]:
    """Give the secrets that the value of a key holds: YAML text, or what it says."""
    if not is_connection(key):
        return set()
    try:
        nodes = list(parse(value, "")) if isinstance(value, str) else [value]
    except GitopsError:  # whatever it is, Argo CD cannot read it either
        return set()
    return set().union(*map(_in_node, nodes))


def in_values(values: Any) -> set[str]:
    """Give the secrets that the values of some keys hold."""
    if not isinstance(values, Mapping):
        return set()
    return set().union(*(in_value(str(key), value) for key, value in values.items()))


def _in_node(node: Any, named: bool = False) -> set[str]:
    if isinstance(node, Mapping):
        return set().union(*(_in_node(item, bool(_SECRET_NAME.search(str(key)))) for key, item in node.items()))
    if isinstance(node, list):
        return set().union(*(_in_node(item, named) for item in node))
    return {str(node)} if named and node and node is not True and not str(node).startswith("$") else set()
