# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that meets Ansible: connection options, results, failing and leaving."""

from __future__ import annotations

import gc
import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Callable, NoReturn
from urllib.parse import quote, quote_plus

from ansible.module_utils.basic import AnsibleModule, env_fallback
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import NoLogError

from ._errors import GitopsError
from .cluster.connection import connect, kubeconfig_contents
from .cluster.session import Limits, Session
from .manifests.document import MISSING_YAML, parse
from .manifests.fields import Record, secret_texts

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
    )
)
_SECRET_NAME = re.compile("TOKEN|SECRET|PASSW|KEY|CREDENTIAL", re.IGNORECASE)
"""Environment variables of a credential plugin whose values are secrets."""
_SHORTEST = 8
"""Characters of such a value: shorter ones are words that would be masked wherever they stand."""


class _AnsibleModule(AnsibleModule):  # type: ignore[misc]  # Ansible has no types
    """Masks secrets inside its options even when they are refused while it comes into being."""

    hiding = Record()
    no_log = property(lambda _self: True, lambda _self, _value: None)
    """Always, so that no argument reaches syslog: AnsibleModule takes it from the task, whatever a module asks for."""

    def mask(self) -> None:
        """Let no output show what is secret in the options, also where Ansible's own masking does not reach."""
        options = getattr(self, "params", None) or {}
        for given in (options, *(one for one in options.values() if isinstance(one, Mapping))):
            self.no_log_values.update(_secrets(given.get("kubeconfig")))
        for name, field in self.hiding.items():
            for text in secret_texts(field, options.get(name)):
                self.no_log_values.update(_forms(text))

    def fail_json(self, msg: str, **more: Any) -> NoReturn:
        self.mask()
        super().fail_json(self._named(msg), **more)
        raise SystemExit(1)  # not reached

    def _named(self, msg: str) -> str:
        """Give a message that names the option: Ansible looks for secrets in options first, and says not in which."""
        refused = getattr(self, "validation_result", None)
        errors = refused.errors.errors if refused is not None else []
        if not (errors and isinstance(errors[0], NoLogError) and msg == str(errors[0])):
            return msg
        return next((str(error) for error in errors if not isinstance(error, NoLogError)), msg)


class Module:
    """A running module: its options, and the doors to the cluster and to the result."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self.options: Mapping[str, Any] = module.params
        self.check_mode = bool(module.check_mode)
        self.shows_diff = bool(module._diff)
        module.mask()

    def session(self, other: Mapping[str, Any] | None = None) -> Session:
        """Open the session that the connection options describe, or one to an ``other`` cluster by options of its own.

        The time limits are the task's in both cases.
        """
        given = self.options if other is None else {**dict.fromkeys(CONNECTION), **other, **_limits(self.options)}
        if other is not None:
            self._module.no_log_values.update(_secrets(other.get("kubeconfig")))
        return open_session(given, self._module.no_log_values.add)

    def warn(self, text: str) -> None:
        """Show a warning to whoever runs the task."""
        self._module.warn(text)

    def hide(self, secret: str) -> None:
        """Let no output show a text that came up while the module ran, such as a token that the cluster gave."""
        self._module.no_log_values.update(_forms(secret))

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        """Run a program with more environment; give its exit code, output and errors, bytes that are no text escaped.

        Raises GitopsError when it is not there.
        """
        try:
            code, *written = self._module.run_command(
                list(arguments), environ_update=dict(environment), encoding=None, handle_exceptions=False
            )
        except OSError as error:
            hint = f"Install {arguments[0]} on the host where the task runs."
            raise GitopsError("cannot be run", where=arguments[0], why=error.strerror or "", hint=hint) from None
        output, errors = (text.decode("utf-8", "surrogateescape") for text in written)
        return code, output, errors


def open_session(options: Mapping[str, Any], register: Callable[[str], object]) -> Session:
    """Open the session that the connection options describe; ``register`` is told every secret that is sent."""
    limits = Limits(*_limits(options).values())
    return connect({**options, "kubeconfig": _kubeconfig(options["kubeconfig"])}, limits, register)


def kubeconfig_digest(options: Mapping[str, Any]) -> str:
    """Give a text that is another one when the kubeconfig files of these options say something else."""
    contents = kubeconfig_contents({**options, "kubeconfig": _kubeconfig(options["kubeconfig"])})
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def connection_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give all connection options, those that are not given from the environment, for callers that are no module."""
    checked = ArgumentSpecValidator(CONNECTION).validate(dict(given))
    if checked.error_messages:
        raise GitopsError("; ".join(checked.error_messages))
    options: dict[str, Any] = checked.validated_parameters
    return options


def _limits(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("request_timeout", "retry_timeout", "timeout")}


def run(
    spec: Mapping[str, dict[str, Any]],
    main: Callable[[Module], Result],
    hiding: Record | None = None,
    **constraints: Any,
) -> None:
    """Run a module: ``main`` gives the result; ``failed`` in it, or a GitopsError, ends the task as failed.

    ``hiding`` describes options that hold secrets somewhere inside. Arguments are kept out of syslog (``no_log``):
    a kubeconfig may hold secrets that only reading it reveals.
    """
    gc.disable()  # nothing here makes cycles worth looking for, and looking costs a tenth of the time
    arguments = {**CONNECTION, **spec}
    _AnsibleModule.hiding = hiding or Record()
    module = _AnsibleModule(argument_spec=arguments, supports_check_mode=True, **constraints)
    result: Result = {}
    try:
        result = main(Module(module))
    except GitopsError as error:
        module.fail_json(msg=str(error))
    if result.get("failed"):
        module.fail_json(**{key: value for key, value in result.items() if key != "failed"})
    module.exit_json(**result)


def _kubeconfig(given: Any) -> Any:
    """Give a kubeconfig as a path or a mapping; text that is no path is the content of one, and is never told."""
    if isinstance(given, Mapping) or not given:
        return given
    if not isinstance(given, str):
        raise GitopsError("is neither a path nor the content of a kubeconfig", where="kubeconfig")
    if not _is_content(given):
        return given.strip()
    try:
        documents = list(parse(given, "kubeconfig"))
    except GitopsError as error:
        if error is MISSING_YAML:
            raise
        hint = "Write it without tags, anchors and repeated keys."
        raise GitopsError("cannot be read as YAML", where=error.where, hint=hint) from None  # why may quote it
    if len(documents) != 1 or not isinstance(documents[0], Mapping):
        raise GitopsError("is neither a path nor the content of a kubeconfig", where="kubeconfig")
    return documents[0]


def _is_content(text: str) -> bool:
    text = text.strip()
    return "\n" in text or ": " in text or text.startswith("{")


def _forms(secret: str) -> set[str]:
    """Give the forms in which a message may hold a secret: as it is, in JSON, in Python, in a URL, in a Secret."""
    data = secret.encode(errors="surrogatepass")  # it may be refused for what it is, and must be masked all the same
    inside = (json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(data, safe=""), quote_plus(data))
    return {secret, secret.strip(), *inside, b64encode(data).decode()} - {""}


def _secrets(kubeconfig: Any) -> set[str]:
    """Give the secret texts of an inline kubeconfig, which masking by option name does not reach."""
    if not isinstance(kubeconfig, str):
        return _secret_values(kubeconfig)
    if not _is_content(kubeconfig):
        return set()
    try:
        return {kubeconfig, *_secret_values(_kubeconfig(kubeconfig))}
    except GitopsError:
        return {kubeconfig}


def _secret_values(node: Any) -> set[str]:
    if isinstance(node, Mapping):
        found = {str(value) for key, value in node.items() if key in _SECRET_KEYS and _is_text(value)}
        value = node.get("value")
        if _SECRET_NAME.search(str(node.get("name"))) and _is_text(value) and len(str(value)) >= _SHORTEST:
            found.add(str(value))
        return found.union(*(_secret_values(one) for one in node.values()))
    if isinstance(node, list):
        return set().union(*(_secret_values(one) for one in node))
    return set()


def _is_text(value: Any) -> bool:
    """Say whether a value is text, or a number that was meant as such."""
    return bool(value) and isinstance(value, (str, int)) and not isinstance(value, bool)
