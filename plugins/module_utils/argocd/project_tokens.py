# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens that argocd-server issued for the roles of a project.

It keeps a list of them in ``status.jwtTokensByRole``, which alone decides whether a token is valid, and a copy in
``spec.roles[].jwtTokens``; whenever it writes the project it completes each from the other and forgets the tokens of
roles that are gone (syncJWTTokenBetweenStatusAndSpec in app_project_types.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..manifests.project import TOKENS
from ..plan.kind import Manifest


def with_live_tokens(desired: Manifest, live: Mapping[str, Any]) -> Manifest:
    """Let the desired roles keep the tokens of the live ones: the API server replaces their list as a whole."""
    tokens = {role.get("name"): role[TOKENS] for role in _roles(live) if role.get(TOKENS)}
    roles = _roles(desired)
    if not any(role.get("name") in tokens for role in roles):
        return desired
    kept = [{**role, TOKENS: tokens[role["name"]]} if role.get("name") in tokens else role for role in roles]
    return {**desired, "spec": {**desired["spec"], "roles": kept}}


def lost_tokens(desired: Manifest | None, live: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Give (role, number of its tokens) for each live role that a desired project, or none, is without."""
    kept = {role.get("name") for role in _roles(desired or {})}
    for role in _roles(live):
        name = str(role.get("name") or "")
        if name not in kept:
            count = len(_ids(role.get(TOKENS)) | _ids(_issued(live, name)))
            if count:
                yield name, count


def _roles(project: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    roles = (project.get("spec") or {}).get("roles")
    return [role for role in roles if isinstance(role, Mapping)] if isinstance(roles, list) else []


def _issued(live: Mapping[str, Any], role: str) -> Any:
    return (((live.get("status") or {}).get("jwtTokensByRole") or {}).get(role) or {}).get("items")


def _ids(tokens: Any) -> set[str]:
    """Give what tells tokens apart; an old one has no ID but only the time when it was issued."""
    return {str(token.get("id") or token.get("iat")) for token in tokens or ()}
