# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Argo CD's settings and the parts of ConfigMaps and Secrets that they stand for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .document import dump
from .fields import ANYTHING, STRINGS, Field, Reader, Record, records

PART_OF = {"app.kubernetes.io/part-of": "argocd"}
"""Argo CD reads only settings with this label (util/settings/settings.go)."""
CONFIG_MAPS = {
    "settings": "argocd-cm",
    "parameters": "argocd-cmd-params-cm",
    "rbac": "argocd-rbac-cm",
    "notifications": "argocd-notifications-cm",
    "tls_certificates": "argocd-tls-certs-cm",
}
SECRETS = {"secret": "argocd-secret", "notifications_secret": "argocd-notifications-secret"}
KNOWN_HOSTS = "argocd-ssh-known-hosts-cm"
CAPABILITIES = ("apiKey", "login")
OPTIONS = Record(
    settings=ANYTHING,
    accounts=records(
        name=Field("str", required=True),
        capabilities=Field("list", of=Field("str", choices=CAPABILITIES), choices=CAPABILITIES),
        enabled=Field("bool", telling=True),
        password=Field("str", secret=True),
        state=Field("str", choices=("present", "absent")),
    ),
    rbac=ANYTHING,
    parameters=ANYTHING,
    notifications=ANYTHING,
    tls_certificates=ANYTHING,
    ssh_known_hosts=STRINGS,
    ssh_known_hosts_absent=STRINGS,
    secret=Field("dict", secret=True),
    notifications_secret=Field("dict", secret=True),
)
"""In the order in which a reader meets them; the mappings have the keys of Argo CD's own documentation."""
ADMIN = "admin"


@dataclass
class Settings:
    """Parts of Argo CD's objects: ``data`` by object's name and key, where None takes a key away.

    ``structured`` names the values that were given as a list or mapping, so that their spelling does not matter.
    ``made`` are the keys of argocd-secret that accounts stand for. ``passwords`` are plain texts by the key of their hash in argocd-secret; the hashes are made elsewhere.
    """

    data: dict[str, dict[str, str | None]] = field(default_factory=dict)
    structured: set[tuple[str, str]] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    passwords: dict[str, str] = field(default_factory=dict)
    known_hosts: list[str] = field(default_factory=list)
    unknown_hosts: list[str] = field(default_factory=list)

    def set(self, name: str, key: str, value: str | None) -> bool:
        """Set a key of an object; say whether it was free."""
        part = self.data.setdefault(name, {})
        free = key not in part
        part[key] = value
        return free


def from_options(options: Mapping[str, Any], problems: list[str]) -> Settings:
    """Read the options of ``OPTIONS``; what is wrong is added to ``problems``."""
    given = {name: options[name] for name in OPTIONS if options.get(name) is not None}
    settings = Settings()
    for option, name in {**CONFIG_MAPS, **SECRETS}.items():
        for key, value in (given.get(option) or {}).items():
            text = _text(value, f"{option}.{key}", problems, secret=option in SECRETS)
            settings.set(name, str(key), text)
            if isinstance(value, (dict, list)) and key != "policy.csv":
                settings.structured.add((name, str(key)))
    accounts = {"accounts": given.get("accounts")}
    read = Reader(False, problems).read(Record(accounts=OPTIONS["accounts"]), accounts, "")
    for account in read.get("accounts", []):
        problems += _account(account, settings)
    settings.known_hosts = [str(line).strip() for line in given.get("ssh_known_hosts") or []]
    settings.unknown_hosts = [str(host) for host in given.get("ssh_known_hosts_absent") or []]
    return settings


def manifests(settings: Settings, namespace: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the parts of ConfigMaps, and those of Secrets, as manifests."""
    plain, secret = [], []
    for name, data in settings.data.items():
        meta: dict[str, Any] = {"name": name, "namespace": namespace}
        if any(text is not None for text in data.values()):  # what only loses keys need not become ours
            meta["labels"] = dict(PART_OF)
        if name in SECRETS.values():
            encoded = {key: None if text is None else b64encode(text.encode()).decode() for key, text in data.items()}
            secret.append({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": encoded})
        else:
            plain.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": dict(data)})
    return plain, secret


def _text(value: Any, where: str, problems: list[str], *, secret: bool) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if where == "rbac.policy.csv" and isinstance(value, list):
        return "".join(f"{line}\n" for line in value)
    if isinstance(value, (dict, list)) and not secret:
        return dump([value])
    must = "must be a text" if secret else "must be a text, a whole number, true or false, a list or a mapping"
    problems.append(f"{where}: {must}; put it in quotes")
    return ""


def _account(account: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """Set the keys of a local account (util/settings/accounts.go of Argo CD)."""
    name = account.get("name", "")
    where = f"accounts ({name or 'without name'})"
    if not name or "." in name or name != name.strip():
        yield f"{where}: name: must be a name without dots and spaces"
        return
    config, secret = CONFIG_MAPS["settings"], SECRETS["secret"]
    prefix = ADMIN if name == ADMIN else f"accounts.{name}"
    values: dict[tuple[str, str], str | None] = {}
    if account.get("state") == "absent":
        if name == ADMIN:
            yield f"{where}: state: admin cannot be removed; give it enabled: false"
            return
        values = {(config, prefix): None, (config, f"{prefix}.enabled"): None}
        values |= {(secret, f"{prefix}.{key}"): None for key in ("password", "passwordMtime", "tokens")}
    elif name == ADMIN and account.get("capabilities"):
        yield f"{where}: capabilities: those of admin are fixed; leave them out"
    elif name != ADMIN:
        capabilities = account.get("capabilities")
        values[config, prefix] = ",".join(sorted(set(capabilities or ["login"])))
    if account.get("enabled") is not None:
        values[config, f"{prefix}.enabled"] = None if account["enabled"] else "false"
    if account.get("password"):
        settings.passwords[f"{prefix}.password"] = account["password"]
    for (owner, key), value in values.items():
        if owner == secret:
            settings.made.add(key)
        if not settings.set(owner, key, value):
            yield f"{where}: {key} of {owner} is given twice; keep the account"
