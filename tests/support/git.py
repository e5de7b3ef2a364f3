"""git for tests: with an author, without the caller's settings, and let in to protected repositories."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.controlplane import Access, Cluster


class GitError(Exception):
    """What git said when it failed."""


def git(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """What git prints when it runs in a folder. GitError if it fails; it asks nobody for a password."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env=others | own | dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise GitError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def credentials(cluster: Cluster, access: Access | None = None) -> dict[str, str]:
    """The environment in which git trusts the cluster's Git server and has what `access` asks for."""
    files = cluster.git_credentials
    settings = {"http.sslCAInfo": str(files / "ca.crt")}
    if access and access.username:
        pair = base64.b64encode(f"{access.username}:{access.password}".encode()).decode()
        settings["http.extraHeader"] = f"Authorization: Basic {pair}"
    elif access and access.token:
        settings["http.extraHeader"] = f"Authorization: Bearer {access.token}"
    if access and access.certificate:
        settings |= {"http.sslCert": str(files / "client.crt"), "http.sslKey": str(files / "client.key")}
    counted = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        counted |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return counted
