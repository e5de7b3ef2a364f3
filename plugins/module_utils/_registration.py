# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering clusters with Argo CD: the Secrets there."""

from __future__ import annotations

from collections.abc import Sequence

from ._module import Module, Result
from ._reconcile import carry_out, new_report, planned
from .argocd.cluster_guard import Watchman
from .argocd.clusters import CLUSTER, registered, resolved
from .plan.kind import Manifest


def register(module: Module, desired: Sequence[Manifest]) -> Result:
    """Make Argo CD know these clusters, or know them no more."""
    options = module.options
    session = module.session()
    known = registered(session, options["namespace"])
    watchman = Watchman(session, options["namespace"], known, orphan=options["orphan_applications"])
    plan = planned(module, CLUSTER, resolved(desired, known))
    return carry_out(module, session, [plan], guard=watchman, report=new_report(module, session.host)).result()
