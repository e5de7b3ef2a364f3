# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service accounts by which Argo CD reaches other clusters: their tokens, their rights, what is left over of both."""

from __future__ import annotations

import time
from calendar import timegm
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._errors import GitopsError, listed
from ..cluster.objects import Objects
from ..cluster.session import ApiError, Session
from ..cluster.wait import Verdict, Wait
from ..manifests.secret import decoded
from ..manifests.service_account import OWNER, RBAC, TOKEN_TYPE, Account
from ..plan.kind import Kind, Manifest
from ..plan.ownership import Ownership
from ..plan.plan import Change
from .kinds import SECRET

SERVICE_ACCOUNT = Kind("", "v1", "ServiceAccount", "serviceaccounts", order=10)
ROLE = Kind(RBAC, "v1", "Role", "roles", order=20)
CLUSTER_ROLE = Kind(RBAC, "v1", "ClusterRole", "clusterroles", namespaced=False, order=20)
ROLE_BINDING = Kind(RBAC, "v1", "RoleBinding", "rolebindings", order=30, remembers=True)
CLUSTER_ROLE_BINDING = replace(ROLE_BINDING, name="ClusterRoleBinding", plural="clusterrolebindings", namespaced=False)
TOKEN = Kind("", "v1", "Secret", "secrets", order=40, masked=SECRET.masked)
TOKEN_WAIT = 60.0
"""Seconds until Kubernetes has to have filled a Secret with a token; it takes less than one."""

KINDS = {kind.name: kind for kind in (SERVICE_ACCOUNT, ROLE, CLUSTER_ROLE, ROLE_BINDING, CLUSTER_ROLE_BINDING, TOKEN)}
Manifests = dict[str, list[Manifest]]
"""Manifests by the name of their kind."""


@dataclass(frozen=True)
class Token:
    """A token of an account and the Secret it is in; ``text`` is empty until Kubernetes has filled it."""

    secret: str
    number: int
    text: str = field(repr=False)
    created: float
    """Seconds since 1970."""


@dataclass(frozen=True)
class Choice:
    """The Secret whose token is to be registered, the token if it is there, and the Secrets that are needed no more."""

    secret: str
    text: str = field(repr=False)
    leftovers: tuple[str, ...]


def tokens(session: Session, account: Account) -> list[Token]:
    """Give the tokens that were made for an account to be registered; other Secrets of the account are not ours."""
    found = []
    for page in Objects(session, TOKEN).pages(account.namespace, fields=f"type={TOKEN_TYPE}"):
        for live in page["items"]:
            meta = live["metadata"]
            owned = (meta.get("annotations") or {}).get(OWNER) == account.name
            if owned and meta["name"].startswith(account.prefix) and not meta.get("deletionTimestamp"):
                created = float(timegm(time.strptime(meta["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ")))
                text = decoded((live.get("data") or {}).get("token"))
                found.append(Token(meta["name"], account.number(meta["name"]), text, created))
    return found


def chosen(
    found: Sequence[Token],
    account: Account,
    registered: str,
    *,
    rotate: bool = False,
    older: float | None = None,
    spared: Container[str] = (),
) -> Choice:
    """Decide which token is to be registered where Argo CD has the token ``registered``, or another, or none.

    It is that one, else the newest, else one to be made. To ``rotate``, it is one that came after the one in use: what
    an interrupted rotation left behind, or a new one. So it is if the one in use is ``older`` than so many seconds. A
    Secret's number tells what came after what. Tokens that are ``spared`` are needed elsewhere and no leftovers.
    """
    current = next((one for one in found if one.text and one.text == registered), None)
    newest = max(found, key=lambda one: one.number, default=None)
    use = current or newest
    if use is not None and older is not None and time.time() - use.created > older:
        rotate = True
    if rotate and use is not None:
        later = newest if current is not None and newest is not None and newest.number > current.number else None
        number = max(one.number for one in found) + 1
        use = later or Token(account.token_name(number), number, "", 0.0)
    if use is None:
        use = Token(account.token_name(1), 1, "", 0.0)
    left = sorted(one.secret for one in found if one.secret != use.secret and one.text not in spared)
    return Choice(use.secret, use.text, tuple(left))


def awaited(session: Session, account: Account, secret: str) -> str:
    """Give the token that Kubernetes puts into a Secret, as soon as it is there."""
    text = ""

    def judge(_namespace: str, _name: str, live: Manifest | None) -> Verdict:
        nonlocal text
        text = decoded(((live or {}).get("data") or {}).get("token"))
        return Verdict(settled=bool(text), text="it has no token yet")

    verdict = Wait(Objects(session, TOKEN), account.namespace, judge).until([secret], TOKEN_WAIT)[secret]
    if not text:
        raise GitopsError(
            f"Kubernetes put no token into it within {TOKEN_WAIT:g} s",
            where=f"Secret {account.namespace}/{secret} on {session.host}",
            why=verdict.text if verdict.failed else "",
            hint="See whether kube-controller-manager runs there and admission lets it write the Secret; run again.",
        )
    return text


def verified(session: Session, account: Account) -> None:
    """See that a cluster knows the token that a session has; raise if it does not."""
    try:
        session.request("GET", "/version")
    except ApiError as error:
        if error.status == 403:
            return  # who asks is known, and may not ask for this
        raise GitopsError(
            "the cluster does not accept its token",
            where=f"ServiceAccount {account.namespace}/{account.name} on {session.host}",
            why=error.why or error.what,
            hint="Argo CD's registration is as it was. Set rotate_credentials: true to make a new token.",
        ) from None


def rights(account: Account, namespaces: Iterable[str], rules: Sequence[dict[str, Any]]) -> Manifests:
    """Give the account and what grants it rules in some namespaces, or everywhere."""
    spaces = list(namespaces)
    wanted: Manifests = {SERVICE_ACCOUNT.name: [account.manifest]}
    if spaces:
        wanted[ROLE.name] = [account.granted(rules, space) for space in spaces]
        wanted[ROLE_BINDING.name] = [account.bound(space) for space in spaces]
    else:
        wanted[CLUSTER_ROLE.name] = [account.granted(rules)]
        wanted[CLUSTER_ROLE_BINDING.name] = [account.bound()]
    return wanted


def granted(session: Session, account: Account) -> tuple[Manifests, list[str]]:
    """Give what grants an account rights now, wherever it is, and what we may not look at.

    A binding has to name the account, and a role to stand beside such a binding or to be ours and bound by none: what
    only has the name may be of somebody else.
    """
    found: Manifests = {}
    hidden = []
    for binding, role in ((ROLE_BINDING, ROLE), (CLUSTER_ROLE_BINDING, CLUSTER_ROLE)):
        bindings, roles = _called(session, binding, account.binding), _called(session, role, account.role)
        hidden += [kind.plural for kind, lives in ((binding, bindings), (role, roles)) if lives is None]
        if bindings is None:
            continue
        found[binding.name] = [live for live in bindings if _binds(live, account)]
        beside, bound = {_space(live) for live in found[binding.name]}, {_space(live) for live in bindings}
        ours = {_space(live) for live in roles or () if Ownership(live).mine is not None} - bound
        found[role.name] = [live for live in roles or () if _space(live) in beside | ours]
    return found, hidden


def _called(session: Session, kind: Kind, name: str) -> list[Manifest] | None:
    """Give all objects of a name, or None where we may not look."""
    try:
        return [live for page in Objects(session, kind).pages("", name) for live in page["items"]]
    except ApiError as error:
        if error.status != 403:
            raise
        return None


def _space(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("namespace", ""))


def _binds(live: Mapping[str, Any], account: Account) -> bool:
    return account.subject in ({key: one.get(key) for key in account.subject} for one in live.get("subjects") or ())


def see_that_nobody_loses_rights(session: Session, account: Account, changes: Iterable[Change]) -> None:
    """Raise if a binding that would be changed gives its rights to others and not to the account."""
    for change in changes:
        live = change.live or {}
        if change.action == "update" and live.get("subjects") and not _binds(live, account):
            others = (f"{one.get('kind')} {one.get('namespace', '')}/{one.get('name')}" for one in live["subjects"])
            raise GitopsError(
                f"gives rights to {listed(others)}, which would lose them",
                where=f"{change.where} on {session.host}",
                hint="Choose another service_account, or delete the binding if it is of no use any more.",
            )


def leftover(found: Manifests, wanted: Manifests) -> Manifests:
    """Give what is there and not wanted, as manifests that name it."""
    left: Manifests = {}
    for kind, lives in found.items():
        kept = {_key(one) for one in wanted.get(kind, ())}
        left[kind] = [{"metadata": one["metadata"]} for one in lives if _key(one) not in kept]
    return {kind: manifests for kind, manifests in left.items() if manifests}


def _key(manifest: Manifest) -> tuple[str, str]:
    return manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]
