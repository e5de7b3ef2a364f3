"""Stands for Python's syslog: what is logged goes to a file in the folder WITNESS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG = range(8)
LOG_USER, LOG_PID = 8, 1


def openlog(*_arguments: Any, **_more: Any) -> None:
    """Nothing to open."""


def syslog(*arguments: Any) -> None:
    with (Path(os.environ["WITNESS"]) / "syslog").open("a", encoding="utf-8") as log:
        log.write(f"{arguments[-1]}\n")


def __getattr__(name: str) -> int:
    """Any facility: where a message would go makes no difference."""
    if name.startswith("LOG_"):
        return LOG_USER
    raise AttributeError(name)
