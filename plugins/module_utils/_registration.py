# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering clusters with Argo CD: the Secrets there, and the access that Argo CD gets on a cluster itself.

With a kubeconfig two clusters are written to. The order keeps Argo CD working wherever it is broken off: a token is
made and seen to work before it is registered, and one that was registered is revoked only when another one is. What a
broken-off run left behind is found again by its name, and used or deleted by the next. Two tasks that meet may revoke
each other's tokens; as each looks at both sides again after its last write, the later one sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._errors import GitopsError
from ._module import Module, Result
from ._reconcile import carry_out, new_report, planned
from .argocd.cluster_guard import Watchman
from .argocd.clusters import CLUSTER, Registered, registered, resolved, with_token
from .argocd.from_kubeconfig import account_of, declared
from .argocd.service_accounts import (
    KINDS,
    SERVICE_ACCOUNT,
    TOKEN,
    Choice,
    Manifests,
    awaited,
    chosen,
    granted,
    leftover,
    rights,
    see_that_nobody_loses_rights,
    tokens,
    verified,
)
from .cluster.engine import observe
from .cluster.session import Session
from .manifests.service_account import read_rules
from .manifests.urls import shown
from .plan.kind import Manifest
from .plan.plan import Change, Plan
from .plan.report import Report

DAY = 86400.0
TRIES = 3
"""How often a cluster is registered because another task revoked the token of the last time."""
UNKNOWN = "(a token that does not exist yet)"
"""Stands for the token where one is to be made, in what is only predicted."""


def register(module: Module) -> Result:
    """Make Argo CD know the clusters that the options name, or know them no more."""
    desired = declared(module.options)
    session = module.session()
    known = registered(session, module.options["namespace"])
    manifests = resolved(desired, known, absent=module.options["state"] == "absent")
    report = new_report(module, session.host)
    return _carry_out_there(module, session, known, manifests, report).result()


def register_from_kubeconfig(module: Module) -> Result:
    """Make Argo CD know a cluster by a service account there, or undo it."""
    options, given = module.options, module.options["from_kubeconfig"]
    declared(options)
    connection = {"kubeconfig": given["kubeconfig"] or options["kubeconfig"], "context": given["context"]}
    target = module.session(connection)
    desired = declared(options, target.endpoint)
    session = module.session()
    known = registered(session, options["namespace"])
    manifests = resolved(desired, known, absent=options["state"] == "absent")
    return _Registration(module, session, target, connection, known, manifests).run()


def _carry_out_there(
    module: Module, session: Session, known: Sequence[Registered], manifests: Sequence[Manifest], report: Report
) -> Report:
    """Write what Argo CD has of clusters, unless the watchman is against it."""
    options = module.options
    watchman = Watchman(session, options["namespace"], known, module.warn, orphan=options["orphan_applications"])
    return carry_out(module, session, [planned(module, CLUSTER, manifests)], guard=watchman, report=report)


@dataclass
class _Registration:
    """One cluster, its kubeconfig's ``connection``, and the Secret ``desired`` for it in Argo CD but for the token."""

    module: Module
    session: Session
    target: Session
    connection: Mapping[str, Any]
    known: Sequence[Registered]
    desired: Sequence[Manifest]

    def __post_init__(self) -> None:
        self.account = account_of(self.module.options)
        self.report = new_report(self.module)

    def run(self) -> Result:
        """Do what the state says and give the result, which tells what was done before something failed, too."""
        try:
            if self.module.options["state"] == "absent":
                self._remove()
            else:
                self._register()
        except GitopsError as error:
            if not self.report.changes:
                raise
            why = str(GitopsError(error.what, why=error.why, hint=error.hint))
            self.report.fail(SERVICE_ACCOUNT, self.account.namespace, self.account.name, why)
        return self.report.result()

    def _register(self) -> None:
        """Register the cluster, once more where another task revoked the token before its end."""
        options = self.module.options
        rotate, days = options["rotate_credentials"], options["rotate_after_days"]
        older = None if days is None else days * DAY
        for _attempt in range(TRIES):
            self._register_once(rotate, older)
            if self.report.failures or self.module.check_mode or not self.report.changes or self._token_is_there():
                return
            self.module.warn(
                f"Another task works on the service account {self.account.name} of {self.target.host} at the same time "
                "and revoked a token that was in use. Let it have only one task at a time."
            )
            rotate, older = False, None
        raise GitopsError(
            f"other tasks revoke each token that is registered, {TRIES} times in a row",
            where=f"ServiceAccount {self.account.namespace}/{self.account.name} on {self.target.host}",
            hint="Let only one task at a time work on it, and run again.",
        )

    def _token_is_there(self) -> bool:
        """Look at both sides once more: Argo CD has a token, and what makes it one is there."""
        self.known = registered(self.session, self.module.options["namespace"])
        own, _others = self._registered()
        return own in {one.text for one in tokens(self.target, self.account)}

    def _register_once(self, rotate: bool, older: float | None) -> None:
        choice = self._choice(rotate, older)
        if choice.text:
            self._verify(choice.text)
        if not self._allowed(choice.text or UNKNOWN):
            return
        self._at_target(self._wanted(), {TOKEN.name: [self.account.token(choice.secret)]})
        if self.report.failures:
            return
        text = choice.text or self._made(choice.secret)
        self._register_token(text)
        if not self.report.failures:
            self._at_target({}, gone={TOKEN.name: [{"metadata": self.account.place(one)} for one in choice.leftovers]})

    def _remove(self) -> None:
        gone: Manifests = {}
        if self.module.options["from_kubeconfig"]["remove_service_account"]:
            found = self._granted()
            used = tokens(self.target, self.account)
            self._see_that_it_may_go([one.text for one in used])
            made = [{"metadata": self.account.place(one.secret)} for one in used]
            gone = {**leftover(found, {}), TOKEN.name: made, SERVICE_ACCOUNT.name: [self.account.manifest]}
        self.report.cluster = self.session.host
        _carry_out_there(self.module, self.session, self.known, self.desired, self.report)
        if not self.report.failures:
            self._at_target({}, gone=gone)

    def _choice(self, rotate: bool, older: float | None) -> Choice:
        own, others = self._registered()
        found = tokens(self.target, self.account)
        for one in found:
            self._hide(one.text)
        return chosen(found, self.account, own, rotate=rotate, older=older, spared=others)

    def _registered(self) -> tuple[str, dict[str, str]]:
        """Give the token that Argo CD has for this cluster, and those for others, each with the other's server."""
        name = self.desired[0]["metadata"]["name"]
        own = next((one.token for one in self.known if one.secret == name), "")
        return own, {one.token: one.server for one in self.known if one.secret != name and one.token}

    def _see_that_it_may_go(self, texts: Sequence[str]) -> None:
        """Raise if Argo CD reaches another cluster by one of these tokens, or this one by none of them."""
        own, others = self._registered()
        where = f"ServiceAccount {self.account.namespace}/{self.account.name} on {self.target.host}"
        for text in texts:
            if text in others:
                raise GitopsError(
                    f"it is what Argo CD reaches {shown(others[text])} by, too",
                    where=where,
                    hint="Set remove_service_account: false in from_kubeconfig to keep it. Nothing was written.",
                )
        if own and texts and own not in texts:
            raise GitopsError(
                "it is not what Argo CD reaches the cluster by, as none of its tokens is the registered one",
                where=where,
                hint="See that the kubeconfig is that of the cluster. If it is, remove the cluster without "
                "from_kubeconfig first, then run this again. Nothing was written.",
            )

    def _allowed(self, token: str) -> bool:
        """See that nothing stands against the registration before the cluster itself is touched."""
        options = self.module.options
        plan = planned(self.module, CLUSTER, [with_token(one, token) for one in self.desired])
        observe(self.session, plan)
        watchman = Watchman(
            self.session, options["namespace"], self.known, self.module.warn, orphan=options["orphan_applications"]
        )
        plan.refuse(watchman(plan.changes))
        self.report.cluster = self.session.host
        for change in plan.changes:
            if change.refusal:
                self.report.failed(change, change.refusal)
        return not self.report.failures

    def _wanted(self) -> Manifests:
        options = self.module.options
        spaces = options["namespaces"] or []
        return rights(self.account, spaces, read_rules(options["from_kubeconfig"]["rules"], spaces, []))

    def _granted(self) -> Manifests:
        found, hidden = granted(self.target, self.account)
        if hidden:
            self.module.warn(
                f"The kubeconfig may not list {', '.join(hidden)} in all of {self.target.host}, so rights that the "
                f"service account {self.account.name} got there before would stay."
            )
        return found

    def _at_target(self, wanted: Manifests, more: Manifests | None = None, *, gone: Manifests | None = None) -> None:
        """Make, and take away, objects on the cluster itself."""
        self.report.cluster = self.target.host
        old = leftover(self._granted(), wanted) if wanted else gone or {}
        plans = [self._plan(KINDS[kind], one) for kind, one in {**wanted, **(more or {})}.items()]
        plans += [self._plan(KINDS[kind], one, absent=True) for kind, one in old.items() if one]
        carry_out(self.module, self.target, plans, guard=self._heed_others, report=self.report)

    def _heed_others(self, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
        see_that_nobody_loses_rights(self.target, self.account, changes)
        return {}

    def _plan(self, kind: Any, manifests: Sequence[Manifest], *, absent: bool = False) -> Plan:
        force, text = self.module.options["force_conflicts"], self.module.shows_diff
        return Plan(kind, manifests, absent=absent, force=force, keep_text=text)

    def _made(self, secret: str) -> str:
        """Give the token that was just made, once it is seen to work; in check mode there is none."""
        if self.module.check_mode:
            return UNKNOWN
        text = awaited(self.target, self.account, secret)
        self._hide(text)
        self._verify(text)
        return text

    def _verify(self, token: str) -> None:
        verified(self.module.session({**self.connection, "api_key": token}), self.account)

    def _register_token(self, token: str) -> None:
        manifests = [with_token(one, token) for one in self.desired]
        self.report.cluster = self.session.host
        _carry_out_there(self.module, self.session, self.known, manifests, self.report)

    def _hide(self, text: str) -> None:
        if text:
            self.module.hide(text)
