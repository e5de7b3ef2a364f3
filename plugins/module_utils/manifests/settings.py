# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Argo CD's settings and the parts of ConfigMaps and Secrets that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .document import dump
from .fields import ANYTHING, STRINGS, Field, Reader, Record, records
from .plain_secrets import in_values
from .secret import encoded

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
CONNECTIONS = Field("dict", secret_part=in_values)
OPTIONS = Record(
    settings=CONNECTIONS,
    accounts=records(
        name=Field("str", required=True),
        capabilities=Field("list", of=Field("str", choices=CAPABILITIES), choices=CAPABILITIES, telling=True),
        enabled=Field("bool", telling=True),
        password=Field("str", secret=True),
        state=Field("str", choices=("present", "absent")),
    ),
    rbac=ANYTHING,
    parameters=ANYTHING,
    notifications=CONNECTIONS,
    tls_certificates=ANYTHING,
    ssh_known_hosts=STRINGS,
    ssh_known_hosts_absent=STRINGS,
    secret=Field("dict", secret=True),
    notifications_secret=Field("dict", secret=True),
)
"""In the order in which a reader meets them; the mappings have the keys of Argo CD's own documentation."""
ADMIN = "admin"


COMMAS = frozenset(
    """
    application.allowedNodeLabels exec.shells helm.valuesFileSchemes resource.customLabels
    resource.excludeEventLabelKeys resource.includeEventLabelKeys resource.sensitive.mask.annotations
    """.split()
)
"""Keys of argocd-cm that hold several texts with commas between them; all others that hold more than a text hold YAML.
So do the keys of argocd-cmd-params-cm (util/settings/settings.go of Argo CD)."""


@dataclass
class Settings:
    """Parts of Argo CD's objects: ``data`` by object's name and key, where None takes a key away.

    ``structured`` names the values that were given as a list or mapping, so that their spelling does not matter,
    ``defaults`` those that stand only where there is none. ``made`` are the keys of argocd-secret that accounts stand
    for, ``passwords`` plain texts by the key of their hash there; the hashes are made elsewhere. ``known_hosts`` are
    lines, ``gone_hosts`` names.
    """

    data: dict[str, dict[str, str | None]] = field(default_factory=dict)
    structured: set[tuple[str, str]] = field(default_factory=set)
    defaults: set[tuple[str, str]] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    passwords: dict[str, str] = field(default_factory=dict)
    known_hosts: list[str] = field(default_factory=list)
    gone_hosts: list[str] = field(default_factory=list)

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
            text = _text(value, option, str(key), problems)
            settings.set(name, str(key), text)
            if isinstance(value, (dict, list)):
                settings.structured.add((name, str(key)))
    accounts = {"accounts": given.get("accounts")}
    read = Reader(False, problems).read(Record(accounts=OPTIONS["accounts"]), accounts, "")
    names: set[str] = set()
    for account in read.get("accounts", []):
        problems += _account(account, settings, names)
    lines = (line for text in given.get("ssh_known_hosts") or () for line in str(text).splitlines())
    settings.known_hosts = [
        " ".join(line.split()) for line in lines if line.strip() and not line.strip().startswith("#")
    ]
    settings.gone_hosts = [str(host) for host in given.get("ssh_known_hosts_absent") or []]
    return settings


def manifests(settings: Settings, namespace: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the parts of ConfigMaps, and those of Secrets, as manifests."""
    plain, secret = [], []
    for name, data in settings.data.items():
        meta: dict[str, Any] = {"name": name, "namespace": namespace}
        if any(text is not None for text in data.values()):  # what only loses keys need not become ours
            meta["labels"] = dict(PART_OF)
        if name in SECRETS.values():
            hidden = {key: None if text is None else encoded(text) for key, text in data.items()}
            secret.append({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": hidden})
        else:
            plain.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": dict(data)})
    return plain, secret


def _text(value: Any, option: str, key: str, problems: list[str]) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value).lower()
    if isinstance(value, list) and option == "rbac" and key.endswith(".csv"):
        return "".join(f"{line}\n" for line in value)
    if isinstance(value, list) and _has_commas(option, key):
        return ",".join(map(str, value))
    if isinstance(value, (dict, list)) and option in ("settings", "rbac", "notifications"):
        return dump([value])
    more = ", a list" if option == "parameters" else "" if option in SECRETS else ", a list or a mapping"
    problems.append(f"{option}.{key}: must be a text, a whole number, true or false{more}; put it in quotes")
    return ""


def _has_commas(option: str, key: str) -> bool:
    return option == "parameters" or (option == "settings" and (key in COMMAS or key.startswith("accounts.")))


def _account(account: Mapping[str, Any], settings: Settings, names: set[str]) -> Iterator[str]:
    """Set the keys of a local account (util/settings/accounts.go of Argo CD)."""
    name = account.get("name", "")
    where = f"accounts ({name or 'without name'})"
    if not name or "." in name or name != name.strip():
        yield f"{where}: name: must be a name without dots and spaces"
    if name in names:
        yield f"{where}: is there twice"
    names.add(name)
    if account.get("state") == "absent":
        yield from _absent(account, name, settings, where)
        return
    config = CONFIG_MAPS["settings"]
    prefix = ADMIN if name == ADMIN else f"accounts.{name}"
    values: dict[tuple[str, str], str | None] = {}
    capabilities = account.get("capabilities")
    if name == ADMIN and capabilities is not None:
        yield f"{where}: capabilities: those of admin are fixed; leave them out"
    elif capabilities == []:
        yield f"{where}: capabilities: without any it is of no use; give it enabled: false"
    elif name != ADMIN:
        values[config, prefix] = ",".join(sorted(set(capabilities or ["login"])))
        if capabilities is None:
            settings.defaults.add((config, prefix))
    if account.get("enabled") is not None:
        values[config, f"{prefix}.enabled"] = "true" if account["enabled"] else "false"
    if account.get("password"):
        settings.passwords[f"{prefix}.password"] = account["password"]
    yield from _set(values, settings, where)


def _absent(account: Mapping[str, Any], name: str, settings: Settings, where: str) -> Iterator[str]:
    """Take all keys of an account away, its tokens, too: they would be valid again if it came back."""
    if name == ADMIN:
        yield f"{where}: state: admin cannot be removed; give it enabled: false"
    for option in ("capabilities", "enabled", "password"):
        if account.get(option) is not None:
            yield f"{where}: {option}: goes with state present, not absent"
    config, secret = CONFIG_MAPS["settings"], SECRETS["secret"]
    prefix = f"accounts.{name}"
    made = [f"{prefix}.{key}" for key in ("password", "passwordMtime", "tokens")]
    settings.made.update(made)
    keys = [(config, prefix), (config, f"{prefix}.enabled"), *((secret, key) for key in made)]
    yield from _set(dict.fromkeys(keys), settings, where)


def _set(values: Mapping[tuple[str, str], str | None], settings: Settings, where: str) -> Iterator[str]:
    for (owner, key), value in values.items():
        if not settings.set(owner, key, value):
            yield f"{where}: {key} of {owner} is given twice; keep the account"
