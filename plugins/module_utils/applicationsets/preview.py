# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD's ApplicationSet controller would create, change and delete (applicationset_controller.go)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from ..plan.canonical import MISSING, canonical, same
from ..plan.kind import Kind
from .render import FINALIZER
from .sources import IN_CLUSTER, SECRET_TYPE, decoded
from .values import UnsupportedError

Manifest = dict[str, Any]
POLICIES = ("sync", "create-only", "create-update", "create-delete")
_UPDATING = ("sync", "create-update")
_DELETING = ("sync", "create-delete")
_KEPT_ANNOTATIONS = ("notified.notifications.argoproj.io", "argocd.argoproj.io/refresh", "argocd.argoproj.io/hydrate")
_KEPT_FINALIZERS = ("pre-delete-finalizer.argocd.argoproj.io", "post-delete-finalizer.argocd.argoproj.io")
_SIMPLE_JQ = re.compile(r"(\.[A-Za-z_]\w*)+")


@dataclass(frozen=True)
class Controller:
    """How the controller was started: ``policy`` is its ``--policy``, "" if it has none and the set's own counts.

    ``annotations`` and ``labels`` are those that it preserves on every Application.
    """

    policy: str = ""
    override: bool | None = None
    annotations: Sequence[str] = ()
    labels: Sequence[str] = ()


@dataclass
class Preview:
    """Names of Applications, each in one of these.

    ``updated`` gives the fields that change, ``deleted`` whether the Application's resources go too, ``invalid`` and
    ``conflicts`` why the controller leaves an Application alone. ``kept`` would be deleted or updated if the policy
    allowed it. After a conflict the controller deletes nothing: ``postponed`` are those that it would delete else.
    """

    created: list[str] = field(default_factory=list)
    updated: dict[str, list[str]] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    deleted: dict[str, bool] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)
    invalid: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)


def preview(
    application_set: Mapping[str, Any],
    generated: Sequence[Manifest],
    live: Sequence[Mapping[str, Any]],
    kind: Kind,
    *,
    projects: Collection[str] | None = None,
    clusters: Sequence[Mapping[str, Any]] | None = None,
    controller: Controller | None = None,
) -> Preview:
    """Compare what ``generators.generate`` gave with the live Applications of the ApplicationSet's namespace.

    ``kind`` says how Applications compare. ``projects`` are the names of Argo CD's AppProjects and ``clusters`` its
    cluster Secrets: what refers to others is invalid (None: not looked at). UnsupportedError for a rule of
    ignoreApplicationDifferences that nothing here can follow.
    """
    chosen = controller or Controller()
    policy = allowed(application_set, chosen)
    result = Preview(invalid=_invalid(application_set, generated, projects, clusters))
    known = {each["metadata"]["name"]: each for each in live}
    owned = {name for name, each in known.items() if owner(each) == application_set["metadata"].get("name")}
    for name, one in sorted({each["metadata"].get("name", ""): each for each in generated}.items()):
        if name in result.invalid:
            continue
        if policy not in _UPDATING and name in owned:
            result.kept.append(name)
        elif name not in known:
            result.created.append(name)
        elif _conflict(application_set, known[name]):
            result.conflicts[name] = _conflict(application_set, known[name])
        else:
            fields = changes(application_set, one, known[name], kind, chosen)
            fields += [] if name in owned else ["metadata.ownerReferences"]
            if fields:
                result.updated[name] = fields
            else:
                result.unchanged.append(name)
    gone = sorted(owned - {each["metadata"].get("name", "") for each in generated})
    if policy not in _DELETING:
        result.kept += gone
    elif result.conflicts:
        result.postponed += gone
    else:
        result.deleted = {name: _cascades(known[name], clusters) for name in gone}
    result.kept.sort()
    return result


def allowed(application_set: Mapping[str, Any], controller: Controller) -> str:
    """Give the policy that counts: the set's own, unless the controller's forbids it (utils.DefaultPolicy)."""
    own = (application_set.get("spec") or {}).get("syncPolicy") or {}
    override = controller.policy == "" if controller.override is None else controller.override
    policy = (own.get("applicationsSync") if override else None) or controller.policy or "sync"
    if policy not in POLICIES:
        raise UnsupportedError(f"the policy {policy!r} is none of {', '.join(POLICIES)}")
    return str(policy)


def owner(live: Mapping[str, Any]) -> str | None:
    """Give the name of the ApplicationSet that controls an Application."""
    for each in live["metadata"].get("ownerReferences") or ():
        if each.get("controller"):
            is_set = each.get("kind") == "ApplicationSet" and each.get("apiVersion") == "argoproj.io/v1alpha1"
            return str(each.get("name")) if is_set else None
    return None


def _conflict(application_set: Mapping[str, Any], live: Mapping[str, Any]) -> str:
    """Say to whom else an Application belongs, "" if to nobody or to this ApplicationSet."""
    holder = next((each for each in live["metadata"].get("ownerReferences") or () if each.get("controller")), None)
    if holder is None or owner(live) == application_set["metadata"].get("name"):
        return ""
    return f"belongs to {holder.get('kind')} {holder.get('name')}"


def changes(
    application_set: Mapping[str, Any],
    generated: Manifest,
    live: Mapping[str, Any],
    kind: Kind,
    controller: Controller,
) -> list[str]:
    """Give the fields that the controller would change, as ``spec.source.path``."""
    wanted = _wanted(application_set, generated, live, controller)
    found = {"metadata": dict(live["metadata"]), "spec": deepcopy(live.get("spec") or {})}
    if wanted.get("operation") is not None:
        found["operation"] = live.get("operation")
    for rule in (application_set.get("spec") or {}).get("ignoreApplicationDifferences") or ():
        if rule.get("name", "") in ("", live["metadata"].get("name")):
            for path in _ignored(rule):
                _remove(wanted, path)
                _remove(found, path)
    exact = replace(kind, same_values={})
    paths: list[str] = []
    for top in ("labels", "annotations", "finalizers"):
        _compare(wanted["metadata"].get(top) or {}, found["metadata"].get(top) or {}, ("metadata", top), exact, paths)
    for value in (wanted, found):
        value["spec"] = {**value.get("spec", {}), "project": value.get("spec", {}).get("project") or "default"}
    _compare(wanted["spec"], found["spec"], ("spec",), exact, paths)
    _compare(wanted.get("operation"), found.get("operation"), ("operation",), exact, paths)
    return paths


def _wanted(
    application_set: Mapping[str, Any], generated: Manifest, live: Mapping[str, Any], controller: Controller
) -> Manifest:
    """Give the generated Application with what is preserved of the live one."""
    wanted = deepcopy(generated)
    kept = (application_set.get("spec") or {}).get("preservedFields") or {}
    for top, keys in (
        ("annotations", (*(kept.get("annotations") or ()), *controller.annotations, *_KEPT_ANNOTATIONS)),
        ("labels", (*(kept.get("labels") or ()), *controller.labels)),
    ):
        present = live["metadata"].get(top) or {}
        wanted["metadata"][top] = {
            **(wanted["metadata"].get(top) or {}),
            **{key: present[key] for key in keys if key in present},
        }
    finalizers = list(wanted["metadata"].get("finalizers") or ())
    for prefix in _KEPT_FINALIZERS:
        finalizers += [each for each in live["metadata"].get("finalizers") or () if each.startswith(prefix)]
    wanted["metadata"]["finalizers"] = finalizers
    return wanted


def _compare(one: Any, two: Any, path: tuple[str, ...], kind: Kind, paths: list[str]) -> None:
    left, right = canonical(one, path, kind), canonical(two, path, kind)
    if left is not MISSING and right is not MISSING and isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            _compare(left.get(key, MISSING), right.get(key, MISSING), (*path, key), kind, paths)
    elif (left is MISSING) != (right is MISSING) or (left is not MISSING and not same(left, right)):
        paths.append(".".join(path))


def _ignored(rule: Mapping[str, Any]) -> list[list[str]]:
    paths = [
        [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        for pointer in rule.get("jsonPointers") or ()
    ]
    for expression in rule.get("jqPathExpressions") or ():
        if not _SIMPLE_JQ.fullmatch(expression.strip()):
            raise UnsupportedError(
                f"the jq expression {expression!r} is not known here",
                where="spec.ignoreApplicationDifferences",
                hint="Write it as a path such as .spec.source.helm, or as a JSON pointer.",
            )
        paths.append(expression.strip().split(".")[1:])
    return paths


def _remove(value: Any, path: Sequence[str]) -> None:
    *above, last = path or [""]
    for step in above:
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
    if isinstance(value, dict):
        value.pop(last, None)
    elif isinstance(value, list) and last.isdigit() and int(last) < len(value):
        del value[int(last)]


def _cascades(live: Mapping[str, Any], clusters: Sequence[Mapping[str, Any]] | None) -> bool:
    """Say whether the Application's resources are deleted too: not if its cluster is gone (removeFinalizer...)."""
    if FINALIZER not in (live["metadata"].get("finalizers") or ()):
        return any(each.startswith(FINALIZER + "/") for each in live["metadata"].get("finalizers") or ())
    return clusters is None or not _destination((live.get("spec") or {}).get("destination") or {}, clusters)


def _invalid(
    application_set: Mapping[str, Any],
    generated: Sequence[Manifest],
    projects: Collection[str] | None,
    clusters: Sequence[Mapping[str, Any]] | None,
) -> dict[str, str]:
    """Say why Applications are not written (validateGeneratedApplications). Two of one name are both left alone."""
    found: dict[str, str] = {}
    names: set[str] = set()
    for each in generated:
        name, spec = each["metadata"].get("name", ""), each.get("spec") or {}
        project = spec.get("project", "")
        why = ""
        if not name:
            why = "has no name"
        elif name in names:
            why = f"ApplicationSet {application_set['metadata'].get('name')} generates two Applications with this name"
        elif projects is not None and project not in projects:
            why = f"refers to the project {project!r}, which does not exist"
        elif clusters is not None:
            why = _destination(spec.get("destination") or {}, clusters)
        names.add(name)
        if why:
            found[name] = why
    return found


def _destination(destination: Mapping[str, Any], clusters: Sequence[Mapping[str, Any]]) -> str:
    """Say what is wrong with a destination, "" if nothing is (GetDestinationCluster in util/argo/argo.go)."""
    name, server = destination.get("name") or "", (destination.get("server") or "").rstrip("/")
    if bool(name) == bool(server):
        return "its destination has both name and server" if name else "its destination has neither server nor name"
    secrets = [each for each in clusters if (each["metadata"].get("labels") or {}).get(SECRET_TYPE) == "cluster"]
    data = [decoded(each) for each in secrets]
    known = [(each.get("name", ""), each.get("server", "").rstrip("/")) for each in data]
    if IN_CLUSTER not in {each[1] for each in known}:
        known.append(("in-cluster", IN_CLUSTER))
    if server:
        return "" if server in {each[1] for each in known} else f"there is no cluster with the server {server}"
    count = sum(1 for each in known if each[0] == name)
    return "" if count == 1 else f"there are {count} clusters with the name {name}"
