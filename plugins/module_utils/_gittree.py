# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Git repository holds at a revision, read with the program ``git``: no checkout, no hooks, no submodules.

The caller runs the program (a module has ``run_command``). A secret is only ever in a file of a private folder.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ._errors import GitopsError
from .applicationsets.semver import Constraints, Version, version
from .applicationsets.values import GenerationError, TemplateError, UnsupportedError, decode, encode

Runner = Callable[[Sequence[str], Mapping[str, str]], tuple[int, str, str]]
"""``run(argv, env)`` gives exit code, standard output and standard error, both decoded as UTF-8 with surrogateescape;
``env`` is added to the environment."""
FILE_LIMIT = 10 * 1024 * 1024
COUNT_LIMIT = 200_000
_COMMIT = re.compile("[0-9a-f]{40}")
_SHORT_COMMIT = re.compile("[0-9a-f]{7,39}")
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.symlinks": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "http:https:ssh:file",
    "GIT_ASKPASS": "",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS": "",
}


_USERNAME, _PASSWORD = "TIPHYS_GIT_USERNAME", "TIPHYS_GIT_PASSWORD"
_HELPER = f'credential.helper=!f() {{ printf \'username=%s\\npassword=%s\\n\' "${_USERNAME}" "${_PASSWORD}"; }}; f'
"""Git runs it to be told the credentials, which so are in the environment alone: in no file and no argument."""


class Access(NamedTuple):
    """What lets into a repository: name and password (or token), or the text of a private key; "" for none.

    ``known_hosts`` are lines of such a file; without any, ssh's own file counts.
    """

    username: str = ""
    password: str = ""
    key: str = ""
    known_hosts: str = ""


class Entry(NamedTuple):
    mode: str
    blob: str


class Repositories:
    """Calling it with URL and revision gives a tree, read once. Leave it as a context manager: it removes its folder.

    ``access(url)`` is asked for each repository, ``environment`` is added for git (``GIT_SSL_CAINFO``, proxies).
    GitopsError if a repository or revision cannot be read.
    """

    def __init__(
        self,
        run: Runner,
        access: Callable[[str], Access | None] = lambda _url: None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.run, self.access, self.environment = run, access, dict(environment or {})
        self.folder = Path(tempfile.mkdtemp(prefix="tiphys-git-"))
        self.trees: dict[tuple[str, str], RepositoryTree] = {}

    def __enter__(self) -> Repositories:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def __call__(self, url: str, revision: str) -> RepositoryTree:
        if (url, revision) not in self.trees:
            folder = Path(tempfile.mkdtemp(dir=self.folder))
            remote = Remote(self.run, folder, url, self.access(url), self.environment)
            self.trees[url, revision] = RepositoryTree(remote, revision)
        return self.trees[url, revision]


class Remote:
    """One repository, and how git gets into it."""

    def __init__(
        self, run: Runner, folder: Path, url: str, access: Access | None, environment: Mapping[str, str]
    ) -> None:
        self.runner, self.folder = run, folder
        self.url, own = _without_secrets(url)
        self.access = access or own
        self.environment = {**_ENVIRONMENT, **environment}
        self.settings = [f"{key}={value}" for key, value in _SETTINGS.items()]
        if self.access.username or self.access.password:
            self._use_password()
        if self.access.key:
            self._use_key()

    def _use_password(self) -> None:
        if any(char in self.access.username + self.access.password for char in "\n\0"):
            raise GitopsError("the name or password holds a line end", where=f"repository {self.url}")
        self.environment.update({_USERNAME: self.access.username, _PASSWORD: self.access.password})
        self.settings.append(_HELPER)

    def _use_key(self) -> None:
        key = self._private("key", self.access.key.rstrip("\n") + "\n")
        options = f"ssh -i '{key}' -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes"
        if self.access.known_hosts:
            options += f" -o UserKnownHostsFile='{self._private('known_hosts', self.access.known_hosts)}'"
        self.environment["GIT_SSH_COMMAND"] = options

    def _private(self, name: str, text: str) -> Path:
        path = self.folder / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def git(self, *arguments: str, folder: str = "") -> str:
        """Run git and give what it prints. GitopsError with its words if it fails."""
        settings = [word for setting in self.settings for word in ("-c", setting)]
        place = ["-C", str(self.folder / folder)] if folder else []
        code, output, error = self.runner(["git", *settings, *place, *arguments], self.environment)
        if code != 0:
            why = error.strip().splitlines()[-1] if error.strip() else f"git ended with {code}"
            for secret in (self.access.password, self.access.key):
                why = why.replace(secret, "(hidden)") if secret else why
            raise GitopsError("cannot be read by git", where=f"repository {self.url}", why=why)
        return output

    def resolve(self, revision: str) -> str:
        """Give the full name of the ref, or the commit, that Argo CD takes a revision for (util/git/client.go)."""
        if _COMMIT.fullmatch(revision):
            return revision
        lines = [line.partition("\t")[2] for line in self.git("ls-remote", "--", self.url).splitlines()]
        refs = [line for line in lines if line and not line.endswith("^{}")]
        tags = [ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/")]
        wanted = _newest(revision, tags) or revision or "HEAD"
        for ref in refs:
            if ref == wanted or _short(ref) == wanted:
                return ref
        if _SHORT_COMMIT.fullmatch(wanted):
            raise UnsupportedError("a shortened commit is not known here", hint="Write the whole commit.")
        raise GenerationError(f"the revision {wanted!r} does not exist", where=f"repository {self.url}")

    def fetch(self, name: str, ref: str, blobs: str) -> None:
        """Fetch one commit into a bare repository of its own; ``blobs`` is the filter that keeps large ones out."""
        self.git("init", "--quiet", "--bare", "--template=", str(self.folder / name))
        self.git("remote", "add", "--", "origin", self.url, folder=name)
        common = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", f"--filter={blobs}")
        self.git(*common, "--depth=1", "--", "origin", f"+{ref}:refs/tags/wanted", folder=name)


class RepositoryTree:
    """The files of a repository at a revision: see applicationsets.sources.Tree."""

    def __init__(self, remote: Remote, revision: str) -> None:
        self.remote = remote
        self.ref = remote.resolve(revision)
        self.complete = False
        remote.fetch("names", self.ref, "blob:none")
        self.commit = remote.git("rev-parse", "refs/tags/wanted^{commit}", folder="names").strip()
        self.entries = self._entries()

    def _entries(self) -> dict[str, Entry]:
        listing = self.remote.git("ls-tree", "-r", "-z", "--full-tree", self.commit, folder="names").split("\0")
        if len(listing) > COUNT_LIMIT:
            raise UnsupportedError(f"has more than {COUNT_LIMIT} files", where=f"repository {self.remote.url}")
        entries = {}
        for line in filter(None, listing):
            about, _tab, path = line.partition("\t")
            mode, _kind, blob = about.split(" ")
            entries[path] = Entry(mode, blob)
        return entries

    def files(self) -> list[str]:
        return [path for path, entry in self.entries.items() if entry.mode != "160000"]

    def submodules(self) -> list[str]:
        return [path for path, entry in self.entries.items() if entry.mode == "160000"]

    def read(self, path: str) -> bytes:
        """Give a file's content; symbolic links are followed within the repository."""
        return self._blob(self._entry(path), path)

    def check(self, path: str) -> None:
        if self.entries[path].mode == "120000":
            self._entry(path)

    def _entry(self, path: str) -> Entry:
        entry = self.entries.get(self._followed(path))
        if entry is None or entry.mode == "160000":
            raise GenerationError("is no file that can be read", where=path)
        return entry

    def _followed(self, path: str) -> str:
        """Replace the symbolic links in a path by what they point to."""
        for _attempt in range(40):
            parts = path.split("/")
            tops = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
            link = next((top for top in tops if top in self.entries and self.entries[top].mode == "120000"), None)
            if link is None:
                return path
            target = decode(self._blob(self.entries[link], link))
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), target, path[len(link) :].lstrip("/")))
            if path.startswith(("/", "../")) or path == "..":
                raise UnsupportedError("points out of the repository, and what is there is not known", where=link)
        raise GenerationError("is a symbolic link to itself", where=path)

    def _blob(self, entry: Entry, path: str) -> bytes:
        if not self.complete:
            self.remote.fetch("files", self.ref, f"blob:limit={FILE_LIMIT + 1}")
            self.complete = True
        try:
            size = int(self.remote.git("cat-file", "-s", entry.blob, folder="files"))
        except GitopsError as error:
            raise UnsupportedError("is too large, or missing", where=path, why=error.why) from None
        if size > FILE_LIMIT:
            raise UnsupportedError(f"is larger than {FILE_LIMIT >> 20} MiB", where=path)
        content = encode(self.remote.git("cat-file", "blob", entry.blob, folder="files"))
        if content.startswith(b"version https://git-lfs.github.com/spec/"):
            raise UnsupportedError("is kept by Git LFS, and its content is not known here", where=path)
        return content


def _without_secrets(url: str) -> tuple[str, Access]:
    """Take name and password out of an http(s) URL, and refuse what git could take for an option or a helper."""
    if not url or url.startswith("-") or any(ord(char) <= 32 for char in url) or re.match(r"\w+::", url):
        raise GitopsError("is no URL of a Git repository", where=f"repository {url!r}")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or "@" not in parts.netloc:
        return url, Access()
    userinfo, _at, host = parts.netloc.rpartition("@")
    name, _colon, password = userinfo.partition(":")
    return parts._replace(netloc=host).geturl(), Access(unquote(name), unquote(password))


def _short(ref: str) -> str:
    for prefix in ("refs/heads/", "refs/tags/", "refs/remotes/", "refs/"):
        if ref.startswith(prefix):
            return ref[len(prefix) :]
    return ref


def _newest(revision: str, tags: Sequence[str]) -> str:
    """Give the newest tag that a range of versions allows; "" if the revision is no range or nothing fits."""
    if _version(revision) is not None:
        return ""
    try:
        asked = Constraints(revision) if revision else None
    except TemplateError:
        return ""
    known = [found for found in map(_version, tags) if found is not None and asked is not None and asked.check(found)]
    return max(known, key=lambda found: found.order).original if known else ""


def _version(text: str) -> Version | None:
    try:
        return version(text)
    except TemplateError:
        return None
