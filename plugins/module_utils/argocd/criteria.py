# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of Argo CD's objects somebody wants to see: criteria checked, and matched with the views of objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from .._errors import refuse
from ..plan.selector import Selector

OF_APPLICATIONS = ("sync", "health", "destinations")
"""Criteria that only Applications have."""


class Criteria:
    """The options of a search: ``names``, ``namespaces``, ``projects``, ``sync``, ``health``, ``destinations``.

    Each is a list, or None for no criterion; all but the states are patterns. ``label_selectors`` goes to the server as
    ``selector``. Raises GitopsError for what cannot be met with ``resources`` and ``detail``.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        refuse(_misplaced(options), hint="")
        self.options = options
        self.selector = Selector(options["label_selectors"]).text if options["label_selectors"] else ""

    def meets(self, view: Mapping[str, Any], resource: str) -> bool:
        """Say whether an object, given as its view, is wanted. Labels were asked of the server."""
        options = self.options
        matched: list[tuple[Any, Iterable[str]]] = [
            (options["names"], (view["name"], view.get("title", view["name"]))),
            (options["projects"], (view["name"] if resource == "projects" else view["project"],)),
        ]
        if resource in ("applications", "application_sets"):
            matched.append((options["namespaces"], (view["namespace"],)))
        if resource == "applications":
            target = view.get("destination") or {}
            matched.append((options["destinations"], [target[key] for key in ("server", "name") if target.get(key)]))
            if any(options[key] is not None and view[key] not in options[key] for key in ("sync", "health")):
                return False
        return all(patterns is None or _matches(texts, patterns) for patterns, texts in matched)


def is_pattern(text: str) -> bool:
    """Say whether a text stands for more than itself."""
    return any(sign in text for sign in "*?[")


def _matches(texts: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for text in texts for pattern in patterns)


def _misplaced(options: Mapping[str, Any]) -> Iterator[str]:
    if "applications" not in options["resources"]:
        for key in OF_APPLICATIONS:
            if options[key] is not None:
                yield f"{key}: is asked of Applications only, and resources does not name applications"
    if options["detail"] == "brief" and options["destinations"] is not None:
        yield "destinations: goes with detail compact or full; brief does not read them"
