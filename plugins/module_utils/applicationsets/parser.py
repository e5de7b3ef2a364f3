# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree of a Go template, as text/template/parse/parse.go of Go builds it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .lexer import Token, tokens
from .literals import number, unquote
from .syntax import Branch, Call, Chain, Command, Constant, Jump, Name, Node, Operand, Pipe, Text
from .values import TemplateError

_STARTERS = frozenset("bool char dot field word number nil raw string variable left".split())
_CONSTANTS: dict[str, Callable[[str], str | float]] = {
    "number": number,
    "char": number,
    "string": unquote,
    "raw": unquote,
    "bool": lambda text: text == "true",
}
_BARE = ("dot", "nil")
MAIN = "base"
"""The name of the template itself, which Argo CD gives (applicationset/utils/utils.go)."""
DEPTH_LIMIT = 200
"""Levels of parentheses and blocks; Go takes more, but nobody writes them."""


@lru_cache(maxsize=512)
def parse(source: str, functions: frozenset[str]) -> dict[str, list[Node]]:
    """Give the trees of a template by name, its own under MAIN. TemplateError if it is no template."""
    parser = _Parser(tokens(source), functions)
    body, end = parser.nodes()
    if end != "end of text":
        raise TemplateError(f"line {parser.line}: unexpected {{{{{end}}}}}")
    parser.add(MAIN, body)
    return parser.trees


class _Parser:
    def __init__(self, found: list[Token], functions: frozenset[str]) -> None:
        self.found, self.functions = found, functions
        self.position = 0
        self.variables = ["$"]
        self.ranges = 0
        self.depth = 0
        self.trees: dict[str, list[Node]] = {}

    @property
    def line(self) -> int:
        return self.found[self.position].line

    def peek(self) -> Token:
        """Skip spaces and give the next token without taking it."""
        while self.found[self.position].kind == "space":
            self.position += 1
        return self.found[self.position]

    def take(self) -> Token:
        token = self.peek()
        self.position += 1
        return token

    def expect(self, kind: str, context: str) -> Token:
        token = self.take()
        if token.kind != kind:
            raise self.unexpected(token, context)
        return token

    def unexpected(self, token: Token, context: str) -> TemplateError:
        return TemplateError(f"line {token.line}: unexpected {token.text!r} in {context}")

    def add(self, name: str, body: list[Node]) -> None:
        """Keep a tree: one with content replaces an empty one, two with content are an error."""
        before = self.trees.get(name)
        if before is None or _is_empty(before):
            self.trees[name] = body
        elif not _is_empty(body):
            raise TemplateError(f"line {self.line}: multiple definition of template {name!r}")

    def nodes(self) -> tuple[list[Node], str]:
        """Parse up to ``end``, ``else`` or the end of the text; say which."""
        body: list[Node] = []
        while True:
            token = self.take()
            if token.kind == "end":
                self.position -= 1
                return body, "end of text"
            if token.kind == "text":
                body.append(Text(token.text))
                continue
            word = self.peek().kind
            if word in ("end", "else"):
                return body, self.ending(word)
            if word == "define" and self.depth == 0:
                self.define()
            else:
                body.append(self.action(word))

    def ending(self, word: str) -> str:
        self.take()
        if word == "else" and self.peek().kind in ("if", "with"):
            return word
        self.expect("close", word)
        return word

    def action(self, word: str) -> Node:
        if word in ("if", "with", "range"):
            self.take()
            return self.branch(word)
        if word in ("break", "continue"):
            self.take()
            self.expect("close", word)
            if not self.ranges:
                raise TemplateError(f"line {self.line}: {{{{{word}}}}} outside {{{{range}}}}")
            return Jump(word)
        if word in ("template", "block"):
            line = self.take().line
            return self.call(word, line)
        return self.pipe("command", "close")

    def block(self, *, isolated: bool) -> tuple[list[Node], str]:
        """Parse a nested list; ``isolated`` templates see no variables and no loop of what is around them."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise TemplateError(f"line {self.line}: more than {DEPTH_LIMIT} levels of nesting")
        outer = self.variables, self.ranges
        if isolated:
            self.variables, self.ranges = ["$"], 0
        body, end = self.nodes()
        if isolated:
            self.variables, self.ranges = outer
        self.depth -= 1
        if end == "end of text":
            raise TemplateError(f"line {self.line}: unexpected EOF")
        return body, end

    def branch(self, kind: str) -> Branch:
        known = len(self.variables)
        pipe = self.pipe(kind, "close")
        self.ranges += kind == "range"
        body, end = self.block(isolated=False)
        self.ranges -= kind == "range"
        node = Branch(kind, pipe, body)
        if end == "else":
            follows = self.peek().kind
            if follows in ("if", "with"):
                if follows != kind:
                    raise self.unexpected(self.peek(), "else")
                self.take()
                node.otherwise = [self.branch(follows)]
            else:
                node.otherwise, end = self.block(isolated=False)
                if end != "end":
                    raise TemplateError(f"line {self.line}: expected end; found {{{{{end}}}}}")
        del self.variables[known:]
        return node

    def define(self) -> None:
        self.take()
        name = self.name("define clause")
        self.expect("close", "define clause")
        body, end = self.block(isolated=True)
        if end != "end":
            raise TemplateError(f"line {self.line}: unexpected {{{{{end}}}}} in define clause")
        self.add(name, body)

    def name(self, context: str) -> str:
        token = self.take()
        if token.kind not in ("string", "raw"):
            raise self.unexpected(token, context)
        return unquote(token.text)

    def call(self, word: str, line: int) -> Call:
        context = f"{word} clause"
        name = self.name(context)
        pipe: Pipe | None = None
        if word == "template" and self.peek().kind == "close":
            self.take()
        else:
            pipe = self.pipe(context, "close")
        if word == "block":
            body, end = self.block(isolated=True)
            if end != "end":
                raise TemplateError(f"line {self.line}: unexpected {{{{{end}}}}} in {context}")
            self.add(name, body)
        return Call(name, pipe, line)

    def pipe(self, context: str, end: str) -> Pipe:
        pipe = Pipe(self.peek().line)
        while self.declaration(pipe, context):
            pass
        while True:
            token = self.take()
            if token.kind == end:
                break
            if token.kind not in _STARTERS:
                raise self.unexpected(token, context)
            self.position -= 1
            pipe.commands.append(self.command())
        if not pipe.commands:
            raise TemplateError(f"line {pipe.line}: missing value for {context}")
        for number_, command in enumerate(pipe.commands[1:], 2):
            first = command.args[0]
            if isinstance(first, Constant) or (isinstance(first, Name) and first.kind in _BARE):
                raise TemplateError(f"line {pipe.line}: non executable command in pipeline stage {number_}")
        return pipe

    def declaration(self, pipe: Pipe, context: str) -> bool:
        """Take ``$x :=``, ``$x =`` or ``$x,``; say whether another variable has to follow."""
        if self.peek().kind != "variable":
            return False
        begin = self.position
        variable = self.take()
        follows = self.peek()
        if follows.kind in ("assign", "declare"):
            pipe.assigns = follows.kind == "assign"
        elif follows.text != ",":
            self.position = begin
            return False
        self.take()
        pipe.declared.append(variable.text)
        self.variables.append(variable.text)
        if follows.text != ",":
            return False
        if context != "range" or len(pipe.declared) > 1:
            raise TemplateError(f"line {variable.line}: too many declarations in {context}")
        if self.peek().kind not in ("variable", "close", "right"):
            raise TemplateError(f"line {variable.line}: range can only initialize variables")
        return True

    def command(self) -> Command:
        command = Command([], self.peek().line)
        while True:
            operand = self.operand()
            if operand is not None:
                command.args.append(operand)
            token = self.found[self.position]
            self.position += 1
            if token.kind == "space":
                continue
            if token.kind in ("close", "right"):
                self.position -= 1
            elif token.kind != "pipe":
                raise self.unexpected(token, "operand")
            break
        if not command.args:
            raise TemplateError(f"line {command.line}: empty command")
        return command

    def operand(self) -> Operand | None:
        term = self.term()
        fields: list[str] = []
        while term is not None and self.found[self.position].kind == "field":
            fields.append(self.found[self.position].text[1:])
            self.position += 1
        if not fields or term is None:
            return term
        if isinstance(term, Chain):
            return Chain(term.base, (*term.fields, *fields))
        if isinstance(term, Constant) or (isinstance(term, Name) and term.kind in _BARE):
            raise TemplateError(f"line {self.line}: unexpected . after term {term.text!r}")
        return Chain(term, tuple(fields))

    def term(self) -> Operand | None:
        token = self.take()
        if token.kind == "left":
            return self.parenthesis(token)
        if token.kind == "field":
            return Chain(None, (token.text[1:],))
        if token.kind in ("dot", "nil"):
            return Name(token.kind, token.text)
        if token.kind in ("variable", "word"):
            return self.named(token)
        if token.kind in _CONSTANTS:
            return Constant(_CONSTANTS[token.kind](token.text), token.text)
        self.position -= 1
        return None

    def parenthesis(self, token: Token) -> Pipe:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise TemplateError(f"line {token.line}: max expression depth exceeded")
        pipe = self.pipe("parenthesized pipeline", "right")
        self.depth -= 1
        return pipe

    def named(self, token: Token) -> Name:
        if token.kind == "variable":
            if token.text not in self.variables:
                raise TemplateError(f"line {token.line}: undefined variable {token.text!r}")
            return Name("variable", token.text)
        if token.text not in self.functions:
            raise TemplateError(f"line {token.line}: function {token.text!r} not defined")
        return Name("function", token.text)


def _is_empty(body: list[Node]) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in body)
