"""All modules together, in one playbook: a private repository deployed to two clusters, looked at, and taken back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane import Access, Cluster, ControlPlane, eventually
from tests.support.playbook import COLLECTION, ansible
from tests.support.workshop import ARGOCD, HERE, Workshop, workshop

ACCESS = Access(username="argocd", password="correct horse battery")
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting"}, "data": {"word": "hello"}}


@contextmanager
def fleet(controlplane: Cluster, neighbour: ControlPlane) -> Iterator[Workshop]:
    """A workshop whose repository asks for a password; nothing of it is left on either cluster."""
    with workshop(controlplane, {"deploy/greeting.yaml": json.dumps(CONFIG_MAP)}, ACCESS) as place:
        try:
            yield place
        finally:
            place.clean()
            for server in (neighbour.host, HERE):
                gone = {"server": server, "state": "absent", "orphan_applications": True}
                place.run_other("argocd_cluster", gone)
            for kind in ("serviceaccounts", "secrets"):
                neighbour.kubectl("delete", kind, "-n", "kube-system", "-l", f"workshop={place.name}")
            neighbour.kubectl("delete", "namespace", f"{place.name}-greeting", "--ignore-not-found", "--wait=false")


def run(place: Workshop, folder: Path, tasks: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Run modules as one play that has the connection once, and give their results."""
    named = [
        {f"{COLLECTION}.{module.partition(' ')[0]}": dict(options), "register": f"result_{number}"}
        for number, (module, options) in enumerate(tasks.items())
    ]
    results = ", ".join(f"result_{number}" for number in range(len(named)))
    content = f"{{{{ [{results}] | to_json }}}}"
    tell = {"ansible.builtin.copy": {"dest": "results.json", "content": content, "mode": "0600"}, "diff": False}
    group = {"kubeconfig": str(place.cluster.kubeconfig), "namespace": ARGOCD}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {f"group/{COLLECTION}.gitops": group},
        "tasks": [*named, tell],
    }
    (folder / "fleet.yml").write_text(json.dumps([play]))
    ansible("ansible-playbook", folder, "-e", f"ansible_python_interpreter={sys.executable}", "fleet.yml")
    found: list[dict[str, Any]] = json.loads((folder / "results.json").read_text())
    return found


def declared(place: Workshop, neighbour: ControlPlane) -> dict[str, dict[str, Any]]:
    """A task for each module; the set makes an Application for each cluster with the label `workshop`."""
    name = place.name
    labels = {"workshop": name}
    source = {"repo_url": place.url, "target_revision": "main", "path": "deploy"}
    destination = {"server": "{{ '{{ .server }}' }}", "namespace": f"{name}-greeting"}
    return {
        "argocd_project": {
            "name": name,
            "labels": labels,
            "source_repos": [place.url],
            "destinations": [{"server": one, "namespace": f"{name}-*"} for one in (HERE, neighbour.host)],
            "cluster_resource_whitelist": [{"group": "", "kind": "Namespace"}],
        },
        "argocd_cluster here": {"server": HERE, "name": f"{name}-here", "labels": labels},
        "argocd_cluster there": {
            "name": f"{name}-there",
            "labels": labels,
            "from_kubeconfig": {"kubeconfig": str(neighbour.kubeconfig), "service_account": f"argocd-{name}"},
        },
        "argocd_application_set": {
            "name": name,
            "labels": labels,
            "go_template": True,
            "generators": [{"clusters": {"selector": {"match_labels": labels}}}],
            "template": {
                "metadata": {
                    "name": "{{ '{{ .name }}' }}",
                    "labels": labels,
                    "finalizers": ["resources-finalizer.argocd.argoproj.io"],
                },
                "spec": {
                    "project": name,
                    "source": source,
                    "destination": destination,
                    "sync_policy": {"automated": {}, "sync_options": ["CreateNamespace=true"]},
                },
            },
        },
    }


def states(place: Workshop) -> dict[str, tuple[str, str]]:
    result = place.run_other("argocd_info", {"label_selectors": [f"workshop={place.name}"]})
    return {one["name"]: (one["sync"], one["health"]) for one in result["applications"]}


def greeting(cluster: Cluster | ControlPlane, place: Workshop) -> str:
    return cluster.kubectl(
        "get", "configmap", "greeting", f"-n{place.name}-greeting", "--ignore-not-found", "-o=jsonpath={.data.word}"
    )


def test_a_private_repository_on_two_clusters(controlplane: Cluster, neighbour: ControlPlane, tmp_path: Path) -> None:
    with fleet(controlplane, neighbour) as place:
        here, there = f"{place.name}-here", f"{place.name}-there"
        tasks = declared(place, neighbour)
        preview = {**tasks.pop("argocd_application_set"), "state": "previewed"}
        *_done, previewed = run(place, tmp_path, {**tasks, "argocd_application_set": preview})
        (foretold,) = previewed["preview"]
        assert (foretold["created"], foretold["deleted"]) == ([here, there], [])
        assert states(place) == {}

        # Without credentials Argo CD cannot read the repository, and nothing gets anywhere.
        run(place, tmp_path, {"argocd_application_set": declared(place, neighbour)["argocd_application_set"]})
        blind = {here: "Unknown", there: "Unknown"}
        eventually(lambda: {name: sync for name, (sync, _health) in states(place).items()}, "both", accept=blind.__eq__)
        assert (greeting(controlplane, place), greeting(neighbour, place)) == ("", "")

        credentials = {"username": ACCESS.username, "password": ACCESS.password}
        repository = {"url": place.url, "labels": {"workshop": place.name}, "credentials": credentials}
        asked = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}
        run(place, tmp_path, {"argocd_repository": repository})
        for name in (here, there):
            patch = ("--type=merge", f"--patch={json.dumps(asked)}")
            controlplane.kubectl("patch", "application", name, f"--namespace={ARGOCD}", *patch)
        right = {here: ("Synced", "Healthy"), there: ("Synced", "Healthy")}
        eventually(lambda: states(place), "both are there", 120, accept=right.__eq__)
        assert (greeting(controlplane, place), greeting(neighbour, place)) == ("hello", "hello")

        again = run(place, tmp_path, {**declared(place, neighbour), "argocd_repository": repository})
        assert [one["changed"] for one in again] == [False] * len(again)
        assert hosts(place, tmp_path, controlplane) == {here, there}

        # The set follows the label; what it takes away is foretold, and refused beyond the limit.
        fewer = declared(place, neighbour)["argocd_application_set"]
        only = {"match_labels": {"workshop": place.name, "argocd.argoproj.io/secret-type": "cluster", "away": "no"}}
        fewer["generators"] = [{"clusters": {"selector": only}}]
        moved = {"server": HERE, "name": here, "labels": {"workshop": place.name, "away": "no"}}
        *_labelled, previewed = run(
            place, tmp_path, {"argocd_cluster": moved, "argocd_application_set": {**fewer, "state": "previewed"}}
        )
        (foretold,) = previewed["preview"]
        assert (foretold["created"], [one["name"] for one in foretold["deleted"]]) == ([], [there])
        unsafe = yaml.safe_load(json.dumps(fewer).replace("{{ '", "").replace("' }}", ""))
        refused = place.run_other("argocd_application_set", {**unsafe, "max_deletions": 0}, fails=True)
        assert there in refused["msg"]
        run(place, tmp_path, {"argocd_application_set": fewer})
        eventually(lambda: set(states(place)), "one is gone", 120, accept={here}.__eq__)
        assert (greeting(controlplane, place), greeting(neighbour, place)) == ("hello", "")


def hosts(place: Workshop, folder: Path, cluster: Cluster) -> set[str]:
    """The Applications as Ansible's inventory has them."""
    options = {"plugin": f"{COLLECTION}.argocd", "kubeconfig": str(cluster.kubeconfig), "namespace": ARGOCD}
    own = {"hosts_from": ["applications"], "label_selectors": [f"workshop={place.name}"]}
    (folder / "argocd.yml").write_text(json.dumps({**options, **own}))
    done = ansible("ansible-inventory", folder, "--inventory=argocd.yml", "--list")
    return set(json.loads(done.stdout)["_meta"]["hostvars"])
