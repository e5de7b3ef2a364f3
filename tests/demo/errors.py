"""The one error of this package."""

from __future__ import annotations


class DemoError(RuntimeError):
    """What went wrong, for a person who sees the demo for the first time."""
