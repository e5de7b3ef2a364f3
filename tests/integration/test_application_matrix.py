"""argocd_application creates, modifies and deletes, says so rightly, and leaves alone what is right already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.support.lab import Lab, application, spec
from tests.support.matrix import Case, twelve_steps

MODULE = "argocd_application"
MANUAL: dict[str, Any] = {"sync_policy": {"sync_options": ["CreateNamespace=true"]}}
AUTOMATED: dict[str, Any] = {"sync_policy": {"automated": {"prune": True}, "sync_options": ["CreateNamespace=true"]}}
CHANGED = ("spec.syncPolicy.automated",)


def test_one(lab: Lab) -> None:
    place = {"namespace": lab.namespace}
    case = Case(
        MODULE,
        create={**place, **application("shop", **MANUAL)},
        modify={**place, **application("shop", **AUTOMATED)},
        delete={**place, "name": "shop", "state": "absent"},
        count=1,
        modified=1,
        reads=1,
        fields=CHANGED,
    )
    created, modified, deleted = twelve_steps(case, lab.proxy)
    where = {"kind": "Application", "namespace": lab.namespace, "name": "shop"}
    assert created["changes"] == [{"action": "created", "fields": [], **where}]
    assert "path: deploy" in created["diff"][0]["after"]
    assert created["diff"][0]["before"] == ""
    assert modified["diff"][0]["before_header"] == f"Application {lab.namespace}/shop"
    assert yaml.safe_load(modified["diff"][0]["after"]) == {"spec": {"syncPolicy": {"automated": {"prune": True}}}}
    assert deleted["diff"][0]["after"] == ""
    assert yaml.safe_load(deleted["diff"][0]["before"])["spec"]["syncPolicy"] == {
        "automated": {"prune": True},
        "syncOptions": ["CreateNamespace=true"],
    }
    assert lab.all() == {}


def test_list(lab: Lab) -> None:
    names = [f"shop-{number}" for number in range(40)]
    changed = set(names[5:12])

    def options(*, modified: bool) -> dict[str, Any]:
        items = [application(name, **(AUTOMATED if modified and name in changed else MANUAL)) for name in names]
        return {"namespace": lab.namespace, "applications": items}

    case = Case(
        MODULE,
        create=options(modified=False),
        modify=options(modified=True),
        delete={
            "namespace": lab.namespace,
            "applications": [{"name": name} for name in names],
            "state": "absent",
        },
        count=40,
        modified=7,
        reads=1,
        fields=CHANGED,
    )
    _created, modified, _deleted = twelve_steps(case, lab.proxy)
    assert {one["name"] for one in modified["changes"]} == changed


def test_files(lab: Lab, tmp_path: Path) -> None:
    for folder, policy in (("before", {}), ("after", {"automated": {"prune": True}})):
        for number in range(12):
            file = tmp_path / folder / f"team-{number % 3}" / f"app-{number}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(yaml.safe_dump(_manifest(lab, f"shop-{number}", policy)))
    case = Case(
        MODULE,
        create={"namespace": lab.namespace, "src": str(tmp_path / "before")},
        modify={"namespace": lab.namespace, "src": str(tmp_path / "after")},
        delete={"namespace": lab.namespace, "src": str(tmp_path / "after"), "state": "absent"},
        count=12,
        modified=12,
        reads=1,
        fields=CHANGED,
    )
    twelve_steps(case, lab.proxy)


def test_documents_of_one_file_and_of_a_list(lab: Lab, tmp_path: Path) -> None:
    first, second, third = (_manifest(lab, name, {}) for name in ("one", "two", "three"))
    listed = {"apiVersion": "v1", "kind": "List", "items": [second, third]}
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all([first, None, listed]))
    assert lab.run({"src": str(file)})["summary"]["created"] == 3
    assert sorted(lab.all()) == ["one", "three", "two"]


def test_an_exported_manifest_comes_back(lab: Lab, tmp_path: Path) -> None:
    lab.run(application("shop", labels={"tier": "web"}))
    lab.edit("shop", {"status": {"sync": {"status": "Synced"}}}, "argocd-application-controller")
    file = tmp_path / "export.yaml"
    file.write_text(lab.plane.kubectl("get", "applications", "-n", lab.namespace, "-o", "yaml"))
    result, requests = lab.counted({"src": str(file)})
    assert result["changed"] is False
    assert [one.method for one in requests] == ["GET"]


def test_requests_are_pages_and_changes(lab: Lab) -> None:
    names = [f"shop-{number}" for number in range(510)]
    options = {"applications": [application(name) for name in names]}
    lab.run(options)
    assert lab.all().keys() == set(names)
    _result, requests = lab.counted(options)
    assert [(one.method, "limit=500" in one.query) for one in requests] == [("GET", True)] * 2
    options["applications"][77]["labels"] = {"tier": "web"}
    _result, requests = lab.counted(options)
    assert sorted(one.method for one in requests) == ["GET", "GET", "PATCH"]


def _manifest(lab: Lab, name: str, policy: dict[str, Any]) -> dict[str, Any]:
    """With an empty policy, the sync policy of MANUAL."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": lab.namespace},
        "spec": spec(syncPolicy={"syncOptions": ["CreateNamespace=true"], **policy}),
    }
