"""Go templates give here what they give in Argo CD: the table's results are Argo CD's, as an integration test shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets import gojson, gotemplate
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.sprig_coding import UNKNOWN
from ansible_collections.tiphys.gitops.plugins.module_utils.applicationsets.values import (
    TemplateError,
    UnsupportedError,
)

TABLE = json.loads((Path(__file__).parents[1] / "support/go_templates.json").read_text())

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{two}: &{two} [{', '.join(['*' + one] * 10)}]\n" for one, two in zip("abcdef", "bcdefg", strict=True)
)


def params() -> dict[str, Any]:
    values: dict[str, Any] = gojson.loads(json.dumps(TABLE["params"]))
    return values


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["template"][:60])
def test_table(case: dict[str, Any]) -> None:
    if case["text"] is None:
        with pytest.raises(TemplateError):
            gotemplate.render(case["template"], params(), case.get("options", ()))
    else:
        assert gotemplate.render(case["template"], params(), case.get("options", ())) == case["text"]


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_nobody_can_foretell_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match=f"does not know the function {name}$"):
        gotemplate.render("{{ " + name + " }}", {})
    assert gotemplate.render("{{ if false }}{{ " + name + " }}{{ end }}", {}) == ""


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ range (until 90000) }}{{ range (until 90000) }}{{ end }}x{{ end }}", "steps"),
        ("{{ range 1000000000 }}{{ . }}{{ end }}", "steps"),
        ("{{ until 100000000 }}", "counts further"),
        ('{{ repeat 900000000 "x" }}', "repeat gives more"),
        ('{{ range 300 }}{{ repeat 90000 "x" }}{{ end }}', "16 MiB"),
        ('{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}', "too deeply"),
        ("{{ keys . }}", "order"),
        ("{{ first (values .) }}", "order"),
        ("{{ printf `%[1]d` 1 }}", "argument indexes"),
        ('{{ regexFind `\\pL` "x" }}', "not known here"),
        ("{{ fromYaml .bomb }}", "values"),
        ('{{ regexMatch "^(a+)+$" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" }}', "can take forever"),
        ('{{ regexMatch "^((a|aa)b?)*$" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac" }}', "can take forever"),
    ],
)
def test_what_takes_too_much_or_is_not_known_is_refused(template: str, why: str) -> None:
    with pytest.raises(UnsupportedError, match=why):
        gotemplate.render(template, {"a": 1, "bomb": BOMB})


def test_an_error_tells_the_line() -> None:
    with pytest.raises(TemplateError, match=r"^line 3: map has no entry for key 'x'$"):
        gotemplate.render("a\n\n{{ .x }}", {}, ["missingkey=error"])
    with pytest.raises(TemplateError, match=r"^line 2: function 'nope' not defined$"):
        gotemplate.render("a\n{{ nope }}", {})


@pytest.mark.parametrize("option", ["missingkey", "missingkey=", "missingkey=x", "other=1", ""])
def test_an_option_that_go_does_not_know(option: str) -> None:
    with pytest.raises(TemplateError, match="unrecognized option"):
        gotemplate.render("x", {}, [option])
