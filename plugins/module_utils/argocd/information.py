# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at an Argo CD: list its objects page by page, and give a view of each that meets some criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Callable, NamedTuple

from .._errors import GitopsError
from ..cluster.engine import SINGLE, parallel
from ..cluster.objects import Objects, Slim, without_managed_fields
from ..cluster.session import Session
from ..manifests.secret import SECRET_TYPE
from ..plan.kind import Kind
from . import views
from .criteria import Criteria, is_pattern
from .kinds import APPLICATION, APPLICATION_SET, PROJECT, credentials

READERS = 4
"""Namespaces that are read at a time; each holds two pages in memory."""
REPOSITORY_TYPES = ("repository", "repo-creds", "repository-write", "repo-write-creds")


@dataclass(frozen=True)
class Resource:
    """What may be asked for: a kind, the view of its objects, and where it is found."""

    kind: Kind
    view: Callable[[Mapping[str, Any]], views.View]
    anywhere: bool = False
    """Whether Argo CD takes it from other namespaces than its own, too."""
    slim: Slim = without_managed_fields

    @property
    def selector(self) -> str:
        """What tells its Secrets from others."""
        types = self.kind.marks.get(SECRET_TYPE, ())
        return f"{SECRET_TYPE} in ({','.join(types)})" if types else ""


class Found(NamedTuple):
    """An object: its view, by which it was chosen, and what is shown of it."""

    view: views.View
    shown: views.View


RESOURCES = {
    "applications": Resource(APPLICATION, views.application, anywhere=True, slim=views.few_words),
    "application_sets": Resource(APPLICATION_SET, views.application_set, anywhere=True),
    "projects": Resource(PROJECT, views.project),
    "repositories": Resource(credentials(*REPOSITORY_TYPES), views.repository),
    "clusters": Resource(credentials("cluster"), views.cluster),
}


def inform(session: Session, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the views of what the options ask for, each kind sorted by namespace and name, and a ``summary``.

    Raises GitopsError for criteria that cannot be met, and ApiError for the first kind that cannot be read.
    """
    criteria = Criteria(options)
    found = {name: _found(session, name, criteria) for name in dict.fromkeys(options["resources"])}
    counted: dict[str, Any] = {name: len(each) for name, each in found.items()}
    if "applications" in found:
        for key in ("sync", "health"):
            counted[key] = dict(sorted(Counter(one.view[key] for one in found["applications"]).items()))
    return {**{name: [one.shown for one in each] for name, each in found.items()}, "summary": counted}


def _found(session: Session, name: str, criteria: Criteria) -> list[Found]:
    resource = RESOURCES[name]
    objects, detail = Objects(session, resource.kind), criteria.options["detail"]
    selector = ",".join(part for part in (resource.selector, criteria.selector) if part)

    def read(place: tuple[str, str]) -> list[Found]:
        if detail == "brief" and name == "applications":
            return [Found(view, view) for view in _rows(objects, place, selector) if criteria.meets(view, name)]
        slim = without_managed_fields if detail == "full" else resource.slim
        lives = chain.from_iterable(page["items"] for page in objects.pages(*place, selector=selector, slim=slim))
        pairs = ((views.cleaned(resource.view(live)), live) for live in lives)
        chosen = ((view, live) for view, live in pairs if criteria.meets(view, name))
        return [Found(view, _whole(view, live, resource) if detail == "full" else view) for view, live in chosen]

    places = list(_places(resource, criteria.options))
    unique = {(one.view["namespace"], one.view["name"]): one for one in chain(*parallel(read, places, READERS))}
    return [unique[key] for key in sorted(unique)]


def _places(resource: Resource, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give namespace (or "" for all) and name (or "" for any) of each list that is needed."""
    given = options["namespaces"] if resource.anywhere else None
    spaces = list(dict.fromkeys([options["namespace"]] if given is None else given))
    spaces = [""] if any(map(is_pattern, spaces)) else spaces
    names: list[str] = [""] if options["names"] is None else list(dict.fromkeys(options["names"]))
    if resource.selector or any(map(is_pattern, names)) or len(names) * len(spaces) > SINGLE:
        names = [""] if names else []
    yield from ((space, name) for space in spaces for name in names)


def _rows(objects: Objects, place: tuple[str, str], selector: str) -> Iterator[views.View]:
    for row in chain.from_iterable(objects.rows(*place, selector=selector)):
        missing = [column for column in views.BRIEF.values() if column not in row["cells"]]
        if missing:
            what = f"the cluster's definition of Applications shows no {' and no '.join(missing)}"
            raise GitopsError(what, where="detail brief", hint="Use detail: compact.")
        yield views.cleaned(views.brief(row))


def _whole(view: views.View, live: Mapping[str, Any], resource: Resource) -> views.View:
    if resource.selector:
        return {**view, **views.cleaned(views.whole_secret(live))}
    named = {"apiVersion": resource.kind.api_version, "kind": resource.kind.name}  # items of a list lack them
    return {**views.cleaned(live), **named}
