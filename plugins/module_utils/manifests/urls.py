# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs of repositories: how Argo CD takes them, and the credentials in them, which no message may tell."""

from __future__ import annotations

import re

_SSH = re.compile(r"(ssh://)?[^/:]*?@[^@]+")
_SCHEME = re.compile(r"(?i)(?<![a-z0-9+.-])([a-z0-9+.-]+://)")
_END = re.compile(r'[\s"]')
"""What ends a URL inside a text; a quote may be part of a password."""


def secrets_in(url: str) -> set[str]:
    """Give the texts in a URL that nobody may see: who logs in, and the password alone.

    The user of an SSH URL is no secret. A slash or an @ in a password, which no URL may have, does not hide it.
    """
    scheme, mark, rest = url.partition("://")
    who = _who(rest) if mark else ""
    password = who.partition(":")[2]
    if not password and _is_ssh_scheme(scheme):
        return set()
    return {text for text in (who, password) if text}


def without_secrets(text: str) -> str:
    """Take who logs in, and the password, out of all URLs in a text; the user of an SSH URL stays."""
    before, *urls = _SCHEME.split(text)
    return before + "".join(f"{scheme}{_anonymous(scheme, rest)}" for scheme, rest in zip(urls[::2], urls[1::2]))


def _anonymous(scheme: str, text: str) -> str:
    """Take it out of what follows a scheme: the rest of a URL, and whatever comes then."""
    who = _who(_END.split(text, maxsplit=1)[0])
    if not who:
        return text
    user = who.partition(":")[0]
    return (f"{user}@" if _is_ssh_scheme(scheme.partition("://")[0]) else "") + text[len(who) + 1 :]


def _who(rest: str) -> str:
    """Give what stands before the @ of a URL without its scheme, "" if it has none."""
    authority = rest.split("/", 1)[0]
    port = authority.rpartition(":")[2]
    if "@" not in rest or ("@" not in authority and (":" not in authority or port.isdigit())):
        return ""
    return (authority if "@" in authority else rest).rpartition("@")[0]


def _is_ssh_scheme(scheme: str) -> bool:
    return scheme.lower().endswith("ssh")


def shown(url: object) -> str:
    """Write a URL as a message may show it."""
    text = str(url)
    for secret in sorted(secrets_in(text), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def is_ssh(url: str) -> bool:
    """Say whether Argo CD takes a URL for one of SSH (IsSSHURL in util/git/git.go)."""
    return _SSH.fullmatch(url) is not None


def normalized(url: str) -> str:
    """Give what two spellings of a URL have in common when Argo CD takes them for the same (NormalizeGitURL)."""
    url = url.strip().lower()
    if is_ssh(url) and not url.startswith("ssh://"):
        url = url.replace(":", "/", 1)
    return url.removeprefix("ssh://").removesuffix(".git")
