# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users declare projects, and what they have to know of a change."""

from __future__ import annotations

from collections.abc import Iterator

from .._gather import Declaration
from ..manifests.project import OPTIONS, from_manifest, from_options
from ..manifests.project_openness import warnings as too_open
from ..manifests.project_roles import role_warnings
from ..manifests.project_rules import problems
from ..plan.kind import Manifest
from ..plan.plan import Change, located
from .kinds import PROJECT
from .project_tokens import lost_tokens
from .zones import known_zone


def _problems(manifest: Manifest, where: str) -> Iterator[str]:
    return problems(manifest, where, known_zone)


PROJECTS = Declaration(PROJECT, OPTIONS, "projects", from_options, _problems, from_manifest)


def warnings(manifest: Manifest) -> Iterator[str]:
    """Tell what Argo CD takes but what hardly anybody wants, as texts that begin with the project."""
    yield from too_open(manifest)
    for odd in role_warnings(manifest["spec"].get("roles") or []):
        yield f"{located(PROJECT.name, manifest['metadata']['namespace'], manifest['metadata']['name'])}: {odd}"


def revoked(change: Change) -> Iterator[str]:
    """Tell which tokens end with a change of a project: nobody can bring them back.

    Roles that others made stay when the task has none.
    """
    if change.action == "update" and "spec.roles" not in change.fields:
        return
    for role, count in lost_tokens(change.desired, change.live or {}):
        tokens = f"{count} tokens" if count > 1 else "1 token"
        yield f"{change.where}: its role {role} goes away and with it every right of the {tokens} issued for it"
