# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generators of an Argo CD ApplicationSet: each gives parameters, from which the template makes Applications.

The table follows the ApplicationSet CRD of Argo CD (manifests/crds/applicationset-crd.yaml). ``matrix`` and ``merge``
combine generators, among them one more level of ``matrix`` and ``merge``, which is free JSON for the CRD
(pkg/apis/application/v1alpha1/applicationset_types.go).
"""

from __future__ import annotations

from dataclasses import replace

from .application import SPEC as APPLICATION_SPEC
from .fields import ANYTHING, BOOLEAN, STRING, STRING_MAP, STRINGS, Field, Record, record, records, told
from .metadata import METADATA

COMBINING = ("matrix", "merge")
UNTRUSTED = ("scmProvider", "pullRequest")
"""Generators whose parameters are made by whoever may create a repository, a branch or a pull request."""

REQUIRED = Field("str", required=True)
TELLING = Field("str", telling=True)
REPO_URL = Field("str", required=True, key="repoURL")
SELECTOR = record(
    match_labels=STRING_MAP,
    match_expressions=records(
        key=REQUIRED,
        operator=Field("str", required=True, choices=("In", "NotIn", "Exists", "DoesNotExist")),
        values=STRINGS,
    ),
)
TEMPLATE_SPEC = Field("dict", fields=APPLICATION_SPEC, brief=True)
TEMPLATE = record(metadata=record(**METADATA), spec=TEMPLATE_SPEC)
OVERRIDE = replace(TEMPLATE, brief=True)

SECRET_KEY = record(secret_name=REQUIRED, key=REQUIRED)
NEEDED_SECRET_KEY = replace(SECRET_KEY, required=True)
CA_KEY = record(config_map_name=REQUIRED, key=REQUIRED)
BASIC_AUTH = record(username=REQUIRED, password_ref=NEEDED_SECRET_KEY)
BEARER_TOKEN = record(token_ref=NEEDED_SECRET_KEY)
REQUEUE = Field("int", telling=True)
COMMON = Record(requeue_after_seconds=REQUEUE, values=STRING_MAP, template=OVERRIDE)
PATHS = records(path=REQUIRED, exclude=BOOLEAN)
REPOSITORY = Record(
    repo_url=REPO_URL,
    revision=REQUIRED,
    directories=PATHS,
    files=PATHS,
    path_param_prefix=STRING,
    **COMMON,
)

SCM_PROVIDERS = Record(
    github=record(
        organization=REQUIRED,
        api=STRING,
        token_ref=SECRET_KEY,
        app_secret_name=STRING,
        all_branches=BOOLEAN,
        exclude_archived_repos=BOOLEAN,
    ),
    gitlab=record(
        group=REQUIRED,
        include_subgroups=BOOLEAN,
        include_shared_projects=Field("bool", telling=True),
        include_archived_repos=BOOLEAN,
        topic=STRING,
        api=STRING,
        token_ref=SECRET_KEY,
        ca_ref=CA_KEY,
        insecure=BOOLEAN,
        all_branches=BOOLEAN,
    ),
    bitbucket=record(
        owner=REQUIRED,
        user=REQUIRED,
        app_password_ref=NEEDED_SECRET_KEY,
        all_branches=BOOLEAN,
    ),
    bitbucket_server=record(
        project=REQUIRED,
        api=REQUIRED,
        basic_auth=BASIC_AUTH,
        bearer_token=BEARER_TOKEN,
        ca_ref=CA_KEY,
        insecure=BOOLEAN,
        all_branches=BOOLEAN,
    ),
    gitea=record(
        owner=REQUIRED,
        api=REQUIRED,
        token_ref=SECRET_KEY,
        insecure=BOOLEAN,
        all_branches=BOOLEAN,
        exclude_archived_repos=BOOLEAN,
    ),
    azure_devops=replace(
        record(
            organization=REQUIRED,
            team_project=REQUIRED,
            access_token_ref=NEEDED_SECRET_KEY,
            api=STRING,
            all_branches=BOOLEAN,
        ),
        key="azureDevOps",
    ),
    aws_code_commit=told(
        role=STRING,
        region=STRING,
        tag_filters=records(key=REQUIRED, value=STRING),
        all_branches=BOOLEAN,
    ),
)
PULL_REQUEST_PROVIDERS = Record(
    github=record(
        owner=REQUIRED,
        repo=REQUIRED,
        api=STRING,
        token_ref=SECRET_KEY,
        app_secret_name=STRING,
        labels=STRINGS,
    ),
    gitlab=record(
        project=REQUIRED,
        api=STRING,
        token_ref=SECRET_KEY,
        ca_ref=CA_KEY,
        insecure=BOOLEAN,
        labels=STRINGS,
        pull_request_state=STRING,
    ),
    gitea=record(
        owner=REQUIRED,
        repo=REQUIRED,
        api=REQUIRED,
        token_ref=SECRET_KEY,
        insecure=BOOLEAN,
        labels=STRINGS,
    ),
    bitbucket_server=record(
        project=REQUIRED,
        repo=REQUIRED,
        api=REQUIRED,
        basic_auth=BASIC_AUTH,
        bearer_token=BEARER_TOKEN,
        ca_ref=CA_KEY,
        insecure=BOOLEAN,
    ),
    bitbucket=record(
        owner=REQUIRED,
        repo=REQUIRED,
        api=STRING,
        basic_auth=BASIC_AUTH,
        bearer_token=BEARER_TOKEN,
    ),
    azure_devops=replace(
        record(
            organization=REQUIRED,
            project=REQUIRED,
            repo=REQUIRED,
            api=STRING,
            token_ref=SECRET_KEY,
            labels=STRINGS,
        ),
        key="azuredevops",
    ),
)

PLAIN = Record(
    list=told(elements=Field("list", of=ANYTHING, telling=True), elements_yaml=STRING, template=OVERRIDE),
    clusters=told(selector=SELECTOR, flat_list=BOOLEAN, values=STRING_MAP, template=OVERRIDE),
    git=told(**REPOSITORY),
    oci=told(**REPOSITORY),
    scm_provider=told(
        **SCM_PROVIDERS,
        filters=records(
            repository_match=TELLING,
            branch_match=TELLING,
            label_match=TELLING,
            paths_exist=STRINGS,
            paths_do_not_exist=STRINGS,
        ),
        clone_protocol=STRING,
        **COMMON,
    ),
    pull_request=told(
        **PULL_REQUEST_PROVIDERS,
        filters=records(branch_match=TELLING, target_branch_match=TELLING, title_match=TELLING),
        continue_on_repo_not_found_error=BOOLEAN,
        **COMMON,
    ),
    cluster_decision_resource=told(config_map_ref=REQUIRED, name=STRING, label_selector=SELECTOR, **COMMON),
    plugin=told(
        config_map_ref=Field("dict", required=True, fields=Record(name=REQUIRED)),
        input=record(parameters=ANYTHING),
        **COMMON,
    ),
)
"""The generators that have no others inside."""


def _combining(inner: Record) -> tuple[Record, Record]:
    """Give the fields of matrix and merge over such generators."""
    generators = Field("list", of=Field("dict", fields=inner), required=True, brief=True)
    merge_keys = Field("list", of=STRING, required=True)
    return Record(generators=generators), Record(generators=generators, merge_keys=merge_keys)


INNERMOST = Record(**PLAIN, selector=SELECTOR)
_MATRIX, _MERGE = (Field("dict", fields=one, telling=True, verbatim=True) for one in _combining(INNERMOST))
INNER = Record(**PLAIN, matrix=_MATRIX, merge=_MERGE, selector=SELECTOR)
_OUTER_MATRIX, _OUTER_MERGE = _combining(INNER)
GENERATOR = Record(
    **PLAIN,
    matrix=told(**_OUTER_MATRIX, template=OVERRIDE),
    merge=told(**_OUTER_MERGE, template=OVERRIDE),
    selector=SELECTOR,
)
