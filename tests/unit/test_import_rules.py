"""Which room of the collection may know which other, and which libraries. docs/architecture.md tells why."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
COLLECTION = "ansible_collections.tiphys.gitops.plugins."
MODULE_LINES = 100


class Room(NamedTuple):
    """A file or folder of module_utils/, or a folder of plugins/."""

    uses: str = ""  # rooms, besides itself
    libraries: str = ""  # besides the standard library
    pure: bool = False  # sees no file, network, process or clock


ROOMS = {
    "_errors": Room(),
    "_merge": Room(pure=True),
    "manifests": Room(uses="_errors _merge", libraries="yaml", pure=True),
    "plan": Room(uses="_errors _merge", pure=True),
    "applicationsets": Room(uses="_errors manifests plan", libraries="yaml", pure=True),
    "cluster": Room(uses="_errors plan", libraries="kubernetes urllib3"),
    "_gittree": Room(uses="_errors applicationsets"),
    "_files": Room(uses="_errors manifests"),
    "_gather": Room(uses="_errors _files manifests plan"),
    "argocd": Room(uses="_errors _gather _gittree applicationsets manifests plan cluster", libraries="bcrypt"),
    "_module": Room(uses="_errors cluster manifests", libraries="ansible.module_utils"),
    "_reconcile": Room(uses="_errors _files _module manifests plan cluster"),
    "_registration": Room(uses="_errors _module _reconcile argocd manifests plan cluster"),
    "modules": Room(uses="_gather _module _reconcile _registration argocd manifests plan cluster"),
    "doc_fragments": Room(),
    "inventory": Room(uses="_errors _module argocd", libraries="ansible"),
}

IMPURE = """asyncio ftplib http io multiprocessing os pathlib selectors shutil signal smtplib socket socketserver ssl
    subprocess tempfile threading time urllib.error urllib.request""".split()
DYNAMIC = ("importlib", "importlib.import_module", "builtins.__import__")
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


def problems(path: PurePath, source: str) -> list[str]:
    """What is wrong with one file; path is relative to plugins/."""
    room = room_of(path.with_suffix("").parts)
    if room not in ROOMS:
        return [f"{path}: room {room} is not in the table ROOMS"]
    tree = ast.parse(source)
    found = [
        f"{path}:{line}: {room} may not import {name}" for line, name in imports(path, tree) if not may(room, name)
    ]
    if room == "modules":
        found += module_problems(path, source, tree)
    return found


def room_of(parts: tuple[str, ...]) -> str:
    return parts[1] if parts[0] == "module_utils" and len(parts) > 1 else parts[0]


def may(room: str, name: str) -> bool:
    rules = ROOMS[room]
    if name.startswith(COLLECTION):
        other = room_of(tuple(name.removeprefix(COLLECTION).split(".")))
        return other == room != "modules" or other in rules.uses.split()
    if name in DYNAMIC or (rules.pure and is_below(name, IMPURE)):
        return False
    return name.split(".", maxsplit=1)[0] in sys.stdlib_module_names or is_below(name, rules.libraries.split())


def is_below(name: str, parents: list[str]) -> bool:
    return any(name == parent or name.startswith(parent + ".") for parent in parents)


def imports(path: PurePath, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of all that a file imports, wherever it does; relative imports are resolved."""
    package = (COLLECTION + ".".join(path.parent.parts)).split(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [node.module] if node.module else []
            yield from ((node.lineno, ".".join([*base, *module, alias.name])) for alias in node.names)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "builtins.__import__"


def module_problems(path: PurePath, source: str, tree: ast.Module) -> Iterator[str]:
    """A module is identity, desired fields and one call: short, and its errors are told elsewhere."""
    lines = source.splitlines()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in DOCUMENTATION:
            for number in range(statement.lineno, (statement.end_lineno or 0) + 1):
                lines[number - 1] = ""
    code = sum(1 for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if code > MODULE_LINES:
        yield f"{path}: {code} lines of code, at most {MODULE_LINES} wanted"
    for node in ast.walk(tree):
        if isinstance(node, ast.Try | ast.TryStar):
            yield f"{path}:{node.lineno}: a module has no try"


def test_collection() -> None:
    files = [path.relative_to(PLUGINS) for path in sorted(PLUGINS.rglob("*.py"))]
    assert "modules" in {room_of(path.parts) for path in files}
    assert [problem for path in files for problem in problems(path, (PLUGINS / path).read_text())] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("module_utils/manifests/x.py", "import yaml\nfrom yaml.composer import Composer\nimport re"),
        ("module_utils/manifests/x.py", "from urllib.parse import urlsplit\nfrom .fields import Record"),
        ("module_utils/plan/x.py", "import json\nfrom .._errors import GitopsError\nfrom .kind import Kind"),
        ("module_utils/cluster/x.py", "import kubernetes, urllib3.exceptions\nfrom ..plan import kind"),
        ("module_utils/_module.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("modules/x.py", f"from {COLLECTION}module_utils import _module"),
        ("modules/x.py", "DOCUMENTATION = '''\n" + "text\n" * 200 + "'''\n" + "x = 1\n" * 90 + "# comment\n\n" * 20),
    ],
)
def test_allowed(path: str, source: str) -> None:
    assert problems(PurePath(path), source) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("module_utils/manifests/x.py", "import kubernetes"),
        ("module_utils/manifests/x.py", "from ansible.module_utils import basic"),
        ("module_utils/manifests/x.py", "from ..plan.kind import Kind"),
        ("module_utils/manifests/x.py", "def f():\n    from .. import cluster"),
        ("module_utils/manifests/x.py", "from urllib import request"),
        ("module_utils/plan/x.py", "import yaml"),
        ("module_utils/plan/x.py", "import os.path"),
        ("module_utils/plan/x.py", "try:\n    import urllib3\nexcept ImportError:\n    pass"),
        ("module_utils/plan/deeper/x.py", "from ...cluster.session import Session"),
        ("module_utils/plan/__init__.py", "from ..cluster.session import Session"),
        ("module_utils/plan/x.py", f"from {COLLECTION}module_utils.cluster import wait"),
        ("module_utils/argocd/x.py", "import urllib3"),
        ("module_utils/argocd/x.py", f"import {COLLECTION}modules.argocd_application"),
        ("module_utils/argocd/x.py", "from importlib import import_module"),
        ("module_utils/argocd/x.py", "__import__('kubernetes')"),
        ("module_utils/cluster/x.py", "import git"),
        ("module_utils/cluster/x.py", "from ansible.module_utils.basic import env_fallback"),
        ("module_utils/_module.py", "from ansible.errors import AnsibleError"),
        ("module_utils/unheard_of.py", ""),
        ("modules/x.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("modules/x.py", "from .argocd_application import main"),
        ("modules/x.py", "try:\n    pass\nfinally:\n    pass"),
        ("modules/x.py", "x = 1\n" * 101),
    ],
)
def test_refused(path: str, source: str) -> None:
    assert len(problems(PurePath(path), source)) == 1
