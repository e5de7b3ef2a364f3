# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that meets Ansible: connection options, results, failing and leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ._errors import GitopsError
from .cluster.connection import connect
from .cluster.session import Limits, Session

Result = dict[str, Any]


def _from_environment(kind: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "fallback": (env_fallback, [f"K8S_AUTH_{name}" for name in names]), **more}


CONNECTION: dict[str, dict[str, Any]] = {
    "kubeconfig": _from_environment("raw", "KUBECONFIG"),
    "context": _from_environment("str", "CONTEXT"),
    "host": _from_environment("str", "HOST"),
    "api_key": _from_environment("str", "API_KEY", no_log=True),
    "username": _from_environment("str", "USERNAME"),
    "password": _from_environment("str", "PASSWORD", no_log=True),
    "validate_certs": _from_environment("bool", "VERIFY_SSL", aliases=["verify_ssl"]),
    "ca_cert": _from_environment("path", "SSL_CA_CERT", aliases=["ssl_ca_cert"]),
    "client_cert": _from_environment("path", "CERT_FILE", aliases=["cert_file"]),
    "client_key": _from_environment("path", "KEY_FILE", aliases=["key_file"], no_log=False),
    "proxy": _from_environment("str", "PROXY"),
    "impersonate_user": _from_environment("str", "IMPERSONATE_USER"),
    "impersonate_groups": _from_environment("list", "IMPERSONATE_GROUPS", elements="str"),
    "request_timeout": {"type": "float", "default": 30},
    "retry_timeout": {"type": "float", "default": 60},
    "timeout": {"type": "float", "default": 3600},
}
"""The option names and variables of kubernetes.core, documented in doc_fragments/k8s_auth.py, and our time limits."""

WRITING: dict[str, dict[str, Any]] = {
    "force_conflicts": {"type": "bool", "default": False},
    "prune": {"type": "bool", "default": False},
    "label_selectors": {"type": "list", "elements": "str"},
    "max_deletions": {"type": "int", "default": 10},
    "allow_empty": {"type": "bool", "default": False},
}
"""What every module that writes many objects offers, documented in doc_fragments/writing.py."""

_SECRET_KEYS = frozenset(
    (
        "token",
        "password",
        "client-key-data",
        "client-certificate-data",
        "id-token",
        "refresh-token",
        "access-token",
        "client-secret",
        "value",
    )
)


class Module:
    """A running module: its options, and the doors to the cluster and to the result."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self.options: Mapping[str, Any] = module.params
        self.check_mode = bool(module.check_mode)
        self.shows_diff = bool(module._diff)
        module.no_log_values.update(_secrets(self.options.get("kubeconfig")))

    def session(self) -> Session:
        """Open the session that the connection options describe."""
        limits = Limits(self.options["request_timeout"], self.options["retry_timeout"], self.options["timeout"])
        return connect(self.options, limits)

    def warn(self, text: str) -> None:
        """Show the user a warning."""
        self._module.warn(text)


def run(spec: Mapping[str, dict[str, Any]], main: Callable[[Module], Result], **constraints: Any) -> None:
    """Run a module: ``main`` gives the result; ``failed`` in it, or a GitopsError, ends the task as failed.

    Arguments are kept out of syslog (``no_log``): a kubeconfig may hold secrets that only reading it reveals.
    """
    arguments = {**CONNECTION, **spec}
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True, no_log=True, **constraints)
    result: Result = {}
    try:
        result = main(Module(module))
    except GitopsError as error:
        module.fail_json(msg=str(error))
    if result.get("failed"):
        module.fail_json(**{key: value for key, value in result.items() if key != "failed"})
    module.exit_json(**result)


def _secrets(kubeconfig: Any) -> set[str]:
    """Give the secret texts of an inline kubeconfig, which masking by option name does not reach."""
    if isinstance(kubeconfig, Mapping):
        found = {value for key, value in kubeconfig.items() if key in _SECRET_KEYS and isinstance(value, str) and value}
        return found.union(*(_secrets(value) for value in kubeconfig.values()))
    if isinstance(kubeconfig, list):
        return set().union(*(_secrets(item) for item in kubeconfig))
    return set()
