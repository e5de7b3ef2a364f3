# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sprig's functions for text (github.com/Masterminds/sprig, strings.go); positions are bytes, as in Go."""

from __future__ import annotations

import re
from typing import Any

from .functions import Library
from .quoting import quote
from .values import StringMap, Strings, TemplateError, UnsupportedError, decode, encode, is_list, show

TEXT = Library()
LENGTH_LIMIT = 1_000_000


def _one(char: str, other: str) -> str:
    """Go maps one character to one character; where Python gives two, it keeps the first one."""
    return other if len(other) == 1 else char


TEXT.add("hello")(lambda: "Hello!")
TEXT.add("trim", "s")(lambda text: text.strip(" \t\n\v\f\r\x85\xa0\u2028\u2029"))
TEXT.add("upper", "s")(lambda text: "".join(_one(char, char.upper()) for char in text))
TEXT.add("replace", "sss")(lambda old, new, text: text.replace(old, new))
TEXT.add("contains", "ss")(lambda part, text: part in text)
TEXT.add("hasPrefix", "ss")(lambda part, text: text.startswith(part))
TEXT.add("hasSuffix", "ss")(lambda part, text: text.endswith(part))
TEXT.add("trimSuffix", "ss")(lambda part, text: text[: -len(part)] if part and text.endswith(part) else text)
TEXT.add("trimPrefix", "ss")(lambda part, text: text.removeprefix(part))
TEXT.add("trimAll trimall", "ss")(lambda chars, text: text.strip(chars) if chars else text)
TEXT.add("toString", "a")(show)
TEXT.add("plural", "ssi")(lambda one, many, count: one if count == 1 else many)


@TEXT.add("lower", "s")
def lower(text: str) -> str:
    return "".join(_one(char, char.lower()) for char in text)


@TEXT.add("toStrings", "a")
def texts(value: Any) -> Strings:
    """Give a list's values as text, null ones left out; anything else as a list of one."""
    if value is None:
        return Strings()
    if is_list(value):
        return Strings(show(item) for item in value if item is not None)
    return Strings([show(value)])


@TEXT.add("join", "sa")
def _join(separator: str, values: Any) -> str:
    return separator.join(texts(values))


@TEXT.add("quote", "*a")
def _quote(*values: Any) -> str:
    return " ".join(quote(show(value)) for value in values if value is not None)


@TEXT.add("squote", "*a")
def _squote(*values: Any) -> str:
    return " ".join(f"'{show(value)}'" for value in values if value is not None)


@TEXT.add("cat", "*a")
def _cat(*values: Any) -> str:
    return " ".join(show(value) for value in values if value is not None)


@TEXT.add("repeat", "is")
def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise TemplateError("error calling repeat: strings: negative Repeat count")
    if count * len(text) > LENGTH_LIMIT:
        raise UnsupportedError(f"repeat gives more than {LENGTH_LIMIT} characters")
    return str(text * count)


@TEXT.add("indent", "is")
def indent(spaces: int, text: str) -> str:
    pad = _repeat(spaces, " ")
    return pad + text.replace("\n", "\n" + pad)


@TEXT.add("nindent", "is")
def _nindent(spaces: int, text: str) -> str:
    return "\n" + indent(spaces, text)


@TEXT.add("trunc", "is")
def _trunc(count: int, text: str) -> str:
    raw = encode(text)
    if count < 0:
        return decode(raw[count:]) if len(raw) + count > 0 else text
    return decode(raw[:count])


@TEXT.add("substr", "iis")
def _substr(start: int, end: int, text: str) -> str:
    raw = encode(text)
    begin = max(start, 0)
    stop = len(raw) if start >= 0 and (end < 0 or end > len(raw)) else end
    if not begin <= stop <= len(raw):
        raise TemplateError(f"error calling substr: slice bounds out of range [{begin}:{stop}]")
    return decode(raw[begin:stop])


@TEXT.add("abbrev", "is")
def _abbrev(width: int, text: str) -> str:
    return text if width < 4 else _abbreviate(text, 0, width)


@TEXT.add("abbrevboth", "iis")
def _abbrevboth(left: int, right: int, text: str) -> str:
    return text if right < 4 or (left > 0 and right < 7) else _abbreviate(text, left, right)


def _abbreviate(text: str, offset: int, width: int) -> str:
    raw = encode(text)
    if len(raw) <= width:
        return text
    offset = min(offset, len(raw))
    if len(raw) - offset < width - 3:
        offset = len(raw) - (width - 3)
    if offset <= 4:
        return decode(raw[: width - 3]) + "..."
    if offset + width - 3 < len(raw):
        return "..." + _abbreviate(decode(raw[offset:]), 0, width - 3)
    return "..." + decode(raw[len(raw) - (width - 3) :])


def _ascii(name: str, text: str) -> str:
    if not text.isascii():
        raise UnsupportedError(f"the function {name} with text that is not ASCII is not known here")
    return text


@TEXT.add("nospace", "s")
def _nospace(text: str) -> str:
    return re.sub(r"[ \t\n\v\f\r]", "", _ascii("nospace", text))


@TEXT.add("initials", "s")
def _initials(text: str) -> str:
    return "".join(word[0] for word in _ascii("initials", text).split())


@TEXT.add("title", "s")
def _title(text: str) -> str:
    return re.sub(r"(?<![A-Za-z0-9_])[a-z]", lambda found: found.group().upper(), _ascii("title", text))


@TEXT.add("untitle", "s")
def _untitle(text: str) -> str:
    return re.sub(r"(?<!\S)[A-Z]", lambda found: found.group().lower(), _ascii("untitle", text))


@TEXT.add("swapcase", "s")
def _swapcase(text: str) -> str:
    return _ascii("swapcase", text).swapcase()


@TEXT.add("camelcase", "s")
def _camelcase(text: str) -> str:
    """Join words at spaces, ``_`` and ``-``; of several in a row, one less is left (xstrings.ToPascalCase)."""
    lead = re.match(r"[-_\s]*", _ascii("camelcase", text))
    begin = lead.end() if lead else 0
    words = re.split(r"([-_\s]+)", text[begin:])
    parts = [word if position % 2 == 0 else word[:-1] for position, word in enumerate(words)]
    if len(words) > 1 and not words[-1]:
        parts[-2] = words[-2]
    return text[:begin] + "".join(_capital(part) if at % 2 == 0 else part for at, part in enumerate(parts))


def _capital(word: str) -> str:
    run = re.match(r"[A-Z]*", word)
    upper = run.end() if run else 0
    return word[:1].upper() + word[1:upper].lower() + word[max(upper, 1) :]


@TEXT.add("snakecase", "s")
def _snakecase(text: str) -> str:
    return _words("snakecase", text, "_")


@TEXT.add("kebabcase", "s")
def _kebabcase(text: str) -> str:
    return _words("kebabcase", text, "-")


def _words(name: str, text: str, connector: str) -> str:
    """Put a connector before every word that starts with a capital letter, and write all small."""
    if re.search(r"[^A-Za-z_\s-]", _ascii(name, text)):
        raise UnsupportedError(f"the function {name} with more than letters, spaces, - and _ is not known here")
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[-_\s]+", text)
    result = ""
    for part in parts:
        if part[0] in "-_" or part[0].isspace():
            result += connector * len(part)
            continue
        if result and not result.endswith(connector):
            result += connector
        result += part.lower()
    return result


@TEXT.add("wrap", "is")
def _wrap(width: int, text: str) -> str:
    return _wrapped(text, width, "\n", break_words=False)


@TEXT.add("wrapWith", "iss")
def _wrap_with(width: int, separator: str, text: str) -> str:
    return _wrapped(text, width, separator or "\n", break_words=True)


def _wrapped(text: str, width: int, separator: str, *, break_words: bool) -> str:
    """Break lines at spaces (goutils.WrapCustom)."""
    _ascii("wrap", text)
    width = max(width, 1)
    result, offset = "", 0
    while len(text) - offset > width:
        if text[offset] == " ":
            offset += 1
            continue
        space = text.rfind(" ", offset, offset + width + 1)
        if space < 0 and break_words:
            result += text[offset : offset + width] + separator
            offset += width
            continue
        if space < 0:
            space = text.find(" ", offset + width)
        if space < 0:
            return result + text[offset:]
        result += text[offset:space] + separator
        offset = space + 1
    return result + text[offset:]


@TEXT.add("splitList", "ss")
def split_list(separator: str, text: str) -> Strings:
    return Strings(text.split(separator) if separator else list(text))


@TEXT.add("split", "ss")
def _split(separator: str, text: str) -> StringMap:
    return StringMap((f"_{number}", part) for number, part in enumerate(split_list(separator, text)))


@TEXT.add("splitn", "sis")
def _splitn(separator: str, count: int, text: str) -> StringMap:
    if count < 0:
        return _split(separator, text)
    if not separator:
        raise UnsupportedError("the function splitn without a separator is not known here")
    parts = text.split(separator, count - 1) if count else []
    return StringMap((f"_{number}", part) for number, part in enumerate(parts))
