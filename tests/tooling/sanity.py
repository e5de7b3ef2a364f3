"""Runs `ansible-test sanity` on a copy of the tree; arguments are passed on to it.

ansible-test insists on a path that ends in ansible_collections/tiphys/gitops, hence the copy. It also keeps virtual
environments of its own in the home directory: here that is .venv/sanity/home, so they go when .venv goes, and a
second run takes seconds instead of minutes.
"""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
SANITY = VENV / "sanity"
COPY = SANITY / "ansible_collections" / "tiphys" / "gitops"
HOME = SANITY / "home"

# The pip that ansible-test 2.19 and 2.21 put into their virtual environments.
PIP_VERSIONS = ("24.2", "25.2")

# ansible-test downloads a bootstrap script for pip from a server of its own and offers no other way (see
# https://github.com/ansible/ansible/issues/77304). This one does the same with pip's wheel from the package index.
GET_PIP = """\
import runpy
import sys

sys.path.insert(0, {wheel!r})
sys.argv[1:] = ["install", *(word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def main(arguments: list[str]) -> int:
    """Exit status of ansible-test."""
    copy_tree()
    provide_pip()
    environment = {**os.environ, "HOME": str(HOME), "PATH": search_path()}
    command = [str(VENV / "bin" / "ansible-test"), "sanity", *arguments]
    return subprocess.run(command, cwd=COPY, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def copy_tree() -> None:
    """Everything that git has or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():  # else deleted, but not yet committed so
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet"], cwd=COPY, check=True)


def provide_pip() -> None:
    """Seed ansible-test's download cache, and give it the package index that pip uses here."""
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in PIP_VERSIONS:
        wheel = cache / f"pip-{version}-py3-none-any.whl"
        if not wheel.exists():
            pip("download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={version}")
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        script.write_text(GET_PIP.format(wheel=str(wheel)))

    settings = configparser.RawConfigParser()
    for line in sorted(pip("config", "list").splitlines(), key=lambda line: line.startswith(":env:")):
        key, value = line.split("=", 1)
        section, name = key.replace(":env:", "global").split(".", 1)
        settings.read_dict({section: {name: ast.literal_eval(value)}})
    settings.read_dict({"global": {"quiet": "1"}})
    (HOME / ".pip").mkdir(exist_ok=True)
    with (HOME / ".pip" / "pip.conf").open("w") as file:
        settings.write(file)


def pip(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def search_path() -> str:
    """PATH with .venv first (for shellcheck), with pyenv's interpreters and without folders of broken ones.

    ansible-test runs on every Python that it finds, and gives up at the first that does not start, such as a pyenv
    shim for a version that is not selected.
    """
    found = [Path(folder) for folder in os.get_exec_path()]
    pyenv = sorted(Path("~/.pyenv/versions").expanduser().glob("3.*/bin"))
    return os.pathsep.join(str(folder) for folder in [VENV / "bin", *found, *pyenv] if all_start(folder))


def all_start(folder: Path) -> bool:
    pythons = [file for file in folder.glob("python3.*") if re.fullmatch(r"python3\.\d+", file.name)]
    return all(
        subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0 for python in pythons
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
