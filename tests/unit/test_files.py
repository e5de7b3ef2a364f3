"""A file of manifests is written whole or not at all, where and as its owner meant it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._files import content, read_manifests, write


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_a_new_file_has_the_permissions_that_umask_leaves(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    write(file, "a: 1\n")
    assert (content(file), file.stat().st_mode & 0o777) == ("a: 1\n", 0o640)
    assert os.umask(0o027) == 0o027


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("old")
    file.chmod(0o604)
    write(file, "new")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o604)


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    new, old = tmp_path / "new.yaml", tmp_path / "old.yaml"
    old.write_text("old")
    old.chmod(0o644)
    for file in (new, old):
        write(file, "a: 1\n", private=True)
        assert (content(file), file.stat().st_mode & 0o777) == ("a: 1\n", 0o600)


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
def test_a_link_stays_a_link(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file, link = folder / "shop.yaml", tmp_path / "link.yaml"
    if there:
        file.write_text("old")
    link.symlink_to("folder/shop.yaml")
    write(link, "new")
    assert link.is_symlink()
    assert (file.read_text(), link.read_text()) == ("new", "new")
    assert list(folder.iterdir()) == [file]


def test_the_longest_name(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 250 + ".yaml")
    write(file, "new")
    assert file.read_text() == "new"


def test_nothing_is_left_when_the_file_cannot_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "shop.yaml"
    file.write_text("old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(GitopsError, match=r"shop.yaml: cannot be written: .*Permission denied"):
        write(file, "new")
    assert [one.name for one in tmp_path.iterdir()] == ["shop.yaml"]
    assert file.read_text() == "old"


@pytest.mark.parametrize("action", [content, lambda path: write(path, "new")], ids=["read", "write"])
def test_a_folder_is_no_file(tmp_path: Path, action: object) -> None:
    assert callable(action)
    with pytest.raises(GitopsError) as caught:
        action(tmp_path)
    assert str(caught.value) == f"dest {tmp_path}: is a folder. Name a file in it."
    assert list(tmp_path.iterdir()) == []


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "none" / "shop.yaml"
    assert content(file) == ""
    with pytest.raises(GitopsError) as caught:
        write(file, "new")
    assert str(caught.value) == f"dest {file}: there is no folder {tmp_path / 'none'}. Create it first."


def test_copies_in_a_mounted_config_map_do_not_count(tmp_path: Path) -> None:
    """Kubernetes keeps the files in a folder whose name begins with two dots, and links to them."""
    folder = tmp_path / "..2026"
    folder.mkdir()
    (folder / "a.yaml").write_text("a: 1\n")
    (tmp_path / "a.yaml").symlink_to(folder / "a.yaml")
    assert [document for _place, document in read_manifests(str(tmp_path))] == [{"a": 1}]
