# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions of Go (RE2) by Python's, where both mean the same. Everything else is refused."""

from __future__ import annotations

import re
from functools import lru_cache

from .values import TemplateError, UnsupportedError

_PIECES = re.compile(
    r"""(?P<class>\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\])
      | (?P<escape>\\(?:x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[0-7]{3}|.))
      | (?P<group>\(\?(?:P?<[A-Za-z_]\w*>|[imsU-]*[:)]|.?))
      | (?P<count>\{[0-9]+(?:,[0-9]*)?\})
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_KNOWN_ESCAPES = frozenset(r"\.+*?()|[]{}^$-/,:;<>=!@#%&~'" + '"` ' + "dDwWbBnrtfvaA_")
_PLAIN = (re.compile(r"\\.|\[[^\]]*\]"), re.compile(r"\(\?[^:)>]*[:>]?"))
"""Escapes and classes, and what may stand at the beginning of a group."""
_SPACE = r"\t\n\f\r "


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Translate a pattern. TemplateError if Go refuses it, UnsupportedError if it might mean something else here."""
    translated = "".join(_piece(pattern, found) for found in _PIECES.finditer(pattern))
    if re.search(r"[*+?}][+*]|\{,|(?<!\\)\*\{|\+\{", re.sub(r"\\.|\[[^\]]*\]", "x", pattern)):
        raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
    if _is_slow(_PLAIN[1].sub("(", _PLAIN[0].sub("x", pattern))):
        raise UnsupportedError(f"the regular expression {pattern!r} repeats what repeats, which can take forever here")
    try:
        return re.compile(translated, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise TemplateError(f"error parsing regexp: {error}: `{pattern}`") from None


def _is_slow(pattern: str) -> bool:
    """Say whether a group repeats that can match in several ways.

    RE2 takes linear time for everything; Python tries all ways to divide a text among such repetitions.
    """
    ways = [False]
    for position, sign in enumerate(pattern):
        if sign == "(":
            ways.append(False)
        elif sign == ")" and len(ways) > 1:
            several = ways.pop()
            if several and pattern[position + 1 : position + 2] in ("*", "+", "{"):
                return True
            ways[-1] = ways[-1] or several
        elif sign in "*+?{|":
            ways[-1] = True
    return False


def _piece(pattern: str, found: re.Match[str]) -> str:
    kind, text = found.lastgroup, found.group()
    if kind == "class":
        return _class(pattern, text)
    if kind == "escape":
        return _escape(pattern, text)
    if kind == "group":
        return _group(pattern, text)
    if kind == "count" and any(int(number) > 1000 for number in re.findall("[0-9]+", text)):
        raise TemplateError(f"error parsing regexp: invalid repeat count: `{text}`")
    if text == "$":
        return "$" if re.match(r"\(\?[is]*m[is]*\)", pattern) else r"\Z"
    return text


def _group(pattern: str, text: str) -> str:
    if text[2:3] in ("=", "!") or text[2:4] in ("<=", "<!"):
        raise TemplateError(f"error parsing regexp: invalid or unsupported Perl syntax: `{text}`")
    if text.endswith(">"):
        return text if text[2] == "P" else "(?P" + text[2:]
    leading = text.endswith(")") and pattern.startswith(text)
    if "U" in text or "-" in text or not text.endswith((":", ")")) or (text.endswith(")") and not leading):
        raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
    if "i" in text and not pattern.isascii():
        raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
    if "m" in text and text.endswith(":"):
        raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
    return text


def _escape(pattern: str, text: str) -> str:
    letter = text[1]
    if letter == "s":
        return f"[{_SPACE}]"
    if letter == "S":
        return f"[^{_SPACE}]"
    if letter == "z":
        return r"\Z"
    if letter == "x":
        return re.escape(chr(int(text[2:].strip("{}"), 16)))
    if letter in "123456789Zk":
        raise TemplateError(f"error parsing regexp: invalid escape sequence: `{text}`")
    if letter not in _KNOWN_ESCAPES:
        raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
    return text if letter.isalnum() else re.escape(letter)


def _class(pattern: str, text: str) -> str:
    negated = text.startswith("[^")
    inner = text[2 if negated else 1 : -1]
    result = ""
    for piece in re.findall(r"\[:\^?[a-z]+:\]|\\.|.", inner, re.DOTALL):
        if piece.startswith("[:"):
            if piece[2:-2] not in _CLASSES:
                raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
            result += _CLASSES[piece[2:-2]]
        elif piece == r"\s":
            result += _SPACE
        elif piece[0] == "\\" and (piece[1] in "bBAS" or (piece[1] not in _KNOWN_ESCAPES)):
            raise UnsupportedError(f"the regular expression {pattern!r} is not known here")
        else:
            result += "\\" + piece if piece in ("[", "&", "~", "|") else piece
    return f"[{'^' if negated else ''}{result}]"


def matches(pattern: re.Pattern[str], text: str, count: int) -> list[re.Match[str]]:
    """Find matches as Go's FindAll does: an empty one right after another match does not count."""
    found: list[re.Match[str]] = []
    position, last = 0, -1
    while position <= len(text) and (count < 0 or len(found) < count):
        match = pattern.search(text, position)
        if match is None:
            break
        if match.end() > match.start() or match.start() != last:
            found.append(match)
        last = match.end()
        position = match.end() if match.end() > match.start() else match.end() + 1
    return found


def expand(template: str, match: re.Match[str]) -> str:
    """Put groups into a replacement: ``$1``, ``${name}``, ``$$``; unknown ones are empty."""

    def group(found: re.Match[str]) -> str:
        name = found.group(1) or found.group(2)
        if name is None:
            return "$"
        if name.isdigit():
            return (match.group(int(name)) or "") if int(name) <= (match.re.groups or 0) else ""
        return match.group(name) or "" if name in match.re.groupindex else ""

    return re.sub(r"\$(?:\{(\w+)\}|(\w+)|\$)", group, template)


def replace(pattern: str, text: str, template: str, *, literal: bool) -> str:
    result, position = "", 0
    for match in matches(compiled(pattern), text, -1):
        result += text[position : match.start()] + (template if literal else expand(template, match))
        position = match.end()
    return result + text[position:]


def split(pattern: str, text: str, count: int) -> list[str]:
    """Give the parts between matches (Regexp.Split)."""
    if count == 0:
        return []
    if pattern and not text:
        return [""]
    parts: list[str] = []
    begin = end = 0
    for match in matches(compiled(pattern), text, count):
        if count > 0 and len(parts) == count - 1:
            break
        end = match.start()
        if match.end() != 0:
            parts.append(text[begin:end])
        begin = match.end()
    if end != len(text):
        parts.append(text[begin:])
    return parts
