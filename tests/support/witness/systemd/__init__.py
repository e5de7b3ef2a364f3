"""Hides the journal, which Ansible prefers to syslog."""

from __future__ import annotations

raise ImportError("no journal while a test listens")
