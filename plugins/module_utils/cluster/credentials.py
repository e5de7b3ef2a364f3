# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who we are to the API server: the header that says so, kept fresh, and what the client tells of it in vain."""

from __future__ import annotations

import base64
import contextlib
import logging
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

from .session import ApiError

FRESH = 10.0
"""Seconds for which a header with credentials is used before the client is asked whether they expire."""


class Credentials:
    """Gives the header that says who we are; the client refreshes tokens that are about to expire.

    One thread at a time asks it, and only now and then: a plugin that takes seconds is not run by each of 16 threads.
    """

    def __init__(self, config: Any, folder: str, register: Callable[[str], object]) -> None:
        self._config, self._folder, self._register = config, Path(folder), register
        self._lock = threading.Lock()
        self._header: dict[str, str] | None = None
        self._due = 0.0
        self._refusal: ApiError | None = None

    def __call__(self) -> dict[str, str]:
        with self._lock:
            if self._refusal:
                raise self._refusal
            if self._header is None or time.monotonic() >= self._due:
                self._header = self._renewed()
                self._due = time.monotonic() + FRESH
            return self._header

    def _renewed(self) -> dict[str, str]:
        try:
            with logged_errors():  # or they are written to standard error
                value = self._value()
        except Exception as error:  # noqa: BLE001  # whatever a plugin or an identity provider makes the client do
            if self._header is None:
                raise ApiError(0, "the credentials cannot be refreshed", why=reason(error)) from None
            return self._header  # it may hold for some minutes more, and the server says so when it does not
        if self._folder.exists():  # a certificate that came too late for the connections: nothing may stay on disk
            shutil.rmtree(self._folder, ignore_errors=True)
            self._refusal = ApiError(
                0,
                "the credential plugin of the kubeconfig gave a token first and a client certificate later",
                hint="Run the task again, or let the plugin give one kind of credentials.",
            )
            raise self._refusal
        return self._checked(value)

    def _value(self) -> str:
        settings = self._config.auth_settings().get("BearerToken")
        if settings and settings["value"]:
            return str(settings["value"])
        if self._config.username:
            pair = f"{self._config.username}:{self._config.password or ''}"
            return f"Basic {base64.b64encode(pair.encode()).decode()}"
        return ""

    def _checked(self, value: str) -> dict[str, str]:
        scheme, _space, secret = value.strip().partition(" ")
        secret = secret.strip()
        if not secret:
            return {}
        self._register(secret)
        if not (secret.isascii() and secret.isprintable()):
            raise ApiError(
                0,
                "the token holds a line break or another character that no token has",
                hint="Check api_key or the kubeconfig's user.",
            )
        return {"Authorization": f"{scheme} {secret}"}


@contextlib.contextmanager
def logged_errors() -> Iterator[list[str]]:
    """Collect what the client only logs before it goes on without credentials: that an exec plugin failed."""
    messages: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield messages
    finally:
        logging.getLogger().removeHandler(handler)


def first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def reason(error: BaseException) -> str:
    """Give an error in a line; one of the YAML parser's has several, and says where in attributes."""
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}: {getattr(error, 'problem', '')}" if mark else told(first_line(error))


def told(text: str) -> str:
    """Leave out what the client quotes of a kubeconfig: ``Expected key user in FILE/{'name': …, 'token': …}``."""
    return re.sub(r"\{.*\}|\{.*", "...", text, flags=re.DOTALL)
