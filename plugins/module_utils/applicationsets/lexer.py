# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of a Go template, as text/template/parse/lex.go of Go finds them."""

from __future__ import annotations

import re
from typing import NamedTuple

from .values import TemplateError

SPACES = " \t\r\n"
KEYWORDS = frozenset("block break continue define else end if range nil template with".split())

_TOKENS = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<declare>:=)
      | (?P<assign>=)
      | (?P<pipe>\|)
      | (?P<string>"(?:[^"\\\n]|\\[^\n])*")
      | (?P<raw>`[^`]*`)
      | (?P<char>'(?:[^'\\\n]|\\[^\n])*')
      | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*
            |(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]*)?)i?)
      | (?P<variable>\$\w*)
      | (?P<field>\.\w+)
      | (?P<dot>\.)
      | (?P<word>\w+)
      | (?P<left>\()
      | (?P<right>\))
      | (?P<other>[!-~])""",
    re.VERBOSE,
)
_ENDS = frozenset(SPACES + ".,|:)(")
_MUST_END = ("variable", "field", "dot", "word")
_STARTS = {
    "'": "unterminated character constant",
    '"': "unterminated quoted string",
    "`": "unterminated raw quoted string",
}


class Token(NamedTuple):
    """``kind`` is ``text``, ``open``, ``close``, ``end`` (of all), a keyword, ``bool`` or a group of ``_TOKENS``."""

    kind: str
    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """Give the tokens of a whole template. TemplateError with the line if there is something else in an action."""
    found: list[Token] = []
    position = 0
    trim = False
    while True:
        begin = source.find("{{", position)
        text = source[position:] if begin < 0 else source[position:begin]
        line = source.count("\n", 0, position) + 1
        if trim:
            text = text.lstrip(SPACES)
        if begin < 0:
            found += [Token("text", text, line)] if text else []
            return [*found, Token("end", "EOF", line)]
        inside = begin + 2
        if source[inside : inside + 1] == "-" and source[inside + 1 : inside + 2] in tuple(SPACES):
            text = text.rstrip(SPACES)
            inside += 2
        found += [Token("text", text, line)] if text else []
        if source.startswith("/*", inside):
            position, trim = _comment(source, inside)
        else:
            position, trim = _action(source, begin, inside, found)


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


def _comment(source: str, inside: int) -> tuple[int, bool]:
    end = source.find("*/", inside + 2)
    if end < 0:
        raise TemplateError(f"line {_line(source, inside)}: unclosed comment")
    width, trim = _closes(source, end + 2)
    if not width:
        raise TemplateError(f"line {_line(source, inside)}: comment ends before closing delimiter")
    return end + 2 + width, trim


def _closes(source: str, position: int) -> tuple[int, bool]:
    """Give how many characters close an action here, and whether they trim what follows."""
    if source[position : position + 1] in tuple(SPACES) and source.startswith("-}}", position + 1):
        return 4, True
    return (2, False) if source.startswith("}}", position) else (0, False)


def _action(source: str, begin: int, inside: int, found: list[Token]) -> tuple[int, bool]:
    found.append(Token("open", "{{", _line(source, begin)))
    depth, position = 0, inside
    while True:
        width, trim = _closes(source, position)
        line = _line(source, position)
        if width:
            if depth:
                raise TemplateError(f"line {line}: unclosed left paren")
            found.append(Token("close", "}}", line))
            return position + width, trim
        token = _token(source, position, line)
        depth += {"left": 1, "right": -1}.get(token.kind, 0)
        if depth < 0:
            raise TemplateError(f"line {line}: unexpected right paren")
        found.append(token)
        position += len(token.text)


def _token(source: str, position: int, line: int) -> Token:
    match = _TOKENS.match(source, position)
    if match is None:
        start = source[position : position + 1]
        why = _STARTS.get(start) or ("expected :=" if start == ":" else f"unrecognized character in action: {start!r}")
        raise TemplateError(f"line {line}: {why if start else 'unclosed action'}")
    kind, text = match.lastgroup or "", match.group()
    if kind == "space" and source.startswith("-}}", position + len(text)) and len(text) > 1:
        text = text[:-1]
    following = source[position + len(text) : position + len(text) + 1]
    _check_end(kind, text, source[position + len(text) :][:2], line)
    if kind == "word":
        kind = text if text in KEYWORDS else "bool" if text in ("true", "false") else "word"
    if kind == "other" and text in _STARTS:
        raise TemplateError(f"line {line}: {_STARTS[text]}")
    if kind == "other" and text == ":":
        raise TemplateError(f"line {line}: expected :=, found :{following}")
    return Token(kind, text, line)


def _check_end(kind: str, text: str, following: str, line: int) -> None:
    """A name ends at a space, a delimiter or another operand's start; a number at anything that is no letter."""
    if kind in _MUST_END and text != "." and following and following[0] not in _ENDS and following != "}}":
        raise TemplateError(f"line {line}: bad character {following[0]!r}")
    if kind == "dot" and following and following[0] not in _ENDS and following != "}}":
        raise TemplateError(f"line {line}: bad character {following[0]!r}")
    if kind == "number" and following and (following[0] == "_" or following[0].isalnum()):
        raise TemplateError(f"line {line}: bad number syntax: {text + following[0]!r}")
