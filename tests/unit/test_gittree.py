"""What a repository holds is read by the real git, and no URL, revision or content can make it do anything else."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils import _gittree
from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._gittree import Access, Repositories
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.paths import git_matches
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.values import UnsupportedError
from tests.support.generating_sets import run
from tests.support.git import GitError, git
from tests.support.git_sets import FILES, LINKS, fill


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    fill(folder)
    return folder


class Recorder:
    """Runs git, and keeps how it was called and the private files that were there."""

    def __init__(self, answer: tuple[int, str, str] | None = None) -> None:
        self.calls: list[tuple[list[str], Mapping[str, str]]] = []
        self.files: dict[str, tuple[int, str]] = {}
        self.answer = answer

    def __call__(self, argv: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        self.calls.append((list(argv), dict(environment)))
        for path in self.repositories.folder.glob("*/*"):
            if path.is_file():
                self.files[path.name] = (stat.S_IMODE(path.stat().st_mode), path.read_text())
        return self.answer or run(argv, environment)

    repositories: Repositories


def test_files_links_and_contents(source: Path) -> None:
    with Repositories(run) as repositories:
        tree = repositories(source.as_uri(), "HEAD")
        assert set(tree.files()) == {*FILES, *LINKS}
        assert tree.submodules() == []
        assert tree.read("apps/shop/config.yaml").decode() == FILES["apps/shop/config.yaml"]
        assert tree.read("linked.yaml").decode() == FILES["envs/two.yaml"]
        assert tree.read("apps/cart/again.yaml").decode() == FILES["apps/shop/config.yaml"]
        assert tree.read("apps/link/config.yaml").decode() == FILES["apps/shop/config.yaml"]
        assert tree.read("top.yaml") == b"name: two\n"
        for path in ("apps/link", "nothing", "apps"):
            with pytest.raises(GitopsError, match="is no file"):
                tree.read(path)
        folder = repositories.folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


@pytest.mark.parametrize(
    ("revision", "content"),
    [
        *(("", "two"), ("main", "two"), ("old", "old"), ("v1.0.0", "top"), ("v1.1.0", "old")),
        *(("refs/tags/v1.0.0", "top"), ("1.x", "old"), ("^1.0", "old"), (">=1", "two"), ("*", "two")),
        (">=2.0.0-0, <2.1.0", "rc"),
    ],
)
def test_revisions(source: Path, revision: str, content: str) -> None:
    with Repositories(run) as repositories:
        assert repositories(source.as_uri(), revision).read("top.yaml") == f"name: {content}\n".encode()


def test_a_commit(source: Path) -> None:
    commit = git(source, "rev-parse", "v1.0.0")
    with Repositories(run) as repositories:
        assert repositories(source.as_uri(), commit).read("top.yaml") == b"name: top\n"
        with pytest.raises(UnsupportedError, match="whole commit"):
            repositories(source.as_uri(), commit[:8])


@pytest.mark.parametrize("revision", ["nothing", "--upload-pack=touch x", "-x", "main..old", "main^", "@{u}", "9.x"])
def test_a_revision_that_is_none(source: Path, revision: str) -> None:
    with Repositories(run) as repositories, pytest.raises(GitopsError, match="does not exist"):
        repositories(source.as_uri(), revision)


@pytest.mark.parametrize(
    "url", ["", "--upload-pack=x", "-oProxyCommand=x", "ext::sh -c x", "ext::x", "fd::3", "http://x y", "a\nb"]
)
def test_a_url_that_is_none(url: str) -> None:
    recorder = Recorder()
    with Repositories(recorder) as recorder.repositories, pytest.raises(GitopsError, match="is no URL"):
        recorder.repositories(url, "HEAD")
    assert recorder.calls == []


def test_git_runs_without_settings_hooks_and_helpers_of_others(source: Path) -> None:
    recorder = Recorder()
    with Repositories(recorder, environment={"GIT_SSL_CAINFO": "/ca.crt"}) as recorder.repositories:
        recorder.repositories(source.as_uri(), "HEAD").read("top.yaml")
    for argv, environment in recorder.calls:
        assert argv[0] == "git"
        for setting in ("core.hooksPath=/dev/null", "protocol.ext.allow=never", "credential.helper="):
            assert argv[argv.index(setting) - 1] == "-c"
        assert environment["GIT_ALLOW_PROTOCOL"] == "http:https:ssh:file"
        assert environment["GIT_TERMINAL_PROMPT"] == "0"
        assert environment["GIT_CONFIG_GLOBAL"] == "/dev/null"
        assert environment["GIT_SSL_CAINFO"] == "/ca.crt"


@pytest.mark.parametrize("url", ["https://git.example.org/x.git", "https://robot:s3cr%25et@git.example.org/x.git"])
def test_a_password_is_in_the_environment_only(url: str) -> None:
    recorder = Recorder((128, "", "fatal: Authentication failed for s3cr%et at 'https://git.example.org/x.git/'"))
    access = None if "robot" in url else Access("robot", "s3cr%et")
    with Repositories(recorder, lambda _url: access) as recorder.repositories:
        with pytest.raises(GitopsError) as caught:
            recorder.repositories(url, "HEAD")
        folder = recorder.repositories.folder
    assert str(caught.value) == (
        "repository https://git.example.org/x.git: cannot be read by git: "
        "fatal: Authentication failed for (hidden) at 'https://git.example.org/x.git/'"
    )
    assert recorder.files == {}
    assert {environment["TIPHYS_GIT_PASSWORD"] for _argv, environment in recorder.calls} == {"s3cr%et"}
    told = repr([argv for argv, _environment in recorder.calls])
    assert "s3cr" not in told
    assert "robot" not in told
    assert not folder.exists()


def test_a_key_is_in_a_private_file_only() -> None:
    recorder = Recorder((128, "", "Permission denied"))
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----"
    access = Access(key=key, known_hosts="host key\n")
    opened = Repositories(recorder, lambda _url: access)
    with opened as recorder.repositories, pytest.raises(GitopsError, match="Permission denied"):
        recorder.repositories("git@git.example.org:x.git", "HEAD")
    assert recorder.files == {"key": (0o600, key + "\n"), "known_hosts": (0o600, "host key\n")}
    command = recorder.calls[0][1]["GIT_SSH_COMMAND"]
    assert "abc" not in repr(recorder.calls)
    assert "StrictHostKeyChecking=yes" in command
    assert "BatchMode=yes" in command


@pytest.mark.parametrize("access", [Access("a\nb", "c"), Access("a", "b\nurl=x")])
def test_a_password_cannot_add_lines(access: Access) -> None:
    with Repositories(run, lambda _url: access) as repositories, pytest.raises(GitopsError, match="line end"):
        repositories("https://git.example.org/x.git", "HEAD")


def test_links_out_of_the_repository_large_files_and_submodules(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "out").symlink_to("../../etc/passwd")
    (tmp_path / "absolute").symlink_to("/etc/passwd")
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "large").write_bytes(b"x" * 5000)
    (tmp_path / "small").write_bytes(b"\xff\x00 no text \r\n")
    (tmp_path / "pointer").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"160000,{git(source, 'rev-parse', 'HEAD')},sub")
    git(tmp_path, "commit", "--quiet", "-m", "x")
    monkeypatch.setattr(_gittree, "FILE_LIMIT", 4000)
    with Repositories(run) as repositories:
        tree = repositories(tmp_path.as_uri(), "HEAD")
        assert tree.submodules() == ["sub"]
        assert tree.read("small") == b"\xff\x00 no text \r\n"
        for path, why in {"out": "points out", "absolute": "points out", "itself": "link to itself", "large": "large",
                          "pointer": "Git LFS"}.items():  # fmt: skip
            with pytest.raises(GitopsError, match=why):
                tree.read(path)
        for path in ("out", "itself"):
            with pytest.raises(GitopsError):
                tree.check(path)
        monkeypatch.setattr(_gittree, "COUNT_LIMIT", 3)
        with pytest.raises(UnsupportedError, match="more than 3 files"):
            repositories(tmp_path.as_uri(), "main")


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "*",
            "**",
            ".",
            "./apps",
            "apps/",
            "apps/*",
            "apps/**",
            "apps/*.yaml",
            "*/config.yaml",
            "*config.yaml",
            "envs/list.*",
        ),
        *(
            "apps/?art",
            "apps/c*",
            "apps/[cs]*",
            "apps/[!c]*",
            "apps/[^c]*/x",
            "[a-c]*",
            "[z-a]*",
            "[a-[]*",
            "[]a]*",
            "[a-",
            "a[",
        ),
        *(
            "odd/[x]",
            "odd/[[]x]/*",
            "odd/\\[x]/*",
            "*\\",
            "{apps,envs}",
            "apps//cart",
            "apps/./cart",
            "apps/../top.yaml",
            "top.yaml/",
        ),
        *("apps/cart/.", "**/[a-s]*/.", "apps/link", "apps/link/", "nothing", "-x", "*.Yaml", "a b", "odd/a b"),
    ],
)
def test_a_pattern_means_what_it_means_to_git(source: Path, pattern: str) -> None:
    listed = git(source, "ls-files", "-z", "--", pattern).split("\0")
    assert {path for path in (*FILES, *LINKS) if git_matches(pattern, path)} == set(filter(None, listed))


@pytest.mark.parametrize("pattern", ["..", "../x", "apps/../../x", "/top.yaml"])
def test_a_pattern_outside(source: Path, pattern: str) -> None:
    with pytest.raises(GitError):
        git(source, "ls-files", "-z", "--", pattern)
    with pytest.raises(GitopsError, match="outside of the repository"):
        git_matches(pattern, "top.yaml")
