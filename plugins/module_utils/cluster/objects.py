# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of one kind in one cluster: list, get, apply, patch, delete, watch. No discovery: kinds bring their URLs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable
from urllib.parse import quote

from ..plan.kind import FIELD_MANAGER, Kind, Manifest, Path
from .session import JSON, ApiError, Session

Slim = Callable[[Manifest], Manifest]

PAGE = 500
PAGE_SIZE = 8_000_000
"""Bytes. After a page that was larger, the next ones are of fewer objects: live Applications have up to 60 kB each."""
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class Objects:
    """Access to the objects of a kind. Every method raises ApiError."""

    def __init__(self, session: Session, kind: Kind) -> None:
        self.session, self.kind = session, kind

    def url(self, namespace: str = "", name: str = "") -> str:
        """Give the path of the collection or of one object."""
        root = f"/apis/{self.kind.group}" if self.kind.group else "/api"
        place = f"/namespaces/{quote(namespace, safe='')}" if namespace and self.kind.namespaced else ""
        return f"{root}/{self.kind.version}{place}/{self.kind.plural}" + (f"/{quote(name, safe='')}" if name else "")

    def pages(
        self, namespace: str = "", name: str = "", *, selector: str = "", fields: str = "", slim: Slim | None = None
    ) -> Iterator[Manifest]:
        """Give all objects (of this name, of this label selector, of this field selector) as list pages.

        The next page is on its way while the caller works on this one. ``slim`` is shown every mapping of a page, the
        inner ones first, and gives what is kept of it: what it drops takes memory for one object at a time.
        """
        yield from self._pages(self.url(namespace), _chosen(name, selector, fields), JSON, slim)

    def rows(self, namespace: str = "", name: str = "", *, selector: str = "") -> Iterator[list[Manifest]]:
        """Give pages of what ``kubectl get`` shows: for each object its ``metadata`` and, by column, its ``cells``.

        The API server cuts the objects down, so that this takes a fraction of the time where they are large. The kind's
        definition says which columns there are, none if the server knows no tables; metadata comes without
        managedFields.
        """
        query, accept = _chosen(name, selector), f"{TABLE},{JSON}"
        for page in self._pages(self.url(namespace), query, accept, without_managed_fields):
            columns = [column["name"] for column in page.get("columnDefinitions") or ()]
            yield [
                {"metadata": row["object"]["metadata"], "cells": dict(zip(columns, row["cells"]))}
                for row in page.get("rows") or [{"object": one, "cells": []} for one in page.get("items") or ()]
            ]

    def _pages(self, url: str, query: Mapping[str, Any], accept: str, slim: Slim | None) -> Iterator[Manifest]:
        limit = PAGE
        with ThreadPoolExecutor(1) as ahead:
            page = ahead.submit(self._page, url, {**query, "limit": limit}, accept, slim)
            while True:
                current, size = page.result()
                following = current["metadata"].get("continue")
                if following:
                    limit = max(1, min(PAGE, limit * PAGE_SIZE // max(1, size)))
                    more = {**query, "limit": limit, "continue": following}
                    page = ahead.submit(self._page, url, more, accept, slim)
                yield current
                if not following:
                    return

    def _page(self, url: str, query: Mapping[str, Any], accept: str, slim: Slim | None) -> tuple[Manifest, int]:
        """Give a page and its size in bytes."""
        size = 0

        def decode(data: bytes) -> Any:
            nonlocal size
            size = len(data)
            return json.loads(data, object_hook=slim)

        try:
            page: Manifest = self.session.request("GET", url, query=query, accept=accept, decode=decode)
        except ApiError as error:
            # The version that the pages so far belong to is gone: go on behind them in the present one. What changed
            # there meanwhile does not matter to us, each object is compared for itself.
            fresh = error.details.get("continue") if error.status == 410 else None
            if fresh and fresh != query.get("continue"):
                return self._page(url, {**query, "continue": fresh}, accept, slim)
            raise self._named(error) from None
        return page, size

    def get(self, namespace: str, name: str) -> Manifest | None:
        """Give one object, or None when there is none."""
        try:
            live: Manifest = self.session.request("GET", self.url(namespace, name))
        except ApiError as error:
            if error.status == 404 and error.details.get("name"):
                return None
            raise self._named(error) from None
        return live

    def apply(self, manifest: Mapping[str, Any], *, version: str = "", force: bool = False) -> Manifest:
        """Apply a manifest server-side: create the object or set the fields that the manifest names, and only those.

        With ``version`` only if the object is still at that resourceVersion, else ApiError 409.
        """
        meta = manifest["metadata"]
        if version:
            manifest = {**manifest, "metadata": {**meta, "resourceVersion": version}}
        query = {"fieldManager": FIELD_MANAGER, "force": "true" if force else "false", "fieldValidation": "Strict"}
        url = self.url(meta.get("namespace", ""), meta["name"])
        applied: Manifest = self.session.request("PATCH", url, query=query, body=manifest, kind=APPLY)
        return applied

    def create(self, namespace: str, name: str) -> Manifest:
        """Create an object that has nothing but its name; ApiError 409 when it is there already."""
        body = {"apiVersion": self.kind.api_version, "kind": self.kind.name, "metadata": {"name": name}}
        query = {"fieldManager": FIELD_MANAGER}
        url = self.url(namespace)
        created: Manifest = self.session.request("POST", url, query=query, body=body, kind="application/json")
        return created

    def patch(self, namespace: str, name: str, body: Mapping[str, Any]) -> Manifest:
        """Merge ``body`` into an object (RFC 7386: None removes)."""
        query = {"fieldManager": f"{FIELD_MANAGER}-patch"}
        url = self.url(namespace, name)
        patched: Manifest = self.session.request("PATCH", url, query=query, body=body, kind=MERGE)
        return patched

    def clear(self, namespace: str, name: str, paths: tuple[Path, ...], version: str) -> Manifest:
        """Remove fields, whoever owns them, if the object is still at this resourceVersion."""
        body: Manifest = {"metadata": {"resourceVersion": version}}
        for path in paths:
            node = body
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = None
        return self.patch(namespace, name, body)

    def delete(self, namespace: str, name: str, uid: str = "", version: str = "", propagation: str = "") -> None:
        """Delete one object: the one of this uid, and at this resourceVersion if given, else ApiError 409.

        ``propagation`` says what becomes of the objects it owns: Background, Foreground or Orphan.
        """
        conditions = {"uid": uid, "resourceVersion": version}
        body: Manifest = {"preconditions": {key: value for key, value in conditions.items() if value}}
        if propagation:
            body["propagationPolicy"] = propagation
        self.session.request("DELETE", self.url(namespace, name), body=body, kind="application/json")

    def watch(self, namespace: str, version: str, seconds: float, name: str = "") -> Iterator[tuple[str, Manifest]]:
        """Give (ADDED, MODIFIED, DELETED or BOOKMARK, object) from a resourceVersion on, for so many seconds at most.

        Ends early when the connection does; raises ApiError 410 when the version is too old and a list is due.
        """
        query = {
            "watch": "true",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": max(1, int(seconds)),
        }
        if name:
            query["fieldSelector"] = f"metadata.name={name}"
        for event in self.session.stream(self.url(namespace), query, seconds):
            if event.get("type") == "ERROR":
                status = event.get("object") or {}
                raise ApiError(int(status.get("code") or 500), "the watch ended", why=str(status.get("message", "")))
            yield event["type"], event["object"]

    def _named(self, error: ApiError) -> ApiError:
        """Say of a collection that the server does not know, that its definition is missing."""
        if error.status != 404 or error.details.get("name"):
            return error
        hint = f"Install its CustomResourceDefinition {self.kind.plural}.{self.kind.group} first."
        what = f"the cluster knows no {self.kind.name} ({self.kind.api_version})"
        return ApiError(404, what, hint=hint if self.kind.group else "")


def without_managed_fields(node: Manifest) -> Manifest:
    """Drop who owns which field, for :meth:`Objects.pages` (``slim``)."""
    if "uid" in node:  # else it is no metadata
        node.pop("managedFields", None)
    return node


def _chosen(name: str, selector: str, fields: str = "") -> dict[str, str]:
    query = {"fieldSelector": f"metadata.name={name}" if name else fields, "labelSelector": selector}
    return {key: value for key, value in query.items() if value}
