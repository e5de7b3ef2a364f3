# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would refuse or silently ignore in its settings, found before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from . import plain_secrets, rbac_policy, settings_keys
from .known_hosts import key_of
from .known_hosts import problem as known_hosts_problem
from .settings import CONFIG_MAPS, SECRETS, Settings

LONGEST_PASSWORD = 72
"""Bytes that bcrypt looks at; Go's refuses more."""
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_SERVER_OWNED = re.compile(r"server\.secretkey|admin\.tokens|accounts\.[^.]+\.tokens")
_HASHES = re.compile(r"(admin|accounts\.[^.]+)\.password(Mtime)?")
_SECRETS_OF = {"settings": "argocd-secret (option secret)", "notifications": "notifications_secret"}
_UNKNOWN = {
    "settings": settings_keys.unknown_setting,
    "parameters": settings_keys.unknown_parameter,
    "rbac": settings_keys.unknown_rbac,
    "secret": settings_keys.misspelt_secret,
}


def problems(settings: Settings) -> Iterator[str]:
    """Give each reason why these settings cannot work, as "PLACE: what is wrong"; no value of a secret is in it."""
    for option, key, value in each(settings):
        where = f"{option}.{key}"
        if not _KEY.fullmatch(key):
            yield f"{where}: a key may have only letters, digits, '-', '_' and '.'"
        choices = settings_keys.CHOICES.get(option, {}).get(key)
        if choices and value is not None and value not in choices:
            yield f"{where}: must be one of {', '.join(choices)}, not {value!r}"
        if option == "rbac" and key.endswith(".csv") and value:
            yield from rbac_policy.problems(value, where)
        if option == "settings" and key == "url" and value:
            yield from _url(value, where)
        if option == "secret" and key not in settings.made:
            yield from _secret(key, where)
        if option == "tls_certificates" and value and "-----BEGIN CERTIFICATE-----" not in value:
            yield f"{where}: is no certificate in PEM form"
    for key, password in settings.passwords.items():
        if len(password.encode()) > LONGEST_PASSWORD:
            yield f"accounts: the password for {key} has more than {LONGEST_PASSWORD} bytes, which bcrypt cannot take"
    yield from _known_hosts(settings)


def warnings(settings: Settings) -> Iterator[str]:
    """Give what Argo CD takes but what hardly means what it says."""
    for option, key, value in each(settings):
        where = f"{option}.{key}"
        odd = _UNKNOWN[option](key) if option in _UNKNOWN and value is not None else ""
        if odd:
            yield f"{where}: {odd}"
        if option == "rbac" and key.endswith(".csv") and value:
            mode = settings.data[CONFIG_MAPS["rbac"]].get("policy.matchMode")
            yield from rbac_policy.warnings(value, where, regex=mode == "regex")
        if option in _SECRETS_OF and plain_secrets.in_value(key, value):
            yield (
                f"{where}: holds a secret that everybody who may read ConfigMaps can read; put it into "
                f"{_SECRETS_OF[option]} and write $KEY here"
            )


def each(settings: Settings) -> Iterator[tuple[str, str, str | None]]:
    """Give (option, key, value) of each key."""
    names = {name: option for option, name in {**CONFIG_MAPS, **SECRETS}.items()}
    for name, data in settings.data.items():
        yield from ((names[name], key, value) for key, value in data.items())


def _url(value: str, where: str) -> Iterator[str]:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        yield f"{where}: {value!r} is no URL such as https://argocd.example.com"


def _secret(key: str, where: str) -> Iterator[str]:
    if _SERVER_OWNED.fullmatch(key):
        yield f"{where}: belongs to Argo CD itself; changing it would make tokens and sessions worthless"
    elif _HASHES.fullmatch(key):
        yield f"{where}: give accounts a password instead; its hash and time are made from it"


def _known_hosts(settings: Settings) -> Iterator[str]:
    keys = [key_of(line) for line in settings.known_hosts]
    for line in settings.known_hosts:
        reason = known_hosts_problem(line)
        if reason:
            yield f"ssh_known_hosts: {line[:60]!r} {reason}"
    for number, host in enumerate(settings.gone_hosts):
        if any(host in key.hosts.split(",") for key in keys if key):
            yield f"ssh_known_hosts_absent[{number}]: {host} is in ssh_known_hosts, too"
