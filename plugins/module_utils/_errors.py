# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error type of the collection."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_LIST = 750
"""Characters of a list in a message: together with what surrounds it, it stays within what is read at a glance."""


class GitopsError(Exception):
    """Something a user can act on, told in one line: what went wrong, on which object, why, what to do next.

    ``where`` names the object or option (``Application argocd/shop: sync_policy.sync_options``), ``why`` is the reason
    in the words of whoever refused, ``hint`` the next step. All but ``what`` may be empty.
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", hint: str = "") -> None:
        self.what, self.where, self.why, self.hint = what, where, why, hint
        super().__init__(str(self))

    def __str__(self) -> str:
        text = ": ".join(part.strip().rstrip(".") for part in (self.where, self.what, self.why) if part)
        if self.hint:
            text = f"{text}. {self.hint.strip()}"
        return " ".join(text.split())


def refuse(problems: Iterable[str], hint: str = "Nothing was written.") -> None:
    """Raise one GitopsError that lists every problem; do nothing when there is none."""
    found = list(problems)
    if len(found) == 1:
        raise GitopsError(found[0], hint=hint)
    if found:
        numbered = listed(f"({number}) {problem}" for number, problem in enumerate(found, 1))
        raise GitopsError(f"{len(found)} problems: {numbered}", hint=hint)


def listed(texts: Iterable[str], more: str = "") -> str:
    """Join as many texts as fit a message, at least one, and count the others; ``more`` says where those are told."""
    told: list[str] = []
    left = list(texts)
    while left and (not told or sum(map(len, told)) + len(left[0]) < LONGEST_LIST):
        told.append(left.pop(0))
    return "; ".join(told) + (f"; and {len(left)} more{more}" if left else "")
