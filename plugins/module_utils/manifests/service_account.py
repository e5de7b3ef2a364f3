# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What gives Argo CD access to another cluster: a service account there, its rights, and a token in a Secret.

Names and rights are those of ``argocd cluster add`` (util/clusterauth/clusterauth.go), so that one goes on where the
other left off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .fields import STRINGS, Field, Reader, Record
from .secret import NAME

RBAC = "rbac.authorization.k8s.io"
TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a type's name
OWNER = "kubernetes.io/service-account.name"
RULE = Record(
    api_groups=STRINGS,
    resources=STRINGS,
    resource_names=STRINGS,
    non_resource_urls=Field("list", of=Field("str"), key="nonResourceURLs"),
    verbs=Field("list", of=Field("str"), required=True),
)
EVERYTHING: list[dict[str, Any]] = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
EVERYWHERE: list[dict[str, Any]] = [*EVERYTHING, {"nonResourceURLs": ["*"], "verbs": ["*"]}]


@dataclass(frozen=True)
class Account:
    """A service account; ``role`` and ``binding`` name the objects that give it its rights."""

    namespace: str
    name: str

    @property
    def role(self) -> str:
        """Name its Role or ClusterRole."""
        return f"{self.name}-role"

    @property
    def binding(self) -> str:
        """Name its RoleBinding or ClusterRoleBinding."""
        return f"{self.name}-role-binding"

    @property
    def prefix(self) -> str:
        """Give how the names of the Secrets begin that were made for its tokens."""
        return f"{self.name}-long-lived-"

    @property
    def subject(self) -> dict[str, str]:
        """Give how a binding names the account."""
        return {"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}

    def token_name(self, number: int) -> str:
        """Name the Secret of its first, second, ... token."""
        return f"{self.prefix}token" + (f"-{number}" if number > 1 else "")

    def number(self, secret: str) -> int:
        """Say which token a Secret holds; one that is not numbered counts as the first."""
        found = re.fullmatch(re.escape(self.prefix) + r"token-([0-9]{1,9})", secret)
        return int(found[1]) if found else 1

    @property
    def manifest(self) -> dict[str, Any]:
        """Give the account itself."""
        return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": self.place(self.name)}

    def token(self, name: str) -> dict[str, Any]:
        """Give a Secret that Kubernetes puts a token into, which lasts as long as the Secret."""
        meta = {**self.place(name), "annotations": {OWNER: self.name}}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": TOKEN_TYPE}

    def granted(self, rules: Sequence[Mapping[str, Any]], namespace: str = "") -> dict[str, Any]:
        """Give the Role in a namespace, or the ClusterRole."""
        what = {"apiVersion": f"{RBAC}/v1", "kind": "Role" if namespace else "ClusterRole"}
        return {**what, "metadata": _meta(self.role, namespace), "rules": [dict(rule) for rule in rules]}

    def bound(self, namespace: str = "") -> dict[str, Any]:
        """Give the RoleBinding in a namespace, or the ClusterRoleBinding."""
        kind = "Role" if namespace else "ClusterRole"
        return {
            "apiVersion": f"{RBAC}/v1",
            "kind": f"{kind}Binding",
            "metadata": _meta(self.binding, namespace),
            "roleRef": {"apiGroup": RBAC, "kind": kind, "name": self.role},
            "subjects": [self.subject],
        }

    def place(self, name: str) -> dict[str, Any]:
        """Give the metadata of an object beside the account."""
        return _meta(name, self.namespace)


def _meta(name: str, namespace: str) -> dict[str, Any]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def read_rules(given: Any, namespaces: Sequence[str], problems: list[str]) -> list[dict[str, Any]]:
    """Give the rules that options stand for; without any, all that there is in the namespaces, or everywhere."""
    where = "from_kubeconfig.rules"
    if given is None:
        return EVERYTHING if namespaces else EVERYWHERE
    rules = [Reader(False, problems).read(RULE, rule, f"{where}[{index}]") for index, rule in enumerate(given)]
    for index, rule in enumerate(rules):
        problems += [f"{where}[{index}]: {problem}" for problem in _rule_problems(rule, namespaces)]
    if not rules:
        problems.append(f"{where}: is empty, so Argo CD could see nothing; leave it out for all rights")
    return rules


def _rule_problems(rule: Mapping[str, Any], namespaces: Sequence[str]) -> Iterator[str]:
    urls, resources = rule.get("nonResourceURLs"), rule.get("resources")
    if bool(urls) == bool(resources):
        yield "needs either resources (with api_groups) or non_resource_urls"
    if resources and "apiGroups" not in rule:
        yield "api_groups: is required with resources; the core group is ''"
    if urls and namespaces:
        yield "non_resource_urls: belong to no namespace, so a Role in namespaces cannot grant them"


def account_problems(account: Account) -> Iterator[str]:
    """Say what is wrong with an account's names."""
    for option, name in (("service_account", account.name), ("service_account_namespace", account.namespace)):
        if not NAME.fullmatch(name):
            yield f"from_kubeconfig.{option}: {name!r} is no name that it can have"
