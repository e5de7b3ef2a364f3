# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses what is to be deleted: the parts that every guard of such a deletion needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Callable

from ..cluster.objects import Objects, Slim
from ..cluster.session import ApiError, Session
from ..plan.kind import Kind, Manifest

Warn = Callable[[str], object]

SHOWN = 3
"""So many users are named that stand against a deletion; the others are counted."""


def everywhere(session: Session, kind: Kind, namespaces: Iterable[str], slim: Slim, warn: Warn) -> list[Manifest]:
    """Give all objects of a kind; of these namespaces only, where the session may not list those of the cluster.

    Whoever runs the task is warned then: somebody who uses what is to be deleted may not have been seen.
    """
    namespaces = list(namespaces)
    try:
        return _listed(session, kind, "", slim)
    except ApiError as error:
        if error.status != 403:
            raise
    warn(
        f"The connection may list {kind.plural} in {', '.join(namespaces)} only. Those of other namespaces that use "
        "what is to be deleted were not seen; grant it to list them in all namespaces to be safe."
    )
    return [one for namespace in namespaces for one in _listed(session, kind, namespace, slim)]


def _listed(session: Session, kind: Kind, namespace: str, slim: Slim) -> list[Manifest]:
    return [one for page in Objects(session, kind).pages(namespace, slim=slim) for one in page["items"]]


def some_of(users: Sequence[str]) -> str:
    """Name the first few, and count the others."""
    return ", ".join(users[:SHOWN]) + (f" and {len(users) - SHOWN} more" if len(users) > SHOWN else "")
