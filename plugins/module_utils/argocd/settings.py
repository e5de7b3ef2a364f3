# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's settings held against the cluster: passwords compared by their hash, known hosts line by line."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .._errors import GitopsError, refuse
from ..manifests.document import parse
from ..manifests.known_hosts import merged
from ..manifests.plain_secrets import in_value, is_connection
from ..manifests.settings import CONFIG_MAPS, KNOWN_HOSTS, PART_OF, SECRETS, Settings, from_options, manifests
from ..manifests.settings_keys import READ_AT_START
from ..manifests.settings_rules import each, problems
from ..plan.canonical import same
from ..plan.kind import Kind, Manifest
from .kinds import CONFIG_MAP, SECRET

try:
    import bcrypt
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

_HOSTS = "ssh_known_hosts"


def declared(options: Mapping[str, Any]) -> Settings:
    """Read and check the settings that a task names; raise with every problem found."""
    found: list[str] = []
    settings = from_options(options, found)
    if options["state"] == "rendered":
        found += _not_for_files(options, settings)
    elif options.get("dest") is not None:
        found.append("dest: goes with state rendered, not present")
    refuse([*found, *problems(settings)])
    return settings


def _not_for_files(options: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """Find what only a cluster can hold: secrets, and keys that are to be taken away."""
    for name in (*SECRETS, "ssh_known_hosts", "ssh_known_hosts_absent"):
        if options.get(name):
            yield f"{name}: has no place in a file; set it in the cluster"
    if settings.passwords:
        yield "accounts: a password has no place in a file; set it in the cluster"
    for option, key, value in each(settings):
        if in_value(key, value):
            yield f"{option}.{key}: holds a secret, which has no place in a file; point to it with $KEY"
    gone = [f"{name}: {key}" for name, data in settings.data.items() for key, value in data.items() if value is None]
    yield from (
        f"{place}: a key that shall be gone has no place in a file; take it out of the cluster" for place in gone
    )


def restart_needed(changes: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether Argo CD's processes read something of what changed at their start only."""
    early = {f"data[{key}]" for key in READ_AT_START}
    return any(
        change["name"] == CONFIG_MAPS["parameters"]
        or (
            change["name"] == CONFIG_MAPS["settings"] and (change["action"] == "created" or early & {*change["fields"]})
        )
        for change in changes
    )


def parts(settings: Settings, namespace: str) -> list[tuple[Kind, list[Manifest]]]:
    """Give the parts of ConfigMaps and of Secrets, each with a kind that knows how their values compare."""
    plain, secret = manifests(_with_hashes(settings), namespace)
    if settings.known_hosts or settings.gone_hosts:
        plain.append(_known_hosts(settings, namespace))
    config_map = replace(
        CONFIG_MAP,
        masked=frozenset(("data", key) for _option, key, _value in each(settings) if is_connection(key)),
        completed=lambda desired, live: _with_live_texts(settings, desired, live),
    )
    secrets = replace(SECRET, completed=lambda desired, live: _with_live_hashes(settings.passwords, desired, live))
    return [(secrets, secret), (config_map, plain)]


def _known_hosts(settings: Settings, namespace: str) -> Manifest:
    """Give the lines as they are where there is no file yet; hosts that shall be gone make none."""
    meta: Manifest = {"name": KNOWN_HOSTS, "namespace": namespace}
    part: Manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    if settings.known_hosts:
        meta["labels"] = dict(PART_OF)
        part["data"] = {_HOSTS: merged("", settings.known_hosts, ())}
    return part


def _with_live_texts(settings: Settings, desired: Manifest, live: Mapping[str, Any]) -> Manifest:
    """Keep what is there where it says the same in other words, or where it is not for us to say."""
    name, have = desired["metadata"]["name"], live.get("data") or {}
    data = dict(desired.get("data") or {})
    for key in data.keys() & have.keys():
        if (name, key) in settings.defaults or _says_the_same(settings, name, key, data[key], have[key]):
            data[key] = have[key]
    if name == KNOWN_HOSTS:
        before = have.get(_HOSTS) or ""
        text = merged(before, settings.known_hosts, settings.gone_hosts)
        data.update({_HOSTS: text} if _HOSTS in data or text != before else {})
    return desired if data == (desired.get("data") or {}) else {**desired, "data": data}


def _says_the_same(settings: Settings, name: str, key: str, want: str, have: str) -> bool:
    if name == CONFIG_MAPS["settings"] and key.startswith("accounts.") and not key.endswith(".enabled"):
        return {one.strip() for one in want.split(",")} == {one.strip() for one in have.split(",")}
    if (name, key) not in settings.structured:
        return False
    try:
        return same(list(parse(want, "")), list(parse(have, "")))
    except GitopsError:
        return False


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
