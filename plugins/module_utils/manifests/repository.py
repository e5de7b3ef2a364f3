# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets in which Argo CD keeps repositories and credential templates: options, and the manifest they stand for.

The keys, and how a value is read, are those of util/db/repository_secrets.go and util/db/secrets.go of Argo CD.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .fields import BOOLEAN, INTEGER, STRING, STRING_MAP, Field, Reader, Record
from .secret import MANAGED_BY, SECRET_TYPE, decoded, encoded, hashed
from .urls import secrets_in

REPOSITORY, TEMPLATE = "repository", "repo-creds"
PREFIXES = {REPOSITORY: "repo", TEMPLATE: "creds", "repository-write": "repo-write", "repo-write-creds": "creds-write"}
"""By the type of a Secret, how Argo CD begins its name (util/db/repository.go)."""
TEMPLATES = (TEMPLATE, "repo-write-creds")

SECRET = Field("str", secret=True)
CREDENTIALS = Record(
    username=STRING,
    password=SECRET,
    bearer_token=SECRET,
    force_http_basic_auth=BOOLEAN,
    ssh_private_key=SECRET,
    tls_client_cert_data=STRING,
    tls_client_cert_key=SECRET,
    github_app_id=Field("int", key="githubAppID"),
    github_app_installation_id=Field("int", key="githubAppInstallationID"),
    github_app_enterprise_base_url=STRING,
    github_app_private_key=SECRET,
    gcp_service_account_key=SECRET,
    use_azure_workload_identity=BOOLEAN,
    azure_service_principal_client_id=STRING,
    azure_service_principal_client_secret=SECRET,
    azure_service_principal_tenant_id=STRING,
    azure_active_directory_endpoint=STRING,
)
SETTINGS = Record(
    type=Field("str", choices=("git", "helm", "oci")),
    name=STRING,
    project=STRING,
    insecure=BOOLEAN,
    insecure_ignore_host_key=BOOLEAN,
    insecure_oci_force_http=Field("bool", key="insecureOCIForceHttp"),
    enable_lfs=BOOLEAN,
    enable_oci=Field("bool", key="enableOCI"),
    depth=INTEGER,
    repo_proxy=Field("str", key="proxy", secret_part=secrets_in),
    repo_no_proxy=Field("str", key="noProxy"),
    webhook_manifest_cache_warm_disabled=BOOLEAN,
)
OPTIONS = Record(
    url=Field("str", secret_part=secrets_in),
    secret_type=Field("str", choices=tuple(PREFIXES)),
    secret_name=STRING,
    namespace=STRING,
    labels=STRING_MAP,
    annotations=STRING_MAP,
    **SETTINGS,
    credentials=Field("dict", fields=CREDENTIALS),
)
HIDING = Record(
    **{name: field for name, field in OPTIONS.items() if field.hides},
    repositories=Field("list", of=Field("dict", fields=OPTIONS)),
)
"""The options with secrets in them."""
KEYS = {
    "url": "url",
    **{key: name for name, (key, _field) in SETTINGS.options.items()},
    **{key: f"credentials.{name}" for name, (key, _field) in CREDENTIALS.options.items()},
}
"""The option that each key of a Secret comes from."""
IN_TEMPLATES = {
    "azureServicePrincipalClientId": "azureServicePrincipalClientID",
    "azureServicePrincipalTenantId": "azureServicePrincipalTenantID",
}
"""The keys that Argo CD spells differently in templates; it reads this spelling first and writes no other."""


def from_options(options: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    """Give the Secret for a set of options; what is wrong is added to ``problems``, each with its place."""
    read = Reader(False, problems).read(OPTIONS, options, where)
    kind = read.get("secretType") or REPOSITORY
    if SECRET_TYPE in read.get("labels", {}):
        problems.append(f"{where}.labels: {SECRET_TYPE} is what secret_type sets; leave it out")
    given = {**read, **read.get("credentials", {})}
    data = {key: _text(given[key]) for key in KEYS if given.get(key) is not None}
    if kind in TEMPLATES:
        data = {IN_TEMPLATES.get(key, key): text for key, text in data.items()}
    meta = {
        "name": read.get("secretName") or secret_name(kind, data),
        "namespace": read.get("namespace"),
        "labels": {**read.get("labels", {}), SECRET_TYPE: kind},
        "annotations": {**read.get("annotations", {}), **MANAGED_BY},
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {key: value for key, value in meta.items() if value},
        "data": {key: encoded(text) for key, text in data.items()},
    }


def texts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give what is in a Secret, by the keys of a repository."""
    spelled = {theirs: key for key, theirs in IN_TEMPLATES.items()}
    data = manifest.get("data") or {}
    return {spelled.get(key, key): decoded(value) for key, value in data.items()}


def secret_type(manifest: Mapping[str, Any]) -> str:
    """Give the type of a Secret."""
    return str((manifest["metadata"].get("labels") or {}).get(SECRET_TYPE))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def secret_name(kind: str, data: Mapping[str, str]) -> str:
    """Give the name that Argo CD itself would choose (RepoURLToSecretName in util/db/repository.go)."""
    if not data.get("url"):
        return ""
    project = "" if kind in TEMPLATES else data.get("project", "")
    return f"{PREFIXES[kind]}-{hashed(data['url'] + project)}"
