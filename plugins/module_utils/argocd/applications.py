# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users declare Applications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._gather import Declaration
from ..manifests.application import OPTIONS, from_manifest, from_options
from ..manifests.application_rules import problems
from .kinds import APPLICATION


def _misplaced(options: Mapping[str, Any]) -> Iterator[str]:
    state = options["state"]
    if options.get("src") is not None and options.get("cascade") and state != "absent" and not options.get("prune"):
        yield "cascade: is given beside src; put finalizers into the manifests"
    if options.get("wait") and state == "rendered":
        yield "wait: goes with state present or absent, not rendered"


APPLICATIONS = Declaration(
    APPLICATION,
    OPTIONS,
    "applications",
    from_options,
    problems,
    from_manifest,
    shared=("cascade",),
    misplaced=_misplaced,
)
