# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a parsed Go template consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union


@dataclass(frozen=True)
class Text:
    text: str


@dataclass
class Command:
    """An operand and its arguments."""

    args: list[Operand]
    line: int


@dataclass
class Pipe:
    """``$declared := command | command``."""

    line: int
    declared: list[str] = field(default_factory=list)
    assigns: bool = False
    commands: list[Command] = field(default_factory=list)


@dataclass(frozen=True)
class Constant:
    """A number, string or boolean; ``text`` is how it was written."""

    value: str | int | float | bool
    text: str


@dataclass(frozen=True)
class Name:
    """``kind`` is ``function``, ``variable`` (``text`` with its $), ``dot`` or ``nil``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Chain:
    """Fields of something: of None (the dot), of a variable, of a parenthesized pipeline."""

    base: Operand | None
    fields: tuple[str, ...]


@dataclass
class Branch:
    """``kind`` is ``if``, ``with`` or ``range``."""

    kind: str
    pipe: Pipe
    body: list[Node]
    otherwise: list[Node] | None = None


@dataclass
class Call:
    """``{{template "name" pipe}}``."""

    name: str
    pipe: Pipe | None
    line: int


@dataclass(frozen=True)
class Jump:
    """``kind`` is ``break`` or ``continue``."""

    kind: str


Operand = Union[Constant, Name, Chain, Pipe]
Node = Union[Text, Pipe, Branch, Call, Jump]
