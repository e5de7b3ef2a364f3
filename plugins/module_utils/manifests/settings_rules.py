# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would refuse or silently ignore in its settings, found before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from . import rbac_policy, settings_keys
from .known_hosts import host_and_type
from .settings import CONFIG_MAPS, SECRETS, Settings

LONGEST_PASSWORD = 72
"""Bytes that bcrypt looks at; Go's refuses more."""
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_SERVER_OWNED = re.compile(r"server\.secretkey|admin\.tokens|accounts\.[^.]+\.tokens")
_HASHES = re.compile(r"(admin|accounts\.[^.]+)\.password(Mtime)?")
_SECRET_INSIDE = re.compile(r"^\s*[\"']?(clientSecret|bindPW)[\"']?\s*:\s*[\"']?(?![\s\"'$]|$)", re.MULTILINE)
_UNKNOWN = {
    "settings": settings_keys.unknown_setting,
    "parameters": settings_keys.unknown_parameter,
    "rbac": settings_keys.unknown_rbac,
}


def problems(settings: Settings) -> Iterator[str]:
    """Give each reason why these settings cannot work, as "PLACE: what is wrong"; no value of a secret is in it."""
    for option, key, value in _each(settings):
        where = f"{option}.{key}"
        if not _KEY.fullmatch(key):
            yield f"{where}: a key may have only letters, digits, '-', '_' and '.'"
        choices = settings_keys.CHOICES.get(key)
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
    for option, key, value in _each(settings):
        where = f"{option}.{key}"
        odd = _UNKNOWN[option](key) if option in _UNKNOWN and value is not None else ""
        if odd:
            yield f"{where}: {odd}"
        if option == "rbac" and key.endswith(".csv") and value:
            mode = settings.data[CONFIG_MAPS["rbac"]].get("policy.matchMode")
            yield from rbac_policy.warnings(value, where, regex=mode == "regex")
        if option == "settings" and plain_secret(key, value):
            yield (
                f"{where}: holds a secret that everybody who may read ConfigMaps can read; put it into a key of "
                "argocd-secret (option secret) and write $KEY here"
            )


def plain_secret(key: str, value: str | None) -> bool:
    """Say whether a value of argocd-cm holds a secret of its own instead of pointing to one."""
    return key in ("dex.config", "oidc.config") and bool(_SECRET_INSIDE.search(value or ""))


def _each(settings: Settings) -> Iterator[tuple[str, str, str | None]]:
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
    for number, line in enumerate(settings.known_hosts):
        if not host_and_type(line)[0]:
            yield f"ssh_known_hosts[{number}]: is no line of known hosts (HOST TYPE KEY)"
    for number, host in enumerate(settings.unknown_hosts):
        named = [line for line in settings.known_hosts if host in host_and_type(line)[0].split(",")]
        if named:
            yield f"ssh_known_hosts_absent[{number}]: {host} is in ssh_known_hosts, too"
