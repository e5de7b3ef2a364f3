"""The comparison of a desired manifest with a live object, field by field."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.kinds import APPLICATION
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.compare import Conflict, Difference, compare, spelled
from ansible_collections.tiphys.gitops.plugins.module_utils.plan.kind import Kind

DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments")
Json = dict[str, Any]


def owned(value: Any) -> Json:
    """Give the fieldsV1 tree of an apply of ``value``, lists atomic."""
    if isinstance(value, dict):
        return {f"f:{key}": owned(item) for key, item in value.items()}
    return {}


def entry(manager: str, operation: str, fields: Json) -> Json:
    return {"manager": manager, "operation": operation, "fieldsV1": fields}


def app(spec: Json, *managed: Json, **metadata: Any) -> Json:
    meta = {"name": "shop", "namespace": "argocd", "managedFields": list(managed), **metadata}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "spec": spec}


def ours(spec: Json) -> Json:
    return entry("tiphys.gitops", "Apply", owned({"spec": spec}))


def difference(want: Json, have: Json, *managed: Json, **metadata: Any) -> Difference:
    return compare(app(want), app(have, *managed, **metadata), APPLICATION)


def paths(found: list[tuple[str, ...]]) -> list[str]:
    return [spelled(path) for path in found]


SPEC: Json = {"project": "web", "source": {"repoURL": "https://x/y.git", "path": "a"}, "destination": {"name": "one"}}


def test_what_we_applied_and_nobody_touched_is_no_difference() -> None:
    assert not difference(SPEC, SPEC, ours(SPEC))


def test_another_value_is_a_change_of_that_field_only() -> None:
    found = difference(SPEC, {**SPEC, "project": "old"}, ours(SPEC))
    assert paths(found.changed) == ["spec.project"]
    assert not found.conflicts
    assert not found.overrides
    assert not found.stale


def test_a_field_of_others_that_we_do_not_name_is_left_alone() -> None:
    hand = entry("kubectl-edit", "Update", owned({"spec": {"info": 1}}))
    assert not difference(SPEC, {**SPEC, "info": [{"name": "a", "value": "b"}]}, ours(SPEC), hand)


def test_a_field_that_we_set_earlier_and_no_longer_name_is_stale() -> None:
    before = {**SPEC, "revisionHistoryLimit": 3, "syncPolicy": {"automated": {"prune": True, "selfHeal": True}}}
    found = difference(SPEC, before, ours(before))
    assert paths(found.stale) == [
        "spec.revisionHistoryLimit",
        "spec.syncPolicy.automated.prune",
        "spec.syncPolicy.automated.selfHeal",
    ]
    assert not found.changed


def test_equal_values_that_are_not_ours_are_adopted() -> None:
    found = difference(SPEC, SPEC, entry("kubectl-create", "Update", owned({"spec": SPEC})))
    assert "spec.project" in paths(found.unowned)
    assert not found.changed
    assert not found.conflicts
    assert not found.overrides


def test_a_change_by_hand_is_put_back_with_force() -> None:
    spec = {**SPEC, "project": "by-hand"}
    found = difference(SPEC, spec, entry("argocd-server", "Update", {"f:spec": {"f:project": {}}}), ours({}))
    assert "spec.project" in paths(found.changed)
    assert found.overrides
    assert not found.conflicts


def test_a_field_of_another_declarative_owner_is_a_conflict_with_its_name() -> None:
    for manager, operation, name in (
        ("flux", "Apply", "field manager flux"),
        ("kubectl-client-side-apply", "Update", "kubectl apply"),
        ("helm", "Update", "a Helm release"),
        ("argocd-controller", "Update", "the parent Application"),
        ("argocd-applicationset-controller", "Update", "an ApplicationSet"),
    ):
        theirs = entry(manager, operation, {"f:spec": {"f:project": {}}})
        found = difference({"project": "web"}, {"project": "theirs"}, theirs)
        assert found.conflicts == [Conflict("spec.project", name)]


def test_the_parent_application_is_named_from_its_tracking() -> None:
    theirs = entry("argocd-controller", "Update", {"f:spec": {"f:project": {}}})
    tracking = {"argocd.argoproj.io/tracking-id": "platform:argoproj.io/Application:argocd/shop"}
    found = difference({"project": "web"}, {"project": "theirs"}, theirs, annotations=tracking)
    assert found.conflicts == [Conflict("spec.project", "the parent Application platform")]


def test_every_spec_field_of_a_generated_application_belongs_to_its_applicationset() -> None:
    generated = {"ownerReferences": [{"kind": "ApplicationSet", "name": "fleet"}]}
    found = difference({**SPEC, "info": [{"name": "a", "value": "b"}]}, SPEC, ours(SPEC), **generated)
    assert found.conflicts == [Conflict("spec.info", "ApplicationSet fleet")]
    labelled = compare(app(SPEC, labels={"team": "web"}), app(SPEC, ours(SPEC), **generated), APPLICATION)
    assert paths(labelled.changed) == ["metadata.labels.team"]
    assert not labelled.conflicts


def test_the_same_value_as_another_owner_is_no_conflict() -> None:
    theirs = entry("flux", "Apply", {"f:spec": {"f:project": {}}})
    assert not difference(SPEC, SPEC, ours(SPEC), theirs)


def test_zero_values_mean_the_same_as_missing_ones_for_a_kind_written_with_omitempty() -> None:
    want = {**SPEC, "source": {**SPEC["source"], "helm": {"skipCrds": False, "values": "", "valueFiles": []}}}
    assert not difference(want, SPEC, ours(SPEC))
    assert difference({**SPEC, "info": []}, {**SPEC, "info": [{"name": "a", "value": "b"}]}, ours(SPEC)).changed


def test_zero_values_are_values_for_other_kinds() -> None:
    live = app({}, ours({}))
    assert compare(app({"paused": False}), live, DEPLOYMENT).changed


def test_presence_alone_tells_for_some_fields() -> None:
    automated = {**SPEC, "syncPolicy": {"automated": {}}}
    assert paths(difference(automated, SPEC, ours(SPEC)).changed) == ["spec.syncPolicy.automated"]
    assert not difference(automated, automated, ours(automated))
    off = {**SPEC, "syncPolicy": {"automated": {"enabled": False}}}
    assert difference(off, automated, ours(automated)).changed
    assert difference({**SPEC, "revisionHistoryLimit": 0}, SPEC, ours(SPEC)).changed


def test_dropping_false_from_automated_by_an_older_argo_cd_is_no_difference() -> None:
    want = {**SPEC, "syncPolicy": {"automated": {"prune": False}}}
    live = {**SPEC, "syncPolicy": {"automated": {}}}
    assert not difference(want, live, ours(live))


def test_helm_values_are_taken_literally() -> None:
    def spec(values: Json) -> Json:
        return {**SPEC, "source": {**SPEC["source"], "helm": {"valuesObject": values}}}

    live = spec({"replicas": 0, "on": False})
    assert not difference(live, live, ours(live))
    assert difference(spec({"replicas": 1, "on": False}), live, ours(live)).changed
    assert difference(spec({"on": False}), live, ours(live)).stale
    one, two = ({"sources": [{"helm": {"valuesObject": values}}]} for values in ({"replicas": 0}, {}))
    assert difference(one, two, ours(two)).changed


def test_an_explicit_empty_mapping_clears_what_others_put_there() -> None:
    want = {**SPEC, "syncPolicy": {"automated": {}}}
    live = {**SPEC, "syncPolicy": {"automated": {"prune": True}}}
    hand = entry("kubectl-edit", "Update", owned({"spec": {"syncPolicy": {"automated": {"prune": True}}}}))
    found = difference(want, live, ours(want), hand)
    assert paths(found.cleared) == ["spec.syncPolicy.automated.prune"]
    assert found.overrides


def test_an_empty_spec_names_nothing_and_so_clears_nothing_of_others() -> None:
    hand = entry("kubectl-edit", "Update", owned({"spec": SPEC}))
    assert not difference({}, SPEC, hand, ours({}))
    assert paths(difference({}, SPEC, ours(SPEC)).cleared) == ["spec.project", "spec.source", "spec.destination"]


def test_a_list_that_the_controller_shares_goes_away_with_our_wish_for_it() -> None:
    kind = replace(APPLICATION, taken_over=frozenset((("spec", "info"),)))
    have = {**SPEC, "info": [1]}

    def left_out(manager: str, operation: str = "Update") -> Difference:
        other = entry(manager, operation, owned({"spec": {"info": 1}}))
        return compare(app(SPEC), app(have, ours(have), other), kind)

    assert (paths(left_out("argocd-server").cleared), left_out("argocd-server").stale) == (["spec.info"], [])
    assert (left_out("flux", "Apply").cleared, paths(left_out("flux", "Apply").stale)) == ([], ["spec.info"])
    assert not left_out("flux", "Apply").conflicts


def test_source_gives_way_to_sources() -> None:
    want = {"sources": [{"repoURL": "https://x/y.git", "path": "a"}]}
    live = {"source": {"repoURL": "https://x/y.git", "path": "hand"}}
    hand = entry("kubectl-edit", "Update", {"f:spec": {"f:source": {"f:path": {}}}})
    mine = entry("tiphys.gitops", "Apply", {"f:spec": {"f:source": {"f:repoURL": {}}}})
    assert paths(difference(want, live, mine, hand).cleared) == ["spec.source"]
    entirely_ours = difference(want, live, ours(live))
    assert not entirely_ours.cleared
    assert paths(entirely_ours.stale) == ["spec.source.repoURL", "spec.source.path"]


def test_a_boolean_is_no_number() -> None:
    assert difference({"x": True}, {"x": 1}, ours({"x": 1})).changed


def test_a_trailing_slash_of_the_server_means_nothing() -> None:
    want, have = ({"destination": {"server": f"https://kubernetes.default.svc{end}"}} for end in ("/", ""))
    assert not difference(want, have, ours(have))


def test_finalizers_are_a_set_and_others_keep_theirs() -> None:
    finalizer = "resources-finalizer.argocd.argoproj.io"
    step = f"v:{json.dumps(finalizer)}"
    mine = entry("tiphys.gitops", "Apply", {"f:metadata": {"f:finalizers": {".": {}, step: {}}}, "f:spec": {}})
    live = app({}, mine, finalizers=["theirs", finalizer])
    assert not compare(app({}, finalizers=[finalizer]), live, APPLICATION)
    assert paths(compare(app({}), live, APPLICATION).stale) == [f'metadata.finalizers["{finalizer}"]']
    assert compare(app({}, finalizers=[finalizer]), app({}, finalizers=["theirs"]), APPLICATION).changed


def test_empty_labels_mean_none_of_ours() -> None:
    mine = entry("tiphys.gitops", "Apply", {"f:metadata": {"f:labels": {".": {}, "f:team": {}}}, "f:spec": {}})
    live = app({}, mine, labels={"team": "web", "theirs": "x"})
    found = compare(app({}, labels={}), live, APPLICATION)
    assert found.fields() == ["metadata.labels.team"]


def test_list_items_with_keys_are_compared_one_by_one() -> None:
    tree: Json = {"f:template": {"f:containers": {'k:{"name":"web"}': {".": {}, "f:name": {}, "f:image": {}}}}}
    mine = entry("tiphys.gitops", "Apply", {"f:spec": tree})
    live = app(
        {"template": {"containers": [{"name": "side"}, {"name": "web", "image": "a:1", "pull": "Always"}]}}, mine
    )

    def want(*containers: Json) -> Json:
        return app({"template": {"containers": list(containers)}})

    assert not compare(want({"name": "web", "image": "a:1"}), live, DEPLOYMENT)
    changed = compare(want({"name": "web", "image": "a:2"}), live, DEPLOYMENT)
    assert paths(changed.changed) == ['spec.template.containers[{"name":"web"}].image']
    assert compare(want({"name": "web", "image": "a:1"}, {"name": "new"}), live, DEPLOYMENT).changed
    assert compare(want({"name": "web"}), live, DEPLOYMENT).stale


def test_status_and_operation_are_never_compared() -> None:
    live = {**app(SPEC, ours(SPEC)), "status": {"sync": 1}, "operation": {"sync": {}}}
    assert not compare({**app(SPEC), "status": {"other": 2}}, live, APPLICATION)


SERVICE = Kind("", "v1", "Service", "services")


def service(spec: Json, *managed: Json) -> Json:
    meta = {"name": "web", "namespace": "shop", "managedFields": list(managed)}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}


def test_a_mapping_that_the_server_tracks_as_a_whole_is_compared_as_a_whole() -> None:
    tree: Json = {"f:spec": {"f:selector": {}}}
    live: Json = {"selector": {"app": "web"}}
    mine = entry("tiphys.gitops", "Apply", tree)
    assert not compare(service({"selector": {"app": "web"}}), service(live, mine), SERVICE)
    more = service({"selector": {"app": "web", "tier": "x"}}, mine)
    assert paths(compare(service({"selector": {"app": "web"}}), more, SERVICE).changed) == ["spec.selector"]
    theirs = service(live, entry("flux", "Apply", tree))
    assert compare(service({"selector": {"app": "api"}}), theirs, SERVICE).conflicts[0].owner == "field manager flux"
    by_hand = service(live, entry("kubectl-edit", "Update", tree))
    assert compare(service({"selector": {"app": "api"}}), by_hand, SERVICE).overrides


def ports(*keys: str) -> Json:
    return {"f:spec": {"f:ports": {f"k:{key}": {".": {}, "f:port": {}, "f:protocol": {}} for key in keys}}}


UDP, TCP = '{"port":53,"protocol":"UDP"}', '{"port":53,"protocol":"TCP"}'


def test_an_item_without_a_defaulted_key_finds_its_own_partner() -> None:
    udp, tcp = {"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}
    only_udp = service({"ports": [udp]}, entry("tiphys.gitops", "Apply", ports(UDP)))
    assert compare(service({"ports": [udp, {"port": 53}]}), only_udp, SERVICE).changed
    assert compare(service({"ports": [{"port": 53}, udp]}), only_udp, SERVICE).changed
    both = service({"ports": [tcp, udp]}, entry("tiphys.gitops", "Apply", ports(UDP, TCP)))
    assert not compare(service({"ports": [{"port": 53}, udp]}), both, SERVICE).changed
    assert compare(service({"ports": [udp]}), both, SERVICE).stale


def test_an_empty_list_of_keyed_items_means_none_of_ours() -> None:
    theirs = service({"ports": [{"port": 53, "protocol": "UDP"}]}, entry("flux", "Apply", ports(UDP)))
    assert not compare(service({"ports": []}), theirs, SERVICE)


def test_the_tables_of_a_kind_do_not_count_list_positions() -> None:
    kind = Kind("", "v1", "Pod", "pods", omitempty=True, telling=frozenset((("spec", "env", "value"),)))
    tree: Json = {"f:spec": {"f:env": {'k:{"name":"a"}': {".": {}, "f:name": {}}}}}
    live = service({"env": [{"name": "a"}]}, entry("tiphys.gitops", "Apply", tree))
    assert compare(service({"env": [{"name": "a", "value": ""}]}), live, kind).changed


def test_an_empty_mapping_only_has_to_be_there_for_kinds_without_omitempty() -> None:
    config = Kind("", "v1", "ConfigMap", "configmaps")
    hand = entry("kubectl-edit", "Update", {"f:data": {"f:a": {}}})
    live = {**service({}, hand), "data": {"a": "1"}}
    del live["spec"]
    want: Json = {"metadata": {"name": "web", "namespace": "shop"}, "data": {}}
    found = compare(want, live, config)
    assert not found.cleared
    assert not found.changed


def test_a_label_that_another_owner_shares_is_not_cleared_from_under_it() -> None:
    tree: Json = {"f:metadata": {"f:labels": {".": {}, "f:a": {}}}}
    mine, flux = entry("tiphys.gitops", "Apply", tree), entry("flux", "Apply", tree)
    found = compare(app({}, labels={}), app({}, mine, flux, labels={"a": "b"}), APPLICATION)
    assert not found.cleared
    assert paths(found.stale) == ["metadata.labels.a"]


def test_another_spelling_held_by_somebody_is_taken_over_when_something_is_written() -> None:
    live = {**SPEC, "destination": {"server": "https://k"}}
    want = {**SPEC, "destination": {"server": "https://k/"}}
    hand = entry("argocd-server", "Update", {"f:spec": {"f:destination": {"f:server": {}}}})
    mine = ours({key: value for key, value in SPEC.items() if key != "destination"})
    assert not difference(want, live, mine, hand)
    assert difference({**want, "project": "new"}, live, mine, hand).overrides
    flux = entry("flux", "Apply", {"f:spec": {"f:destination": {"f:server": {}}}})
    assert difference({**want, "project": "new"}, live, mine, flux).conflicts


def test_an_autoscaler_owns_what_it_scales() -> None:
    scaled = {**entry("kube-controller-manager", "Update", {"f:spec": {"f:replicas": {}}}), "subresource": "scale"}
    found = compare(app({"replicas": 3}), app({"replicas": 5}, scaled), DEPLOYMENT)
    assert found.conflicts == [Conflict("spec.replicas", "kube-controller-manager, which scales it")]


def test_what_was_written_through_the_status_is_not_ours_to_take_away() -> None:
    status = {**entry("tiphys.gitops", "Apply", {"f:status": {"f:x": {}}}), "subresource": "status"}
    assert not compare(app(SPEC), app(SPEC, ours(SPEC), status), APPLICATION)


def test_a_plugin_that_is_discovered_is_a_plugin() -> None:
    assert difference({**SPEC, "source": {**SPEC["source"], "plugin": {}}}, SPEC, ours(SPEC)).changed


def test_an_empty_map_of_a_plugin_parameter_tells_too() -> None:
    def spec(**parameter: Any) -> Json:
        return {"source": {"plugin": {"parameters": [{"name": "a", **parameter}]}}}

    assert difference(spec(map={}), spec(), ours(spec())).changed
    assert difference(spec(array=[]), spec(), ours(spec())).changed
    assert not difference(spec(map={}), spec(map={}), ours(spec(map={})))


def test_a_value_of_another_shape_belongs_to_whoever_set_it() -> None:
    want = {"source": {"helm": {"valuesObject": {"a": {"b": 1}}}}}
    have = {"source": {"helm": {"valuesObject": {"a": 5}}}}
    flux = entry("flux", "Apply", owned({"spec": have}))
    assert difference(want, have, flux).conflicts == [Conflict("spec.source.helm.valuesObject.a", "field manager flux")]
    assert difference(want, have, entry("kubectl-edit", "Update", owned({"spec": have}))).overrides


def test_what_is_as_good_as_nothing_excludes_nothing() -> None:
    pair = (("data", "switch"), ("data", "password"))
    kind = replace(DEPLOYMENT, exclusive=(pair,), same_values={pair[0]: lambda value: value == "on" or None})
    live = {"metadata": {"managedFields": [entry("theirs", "Update", owned({"data": {"password": "x"}}))]}}
    for switch, cleared in (("on", [("data", "password")]), ("off", [])):
        found = compare({"data": {"switch": switch}}, {**live, "data": {"password": "x"}}, kind)
        assert found.cleared == cleared
