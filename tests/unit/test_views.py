"""What views show of Argo CD's objects, whatever is in them, and how hosts are named after them."""

from __future__ import annotations

from base64 import b64encode
from time import process_time
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.hosts import Naming, hosts
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.information import RESOURCES
from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.views import cleaned, few_words

NAMING = Naming("", "argocd", "environment", ("project", "environment", "destination"))
OBJECT: dict[str, Any] = {"metadata": {"name": "shop", "namespace": "argocd", "labels": None}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://git.example.org/shop", "https://git.example.org/shop"),
        ("https://me:p@ss@git.example.org/shop", "https://git.example.org/shop"),
        ("https://token@git.example.org", "https://git.example.org"),
        ("HTTPS://me:pw@git.example.org:8443/x?y=a@b", "HTTPS://git.example.org:8443/x?y=a@b"),
        ("oci://me:pw@registry.example.org/x", "oci://registry.example.org/x"),
        ("ssh://git@git.example.org/x", "ssh://git@git.example.org/x"),
        ("ssh://git:pw@git.example.org/x", "ssh://git@git.example.org/x"),
        ("git+ssh://git:pw@git.example.org/x", "git+ssh://git@git.example.org/x"),
        ("git@git.example.org:shop.git", "git@git.example.org:shop.git"),
        ("see https://example.org, then mail a@b.org", "see https://example.org, then mail a@b.org"),
        ('"https://a:b@c/" and https://d:e@f', '"https://c/" and https://f'),
        ("https://example.org/x@v1", "https://example.org/x@v1"),
        ("https://example.org:8443/x@v1", "https://example.org:8443/x@v1"),
        ("https://me:it's@git.example.org/x", "https://git.example.org/x"),
        ('parse "https://me:p/w@git.example.org/x": invalid', 'parse "https://git.example.org/x": invalid'),
        ("https://me:p?w@git.example.org/x", "https://git.example.org/x"),
        ("https://me:p#w@git.example.org/x", "https://git.example.org/x"),
        ("ssh://git:p/w@git.example.org/x", "ssh://git@git.example.org/x"),
        ("https://a:b@c,https://d:e@f", "https://c,https://f"),
        ("1https://a:b@c", "1https://c"),
    ],
)
def test_urls_lose_their_credentials(text: str, expected: str) -> None:
    assert cleaned(text) == cleaned(expected) == expected
    assert cleaned({"a": [text, {"b": text}], "c": 1}) == {"a": [expected, {"b": expected}], "c": 1}


def test_long_texts_take_no_time() -> None:
    for text in ("https://" + "a" * 200_000 + "@b", "a" * 200_000 + "://c@d", "https://a:b@" * 20_000):
        begun = process_time()
        cleaned(text)
        assert process_time() - begun < 1


@pytest.mark.parametrize("empty", [None, {}])
@pytest.mark.parametrize("resource", RESOURCES)
def test_views_need_nothing_but_a_name(resource: str, empty: Any) -> None:
    """Parts may be missing, empty or null: nobody but the server has checked them."""
    parts = dict.fromkeys(("spec", "status", "data"), empty)
    view = RESOURCES[resource].view({**OBJECT, **parts})
    assert (view["name"], view["labels"]) == ("shop", {})


@pytest.mark.parametrize("config", ["{", "[]", "7", '"x"', '{"tlsClientConfig": "x"}', '{"tlsClientConfig": [1]}'])
def test_clusters_whose_configuration_is_odd(config: str) -> None:
    view = RESOURCES["clusters"].view({**OBJECT, "data": {"config": b64encode(config.encode()).decode()}})
    assert (view["credentials"], view["insecure"]) == (["unreadable"], False)


def test_what_makes_an_application_large_is_dropped_and_nothing_else() -> None:
    labels = {"resources": "a", "history": "b", "sync": "c", "uid": "d"}
    status = {"sync": {"status": "Synced"}, "reconciledAt": "now", "health": {}, "conditions": []}
    large: dict[str, Any] = {"resources": [{}], "history": [{}]}
    assert few_words({**labels}) == labels
    assert few_words({**status, **large}) == status
    assert few_words({"phase": "Failed", "syncResult": {"resources": []}}) == {"phase": "Failed"}
    assert few_words({"uid": "x", "name": "shop", "managedFields": [{}]}) == {"uid": "x", "name": "shop"}


def application(called: str, namespace: str = "argocd", **destination: str) -> dict[str, Any]:
    live = {"metadata": {"name": called, "namespace": namespace}, "spec": {"destination": destination}}
    return RESOURCES["applications"].view(live)


def cluster(name: str, title: str, server: str) -> dict[str, Any]:
    return {**RESOURCES["clusters"].view({**OBJECT, "data": {}}), "name": name, "title": title, "server": server}


def test_hosts_are_named_after_themselves() -> None:
    applications = [application("a.b"), application("b", "a"), application("x", "cluster")]
    clusters = [
        cluster("s1", "x", "https://1"),
        cluster("s2", "x", "https://2"),
        cluster("s3", "https://3", "https://3"),
    ]
    found = {"applications": applications, "clusters": clusters}
    names = [host.name for host in hosts(found, NAMING)]
    assert names == ["a.b", "a__b", "cluster__x", "cluster_x", "cluster_x_s2", "cluster_https___3"]
    clusters = [cluster("a", "x_c", "https://1"), cluster("b", "x", "https://2"), cluster("c", "x", "https://3")]
    clusters += [cluster("d", "_x", "https://4")]
    names = [host.name for host in hosts({"applications": applications, "clusters": clusters}, NAMING)]
    assert names[3:] == ["cluster_x_c", "cluster_x", "cluster_x_c_c", "cluster__x_d"]
    instance = Naming("east", "a", "environment", ())
    assert [host.name for host in hosts({"applications": applications[:2]}, instance)] == [
        "east__argocd__a.b",
        "east__b",
    ]


def test_destinations_are_called_by_name() -> None:
    applications = [
        application("a", name="east"),
        application("b", server="https://east.example.org:6443/"),
        application("c", server="https://west.example.org:6443"),
        application("d"),
        application("e", server="https://[fe80::1"),
        application("f", server="west"),
    ]
    clusters = [cluster("s", "east", "https://east.example.org:6443")]
    groups = [
        [group for group in host.groups if group.startswith("destination_")]
        for host in hosts({"applications": applications, "clusters": clusters}, NAMING)
    ]
    names = ["east", "east", "west.example.org:6443", "", "[fe80::1", "west", ""]
    assert groups == [[f"destination_{name}"] if name else [] for name in names]
