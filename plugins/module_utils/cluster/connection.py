# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From connection options to a session: which cluster, as whom, over which TLS.

The Python client reads kubeconfigs (contexts, exec plugins, OIDC, client certificates) into a ``Configuration`` of
this connection alone: its process-wide default would carry one cluster's token into the next connection. What it has
to write to disk for OpenSSL is gone again before the first request. No message holds a secret.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlsplit
from urllib.request import getproxies

from .._errors import GitopsError
from .credentials import Credentials, first_line, logged_errors, reason, told
from .session import Endpoint, Limits, Session

try:
    import urllib3
    from kubernetes.client import Configuration
    from kubernetes.config import (
        ConfigException,
        load_incluster_config,
        load_kube_config,
        load_kube_config_from_dict,
    )
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

DEFAULT_KUBECONFIG = Path("~/.kube/config")
IN_CLUSTER_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
POOL_SIZE = 256
"""Connections that are kept, as many as there may ever be threads; they are made when they are needed."""


def connect(
    options: Mapping[str, Any], limits: Limits, register: Callable[[str], object] = lambda _secret: None
) -> Session:
    """Open a session for the connection options (the names of kubernetes.core). Nothing is sent yet.

    ``kubeconfig`` is a path or the content as a mapping. ``register`` is told every secret that is sent.
    """
    if MISSING is not None:
        raise GitopsError(
            "the Python library kubernetes is missing on the target host",
            why=str(MISSING),
            hint="Install it for the Python that runs the module: pip install 'kubernetes>=25.3.0'.",
        )
    with _private_folder() as folder:
        config = _configuration(options, folder)
        pool = _pool(config)
        endpoint = _endpoint(config)
    host = config.host.rstrip("/")  # a refresh of credentials writes the kubeconfig's values into config again
    credentials = Credentials(config, folder, register)
    credentials()  # what is wrong with them is told once, not for each object
    session = Session(host, pool, _impersonation(options), credentials, limits)
    session.endpoint = endpoint
    return session


def kubeconfig_contents(options: Mapping[str, Any]) -> list[bytes]:
    """Give what is in the kubeconfig files that a session takes its cluster from; b"" for one that is not there."""
    given, default = options.get("kubeconfig"), os.environ.get("KUBECONFIG") or str(DEFAULT_KUBECONFIG)
    if isinstance(given, Mapping):
        return []
    return [_content(Path(name).expanduser()) for name in ([given] if given else default.split(os.pathsep))]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _endpoint(config: Any) -> Endpoint:
    file, name = config.ssl_ca_cert, getattr(config, "tls_server_name", None)
    authority = Path(file).read_text(encoding="utf-8") if file and config.host.startswith("https") else ""
    return Endpoint(config.host.rstrip("/"), authority, bool(config.verify_ssl), name or "")


@contextlib.contextmanager
def _private_folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="tiphys-gitops-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(options: Mapping[str, Any], folder: str) -> Any:
    """Give a Configuration of its own: an explicit host, else a kubeconfig, else the pod's own service account."""
    config = Configuration()
    given = options.get("kubeconfig")
    where = "kubeconfig" + ("" if isinstance(given, Mapping) else f" {given}") if given else "connection options"
    try:
        with logged_errors() as logged:
            _load(config, options, folder)
    except Exception as error:  # noqa: BLE001  # a broken kubeconfig breaks the client in many ways
        raise GitopsError("cannot be used", where=where, why=reason(error)) from None
    replaced = _drop_replaced_credentials(config, options)
    if logged and not replaced:
        raise GitopsError("cannot be used", where=where, why=told(logged[0]))
    if options.get("host") and options["host"].rstrip("/") != str(config.host).rstrip("/"):
        config.tls_server_name = None  # it is the name of the kubeconfig's server; kubectl does the same
    for option, attribute in (
        ("host", "host"),
        ("ca_cert", "ssl_ca_cert"),
        ("client_cert", "cert_file"),
        ("client_key", "key_file"),
        ("username", "username"),
        ("password", "password"),
        ("proxy", "proxy"),
        ("validate_certs", "verify_ssl"),
    ):
        if options.get(option) is not None:
            setattr(config, attribute, options[option])
    if not str(config.host).startswith(("https://", "http://")):
        raise GitopsError(f"{config.host!r} is no URL", where="host", hint="Write https://NAME:PORT.")
    if options.get("api_key"):
        config.api_key = {"authorization": f"Bearer {options['api_key']}"}
    return config


def _drop_replaced_credentials(config: Any, options: Mapping[str, Any]) -> bool:
    """Forget who the kubeconfig's user is when the options say it: a server looks at a certificate before a token."""
    if not any(options.get(option) for option in ("api_key", "client_cert", "username")):
        return False
    config.api_key, config.api_key_prefix, config.refresh_api_key_hook = {}, {}, None
    config.username = config.password = config.cert_file = config.key_file = None
    return True


def _load(config: Any, options: Mapping[str, Any], folder: str) -> None:
    kubeconfig, context = options.get("kubeconfig"), options.get("context")
    common = {"context": context, "client_configuration": config, "persist_config": False, "temp_file_path": folder}
    if isinstance(kubeconfig, Mapping):
        load_kube_config_from_dict(dict(kubeconfig), **common)
    elif kubeconfig or (context and not options.get("host")):
        load_kube_config(config_file=kubeconfig and str(Path(kubeconfig).expanduser()), **common)
    elif options.get("host"):
        return
    elif os.environ.get("KUBECONFIG") or DEFAULT_KUBECONFIG.expanduser().exists():
        load_kube_config(**common)
    elif IN_CLUSTER_TOKEN.exists():
        load_incluster_config(client_configuration=config)
    else:
        raise ConfigException(
            "no cluster is named and none is found: set kubeconfig (or K8S_AUTH_KUBECONFIG), or host and api_key"
        )


def _pool(config: Any) -> Any:
    """Give a connection pool; the TLS context holds all key material, so no file is needed any more."""
    arguments: dict[str, Any] = {"maxsize": POOL_SIZE, "num_pools": 4, "retries": False}
    if config.host.startswith("https"):
        arguments["ssl_context"] = _tls(config)
        name = getattr(config, "tls_server_name", None)
        if name:
            arguments["server_hostname"] = name
        if config.assert_hostname is not None:
            arguments["assert_hostname"] = config.assert_hostname
    if config.proxy and not _is_reached_directly(config.host):
        return urllib3.ProxyManager(config.proxy, proxy_headers=config.proxy_headers, **arguments)
    return urllib3.PoolManager(**arguments)


def _is_reached_directly(url: str) -> bool:
    """Say whether NO_PROXY lists a host: by name, as a subdomain, with its port, or in a network such as 10.0.0.0/8."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    for entry in getproxies().get("no", "").lower().replace(" ", "").split(","):
        name = entry.removeprefix("*.").lstrip(".")
        if name in ("*", host, parts.netloc.lower()) or (name and host.endswith(f".{name}")):
            return True
        with contextlib.suppress(ValueError):  # one of both is a name
            if ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False):
                return True
    return False


def _tls(config: Any) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=config.ssl_ca_cert or None)
        if not config.verify_ssl:
            urllib3.disable_warnings()  # it was asked for, and each request would write to standard error
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if config.cert_file:
            context.load_cert_chain(config.cert_file, config.key_file)
    except (OSError, ValueError) as error:
        files = ", ".join(str(file) for file in (config.ssl_ca_cert, config.cert_file, config.key_file) if file)
        raise GitopsError("cannot be used", where=f"certificates ({files})", why=first_line(error)) from None
    return context


def _impersonation(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    user = options.get("impersonate_user")
    named = [("Impersonate-User", user)] if user else []
    named += [("Impersonate-Group", group) for group in options.get("impersonate_groups") or []]
    for name, value in named:
        if not value.isprintable():
            raise GitopsError(f"{value!r} cannot be sent as {name}", hint="Remove the line break or control character.")
    return [(name, value.encode().decode("latin-1")) for name, value in named]  # headers are bytes; these are UTF-8
