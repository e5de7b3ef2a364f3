"""Waiting for what a control plane does on its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, seconds: float = 60.0, accept: Callable[[T], bool] = bool) -> T:
    """What `look` returns once that is accepted (by default: true).

    AssertionError that tells `what` was waited for, and what was last seen, if it is not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not accept(seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}; last seen: {seen!r}")
        time.sleep(0.1)
    return seen
