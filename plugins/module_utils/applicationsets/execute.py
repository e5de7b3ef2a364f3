# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A parsed Go template is run here, as text/template/exec.go of Go runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from . import functions as fn
from .parser import MAIN
from .syntax import Branch, Call, Chain, Command, Constant, Jump, Name, Node, Operand, Pipe, Text
from .values import (
    MISSING,
    StringMap,
    TemplateError,
    UnsupportedError,
    is_list,
    is_map,
    is_nothing,
    show,
    truth,
    type_name,
)

STEP_LIMIT = 500_000
OUTPUT_LIMIT = 16 * 1024 * 1024
MISSING_KEY = ("default", "invalid", "zero", "error")
_ABSENT: Any = object()
"""There is no earlier command in the pipeline whose result would be another argument."""


class _BreakSignal(Exception):  # noqa: N818  # a jump, no error
    pass


class _ContinueSignal(Exception):  # noqa: N818  # a jump, no error
    pass


class Executor:
    """Runs one template with its named ones. ``missing_key`` is what Go's option of that name says.

    TemplateError says what failed, with the line; UnsupportedError that the result cannot be known here.
    """

    def __init__(
        self, trees: Mapping[str, list[Node]], functions: Mapping[str, fn.Function], missing_key: str = "default"
    ) -> None:
        self.trees, self.functions, self.missing_key = trees, functions, missing_key
        self.output: list[str] = []
        self.size = 0
        self.steps = 0
        self.line = 1
        self.variables: list[tuple[str, Any]] = []

    def run(self, data: Any) -> str:
        self.variables = [("$", data)]
        try:
            self.walk_all(data, self.trees[MAIN])
        except RecursionError:
            raise UnsupportedError("nests too deeply to be computed here") from None
        except TemplateError as error:
            text = str(error)
            raise TemplateError(text if text.startswith("line ") else f"line {self.line}: {text}") from None
        return "".join(self.output)

    def write(self, text: str) -> None:
        self.size += len(text)
        if self.size > OUTPUT_LIMIT:
            raise UnsupportedError(f"gives more than {OUTPUT_LIMIT >> 20} MiB of text")
        self.output.append(text)

    def walk_all(self, dot: Any, body: list[Node]) -> None:
        for node in body:
            self.step()
            self.walk(dot, node)

    def step(self) -> None:
        self.steps += 1
        if self.steps > STEP_LIMIT:
            raise UnsupportedError(f"takes more than {STEP_LIMIT} steps")

    def walk(self, dot: Any, node: Node) -> None:
        if isinstance(node, Text):
            self.write(node.text)
        elif isinstance(node, Pipe):
            value = self.pipe(dot, node)
            if not node.declared:
                self.write("<no value>" if value is MISSING else show(value))
        elif isinstance(node, Branch):
            mark = len(self.variables)
            (self.loop if node.kind == "range" else self.choose)(dot, node)
            del self.variables[mark:]
        elif isinstance(node, Jump):
            raise _BreakSignal if node.kind == "break" else _ContinueSignal
        else:
            self.call(dot, node)

    def choose(self, dot: Any, node: Branch) -> None:
        value = self.pipe(dot, node.pipe)
        if truth(value):
            self.walk_all(value if node.kind == "with" else dot, node.body)
        elif node.otherwise is not None:
            self.walk_all(dot, node.otherwise)

    def loop(self, dot: Any, node: Branch) -> None:
        value = self.pipe(dot, node.pipe)
        mark = len(self.variables)
        ran = False
        try:
            for index, item in self.items(value, node.pipe):
                ran = True
                self.step()
                self.declare(node.pipe, index, item)
                with contextlib.suppress(_ContinueSignal):
                    self.walk_all(item, node.body)
                del self.variables[mark:]
        except _BreakSignal:
            return
        if not ran and node.otherwise is not None:
            self.walk_all(dot, node.otherwise)

    def items(self, value: Any, pipe: Pipe) -> Any:
        if is_map(value):
            return [(key, value[key]) for key in sorted(value)]
        if is_list(value):
            return enumerate(list(value))
        if is_nothing(value):
            return ()
        if isinstance(value, int) and not isinstance(value, bool):
            if len(pipe.declared) > 1:
                raise TemplateError(f"can't use {show(value)} to iterate over more than one variable")
            return ((MISSING, type(value)(number)) for number in range(value))
        raise TemplateError(f"range can't iterate over {show(value)}")

    def declare(self, pipe: Pipe, index: Any, item: Any) -> None:
        values = [item] if len(pipe.declared) == 1 else [index, item]
        for name, value in zip(pipe.declared, values):
            if pipe.assigns:
                self.assign(name, value)
            else:
                self.replace_declared(pipe, name, value)

    def replace_declared(self, pipe: Pipe, name: str, value: Any) -> None:
        """The pipeline itself pushed its variables; every round gives them a new value."""
        for position in range(len(self.variables) - 1, -1, -1):
            if self.variables[position][0] == name:
                self.variables[position] = (name, value)
                return
        raise TemplateError(f"undefined variable: {name} in line {pipe.line}")

    def assign(self, name: str, value: Any) -> None:
        for position in range(len(self.variables) - 1, -1, -1):
            if self.variables[position][0] == name:
                self.variables[position] = (name, value)
                return
        raise TemplateError(f"undefined variable: {name}")

    def call(self, dot: Any, node: Call) -> None:
        self.line = node.line
        body = self.trees.get(node.name)
        if body is None:
            raise TemplateError(f"template {node.name!r} not defined")
        value = MISSING if node.pipe is None else self.pipe(dot, node.pipe)
        outer, self.variables = self.variables, [("$", value)]
        self.walk_all(value, body)
        self.variables = outer

    def pipe(self, dot: Any, pipe: Pipe) -> Any:
        self.line = pipe.line
        value = _ABSENT
        for command in pipe.commands:
            value = self.command(dot, command, value)
            if value is None:
                value = MISSING
        for name in pipe.declared:
            if pipe.assigns:
                self.assign(name, value)
            else:
                self.variables.append((name, value))
        return value

    def command(self, dot: Any, command: Command, final: Any) -> Any:
        first = command.args[0]
        self.line = command.line
        if isinstance(first, Name) and first.kind == "function":
            return self.function(dot, first.text, command.args[1:], final)
        if isinstance(first, Name) and first.kind == "nil":
            raise TemplateError("nil is not a command")
        extra = len(command.args) > 1 or final is not _ABSENT
        if isinstance(first, Chain):
            return self.chain(dot, first, command.args[1:] if extra else None, final)
        if extra:
            raise TemplateError(f"can't give argument to non-function {_text(first)}")
        return self.operand(dot, first)

    def operand(self, dot: Any, operand: Operand) -> Any:
        """Give the value of what is no call with arguments."""
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, Pipe):
            return self.pipe(dot, operand)
        if isinstance(operand, Chain):
            return self.chain(dot, operand, None, _ABSENT)
        if operand.kind == "function":
            return self.function(dot, operand.text, [], _ABSENT)
        return dot if operand.kind == "dot" else self.variable(operand.text)

    def variable(self, name: str) -> Any:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise TemplateError(f"undefined variable: {name}")

    def chain(self, dot: Any, chain: Chain, args: list[Operand] | None, final: Any) -> Any:
        if isinstance(chain.base, Name) and chain.base.kind == "nil":
            raise TemplateError("indirection through explicit nil")
        value = dot if chain.base is None else self.operand(dot, chain.base)
        for name in chain.fields[:-1]:
            value = self.field(value, name)
        last = chain.fields[-1]
        if args is not None:
            return self.method(dot, value, last, args, final)
        return self.field(value, last)

    def method(self, dot: Any, value: Any, name: str, args: list[Operand], final: Any) -> Any:
        method = getattr(value, "methods", {}).get(name)
        if method is None:
            if hasattr(value, "methods"):
                raise UnsupportedError(f"calls the method {name} of a {type_name(value)}, which is not known here")
            raise TemplateError(f"{name} is not a method but has arguments")
        return self.apply(dot, method, args, final)

    def field(self, value: Any, name: str) -> Any:
        if value is MISSING:
            if self.missing_key == "error":
                raise TemplateError(f"nil data; no entry for key {name!r}")
            return MISSING
        if value is None:
            raise TemplateError(f"nil pointer evaluating interface {{}}.{name}")
        if is_map(value):
            return value[name] if name in value else self.missing(value, name)
        if hasattr(value, "methods"):
            return self.method(None, value, name, [], _ABSENT)
        raise TemplateError(f"can't evaluate field {name} in type {type_name(value)}")

    def missing(self, value: Any, name: str) -> Any:
        if self.missing_key == "error":
            raise TemplateError(f"map has no entry for key {name!r}")
        if self.missing_key == "zero":
            return "" if isinstance(value, StringMap) else None
        return MISSING

    def function(self, dot: Any, name: str, args: list[Operand], final: Any) -> Any:
        if name in ("and", "or"):
            return self.logic(dot, name, args, final)
        return self.apply(dot, self.functions[name], args, final)

    def logic(self, dot: Any, name: str, args: list[Operand], final: Any) -> Any:
        """Evaluate arguments only as far as needed, and give the last one evaluated."""
        if not args and final is _ABSENT:
            raise TemplateError(f"wrong number of args for {name}: want at least 1 got 0")
        value: Any = MISSING
        for arg in args:
            value = self.argument(dot, arg, "v")
            if truth(value) == (name == "or"):
                return value
        return value if final is _ABSENT else final

    def apply(self, dot: Any, function: fn.Function, args: list[Operand], final: Any) -> Any:
        fn.check_count(function, len(args) + (final is not _ABSENT))
        given = [self.argument(dot, arg, fn.expected(function, at)) for at, arg in enumerate(args)]
        if final is not _ABSENT:
            given.append(fn.argument(final, fn.expected(function, len(given))))
        run: Callable[..., Any] = function.run
        self.step()
        try:
            return run(*given)
        except (TemplateError, UnsupportedError):
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"error calling {function.name}: {error}") from None

    def argument(self, dot: Any, arg: Operand, letter: str) -> Any:
        if isinstance(arg, Constant):
            return fn.constant(arg.value, arg.text, letter)
        if isinstance(arg, Name) and arg.kind == "nil":
            return fn.nil(letter)
        return fn.argument(self.operand(dot, arg), letter)


def _text(operand: Operand) -> str:
    return getattr(operand, "text", "()")
