# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of the collection can, in the words of Ansible's attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """Each module says how far it goes (``support`` and ``details``)."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Says in check mode what it would change, and changes nothing.
  diff_mode:
    description: Shows with C(--diff) what it changes, or would change.
  idempotent:
    description: Run again with the same options, it finds nothing to change.
  platform:
    description: Systems it runs on.
    platforms: posix
    support: full
"""

    ACTION_GROUP = r"""
attributes:
  action_group:
    description: >-
      Belongs to the group V(tiphys.gitops.gitops), so that C(module_defaults) can give all modules of the collection
      their connection at once.
    membership:
      - tiphys.gitops.gitops
    support: full
"""
