"""The inventory plugin without a cluster: which files it takes, and that it connects by the options of the modules."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.tiphys.gitops.plugins.inventory.argocd import DOCUMENTATION, InventoryModule
from ansible_collections.tiphys.gitops.plugins.module_utils._module import CONNECTION
from tests.support.documentation import differences, documented_options

OPTIONS = documented_options(yaml.safe_load(DOCUMENTATION))


@pytest.mark.parametrize("name", ["argocd.yml", "argocd.yaml", "shop.argocd.yml", "my-argocd.yaml"])
def test_files_of_this_name_are_taken(tmp_path: Path, name: str) -> None:
    assert not InventoryModule().verify_file(str(tmp_path / name))
    (tmp_path / name).touch()
    assert InventoryModule().verify_file(str(tmp_path / name))


@pytest.mark.parametrize("name", ["hosts.yml", "argocd.json", "argocd.yml.bak", "argocd", "argocd.YML"])
def test_other_files_are_left_to_other_plugins(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert not InventoryModule().verify_file(str(tmp_path / name))


def test_connection_options_are_those_of_the_modules() -> None:
    assert list(differences({name: OPTIONS[name] for name in CONNECTION}, CONNECTION, "argocd")) == []
    own = {
        name: option for name, option in OPTIONS["argocds"]["suboptions"].items() if name not in ("name", "namespace")
    }
    of_modules = {name: {**CONNECTION[name], "aliases": []} for name in own}
    assert list(differences({name: {**one, "aliases": []} for name, one in own.items()}, of_modules, "argocds")) == []
