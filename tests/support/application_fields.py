"""What is particular about the fields of an Application's spec, in an Application or in a template of one."""

from __future__ import annotations

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import SPEC

from .field_steps import two_samples
from .lab import REPOSITORY, application
from .samples import ITEM, Leaf, sample

SOURCE = {"repo_url": REPOSITORY, "path": "deploy"}
NEEDED = {
    *(f"{source}.{name}" for source in ("source", "sources[]") for name in ("repo_url", "path", "chart")),
    *("project", "destination.server", "destination.name"),
    *("source_hydrator.dry_source.repo_url", "source_hydrator.sync_source.path"),
}
TELLING = {"automated", "enabled", "revisionHistoryLimit", "managedNamespaceMetadata", "retry"}


def values(leaf: Leaf) -> tuple[Any, Any]:
    """Two values that Argo CD's rules allow."""
    if leaf.name.endswith("sync_policy.sync_options"):
        return ["CreateNamespace=true"], ["PruneLast=true", "CreateNamespace=true"]
    if leaf.path[-1] in ("duration", "max_duration"):
        return "5s", "1m30s"
    return two_samples(leaf)


def base(leaf: Leaf) -> dict[str, Any]:
    """The options of an Application without the field."""
    whole = application("", destination={"name": "in-cluster"})
    if leaf.path[0] == "sources":
        del whole["source"]
        whole["sources"] = [dict(SOURCE)]
    if leaf.path[0] == "source_hydrator":
        del whole["source"]
        whole["source_hydrator"] = sample(SPEC["source_hydrator"], 0)
    return whole


def alternatives(whole: dict[str, Any], leaf: Leaf, value: Any) -> None:
    """Keep what must be there if this field is not, and leave out what may not stand beside it."""
    destination = whole["destination"]
    if leaf.path == ("destination", "server") and value:
        del destination["name"]
    if leaf.path == ("destination", "name") and not value:
        del destination["name"]
        destination["server"] = "https://cluster.example.org"
    source = whole["sources"][0] if leaf.path[0] == "sources" else whole.get("source", {})
    if leaf.path in (("source", "chart"), ("sources", ITEM, "chart")) and value:
        del source["path"]
        source["target_revision"] = "1.2.3"
    if leaf.path in (("source", "path"), ("sources", ITEM, "path")) and not value:
        del source["path"]
        source |= {"chart": "web", "target_revision": "1.2.3"}
