"""What is wrong with an ApplicationSet is told in one line, before anything is sent; what is doubtful is a warning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.application_sets import application_set, stages, template
from tests.support.bad_input import common_files, common_options, dest_beside
from tests.support.lab import APPLICATION_SET, REPOSITORY, Lab, refused

GIT = {"repo_url": REPOSITORY, "revision": "main"}
FOLDERS = {"git": {**GIT, "directories": [{"path": "apps/*"}]}}
STEP = {"match_expressions": [{"key": "stage", "operator": "In", "values": ["test"]}]}
PULLS = {"github": {"owner": "myorg", "repo": "shop"}}


def generated(*generators: dict[str, Any], **options: Any) -> dict[str, Any]:
    return application_set("shop", generators=list(generators), **options)


def rolling(**strategy: Any) -> dict[str, Any]:
    return application_set("shop", strategy={"type": "RollingSync", "rolling_sync": {"steps": [STEP]}, **strategy})


OPTIONS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("no generators", {"name": "shop", "template": template()}, ("generators: at least one is required",)),
    ("empty generators", generated(), ("generators: at least one is required; delete the ApplicationSet",)),
    (
        "two generators in an entry",
        generated({**stages("test"), "clusters": {}}),
        ("generators[0]: list and clusters are given together; make an entry of each",),
    ),
    (
        "an entry without a generator",
        generated(stages("test"), {"clusters": None}),
        ("generators[1]: has no generator; give one, {} if it needs no settings",),
    ),
    ("no elements", generated({"list": {}}), ("generators[0].list: one of elements and elements_yaml is required",)),
    (
        "elements that are no texts without Go templates",
        generated({"list": {"elements": [{"stage": "test", "replicas": 3}]}}, go_template=False),
        ("generators[0].list.elements[0].replicas: must be a string without go_template: true, not 3; quote it",),
    ),
    ("git without paths", generated({"git": GIT}), ("generators[0].git: directories and files are both missing",)),
    (
        "git with both paths",
        generated({"git": {**FOLDERS["git"], "files": [{"path": "x.json"}]}}),
        ("generators[0].git: directories and files are given together; keep one",),
    ),
    (
        "credentials in the URL of a generator",
        generated({"git": {**FOLDERS["git"], "repo_url": "https://me:s3cret@git.example.org/shop"}}),
        ("generators[0].git.repo_url: holds credentials",),
    ),
    ("git without revision", generated({"git": {"repo_url": REPOSITORY}}), ("revision",)),
    (
        "no provider",
        generated({"scm_provider": {"clone_protocol": "ssh"}}),
        ("generators[0].scm_provider: has no provider; give exactly one of github, gitlab",),
    ),
    (
        "two providers",
        generated({"pull_request": {**PULLS, "bitbucket": PULLS["github"]}}),
        ("generators[0].pull_request: github and bitbucket are given together",),
    ),
    (
        "matrix of one",
        generated({"matrix": {"generators": [stages("test")]}}),
        ("generators[0].matrix.generators: a matrix takes exactly two generators, not 1",),
    ),
    (
        "matrix of three in a merge",
        generated({"merge": {"generators": [{"matrix": {"generators": [stages("x")] * 3}}], "merge_keys": ["a"]}}),
        (
            "2 problems",
            "generators[0].merge.generators: a merge takes at least two generators, not 1",
            "generators[0].merge.generators[0].matrix.generators: a matrix takes exactly two generators, not 3; nest",
        ),
    ),
    (
        "merge without keys",
        generated({"merge": {"generators": [stages("x")] * 2, "merge_keys": []}}),
        ("generators[0].merge.merge_keys: at least one is required",),
    ),
    (
        "unknown key inside a matrix",
        generated({"matrix": {"generators": [stages("x"), {"git": {**GIT, "directoreis": []}}]}}),
        ("generators[0].matrix.generators[1].git.directoreis: unknown key, did you mean directories?",),
    ),
    (
        "three levels",
        generated({"matrix": {"generators": [{"matrix": {"generators": [{"matrix": {}}, stages("x")]}}, stages("x")]}}),
        ("generators[0].matrix.generators[0].matrix.generators[0].matrix: unknown key",),
    ),
    (
        "unknown operator of a selector inside",
        generated(
            {
                "matrix": {
                    "generators": [
                        stages("x"),
                        {
                            "clusters": {
                                "selector": {"match_expressions": [{"key": "a", "operator": "in", "values": ["b"]}]}
                            }
                        },
                    ]
                }
            }
        ),
        ("match_expressions[0].operator: must be one of In, NotIn, Exists, DoesNotExist, not 'in'",),
    ),
    (
        "unknown option of Go templates",
        application_set("shop", go_template_options=["missingkey=fail"]),
        ("go_template_options[0]: 'missingkey=fail' is unknown to Go; it knows missingkey=default",),
    ),
    (
        "patch without Go templates",
        application_set("shop", go_template=False, template_patch="{}"),
        ("template_patch: works only with go_template: true",),
    ),
    (
        "classic parameter in a Go template",
        application_set("shop", template=template(source={"repo_url": REPOSITORY, "path": "{{path.basename}}"})),
        ("template.spec.source.path: '{{path.basename}}' is no Go template: ", "with a dot before it, as {{ .name }}"),
    ),
    (
        "open action in the patch",
        application_set("shop", template_patch="{{ if .x }}spec: {}"),
        ("template_patch: '{{ if .x }}spec: {}' is no Go template: ",),
    ),
    ("no template", {"name": "shop", "generators": [{"clusters": {}}]}, ("template: is required",)),
    (
        "template without a name",
        application_set("shop", template={"spec": template()["spec"]}),
        ("template.metadata.name: is required",),
    ),
    (
        "template with a bad name",
        application_set("shop", template={**template(), "metadata": {"name": "Shop"}}),
        ("template.metadata: name: 'Shop' may have only lower-case letters",),
    ),
    (
        "sync option in the template",
        application_set("shop", template=template(sync_policy={"sync_options": ["{{ .x }}", "createnamespace=true"]})),
        ("template.spec: sync_policy.sync_options", "'createnamespace=true' is no sync option", "CreateNamespace?"),
    ),
    (
        "two destinations in the template",
        application_set("shop", template=template(destination={"name": "a", "server": "https://b"})),
        ("template.spec: destination: server and name are both given",),
    ),
    (
        "no source in the template",
        application_set(
            "shop", template={"metadata": {"name": "x-{{ .stage }}"}, "spec": {"destination": {"name": "a"}}}
        ),
        ("template.spec: one of source, sources and source_hydrator is required",),
    ),
    (
        "misspelt option of the Application",
        application_set("shop", template=template(sorce={})),
        ("template.spec.sorce: unknown key, did you mean source?",),
    ),
    (
        "text for a boolean of the Application",
        application_set("shop", template=template(sync_policy={"automated": {"prune": "{{ .prune }}"}})),
        ("template.spec.sync_policy.automated.prune: must be true or false, not '{{ .prune }}'",),
    ),
    ("rolling without steps", rolling(rolling_sync={"steps": []}), ("rolling_sync.steps: at least one is required",)),
    ("steps without rolling", rolling(type="AllAtOnce"), ("rolling_sync: has no effect without type: RollingSync",)),
    (
        "reverse without rolling",
        application_set("shop", strategy={"deletion_order": "Reverse"}),
        ("strategy.deletion_order: Reverse has no effect without type: RollingSync",),
    ),
    (
        "number as text",
        rolling(rolling_sync={"steps": [{**STEP, "max_update": "3"}]}),
        ("steps[0].max_update: '3' is neither a number of Applications (as a number, without quotes)",),
    ),
    (
        "negative number",
        rolling(rolling_sync={"steps": [STEP, {**STEP, "max_update": -1}]}),
        ("steps[1].max_update: -1 is neither",),
    ),
    (
        "operator of a step",
        {"application_sets": [rolling(rolling_sync={"steps": [{"match_expressions": [{"operator": "Exists"}]}]})]},
        ("steps[0].match_expressions[0].operator: must be one of In, NotIn, not 'Exists'",),
    ),
    (
        "unknown policy in a list",
        {"application_sets": [application_set("shop", sync_policy={"applications_sync": "create"})]},
        ("sync_policy.applications_sync: must be one of create-only, create-update, create-delete, sync",),
    ),
    (
        "cascade beside present",
        application_set("shop", cascade="orphan"),
        ("cascade: is about deleting ApplicationSets; it goes with state absent, or with prune",),
    ),
    *common_options(
        application_set,
        "application_sets",
        {"template": template()},
        ("sync_policie", "sync_policy"),
        ("goTemplate", "go_template"),
    ),
    *dest_beside(application_set),
]


@pytest.mark.parametrize(("options", "parts"), [case[1:] for case in OPTIONS], ids=[case[0] for case in OPTIONS])
def test_options(lab: Lab, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    message = refused(lab.of(APPLICATION_SET), options, *parts)
    assert "s3cret" not in message


SPEC = (
    "spec: {generators: [{clusters: {}}], template: {metadata: {name: 'a-{{name}}'}, spec: {source: "
    f"{{repoURL: {REPOSITORY}, path: deploy}}, destination: {{server: '{{{{server}}}}'}}}}}}}}\n"
)
HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop}\n"
FILES: list[tuple[str, str, tuple[str, ...]]] = [
    (
        "unknown key of a generator",
        HEAD + SPEC.replace("clusters: {}", "clusters: {selektor: {}}"),
        ("ApplicationSet shop.spec.generators[0].clusters.selektor: unknown key, did you mean selector?",),
    ),
    (
        "option instead of a key",
        HEAD + SPEC.replace("clusters: {}", "scm_provider: {}"),
        ("spec.generators[0].scm_provider: unknown key, did you mean scmProvider?",),
    ),
    ("no spec", HEAD, ("generators: at least one is required", "template: is required")),
    *common_files(APPLICATION_SET, SPEC),
]


@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_files(lab: Lab, tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    refused(lab.of(APPLICATION_SET), {"src": str(file)}, str(file), *parts)


def test_a_good_file(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(HEAD + SPEC)
    assert lab.of(APPLICATION_SET).run({"src": str(file)})["changed"] is True


DOUBTS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    (
        "Go template without go_template",
        application_set("shop", go_template=False),
        ("template.metadata.name: 'shop-{{ .stage }}' looks like a Go template, but go_template is not true",),
    ),
    (
        "one name for many",
        application_set("shop", generators=[stages("a", "b")], template={**template(), "metadata": {"name": "shop"}}),
        ("template.metadata.name: 'shop' has no parameter, so generators[0].list may give only one Application",),
    ),
    (
        "project from a pull request",
        generated({"pull_request": PULLS}, template=template(project="{{ .branch }}")),
        ("template.spec.project: comes from the parameters of pull_request. Whoever can create",),
    ),
    (
        "project from a repository in a matrix",
        generated(
            {"matrix": {"generators": [stages("x"), {"scm_provider": {"github": {"organization": "myorg"}}}]}},
            template=template(project="{{ .repository }}"),
        ),
        ("template.spec.project: comes from the parameters of scm_provider.",),
    ),
    (
        "auto-sync in a rolling sync",
        {**rolling(), "template": template(sync_policy={"automated": {}})},
        ("template.spec.sync_policy.automated: is switched off by the strategy RollingSync",),
    ),
    (
        "options of Go templates without them",
        application_set(
            "shop",
            go_template=False,
            go_template_options=["missingkey=error"],
            template={**template(source={"repo_url": REPOSITORY, "path": "x"}), "metadata": {"name": "shop-{{stage}}"}},
        ),
        ("go_template_options: has no effect without go_template: true",),
    ),
    (
        "namespace of the Applications",
        application_set("shop", template={**template(), "metadata": {"name": "x-{{ .stage }}", "namespace": "other"}}),
        ("template.metadata.namespace: has no effect",),
    ),
]


@pytest.mark.parametrize(("options", "parts"), [case[1:] for case in DOUBTS], ids=[case[0] for case in DOUBTS])
def test_doubts(lab: Lab, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    """The module does as it is told, and warns."""
    place = lab.of(APPLICATION_SET)
    result = place.run(options, warnings=parts)
    (warning,) = result["warnings"]
    assert f"ApplicationSet {place.namespace}/shop: {parts[0]}" in str(warning)
    assert place.all().keys() == {"shop"}
    assert "warnings" not in place.run({"name": "shop", "state": "absent"})
