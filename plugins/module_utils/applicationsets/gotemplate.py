# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One text through Go's templates, with the functions that Argo CD gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .builtin import BUILTINS
from .execute import MISSING_KEY, Executor
from .functions import Function
from .parser import MAIN, parse
from .sprig_coding import CODING
from .sprig_data import DATA
from .sprig_numbers import NUMBERS
from .sprig_text import TEXT
from .values import MISSING, TemplateError

FUNCTIONS: dict[str, Function] = {**BUILTINS, **TEXT, **NUMBERS, **DATA, **CODING}
NAMES = frozenset((*FUNCTIONS, "and", "or", "tpl"))
TPL_DEPTH = 3
"""How deep ``tpl`` may call itself (applicationset/utils/template_functions.go)."""


def missing_key(options: Sequence[str]) -> str:
    """Give what ``goTemplateOptions`` say of a missing key. TemplateError if Go does not know an option."""
    chosen = "default"
    for option in options:
        name, _sep, value = option.partition("=")
        if name != "missingkey" or value not in MISSING_KEY:
            raise TemplateError(f"unrecognized option: {option}")
        chosen = value
    return chosen


def render(text: str, params: dict[str, Any], options: Sequence[str] = ()) -> str:
    """Give the text of a template. TemplateError if it fails in Argo CD too, UnsupportedError if only here."""
    chosen = missing_key(options)
    if "{{" not in text:
        return text
    return _run(parse(text, NAMES), params, chosen, [0])


def _run(trees: dict[str, Any], data: Any, chosen: str, depth: list[int]) -> str:
    def tpl(text: str, values: Any) -> str:
        depth[0] += 1
        try:
            if depth[0] > TPL_DEPTH:
                raise TemplateError(f"error calling tpl: maximum recursion depth {TPL_DEPTH} exceeded in tpl function")
            inner = {**trees, MAIN: [], **parse(text, NAMES)}
            return _run(inner, MISSING if values is None else values, chosen, depth).replace("<no value>", "")
        finally:
            depth[0] -= 1

    functions = {**FUNCTIONS, "tpl": Function("tpl", "sa", "", tpl)}
    return Executor(trees, functions, chosen).run(data)
