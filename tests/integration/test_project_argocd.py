"""With a real Argo CD: its tokens, what it permits, what it writes into projects, and how they go away."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane import Cluster, eventually
from tests.support.argocd_api import ArgoCD, claims
from tests.support.module import Result
from tests.support.projects import role
from tests.support.workshop import ARGOCD, HERE, Workshop, workshop

MODULE = "argocd_project"
FILES = {"plain/config.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}, data: {word: hello}}\n"}
FINALIZER = "resources-finalizer.argocd.argoproj.io"


@pytest.fixture
def place(controlplane: Cluster) -> Iterator[Workshop]:
    with workshop(controlplane, FILES) as place:
        yield place


def project(place: Workshop, *roles: str, **options: Any) -> dict[str, Any]:
    """Options of a project of the workshop's own name, with these roles."""
    return {
        "name": place.name,
        "labels": {"workshop": place.name},
        "source_repos": [place.url],
        "destinations": [{"server": HERE, "namespace": f"{place.name}-*"}],
        **({"roles": [role(place.name, name) for name in roles]} if roles else {}),
        **options,
    }


def run(place: Workshop, options: dict[str, Any], **how: Any) -> Result:
    return place.run_other(MODULE, options, **how)


def answer(argocd: ArgoCD, token: str, name: str) -> int:
    """The status with which argocd-server lets a token's role see its project, or not."""
    return argocd.using(token).ask("GET", f"/api/v1/projects/{name}")[0]


def other_second(argocd: ArgoCD, name: str, token: str) -> str:
    """A new token of the role ci; Argo CD takes two that were issued in one second for the same (GetJWTToken)."""
    eventually(lambda: time.time() >= claims(token)["iat"] + 1, "the second is over", 5)
    return argocd.role_token(name, "ci")


def is_known(argocd: ArgoCD, token: str, name: str) -> None:
    eventually(lambda: answer(argocd, token, name) == 200, "the token is known", 60)


def test_a_token_works_as_long_as_its_role_is_there(place: Workshop, argocd: ArgoCD, tmp_path: Path) -> None:
    name = place.name
    run(place, project(place, "ci"))
    token = argocd.role_token(name, "ci")
    is_known(argocd, token, name)

    taken_over = run(place, project(place, "ci"))
    assert [one["fields"] for one in taken_over["changes"]] == [["spec.roles"]]
    assert run(place, project(place, "ci"))["changed"] is False
    changed = project(place, "new", "ci", description="changed", source_repos=[])
    assert run(place, changed)["changed"] is True
    assert run(place, changed)["changed"] is False
    is_known(argocd, argocd.role_token(name, "new"), name)
    assert answer(argocd, token, name) == 200, "it was there all the time"

    file = tmp_path / "shop.yaml"
    file.write_text(place.cluster.kubectl("get", "appproject", name, f"--namespace={ARGOCD}", "--output=yaml"))
    run(place, {"src": str(file)})
    assert run(place, {"src": str(file)})["changed"] is False
    assert answer(argocd, token, name) == 200

    gone = f"AppProject {ARGOCD}/{name}: its role ci goes away and with it every right of the 1 token issued for it"
    run(place, project(place, "new"), check=True, warnings=(gone,))
    assert answer(argocd, token, name) == 200
    run(place, project(place, "new"), warnings=(gone,))
    eventually(lambda: answer(argocd, token, name) == 403, "the token is refused", 60)


def test_when_argo_cd_forgets_a_token(place: Workshop, argocd: ArgoCD) -> None:
    """When it writes the project; until then a role of the same name makes the token valid again."""
    name = place.name
    run(place, project(place, "ci", "qa"))
    token = argocd.role_token(name, "ci")
    is_known(argocd, token, name)
    run(place, project(place, "qa"), warnings=("its role ci goes away",))
    eventually(lambda: answer(argocd, token, name) == 403, "the token is refused", 60)
    run(place, project(place, "qa", "ci"))
    is_known(argocd, token, name)
    run(place, project(place, "qa"), warnings=("its role ci goes away",))
    argocd.role_token(name, "qa")
    run(place, project(place, "qa", "ci"))
    new = other_second(argocd, name, token)
    is_known(argocd, new, name)
    assert answer(argocd, token, name) == 401, "it is not on the list any more"


def test_a_revoked_token_is_not_brought_back(place: Workshop, argocd: ArgoCD, tmp_path: Path) -> None:
    name = place.name
    run(place, project(place, "ci"))
    token = argocd.role_token(name, "ci", name="leaked")
    is_known(argocd, token, name)
    file = tmp_path / "shop.yaml"
    file.write_text(place.cluster.kubectl("get", "appproject", name, f"--namespace={ARGOCD}", "--output=yaml"))
    issued = (place.get("appprojects", name) or {})["spec"]["roles"][0]["jwtTokens"][0]["iat"]
    argocd.call("DELETE", f"/api/v1/projects/{name}/roles/ci/token/{issued}?id=leaked")
    eventually(lambda: answer(argocd, token, name) == 401, "the token is refused", 60)
    run(place, {"src": str(file)})
    is_known(argocd, other_second(argocd, name, token), name)
    assert answer(argocd, token, name) == 401


def explicit(place: Workshop) -> dict[str, Any]:
    """A project in which a good many fields are explicitly false or empty."""
    window = {"kind": "deny", "schedule": "0 3 * * 1", "duration": "1h", "namespaces": ["none"]}
    off = {"manual_sync": False, "and_operator": False, "sync_overrun": False, "description": "", "clusters": []}
    return project(
        place,
        description="",
        source_namespaces=[],
        destination_service_accounts=[],
        cluster_resource_whitelist=[{"group": "", "kind": "Namespace", "name": ""}],
        cluster_resource_blacklist=[],
        namespace_resource_whitelist=[{"group": "", "kind": "ConfigMap"}, {"group": "*", "kind": "Deployment"}],
        namespace_resource_blacklist=[],
        permit_only_project_scoped_clusters=False,
        orphaned_resources={"warn": False, "ignore": [{"group": "", "kind": "Pod", "name": ""}]},
        roles=[{**role(place.name, "ci"), "description": "", "groups": []}, {"name": "empty", "policies": []}],
        sync_windows=[{**window, **off, "time_zone": ""}],
        signature_keys=[],
    )


@pytest.mark.parametrize("monitored", [{"orphaned_resources": {}}, {}])
def test_explicit_empty_values_after_argocd_wrote_them_back(
    place: Workshop, argocd: ArgoCD, monitored: dict[str, Any]
) -> None:
    """By issuing a token, and by a save in its user interface."""
    options = {**explicit(place), **monitored}
    run(place, options)
    assert run(place, options)["changed"] is False
    path = f"/api/v1/projects/{place.name}"
    argocd.call("PUT", path, {"project": argocd.call("GET", path)})
    assert "argocd-server" in written_by(place)
    saved = run(place, options)
    assert (saved["changes"], saved["changed"]) == ([], False)
    argocd.role_token(place.name, "ci")
    assert run(place, options)["changes"][0]["fields"] == ["spec.roles"]
    again = run(place, options)
    assert (again["changes"], again["changed"]) == ([], False)
    live = (place.get("appprojects", place.name) or {})["spec"]["orphanedResources"]
    assert live == ({} if monitored else {"warn": False, "ignore": [{"kind": "Pod"}]})


def written_by(place: Workshop) -> set[str]:
    live = place.get("appprojects", place.name) or {}
    return {one["manager"] for one in live["metadata"]["managedFields"]}


def conditions(place: Workshop, name: str) -> str:
    return json.dumps(place.live(name).get("status", {}).get("conditions", []))


def test_what_the_project_forbids_and_admits(place: Workshop) -> None:
    """As the real controller judges it, without being told."""
    forbidding = project(place, destinations=[{"server": HERE, "namespace": "elsewhere"}])
    run(place, forbidding)
    place.run(place.application("app", "plain", project=place.name))
    eventually(lambda: "InvalidSpecError" in conditions(place, "app"), "it is refused", 60)
    assert "do not match any of the allowed destinations" in conditions(place, "app")
    admitting = project(place, cluster_resource_whitelist=[{"group": "", "kind": "Namespace"}])
    assert run(place, admitting)["summary"]["updated"] == 1
    options = {**place.application("app", "plain", project=place.name), "wait": True, "wait_timeout": 120}
    (app,) = place.run(options)["applications"]
    assert (app["sync"], app["health"], app["conditions"]) == ("Synced", "Healthy", [])
    again = run(place, admitting)
    assert (again["changes"], again["changed"]) == ([], False)

    used = f"it is used by Application {ARGOCD}/{place.name}-app; without it"
    for options in ({"name": place.name, "state": "absent"}, pruning(place)):
        assert used in run(place, options, fails=True)["msg"]
    place.run({"name": f"{place.name}-app", "state": "absent", "wait": True, "wait_timeout": 60})
    assert run(place, pruning(place))["summary"]["deleted"] == 1
    assert place.get("appprojects", place.name) is None


def pruning(place: Workshop) -> dict[str, Any]:
    return {"projects": [], "prune": True, "label_selectors": [f"workshop={place.name}"], "allow_empty": True}


def test_a_finalizer_keeps_a_project_from_everybody_while_it_is_used(place: Workshop) -> None:
    """And once nobody uses it, Argo CD lets it go: with the next event, or when it looks at all of them again."""
    run(place, project(place, finalizers=[FINALIZER]))
    place.run(place.application("app", "plain", project=place.name, sync_policy={}))
    place.cluster.kubectl("delete", "appproject", place.name, f"--namespace={ARGOCD}", "--wait=false")
    refusal = f"it is being deleted (held by {FINALIZER}); run again when it is gone"
    assert refusal in run(place, project(place, description="x"), fails=True)["msg"]
    place.run({"name": f"{place.name}-app", "state": "absent", "wait": True, "wait_timeout": 60})
    place.cluster.kubectl("annotate", "appproject", place.name, f"--namespace={ARGOCD}", "example.org/look=again")
    eventually(lambda: place.get("appprojects", place.name) is None, "it is gone", 60)
    run(place, project(place, finalizers=[FINALIZER]))
    assert run(place, {"name": place.name, "state": "absent"})["summary"]["deleted"] == 1
    eventually(lambda: place.get("appprojects", place.name) is None, "it is gone", 60)
