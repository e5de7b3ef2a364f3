"""Sample values for every field of a table in module_utils/manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import Field, Record

ITEM = "[]"
KEY = "{}"


@dataclass(frozen=True)
class Leaf:
    """One field of a table. `path` names the options that lead to it, `[]` standing for the item of a list."""

    path: tuple[str, ...]
    field: Field
    fields: tuple[Field, ...]
    """The field of each step of `path`."""

    @property
    def name(self) -> str:
        """``sources[].helm.value_files``."""
        return ".".join(self.path).replace(f".{ITEM}", ITEM)

    @property
    def manifest_path(self) -> tuple[str, ...]:
        """The same path with the names of the manifest."""
        return tuple(
            step if step == ITEM else field.key_of(step) for step, field in zip(self.path, self.fields, strict=True)
        )


def leaves(table: Record, path: tuple[str, ...] = (), fields: tuple[Field, ...] = ()) -> Iterator[Leaf]:
    """Every field that holds no other described field: scalars, free mappings, lists of scalars."""
    for name, field in table.items():
        here, chain = (*path, name), (*fields, field)
        inner = field.of if field.type == "list" else field
        if inner is not None and inner.fields is not None:
            if field.type == "list":
                here, chain = (*here, ITEM), (*chain, inner)
            yield from leaves(inner.fields, here, chain)
        else:
            yield Leaf(here, field, chain)


def sample(field: Field, turn: int, name: str = "") -> Any:
    """A value of the field's type; another `turn` gives another value. `name` makes texts tell where they stand."""
    if field.choices:
        return field.choices[turn % len(field.choices)]
    if field.fields is not None:
        return required(field.fields, turn)
    if field.type == "list":
        item = field.of or Field("str")
        return [sample(item, turn, name), *([sample(item, turn + 10, name)] if turn % 2 else [])]
    if field.type == "dict" and field.of is None:
        return {"shared": "kept", "nested": {f"key{turn}": turn, "list": [turn, {"deep": "value"}]}}
    if field.type == "dict":
        return {"shared": sample(field.of or Field("str"), turn), f"key{turn}": sample(field.of or Field("str"), turn)}
    scalars = {"bool": turn % 2 == 0, "int": turn + 3, "str": f"{name or 'text'}-{turn}"}
    return scalars.get(field.type, turn + 3 if turn % 2 else f"{25 * (turn + 1)}%")


def required(table: Record, turn: int = 0) -> dict[str, Any]:
    """Values for the required fields of a table."""
    return {name: sample(field, turn, name) for name, field in table.items() if field.required}


def at(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path; `[]` is the first item of a list. None if there is nothing."""
    for step in path:
        if step == ITEM:
            value = value[0] if value else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def place(options: dict[str, Any], leaf: Leaf, value: Any) -> None:
    """Set an option, with the required ones beside it; with None leave it out, but keep what surrounds it."""
    node: Any = options
    for step, field in zip(leaf.path[:-1], leaf.fields[:-1], strict=True):
        filling = required(field.fields, 0) if field.fields is not None else {}
        if step == ITEM:
            if not node:
                node.append(filling)
            node = node[0]
        else:
            node = node.setdefault(step, [] if field.type == "list" else filling)
    if value is not None:
        node[leaf.path[-1]] = value
