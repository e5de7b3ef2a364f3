# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of an Application's workloads when it is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..cluster.engine import BeforeDelete
from ..manifests.application import CASCADE
from ..manifests.application_rules import RESOURCES_FINALIZER
from ..plan.kind import Manifest
from ..plan.plan import Change


def cascading(options: Mapping[str, Any]) -> BeforeDelete:
    """Give what sets an Application's finalizer, right before its deletion, to what ``cascade`` says.

    The ``cascade`` of an item of ``applications`` goes before the task's. Without either the finalizer stays as it is.
    """
    items = options.get("applications") or []
    own = {(item.get("namespace") or options["namespace"], item.get("name")): item.get("cascade") for item in items}

    def patch(change: Change) -> Manifest | None:
        cascade = own.get((change.namespace, change.name)) or options.get("cascade")
        if not cascade:
            return None
        kept = [one for one in change.finalizers if not one.startswith(RESOURCES_FINALIZER)]
        wanted = CASCADE[cascade]
        finalizers = [*kept, wanted] if wanted else kept
        return None if finalizers == list(change.finalizers) else {"metadata": {"finalizers": finalizers}}

    return patch
