#!/usr/bin/python
# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
"""

EXAMPLES = r"""
"""

RETURN = r"""
"""

from functools import partial
from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils._module import WRITING, Module, Result, run
from ansible_collections.tiphys.gitops.plugins.module_utils._reconcile import reconcile, render
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.applications import gather, set_cascade
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.waiting import wait_until
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import OPTIONS
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.fields import argument_spec

SPEC: dict[str, dict[str, Any]] = {
    **argument_spec(OPTIONS),
    **WRITING,
    "namespace": {"type": "str", "default": "argocd"},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent", "rendered"]},
    "applications": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
    "dest": {"type": "path"},
    "wait": {"type": "bool", "default": False},
    "wait_for": {"type": "list", "elements": "str", "default": ["synced", "healthy"], "choices": ["synced", "healthy"]},
    "wait_revision": {"type": "str"},
    "wait_timeout": {"type": "float", "default": 300},
}


def apply(module: Module) -> Result:
    """Render, or make the cluster what the options say and wait for it."""
    options = module.options
    desired = gather(options)
    if options["state"] == "rendered":
        return render(module, desired, options["dest"])
    session = module.session()
    before_delete = partial(set_cascade, options["cascade"]) if options["cascade"] else None
    report = reconcile(module, session, APPLICATION, desired, before_delete)
    if options["wait"] and not module.check_mode:
        return {"applications": wait_until(session, options, report), **report.result()}
    return report.result()


def main() -> None:
    """Run the module."""
    run(
        SPEC,
        apply,
        mutually_exclusive=[("name", "applications", "src")],
        required_one_of=[("name", "applications", "src")],
        required_if=[("prune", True, ("label_selectors",))],
    )


if __name__ == "__main__":
    main()
