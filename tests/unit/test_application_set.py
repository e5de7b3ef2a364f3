"""The options of argocd_application_set against the ApplicationSet CRD, and what is made of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application import SPEC as APPLICATION_SPEC
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set import (
    OPTIONS,
    SPEC,
    from_manifest,
    from_options,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.application_set_generators import (
    GENERATOR,
    INNERMOST,
    OVERRIDE,
    TEMPLATE,
)
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.paths import meaning
from ansible_collections.tiphys.gitops.plugins.modules.argocd_application_set import SPEC as ARGUMENTS
from tests.support.application_sets import application_set, stages, template
from tests.support.contract import contract_problems
from tests.support.samples import ITEM, at, leaves, place, sample

# Where the options differ from the CRD on purpose: an ApplicationSet that is deleted needs no spec, parts of a template
# are filled in, the innermost generators are free JSON for the CRD, and a plugin's parameters are read as they are.
EXCEPTIONS = {
    "spec.generators: required=False, the CRD says otherwise",
    "spec.template: required=False, the CRD says otherwise",
    *(
        f"spec.*template.{part}: required=False, the CRD says otherwise"
        for part in ("metadata", "spec", "spec.project", "spec.destination")
    ),
    "spec.generators[].*.generators[].m*: record as an option, anything in the CRD",
    "spec.generators[].*plugin.input.parameters: anything as an option, map in the CRD",
}
LEAVES = [leaf for leaf in leaves(SPEC) if leaf.path.count(ITEM) < 4]


def test_every_field_has_an_option_and_every_option_a_field() -> None:
    assert contract_problems(SPEC, "applicationset", EXCEPTIONS) == []


def test_the_template_is_an_application() -> None:
    """What the documentation says of it: the options of argocd_application, checked by the same table."""
    assert TEMPLATE.fields is not None
    assert TEMPLATE.fields["spec"].fields is APPLICATION_SPEC
    assert OVERRIDE.fields is TEMPLATE.fields


def test_the_innermost_generators_are_those_of_the_outermost() -> None:
    """Their types are the same in Argo CD (ApplicationSetTerminalGenerator), which the CRD does not show."""
    assert INNERMOST.keys() == GENERATOR.keys() - {"matrix", "merge"}
    assert all(field is GENERATOR[name] for name, field in INNERMOST.items())


def test_the_module_takes_every_option() -> None:
    assert OPTIONS.keys() <= ARGUMENTS.keys()


def test_ansible_is_told_each_generator_once() -> None:
    generator = ARGUMENTS["generators"]["options"]
    assert "options" not in generator["git"]["options"]["template"]
    assert "options" not in generator["matrix"]["options"]["generators"]
    assert "options" not in ARGUMENTS["template"]["options"]["spec"]
    assert "options" in generator["scm_provider"]["options"]["github"]["options"]["token_ref"]


def test_where_an_empty_value_counts() -> None:
    """What the plan is told of the fields, templates and nested generators included."""
    told = meaning(SPEC)
    template = ("spec", "template", "spec")
    generators = ("spec", "generators")
    assert {(*template, "syncPolicy", "automated"), (*generators, "clusters")} <= told["telling"]
    assert (*generators, "matrix", "generators", "git", "template", "spec", "revisionHistoryLimit") in told["telling"]
    assert {(*template, "source", "helm", "valuesObject"), (*generators, "list", "elements")} <= told["verbatim"]
    assert (*generators, "matrix", "generators", "merge") in told["verbatim"]
    assert (*generators, "merge", "generators", "clusters", "selector", "matchLabels") in told["maps"]
    assert not any("merge" in path[path.index("matrix") :] for path in told["maps"] if "matrix" in path)


def test_leaves_reach_into_nested_generators() -> None:
    names = {leaf.name for leaf in LEAVES}
    assert "generators[].matrix.generators[].merge.generators[].git.repo_url" in names
    assert "template.spec.source.helm.values_object" in names


@pytest.mark.parametrize("turn", [0, 1])
def test_every_option_reaches_the_manifest(turn: int) -> None:
    for leaf in LEAVES:
        options: dict[str, Any] = {"name": "shop"}
        value = sample(leaf.field, turn, "x")
        place(options, leaf, value)
        problems: list[str] = []
        manifest = from_options(options, "shop", problems)
        assert problems == []
        left_out = ITEM in leaf.path and value is False and not leaf.field.telling  # as Argo CD does; see Reader
        assert at(manifest, ("spec", *leaf.manifest_path)) == (None if left_out else value), leaf.name
        assert from_manifest(manifest, "shop", problems) == manifest
        assert problems == []


def test_templates_are_completed_as_the_definition_demands() -> None:
    override = {"metadata": {"labels": {"a": "b"}}}
    inner = {"matrix": {"generators": [{**stages("x")}, {"clusters": {"template": override}}]}}
    options = application_set("shop", generators=[{"clusters": {"template": override}}, inner], template={})
    spec = from_options(options, "shop", [])["spec"]
    whole = {**override, "spec": {"project": "", "destination": {}}}
    assert spec["template"] == {"metadata": {}, "spec": {"project": "default", "destination": {}}}
    assert spec["generators"][0]["clusters"]["template"] == whole
    assert spec["generators"][1]["matrix"]["generators"][1]["clusters"]["template"] == whole


def test_a_generator_without_settings_stays() -> None:
    generators = [{"clusters": {}}, {"matrix": {"generators": [{"clusters": {}}, {"list": {"elements": []}}]}}]
    options = application_set("shop", generators=generators)
    assert from_options(options, "shop", [])["spec"]["generators"] == generators


def test_elements_stay_as_they_are() -> None:
    elements: list[dict[str, Any]] = [{"none": None, "false": False, "zero": 0, "empty": "", "map": {}, "list": []}]
    options = application_set("shop", generators=[{"list": {"elements": elements}}])
    assert from_options(options, "shop", [])["spec"]["generators"][0]["list"]["elements"] == elements


def test_places_of_what_is_wrong_inside() -> None:
    nested = {"merge": {"generators": [{"git": {"repo_ulr": "x"}}], "merge_keys": ["a"]}}
    options = application_set(
        "shop",
        generators=[{"matrix": {"generators": [nested]}}],
        template=template(sync_polici={}),
    )
    problems: list[str] = []
    from_options(options, "shop", problems)
    git = "shop.generators[0].matrix.generators[0].merge.generators[0].git"
    assert f"{git}.repo_ulr: unknown key, did you mean repo_url?" in problems
    assert f"{git}.revision: is required" in problems
    assert "shop.template.spec.sync_polici: unknown key, did you mean sync_policy?" in problems


def test_a_combination_may_stand_in_a_combination_but_no_deeper() -> None:
    def wrapped(inner: dict[str, Any]) -> dict[str, Any]:
        return {"matrix": {"generators": [inner]}}

    problems: list[str] = []
    from_options(application_set("shop", generators=[wrapped(wrapped(stages("x")))]), "shop", problems)
    assert problems == []
    from_options(application_set("shop", generators=[wrapped(wrapped(wrapped(stages("x"))))]), "shop", problems)
    assert problems == ["shop.generators[0].matrix.generators[0].matrix.generators[0].matrix: unknown key"]
