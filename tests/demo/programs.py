"""Running git, kubectl and ansible-playbook for the demo, unmoved by the settings of whoever starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import DemoError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

_RECAP = re.compile(r"^localhost +: ok=\d+ +changed=(\d+) ")
_FOREIGN = ("ANSIBLE_", "K8S_AUTH_", "KUBECONFIG")
_GIT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Demo",
    "GIT_AUTHOR_EMAIL": "demo@example.com",
    "GIT_COMMITTER_NAME": "Demo",
    "GIT_COMMITTER_EMAIL": "demo@example.com",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "commit.gpgSign",
    "GIT_CONFIG_VALUE_0": "false",
}


class Programs:
    """Runs programs against one cluster and one Git repository. `folder` is for what they write on the side, and for
    `logs`; `path` holds programs that come before those on PATH."""

    def __init__(self, kubeconfig: Path, repository: str, folder: Path, path: Path | None = None) -> None:
        self.kubeconfig, self.repository, self.folder = kubeconfig, repository, folder
        self.logs = folder / "logs"
        self.logs.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        folders = [str(path)] if path else []
        self.environment = kept | _GIT | {
            "PATH": os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)]),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
            "ANSIBLE_CONFIG": str(EXAMPLES / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "KUBECACHEDIR": str(folder / "kubectl"),
        }  # fmt: skip

    def run(self, *argv: str, folder: Path | None = None) -> str:
        """What a program prints. DemoError with what it says on standard error if it fails."""
        done = subprocess.run(
            argv,
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DemoError(f"`{' '.join(argv[:3])} ...` failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()

    def objects(self, kind: str, *names: str, namespace: str) -> list[dict[str, Any]]:
        """Objects as the cluster has them."""
        where = (f"--kubeconfig={self.kubeconfig}", f"--namespace={namespace}", "--output=json")
        found = json.loads(self.run("kubectl", "get", *where, kind, *names))
        items: list[dict[str, Any]] = found.get("items", [found])
        return items

    def playbook(self, name: str, show: Callable[[str], None]) -> int:
        """Run a playbook of the examples, show its output in short, log it in full, and return what it changed."""
        variables = {"gitops_repo_url": self.repository, "kubeconfig": str(self.kubeconfig)}
        program = str(Path(sys.executable).parent / "ansible-playbook")
        argv = [program, f"playbooks/{name}", "--extra-vars", json.dumps(variables)]
        changed = None
        with (
            (self.logs / f"{Path(name).stem}.log").open("a") as log,
            subprocess.Popen(
                argv,
                cwd=EXAMPLES,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                if found := _RECAP.match(line):
                    changed = int(found[1])
                else:
                    show(line.rstrip())
        if process.returncode != 0 or changed is None:
            raise DemoError(
                f"examples/playbooks/{name} failed (exit status {process.returncode}); see its output above"
            )
        return changed
