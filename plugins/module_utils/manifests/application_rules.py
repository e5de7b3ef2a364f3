# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD would refuse or silently ignore in an Application, found before anything is sent.

argocd-server checks most of this on its own path; an Application written through the Kubernetes API gets there
unchecked and then stays ``InvalidSpecError``, or a misspelt option simply has no effect.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

RESOURCES_FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""With it on an Application, its deletion deletes the workloads too (docs/user-guide/app_deletion.md of Argo CD)."""
BOOLEAN = ("true", "false")
SYNC_OPTIONS = {
    "ApplyOutOfSyncOnly": BOOLEAN,
    "ClientSideApplyMigration": BOOLEAN,
    "CreateNamespace": BOOLEAN,
    "Delete": ("true", "false", "confirm"),
    "FailOnSharedResource": BOOLEAN,
    "Force": BOOLEAN,
    "Prune": ("true", "false", "confirm"),
    "PruneLast": BOOLEAN,
    "PrunePropagationPolicy": ("foreground", "background", "orphan"),
    "Replace": BOOLEAN,
    "RespectIgnoreDifferences": BOOLEAN,
    "ServerSideApply": BOOLEAN,
    "SkipDryRunOnMissingResource": BOOLEAN,
    "Validate": BOOLEAN,
}
"""Options that Argo CD compares letter by letter (gitops-engine pkg/sync/common/types.go, controller/sync.go)."""

SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
GO_DURATION = r"([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+"
DURATION = re.compile(rf"{GO_DURATION}|[0-9]+")
NAME_LIMIT = 63
RELEASE_LIMIT = 53


def problems(manifest: dict[str, Any], where: str) -> Iterator[str]:
    """Give each reason why this Application cannot work, as "PLACE: what is wrong"."""
    meta, spec = manifest["metadata"], manifest["spec"]
    yield from name_problems(str(meta.get("name") or ""), where)
    yield from finalizer_problems(meta.get("finalizers") or [], where)
    yield from spec_problems(spec, str(meta.get("name") or ""), where)


def spec_problems(spec: dict[str, Any], name: str, where: str, part: bool = False) -> Iterator[str]:
    """Give what is wrong with the spec of an Application of this name; a ``part`` of a spec need not be complete."""
    if not spec.get("project") and not part:
        yield f"{where}: project: is required"
    yield from _destination(spec.get("destination") or {}, f"{where}: destination", part)
    yield from _sources(spec, name, where, part)
    yield from _sync_policy(spec.get("syncPolicy") or {}, f"{where}: sync_policy")


def name_problems(name: str, where: str) -> Iterator[str]:
    """Give what is wrong with an Application's name."""
    if not name:
        yield f"{where}: name: is required"
    elif not SUBDOMAIN.fullmatch(name):
        yield f"{where}: name: {name!r} may have only lower-case letters, digits, '-' and '.'"
    elif len(name) > NAME_LIMIT:
        yield (
            f"{where}: name: has {len(name)} characters, at most {NAME_LIMIT} fit the label app.kubernetes.io/instance "
            "that resources are tracked by; choose a shorter name"
        )


def finalizer_problems(finalizers: list[str], where: str) -> Iterator[str]:
    """Give what is wrong with an Application's finalizers."""
    cascading = [one for one in finalizers if one.startswith(RESOURCES_FINALIZER)]
    if len(cascading) > 1:
        yield f"{where}: finalizers: {' and '.join(cascading)} contradict each other; keep one of them (see cascade)"


def _destination(destination: dict[str, Any], where: str, part: bool) -> Iterator[str]:
    given = [key for key in ("server", "name") if destination.get(key)]
    if len(given) == 2:
        yield f"{where}: server and name are both given; keep one of them"
    elif not given and not part:
        yield f"{where}: one of server and name is required"


def _sources(spec: dict[str, Any], name: str, where: str, part: bool) -> Iterator[str]:
    given = [key for key in ("source", "sources", "sourceHydrator") if spec.get(key)]
    options = "source, sources and source_hydrator"
    if len(given) > 1:
        yield f"{where}: {' and '.join(given)} are given together; keep exactly one of {options}"
    elif not given and not part:
        yield f"{where}: one of {options} is required"
    if spec.get("source"):
        yield from _source(spec["source"], name, f"{where}: source", alone=True, part=part)
    seen: set[str] = set()
    for index, source in enumerate(spec.get("sources") or []):
        place = f"{where}: sources[{index}]"
        yield from _source(source, name, place, alone=False, part=part)
        if source.get("name") and source["name"] in seen:
            yield f"{place}.name: {source['name']} names two sources; source names must differ"
        seen.add(source.get("name", ""))
    dry = (spec.get("sourceHydrator") or {}).get("drySource")
    if dry:
        yield from _repository(dry, f"{where}: source_hydrator.dry_source")


def _source(source: dict[str, Any], name: str, where: str, alone: bool, part: bool) -> Iterator[str]:
    yield from _repository(source, where)
    path, chart = source.get("path"), source.get("chart")
    if path and chart:
        yield f"{where}: path and chart are both given; keep one of them"
    elif not path and not chart and (alone or not source.get("ref")) and not part:
        yield f"{where}: path or chart is required" + ("" if alone else " (or ref, for a source of values only)")
    if chart and not source.get("targetRevision") and not part:
        yield f"{where}: target_revision (the version of the chart) is required with chart"
    if path and (path.startswith("/") or ".." in path.split("/")):
        yield f"{where}.path: {path!r} must be a path inside the repository, relative to its root"
    helm = source.get("helm") or {}
    release = str(helm.get("releaseName") or name)
    if (chart or helm) and len(release) > RELEASE_LIMIT:
        option = "helm.release_name" if helm.get("releaseName") else "helm.release_name (by default the name)"
        yield f"{where}: {option} has {len(release)} characters, Helm takes at most {RELEASE_LIMIT}; set a shorter one"


def _repository(source: dict[str, Any], where: str) -> Iterator[str]:
    url = str(source.get("repoURL", ""))
    if not url and "repoURL" in source:
        yield f"{where}.repo_url: must not be empty"
    reason = url_problem(url)
    if reason:
        yield f"{where}.repo_url: {reason}"


def url_problem(url: str) -> str:
    """Say what is wrong with the URL of a repository that everybody may read; nothing when it is all right."""
    try:
        parts = urlsplit(url)
        secret = parts.password or (parts.username if parts.scheme in ("http", "https") else None)
    except ValueError:
        return "is not a URL"
    return "holds credentials, which everybody who may read Applications can read; register them" if secret else ""


def _sync_policy(policy: dict[str, Any], where: str) -> Iterator[str]:
    for index, option in enumerate(policy.get("syncOptions") or []):
        reason = _sync_option(str(option))
        if reason:
            yield f"{where}.sync_options[{index}]: {reason}"
    backoff = (policy.get("retry") or {}).get("backoff") or {}
    for key, option in (("duration", "duration"), ("maxDuration", "max_duration")):
        value = backoff.get(key)
        if value and not DURATION.fullmatch(value):
            yield f"{where}.retry.backoff.{option}: {value!r} is no duration such as 5s, 3m or 1h30m"


def _sync_option(option: str) -> str:
    """Say why Argo CD would ignore this sync option; nothing when it knows it."""
    name, equals, value = option.partition("=")
    allowed = SYNC_OPTIONS.get(name)
    if allowed and equals and value in allowed:
        return ""
    if allowed:
        written = " or ".join(f"{name}={choice}" for choice in allowed)
        return f"{option!r} would be ignored by Argo CD; write {written}"
    near = difflib.get_close_matches(name, SYNC_OPTIONS, 1)
    return f"{option!r} is no sync option of Argo CD" + (f"; did you mean {near[0]}?" if near else "")
