"""A real Kubernetes with a real Argo CD for tests, the demo and benchmarks; see README.md beside this file."""

from __future__ import annotations

from .builds import Build, build
from .cluster import Access, Cluster
from .errors import ControlPlaneError
from .other import OtherCluster, cluster_under_test
from .plane import ControlPlane
from .proxy import Counters, Proxy, Request
from .waiting import eventually

__all__ = [
    "Access",
    "Build",
    "Cluster",
    "ControlPlane",
    "ControlPlaneError",
    "Counters",
    "OtherCluster",
    "Proxy",
    "Request",
    "build",
    "cluster_under_test",
    "eventually",
]
