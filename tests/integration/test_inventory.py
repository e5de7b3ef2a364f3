"""The inventory plugin with the real ansible-inventory and ansible-playbook, on a real API server."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.documentation import plugin, readme_blocks
from tests.support.lab import CLUSTER_SECRET, Lab, application, own_namespace, spec, writes
from tests.support.module import message_problem
from tests.support.playbook import ansible

PLUGIN = "tiphys.gitops.argocd"
SECRET = "canary-51fe"
EVIL = "{{ lookup('ansible.builtin.pipe', 'echo pwned') }}"


def write(folder: Path, lab: Lab, name: str = "argocd.yml", **options: Any) -> str:
    """An inventory file for the lab."""
    own = {"plugin": PLUGIN, "kubeconfig": str(lab.proxy.kubeconfig), "namespace": lab.namespace}
    (folder / name).write_text(yaml.safe_dump({**own, **options}))
    return name


def listed(folder: Path, file: str, environment: Mapping[str, str] | None = None, *more: str) -> dict[str, Any]:
    """What `ansible-inventory --list` gives; it warns of nothing."""
    strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **(environment or {})}
    done = ansible("ansible-inventory", folder, f"--inventory={file}", "--list", *more, environment=strict)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def variables(inventory: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The variables of each host; Ansible says of texts that are no templates that they are "unsafe"."""
    found: dict[str, dict[str, Any]] = _texts(inventory["_meta"]["hostvars"])
    return found


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"]
            if "__ansible_unsafe" in value
            else {key: _texts(item) for key, item in value.items()}
        )
    return [_texts(item) for item in value] if isinstance(value, list) else value


def members(inventory: Mapping[str, Any]) -> dict[str, list[str]]:
    """The hosts of each group."""
    return {name: sorted(group["hosts"]) for name, group in inventory.items() if "hosts" in group}


@pytest.fixture
def shop(lab: Lab) -> Lab:
    """Two Applications in different states and two clusters, full of secrets."""
    status = {"sync": {"status": "Synced", "revision": "abc"}, "health": {"status": "Degraded", "message": EVIL}}
    operation = {"phase": "Failed", "message": f"{EVIL} at https://me:{SECRET}@git.example.org/x"}
    operation |= {"startedAt": "2026-11-20T09:30:00Z", "operation": {}}  # type: ignore[dict-item]
    labels = {"environment": "production", "team": "shop"}
    web = {"project": "web-shop", "destination": {"server": "https://east.example.org", "namespace": "web"}}
    lab.create("web", spec(**web), labels=labels)
    lab.edit("web", {"status": {**status, "operationState": operation}})
    lab.create("api", spec(project=EVIL, destination={"name": "west", "namespace": EVIL}))
    config = json.dumps({"bearerToken": SECRET, "tlsClientConfig": {"insecure": False}})
    cluster(lab, "secret-1", {"name": "east", "server": "https://east.example.org", "config": config}, labels)
    cluster(lab, "secret-2", {"name": "in cluster: [x]", "server": f"https://me:{SECRET}@x", "project": "web-shop"}, {})
    return lab


def cluster(lab: Lab, name: str, data: Mapping[str, str], labels: Mapping[str, str]) -> None:
    encoded = {key: b64encode(value.encode()).decode() for key, value in data.items()}
    meta = {"labels": {**labels, "argocd.argoproj.io/secret-type": "cluster"}}
    lab.of(CLUSTER_SECRET).post(name, {"metadata": meta, "data": encoded})


def test_hosts_variables_and_groups(shop: Lab, tmp_path: Path) -> None:
    found = listed(tmp_path, write(tmp_path, shop, hosts_from=["applications", "clusters"]))
    told = variables(found)
    assert told.keys() == {"web", "api", "cluster_east", "cluster_in_cluster___x_"}
    locally = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    assert told["cluster_east"] == {
        **locally,
        "argocd_kind": "cluster",
        "argocd_name": "east",
        "argocd_namespace": shop.namespace,
        "argocd_project": "",
        "argocd_labels": {"environment": "production", "team": "shop"},
        "argocd_environment": "production",
        "argocd_server": "https://east.example.org",
        "argocd_secret": "secret-1",
        "argocd_shard": "",
        "argocd_namespaces": [],
        "argocd_credentials": ["bearer_token"],
        "argocd_insecure": False,
    }
    assert (
        told["web"].items()
        >= {
            **locally,
            "argocd_kind": "application",
            "argocd_name": "web",
            "argocd_namespace": shop.namespace,
            "argocd_project": "web-shop",
            "argocd_environment": "production",
            "argocd_server": "https://east.example.org",
            "argocd_sync": "Synced",
            "argocd_health": "Degraded",
            "argocd_revision": "abc",
            "argocd_destination": {"server": "https://east.example.org", "name": "", "namespace": "web"},
        }.items()
    )
    assert SECRET not in json.dumps(found)
    groups = members(found)
    assert groups["argocd_applications"] == ["api", "web"]
    assert groups["argocd_clusters"] == ["cluster_east", "cluster_in_cluster___x_"]
    assert groups["argocd_project_web_shop"] == ["cluster_in_cluster___x_", "web"]
    assert groups["argocd_environment_production"] == ["cluster_east", "web"]
    assert groups["argocd_destination_east"] == ["web"]
    assert groups["argocd_destination_west"] == ["api"]
    assert (groups["argocd_sync_Synced"], groups["argocd_sync_Unknown"]) == (["web"], ["api"])
    assert groups["argocd_health_Degraded"] == ["web"]
    assert all(re.fullmatch(r"\w+", name) for name in found if name != "_meta")


def test_graph(shop: Lab, tmp_path: Path) -> None:
    file = write(tmp_path, shop, group_by=["health"], group_prefix="gitops_")
    done = ansible("ansible-inventory", tmp_path, f"--inventory={file}", "--graph")
    assert done.stdout == (
        "@all:\n  |--@ungrouped:\n  |--@gitops_applications:\n  |  |--api\n  |  |--web\n"
        "  |--@gitops_health_Unknown:\n  |  |--api\n  |--@gitops_health_Degraded:\n  |  |--web\n"
    )


def test_texts_from_the_cluster_are_no_templates(shop: Lab, tmp_path: Path) -> None:
    """Neither when Ansible reads the inventory itself or its cache, nor when another reads what it lists."""
    cached: dict[str, Any] = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    file = write(tmp_path, shop, compose={"copy": "argocd_project"}, **cached)
    told = "[argocd_project, copy, argocd_destination.namespace, argocd_message | default('')]"
    copy = {"dest": "told.json", "content": f"{{{{ {told} | to_json }}}}", "mode": "0600"}
    tasks = [{"ansible.builtin.copy": copy, "delegate_to": "localhost"}]
    for number in range(3):
        source = script(tmp_path, "exported", listed(tmp_path, file)) if number == 2 else file
        for host, expected in (
            ("api", [EVIL, EVIL, EVIL, ""]),
            ("web", ["web-shop", "web-shop", "web", f"{EVIL} at https://git.example.org/x"]),
        ):
            (tmp_path / "play.json").write_text(json.dumps([{"hosts": host, "gather_facts": False, "tasks": tasks}]))
            ansible("ansible-playbook", tmp_path, f"--inventory={source}", "play.json")
            assert json.loads((tmp_path / "told.json").read_text()) == expected


def test_constructed(shop: Lab, tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "hosts_from": ["applications", "clusters"],
        "compose": {"owner": "argocd_labels.team | default('nobody')"},
        "groups": {"broken": "argocd_health | default('') == 'Degraded'"},
        "keyed_groups": [{"key": "argocd_labels.team | default('none')", "prefix": "team"}],
        "run_locally": False,
    }
    found = listed(tmp_path, write(tmp_path, shop, **options))
    assert {name: one["owner"] for name, one in variables(found).items()}["web"] == "shop"
    assert not any(name.startswith("ansible_") for one in variables(found).values() for name in one)
    assert members(found)["broken"] == ["web"]
    assert members(found)["team_shop"] == ["cluster_east", "web"]
    bad = write(tmp_path, shop, compose={"owner": "no_such_variable.x"}, strict=True)
    assert "Could not set owner" in refusal(tmp_path, bad)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"projects": ["web-*"]}, ["web"]),
        ({"label_selectors": ["team=shop"]}, ["web"]),
        ({"hosts_from": ["clusters"], "cluster_label_selectors": ["team"]}, ["cluster_east"]),
        ({"namespaces": ["not-there"]}, []),
    ],
    ids=str,
)
def test_criteria(shop: Lab, tmp_path: Path, options: dict[str, Any], expected: list[str]) -> None:
    assert list(variables(listed(tmp_path, write(tmp_path, shop, **options)))) == expected


def test_names_stay_unique(shop: Lab, tmp_path: Path) -> None:
    """An Application of the same name elsewhere, clusters of the same name, one called like an Application."""
    cluster(shop, "secret-3", {"name": "east", "server": "https://other"}, {})
    cluster(shop, "secret-4", {"name": "web", "server": "https://web"}, {})
    with own_namespace(shop.plane, shop.proxy) as other:
        other.create("web", spec())
        spaces = [shop.namespace, other.namespace]
        file = write(tmp_path, shop, hosts_from=["clusters", "applications"], namespaces=spaces, group_by=[])
        told = variables(listed(tmp_path, file))
    assert {f"{other.namespace}__web", "web", "cluster_web", "cluster_east", "cluster_east_secret-3"} < told.keys()
    assert len(told) == 7


def test_several_argocds(shop: Lab, tmp_path: Path) -> None:
    """One of them in the lab's namespace, one in another; a token comes from a lookup, and stays out of it all."""
    with own_namespace(shop.plane, shop.proxy) as other:
        other.create("web", spec(project=other.namespace))
        west = {
            "name": "west",
            "namespace": other.namespace,
            "host": shop.proxy.host,
            "api_key": "{{ lookup('ansible.builtin.env', 'WEST_TOKEN') }}",
            "ca_cert": str(shop.plane.ca_file),
        }
        file = write(tmp_path, shop, argocds=[{"name": "east"}, west])
        found = listed(tmp_path, file, {"WEST_TOKEN": shop.plane.token})
    told = variables(found)
    assert told.keys() == {"east__web", "east__api", "west__web"}
    assert told["west__web"]["argocd_project"] == other.namespace
    assert members(found)["argocd_instance_east"] == ["east__api", "east__web"]
    assert shop.plane.token not in json.dumps(found)


def test_connection_from_the_environment(shop: Lab, tmp_path: Path) -> None:
    (tmp_path / "my.argocd.yaml").write_text(yaml.safe_dump({"plugin": PLUGIN, "namespace": shop.namespace}))
    address = {"K8S_AUTH_HOST": shop.proxy.host, "K8S_AUTH_API_KEY": shop.plane.token}
    address["K8S_AUTH_SSL_CA_CERT"] = str(shop.plane.ca_file)
    for environment in ({"K8S_AUTH_KUBECONFIG": str(shop.proxy.kubeconfig)}, address):
        assert variables(listed(tmp_path, "my.argocd.yaml", environment)).keys() == {"api", "web"}


def test_token_from_a_vault(shop: Lab, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("open sesame")
    vault = {"ANSIBLE_VAULT_PASSWORD_FILE": "word"}
    done = ansible("ansible-vault", tmp_path, "encrypt_string", shop.plane.token, environment=vault)
    (tmp_path / "argocd.yml").write_text(
        f"plugin: {PLUGIN}\nhost: {shop.proxy.host}\nca_cert: {shop.plane.ca_file}\nnamespace: {shop.namespace}\n"
        f"api_key: {done.stdout}\n"
    )
    assert variables(listed(tmp_path, "argocd.yml", vault)).keys() == {"api", "web"}


def test_cache(shop: Lab, tmp_path: Path) -> None:
    """A second run asks nobody, unless the file says something else or the cache is to be flushed."""
    cached: dict[str, Any] = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    file = write(tmp_path, shop, **cached)

    def requests(*more: str) -> int:
        shop.proxy.reset()
        told.append(listed(tmp_path, file, None, *more))
        return len(shop.proxy.requests())

    told: list[dict[str, Any]] = []
    assert requests() == 1
    assert requests() == 0
    assert told[0] == told[1]
    assert variables(told[1])["api"]["argocd_project"] == EVIL
    shop.create("new", spec())
    assert requests() == 0
    assert requests("--flush-cache") == 1
    assert "new" in variables(told[-1])
    write(tmp_path, shop, **cached, projects=["web-*"])
    assert requests() == 1
    assert list(variables(told[-1])) == ["web"]
    kept = "".join(each.name + each.read_text() for each in (tmp_path / "cache").iterdir())
    assert SECRET not in kept
    assert shop.plane.token not in kept


def test_cache_of_another_context(shop: Lab, tmp_path: Path) -> None:
    """Another current context is another cluster, and what was read of the one before does not count."""
    kubeconfig = tmp_path / "kubeconfig"
    content = yaml.safe_load(shop.proxy.kubeconfig.read_text())
    cached: dict[str, Any] = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    content["clusters"].append({"name": "other", "cluster": {"server": "http://127.0.0.1:1"}})
    content["contexts"].append({"name": "other", "context": {"cluster": "other", "user": ""}})
    kubeconfig.write_text(yaml.safe_dump(content))
    file = write(tmp_path, shop, kubeconfig=str(kubeconfig), **cached)
    assert variables(listed(tmp_path, file)).keys() == {"api", "web"}
    kubeconfig.write_text(yaml.safe_dump({**content, "current-context": "other"}))
    assert "cannot reach http://127.0.0.1:1" in refusal(
        tmp_path, write(tmp_path, shop, kubeconfig=None, **cached), {"KUBECONFIG": str(kubeconfig)}
    )
    file = write(tmp_path, shop, kubeconfig=str(kubeconfig), **cached)
    assert "cannot reach http://127.0.0.1:1" in refusal(tmp_path, file)
    kubeconfig.write_text(yaml.safe_dump(content))
    shop.proxy.reset()
    assert variables(listed(tmp_path, file)).keys() == {"api", "web"}
    assert shop.proxy.requests() == []


def test_hosts_of_another_inventory(shop: Lab, tmp_path: Path) -> None:
    """A machine that is called like an Application is told of, unless the names of hosts begin with an Argo CD's."""
    (tmp_path / "a-hosts").write_text("web ansible_host=192.0.2.1\ndb\n")
    prefixed: dict[str, Any] = {"argocds": [{"name": "east"}]}
    for options, warned in (({}, True), (prefixed, False)):
        file = write(tmp_path, shop, **options)
        done = ansible("ansible-inventory", tmp_path, "--inventory=a-hosts", f"--inventory={file}", "--list")
        told = " ".join(done.stderr.split())
        assert ("another inventory has hosts of these names already: web. Ansible makes one host" in told) is warned
        assert ("ansible_connection" in json.loads(done.stdout)["_meta"]["hostvars"]["web"]) is warned


def refusal(folder: Path, file: str, environment: Mapping[str, str] | None = None) -> str:
    """The line that says why a file was not taken."""
    strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "ANSIBLE_INVENTORY_ENABLED": PLUGIN}
    strict |= environment or {}
    done = ansible("ansible-inventory", folder, f"--inventory={file}", "--list", environment=strict, succeeds=False)
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    return " ".join(done.stderr.split("\n\n")[0].split())  # ansible-core before 2.19 breaks lines


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"label_selectors": ["a b"]}, "label_selectors: 'a b' is no label selector"),
        ({"hostsfrom": ["clusters"]}, "hostsfrom: unknown option"),
        ({"hosts_from": ["pods"]}, "pods"),
        ({"argocds": [{"name": "a/b"}]}, "'a/b' is no name"),
        ({"argocds": [{"name": "a", "hots": "x"}]}, "hots"),
        ({"argocds": [{"name": "a"}, {"name": "a", "namespace": "b"}]}, "argocds: two are called a, so their hosts"),
        ({"kubeconfig": "/not/there"}, "kubeconfig /not/there: cannot be used"),
        ({"kubeconfig": None, "host": "https://127.0.0.1:1", "api_key": SECRET}, "cannot reach https://127.0.0.1:1"),
        ({"request_timeout": "soon"}, "request_timeout"),
        ({"context": "{{ nothing }}"}, "'nothing' is undefined"),
    ],
    ids=str,
)
def test_refusals(lab: Lab, tmp_path: Path, options: dict[str, Any], part: str) -> None:
    message = refusal(tmp_path, write(tmp_path, lab, **options))
    assert part in message
    assert not message_problem(message)


def test_not_allowed(lab: Lab, tmp_path: Path) -> None:
    message = refusal(tmp_path, write(tmp_path, lab, impersonate_user="nobody"))
    assert "not allowed (403): applications.argoproj.io is forbidden" in message
    assert "Grant this right" in message


def test_which_of_several_argocds_is_to_blame(lab: Lab, tmp_path: Path) -> None:
    argocds = [{"name": "east"}, {"name": "west", "host": "https://127.0.0.1:1"}]
    message = refusal(tmp_path, write(tmp_path, lab, argocds=argocds))
    assert "argocds west: cannot reach https://127.0.0.1:1" in message
    assert not message_problem(message)


def test_other_files_are_left_to_others(lab: Lab, tmp_path: Path) -> None:
    file = write(tmp_path, lab, "hosts.yml")
    assert "Completely failed to parse" in refusal(tmp_path, file)
    assert lab.proxy.requests() == []


def test_documented_examples(shop: Lab, tmp_path: Path) -> None:
    """Each of them lists hosts, once it has a cluster to ask."""
    environment = {"K8S_AUTH_KUBECONFIG": str(shop.proxy.kubeconfig)}
    content = yaml.safe_load(shop.proxy.kubeconfig.read_text())
    (context,) = content["contexts"]
    content["contexts"] += [{**context, "name": name} for name in ("management", "east")]
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(content))
    environment = {"K8S_AUTH_KUBECONFIG": str(file), "WEST_TOKEN": shop.plane.token}
    for text in plugin("inventory", "argocd").EXAMPLES.split("\n---\n"):
        example = yaml.safe_load(text)
        own = text.replace("https://west.example.com:6443", shop.proxy.host)
        if "argocds" in example:
            own += f"ca_cert: {shop.plane.ca_file}\n"
        own = re.sub(r"(?<=cache_connection: ).*", str(tmp_path / "cache"), own)
        (tmp_path / "argocd.yml").write_text(f"{own}\nnamespace: {shop.namespace}\n")
        found = listed(tmp_path, "argocd.yml", environment)
        expected = {"shop": ["web"], None: ["api", "web"]}
        names = {host.rpartition("__")[2] for host in variables(found)} - {"cluster_east"}
        assert sorted(names) == expected["shop" if "label_selectors" in example else None]


def test_inventory_of_the_readme(shop: Lab, tmp_path: Path) -> None:
    """Its play tells of each Application that is not healthy, and says nothing of the others."""
    shop.create("fine", spec())
    shop.edit("fine", {"status": {"health": {"status": "Healthy"}}})
    (inventory,) = (block for block in readme_blocks() if block.startswith(f"plugin: {PLUGIN}\n"))
    (playbook,) = (block for block in readme_blocks() if "hosts: argocd_applications" in block)
    (tmp_path / "argocd.yml").write_text(f"{inventory}namespace: {shop.namespace}\n")
    (tmp_path / "playbook.yml").write_text(playbook)
    environment = {"K8S_AUTH_KUBECONFIG": str(shop.proxy.kubeconfig)}
    done = ansible("ansible-playbook", tmp_path, "--inventory=argocd.yml", "playbook.yml", environment=environment)
    assert sorted(re.findall(r"ok: \[(\w+)\]", done.stdout)) == ["api", "web"]  # two at a time
    told = " ".join(done.stdout.replace("''", "'").split())  # as YAML writes it
    assert "Unknown, Unknown: " in told
    assert f"Synced, Degraded: {EVIL} at https://git.example.org/x" in told
    assert done.stderr == ""


def script(folder: Path, name: str, inventory: Mapping[str, Any]) -> str:
    """An inventory script, as AWX writes one for each of its jobs."""
    file = folder / name
    file.write_text(f"#!{sys.executable}\nprint({json.dumps(inventory)!r})\n")
    file.chmod(0o700)
    return name


def sliced(inventory: Mapping[str, Any], number: int, count: int) -> dict[str, Any]:
    """What is left of an inventory in one of a sliced job's slices: AWX gives every `count`-th host to each."""
    kept = sorted(variables(inventory))[number - 1 :: count]
    left = {
        name: {**group, "hosts": [host for host in group["hosts"] if host in kept]} if "hosts" in group else group
        for name, group in inventory.items()
        if name != "_meta"
    }
    return {**left, "_meta": {"hostvars": {host: variables(inventory)[host] for host in kept}}}


def labelling(folder: Path, lab: Lab, hosts: str) -> str:
    """A playbook that gives the Application of each host a label."""
    options = {
        "kubeconfig": str(lab.proxy.kubeconfig),
        "namespace": "{{ argocd_namespace }}",
        **application("{{ argocd_name }}", project="{{ argocd_project }}", labels={"seen": "{{ inventory_hostname }}"}),
    }
    task = {"tiphys.gitops.argocd_application": options}
    (folder / "label.json").write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": [task]}]))
    return "label.json"


def test_slices_treat_every_application_once(lab: Lab, tmp_path: Path) -> None:
    names = [f"app-{number}" for number in range(8)]
    lab.run({"applications": [application(name) for name in names]})
    inventory = listed(tmp_path, write(tmp_path, lab), None, "--export")
    playbook = labelling(tmp_path, lab, "argocd_applications")
    lab.proxy.reset()
    for number in (1, 2, 3):
        part = script(tmp_path, f"slice-{number}", sliced(inventory, number, 3))
        ansible("ansible-playbook", tmp_path, f"--inventory={part}", playbook)
    written = Counter(one.path.rpartition("/")[2] for one in writes(lab.proxy.requests()))
    assert written == Counter(names)
    assert {live["metadata"]["labels"]["seen"] for live in lab.all().values()} == set(names)


def test_limit_by_group(lab: Lab, tmp_path: Path) -> None:
    for name, project in (("web", "shop"), ("api", "shop"), ("other", "default")):
        lab.run(application(name, project=project))
    file, playbook = write(tmp_path, lab), labelling(tmp_path, lab, "all")
    ansible("ansible-playbook", tmp_path, f"--inventory={file}", "--limit=argocd_project_shop", playbook)
    assert {name for name, live in lab.all().items() if live["metadata"].get("labels")} == {"web", "api"}
