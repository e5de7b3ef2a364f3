"""Every optional field of a module is set, changed and taken away again; each time a second run is idle.

All fields go through the module together, each in an object of its own; what became of each is then looked at field
by field. A test module states what is particular about its kind (``FieldSteps``), carries the steps out once, and
checks each leaf.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .lab import Lab, Manifest, writes
from .samples import ITEM, Leaf, at, place, sample

EMPTY: dict[str, Any] = {"bool": False, "int": 0, "str": "", "list": [], "dict": {}, "int_or_str": 0}
STEPS = ("set", "changed", "back", "removed", "again", "emptied", "bare")


@dataclass
class Step:
    """What all objects looked like after a step, which ones it wrote, and which ones a second run wrote."""

    live: dict[str, Manifest]
    wrote: set[str]
    again: set[str]
    again_reported: set[str]


def two_samples(leaf: Leaf) -> tuple[Any, Any]:
    """Two values that nothing but the field's type decides about."""
    return sample(leaf.field, 0, leaf.path[-1]), sample(leaf.field, 1, leaf.path[-1])


def no_alternatives(_whole: dict[str, Any], _leaf: Leaf, _value: Any) -> None:
    """Nothing stands in for a field or may not stand beside it."""


@dataclass(frozen=True)
class FieldSteps:
    """What is particular about the fields of a kind.

    ``leaves`` are the fields, ``many`` the module's option that takes a list of objects. ``base`` gives the options of
    an object without the field, ``values`` two values that the kind's rules allow, ``from_options`` the manifest that
    options stand for. ``alternatives`` changes the options of an object for a value of the field (None: it is left
    out): keeps what must be there without it, and leaves out what may not stand beside it.
    """

    leaves: Sequence[Leaf]
    many: str
    base: Callable[[Leaf], dict[str, Any]]
    from_options: Callable[[Mapping[str, Any], str, list[str]], Manifest]
    values: Callable[[Leaf], tuple[Any, Any]] = two_samples
    alternatives: Callable[[dict[str, Any], Leaf, Any], None] = no_alternatives
    needed: Collection[str] = ()
    """Fields (``Leaf.name``) that must not be empty, by themselves or because nothing stands in for them."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What stands in a field that is left out."""
    telling: Collection[str] = ()
    """Keys of the manifest whose presence means something, even when they are empty."""
    identity: Callable[[str], dict[str, Any]] = lambda name: {"name": name}
    """The options that make an object another one than the rest."""
    content: Callable[[Manifest], Any] = lambda manifest: manifest["spec"]
    """The part of a manifest that the table describes, with values as the options have them."""

    @cached_property
    def names(self) -> dict[str, str]:
        """By the name of a leaf, the name of its object."""
        return {leaf.name: self._manifest(leaf, "bare")["metadata"]["name"] for leaf in self.leaves}

    def carry_out(self, lab: Lab, **how: Any) -> dict[str, Step]:
        """Take all objects through all steps, each twice; see run_module for `how`."""
        done = {}
        for step in STEPS:
            given = {self.many: [self.options(leaf, step) for leaf in self.leaves]}
            _result, first = lab.counted(given, **how)
            result, second = lab.counted(given, **how)
            done[step] = Step(
                live=lab.all(),
                wrote={one.path.rsplit("/", 1)[1] for one in writes(first)},
                again={one.path.rsplit("/", 1)[1] for one in writes(second)},
                again_reported={one["name"] for one in result["changes"]},
            )
        return done

    def check(self, steps: Mapping[str, Step], leaf: Leaf) -> None:
        """Look at what became of one field."""
        name = self.names[leaf.name]
        found = {step: self.content(done.live[name]) for step, done in steps.items()}
        first, second = self.values(leaf)
        for step, value in (("set", first), ("changed", second), ("back", first), ("again", first)):
            left_out = ITEM in leaf.path and value is False and not leaf.field.telling
            assert at(found[step], leaf.manifest_path) == (None if left_out else value)
            assert found[step] == self.desired(leaf, step)
            assert name in steps[step].wrote or (step == "again" and leaf.field.required)
        assert found["removed"] == self.desired(leaf, "removed")
        if not leaf.field.required and leaf.name not in self.needed:
            assert at(found["removed"], leaf.manifest_path) == self.defaults.get(leaf.name)
            assert at(found["emptied"], leaf.manifest_path) in (EMPTY[leaf.field.type], None)
        assert self.without_zeros(found["bare"]) == self.without_zeros(self.desired(leaf, "bare"))
        for step in STEPS:
            assert name not in steps[step].again
            assert name not in steps[step].again_reported

    def options(self, leaf: Leaf, step: str) -> dict[str, Any]:
        """An object whose field is as the step says. `bare`: what surrounded the field is gone too."""
        whole = self.base(leaf) | self.identity(f"field-{self.leaves.index(leaf)}")
        if step == "bare":
            return whole
        first, second = self.values(leaf)
        empty = None if leaf.name in self.needed else EMPTY[leaf.field.type]
        value = {"changed": second, "emptied": empty, "removed": None}.get(step, first)
        if value is None and leaf.field.required:
            return whole
        place(whole, leaf, copy.deepcopy(value))
        self.alternatives(whole, leaf, value)
        return whole

    def desired(self, leaf: Leaf, step: str) -> Any:
        """The content that the options of a step stand for."""
        return self.content(self._manifest(leaf, step))

    def without_zeros(self, value: Any) -> Any:
        """A value as Argo CD writes it back: a field that is empty is as good as none."""
        if isinstance(value, dict):
            slim = {key: self.without_zeros(item) for key, item in value.items()}
            return {key: item for key, item in slim.items() if item or key in self.telling}
        return [self.without_zeros(item) for item in value] if isinstance(value, list) else value

    def _manifest(self, leaf: Leaf, step: str) -> Manifest:
        problems: list[str] = []
        manifest = self.from_options(self.options(leaf, step), leaf.name, problems)
        assert problems == []
        return manifest
