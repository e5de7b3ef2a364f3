# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: argocd
short_description: Hosts from the Applications and clusters of Argo CD
description:
  - Makes a host of each Argo CD Application, of each cluster that is registered in Argo CD, or of both, so that plays
    run for each of them, and are limited and sliced like plays on any other hosts.
  - Reads the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token that may list
    Applications and, for clusters, Secrets, but neither a login to Argo CD nor its API server.
  - Takes files whose name ends in C(argocd.yml) or C(argocd.yaml) only.
  - An Application's host is called C(NAME), or C(NAMESPACE__NAME) when it is not in O(namespace). That of a cluster is
    called C(cluster_NAME), after the name that Argo CD shows, or C(cluster_NAME_SECRET) with the name of its Secret if
    an earlier one is called so. What has no place in a host's name becomes an underscore.
  - Hosts of the same name in another inventory, such as machines, are the same hosts to Ansible, whose tasks then run
    where O(run_locally) says. With O(argocds) the names begin with one of yours. There is a warning if the other
    inventory was read before.
  - All hosts are in the group C(argocd_applications) or C(argocd_clusters), and in those that O(group_by) says.
  - No token, password or key becomes a variable, nor does a user name or password in a URL. No text from the cluster is
    taken for a template, which is why C(ansible-inventory --list) calls them C(__ansible_unsafe).
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.k8s_auth
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Says that the file is one of this plugin.
    type: str
    required: true
    choices: [tiphys.gitops.argocd]
  hosts_from:
    description: What to make hosts of.
    type: list
    elements: str
    choices: [applications, clusters]
    default: [applications]
  namespace:
    description: The namespace of Argo CD.
    type: str
    default: argocd
  namespaces:
    description:
      - Namespaces to look for Applications in, if not only in O(namespace).
      - With a pattern, such as V(team-*) or V(*), those of all namespaces are read, for which one needs the right.
    type: list
    elements: str
  projects:
    description: Projects whose Applications become hosts; C(*), C(?) and C([...]) are patterns, as in a shell.
    type: list
    elements: str
  label_selectors:
    description:
      - Labels of the Applications that become hosts; all of them must hold, written as for C(kubectl -l), for example
        V(team=shop), V(tier in (web, api\)), V(!legacy).
    type: list
    elements: str
  cluster_label_selectors:
    description: The same for clusters, by the labels of their Secrets.
    type: list
    elements: str
  argocds:
    description:
      - Several Argo CDs, each with what is its own. What it does not say is as the options of the same name say.
      - The names of all their hosts begin with C(INSTANCE__), and the hosts are in the group
        C(argocd_instance_INSTANCE), where INSTANCE is the name given here.
    type: list
    elements: dict
    suboptions:
      name:
        description: How to call it here; letters, digits, dots and hyphens.
        type: str
        required: true
      namespace:
        description: Its namespace.
        type: str
      kubeconfig:
        description: As O(kubeconfig).
        type: raw
      context:
        description: As O(context).
        type: str
      host:
        description: As O(host).
        type: str
      api_key:
        description: As O(api_key).
        type: str
      ca_cert:
        description: As O(ca_cert).
        type: path
  group_by:
    description:
      - Groups to put hosts into; C(project_PROJECT), C(environment_VALUE), C(destination_CLUSTER), C(sync_STATE) and
        C(health_STATE), with O(group_prefix) before it. What has no place in a group's name becomes an underscore.
      - V(environment) is the value of O(environment_label). The other groups are those of Applications; clusters are in
        the group of their project, if they have one.
      - A destination is called by the name of the cluster; if the Application has its URL, by the host in it, or by the
        name of the cluster that is registered with it when O(hosts_from) has clusters, too.
    type: list
    elements: str
    choices: [project, environment, destination, sync, health]
    default: [project, environment, destination, sync, health]
  environment_label:
    description: The label of Applications and of clusters' Secrets that tells the environment.
    type: str
    default: environment
  group_prefix:
    description: Begins the name of every group that is not made by O(groups) or O(keyed_groups).
    type: str
    default: argocd_
  run_locally:
    description:
      - Let tasks of these hosts run on the controller, with the Python that Ansible runs with, as they are no machines
        that one could log in to. It sets C(ansible_connection) and C(ansible_python_interpreter).
    type: bool
    default: true
notes:
  - Files, environment variables and Python libraries are those of the host that reads the inventory.
  - The options that name and open the connection may be templates, such as a lookup, and may be encrypted by Ansible
    Vault.
  - Variables of all hosts are C(argocd_kind) (V(application) or V(cluster)), C(argocd_name), C(argocd_namespace),
    C(argocd_project), C(argocd_labels), C(argocd_server) (the URL of the cluster, or of the destination), and
    C(argocd_environment); with O(argocds) also C(argocd_instance).
  - Variables of Applications are C(argocd_sync), C(argocd_health), C(argocd_revision), C(argocd_operation),
    C(argocd_message), C(argocd_conditions), C(argocd_finished_at) and C(argocd_destination) as
    M(tiphys.gitops.argocd_info) tells them.
  - Variables of clusters are C(argocd_secret) (the name of its Secret), C(argocd_shard), C(argocd_namespaces),
    C(argocd_credentials) (which kinds of them, not their values) and C(argocd_insecure).
  - With O(cache), what was read is kept as these variables. It is read anew when the options of the file or the
    kubeconfig that they name change, such as the current context in it.
seealso:
  - module: tiphys.gitops.argocd_info
"""

EXAMPLES = r"""
# Every Application of the Argo CD that the current context of ~/.kube/config has, as a host.
plugin: tiphys.gitops.argocd

---
# Applications of one team, wherever they are, and the clusters in production.
plugin: tiphys.gitops.argocd
context: management
hosts_from: [applications, clusters]
namespaces: ["*"]
label_selectors:
  - team=shop
cluster_label_selectors:
  - environment=production

---
# Two Argo CDs, one cache for an hour, and groups and variables of one's own.
plugin: tiphys.gitops.argocd
argocds:
  - name: east
    context: east
  - name: west
    host: https://west.example.com:6443
    api_key: "{{ lookup('ansible.builtin.env', 'WEST_TOKEN') }}"
group_by: [project, health]
compose:
  service_owner: argocd_labels.team | default('nobody')
groups:
  broken: argocd_health | default('') in ['Degraded', 'Missing']
keyed_groups:
  - key: argocd_labels.team | default('nobody')
    prefix: team
strict: true
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_timeout: 3600
cache_connection: ~/.cache/argocd-inventory
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants as C  # noqa: N812 - its usual name
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils._module import (
    CONNECTION,
    connection_options,
    kubeconfig_digest,
    open_session,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.hosts import Host, Naming, hosts
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.in_use import some_of
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.information import inform

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 texts of our own are templates anyway

    def trust_as_template(value: str) -> str:
        """Give the text."""
        return value


ENDINGS = ("argocd.yml", "argocd.yaml")
LOCALLY = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
SECRET = ("api_key", "password")
"""Options that do not go into the key of the cache, which is a file's name."""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]  # Ansible has no types
    """Hosts from Applications and clusters."""

    NAME = "tiphys.gitops.argocd"

    def verify_file(self, path: str) -> bool:
        """Say whether a file may be one of ours, by its name."""
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read a file, and add the hosts that it stands for."""
        super().parse(inventory, loader, path, cache)
        self._refuse_unknown(self._read_config_data(path))
        try:
            found = self._cached(path, cache)
            self._warn_of_others([host.name for host in found], path)
            for host in found:
                self._add(host)
        except GitopsError as error:
            raise AnsibleParserError(str(error)) from None

    def _refuse_unknown(self, given: Mapping[str, Any]) -> None:
        """Refuse options that Ansible would pass over in silence."""
        known = C.config.get_configuration_definitions("inventory", self._load_name)
        names = {name for key, one in known.items() for name in (key, *one.get("aliases", ()))}
        unknown = sorted(str(key) for key in given if key not in names)
        if unknown:
            raise AnsibleParserError(f"{', '.join(unknown)}: unknown option")

    def _warn_of_others(self, names: list[str], path: str) -> None:
        """Say which hosts another inventory has already: two hosts of one name are one to Ansible."""
        others = [name for name in names if name in self.inventory.hosts]
        if others:
            self.display.warning(
                f"{path}: another inventory has hosts of these names already: {some_of(others)}. Ansible makes one "
                "host of each two, with the variables of both. Name this Argo CD in argocds, so that the names of its "
                "hosts begin with that name."
            )

    def _cached(self, path: str, cache: bool) -> list[Host]:
        """Give the hosts from the cache if that is wanted and has them, else from the cluster."""
        instances = list(self._instances())
        if not self.get_option("cache"):
            return list(self._read(instances))
        key = f"{self.get_cache_key(path)}_{self._digest(instances)}"
        if cache and key in self._cache:
            return [Host(one["name"], one["variables"], tuple(one["groups"])) for one in self._cache[key]]
        found = list(self._read(instances))
        self._cache[key] = [{"name": one.name, "variables": one.variables, "groups": one.groups} for one in found]
        return found

    def _instances(self) -> Iterator[tuple[Naming, dict[str, Any]]]:
        """Give each Argo CD, and the connection to it."""
        common = {name: self._value(self.get_option(name)) for name in CONNECTION}
        label, group_by = str(self.get_option("environment_label")), tuple(map(str, self.get_option("group_by")))
        entries = self.get_option("argocds")
        names: set[str] = set()
        for given in [{}] if entries is None else entries:
            own = {str(key): self._value(value) for key, value in given.items() if value is not None}
            name = own.pop("name", "")
            namespace = own.pop("namespace", str(self.get_option("namespace")))
            if not re.fullmatch("[A-Za-z0-9.-]*", name) or (entries is not None and not name):
                raise AnsibleParserError(f"argocds: {name!r} is no name of letters, digits, dots and hyphens")
            if name in names:
                raise AnsibleParserError(f"argocds: two are called {name}, so their hosts would be, too; rename one")
            names.add(name)
            options = {key: value for key, value in {**common, **own}.items() if value is not None}
            yield Naming(name, namespace, label, group_by), connection_options(options)

    def _value(self, value: Any) -> Any:
        """Give an option whose templates are done and whose texts are plain ones."""
        try:
            return _plain(self.templar.template(value))
        except AnsibleError as error:
            raise AnsibleParserError(f"a connection option is no good template: {error}") from None

    def _digest(self, instances: list[tuple[Naming, dict[str, Any]]]) -> str:
        """Tell different contents of one file, and different clusters, from each other."""
        told: list[Any] = [self._search(resource) for resource in self.get_option("hosts_from")]
        for naming, options in instances:
            open_ones = {key: value for key, value in options.items() if key not in SECRET}
            told.append([repr(naming), open_ones, kubeconfig_digest(options)])
        text = json.dumps(told, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _search(self, resource: str) -> dict[str, Any]:
        """Give the options of argocd_info for one kind of host."""
        of_cluster = resource == "clusters"
        selectors = self.get_option("cluster_label_selectors" if of_cluster else "label_selectors")
        search = {
            "resources": [resource],
            "namespaces": None if of_cluster else self.get_option("namespaces"),
            "label_selectors": selectors,
            "projects": None if of_cluster else self.get_option("projects"),
            "detail": "compact",
        }
        others = dict.fromkeys(("names", "sync", "health", "destinations"))
        plain: dict[str, Any] = _plain({**search, **others})
        return plain

    def _read(self, instances: list[tuple[Naming, dict[str, Any]]]) -> Iterator[Host]:
        for naming, options in instances:
            try:
                found = self._found(naming.namespace, options)
            except GitopsError as error:
                if not naming.instance:
                    raise
                raise GitopsError(str(error), where=f"argocds {naming.instance}") from None
            yield from hosts(found, naming)

    def _found(self, namespace: str, options: Mapping[str, Any]) -> dict[str, Any]:
        session = open_session(options, lambda _secret: None)
        found: dict[str, Any] = {}
        for resource in self.get_option("hosts_from"):
            found |= inform(session, {**self._search(resource), "namespace": namespace})
        return found

    def _add(self, host: Host) -> None:
        self.inventory.add_host(host.name)
        variables = wrap_var(host.variables)
        if self.get_option("run_locally"):
            variables = {**{key: trust_as_template(value) for key, value in LOCALLY.items()}, **variables}
        for name, value in variables.items():
            self.inventory.set_variable(host.name, name, value)
        for group in host.groups:
            name = to_safe_group_name(f"{self.get_option('group_prefix')}{group}", force=True, silent=True)
            self.inventory.add_child(self.inventory.add_group(name), host.name)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)


def _plain(value: Any) -> Any:
    """Give texts, mappings and lists without what Ansible adds to them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
