"""Where a control plane keeps what, and the record of its processes that lets another program find and end them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import toolchain
from .errors import ControlPlaneError
from .process import Process

# A Unix socket's path has 108 bytes at most (unix(7)); one lies in tmp/.
_LONGEST = 80


@dataclass(frozen=True)
class Layout:
    """The state folder of one control plane."""

    state: Path

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def credentials(self) -> Path:
        return self.state / "credentials"

    @property
    def git(self) -> Path:
        return self.state / "git"

    @property
    def home(self) -> Path:
        return self.state / "home"

    @property
    def temporary(self) -> Path:
        return self.state / "tmp"

    @property
    def record(self) -> Path:
        return self.state / "controlplane.json"

    def log(self, part: str) -> Path:
        return self.state / "logs" / f"{part}.log"


@dataclass
class Record:
    """What controlplane.json holds. `temporary`: `down` removes the folder. `ports`: part or purpose to port."""

    temporary: bool
    argocd: bool
    controllers: bool
    token: str
    ports: dict[str, int] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    def save(self, layout: Layout) -> None:
        """Written in one step, after every start of a process: whenever `up` is killed, `down` knows what it left."""
        new = layout.record.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(self), indent=1))
        new.replace(layout.record)


def load(layout: Layout) -> Record | None:
    """The record in a state folder, or None if no control plane was started there."""
    try:
        values = json.loads(layout.record.read_text())
    except FileNotFoundError:
        return None
    return Record(**values | {"processes": [Process(**each) for each in values["processes"]]})


def default() -> Path:
    """The state folder of `up`, `down` and `status` without --state."""
    return toolchain.cache() / "state"


def prepare(layout: Layout) -> None:
    """Make the folders, in place of what an earlier control plane left there.

    ControlPlaneError if the folder holds anything else, or its path is too long for the socket in it.
    """
    if len(os.fsencode(layout.state)) > _LONGEST:
        raise ControlPlaneError(f"the path of the state folder is longer than {_LONGEST} bytes: {layout.state}")
    if layout.record.exists():
        shutil.rmtree(layout.state)
    elif layout.state.is_dir() and any(layout.state.iterdir()):
        raise ControlPlaneError(f"{layout.state} is not empty and no control plane's: name another state folder")
    layout.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (layout.git, layout.home, layout.temporary, layout.state / "logs", layout.home / "gnupg"):
        folder.mkdir(mode=0o700)
