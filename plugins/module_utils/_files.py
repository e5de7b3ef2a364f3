# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests in files: read from a file or folder, written in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._errors import GitopsError
from .manifests.document import parse

SUFFIXES = (".yaml", ".yml", ".json")


def read_manifests(src: str) -> Iterator[tuple[str, Any]]:
    """Give (place, manifest) for each document of a file, or of each file of a folder and its subfolders, by name.

    The items of a ``List`` count as documents of their own.
    """
    for file in _files(Path(src).expanduser()):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise GitopsError("cannot be read", where=f"src {file}", why=str(error)) from None
        for number, document in enumerate(parse(text, f"src {file}"), 1):
            place = f"{file} (document {number})"
            items = document.get("items") if isinstance(document, dict) else None
            if isinstance(items, list) and str(document.get("kind", "")).endswith("List"):
                yield from ((f"{place}, item {index}", item) for index, item in enumerate(items, 1))
            else:
                yield place, document


def _files(root: Path) -> list[Path]:
    if root.is_dir():
        found = (file for file in root.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        return sorted(file for file in found if _is_shown(file.relative_to(root)))
    if not root.exists():
        raise GitopsError("does not exist", where=f"src {root}", hint="The path is one on the target host.")
    return [root]


def _is_shown(file: Path) -> bool:
    """Say whether a file is no copy: a mounted ConfigMap has each again in a folder whose name begins with ".."."""
    return not any(part.startswith("..") for part in file.parts)


def content(path: Path) -> str:
    """Give the text of a file, empty when there is none."""
    try:
        _refuse_folder(path)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise GitopsError("cannot be read", where=f"dest {path}", why=str(error)) from None


def write(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part.

    A link stays one: the file that it leads to is written. A new file has the permissions that umask leaves; a
    ``private`` one, new or not, is for its owner alone.
    """
    try:
        _refuse_folder(path)
        target = Path(os.path.realpath(path))
        if not target.parent.is_dir():
            raise GitopsError(f"there is no folder {target.parent}", where=f"dest {path}", hint="Create it first.")
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tiphys-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.chmod(0o600 if private else _permissions(target))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)  # is there only if something failed
    except OSError as error:
        raise GitopsError("cannot be written", where=f"dest {path}", why=str(error)) from None


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise GitopsError("is a folder", where=f"dest {path}", hint="Name a file in it.")


def _permissions(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)  # it can only be read by setting it
    os.umask(mask)
    return 0o666 & ~mask
