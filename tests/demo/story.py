"""What the demo does, step by step, and what must be true in the cluster after each."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from .errors import DemoError
from .narrator import Narrator
from .programs import EXAMPLES, Programs

APPLICATIONS = ("shop-dev", "shop-prod")


def tell(programs: Programs, narrator: Narrator) -> None:
    """The whole story on a cluster that is there. DemoError as soon as something is not as told."""
    with narrator.step("A Git repository with two environments, dev and prod (examples/gitops-repository)"):
        commit = push(programs)
        narrator.detail(f"{programs.repository} is at {commit[:8]}")
    with narrator.step("A playbook makes a project and an Application for each (examples/playbooks/applications.yml)"):
        programs.playbook("applications.yml", narrator.ansible)
        check(programs, commit, dev="Hello from dev")
    with narrator.step("A commit for dev is pushed; Git's webhook tells Argo CD (examples/playbooks/change.yml)"):
        programs.playbook("change.yml", narrator.ansible)
        commit = head(programs)
        check(programs, commit, dev="Hello from a commit")
    with narrator.step("Somebody changes prod by hand; Argo CD puts it back (examples/playbooks/hand_edit.yml)"):
        programs.playbook("hand_edit.yml", narrator.ansible)
    with narrator.step("The first playbook again: it finds nothing to change"):
        changed = programs.playbook("applications.yml", narrator.ansible)
        if changed:
            raise DemoError(f"the second run of applications.yml changed {changed} tasks, it should change none")
        check(programs, commit, dev="Hello from a commit")
        narrator.detail("changed=0")


def push(programs: Programs) -> str:
    """Make the example's content the newest commit of the repository's branch `main` and return its id."""
    with tempfile.TemporaryDirectory(prefix="push-", dir=programs.folder) as name:
        clone = Path(name)
        programs.run("git", "clone", "--quiet", programs.repository, str(clone))
        shutil.copytree(EXAMPLES / "gitops-repository", clone, dirs_exist_ok=True)
        programs.run("git", "add", "--all", folder=clone)
        programs.run("git", "commit", "--quiet", "--allow-empty", "--message", "The shop", folder=clone)
        programs.run("git", "push", "--quiet", "origin", "HEAD:refs/heads/main", folder=clone)
        return programs.run("git", "rev-parse", "HEAD", folder=clone)


def head(programs: Programs) -> str:
    """The newest commit of the repository's branch `main`."""
    return programs.run("git", "ls-remote", programs.repository, "refs/heads/main").split()[0]


def check(programs: Programs, commit: str, *, dev: str) -> None:
    """Ask the cluster: is each Application Synced and Healthy at this commit, and are the ConfigMaps as in Git?"""
    for application in programs.objects("applications.argoproj.io", *APPLICATIONS, namespace="argocd"):
        status = application["status"]
        state = (status["sync"]["status"], status["health"]["status"], status["sync"]["revision"])
        if state != ("Synced", "Healthy", commit):
            raise DemoError(f"{application['metadata']['name']} is {', '.join(state)}; expected commit {commit}")
    for namespace, greeting in (("shop-dev", dev), ("shop-prod", "Hello from prod")):
        (settings,) = programs.objects("configmap", "shop", namespace=namespace)
        if settings["data"] != {"index.html": greeting}:
            raise DemoError(f"{namespace} shows {settings['data']}, expected the greeting {greeting!r}")
