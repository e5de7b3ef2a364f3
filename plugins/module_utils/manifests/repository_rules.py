# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would refuse or silently ignore in a repository, found before anything is sent.

The rules are those of GetGitCreds, GetHelmCreds and GetOCICreds (pkg/apis/application/v1alpha1/repository_types.go), of
TestRepository (reposerver/repository/repository.go) and of ``argocd repo add`` (cmd/argocd/commands/repo.go). No value
of a secret is ever told.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping
from typing import Any

from .repository import KEYS, TEMPLATES, secret_type, texts
from .secret import NAME
from .urls import is_ssh, secrets_in

METHODS = {
    "password": "credentials.password",
    "bearerToken": "credentials.bearer_token",
    "sshPrivateKey": "credentials.ssh_private_key",
    "githubAppPrivateKey": "a GitHub App",
    "gcpServiceAccountKey": "credentials.gcp_service_account_key",
    "useAzureWorkloadIdentity": "credentials.use_azure_workload_identity",
    "azureServicePrincipalClientSecret": "an Azure service principal",
}
"""What Argo CD logs in with; of several it takes one (GetGitCreds)."""
NOT_IN_TEMPLATES = ("name", "project", "insecure", "insecureIgnoreHostKey", "enableLfs", "depth")
GIT_ONLY = (
    *("bearerToken", "sshPrivateKey", "forceHttpBasicAuth", "insecureIgnoreHostKey", "enableLfs", "depth"),
    *("githubAppID", "githubAppInstallationID", "githubAppEnterpriseBaseUrl", "githubAppPrivateKey"),
    *("gcpServiceAccountKey", "azureServicePrincipalClientId", "azureServicePrincipalClientSecret"),
    *("azureServicePrincipalTenantId", "azureActiveDirectoryEndpoint"),
)
_GITHUB, _AZURE = "githubAppPrivateKey", "azureServicePrincipalClientSecret"
NEEDS = (
    ("forceHttpBasicAuth", "password"),
    ("tlsClientCertData", "tlsClientCertKey"),
    ("tlsClientCertKey", "tlsClientCertData"),
    (_GITHUB, "githubAppID"),
    ("githubAppID", _GITHUB),
    ("githubAppInstallationID", _GITHUB),
    ("githubAppEnterpriseBaseUrl", _GITHUB),
    (_AZURE, "azureServicePrincipalClientId"),
    (_AZURE, "azureServicePrincipalTenantId"),
    ("azureServicePrincipalClientId", _AZURE),
    ("azureServicePrincipalTenantId", _AZURE),
    ("azureActiveDirectoryEndpoint", _AZURE),
)
"""Keys that have no effect without another one."""
PEM = {
    "sshPrivateKey": "PRIVATE KEY",
    "githubAppPrivateKey": "PRIVATE KEY",
    "tlsClientCertKey": "PRIVATE KEY",
    "tlsClientCertData": "CERTIFICATE",
}
_OPENSSH = re.compile(r"-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END", re.DOTALL)


def problems(manifest: Mapping[str, Any], where: str) -> Iterator[str]:
    """Give each reason why this Secret cannot work, as "PLACE: what is wrong"."""
    data, kind = texts(manifest), secret_type(manifest)
    given = {key: text for key, text in data.items() if text not in ("", "false", "0")}
    found = [*_name(manifest), *_url(data.get("url", "")), *_methods(given), *_needs(given)]
    found += _values(given)
    found += _template(given) if kind in TEMPLATES else _repository(data, given)
    if "write" in kind and given.get("type", "git") != "git":
        found.append("type: Argo CD writes to Git repositories only")
    found += _for_type(given)
    if not secrets_in(data.get("url", "")):
        found += _for_url(given)
    yield from (f"{where}: {problem}" for problem in found)


def _name(manifest: Mapping[str, Any]) -> Iterator[str]:
    name = str(manifest["metadata"].get("name") or "")
    if name and not NAME.fullmatch(name):
        yield "secret_name: may have only lower-case letters, digits, '-' and '.', at most 253 characters"


def _url(url: str) -> Iterator[str]:
    if not url:
        yield "url: is required"
    elif secrets_in(url):
        yield "url: holds credentials, which everybody who may read Applications sees; put them into credentials"
    elif re.search(r"\s", url):
        yield "url: must not hold white space"


def _methods(given: Mapping[str, str]) -> Iterator[str]:
    methods = [name for key, name in METHODS.items() if key in given]
    if len(methods) > 1:
        yield f"{' and '.join(methods)} are given together; Argo CD uses one of them, so keep one"


def _needs(given: Mapping[str, str]) -> Iterator[str]:
    missing = {needed: key for key, needed in NEEDS if key in given and needed not in given}
    yield from (f"{KEYS[needed]}: is required with {_short(key)}" for needed, key in missing.items())
    if "username" in given and given.get("type") != "helm" and not given.keys() & {"password", "bearerToken"}:
        yield "credentials.username: has no effect without credentials.password or credentials.bearer_token"
    if given.get("type") == "oci" and "password" in given and "username" not in given:
        yield "credentials.username: is required with password for type oci"


def _values(given: Mapping[str, str]) -> Iterator[str]:
    """Look at the form of values; what they are is not told."""
    for key, label in PEM.items():
        if key in given and not _is_pem(given[key], label):
            yield (
                f"{KEYS[key]}: is no {label.lower()} in PEM form (-----BEGIN ... {label}-----, the lines, "
                f"-----END ... {label}-----, with its line breaks)"
            )
        elif key in given and label == "PRIVATE KEY" and _is_encrypted(given[key]):
            yield f"{KEYS[key]}: is protected by a passphrase, which Argo CD cannot enter; give the key without it"
    if "gcpServiceAccountKey" in given and not _is_json(given["gcpServiceAccountKey"]):
        yield f"{KEYS['gcpServiceAccountKey']}: is no JSON text; if it is in a variable, add the filter to_json"
    for key in (key for key in KEYS if key not in ("url", "gcpServiceAccountKey", *PEM)):
        if re.search(r"[\r\n]", given.get(key, "")):
            yield f"{KEYS[key]}: holds a line break, as text from a file does; add the filter trim"
    for key in ("depth", "githubAppID", "githubAppInstallationID"):
        if given.get(key, "").startswith("-"):
            yield f"{KEYS[key]}: must not be negative"


def _template(given: Mapping[str, str]) -> Iterator[str]:
    for key in (*NOT_IN_TEMPLATES, "webhookManifestCacheWarmDisabled"):
        if key in given:
            yield f"{KEYS[key]}: Argo CD reads it from a repository and not from a template; leave it out"


def _repository(data: Mapping[str, str], given: Mapping[str, str]) -> Iterator[str]:
    url, type_ = data.get("url", ""), given.get("type", "git")
    if type_ == "helm" and "name" not in given:
        yield "name: is required with type helm"
    if type_ == "helm" and url.startswith("oci://"):
        yield "url: with type helm an OCI registry is written without oci:// (and with enable_oci: true)"
    elif type_ == "helm" and "enableOCI" in given and "://" in url:
        yield "url: with enable_oci it is the registry's host and path, without a scheme"
    elif type_ == "helm" and "enableOCI" not in given and url and "://" not in url:
        yield "enable_oci: must be true for a Helm repository whose URL has no scheme"
    if type_ == "oci" and url and not url.startswith("oci://"):
        yield "url: with type oci it must begin with oci://"
    if type_ == "git" and url.startswith("oci://"):
        yield "type: must be oci for a URL that begins with oci://"


def _for_type(given: Mapping[str, str]) -> Iterator[str]:
    """Find what has no effect with the type; a template without one may serve any."""
    type_ = given.get("type", "")
    if type_ in ("helm", "oci"):
        for key in GIT_ONLY:
            if key in given:
                yield f"{KEYS[key]}: Argo CD uses it for Git only, not with type {type_}; leave it out"
    if type_ == "oci" and "useAzureWorkloadIdentity" in given:
        yield f"{KEYS['useAzureWorkloadIdentity']}: Argo CD does not use it with type oci; leave it out"
    if type_ != "helm" and "enableOCI" in given and (type_ or not given.get("url")):
        yield "enable_oci: goes with type helm"
    if "insecureOCIForceHttp" in given and type_ != "oci" and not (type_ == "helm" and "enableOCI" in given):
        yield "insecure_oci_force_http: goes with type oci, or with type helm and enable_oci"


def _for_url(given: Mapping[str, str]) -> Iterator[str]:
    """Find credentials that do not fit the way the URL is reached."""
    url, type_ = given.get("url", ""), given.get("type", "git")
    ssh = is_ssh(url) or url.startswith("ssh://")
    web = url.startswith(("http://", "https://"))
    for key, name in METHODS.items():
        if key in given and ((ssh and key != "sshPrivateKey") or (web and key == "sshPrivateKey")):
            yield f"{name}: has no effect with {'an SSH URL' if ssh else 'an http(s) URL'}"
    if "tlsClientCertData" in given and (ssh or url.startswith("http://")):
        yield f"{KEYS['tlsClientCertData']}: has no effect without TLS; the URL must begin with https://"
    elif "tlsClientCertData" in given and type_ == "git" and web:
        with_it = ("password", "bearerToken", _GITHUB, _AZURE)
        if not given.keys() & set(with_it):
            yield (
                f"{KEYS['tlsClientCertData']}: Argo CD shows it to a Git server only together with a password, a "
                "bearer token or an app's key"
            )
    if "noProxy" in given and "proxy" not in given and given.keys() & METHODS.keys():
        yield "repo_no_proxy: has no effect without repo_proxy"


def _short(key: str) -> str:
    return KEYS[key].rpartition(".")[2]


def _is_pem(text: str, label: str) -> bool:
    pattern = rf"-----BEGIN (?:[A-Z0-9]+ )*{label}-----\n.+\n-----END (?:[A-Z0-9]+ )*{label}-----"
    return re.search(pattern, text.replace("\r\n", "\n"), re.DOTALL) is not None


def _is_encrypted(text: str) -> bool:
    """Say whether a key needs a passphrase: a header says so, or in OpenSSH's format the name of the cipher."""
    found = _OPENSSH.search(text)
    if not found:
        return "ENCRYPTED" in text
    try:
        start = b64decode("".join(found[1].split())[:120])
    except Error:
        return False
    return start.startswith(b"openssh-key-v1\0") and start[19:23] != b"none"


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
