# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns which field of a live object, read from ``metadata.managedFields``.

An entry's ``fieldsV1`` is a tree: ``f:NAME`` is a field, ``k:{...}`` the item of a list with these key values,
``v:VALUE`` the item of a set, ``.`` the container itself (structured-merge-diff, fieldpath/serialize-pe.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .kind import FIELD_MANAGER, FieldOwner
from .lists import partners

Tree = Mapping[str, Any]


class Ownership:
    """The field owners of one live object."""

    def __init__(self, live: Mapping[str, Any]) -> None:
        self.mine: Tree | None = None
        self._others: list[tuple[FieldOwner, Tree]] = []
        for entry in live["metadata"].get("managedFields") or ():
            tree, subresource = entry.get("fieldsV1") or {}, entry.get("subresource") or ""
            applies = entry.get("operation") == "Apply"
            if subresource == "status":
                continue  # another way into the object, which we never take
            if applies and entry.get("manager") == FIELD_MANAGER and not subresource:
                self.mine = tree if self.mine is None else _merged(self.mine, tree)
            else:
                self._others.append((FieldOwner(entry.get("manager") or "", applies, subresource), tree))

    def others(self, steps: tuple[str, ...]) -> Iterator[FieldOwner]:
        """Give the owners, other than us, of the field that these tree steps lead to or of anything below it."""
        for owner, tree in self._others:
            if below(tree, steps) is not None:
                yield owner

    def nodes(self, steps: tuple[str, ...]) -> list[Tree]:
        """Give the subtree of each owner, us among them, that has the field; an empty one owns it as a whole."""
        trees = [self.mine or {}, *(tree for _owner, tree in self._others)]
        found = (below(tree, steps) for tree in trees)
        return [node for node in found if node is not None]

    def items(self, steps: tuple[str, ...]) -> list[str]:
        """Give the ``k:`` and ``v:`` steps that any owner has below a list; none for an atomic list."""
        return [step for node in self.nodes(steps) for step in node if step[:2] in ("k:", "v:")]


def below(tree: Tree, steps: tuple[str, ...]) -> Tree | None:
    """Give the subtree at the end of some steps, or None."""
    node: Tree | None = tree
    for step in steps:
        node = node.get(step) if node is not None else None
    return node


def owned(value: Any, tree: Tree) -> Any:
    """Give the part of a live value that a tree covers: fields, and items of lists that are told apart."""
    steps = [step for step in tree if step != "."]
    if isinstance(value, Mapping) and steps:
        named = ((step[2:], tree[step]) for step in steps)
        return {name: owned(value[name], inside) for name, inside in named if name in value}
    if isinstance(value, list) and steps:
        pairs = zip(value, partners(steps, value))
        return [owned(item, tree[step]) for item, step in pairs if step is not None]
    return value


def _merged(one: Tree, two: Tree) -> Tree:
    return {key: _merged(one.get(key, {}), two.get(key, {})) for key in {**one, **two}}
