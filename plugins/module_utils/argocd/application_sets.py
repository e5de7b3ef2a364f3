# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users declare ApplicationSets, and what becomes of the Applications of one that is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._gather import Declaration
from ..applicationsets.gotemplate import NAMES
from ..applicationsets.parser import parse
from ..applicationsets.values import TemplateError
from ..manifests.application_set import OPTIONS, from_manifest, from_options
from ..manifests.application_set_advice import advice, texts
from ..manifests.application_set_rules import problems
from ..plan.kind import Manifest
from ..plan.plan import located
from .kinds import APPLICATION_SET

CASCADE = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}
"""By what the option says, the propagationPolicy of the deletion (Application-Deletion.md of Argo CD)."""


def _problems(manifest: Manifest, where: str) -> Iterator[str]:
    yield from problems(manifest, where)
    if manifest["spec"].get("goTemplate"):
        for place, text in texts(manifest["spec"]):
            reason = _unreadable(text)
            if reason:
                yield f"{where}: {place}: {text.strip()[:60]!r} is no Go template: {reason}"


def _unreadable(text: str) -> str:
    """Say why Argo CD could not read a Go template; its functions are those of applicationset/utils/utils.go."""
    try:
        parse(text, NAMES)
    except TemplateError as error:
        unknown = "not defined" in str(error)
        return f"{error}" + ("; a parameter is written with a dot before it, as {{ .name }}" if unknown else "")
    return ""


def doubts(options: Mapping[str, Any], desired: Iterable[Manifest]) -> Iterator[str]:
    """Give what a user should be warned of before the ApplicationSets are written."""
    if options["state"] != "absent":
        for manifest in desired:
            meta = manifest["metadata"]
            for text in advice(manifest):
                yield f"{located(APPLICATION_SET.name, meta['namespace'], meta['name'])}: {text}"


def _misplaced(options: Mapping[str, Any]) -> Iterator[str]:
    if options.get("cascade") and options["state"] != "absent" and not options.get("prune"):
        yield "cascade: is about deleting ApplicationSets; it goes with state absent, or with prune"


APPLICATION_SETS = Declaration(
    APPLICATION_SET,
    OPTIONS,
    "application_sets",
    from_options,
    _problems,
    from_manifest,
    misplaced=_misplaced,
)
