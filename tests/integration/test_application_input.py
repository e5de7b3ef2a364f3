"""What is wrong with the options or files is told in one line, all of it at once, before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_input import common_files, common_options, dest_beside
from tests.support.lab import APPLICATION, REPOSITORY, Lab, application, refused

SOURCE = {"repo_url": REPOSITORY, "path": "deploy"}
CHART = {"repo_url": "https://charts.example.org", "chart": "web", "target_revision": "1.2.3"}
HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\n"
SPEC = f"spec: {{source: {{repoURL: {REPOSITORY}, path: deploy}}, destination: {{name: in-cluster}}}}\n"


OPTIONS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    (
        "sync option of the wrong case",
        application("shop", sync_policy={"sync_options": ["CreateNamespace=True"]}),
        ("sync_policy.sync_options[0]", "'CreateNamespace=True'", "write CreateNamespace=true"),
    ),
    (
        "misspelt sync option",
        application("shop", sync_policy={"sync_options": ["CreateNamespce=true"]}),
        ("sync_policy.sync_options[0]", "did you mean CreateNamespace?"),
    ),
    (
        "sync option without a value",
        application("shop", sync_policy={"sync_options": ["PruneLast=true", "Replace"]}),
        ("sync_policy.sync_options[1]", "write Replace=true or Replace=false"),
    ),
    (
        "both destinations",
        application("shop", destination={"server": "https://x", "name": "y"}),
        ("destination: server and name are both given; keep one",),
    ),
    ("no destination", {"name": "shop", "source": SOURCE}, ("destination: one of server and name is required",)),
    ("no source", {"name": "shop", "destination": {"name": "x"}}, ("one of source, sources and source_hydrator",)),
    (
        "two kinds of source",
        application("shop", sources=[SOURCE]),
        ("source and sources are given together; keep exactly one",),
    ),
    (
        "neither path nor chart",
        application("shop", source={"repo_url": REPOSITORY}),
        ("source: path or chart is required",),
    ),
    ("both path and chart", application("shop", source={**CHART, "path": "x"}), ("source: path and chart are both",)),
    (
        "chart without version",
        application("shop", source={"repo_url": "https://charts.example.org", "chart": "web"}),
        ("source: target_revision", "is required with chart"),
    ),
    ("absolute path", application("shop", source={**SOURCE, "path": "/deploy"}), ("source.path", "relative")),
    ("path out of the repository", application("shop", source={**SOURCE, "path": "a/../../b"}), ("source.path",)),
    ("empty repository", application("shop", source={**SOURCE, "repo_url": ""}), ("source.repo_url", "empty")),
    ("name of 64 characters", application("a" * 64), ("name: has 64 characters, at most 63", "shorter")),
    (
        "release name of 54 characters",
        application("shop", source={**CHART, "helm": {"release_name": "r" * 54}}),
        ("source: helm.release_name has 54 characters, Helm takes at most 53",),
    ),
    (
        "name as release name",
        application("n" * 54, source=CHART),
        ("source: helm.release_name (by default the name) has 54 characters",),
    ),
    (
        "credentials in a URL",
        application("shop", source={**SOURCE, "repo_url": "https://user:s3cret@git.example.org/x"}),
        ("source.repo_url: holds credentials",),
    ),
    (
        "bad duration",
        application("shop", sync_policy={"retry": {"backoff": {"max_duration": "3 minutes"}}}),
        ("sync_policy.retry.backoff.max_duration: '3 minutes' is no duration",),
    ),
    (
        "float as a version in a list",
        {"applications": [application("shop", source={**CHART, "target_revision": 1.1})]},
        ("applications[0] (shop).source.target_revision: must be a string, not 1.1; put it in quotes",),
    ),
    (
        "wrong type in a list",
        {"applications": [application("shop", revision_history_limit="many")]},
        ("applications[0] (shop).revision_history_limit: must be an integer, not 'many'",),
    ),
    *common_options(
        application,
        "applications",
        {"source": SOURCE},
        ("sync_policie", "sync_policy"),
        ("syncPolicy", "sync_policy"),
    ),
    *dest_beside(application),
]


@pytest.mark.parametrize(("options", "parts"), [case[1:] for case in OPTIONS], ids=[case[0] for case in OPTIONS])
def test_options(lab: Lab, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    message = refused(lab, options, *parts)
    assert "s3cret" not in message


def test_all_problems_at_once(lab: Lab) -> None:
    bad = application("shop", sync_policy={"sync_options": ["CreateNamespace=True"]}, destination={})
    items = [bad, application("UPPER"), application("fine")]
    refused(
        lab, {"applications": items}, "3 problems: (1) ", "sync_options[0]", "destination", "'UPPER'", "Nothing was"
    )


def test_so_many_problems_still_fit_a_line(lab: Lab) -> None:
    items = [application(f"UPPER-{number}", destination={}) for number in range(500)]
    refused(lab, {"applications": items}, "1000 problems", "applications[0] (UPPER-0)", " more", "Nothing was written")


FILES: list[tuple[str, str, tuple[str, ...]]] = [
    (
        "unknown key",
        HEAD + SPEC.replace("path:", "directroy: {}, path:"),
        ("(document 1) Application shop.spec.source.directroy: unknown key, did you mean directory?",),
    ),
    (
        "unquoted version",
        HEAD + SPEC.replace("path: deploy", "chart: web, targetRevision: 1.10"),
        ("spec.source.targetRevision: must be a string, not 1.1; put it in quotes",),
    ),
    (
        "text as boolean",
        HEAD + SPEC.replace("path:", 'directory: {recurse: "yes"}, path:'),
        ("spec.source.directory.recurse: must be true or false, not 'yes'",),
    ),
    ("list as spec", HEAD + "spec: [a]\n", ("Application shop.spec: must be a mapping, not a list",)),
    ("no spec", HEAD, ("destination: one of server and name is required", "source")),
    *common_files(APPLICATION, SPEC),
]


@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_files(lab: Lab, tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    refused(lab, {"src": str(file)}, str(file), *parts)


def test_good_and_bad_files(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + SPEC)
    (tmp_path / "b.yaml").write_text((HEAD + SPEC).replace("name: shop", "name: Shop"))
    refused(lab, {"src": str(tmp_path)}, str(tmp_path / "b.yaml"), "'Shop' may have only lower-case letters")


def test_the_same_name_in_two_files(lab: Lab, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HEAD + SPEC)
    refused(lab, {"src": str(tmp_path)}, "/shop was already named by", "a.yaml", "b.yaml")


def test_missing_file(lab: Lab, tmp_path: Path) -> None:
    refused(lab, {"src": str(tmp_path / "none.yaml")}, f"src {tmp_path / 'none.yaml'}: does not exist", "target host")


def test_no_text_file(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"\xff\xfe\x00binary")
    refused(lab, {"src": str(tmp_path)}, "shop.yaml: cannot be read")
