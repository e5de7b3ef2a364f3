# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users declare repositories and credential templates, and which Secrets hold them already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from .._errors import refuse
from .._gather import Declaration
from ..cluster.objects import Objects
from ..cluster.session import Session
from ..manifests.repository import OPTIONS, PREFIXES, TEMPLATES, from_options, secret_name, secret_type, texts
from ..manifests.repository_rules import METHODS, problems
from ..manifests.secret import SECRET_TYPE, decoded
from ..manifests.urls import normalized, shown
from ..plan.kind import Manifest
from .kinds import credentials

REPOSITORY = replace(
    credentials(*PREFIXES),
    exclusive=(tuple(("data", key) for key in METHODS),),
    same_values={
        ("data", "useAzureWorkloadIdentity"): lambda value: decoded(value).lower() in ("true", "t", "1") or None
    },
)
"""A way to log in that somebody else left in the Secret goes when ours comes: Argo CD might prefer it. One that is said
not to be used is none."""

REPOSITORIES = Declaration(
    REPOSITORY,
    OPTIONS,
    "repositories",
    from_options,
    problems,
    identity="url",
    noun="repository",
    shown=shown,
)


class Identity(NamedTuple):
    """What tells repositories and templates apart (getRepositorySecret in util/db/repository_secrets.go)."""

    type: str
    url: str
    project: str

    def __str__(self) -> str:
        return f"{self.type} {shown(self.url)}" + (f" of project {self.project}" if self.project else "")


def identity(secret: Mapping[str, object]) -> Identity:
    """Give the identity of what a Secret holds."""
    data, kind = texts(secret), secret_type(secret)
    return Identity(kind, normalized(data.get("url", "")), "" if kind in TEMPLATES else data.get("project", ""))


def resolved(session: Session, desired: Iterable[Manifest], *, absent: bool) -> list[Manifest]:
    """Give the manifests with the names of the Secrets in which the cluster has them already.

    Raises when several have one, or one that is not the Secret that the task names, or when that has another one. Only
    a Secret that the task itself names may get another repository.
    """
    manifests = list(desired)
    known = {space: _known(session, space) for space in {one["metadata"]["namespace"] for one in manifests}}
    found: list[str] = []
    named = []
    seen: set[tuple[str, Identity]] = set()
    for manifest in manifests:
        meta, what = manifest["metadata"], identity(manifest)
        if (meta["namespace"], what) in seen:
            found.append(f"repository {shown(what.url)}: is named twice; Argo CD takes these spellings for the same")
        seen.add((meta["namespace"], what))
        holders = known[meta["namespace"]].get(what, [])
        chosen = meta["name"] != secret_name(what.type, texts(manifest))
        if not holders or meta["name"] in holders:
            other = next((one for one, names in known[meta["namespace"]].items() if meta["name"] in names), what)
            if what.url and other != what and (absent or not chosen):
                found.append(
                    f"repository {shown(what.url)}: Secret {meta['namespace']}/{meta['name']} holds {other} and not "
                    f"{what}; {'give url and secret_name of one repository' if absent else 'set another secret_name'}"
                )
            named.append(manifest)
        elif len(holders) == 1 and not chosen:
            named.append({**manifest, "metadata": {**meta, "name": holders[0]}})
        else:
            held = f"Secret {' and '.join(sorted(holders))} of namespace {meta['namespace']}"
            found.append(f"repository {shown(what.url)}: is in {held} already; set secret_name to that")
    refuse(found)
    return named


def _known(session: Session, namespace: str) -> dict[Identity, list[str]]:
    """Give the names of the Secrets that hold repositories or templates, by what they hold."""
    names: dict[Identity, list[str]] = {}
    for page in Objects(session, REPOSITORY).pages(namespace, selector=f"{SECRET_TYPE} in ({','.join(PREFIXES)})"):
        for live in page["items"]:
            names.setdefault(identity(live), []).append(live["metadata"]["name"])
    return names
