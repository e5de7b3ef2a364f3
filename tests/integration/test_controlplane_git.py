"""The Git server: who is let in to which repository."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from tests.controlplane import Access, ControlPlane
from tests.support.git import GitError, credentials, git

DENIED = "Authentication failed|could not read Username"
USER = Access(username="shopper", password="open: sesame/ü")
TOKEN = Access(token="a-bearer-token")
CERTIFICATE = Access(certificate="admin")


def _name() -> str:
    return f"git-{uuid.uuid4().hex[:8]}"


def _see(plane: ControlPlane, url: str, folder: Path, access: Access | None) -> str:
    return git(folder, "ls-remote", url, environment=credentials(plane, access))


def _push(plane: ControlPlane, url: str, folder: Path, access: Access | None) -> None:
    (folder / "file").write_text("content")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "push", "--quiet", url, "HEAD:main", environment=credentials(plane, access))


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("access", [USER, TOKEN], ids=["user", "token"])
def test_who_has_the_credentials_reads_and_pushes(
    apiserver: ControlPlane, tmp_path: Path, access: Access, *, tls: bool
) -> None:
    url = apiserver.create_repository(_name(), access, tls=tls)
    _push(apiserver, url, tmp_path, access)
    assert "refs/heads/main" in _see(apiserver, url, tmp_path, access)
    for other in (None, replace(USER, password="guessed"), replace(TOKEN, token="guessed")):
        with pytest.raises(GitError, match=DENIED):
            _see(apiserver, url, tmp_path, other)
    with pytest.raises(GitError, match=DENIED):
        _see(apiserver, url.removesuffix(".git"), tmp_path, None)
    with pytest.raises(GitError, match=DENIED):
        git(tmp_path, "push", url, "HEAD:other", environment=credentials(apiserver))


def test_a_client_certificate_is_asked_for_too(apiserver: ControlPlane, tmp_path: Path) -> None:
    both = replace(USER, certificate="admin")
    url = apiserver.create_repository(_name(), both, tls=True)
    for half in (USER, CERTIFICATE):
        with pytest.raises(GitError, match=DENIED):
            _see(apiserver, url, tmp_path, half)
    _see(apiserver, url, tmp_path, both)


def test_a_client_certificate_lets_in(apiserver: ControlPlane, tmp_path: Path) -> None:
    name = _name()
    url = apiserver.create_repository(name, CERTIFICATE, tls=True)
    _push(apiserver, url, tmp_path, CERTIFICATE)
    assert "refs/heads/main" in _see(apiserver, url, tmp_path, CERTIFICATE)
    for other, at in ((None, url), (USER, url), (CERTIFICATE, f"{apiserver.git_url}/{name}.git")):
        with pytest.raises(GitError, match=DENIED):
            _see(apiserver, at, tmp_path, other)
    apiserver.protect_repository(name, Access(certificate="somebody-else"))
    with pytest.raises(GitError, match=DENIED):
        _see(apiserver, url, tmp_path, CERTIFICATE)


def test_an_open_repository_asks_for_nothing(apiserver: ControlPlane, tmp_path: Path) -> None:
    apiserver.create_repository("team/closed", USER)
    url = apiserver.create_repository("team/open")
    _push(apiserver, url, tmp_path, None)
    assert "refs/heads/main" in _see(apiserver, url, tmp_path, None)


def test_a_new_password_counts_at_once(apiserver: ControlPlane, tmp_path: Path) -> None:
    name = _name()
    url = apiserver.create_repository(name, USER)
    new = replace(USER, password="changed")
    apiserver.protect_repository(name, new)
    with pytest.raises(GitError, match=DENIED):
        _see(apiserver, url, tmp_path, USER)
    _see(apiserver, url, tmp_path, new)
    apiserver.protect_repository(name, None)
    _see(apiserver, url, tmp_path, None)


def test_an_unknown_authority_is_refused(apiserver: ControlPlane, tmp_path: Path) -> None:
    url = apiserver.create_repository(_name(), tls=True)
    with pytest.raises(GitError, match="certificate"):
        git(tmp_path, "ls-remote", url)
    _see(apiserver, url, tmp_path, None)
