# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind with metadata and a spec, described by one table: its options, and the manifest they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._merge import overridden
from .fields import ANYTHING, Reader, Record
from .metadata import METADATA, metadata


@dataclass(frozen=True)
class Resource:
    """A custom resource; ``spec`` is the table of its fields, ``defaults`` the part of the spec that we fill in."""

    api_version: str
    kind: str
    spec: Record
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> Record:
        """Give the options that describe one object."""
        return Record(**METADATA, **self.spec, spec_overrides=ANYTHING)

    def from_options(self, options: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
        """Give the manifest for a set of options; what is wrong is added to ``problems``, each with its place."""
        read = Reader(False, problems).read(self.options, options, where)
        overrides = read.pop("specOverrides", {})
        meta = metadata(read)
        spec = {**self.defaults, **read}
        merged = overridden(spec, overrides)
        wrong: list[str] = []
        if overrides:
            Reader(True, wrong, lenient=True).read(self.spec, merged, f"{where}.spec_overrides")
        problems += wrong
        return self._manifest(meta, spec if wrong else merged)

    def from_manifest(self, manifest: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
        """Give the manifest of a file, checked against the same table; only what may be sent is expected in it."""
        reader = Reader(True, problems)
        known = ("apiVersion", "kind", "metadata", "spec")
        problems += [f"{where}.{key}: unknown key" for key in manifest if key not in known]
        spec = reader.read(self.spec, manifest.get("spec") or {}, f"{where}.spec")
        meta = metadata(reader.read(METADATA, manifest["metadata"], f"{where}.metadata"))
        return self._manifest(meta, {**self.defaults, **spec})

    def _manifest(self, meta: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": meta, "spec": spec}
