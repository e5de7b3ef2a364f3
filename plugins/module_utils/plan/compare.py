# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare one desired manifest with the live object: what differs, whose it is, what has to go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .canonical import MISSING, canonical, same
from .kind import Kind, Manifest, Path
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
    conflicts: list[Conflict] = field(default_factory=list)
    overrides: bool = False
    """Whether somebody's hand-made change is put back, which needs force."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.unowned or self.stale or self.cleared)

    def fields(self) -> list[str]:
        """Name every field that applying would touch."""
        return list(dict.fromkeys(spelled(path) for path in (*self.changed, *self.cleared, *self.stale, *self.unowned)))


def spelled(path: Path) -> str:
    """Write a path as a person would: ``spec.source.path``, ``metadata.labels[app.kubernetes.io/name]``."""
    first, *rest = path
    return first + "".join(f".{step}" if _SIMPLE.fullmatch(step) else f"[{step}]" for step in rest)


def compare(desired: Manifest, live: Mapping[str, Any], kind: Kind) -> Difference:
    """Give what applying ``desired`` would change; fields it does not name count only if we set them earlier."""
    walk = _Walk(kind, live, Ownership(live))
    for key, value in desired.items():
        if key == "metadata":
            for part in SHARED:
                if value.get(part):
                    walk.value(value[part], live["metadata"].get(part, MISSING), ("metadata", part))
        elif key not in ("apiVersion", "kind", "status"):
            walk.value(value, live.get(key, MISSING), (key,))
    walk.stale(desired, walk.ownership.mine or {}, ())
    walk.exclusive(desired)
    return walk.found


class _Walk:
    """One comparison under way. ``path`` spells a place in the object, ``steps`` the same place in managedFields."""

    def __init__(self, kind: Kind, live: Mapping[str, Any], ownership: Ownership) -> None:
        self.kind, self.live, self.ownership = kind, live, ownership
        self.found = Difference()

    def value(self, want: Any, have: Any, path: Path, steps: tuple[str, ...] = ()) -> None:
        steps = steps or tuple(f"f:{step}" for step in path)
        if isinstance(want, dict) and want:
            self._mapping(want, have, path, steps)
        elif isinstance(want, (list, tuple)) and want and self._keyed(path, steps):
            self._items(want, have, path, steps)
        else:
            self._leaf(want, have, path, steps)

    def _mapping(self, want: Mapping[str, Any], have: Any, path: Path, steps: tuple[str, ...]) -> None:
        if have is MISSING and path in self.kind.telling:
            self._differs(path, steps)
            return
        if not isinstance(have, dict):
            have = {}
        for key, value in want.items():
            self.value(value, have.get(key, MISSING), (*path, key), (*steps, f"f:{key}"))

    def _keyed(self, path: Path, steps: tuple[str, ...]) -> bool:
        return path == ("metadata", "finalizers") or bool(self.ownership.items(steps))

    def _items(self, want: Any, have: Any, path: Path, steps: tuple[str, ...]) -> None:
        """Compare a list whose items the API server tells apart by key fields or by value."""
        have = have if isinstance(have, list) else []
        known = self.ownership.items(steps)
        for item in want:
            step = next((step for step in known if matches(step, item)), None)
            if step is None and isinstance(item, str):
                step = f"v:{json.dumps(item)}"
            if step is None:
                self._differs(path, steps)
                continue
            found = next((one for one in have if matches(step, one)), MISSING)
            self.value(item, found, (*path, step[2:]), (*steps, step))

    def _leaf(self, want: Any, have: Any, path: Path, steps: tuple[str, ...]) -> None:
        if want == have and type(want) is type(have) and isinstance(want, (str, int)) and want:
            if self._mine(steps) is None:  # by far the most common leaf: the same text or number on both sides
                self.found.unowned.append(path)
            return
        wanted, having = canonical(want, path, self.kind), canonical(have, path, self.kind)
        if not same(wanted, having):
            if isinstance(want, dict) and isinstance(have, dict):
                self._empty(path, have)
            self._differs(path, steps)
        elif wanted is not MISSING and self._mine(steps) is None:
            if same(want, have):
                self.found.unowned.append(path)
            elif isinstance(want, list):  # somebody spelled zero values out; only our spelling can become ours
                self._differs(path, steps)

    def _empty(self, path: Path, names: Iterable[str]) -> None:
        """Clear what is in a mapping that shall be empty: applying it without its last field leaves null instead."""
        self.found.cleared += [(*path, name) for name in names if (*path, name) not in self.found.cleared]

    def _differs(self, path: Path, steps: tuple[str, ...]) -> None:
        self.found.changed.append(path)
        self._claim(path, steps)

    def _claim(self, path: Path, steps: tuple[str, ...]) -> None:
        """Note who else holds a field that we are about to change: a conflict, or a hand-made change to put back."""
        controller = self.kind.controller(self.live) if path[0] == "spec" else None
        owners = {controller} if controller else set()
        for owner in self.ownership.others(steps):
            name = self.kind.declared_by(self.live, owner)
            if name:
                owners.add(name)
            else:
                self.found.overrides = True
        self.found.conflicts += [Conflict(spelled(path), owner) for owner in sorted(owners)]

    def _mine(self, steps: tuple[str, ...]) -> Tree | None:
        return below(self.ownership.mine or {}, steps)

    def _foreign(self, steps: tuple[str, ...]) -> bool:
        """Say whether a field, or something in it, would stay if we only stopped applying it."""
        return self._mine(steps) is None or any(self.ownership.others(steps))

    def stale(self, want: Any, mine: Tree, path: Path) -> None:
        """Find what we own and ``want`` no longer has."""
        for step, inside in mine.items():
            kind, name = step[:2], step[2:]
            if step == "." or (path == () and name in ("apiVersion", "kind")):
                continue
            here = (*path, name)
            if kind == "f:":
                inner = want.get(name, MISSING) if isinstance(want, dict) else MISSING
            else:
                items = want if isinstance(want, (list, tuple)) else ()
                inner = next((item for item in items if matches(step, item)), MISSING)
            if inner is MISSING:  # a null is a value: Helm reads it as "not the default"
                self.found.stale += _leaves(inside, here)
            elif isinstance(inner, dict) and not inner:
                self._empty(here, [field[2:] for field in inside if field != "."])
            elif inside:
                self.stale(inner, inside, here)

    def exclusive(self, desired: Manifest) -> None:
        """Clear a field that may not stand beside one of ours (spec.source beside spec.sources)."""
        for group in self.kind.exclusive:
            if not any(_at(desired, path) for path in group):
                continue
            for path in group:
                steps = tuple(f"f:{step}" for step in path)
                if not _at(desired, path) and _at(self.live, path) and self._foreign(steps):
                    self.found.cleared.append(path)
                    self.found.stale = [one for one in self.found.stale if one[: len(path)] != path]
                    self._claim(path, steps)


def matches(step: str, item: Any) -> bool:
    """Say whether a list item is the one that a ``k:`` or ``v:`` step names; a key the item leaves out is defaulted."""
    wanted = json.loads(step[2:])
    if step.startswith("v:"):
        return same(wanted, item)
    return isinstance(item, dict) and all(same(item.get(key, value), value) for key, value in wanted.items())


def _leaves(tree: Tree, path: Path) -> list[Path]:
    inner = [_leaves(inside, (*path, step[2:])) for step, inside in tree.items() if step != "."]
    return [leaf for leaves in inner for leaf in leaves] or [path]


def _at(manifest: Mapping[str, Any], path: Path) -> Any:
    node: Any = manifest
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node
