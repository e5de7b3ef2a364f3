"""ApplicationSets that read a Git repository, and the repository."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from tests.controlplane import Cluster

from .generating_sets import CLASSIC, GO, Manifest, classic, go, listed, matrix, merge
from .git import git

FILES = {
    "README.md": "# apps\n",
    "apps/shop/Chart.yaml": "name: shop\n",
    "apps/shop/config.yaml": "cluster: {name: in-cluster, replicas: 3}\nenabled: true\nempty: {}\nnone:\ntags: [a]\n",
    "apps/shop/overlays/prod/kustomization.yaml": "resources: []\n",
    "apps/cart/Chart.yaml": "name: cart\n",
    "apps/cart/config.yaml": '{"cluster": {"name": "other", "replicas": 1500000}, "enabled": "no", "path": "mine"}',
    "apps/cart-old/Chart.yaml": "name: old\n",
    "apps/Big_App.v2/Chart.yaml": "name: big\n",
    "apps/.hidden/Chart.yaml": "name: hidden\n",
    "apps/.hidden/config.yaml": "cluster: {name: hidden}\n",
    "envs/list.yaml": "- {name: one, port: 80}\n- {name: two, port: 443}\n",
    "envs/list.json": '[{"name": "three"}, {"name": "four", "deep": {"er": [1, {"x": "y"}]}}]',
    "envs/empty.yaml": "",
    "envs/two.yaml": "name: first\n---\nname: second\n",
    "envs/yaml11.yaml": "a: yes\nb: 0123\nc: 1e3\nd: 2020-01-01\ne: 12:30\nf: .5\ng: 'on'\nh: 0x1f\n",
    "broken/text.yaml": "just text\n",
    "broken/bad.yaml": "a: [\n",
    "odd/[x]/file.yaml": "name: brackets\n",
    "odd/a b/file.yaml": "name: space\n",
    "top.yaml": "name: top\n",
}
LINKS = {"linked.yaml": "envs/two.yaml", "apps/link": "shop", "apps/cart/again.yaml": "../shop/config.yaml"}


def from_git(url: str) -> dict[str, Manifest]:
    """Folders and files of the repository with FILES and LINKS at a URL."""
    name = {"metadata": {"name": "x", "annotations": {"all": "{{ toJson . }}"}}, "spec": GO["spec"]}
    tail = ("", ".basename", ".basenameNormalized", "[0]", "[1]", "[2]", ".filename", ".filenameNormalized")
    parts = " ".join(f"{{{{path{each}}}}}" for each in tail)
    others = "name port cluster.name cluster.replicas enabled none empty tags.0 values.v pre.path.basename deep.er.1.x"
    rest = " ".join(f"{{{{{each}}}}}" for each in others.split())
    old = {"metadata": {"name": "x", "annotations": {"parts": parts, "rest": rest}}, "spec": CLASSIC["spec"]}

    def git(**more: Any) -> Manifest:
        return {"git": {"repoURL": url, "revision": "HEAD", **more}}

    def folders(*patterns: str, **more: Any) -> Manifest:
        return git(directories=[_pattern(each) for each in patterns], **more)

    def files(*patterns: str, **more: Any) -> Manifest:
        return git(files=[_pattern(each) for each in patterns], **more)

    found: dict[str, list[Manifest]] = {}
    for pattern in (
        "*",
        "apps/*",
        "apps/**",
        "apps/*/*",
        "apps/c*",
        "apps/cart?old",
        "apps/[a-s]*",
        "apps/[^s]*",
        "nothing",
        "apps",
        "apps/",
        "odd/[[]x]",
        "odd/\\[x\\]",
        "apps/[",
        "**",
        ".",
        "apps/.hidden",
        "odd/*",
        "APPS/*",
        "apps/cart-[!a]ld",
        "*/*/*/*",
        "apps/[]a]*",
    ):
        found[f"folders {pattern}"] = [folders(pattern)]
    for pattern in (
        "*",
        "**",
        "apps/*/config.yaml",
        "apps/**/config.yaml",
        "**/config.yaml",
        "*config.yaml",
        "top.yaml",
        "envs",
        "envs/",
        "envs/*.yaml",
        "envs/list.*",
        "envs/two.yaml",
        "envs/empty.yaml",
        "envs/yaml11.yaml",
        "./top.yaml",
        "apps/../top.yaml",
        "../x",
        "/top.yaml",
        "nothing",
        "broken/text.yaml",
        "broken/bad.yaml",
        "linked.yaml",
        "apps/cart/again.yaml",
        "apps/link",
        "apps/link/config.yaml",
        "odd/[x]/file.yaml",
        "odd/a b/file.yaml",
        "apps/[cs]*/config.yaml",
        "apps/[!c]*/config.yaml",
        "apps/?art/config.yaml",
        "apps/*/conf{ig,x}.yaml",
        ".",
        "",
        "README.md",
    ):
        found[f"files {pattern}"] = [files(pattern)]
    found |= {
        "folders, excluded": [folders("apps/*", "!apps/cart*")],
        "folders, all excluded": [folders("!apps/*")],
        "folders, excluded first": [folders("!apps/shop", "*/*")],
        "folders, prefix": [folders("apps/shop", pathParamPrefix="pre")],
        "files, excluded": [files("apps/*/config.yaml", "!apps/cart/*")],
        "files, twice": [
            files("top.yaml", "*.yaml", "!broken", "!linked.yaml", "!apps/**", "!odd/**", "!envs/list.yaml")
        ],
        "files, prefix": [files("apps/shop/config.yaml", pathParamPrefix="pre")],
        "folders and files": [git(directories=[{"path": "apps/*"}], files=[{"path": "top.yaml"}])],
        "neither": [git()],
        "selector": [{**folders("apps/*"), "selector": {"matchLabels": {"path.basename": "shop"}}}],
        "selector of a file": [
            {**files("apps/*/config.yaml"), "selector": {"matchLabels": {"cluster.name": "in-cluster"}}}
        ],
        "matrix with a list": [matrix(folders("apps/*"), listed({"x": "1"}))],
        "matrix of folders": [
            matrix(folders("apps/s*", pathParamPrefix="one"), folders("apps/c*", pathParamPrefix="two"))
        ],
        "matrix of files and folders": [matrix(files("envs/list.yaml", pathParamPrefix="one"), folders("apps/c*"))],
        "merge of files": [
            merge(["path"], files("apps/*/config.yaml"), listed({"path": "apps/shop", "name": "merged"}))
        ],
    }
    result = {f"classic: {key}": classic(*each, template=old) for key, each in found.items()}
    result |= {f"go: {key}": go(*each, template=name) for key, each in found.items()}
    chosen = {
        "git": {
            "repoURL": url,
            "revision": "{{ .branch }}",
            "directories": [{"path": "{{ .top }}/*"}],
            "values": {"v": "{{ .path.basename }} {{ .top }}"},
        }
    }
    revisions = {
        f"go: revision {revision}": go(
            {"git": {"repoURL": url, "revision": revision, "files": [{"path": "top.yaml"}]}}, template=name
        )
        for revision in (
            "",
            "main",
            "old",
            "refs/heads/old",
            "refs/tags/v1.0.0",
            "v1.0.0",
            "1.0.0",
            "v1.*",
            ">=1.0.0",
            "^2",
            "~1.1",
            "nothing",
            "heads/main",
            "-x",
            "v2.0.0-rc1",
            ">=2.0.0-0",
        )
    }
    return {
        **result,
        **revisions,
        "go: git values": go(
            folders("apps/*", values={"v": "{{ .path.basename }}", "w": "{{ index .path.segments 0 }}"}), template=name
        ),
        "classic: git values": classic(folders("apps/*", values={"v": "{{path.basename}}"}), template=old),
        "go: git of a list": go(
            matrix(listed({"branch": "main", "top": "apps"}, {"branch": "old", "top": "apps"}), chosen), template=name
        ),
        "go: files of folders": go(
            matrix(folders("apps/[cs]*"), files("{{ .path.path }}/config.yaml", pathParamPrefix="two")), template=name
        ),
    }


def _pattern(text: str) -> Manifest:
    return {"path": text[1:], "exclude": True} if text.startswith("!") else {"path": text}


def repository(cluster: Cluster, folder: Path) -> str:
    """Make a repository with FILES and LINKS, branches `main` and `old`, and tags of both kinds. Its URL."""
    url = cluster.create_repository(f"sets-{uuid.uuid4().hex[:10]}")
    fill(folder)
    git(folder, "remote", "add", "origin", url)
    git(folder, "push", "--quiet", "origin", "main", "old", "--tags")
    return url


def fill(folder: Path) -> None:
    """Make that repository without a remote one."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for path, target in LINKS.items():
        (folder / path).symlink_to(target)
    git(folder, "add", ".")
    _commit(folder, "top", "v1.0.0")
    git(folder, "checkout", "--quiet", "-b", "old")
    _commit(folder, "old", "--annotate", "-m", "annotated", "v1.1.0")
    git(folder, "checkout", "--quiet", "main")
    _commit(folder, "rc", "v2.0.0-rc1")
    _commit(folder, "two", "2.1.0")


def _commit(folder: Path, content: str, *tag: str) -> None:
    (folder / "top.yaml").write_text(f"name: {content}\n")
    git(folder, "commit", "--quiet", "--allow-empty", "--all", "-m", content)
    git(folder, "tag", *tag)
