"""The one error of this package."""

from __future__ import annotations


class ControlPlaneError(RuntimeError):
    """What went wrong and what to do, in one line; the end of a log may follow on further lines."""
