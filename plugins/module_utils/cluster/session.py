# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one API server: kept-alive connections, a time limit on every call, retries where repeating is harmless."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import urlencode

from .._errors import GitopsError

try:
    import urllib3
    from urllib3.exceptions import HTTPError, NewConnectionError
except ImportError:  # connection.py says so when a session is wanted
    pass

RETRIED = frozenset((408, 429, 500, 502, 503, 504))
"""Answers that a repetition may turn into another. A 409 is never among them: it is told apart by the caller."""
FEW_TRIES = 3
"""For a server that was never reached, or that failed all the time that another request was repeated."""
LONGEST_PAUSE = 5.0
SILENCE = 10.0
JSON = "application/json"


@dataclass(frozen=True)
class Limits:
    """Time limits in seconds: of one request, of repeating one that fails, and of everything together."""

    request: float = 30.0
    retry: float = 60.0
    total: float = 3600.0


@dataclass(frozen=True)
class Endpoint:
    """How a cluster is reached, for somebody else to reach it so: its URL, and what its certificate is checked with.

    ``authority`` is PEM text, empty for the authorities that the system trusts.
    """

    server: str = ""
    authority: str = ""
    verified: bool = True
    server_name: str = ""


class ApiError(GitopsError):
    """An answer of the API server that is not a success, or none at all (``status`` 0).

    ``repeated`` says that the request was sent more than once, so that an earlier one may have had its effect.
    """

    repeated = False

    def __init__(self, status: int, what: str, *, why: str = "", hint: str = "", details: Any = None) -> None:
        super().__init__(what, why=why, hint=hint)
        self.status = status
        self.details = details or {}


class Session:
    """A cluster to talk to, from several threads at once."""

    def __init__(
        self,
        host: str,
        pool: Any,
        headers: list[tuple[str, str]],
        authorization: Callable[[], dict[str, str]],
        limits: Limits,
    ) -> None:
        self.host, self.limits, self.endpoint = host, limits, Endpoint(host)
        self._pool, self._headers, self._authorization = pool, headers, authorization
        self._end = time.monotonic() + limits.total
        self._met = False
        self._gave_up = False
        self._gate = 0.0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Let everything that is done meanwhile, by any thread, end within so many seconds."""
        before = self._end
        self._end = min(before, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._end = before

    def remaining(self) -> float:
        """Give the seconds left until the deadline; raise when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise ApiError(0, f"the deadline of {self.limits.total:g} s has passed", hint="Raise timeout.")
        return left

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        kind: str = "",
        accept: str = JSON,
        decode: Callable[[bytes], Any] = json.loads,
    ) -> Any:
        """Send one request that may safely be repeated, and give the decoded answer.

        ``kind`` is the body's content type, ``accept`` that of the answer, and ``decode`` reads it (ValueError if it
        cannot). Raises ApiError: 429, 5xx, time-outs and broken connections only after
        ``limits.retry`` seconds. After a few tries where the server was never reached, or where an earlier request was
        given up and nothing but such failures came since: a thousand objects do not wait one after the other.
        """
        data = json.dumps(body, separators=(",", ":")).encode() if body is not None else None
        url = self._url(path, query)
        give_up = time.monotonic() + self.limits.retry
        hopeless = self._gave_up
        attempt = 0
        while True:
            attempt += 1
            self._pass_gate()
            headers = self._all_headers(kind, accept)  # not within the try: an error here is none of the network
            try:
                response = self._send(method, url, data, headers)
            except HTTPError as error:
                failure, asked = self._unreached(error), None
            else:
                self._met = True
                answer, refusal = self._judged(method, path, response, decode)
                if refusal is None:
                    return answer
                failure, asked = refusal, response.headers.get("Retry-After")
            failure.repeated = attempt > 1
            pause = self._pause(attempt, asked)
            if not self._may_repeat(failure.status, attempt, hopeless):
                raise failure
            if time.monotonic() + pause > give_up:
                self._gave_up = True
                raise failure
            self._wait(pause, everybody=asked is not None)

    def stream(self, path: str, query: Mapping[str, Any], seconds: float) -> Iterator[Any]:
        """Give the decoded lines of a watch until the server ends it, ``seconds`` are over or the connection breaks.

        A connection that is silent for ``SILENCE`` seconds counts as broken.
        """
        seconds = min(seconds, self.remaining())
        timeout = urllib3.Timeout(connect=min(seconds, self.limits.request), read=min(seconds, SILENCE))
        headers = self._all_headers("", JSON)
        try:
            response = self._pool.request(
                "GET", self._url(path, query), headers=headers, timeout=timeout, preload_content=False
            )
        except HTTPError:
            return
        try:
            if response.status != 200:
                response.read()
                raise _failure("GET", path, response)
            yield from _lines(response, time.monotonic() + seconds)
        except (HTTPError, ValueError):  # broken off, or in the middle of a line
            return
        finally:
            response.close()

    def _send(self, method: str, url: str, data: bytes | None, headers: Any) -> Any:
        left = min(self.limits.request, self.remaining())
        timeout = urllib3.Timeout(connect=left, read=left)
        return self._pool.request(method, url, body=data, headers=headers, timeout=timeout)

    def _judged(
        self, method: str, path: str, response: Any, decode: Callable[[bytes], Any]
    ) -> tuple[Any, ApiError | None]:
        """Give the decoded answer, or why it is none."""
        if response.status >= 300:
            if response.status not in RETRIED:
                self._gave_up = False
            return None, _failure(method, path, response)
        try:
            answer = decode(response.data)
        except ValueError as error:
            return None, ApiError(0, f"the answer of {self.host} is no JSON", why=str(error))
        self._gave_up = False
        return answer, None

    def _url(self, path: str, query: Mapping[str, Any] | None) -> str:
        return f"{self.host}{path}" + (f"?{urlencode(query)}" if query else "")

    def _all_headers(self, kind: str, accept: str) -> Any:
        headers: Any = {**self._authorization(), "Accept": accept, "User-Agent": "tiphys.gitops"}
        if kind:
            headers["Content-Type"] = kind
        if self._headers:
            headers = urllib3.HTTPHeaderDict(headers)
            for name, value in self._headers:  # a name may be there more than once
                headers.add(name, value)
        return headers

    def _may_repeat(self, status: int, attempt: int, hopeless: bool) -> bool:
        if status and status not in RETRIED:
            return False
        return attempt < FEW_TRIES or (self._met and not hopeless)

    def _pause(self, attempt: int, asked: str | None) -> float:
        if asked is not None and asked.isdigit():
            return float(asked)
        longest: float = min(LONGEST_PAUSE, 0.1 * 2 ** min(attempt, 10))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, hides nothing

    def _wait(self, pause: float, everybody: bool) -> None:
        """Pause this thread, or, as the server asked for it, all threads of the session."""
        pause = min(pause, self.remaining())
        if everybody:
            with self._lock:
                self._gate = max(self._gate, time.monotonic() + pause)
            self._pass_gate()
        else:
            time.sleep(pause)

    def _pass_gate(self) -> None:
        pause = self._gate - time.monotonic()
        if pause > 0:
            time.sleep(min(pause, self.remaining()))

    def _unreached(self, error: Exception) -> ApiError:
        cause = getattr(error, "reason", None) or error
        text = str(cause).rsplit(">: ", 1)[-1]
        if isinstance(error, NewConnectionError) or not self._met:
            hint = "Check the server's address (host or kubeconfig), that it runs and that its certificate is trusted."
            return ApiError(0, f"cannot reach {self.host}", why=text, hint=hint)
        return ApiError(0, f"the connection to {self.host} failed", why=text)


def _lines(response: Any, end: float) -> Iterator[Any]:
    rest = b""
    for chunk in response.stream(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield json.loads(line)
        if time.monotonic() > end:
            return


def _failure(method: str, path: str, response: Any) -> ApiError:
    """Tell an unsuccessful answer in the server's own words, with what to do about the common ones."""
    try:
        status = json.loads(response.data)
    except ValueError:
        status = {}
    status = status if isinstance(status, dict) else {}
    message = str(status.get("message") or response.reason or "")
    hint = ""
    if response.status == 401:
        hint = "The server does not accept these credentials: check api_key or the kubeconfig's user, or renew them."
    elif response.status == 403:
        hint = "Grant this right to the user or service account, or use another one."
    elif response.status == 404 and not status.get("details"):
        message = f"the server has no {path}"
    return ApiError(
        response.status,
        _STATUS.get(response.status, f"{method} failed"),
        why=message,
        hint=hint,
        details={**(status.get("details") or {}), "continue": (status.get("metadata") or {}).get("continue")},
    )


_STATUS = {
    401: "not authenticated (401)",
    403: "not allowed (403)",
    404: "not found (404)",
    409: "conflict (409)",
    422: "refused as invalid (422)",
    429: "too many requests (429)",
}
