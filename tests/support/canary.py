"""Secrets in options: nothing that Ansible prints, returns, logs or writes to a file may tell them."""

from __future__ import annotations

import base64
import json
import os
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .playbook import COLLECTION, registered_with_output

CANARY = "canary-4f1d7c0e"
WITNESS = Path(__file__).parent / "witness"
SHORTEST = 8
"""Characters of a text that is looked for: a shorter one stands in any output by chance."""
PLAYBOOK = "playbook.yml"
# What every program has in it by which Ansible hands a module its arguments: it is in a folder that only the user may
# read, and deleted at the end of the task.
PAYLOAD = b"ansiballz"


@dataclass(frozen=True)
class Told:
    """What Ansible printed, what the task returned, and what the module would have told syslog."""

    output: str
    result: dict[str, Any]
    syslog: str


def tells_no_secret(
    module: str,
    options: Mapping[str, Any],
    canaries: Iterable[str],
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> Told:
    """Run one task in an empty environment of its own, told with all that Ansible can say, whether it fails or not.

    None of the canaries may be found in its output, its result, its syslog, or any file that it makes or changes
    below `folder` (which is HOME and has TMPDIR), even one that is gone at the end. Files that are there before may
    hold them.
    """
    canaries = list(canaries)
    witness, temporary = folder / "witness", folder / "tmp"
    (witness / "deleted").mkdir(parents=True)
    temporary.mkdir(exist_ok=True)
    before = _files(folder)
    task = {module if "." in module else f"{COLLECTION}.{module}": dict(options), "ignore_errors": True}
    watched = {
        "PYTHONPATH": str(WITNESS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "WITNESS": str(witness),
        "TMPDIR": str(temporary),
        "ANSIBLE_INJECT_INVOCATION": "true",
        **(environment or {}),
    }
    output, (result,) = registered_with_output([task], folder, "-vvvv", "--diff", *arguments, environment=watched)
    files = {path: content for path, content in _files(folder).items() if before.get(path) != content}
    log = (witness / "syslog").read_text() if (witness / "syslog").exists() else ""
    found = [f"output: {secret}" for secret in leaks(output, canaries)]
    found += [f"result: {secret}" for secret in leaks(json.dumps(result), canaries)]
    for path, content in files.items():
        if path.name != PLAYBOOK and PAYLOAD not in content.lower():
            text = content.decode("utf-8", "replace")
            found += [f"{path.relative_to(folder)}: {secret}" for secret in leaks(text, canaries)]
    assert not found, "; ".join(found)
    return Told(output, result, log)


def leaks(text: str, canaries: Iterable[str]) -> list[str]:
    """The canaries that a text tells in any form, with the form."""
    return [form for canary in canaries for form in dict.fromkeys(forms(canary)) if form in text]


def forms(canary: str) -> Iterator[str]:
    """A secret, its lines, and how each may be written: as JSON, in Python, in a URL, as base64 of any text with it."""
    assert len(canary) >= SHORTEST, "a canary must be too long to be anywhere by chance"
    for text in (canary, *canary.splitlines()):
        if len(text) >= SHORTEST and not text.startswith("-----"):
            yield text
            yield json.dumps(text)[1:-1]
            yield repr(text)[1:-1]
            yield urllib.parse.quote(text, safe="")
            yield urllib.parse.quote_plus(text)
            yield from _base64(text.encode())


def _base64(data: bytes) -> Iterator[str]:
    """The part of the base64 of a text that depends on nothing but the data in it, for each place it may stand at."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + data).decode()
        part = encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        yield part
        yield part.replace("+", "-").replace("/", "_")


def _files(folder: Path) -> dict[Path, bytes]:
    paths = (Path(root) / name for root, _folders, names in os.walk(folder) for name in names)
    return {path: path.read_bytes() for path in paths if path.is_file()}
