# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would do with the Applications of an ApplicationSet, foretold from what the cluster holds.

Nothing is written. Secrets of clusters and repositories are read where Argo CD runs, and Git repositories as Argo CD
would read them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .._gittree import Repositories, RepositoryTree, Runner
from ..applicationsets.generators import generate
from ..applicationsets.preview import Controller, Preview, preview
from ..cluster.objects import Objects
from ..cluster.session import Session
from ..manifests.repository import REPOSITORY, TEMPLATE
from ..manifests.secret import SECRET_TYPE
from ..plan.compare import compare
from ..plan.kind import Manifest, sendable
from .kinds import APPLICATION, APPLICATION_SET, CONFIG_MAP, PROJECT, SECRET
from .repository_access import entrance

PARAMETERS, CERTIFICATES, KNOWN_HOSTS = "argocd-cmd-params-cm", "argocd-tls-certs-cm", "argocd-ssh-known-hosts-cm"
"""ConfigMaps of Argo CD (common/common.go)."""
CLUSTER = "cluster"


class Foreteller:
    """Foretells ApplicationSets of one Argo CD. Leave it as a context manager: repositories are read into a folder.

    ``namespace`` is Argo CD's own. ``run`` runs git; ``hide`` is told each secret that is used.
    """

    def __init__(self, session: Session, namespace: str, run: Runner, hide: Callable[[str], object]) -> None:
        self.session, self.namespace, self.run, self.hide = session, namespace, run, hide
        self._live: dict[str, list[Manifest]] = {}
        self._repositories: dict[tuple[str, str], Repositories] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Foreteller:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def __call__(self, application_set: Manifest) -> Preview:
        """Foretell an ApplicationSet that is as this one.

        UnsupportedError where only Argo CD can know; GitopsError where it would fail, or something cannot be read.
        """
        secrets = self.secrets[CLUSTER]
        project = ((application_set["spec"].get("template") or {}).get("spec") or {}).get("project") or ""
        generated = generate(
            application_set,
            secrets,
            lambda url, revision: self._tree(url, revision, "" if "{{" in project else project),
            globbing=self._is_on("applicationsetcontroller.enable.new.git.file.globbing"),
            hidden=self._is_on("reposerver.include.hidden.directories"),
        )
        live = self.applications(application_set["metadata"]["namespace"])
        return preview(
            application_set,
            generated,
            live,
            APPLICATION,
            projects=self.projects,
            clusters=secrets,
            controller=self.controller,
        )

    def applications(self, namespace: str) -> list[Manifest]:
        """Give the Applications of a namespace, read once."""
        if namespace not in self._live:
            pages = Objects(self.session, APPLICATION).pages(namespace)
            self._live[namespace] = [one for page in pages for one in page["items"]]
        return self._live[namespace]

    @cached_property
    def secrets(self) -> dict[str, list[Manifest]]:
        """The Secrets of clusters, repositories and credential templates, by their type."""
        found: dict[str, list[Manifest]] = {kind: [] for kind in (CLUSTER, REPOSITORY, TEMPLATE)}
        chosen = f"{SECRET_TYPE} in ({','.join(found)})"
        for page in Objects(self.session, SECRET).pages(self.namespace, selector=chosen):
            for one in page["items"]:
                found[one["metadata"]["labels"][SECRET_TYPE]].append(one)
        return found

    @cached_property
    def projects(self) -> set[str]:
        """The names of the projects."""
        return {row["metadata"]["name"] for page in Objects(self.session, PROJECT).rows(self.namespace) for row in page}

    @cached_property
    def controller(self) -> Controller:
        """How the controller was started, as far as its settings say."""
        name = "applicationsetcontroller"
        override = self.parameters.get(f"{name}.enable.policy.override", "")
        return Controller(
            self.parameters.get(f"{name}.policy", ""),
            override.lower() == "true" if override else None,
            _listed(self.parameters.get(f"{name}.global.preserved.annotations", "")),
            _listed(self.parameters.get(f"{name}.global.preserved.labels", "")),
        )

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters that Argo CD's programs start with."""
        return self._settings(PARAMETERS)

    def _is_on(self, parameter: str) -> bool:
        return self.parameters.get(parameter, "").lower() == "true"

    def _settings(self, name: str) -> dict[str, str]:
        found = Objects(self.session, CONFIG_MAP).get(self.namespace, name)
        return (found or {}).get("data") or {}

    def _tree(self, url: str, revision: str, project: str) -> RepositoryTree:
        if (url, project) not in self._repositories:
            self._repositories[url, project] = self._stack.enter_context(self._repository(url, project))
        return self._repositories[url, project](url, revision)

    def _repository(self, url: str, project: str) -> Repositories:
        hosts = self._settings(KNOWN_HOSTS).get("ssh_known_hosts", "")
        held = [one for kind in (REPOSITORY, TEMPLATE) for one in self.secrets[kind]]
        found = entrance(url, project, held, hosts)
        for secret in found.secrets:
            self.hide(secret)
        environment = dict.fromkeys(("http_proxy", "https_proxy"), found.proxy) if found.proxy else {}
        if found.no_proxy:
            environment["no_proxy"] = found.no_proxy
        if not found.verified:
            environment["GIT_SSL_NO_VERIFY"] = "true"
        else:
            authority = self._settings(CERTIFICATES).get(urlsplit(url).hostname or "")
            if authority:
                environment["GIT_SSL_CAINFO"] = str(self._file(authority))
        return Repositories(self.run, lambda _url: found.access, environment)

    def _file(self, text: str) -> Path:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="tiphys-authority-"))
        path = Path(folder) / "authority.pem"
        path.write_text(text, encoding="utf-8")
        return path


def outcome(desired: Manifest, live: Mapping[str, Any] | None) -> Manifest:
    """Give what an ApplicationSet is after it was applied: fields of others stay, those we no longer want go."""
    if live is None:
        return desired
    found = compare(desired, live, APPLICATION_SET)
    before = sendable(live, APPLICATION_SET)
    spec = _without(
        before.get("spec") or {}, [path[1:] for path in (*found.stale, *found.cleared) if path[0] == "spec"]
    )
    return {**before, "metadata": live["metadata"], "spec": _over(spec, desired["spec"])}


def _without(value: Any, paths: Iterable[tuple[str, ...]]) -> Any:
    """Give a mapping without what is at these paths."""
    kept = dict(value)
    for path in paths:
        if len(path) == 1:
            kept.pop(path[0], None)
        elif path and isinstance(kept.get(path[0]), dict):
            kept[path[0]] = _without(kept[path[0]], [path[1:]])
    return kept


def _over(base: Any, desired: Any) -> Any:
    """Lay what is applied over what is there: mappings key by key, anything else as a whole."""
    if not (isinstance(base, dict) and isinstance(desired, dict)):
        return desired
    return {**base, **{key: _over(base.get(key), value) for key, value in desired.items()}}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
