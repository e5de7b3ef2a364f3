"""Keeps a copy of every file that a program deletes, in the folder WITNESS. Python loads it when it starts."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["WITNESS"])


def path_of(name: Any, folder: Any) -> Path:
    """The path of a file; its folder may be given as an open one, as shutil.rmtree does (-1: it is not)."""
    path = Path(os.fsdecode(name))
    return Path(f"/proc/self/fd/{folder}").readlink() / path if folder not in (-1, None) else path


def keep(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.remove":
        with suppress(OSError):
            path = path_of(*arguments)
            if path.is_file() and not path.is_symlink():
                shutil.copyfile(path, FOLDER / "deleted" / f"{uuid.uuid4().hex}-{path.name}")


sys.addaudithook(keep)
