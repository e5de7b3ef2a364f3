# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan and the engine must know of a kind of object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

Path = tuple[str, ...]
Manifest = dict[str, Any]

FIELD_MANAGER = "tiphys.gitops"
SERVER_METADATA = frozenset(
    (
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    )
)
"""What the API server or a controller writes into metadata; an exported manifest carries it."""
DECLARING = {
    "kubectl-client-side-apply": "kubectl apply",
    "helm": "a Helm release",
    "helm-controller": "a Helm release of Flux",
}
"""Field managers that declare objects although their operation is Update."""


@dataclass(frozen=True)
class FieldOwner:
    """Who holds a field of a live object: an entry of its ``metadata.managedFields``."""

    manager: str
    applies: bool
    """Whether it declares the field (operation Apply) or merely wrote it once (operation Update)."""
    subresource: str = ""
    """Through which subresource it writes: an autoscaler writes replicas through ``scale``."""


def declared_by(_live: Mapping[str, Any], owner: FieldOwner) -> str | None:
    """Name the declarative owner behind a field, or give None for somebody who changed it by hand."""
    if owner.subresource == "scale":
        return f"{owner.manager}, which scales it"
    if owner.applies:
        return f"field manager {owner.manager}"
    return DECLARING.get(owner.manager)


def _complete(desired: Manifest, _live: Mapping[str, Any]) -> Manifest:
    return desired


def _nobody(_live: Mapping[str, Any]) -> str | None:
    return None


@dataclass(frozen=True)
class Kind:
    """A kind of object, its place in the API and how its objects are compared.

    ``omitempty`` says that its controller writes objects back without zero values (Go's ``omitempty``), so that a
    field which is false, 0, "" or empty means the same as a missing one; ``telling`` lists the exceptions: fields
    whose mere presence has a meaning, ``verbatim`` those below which nothing is dropped, and ``maps`` those whose
    entries stay, whatever their value, as long as there are any. ``exclusive`` names groups
    of fields of which an object may have only one. ``order`` sorts kinds for creation; deletion goes the other way.
    ``untouched`` names the parts that only controllers write, ``masked`` the fields whose values nobody may see.
    ``declared_by`` and ``controller`` find another declarative owner, of one field and of the whole spec. ``marks``
    tells the objects of a shared kind apart, such as the Secrets of repositories, by labels and the values these may
    have; others are never touched. ``completed`` adds to a desired manifest what its live object has and nobody
    declares although it stands inside a list that is declared; it gives the same manifest when there is no such thing.
    ``taken_over`` names lists of which the controller becomes an owner by writing its part of an item: one that is ours
    and no longer desired is removed, and not left to it.
    Of a kind that ``remembers``, a change knows its live object: a kind of few objects, whose guards look into them.
    ``indispensable`` names fields that every object has: it does not matter whose they are, as they never go away.
    """

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    order: int = 50
    omitempty: bool = False
    telling: frozenset[Path] = frozenset()
    verbatim: frozenset[Path] = frozenset()
    maps: frozenset[Path] = frozenset()
    exclusive: tuple[tuple[Path, ...], ...] = ()
    untouched: frozenset[str] = frozenset(("status",))
    masked: frozenset[Path] = frozenset()
    same_values: Mapping[Path, Callable[[Any], Any]] = field(default_factory=dict)
    declared_by: Callable[[Mapping[str, Any], FieldOwner], str | None] = declared_by
    controller: Callable[[Mapping[str, Any]], str | None] = _nobody
    indispensable: frozenset[Path] = frozenset()
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    completed: Callable[[Manifest, Mapping[str, Any]], Manifest] = _complete
    taken_over: frozenset[Path] = frozenset()
    remembers: bool = False

    @property
    def api_version(self) -> str:
        """Give what a manifest says in ``apiVersion``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def marked(self, live: Mapping[str, Any]) -> bool:
        """Say whether a live object is one of those that ``marks`` is about."""
        labels = live["metadata"].get("labels") or {}
        return all(labels.get(label) in allowed for label, allowed in self.marks.items())


def sendable(manifest: Mapping[str, Any], kind: Kind) -> Manifest:
    """Give a manifest without what only the API server and controllers write."""
    kept = {key: value for key, value in manifest.items() if key not in kind.untouched}
    meta = {key: value for key, value in manifest["metadata"].items() if key not in SERVER_METADATA}
    if not kind.namespaced:
        meta.pop("namespace", None)
    return {**kept, "metadata": meta}
