# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: desired manifests held against live objects, which pass by one at a time and are not kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._errors import GitopsError
from .compare import Conflict, Difference, compare
from .diff import extract
from .kind import Kind, Manifest, Path, sendable
from .partial import is_empty, nulls, with_ours, without_nulls
from .selector import Selector

SHOWN_CONFLICTS = 5


@dataclass(frozen=True)
class Change:
    """One thing to do: ``action`` is create, update or delete.

    ``version`` is the live object's resourceVersion that the comparison is based on. ``fields`` names what an update
    touches, ``cleared`` the fields to remove before applying, ``refusal`` why it must not be carried out. ``overrides``
    says that a change by hand is put back, ``bound`` that what is applied holds for the object at ``version`` only (or,
    for one that is created, that nobody else may have created it),
    ``applies`` that there is something left to apply after clearing, and ``pruned`` that an object is deleted for its
    labels and not by name. ``live`` is the object that the comparison is based on, if its kind remembers it.
    """

    action: str
    kind: Kind
    namespace: str
    name: str
    desired: Manifest | None = None
    fields: tuple[str, ...] = ()
    cleared: tuple[Path, ...] = ()
    refusal: str = ""
    overrides: bool = False
    bound: bool = False
    applies: bool = True
    version: str = ""
    uid: str = ""
    finalizers: tuple[str, ...] = ()
    pruned: bool = False
    live: Mapping[str, Any] | None = None
    before: Manifest | None = None
    after: Manifest | None = None

    @property
    def where(self) -> str:
        """Name the object as messages do."""
        return located(self.kind.name, self.namespace, self.name)


def conflict_text(conflicts: Sequence[Conflict]) -> str:
    """Say which field belongs to whom, and what can be done; nothing when there is no conflict."""
    if not conflicts:
        return ""
    owned = "; ".join(f"{conflict.field} is applied by {conflict.owner}" for conflict in conflicts[:SHOWN_CONFLICTS])
    rest = len(conflicts) - SHOWN_CONFLICTS
    more = f" and {rest} more" if rest > 0 else ""
    return f"conflict: {owned}{more}. Change it there, leave the field out here, or set force_conflicts: true"


def located(kind: str, namespace: str, name: str) -> str:
    """Write "Application argocd/shop"."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


@dataclass(frozen=True)
class Prune:
    """Permission to delete what ``selector`` selects and is no longer desired, ``limit`` objects at most."""

    selector: Selector
    limit: int
    allow_empty: bool = False


class Plan:
    """Desired objects of one kind, each of which is compared when its live object is observed.

    ``force`` takes fields from other declarative owners. ``keep_text`` keeps each change's before and after for a
    diff. ``absent`` turns the meaning round: the named objects are to be deleted. With ``partial`` the manifests name
    parts of objects that several tasks write: what we set earlier and they do not name stays, and a field that is null
    in them is taken away.
    """

    def __init__(
        self,
        kind: Kind,
        desired: Iterable[Manifest],
        *,
        absent: bool = False,
        force: bool = False,
        prune: Prune | None = None,
        keep_text: bool = False,
        partial: bool = False,
    ) -> None:
        self.kind, self.absent, self.force, self.prune, self.keep_text = kind, absent, force, prune, keep_text
        self.partial = partial
        if absent and prune:
            raise GitopsError("objects cannot be absent and pruned for at once", hint="Make two tasks of it.")
        self._desired = {self.key_of(manifest): manifest for manifest in (sendable(one, kind) for one in desired)}
        self._gone: dict[tuple[str, str], tuple[Path, ...]] = {}
        if partial:
            self._gone = {key: tuple(nulls(manifest)) for key, manifest in self._desired.items()}
            self._desired = {key: without_nulls(manifest) for key, manifest in self._desired.items()}
        self._unseen = dict.fromkeys(self._desired)
        self.changes: list[Change] = []
        self.unchanged = 0

    def key_of(self, manifest: Mapping[str, Any]) -> tuple[str, str]:
        """Give (namespace, name), the namespace empty for cluster-scoped kinds; raise where one is missing."""
        meta = manifest["metadata"]
        namespace, name = meta.get("namespace") or "", meta.get("name") or ""
        if not name or (self.kind.namespaced and not namespace):
            missing = "namespace" if name else "name"
            raise GitopsError(f"metadata.{missing} is missing", where=located(self.kind.name, namespace, name))
        return (namespace if self.kind.namespaced else ""), name

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Give (namespace, name) of each desired object."""
        return list(self._desired)

    def observe(self, live: Mapping[str, Any]) -> None:
        """Hold one live object against the plan."""
        key = self.key_of(live)
        desired = self._desired.get(key)
        self._unseen.pop(key, None)
        if desired is not None and not self.absent:
            self._compare(desired, live)
        elif desired is not None or self._prunes(live):
            self._delete(live, pruned=desired is None)

    def _prunes(self, live: Mapping[str, Any]) -> bool:
        if self.prune is None or not self.kind.marked(live):
            return False
        return self.prune.selector.matches(live["metadata"].get("labels") or {})

    def refuse(self, refusals: Mapping[tuple[str, str], str]) -> None:
        """Refuse changes for reasons that lie outside their objects, by (namespace, name)."""
        reasons = ((change, refusals.get((change.namespace, change.name))) for change in self.changes)
        self.changes = [replace(one, refusal=why) if why and not one.refusal else one for one, why in reasons]

    def again(self, change: Change, live: Mapping[str, Any] | None) -> Change | None:
        """Give what is left of a change after the object moved: the same kind of change on what it is now, or None."""
        key = (change.namespace, change.name)
        if change.action != "delete":
            if live is None:
                return self._create(key)
            return self.compare(self._desired[key], live)
        if live is None or live["metadata"].get("uid") != change.uid or live["metadata"].get("deletionTimestamp"):
            return None
        if change.pruned and not self._prunes(live):
            return None
        return self._deletion(live, change.pruned)

    def compare(self, desired: Manifest, live: Mapping[str, Any]) -> Change | None:
        """Give the change that leads from a live object to the desired one, or None."""
        gone = self._gone.get(self.key_of(live), ())
        whole = self._completed(desired, live, gone)
        difference = compare(whole, live, self.kind, gone)
        if not difference and not live["metadata"].get("deletionTimestamp") and self.kind.marked(live):
            return None
        return self._update(whole, live, difference, bound=self.partial or whole is not desired)

    def _completed(self, desired: Manifest, live: Mapping[str, Any], gone: tuple[Path, ...]) -> Manifest:
        """Add what must not get lost by applying ``desired``: it then holds for the object as it is now."""
        if self.partial:
            desired = with_ours(desired, live, self.kind, gone)
        return self.kind.completed(desired, live)

    def finish(self) -> list[Change]:
        """Give every change, once all live objects were observed; raise when pruning would go beyond its limits."""
        if not self.absent:
            for key in self._unseen:
                created = self._create(key)
                self.changes += [created] if created else []
                self.unchanged += not created
        else:
            self.unchanged += len(self._unseen)
        self._unseen = {}
        self._check_prune()
        return self.changes

    def _compare(self, desired: Manifest, live: Mapping[str, Any]) -> None:
        change = self.compare(desired, live)
        if change is None:
            self.unchanged += 1
        else:
            self.changes.append(change)

    def _create(self, key: tuple[str, str]) -> Change | None:
        manifest = self._desired[key]
        if self.partial and is_empty(manifest):
            return None
        after = self._text(manifest, [(part,) for part in manifest])
        return Change("create", self.kind, *key, desired=manifest, bound=self.partial, after=after)

    def _update(self, desired: Manifest, live: Mapping[str, Any], difference: Difference, bound: bool) -> Change:
        paths = [*difference.changed, *difference.cleared, *difference.stale, *difference.unowned]
        return Change(
            "update",
            self.kind,
            *self.key_of(live),
            desired=desired,
            fields=tuple(difference.fields()),
            cleared=tuple(difference.cleared),
            refusal=self._refusal(live, difference),
            overrides=difference.overrides or (self.force and bool(difference.conflicts)),
            bound=bound,
            applies=difference.applies,
            version=live["metadata"].get("resourceVersion", ""),
            uid=live["metadata"].get("uid", ""),
            live=live if self.kind.remembers else None,
            before=self._text(live, paths),
            after=self._text(desired, paths),
        )

    def _refusal(self, live: Mapping[str, Any], difference: Difference) -> str:
        meta = live["metadata"]
        if meta.get("deletionTimestamp"):
            held = ", ".join(meta.get("finalizers") or ()) or "nothing"
            return f"it is being deleted (held by {held}); run again when it is gone"
        if not self.kind.marked(live):
            return self._unmarked()
        return "" if self.force else conflict_text(difference.conflicts)

    def _text(self, manifest: Mapping[str, Any], paths: Iterable[Path]) -> Manifest | None:
        return extract(manifest, paths, self.kind.masked) if self.keep_text else None

    def _delete(self, live: Mapping[str, Any], pruned: bool) -> None:
        if live["metadata"].get("deletionTimestamp"):
            self.unchanged += 1
        else:
            self.changes.append(self._deletion(live, pruned))

    def _deletion(self, live: Mapping[str, Any], pruned: bool) -> Change:
        meta = live["metadata"]
        owner = self.kind.controller(live) if pruned and not self.force else None
        manifest = sendable(live, self.kind)
        refusal = f"it belongs to {owner}, which would make it again; prune that instead" if owner else ""
        return Change(
            "delete",
            self.kind,
            *self.key_of(live),
            refusal=refusal if self.kind.marked(live) else self._unmarked(),
            pruned=pruned,
            version=meta.get("resourceVersion", ""),
            uid=meta.get("uid", ""),
            finalizers=tuple(meta.get("finalizers") or ()),
            live=live if self.kind.remembers else None,
            before=self._text(manifest, [(part,) for part in manifest]),
        )

    def _unmarked(self) -> str:
        labels = " and ".join(f"{label} ({' or '.join(allowed)})" for label, allowed in self.kind.marks.items())
        return f"it is there already for something else, as it has no label {labels}; choose another name"

    def _check_prune(self) -> None:
        pruned = [change.name for change in self.changes if change.action == "delete" and not change.refusal]
        if not self.prune or not pruned:
            return
        scope = f"{len(pruned)} {self.kind.name} objects selected by {self.prune.selector.text}"
        if not self._desired and not self.prune.allow_empty:
            raise GitopsError(
                f"pruning would delete all {scope}, because nothing is desired",
                hint="Set allow_empty: true if that is meant; nothing was written.",
            )
        if len(pruned) > self.prune.limit:
            raise GitopsError(
                f"pruning would delete {scope}, more than max_deletions ({self.prune.limit})",
                why=", ".join(pruned)[:300],
                hint="Raise max_deletions if that is meant; nothing was written.",
            )
