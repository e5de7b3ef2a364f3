"""What the documentation says is what the code does: options, examples, results, and the playbooks of README.md."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.tiphys.gitops.plugins.module_utils import _module, _reconcile
from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.applications import APPLICATIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.status import summary
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_rules import SYNC_OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.plan import Plan
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.report import Report
from tests.support.module import COLLECTIONS, ROOT

PLUGINS = "ansible_collections.tiphys.gitops.plugins"
COLLECTION = "tiphys.gitops."
# Which options become manifests without a cluster, so that what gather refuses is found in an example, too.
CHECKS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "argocd_application": partial(gather, APPLICATIONS),
}
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
FRAGMENTS = {
    "application": {name: spec for name, spec in argument_spec(OPTIONS).items() if name != "namespace"},
    "k8s_auth": _module.CONNECTION,
    "writing": _module.WRITING,
}
DOCUMENTED = ("type", "elements", "required", "default", "choices", "aliases")

APPLICATION_FILE = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-web
  labels:
    team: shop
spec:
  source:
    repoURL: https://github.com/myorg/shop
    path: web
  destination:
    name: in-cluster
"""


class Example(NamedTuple):
    """A task that somebody may copy."""

    origin: str
    task: dict[str, Any]


def load(text: str) -> Any:
    return DataLoader().load(trust_as_template(text))


def readme_playbooks() -> list[str]:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "hosts:" in block]


def examples() -> Iterator[Example]:
    for name in MODULES:
        module = importlib.import_module(f"{PLUGINS}.modules.{name}")
        yield from (Example(f"{name}: {task['name']}", task) for task in load(module.EXAMPLES))
    for playbook in readme_playbooks():
        for play in load(playbook):
            yield from (Example(f"README: {play['name']}", task) for task in play["tasks"])


def templated(task: Mapping[str, Any], value: Any, variables: Mapping[str, Any]) -> Any:
    return plain(Templar(DataLoader(), variables={**task.get("vars", {}), **variables}).template(value))


def plain(value: Any) -> Any:
    """What Ansible sends to a module: templates are done, containers are Python's own."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def validated(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as the module would see them, checked with everything that it hands to AnsibleModule."""
    module = importlib.import_module(f"{PLUGINS}.modules.{name}")
    with mock.patch.object(module, "run") as run:
        module.main()
    (spec, _main), constraints = run.call_args
    result = ArgumentSpecValidator({**_module.CONNECTION, **spec}, **constraints).validate(dict(arguments))
    assert result.error_messages == []
    assert result.unsupported_parameters == set()
    parameters: dict[str, Any] = result.validated_parameters
    return parameters


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that examples name."""
    (tmp_path / "applications").mkdir()
    (tmp_path / "applications" / "shop-web.yaml").write_text(APPLICATION_FILE)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.origin)
def test_examples(example: Example) -> None:
    task = example.task
    ours = [key.removeprefix(COLLECTION) for key in task if key.startswith(COLLECTION)]
    for name in ours:
        options = validated(name, templated(task, task[COLLECTION + name], {}))
        assert CHECKS[name](options)
    if not ours:
        rows = templated(task, task["ansible.builtin.debug"]["msg"], {"deployed": {"applications": SAMPLE}})
        assert [row.split()[0] for row in rows] == ["NAME", SAMPLE[0]["name"]]


def test_prune_needs_label_selectors() -> None:
    with pytest.raises(AssertionError, match="missing: label_selectors"):
        validated("argocd_application", {"applications": [], "prune": True})
    assert validated("argocd_application", {"applications": [], "prune": True, "label_selectors": ["a=b"]})


@pytest.mark.parametrize("playbook", readme_playbooks(), ids=lambda playbook: playbook.splitlines()[0])
def test_readme_playbooks(playbook: str, tmp_path: Path) -> None:
    file = tmp_path / "playbook.yml"
    file.write_text(playbook)
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "--syntax-check", "playbook.yml"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}
    quiet = dict.fromkeys(("ANSIBLE_LOCALHOST_WARNING", "ANSIBLE_INVENTORY_UNPARSED_WARNING"), "false")
    environment |= {"LANG": "C.UTF-8", **quiet}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", FRAGMENTS)
def test_fragment(name: str) -> None:
    """Each fragment documents one option spec, so that a module which takes the one takes the other."""
    assert list(differences(fragment(name)["options"], FRAGMENTS[name], name)) == []


def fragment(name: str) -> dict[str, Any]:
    module = importlib.import_module(f"{PLUGINS}.doc_fragments.{name}")
    document: dict[str, Any] = yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)
    return document


def differences(documented: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[str]:
    if documented.keys() != spec.keys():
        yield f"{where}: {sorted(documented.keys() ^ spec.keys())} only in one of them"
    for name in documented.keys() & spec.keys():
        pair = (documented[name], spec[name])
        one, other = ({key: option[key] for key in DOCUMENTED if key in option} for option in pair)
        if one != other:
            yield f"{where}.{name}: documented {one}, really {other}"
        yield from differences(documented[name].get("suboptions", {}), spec[name].get("options", {}), f"{where}.{name}")


def test_fragment_names_environment_variables() -> None:
    for name, option in fragment("k8s_auth")["options"].items():
        _function, variables = _module.CONNECTION[name].get("fallback", (None, []))
        assert re.findall(r"E\((\w+)\)", str(option["description"])) == variables, name


def test_fragment_names_sync_options() -> None:
    options = fragment("application")["options"]["sync_policy"]["suboptions"]["sync_options"]["description"]
    assert set(re.findall(r"C\((\w+)\)", str(options))) == set(SYNC_OPTIONS)


RETURN = yaml.safe_load(importlib.import_module(f"{PLUGINS}.modules.argocd_application").RETURN)
SAMPLE = RETURN["applications"]["sample"]
WRITING = {"summary", "changes", "failures", "msg"}
RENDERING = {"manifests", "yaml", "dest"}


def test_return_of_writing() -> None:
    plan = Plan(APPLICATION, [{"metadata": {"name": "a", "namespace": "n"}}], keep_text=True)
    report = Report(keep_text=True)
    for change in plan.finish():
        report.done(change)
    report.fail(APPLICATION, "n", "b", "why")
    result = report.result()
    assert result.keys() - {"changed", "diff", "failed"} == WRITING
    assert result["summary"].keys() == RETURN["summary"]["contains"].keys()
    assert result["changes"][0].keys() == RETURN["changes"]["contains"].keys()
    assert result["failures"][0].keys() == RETURN["failures"]["contains"].keys()


def test_return_of_waiting() -> None:
    assert summary({"metadata": {"name": "a"}}).keys() == RETURN["applications"]["contains"].keys() == SAMPLE[0].keys()


def test_return_of_rendering(tmp_path: Path) -> None:
    module: Any = SimpleNamespace(check_mode=False, shows_diff=True)
    shown = _reconcile.render(module, [{"kind": "Application"}], None)
    written = _reconcile.render(module, [{"kind": "Application"}], str(tmp_path / "file.yaml"))
    assert {*shown, *written} - {"changed", "diff"} == RENDERING


def test_return_is_complete() -> None:
    assert RETURN.keys() == WRITING | RENDERING | {"applications"}
