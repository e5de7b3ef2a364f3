"""A real Kubernetes with a real Argo CD for tests, the demo and benchmarks; see README.md beside this file."""

from __future__ import annotations

from .build import Build, build
from .errors import ControlPlaneError
from .plane import ControlPlane

__all__ = ["Build", "ControlPlane", "ControlPlaneError", "build"]
