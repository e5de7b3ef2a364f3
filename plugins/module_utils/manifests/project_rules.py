# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would refuse or silently ignore in a project, found before anything is sent.

argocd-server checks projects on its own path (ValidateProject in app_project_types.go); one that is written through the
Kubernetes API gets there unchecked. A rule that cannot be read then matches nothing, and a role or a window that is not
valid makes argocd-server refuse to issue tokens for the whole project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Callable

from . import globs
from .application_rules import SUBDOMAIN, url_problem
from .project_roles import role_problems
from .project_windows import window_problems

DESCRIPTION_LIMIT = 255
NO_ACCOUNT = frozenset("!*[]{}\\/")
"""Characters that the name of a ServiceAccount may not have (serviceAccountDisallowedCharSet)."""
KEY_ID = re.compile(r"[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40}")
"""A GnuPG key ID or a fingerprint (util/sourceintegrity/gpg.go)."""
LISTS = {
    "clusterResourceWhitelist": "cluster_resource_whitelist",
    "clusterResourceBlacklist": "cluster_resource_blacklist",
    "namespaceResourceWhitelist": "namespace_resource_whitelist",
    "namespaceResourceBlacklist": "namespace_resource_blacklist",
}
_OTHER_LIST = "list in the whitelist what is permitted and in the blacklist what is not"
_SPECIAL = re.compile(r"[\[\]{}]")


def problems(manifest: dict[str, Any], where: str, known_zone: Callable[[str], bool]) -> Iterator[str]:
    """Give each reason why this project cannot work, as "PLACE: what is wrong".

    ``known_zone`` says whether there is such a time zone.
    """
    name, spec = str(manifest["metadata"].get("name") or ""), manifest["spec"]
    if not name:
        yield f"{where}: name: is required"
    elif not SUBDOMAIN.fullmatch(name):
        yield f"{where}: name: {name!r} may have only lower-case letters, digits, '-' and '.'"
    size = len(str(spec.get("description") or ""))
    if size > DESCRIPTION_LIMIT:
        yield f"{where}: description: has {size} characters, at most {DESCRIPTION_LIMIT} are allowed"
    yield from _repositories(spec.get("sourceRepos") or [], f"{where}: source_repos")
    yield from _namespaces(spec.get("sourceNamespaces") or [], f"{where}: source_namespaces")
    yield from _destinations(spec.get("destinations") or [], f"{where}: destinations")
    yield from _accounts(spec.get("destinationServiceAccounts") or [], f"{where}: destination_service_accounts")
    yield from _kinds(spec, where)
    yield from role_problems(spec.get("roles") or [], name, f"{where}: roles")
    yield from window_problems(spec.get("syncWindows") or [], f"{where}: sync_windows", known_zone)
    yield from _signatures(spec, where)


def _twice(items: Iterable[Any], where: str) -> Iterator[str]:
    seen: dict[Any, int] = {}
    for index, item in enumerate(items):
        if item in seen:
            yield f"{where}[{index}]: is the same as {where.rsplit(' ', 1)[-1]}[{seen[item]}]; remove one of them"
        seen.setdefault(item, index)


def _pattern(pattern: str, where: str, **how: bool) -> Iterator[str]:
    """Check a pattern that may begin with ! to deny."""
    if pattern == "!*":
        yield f"{where}: '!*' would deny everything, and Argo CD refuses it; leave it out"
        return
    reason = globs.problem(pattern, **how)
    if reason:
        yield f"{where}: {pattern!r} {reason}"


def _repositories(urls: list[Any], where: str) -> Iterator[str]:
    for index, url in enumerate(map(str, urls)):
        place = f"{where}[{index}]"
        if not url.strip("!"):
            yield f"{place}: is empty; write '*' for any repository"
        yield from _url(url, place)
    yield from _twice(urls, where)


def _url(pattern: str, where: str) -> Iterator[str]:
    """Check the pattern of a URL; one with credentials is not repeated."""
    reason = url_problem(_SPECIAL.sub("x", pattern.lstrip("!")))
    yield from [f"{where}: {reason}"] if reason else _pattern(pattern, where)


def _namespaces(names: list[Any], where: str) -> Iterator[str]:
    """Check names, patterns, and regular expressions between slashes (util/glob/list.go)."""
    for index, name in enumerate(map(str, names)):
        reason = "" if globs.is_expression(name) else globs.problem(name)
        if reason or not name:
            yield f"{where}[{index}]: {f'{name!r} {reason}' if reason else 'is empty'}"
    yield from _twice(names, where)


def _destinations(destinations: list[dict[str, Any]], where: str) -> Iterator[str]:
    for index, destination in enumerate(destinations):
        place = f"{where}[{index}]"
        if not destination.get("server") and not destination.get("name"):
            yield f"{place}: names no cluster, so it permits nothing; set server or name, '*' for all"
        for key in ("server", "name", "namespace"):
            yield from _pattern(str(destination.get(key) or ""), f"{place}.{key}")
    keys = ((one.get("server") or one.get("name"), one.get("namespace") or "") for one in destinations)
    yield from _twice(keys, where)


def _accounts(accounts: list[dict[str, Any]], where: str) -> Iterator[str]:
    for index, account in enumerate(accounts):
        place = f"{where}[{index}]"
        if not account.get("server"):
            yield f"{place}.server: is empty; write '*' for all clusters"
        for key in ("server", "namespace"):
            pattern = str(account.get(key) or "")
            if "!" in pattern:
                yield f"{place}.{key}: {pattern!r} holds '!', which has no meaning here; the first match counts"
            else:
                yield from _pattern(pattern, f"{place}.{key}")
        name = str(account.get("defaultServiceAccount") or "")
        if not name.strip(" ") or NO_ACCOUNT & set(name):
            yield f"{place}.default_service_account: {name!r} must be one account, as NAME or NAMESPACE:NAME"
    yield from _twice(((one.get("server"), one.get("namespace") or "") for one in accounts), where)


def _kinds(spec: dict[str, Any], where: str) -> Iterator[str]:
    """Check the lists of kinds (IsGroupKindNamePermitted).

    Argo CD tells an empty namespaceResourceWhitelist, which permits nothing, from a missing one, which permits
    everything; but as soon as it writes the project itself (to issue a token), the empty one is gone.
    """
    for key, option in LISTS.items():
        for index, item in enumerate(spec.get(key) or []):
            place = f"{where}: {option}[{index}]"
            if not item.get("kind"):
                yield f"{place}.kind: is empty; write '*' for all kinds"
            for part in ("group", "kind", "name"):
                pattern = str(item.get(part) or "")
                if pattern.startswith("!"):
                    yield f"{place}.{part}: {pattern!r}: '!' has no meaning here; {_OTHER_LIST}"
                else:
                    yield from _pattern(pattern, f"{place}.{part}", simple=True)
    if spec.get("namespaceResourceWhitelist") == []:
        yield (
            f"{where}: namespace_resource_whitelist: is empty, which permits no kind only until Argo CD writes the "
            "project itself, and then every kind; leave it out to permit all, or deny all by "
            "namespace_resource_blacklist with group '*' and kind '*'"
        )


def _signatures(spec: dict[str, Any], where: str) -> Iterator[str]:
    """Check which signatures are asked for (EffectiveSourceIntegrity, util/sourceintegrity/source_integrity.go)."""
    keys = [str(one.get("keyID") or "") for one in spec.get("signatureKeys") or []]
    yield from _keys(keys, f"{where}: signature_keys", ".key_id")
    git = (spec.get("sourceIntegrity") or {}).get("git")
    if keys and git:
        yield f"{where}: signature_keys: would be ignored beside source_integrity; move the keys there"
    if git is not None and not git.get("policies"):
        yield (
            f"{where}: source_integrity.git.policies: is empty, and argocd-server could not write the project any "
            "more; leave source_integrity out"
        )
    seen: dict[str, str] = {}
    for index, policy in enumerate((git or {}).get("policies") or []):
        place = f"{where}: source_integrity.git.policies[{index}]"
        if not policy.get("repos"):
            yield f"{place}.repos: is empty, so the policy holds for nothing; write '*' for all repositories"
        gpg = policy.get("gpg") or {}
        if not gpg.get("keys"):
            yield f"{place}.gpg.keys: is empty; name the keys that are trusted (one is needed in mode none, too)"
        yield from _keys([str(key) for key in gpg.get("keys") or []], f"{place}.gpg.keys")
        for number, repository in enumerate(policy.get("repos") or []):
            url, here = str(repository.get("url") or ""), f"{place}.repos[{number}].url"
            yield from _url(url, here) if url else [f"{here}: is empty"]
            if url in seen and not url.startswith("!"):
                yield f"{here}: is in {seen[url]}, too; with two policies for one repository Argo CD deploys nothing"
            seen.setdefault(url, f"policies[{index}]")


def _keys(keys: list[str], where: str, part: str = "") -> Iterator[str]:
    for index, key in enumerate(keys):
        if not KEY_ID.fullmatch(key):
            yield f"{where}[{index}]{part}: {key!r} is no key ID of 16 or 40 hexadecimal digits"
