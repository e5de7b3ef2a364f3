# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents WRITING of module_utils/_module.py."""

from __future__ import annotations


class ModuleDocFragment:
    """DOCUMENTATION is for modules that write many objects at a time, CONFLICTS for all that write."""

    CONFLICTS = r"""
options:
  force_conflicts:
    description:
      - Take over fields that another declarative owner applies (C(kubectl apply), a parent Application, an
        ApplicationSet, any server-side apply). Without it such an object is left alone and reported as failed, with
        the field and its owner.
      - An owner that is still at work takes the field back; better change it there or leave it out here.
      - Changes made by hand need no force, they are always put back.
    type: bool
    default: false
"""
    DOCUMENTATION = r"""
options:
  prune:
    description:
      - Delete every object in O(namespace) that O(label_selectors) select and that the task does not name.
      - Nothing at all is written when a limit (O(max_deletions), O(allow_empty)) stands against it, and when one of
        the named objects lacks the labels, because it could never be pruned itself.
      - Objects named for other namespaces make these namespaces part of the search.
    type: bool
    default: false
  label_selectors:
    description:
      - Which objects O(prune) may delete. All of them must hold, written as for C(kubectl -l), for example
        V(team=shop), V(tier in (web, api\)), V(!legacy).
      - Required with O(prune).
    type: list
    elements: str
  max_deletions:
    description: How many objects O(prune) may delete in one task; with more to delete it fails and deletes none.
    type: int
    default: 10
  allow_empty:
    description: Let O(prune) delete everything that O(label_selectors) select when the task names no object at all.
    type: bool
    default: false
"""
