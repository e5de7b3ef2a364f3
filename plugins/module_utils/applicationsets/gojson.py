# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as Go's encoding/json reads and writes it: all numbers are float64, keys are sorted, HTML is escaped."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .values import Maps, NilList, TemplateError, float_text, is_list, is_map, type_name

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_SPECIAL = re.compile('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff]')
_SPECIAL_HTML = re.compile('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff<>&]')


def loads(text: str) -> Any:
    """Read one JSON value. TemplateError if it is none."""
    try:
        return json.loads(text, parse_int=_float, parse_float=_float, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise TemplateError(f"invalid JSON: {error}") from None


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"number {text} is too large")
    return value


def _constant(text: str) -> Any:
    raise ValueError(f"invalid character in {text}")


def dumps(value: Any, *, html: bool = True, indent: str = "") -> str:
    """Write a value; ``indent`` is one step of indentation, none for a single line. TemplateError for NaN."""
    return _write(value, _SPECIAL_HTML if html else _SPECIAL, indent, "\n" if indent else "")


def number(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        raise TemplateError("json: unsupported value: no finite number")
    return re.sub("e-0([0-9])$", r"e-\1", float_text(value, lowest=-6, highest=21))


def _write(value: Any, special: re.Pattern[str], indent: str, line: str) -> str:
    if value is None or (isinstance(value, (Maps, NilList)) and not value):
        return "null"
    if isinstance(value, str):
        return '"' + special.sub(_escape, value) + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value) if isinstance(value, float) else str(int(value))
    deeper = line + indent
    if is_map(value):
        colon = ": " if indent else ":"
        parts = [
            f"{_write(key, special, '', '')}{colon}{_write(value[key], special, indent, deeper)}"
            for key in sorted(value)
        ]
        return _joined("{", "}", parts, line, deeper)
    if is_list(value):
        return _joined("[", "]", [_write(item, special, indent, deeper) for item in value], line, deeper)
    raise TemplateError(f"json: unsupported type: {type_name(value)}")


def _joined(begin: str, end: str, parts: list[str], line: str, deeper: str) -> str:
    return begin + deeper + ("," + deeper).join(parts) + line + end if parts else begin + end


def _escape(found: re.Match[str]) -> str:
    char = found.group()
    if "\ud800" <= char <= "\udfff":
        return "\\ufffd"
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"
