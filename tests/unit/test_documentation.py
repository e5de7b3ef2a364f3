"""What the documentation says is what the code does: options, examples, results, and the playbooks of README.md.

A new module needs a line in CHECKS, one in FRAGMENTS for each fragment that it brings, and lines in the other tables
where its examples or results are more than the common ones. A new inventory plugin needs none.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.module_utils import _module, _reconcile
from ansible_collections.tiphys.gitops.plugins.module_utils._gather import gather
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.preview import Preview
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd import from_kubeconfig
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.application_set_guard import view
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.application_sets import APPLICATION_SETS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.applications import APPLICATIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.criteria import Criteria
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.hosts import Naming, hosts
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.information import RESOURCES
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.projects import PROJECTS
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.repositories import REPOSITORIES
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.settings import declared
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.status import summary
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_rules import SYNC_OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set import OPTIONS as SET_OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.cluster import OPTIONS as CLUSTER_OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project import OPTIONS as PROJECT_OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.repository import OPTIONS as REPOSITORY_OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.plan import Plan
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.report import Report
from tests.support.documentation import (
    COLLECTION,
    Example,
    called,
    differences,
    documented_options,
    examples,
    fragment,
    load,
    plugin,
    plugins,
    readme_playbooks,
    validated,
    validated_inventory,
)
from tests.support.module import COLLECTIONS

# By module, what it makes of its options without a cluster, so that what that refuses is found in an example, too
# (bool for a module that checks no more than Ansible does).
CHECKS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "argocd_application": partial(gather, APPLICATIONS),
    "argocd_application_set": partial(gather, APPLICATION_SETS),
    "argocd_cluster": from_kubeconfig.declared,
    "argocd_info": Criteria,
    "argocd_project": partial(gather, PROJECTS),
    "argocd_repository": partial(gather, REPOSITORIES),
    "argocd_settings": declared,
}
# By fragment, the spec that it documents. Fragments without options are not listed.
FRAGMENTS = {
    "application": {name: spec for name, spec in argument_spec(OPTIONS).items() if name != "namespace"},
    "application_set": {name: spec for name, spec in argument_spec(SET_OPTIONS).items() if name != "namespace"},
    "cluster": argument_spec(CLUSTER_OPTIONS),
    "repository": {name: spec for name, spec in argument_spec(REPOSITORY_OPTIONS).items() if name != "namespace"},
    "k8s_auth": _module.CONNECTION,
    "project": {name: spec for name, spec in argument_spec(PROJECT_OPTIONS).items() if name != "namespace"},
    "writing": {name: spec for name, spec in _module.WRITING.items() if name != "force_conflicts"},
}
# By module, the results that are its own: each a real one (its first item, if it is a list), or None.
RESULTS: dict[str, dict[str, Mapping[str, Any] | None]] = {
    "argocd_application": {"applications": summary({"metadata": {"name": "a"}})},
    "argocd_application_set": {"preview": view({"name": "a", "namespace": "n"}, Preview())},
    "argocd_info": {
        **{name: one.view({"metadata": {"name": "a"}}) for name, one in RESOURCES.items()},
        "summary": None,
    },
    "argocd_settings": {"restart_needed": None},
}
# A private key as far as its form goes.
KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
(HOST,) = hosts({"applications": [RESOURCES["applications"].view({"metadata": {"name": "a"}})]}, Naming("", "", "", ()))
# By module or group of hosts, variables that its examples take from elsewhere.
VARIABLES: dict[str, dict[str, Any]] = {
    "argocd_repository": {
        **{f"vault_{name}": KEY for name in ("github_app_key", "shop_deploy_key")},
        **{f"vault_{name}": "x" for name in ("github_token", "charts_password", "registry_password", "git_token")},
    },
    "argocd_cluster": {
        "prod_token": "token",
        "prod_authority": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    },
    "argocd_applications": HOST.variables,
}
# Modules that write to several clusters and say to which.
SEVERAL = {"argocd_cluster"}
# By example with ansible.builtin.debug, the first word of each line it shows.
SHOWN = {
    "argocd_application: Show where it is": ["NAME", "my-service"],
    "argocd_info: Show where they are": ["NAME", "my-service"],
}
# Files that examples name.
FILES = {
    "projects/shop.yaml": """\
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: shop
  labels:
    managed-by: ansible
spec:
  sourceRepos:
    - https://github.com/myorg/shop
  destinations:
    - name: production
      namespace: shop
""",
    "application-sets/shop.yaml": """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: shop
  labels:
    team: shop
spec:
  generators:
    - clusters: {}
  template:
    metadata:
      name: "shop-{{nameNormalized}}"
    spec:
      source:
        repoURL: https://github.com/myorg/shop
        path: web
      destination:
        server: "{{server}}"
""",
    "applications/shop-web.yaml": """\
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
""",
}
MODULES = plugins("modules")
RETURNS = {name: yaml.safe_load(plugin("modules", name).RETURN) for name in MODULES}
WRITING = {"summary", "changes", "failures", "msg"}
RENDERING = {"manifests", "yaml", "dest"}
EXAMPLES = list(examples(VARIABLES))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that examples name."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


def test_every_module_is_checked() -> None:
    assert CHECKS.keys() == set(MODULES)
    assert SHOWN.keys() <= {example.origin for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.origin)
def test_examples(example: Example) -> None:
    for arguments in example.arguments():
        if example.action.startswith(COLLECTION):
            name = example.action.removeprefix(COLLECTION)
            assert CHECKS[name](validated(name, arguments))
        elif example.action == "ansible.builtin.debug":
            shown = arguments["msg"]
            rows = shown if isinstance(shown, list) else [shown]
            assert all(rows)
            assert [row.split()[0] for row in rows] == SHOWN.get(example.origin, [row.split()[0] for row in rows])


@pytest.mark.parametrize("name", MODULES)
def test_options(name: str) -> None:
    """The module's documentation with its fragments is its argument spec."""
    spec, _constraints = called(name)
    document = yaml.safe_load(plugin("modules", name).DOCUMENTATION)
    assert list(differences(documented_options(document), spec, name)) == []


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
    environment |= {"LANG": "C.UTF-8", "ANSIBLE_HOST_PATTERN_MISMATCH": "ignore", **quiet}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", plugins("doc_fragments"))
def test_fragment(name: str) -> None:
    """Each fragment documents one option spec, so that a module which takes the one takes the other."""
    options = fragment(COLLECTION + name).get("options", {})
    assert list(differences(options, FRAGMENTS.get(name, {}), name)) == []


def test_fragment_names_environment_variables() -> None:
    for name, option in fragment("tiphys.gitops.k8s_auth")["options"].items():
        _function, variables = _module.CONNECTION[name].get("fallback", (None, []))
        assert re.findall(r"E\((\w+)\)", str(option["description"])) == variables, name


def test_fragment_names_sync_options() -> None:
    options = fragment("tiphys.gitops.application")["options"]
    description = options["sync_policy"]["suboptions"]["sync_options"]["description"]
    assert set(re.findall(r"C\((\w+)\)", str(description))) == set(SYNC_OPTIONS)


@pytest.mark.parametrize("name", MODULES)
def test_return_is_complete(name: str) -> None:
    """A module with a `state` writes, and one that can render says what that gives: of Secrets only the file."""
    state = called(name)[0].get("state")
    writing = WRITING if state or "changes" in RETURNS[name] else set()
    rendering = RENDERING if "manifests" in RETURNS[name] else {"dest"}
    if not state or "rendered" not in state["choices"]:
        rendering = set()
    assert RETURNS[name].keys() == writing | rendering | RESULTS.get(name, {}).keys()


@pytest.mark.parametrize("name", [name for name in MODULES if "changes" in RETURNS[name]])
def test_return_of_writing(name: str) -> None:
    documented = RETURNS[name]
    plan = Plan(APPLICATION, [{"metadata": {"name": "a", "namespace": "n"}}], keep_text=True)
    report = Report(keep_text=True, cluster="https://cluster.example.org" if name in SEVERAL else "")
    for change in plan.finish():
        report.done(change)
    report.fail(APPLICATION, "n", "b", "why")
    result = report.result()
    assert result.keys() - {"changed", "diff", "failed"} == WRITING
    assert result["summary"].keys() == documented["summary"]["contains"].keys()
    assert result["changes"][0].keys() == documented["changes"]["contains"].keys()
    assert result["failures"][0].keys() == documented["failures"]["contains"].keys()


@pytest.mark.parametrize("name", [name for name in RESULTS if name in MODULES])
def test_return_of_its_own(name: str) -> None:
    for key, value in RESULTS[name].items():
        if value is not None:
            sample = RETURNS[name][key]["sample"]
            first = sample[0] if isinstance(sample, list) else sample
            assert value.keys() == RETURNS[name][key]["contains"].keys() == first.keys()


def test_return_of_rendering(tmp_path: Path) -> None:
    module: Any = SimpleNamespace(check_mode=False, shows_diff=True)
    shown = _reconcile.render(module, [{"kind": "Application"}], None)
    written = _reconcile.render(module, [{"kind": "Application"}], str(tmp_path / "file.yaml"))
    assert {*shown, *written} - {"changed", "diff"} == RENDERING


def test_examples_of_inventory_plugins() -> None:
    """Each document of their EXAMPLES is an inventory file."""
    for module in (plugin("inventory", name) for name in plugins("inventory")):
        files = [load(text) for text in re.split(r"^---$", module.EXAMPLES, flags=re.MULTILINE) if load(text)]
        assert files, module.__name__
        for file in files:
            validated_inventory(module.DOCUMENTATION, file)


INVENTORY = """
name: things
options:
  state:
    type: str
    choices: [one, two]
  filters:
    type: list
    elements: dict
    suboptions:
      team: {type: str, required: true}
extends_documentation_fragment: [tiphys.gitops.k8s_auth, constructed]
"""
FILE: dict[str, Any] = {"plugin": "tiphys.gitops.things"}
BAD: list[dict[str, Any]] = [
    {"state": "three"},
    {"unheard_of": 1},
    {"filters": [{}]},
    {"plugin": "things"},
    {"strict": "perhaps"},
]


def test_options_of_inventory_plugins() -> None:
    good = {"state": "one", "context": "c", "filters": [{"team": "a"}], "keyed_groups": [], "strict": True}
    assert validated_inventory(INVENTORY, {**FILE, **good})["state"] == "one"
    for bad in BAD:
        with pytest.raises(AssertionError):
            validated_inventory(INVENTORY, {**FILE, **bad})
