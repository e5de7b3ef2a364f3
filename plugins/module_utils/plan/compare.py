# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare one desired manifest with the live object: what differs, whose it is, what has to go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .canonical import MISSING, canonical, same
from .kind import Kind, Manifest, Path
from .lists import partners
from .ownership import Ownership, Tree, below

SHARED = ("labels", "annotations", "finalizers")
"""The parts of metadata that several parties write side by side; empty there means none of ours."""
_SIMPLE = re.compile(r"[A-Za-z0-9_\-]+")


@dataclass(frozen=True)
class Conflict:
    """A field with another value, which another declarative owner applies."""

    field: str
    owner: str


@dataclass
class Difference:
    """What separates a live object from the desired one. Empty when there is nothing to do."""

    changed: list[Path] = field(default_factory=list)
    """Fields that have another value or none."""
    unowned: list[Path] = field(default_factory=list)
    """Fields that have the value already but are not ours yet; applying them makes their later removal work."""
    stale: list[Path] = field(default_factory=list)
    """Fields that we set earlier and no longer want."""
    cleared: list[Path] = field(default_factory=list)
    """Fields that must be gone before ours are applied: apply alone cannot remove what others wrote."""
    emptied: bool = False
    """Whether a field is cleared so that ours, an empty mapping, can be applied."""
    conflicts: list[Conflict] = field(default_factory=list)
    overrides: bool = False
    """Whether somebody's hand-made change is put back, which needs force."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.unowned or self.stale or self.cleared)

    @property
    def applies(self) -> bool:
        """Say whether something is left to apply once what must be gone is cleared."""
        return bool(self.changed or self.unowned or self.stale or self.emptied)

    def fields(self) -> list[str]:
        """Name every field that applying would touch."""
        return list(dict.fromkeys(spelled(path) for path in (*self.changed, *self.cleared, *self.stale, *self.unowned)))


def spelled(path: Path) -> str:
    """Write a path as a person would: ``spec.source.path``, ``metadata.labels[app.kubernetes.io/name]``."""
    first, *rest = path
    return first + "".join(f".{step}" if _SIMPLE.fullmatch(step) else f"[{step}]" for step in rest)


class Place(NamedTuple):
    """A place in an object: as a person spells it, as managedFields has it, and as the tables of a Kind name it."""

    path: Path = ()
    steps: Path = ()
    table: Path = ()

    def field(self, name: str) -> Place:
        """Go to a field."""
        return Place((*self.path, name), (*self.steps, f"f:{name}"), (*self.table, name))

    def item(self, step: str) -> Place:
        """Go to the item of a list that a step of managedFields names."""
        return Place((*self.path, step[2:]), (*self.steps, step), self.table)


def _place(path: Path) -> Place:
    return Place(path, tuple(f"f:{step}" for step in path), path)


def compare(desired: Manifest, live: Mapping[str, Any], kind: Kind, gone: Iterable[Path] = ()) -> Difference:
    """Give what applying ``desired`` would change; fields it does not name count only if we set them earlier.

    Fields at ``gone`` shall not be there, whoever set them.
    """
    walk = _Walk(kind, live, Ownership(live))
    mine = walk.ownership.mine or {}
    compared = {key: value for key, value in desired.items() if key not in ("apiVersion", "kind", *kind.untouched)}
    shared = {part: value for part, value in compared.pop("metadata", {}).items() if part in SHARED and value}
    walk.mapping(shared, live["metadata"], Place().field("metadata"), mine.get("f:metadata"))
    walk.mapping(compared, live, Place(), mine)
    walk.stale(desired, mine, Place())
    walk.taken_over()
    walk.exclusive(desired)
    walk.gone(gone)
    return walk.result()


class _Walk:
    """One comparison under way."""

    def __init__(self, kind: Kind, live: Mapping[str, Any], ownership: Ownership) -> None:
        self.kind, self.live, self.ownership = kind, live, ownership
        self.found = Difference()
        self._respelled: list[Place] = []

    def result(self) -> Difference:
        """Give what was found. A field that others spell differently counts only if something is written at all."""
        if self.found:
            for place in self._respelled:
                self._claim(place)
        return self.found

    def value(self, want: Any, have: Any, place: Place, mine: Tree | None) -> None:
        """Compare a value; ``mine`` is our subtree of managedFields for it, None where it is not ours."""
        if isinstance(want, dict) and want and not self._atomic(have, place):
            told = have is MISSING and place.table in self.kind.telling
            if told or not (have is MISSING or isinstance(have, dict)):  # nothing there, or something else in its place
                self._differs(place)
            else:
                self.mapping(want, have if isinstance(have, dict) else {}, place, mine)
        elif isinstance(want, (list, tuple)) and self._keyed(place):
            self._items(want, have, place, mine)
        else:
            self._leaf(want, have, place, mine)

    def _atomic(self, have: Any, place: Place) -> bool:
        """Say whether the server tracks a mapping as a whole, as it does with selectors."""
        if not isinstance(have, dict) or not have:
            return False
        nodes = self.ownership.nodes(place.steps)
        return bool(nodes) and not any(nodes)

    def _keyed(self, place: Place) -> bool:
        return place.path == ("metadata", "finalizers") or bool(self.ownership.items(place.steps))

    def mapping(self, want: Mapping[str, Any], have: Mapping[str, Any], place: Place, mine: Tree | None) -> None:
        """Compare a mapping field by field."""
        for key, value in want.items():
            there, node = have.get(key, MISSING), mine.get(f"f:{key}") if mine else None
            if node == {} and value and not isinstance(value, dict) and same(value, there):
                continue  # by far the most common field: a leaf of ours that is as it should be
            self.value(value, there, place.field(key), node)

    def _items(self, want: Any, have: Any, place: Place, mine: Tree | None) -> None:
        """Compare item by item; an empty list means none of ours, as others may have theirs."""
        have = have if isinstance(have, list) else []
        steps = self.ownership.items(place.steps)
        there = dict(zip(partners(steps, have), have))
        for item, step in zip(want, partners(steps, want)):
            if step is not None:
                self.value(item, there.get(step, MISSING), place.item(step), (mine or {}).get(step))
            elif not (isinstance(item, str) and item in have):
                self._differs(place)
            else:
                self.found.unowned.append(place.path)

    def _leaf(self, want: Any, have: Any, place: Place, mine: Tree | None) -> None:
        if want == {} and isinstance(have, dict) and not self._clears(place):
            if mine is None:  # it shall be there, whatever others put into it
                self.found.unowned.append(place.path)
            return
        wanted, having = canonical(want, place.table, self.kind), canonical(have, place.table, self.kind)
        if not same(wanted, having):
            if want == {} and isinstance(have, dict):
                self._clear(place, have)
            self._differs(place)
        elif wanted is not MISSING:
            self._equal(want, have, place, mine)

    def _equal(self, want: Any, have: Any, place: Place, mine: Tree | None) -> None:
        if not same(want, have):
            self._respelled.append(place)
        if mine is None:
            if same(want, have):
                self.found.unowned.append(place.path)
            elif isinstance(want, list) and place.table not in self.kind.indispensable:
                # somebody spelled zero values out; only our spelling can become ours
                self._differs(place)

    def _clears(self, place: Place) -> bool:
        """Say whether an empty mapping shall be made empty, and not only be there.

        A part of the object (``spec``) is no field of its own: an empty one names nothing that is to be set.
        """
        listed = len(place.path) != len(place.table)
        return not listed and len(place.path) > 1 and (self.kind.omitempty or place.table in self.kind.telling)

    def _clear(self, place: Place, names: Iterable[str]) -> None:
        """Clear what is in a mapping that shall be empty: applying it without its last field leaves null instead."""
        self.found.emptied = True
        paths = ((*place.path, name) for name in names)
        self.found.cleared += [path for path in paths if path not in self.found.cleared]

    def _differs(self, place: Place) -> None:
        self.found.changed.append(place.path)
        self._claim(place)

    def _claim(self, place: Place) -> None:
        """Note who else holds a field that we are about to change: a conflict, or a hand-made change to put back."""
        controller = self.kind.controller(self.live) if place.path[0] == "spec" else None
        owners = {controller} if controller else set()
        for owner in self.ownership.others(place.steps):
            name = self.kind.declared_by(self.live, owner)
            if name:
                owners.add(name)
            else:
                self.found.overrides = True
        self.found.conflicts += [Conflict(spelled(place.path), owner) for owner in sorted(owners)]

    def _foreign(self, place: Place) -> bool:
        """Say whether a field, or something in it, would stay if we only stopped applying it."""
        mine = below(self.ownership.mine or {}, place.steps)
        return mine is None or any(self.ownership.others(place.steps))

    def stale(self, want: Any, mine: Tree, place: Place) -> None:
        """Find what we own and ``want`` no longer has."""
        kept = _by_step(want, mine)
        for step, inside in mine.items():
            inner = kept.get(step, MISSING)
            if step == "." or (inner is not MISSING and inner != {} and not inside):
                continue
            if not place.path and step[2:] in ("apiVersion", "kind", *self.kind.untouched):
                continue
            here = place.field(step[2:]) if step.startswith("f:") else place.item(step)
            if inner is MISSING:  # a null is a value: Helm reads it as "not the default"
                self.found.stale += _leaves(inside, here.path)
            elif inner == {}:
                self._emptied(here, inside)
            else:
                self.stale(inner, inside, here)

    def _emptied(self, place: Place, inside: Tree) -> None:
        """Take what is ours out of a mapping that shall have nothing of ours any more."""
        names = [step[2:] for step in inside if step != "."]
        alone = [name for name in names if not any(self.ownership.others(place.field(name).steps))]
        if len(place.path) == len(place.table):
            self._clear(place, alone)
        self.found.stale += [path for path in ((*place.path, name) for name in names) if path not in self.found.cleared]

    def taken_over(self) -> None:
        """Clear what is ours and no longer wanted, where giving it up would leave it to the controller."""
        for path in self.kind.taken_over:
            others = list(self.ownership.others(_place(path).steps)) if path in self.found.stale else []
            if others and not any(self.kind.declared_by(self.live, owner) for owner in others):
                self._remove(path)

    def exclusive(self, desired: Manifest) -> None:
        """Clear a field that may not stand beside one of ours (spec.source beside spec.sources)."""
        for group in self.kind.exclusive:
            if not any(self._says(desired, path) for path in group):
                continue
            for path in group:
                if not _at(desired, path) and _at(self.live, path) and self._foreign(_place(path)):
                    self._remove(path)

    def _says(self, desired: Manifest, path: Path) -> bool:
        """Say whether a manifest has something at a path that is not the same as nothing to the kind's controller."""
        value = _at(desired, path)
        comparable = self.kind.same_values.get(path)
        return bool(comparable(value) if comparable and value else value)

    def gone(self, paths: Iterable[Path]) -> None:
        """Clear fields that shall not be there."""
        for path in paths:
            if _at(self.live, path) is not None:
                self._remove(path)

    def _remove(self, path: Path) -> None:
        self.found.cleared.append(path)
        self.found.stale = [one for one in self.found.stale if one[: len(path)] != path]
        self._claim(_place(path))


def _by_step(want: Any, mine: Tree) -> dict[str | None, Any]:
    """Give what is wanted inside a value by the steps that managedFields has for it."""
    if isinstance(want, dict):
        return {f"f:{name}": value for name, value in want.items()}
    if isinstance(want, (list, tuple)):
        return dict(zip(partners([step for step in mine if step != "."], want), want))
    return {}


def _leaves(tree: Tree, path: Path) -> list[Path]:
    inner = [_leaves(inside, (*path, step[2:])) for step, inside in tree.items() if step != "."]
    return [leaf for leaves in inner for leaf in leaves] or [path]


def _at(manifest: Mapping[str, Any], path: Path) -> Any:
    node: Any = manifest
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node
