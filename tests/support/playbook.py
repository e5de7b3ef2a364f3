"""Running modules through Ansible itself: a play on this machine, told with everything that it can say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .module import COLLECTIONS

COLLECTION = "tiphys.gitops"


def play(
    tasks: list[dict[str, Any]],
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    succeeds: bool | None = True,
) -> subprocess.CompletedProcess[str]:
    """Run tasks on this machine with ansible-playbook in a folder."""
    plays = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]
    (folder / "playbook.yml").write_text(json.dumps(plays))
    options = ("-e", f"ansible_python_interpreter={sys.executable}", *arguments)
    return ansible("ansible-playbook", folder, *options, "playbook.yml", environment=environment, succeeds=succeeds)


def ansible(
    program: str,
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    succeeds: bool | None = True,
) -> subprocess.CompletedProcess[str]:
    """Run a program of Ansible in a folder, which is its home, too."""
    own = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        **(environment or {}),
    }
    done = subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if succeeds is not None:
        assert (done.returncode == 0) is succeeds, done.stdout[-6000:] + done.stderr[-6000:]
    return done


def registered(tasks: list[dict[str, Any]], folder: Path, *arguments: str, **how: Any) -> list[dict[str, Any]]:
    """Run tasks and give what each returned; a task may register its result under a name of its own."""
    return registered_with_output(tasks, folder, *arguments, **how)[1]


def registered_with_output(
    tasks: list[dict[str, Any]], folder: Path, *arguments: str, **how: Any
) -> tuple[str, list[dict[str, Any]]]:
    """The same with all that Ansible wrote."""
    named = [{"register": f"result_{number}", **task} for number, task in enumerate(tasks)]
    listed = ", ".join(task["register"] for task in named)
    file = folder / "results.json"
    content = f"{{{{ [{listed}] | to_json }}}}"
    copy = {
        "ansible.builtin.copy": {"dest": str(file), "content": content, "mode": "0600"},
        "check_mode": False,
        "diff": False,
    }
    done = play([*named, copy], folder, *arguments, **how)
    results: list[dict[str, Any]] = yaml.safe_load(file.read_text())
    return done.stdout + done.stderr, results
