#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_settings
short_description: Set single keys of Argo CD's settings, its accounts, RBAC policy and trusted hosts
description:
  - Sets keys of the ConfigMaps and Secrets that Argo CD reads its settings from, and leaves every other key as it is.
    What people, other tools, other tasks or Argo CD itself wrote there stays.
  - A key with the value V(null) is removed, whoever set it. A key that is left out of a later run stays, as other
    tasks may set other keys of the same object.
  - Works through the Kubernetes API of the cluster that Argo CD runs in. It needs a kubeconfig or a token, but neither
    a login to Argo CD nor its API server.
  - An object that is not there is created. Each gets the label C(app.kubernetes.io/part-of=argocd), without which
    Argo CD does not read it.
version_added: 0.1.0
author:
  - Tiphys contributors (@tiphys)
extends_documentation_fragment:
  - tiphys.gitops.writing.conflicts
  - tiphys.gitops.k8s_auth
  - tiphys.gitops.attributes
  - tiphys.gitops.attributes.action_group
attributes:
  check_mode:
    support: full
    details: Reads the cluster and says which keys would change. Nothing is sent to the cluster.
  diff_mode:
    support: full
    details: Shows the touched keys only. Values of Secrets appear as a fingerprint, which is another one in each run.
  idempotent:
    support: full
    details: A password that fits the hash in the cluster is no change.
options:
  state:
    description:
      - V(present) sets the keys.
      - V(rendered) asks no cluster. It gives the ConfigMaps with these keys as YAML, or writes them to O(dest).
        Secrets, passwords, known hosts and keys to be removed have no place there.
    type: str
    choices: [present, rendered]
    default: present
  namespace:
    description: The namespace of Argo CD.
    type: str
    default: argocd
  settings:
    description:
      - Keys of C(argocd-cm), spelled as in Argo CD's documentation, such as V(url), V(admin.enabled),
        V(application.resourceTrackingMethod), V(resource.exclusions) or V(oidc.config).
      - A value may be text, a whole number, true or false, or, where Argo CD expects YAML or texts with commas between
        them, a list or a mapping. Such a value is compared by what it says and not by how it is written.
      - Secrets inside C(dex.config) and C(oidc.config) are masked, and warned of, as everybody who may read ConfigMaps
        can read them. Put them into O(secret) and point to them with C($KEY).
      - A key that Argo CD does not know is set all the same, with a warning.
    type: dict
  accounts:
    description: Local accounts of Argo CD. Accounts that are not named here stay as they are.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the account, without dots. V(admin) is the one that is always there.
        type: str
        required: true
      capabilities:
        description: >-
          What the account may do; V(login) with its password, V(apiKey) with tokens. When it is left out, what the
          account may do already stays, and a new one gets V(login). Those of V(admin) are fixed.
        type: list
        elements: str
        choices: [apiKey, login]
      enabled:
        description: Whether the account may be used. Argo CD takes one for enabled that says nothing about it.
        type: bool
      password:
        description:
          - The password. It is kept as a bcrypt hash, which is left as it is when it fits the password already.
          - At most 72 bytes, as bcrypt takes no more. A new password makes all earlier sessions and tokens worthless.
        type: str
      state:
        description: >-
          V(absent) removes the account with its password and all of its tokens; nothing but its name may be given then.
        type: str
        choices: [present, absent]
  rbac:
    description:
      - Keys of C(argocd-rbac-cm); V(policy.csv), V(policy.default), V(policy.matchMode), V(scopes), and
        V(policy.NAME.csv), which adds to V(policy.csv).
      - V(policy.csv) and V(policy.NAME.csv) may be a text or a list of lines. Every line is checked, because a single
        one that cannot be read makes Argo CD drop the whole policy. Lines that Argo CD reads but that hardly mean
        what they say are warned of, such as a glob that matches more than it seems to, as C(*) matches C(/) too.
    type: dict
  parameters:
    description:
      - Keys of C(argocd-cmd-params-cm), such as V(server.insecure) or V(controller.status.processors).
      - A list becomes a text with commas, as these keys have it.
      - Argo CD's processes read them when they start, see RV(restart_needed).
    type: dict
  notifications:
    description: >-
      Keys of C(argocd-notifications-cm), such as V(service.slack) or V(trigger.on-sync-failed). Values as for
      O(settings); secrets inside V(service.*) are treated as there and belong into O(notifications_secret).
    type: dict
  tls_certificates:
    description: >-
      Keys of C(argocd-tls-certs-cm); names of hosts, each with the certificates in PEM form that Argo CD trusts for it.
    type: dict
  ssh_known_hosts:
    description:
      - Lines for the file of known SSH hosts (C(argocd-ssh-known-hosts-cm)), as C(ssh-keyscan) writes them.
      - Each replaces the lines for the same hosts, type of key and marker (C(@revoked), C(@cert-authority)), or is
        added. Other lines stay as they are.
      - Every line is checked, because Argo CD refuses all of the file for one that it cannot read.
    type: list
    elements: str
  ssh_known_hosts_absent:
    description: >-
      Hosts of which all lines are removed from the known SSH hosts, also where the host is hashed. One on another port
      than 22 is written C([host]:port), as in the file.
    type: list
    elements: str
  secret:
    description:
      - Keys of C(argocd-secret), such as V(webhook.github.secret), V(tls.crt) and V(tls.key), or any to which
        O(settings) points with C($KEY).
      - The keys that belong to Argo CD itself (V(server.secretkey), tokens) are refused, and so are hashes of
        passwords, which O(accounts) makes.
    type: dict
  notifications_secret:
    description: Keys of C(argocd-notifications-secret), to which O(notifications) points with C($KEY).
    type: dict
  dest:
    description:
      - With O(state=rendered), the file to write, on the host where the task runs. Its folder must exist.
      - The file is replaced in one step and only if its text changes.
    type: path
requirements:
  - bcrypt (only for passwords of O(accounts))
  - PyYAML with libyaml, as its wheels and Linux packages have it (only for values that are lists or mappings,
    O(state=rendered) and C(--diff))
notes:
  - Keys are set by server-side apply as field manager C(tiphys.gitops).
  - A key that was installed with C(kubectl apply), such as the known SSH hosts of Argo CD's own manifests, belongs to
    that installation, and the next C(kubectl apply) of it would set it back. Such a key is reported as a conflict; see
    O(force_conflicts).
seealso:
  - name: Argo CD's own pages on its settings
    description: The keys and what they mean.
    link: https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cm-yaml/
"""

EXAMPLES = r"""
- name: The address of Argo CD, no admin, and who may do what
  tiphys.gitops.argocd_settings:
    settings:
      url: https://argocd.example.com
      admin.enabled: false
      application.resourceTrackingMethod: annotation
      resource.exclusions:
        - apiGroups: [cilium.io]
          kinds: [CiliumIdentity]
          clusters: ["*"]
    rbac:
      policy.default: role:readonly
      policy.csv:
        - p, role:shop, applications, *, shop/*, allow
        - p, role:shop, logs, get, shop/*, allow
        - g, example:shop-developers, role:shop
      scopes: "[groups, email]"

- name: Single sign-on, with the secret where only Argo CD reads it
  tiphys.gitops.argocd_settings:
    settings:
      oidc.config:
        name: Example
        issuer: https://login.example.com
        clientID: argocd
        clientSecret: $oidc.example.clientSecret
        requestedScopes: [openid, profile, email, groups]
    secret:
      oidc.example.clientSecret: "{{ oidc_client_secret }}"
      webhook.github.secret: "{{ webhook_secret }}"
  vars:
    oidc_client_secret: taken from a vault
    webhook_secret: taken from a vault, too

- name: An account for a pipeline, and one for a person
  tiphys.gitops.argocd_settings:
    accounts:
      - name: pipeline
        capabilities: [apiKey]
      - name: alice
        password: "{{ alice_password }}"
      - name: bob
        state: absent
  vars:
    alice_password: taken from a vault

- name: Trust a Git server
  tiphys.gitops.argocd_settings:
    ssh_known_hosts:
      - git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl
    tls_certificates:
      git.example.com: |
        -----BEGIN CERTIFICATE-----
        MIIBszCCAVmgAwIBAgIUQ3Jp
        -----END CERTIFICATE-----

- name: More workers, which need a restart of the controller
  tiphys.gitops.argocd_settings:
    parameters:
      controller.status.processors: 50
      controller.operation.processors: 25

- name: Take a banner away again
  tiphys.gitops.argocd_settings:
    settings:
      ui.bannercontent: null
      ui.bannerurl: null
"""

RETURN = r"""
summary:
  description: How many objects were (in check mode, would be) changed in which way, and how many failed.
  returned: unless O(state=rendered)
  type: dict
  contains:
    created:
      description: ConfigMaps and Secrets that did not exist.
      type: int
    updated:
      description: ConfigMaps and Secrets of which at least one key changed.
      type: int
    deleted:
      description: Always 0.
      type: int
    unchanged:
      description: ConfigMaps and Secrets that were right already.
      type: int
    failed:
      description: ConfigMaps and Secrets that could not be written.
      type: int
  sample: {created: 0, updated: 1, deleted: 0, unchanged: 1, failed: 0}
changes:
  description: Each ConfigMap or Secret that was, or would be, changed.
  returned: unless O(state=rendered)
  type: list
  elements: dict
  contains:
    action:
      description: V(created) or V(updated).
      type: str
    kind:
      description: V(ConfigMap) or V(Secret).
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    fields:
      description: The keys that an update touches. A key with the right value is among them when it becomes ours.
      type: list
      elements: str
  sample:
    - action: updated
      kind: ConfigMap
      namespace: argocd
      name: argocd-cm
      fields: [data.url]
failures:
  description: Each ConfigMap or Secret that could not be written.
  returned: when there are any
  type: list
  elements: dict
  contains:
    kind:
      description: V(ConfigMap) or V(Secret).
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    reason:
      description: What went wrong, in the words of the API server where it said something.
      type: str
  sample:
    - kind: ConfigMap
      namespace: argocd
      name: argocd-ssh-known-hosts-cm
      reason: >-
        conflict: data.ssh_known_hosts is applied by kubectl apply. Change it there, leave the field out here, or set
        force_conflicts: true
msg:
  description: What went wrong, with the first of RV(failures).
  returned: on failure
  type: str
  sample: "ConfigMap argocd/argocd-cm: not allowed (403): configmaps is forbidden"
restart_needed:
  description: >-
    Whether keys changed, or became ours, that Argo CD's processes read only when they start; all of O(parameters) and
    C(timeout.reconciliation) with its like.
  returned: unless O(state=rendered)
  type: bool
  sample: false
manifests:
  description: The ConfigMaps.
  returned: with O(state=rendered) without O(dest)
  type: list
  elements: dict
yaml:
  description: The ConfigMaps as YAML text.
  returned: with O(state=rendered) without O(dest)
  type: str
dest:
  description: The file with the ConfigMaps.
  returned: with O(state=rendered) and O(dest)
  type: str
  sample: /srv/gitops/argocd/settings.yaml
"""

from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import carry_out, planned, render
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.settings import (
    declared,
    parts,
    restart_needed,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.settings import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.settings_rules import warnings

SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    "force_conflicts": WRITING["force_conflicts"],
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": ["present", "rendered"]},
    "dest": {"type": "path"},
}


def apply(module: Module) -> Result:
    """Render, or set the keys."""
    options = module.options
    settings = declared(options)
    for warning in warnings(settings):
        module.warn(warning)
    wanted = parts(settings, options["namespace"])
    if options["state"] == "rendered":
        (_secrets, _none), (kind, manifests) = wanted
        return render(module, manifests, options["dest"], kind, secret=False)
    plans = [planned(module, kind, manifests, partial=True) for kind, manifests in wanted]
    result = carry_out(module, module.session(), plans).result()
    return {**result, "restart_needed": restart_needed(result["changes"])}


def main() -> None:
    """Run the module."""
    run(SPEC, apply, hiding=OPTIONS, required_one_of=[tuple(OPTIONS)])


if __name__ == "__main__":
    main()
