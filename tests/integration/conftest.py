"""What integration tests run on: real servers, started once for all tests that ask for them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.controlplane import Cluster, ControlPlane, Proxy, cluster_under_test, ports
from tests.controlplane.other import ADDRESS, KUBECONFIG, WEBHOOK
from tests.support.argocd_api import ArgoCD
from tests.support.lab import Lab, own_namespace
from tests.support.pair import Pair, own_account


@pytest.fixture(scope="session")
def controlplane() -> Iterator[Cluster]:
    """Kubernetes with Argo CD and a Git server: ours, or the cluster that KUBECONFIG_UNDER_TEST names."""
    with cluster_under_test() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def argocd(controlplane: Cluster) -> ArgoCD:
    """The REST API of `controlplane`'s Argo CD, for its user admin."""
    if not controlplane.argocd_url:
        pytest.skip(f"{WEBHOOK} does not tell where argocd-server answers")
    return ArgoCD.login(controlplane)


@pytest.fixture(scope="session")
def apiserver() -> Iterator[ControlPlane]:
    """Kubernetes with Argo CD's definitions but without Argo CD: cheaper, and nothing else writes to Applications."""
    with ControlPlane(argocd=False) as plane:
        yield plane


@pytest.fixture(scope="session")
def neighbour() -> Iterator[ControlPlane]:
    """Another Kubernetes, which the Argo CD of `controlplane` reaches at `neighbour.host` and can deploy to."""
    if os.environ.get(KUBECONFIG) and os.environ.get(ADDRESS, ports.HOST) != ports.HOST:
        pytest.skip(f"the cluster under test is on another machine ({ADDRESS}), this one serves at {ports.HOST}")
    with ControlPlane(argocd=False) as plane:
        yield plane


@pytest.fixture
def proxy(apiserver: ControlPlane) -> Iterator[Proxy]:
    """A proxy in front of `apiserver` that has counted nothing and makes no faults."""
    with Proxy(apiserver) as proxy:
        yield proxy


@pytest.fixture
def lab(apiserver: ControlPlane, proxy: Proxy) -> Iterator[Lab]:
    """A namespace of this test's own, for trying modules in."""
    with own_namespace(apiserver, proxy) as place:
        yield place


@pytest.fixture
def pair(lab: Lab, apiserver: ControlPlane) -> Iterator[Pair]:
    """A cluster to register by its kubeconfig, and a service account's name of this test's own."""
    with own_account(lab, apiserver) as pair:
        yield pair
