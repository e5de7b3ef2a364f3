# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's settings held against the cluster: passwords compared by their hash, known hosts line by line."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Callable

from .._errors import GitopsError, refuse
from ..manifests.document import parse
from ..manifests.fields import Record
from ..manifests.known_hosts import host_and_type, merged
from ..manifests.settings import CONFIG_MAPS, KNOWN_HOSTS, OPTIONS, PART_OF, SECRETS, Settings, from_options, manifests
from ..manifests.settings_rules import plain_secret, problems
from ..plan.kind import Kind, Manifest
from .kinds import CONFIG_MAP, SECRET

try:
    import bcrypt
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

_HOSTS = "ssh_known_hosts"


HIDING = Record({name: OPTIONS[name] for name in ("accounts", "secret", "notifications_secret")})
"""The options that hold secrets."""


def declared(options: Mapping[str, Any]) -> Settings:
    """Read and check the settings that a task names; raise with every problem found."""
    found: list[str] = []
    settings = from_options(options, found)
    if options["state"] == "rendered":
        secret = [name for name in (*SECRETS, "ssh_known_hosts", "ssh_known_hosts_absent") if options.get(name)]
        found += [f"{name}: has no place in a file; set it in the cluster" for name in secret]
        found += ["accounts: a password has no place in a file; set it in the cluster"] if settings.passwords else []
    elif options.get("dest") is not None:
        found.append("dest: goes with state rendered, not present")
    refuse([*found, *problems(settings)])
    return settings


def restart_needed(changes: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether Argo CD's processes read something of what changed at their start only."""
    return any(change["name"] == CONFIG_MAPS["parameters"] for change in changes)


def parts(settings: Settings, namespace: str) -> list[tuple[Kind, list[Manifest]]]:
    """Give the parts of ConfigMaps and of Secrets, each with a kind that knows how their values compare."""
    plain, secret = manifests(_with_hashes(settings), namespace)
    if settings.known_hosts or settings.unknown_hosts:
        meta = {"name": KNOWN_HOSTS, "namespace": namespace, "labels": dict(PART_OF)}
        data = {_HOSTS: merged("", _wanted_hosts(settings), settings.unknown_hosts)}
        plain.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data})
    config_map = replace(
        CONFIG_MAP,
        same_values=_same_values(settings),
        masked=frozenset(("data", key) for key, value in _settings(settings).items() if plain_secret(key, value)),
        completed=lambda desired, live: _with_live_hosts(settings, desired, live),
    )
    secrets = replace(SECRET, completed=lambda desired, live: _with_live_hashes(settings.passwords, desired, live))
    return [(config_map, plain), (secrets, secret)]


def _settings(settings: Settings) -> Mapping[str, str | None]:
    return settings.data.get(CONFIG_MAPS["settings"], {})


def _same_values(settings: Settings) -> dict[tuple[str, ...], Callable[[Any], Any]]:
    structured: dict[tuple[str, ...], Callable[[Any], Any]] = {
        ("data", key): _parsed for _name, key in settings.structured
    }
    accounts = (key for key in _settings(settings) if key.startswith("accounts.") and not key.endswith(".enabled"))
    return structured | {("data", key): _capabilities for key in accounts}


def _parsed(text: Any) -> Any:
    """Give what a YAML text says, or the text itself where it says nothing clear."""
    try:
        return list(parse(text, ""))
    except GitopsError:
        return text


def _capabilities(text: Any) -> Any:
    return sorted(one.strip() for one in text.split(","))


def _with_hashes(settings: Settings) -> Settings:
    """Give the settings with a new hash, and the time it was made at, for each password (Argo CD: RFC 3339)."""
    if not settings.passwords:
        return settings
    if MISSING is not None:
        raise GitopsError(
            "the Python library bcrypt is missing on the target host",
            where="accounts: password",
            why=str(MISSING),
            hint="Install it for the Python that runs the module: pip install bcrypt.",
        )
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    secret = dict(settings.data.get(SECRETS["secret"], {}))
    for key, password in settings.passwords.items():
        secret[key] = bcrypt.hashpw(password.encode(), bcrypt.gensalt(10, b"2a")).decode()
        secret[f"{key}Mtime"] = now
    return replace(settings, data={**settings.data, SECRETS["secret"]: secret})


def _with_live_hashes(passwords: Mapping[str, str], desired: Manifest, live: Mapping[str, Any]) -> Manifest:
    """Keep the hash of a password that is the right one already: each new hash is another text."""
    have = live.get("data") or {}
    data = dict(desired.get("data") or {})
    for key, password in passwords.items():
        if key in data and _is_hash_of(password, have.get(key)):
            data[key] = have[key]
            mtime = f"{key}Mtime"
            data.pop(mtime, None)
            if mtime in have:
                data[mtime] = have[mtime]
    return desired if data == (desired.get("data") or {}) else {**desired, "data": data}


def _is_hash_of(password: str, encoded: Any) -> bool:
    try:
        return bool(bcrypt.checkpw(password.encode(), b64decode(encoded or "")))
    except ValueError:  # no hash of bcrypt
        return False


def _wanted_hosts(settings: Settings) -> dict[tuple[str, str], str]:
    return {host_and_type(line): line for line in settings.known_hosts}


def _with_live_hosts(settings: Settings, desired: Manifest, live: Mapping[str, Any]) -> Manifest:
    """Keep the lines of other hosts."""
    if desired["metadata"]["name"] != KNOWN_HOSTS:
        return desired
    before = (live.get("data") or {}).get(_HOSTS) or ""
    text = merged(before, _wanted_hosts(settings), settings.unknown_hosts)
    return {**desired, "data": {**desired["data"], _HOSTS: text}}
