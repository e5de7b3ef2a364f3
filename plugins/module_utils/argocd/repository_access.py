# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Argo CD would get into a Git repository: which Secret counts for a URL, and what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .._gittree import Access
from ..applicationsets.values import UnsupportedError
from ..manifests.repository import REPOSITORY, TEMPLATE, secret_type, texts
from ..manifests.urls import normalized, secrets_in, shown
from ..plan.kind import Manifest

OTHERS = {
    "bearerToken": "a bearer token",
    "tlsClientCertData": "a client certificate",
    "githubAppPrivateKey": "a GitHub App",
    "gcpServiceAccountKey": "a Google service account",
    "azureServicePrincipalClientSecret": "an Azure service principal",
}
"""Ways to log in that git does not have by itself."""
_SECRETS = ("password", "sshPrivateKey")


class Entrance(NamedTuple):
    """What lets into a repository, whether the server's certificate is checked, and the proxy on the way ("": none)."""

    access: Access
    verified: bool = True
    proxy: str = ""
    no_proxy: str = ""

    @property
    def secrets(self) -> set[str]:
        """Give the texts that nobody may see."""
        return {text for text in (self.access.password, self.access.key, *secrets_in(self.proxy)) if text}


def entrance(url: str, project: str, secrets: Iterable[Manifest], known_hosts: str = "") -> Entrance:
    """Give how Argo CD enters a repository for a project (util/db/repository.go: GetRepository).

    ``secrets`` are those of repositories and credential templates. UnsupportedError for a way that only Argo CD has.
    """
    held = [(secret_type(one), texts(one)) for one in secrets]
    own = _own(url, project, [data for kind, data in held if kind == REPOSITORY])
    data = own if _logs_in(own) else {**_template(url, [data for kind, data in held if kind == TEMPLATE]), **own}
    other = next((told for key, told in OTHERS.items() if data.get(key)), "")
    if other or data.get("useAzureWorkloadIdentity") == "true":
        how = other or "an Azure workload identity"
        raise UnsupportedError(
            f"Argo CD logs in with {how}, which cannot be done here", where=f"repository {shown(url)}"
        )
    verified = not any(own.get(key) == "true" for key in ("insecure", "insecureIgnoreHostKey"))
    key = data.get("sshPrivateKey", "")
    access = Access(data.get("username", ""), data.get("password", ""), key, known_hosts if key else "")
    return Entrance(access, verified, data.get("proxy", ""), data.get("noProxy", ""))


def _own(url: str, project: str, repositories: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give the repository of this project, else the one of no project (getRepositorySecret)."""
    same = [one for one in repositories if normalized(one.get("url", "")) == normalized(url)]
    ranked = [one for wanted in (project, "") for one in same if one.get("project", "") == wanted]
    return {key: value for key, value in (ranked[0] if ranked else {}).items() if value}


def _template(url: str, templates: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give the credentials of the longest URL that this one begins with (getRepositoryCredentialIndex)."""
    prefixes = ((normalized(one.get("url", "")), one) for one in templates)
    fitting = [(len(prefix), one) for prefix, one in prefixes if prefix and normalized(url).startswith(prefix)]
    best = max(fitting, key=lambda found: found[0])[1] if fitting else {}
    return {key: value for key, value in best.items() if value and key not in ("url", "type", "project", "name")}


def _logs_in(data: Mapping[str, str]) -> bool:
    return any(data.get(key) for key in ("username", *_SECRETS, *OTHERS, "useAzureWorkloadIdentity"))
