"""YAML text: what is written reads back the same everywhere, what is read cannot do harm."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ansible_collections.tiphys.gitops.plugins.module_utils._errors import GitopsError
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.document import dump, is_plain, parse

AMBIGUOUS = """12345e7 1e3 1234e56 0o17 08 y n Y N yes No on OFF true False null ~ Null 12e+3 6e-1 1E5 0B1 0X1f 0x1f
0777 1_000 2026-01-01 2026-01-01T00:00:00Z .inf -.INF .nan .NaN +1 -1 1:30 190:20:30 = << 0. 1. .5 +.5 -.5e3 0x 0b1 1.10
- -- --- ... . .. e1 E3 inf nan Infinity ! & * # % @ ` { [ , ? : | > ' " $ \\ a: :a a#b #a -a ?a 5s 3m 1h30m v1.2.3
1.2.3 12e03 0e0 00 01 0_1 1e_3 0o8 0xg 1,000 1.2.3.4 ::1 12:30:45 12:30:45.5 TRUE NO ON NULL""".split()
TEXTS = [
    *AMBIGUOUS,
    *("", " a", "a ", "a b", "a: b", "a #b", "- a", "a\nb", "a\nb\n", "a\n\n", "\na", "\ta", "a\tb"),
    *(
        "é",
        "\u2028x",
        "\x85",
        "\ufeffx",
        "\U0001f600",
        "\x07",
        "a\r\nb",
        "a\rb",
        "a\n b\n",
        " a\nb",
        "a \nb",
        "a\n\tb\n",
    ),
    *("it's", 'say "x"', "key: |\n  text\n", "#!/bin/sh\necho\n", "{{ .Values.x }}", "{{ x }}: y", "%YAML", "--- a"),
]


def read_1_2(text: str) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return reader.load(text)


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_read_back_by_yaml_1_1_and_1_2(text: str) -> None:
    written = dump([{"key": text, text or "empty": [text]}])
    for read in (yaml.safe_load(written), read_1_2(written), next(iter(parse(written, "x")))):
        assert read == {"key": text, text or "empty": [text]}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.from_regex(r"[-+.0-9eExXoObB_:]{1,8}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_any_value_is_read_back(value: Any) -> None:
    written = dump([{"value": value}])
    assert yaml.safe_load(written) == {"value": value}
    assert read_1_2(written) == {"value": value}
    assert list(parse(written, "x")) == [{"value": value}]


@given(st.text(min_size=1))
def test_what_is_plain_is_a_string_for_both(text: str) -> None:
    if is_plain(text):
        assert yaml.safe_load(f"a: {text}") == read_1_2(f"a: {text}") == {"a": text}


def test_common_texts_stay_readable() -> None:
    texts = ["https://github.com/myorg/my-service", "5s", "3m", "k8s/overlays/production", "CreateNamespace=true"]
    assert dump([{"a": texts}]) == "a:\n" + "".join(f"- {text}\n" for text in texts)
    assert dump([{"values": "a: 1\nb: 2\n"}]) == "values: |\n  a: 1\n  b: 2\n"


def test_shared_objects_are_written_out() -> None:
    shared = {"a": 1}
    assert "&" not in dump([{"x": shared, "y": shared}])


def test_documents_are_read_one_by_one_and_empty_ones_left_out() -> None:
    assert list(parse("a: 1\n---\n---\n# nothing\n---\n- b\n", "x")) == [{"a": 1}, ["b"]]
    assert list(parse('{"a": [1, true, null, "x"]}', "x")) == [{"a": [1, True, None, "x"]}]


def test_dates_are_strings_and_yaml_1_1_booleans_are_booleans() -> None:
    assert list(parse("a: 2026-01-01\nb: yes\nc: 0x10\nd: 1.5\ne: ~\n", "x")) == [
        {"a": "2026-01-01", "b": True, "c": 16, "d": 1.5, "e": None}
    ]


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "line 2: holds an alias"),
        ("x: " + "[" * 50_000 + "]" * 50_000, "more than 100 levels of nesting"),
        ("x: " + "[" * 50_000, "more than 100 levels of nesting"),
        ("- " * 50_000 + "a", "more than 100 levels of nesting"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(2_000)), "more than 100 levels of nesting"),
        ("a: 1\nb: 2\na: 3\n", "line 3: holds the key a twice"),
        ("a: !!python/object/apply:os.system [echo]", "line 1: holds the tag"),
        ("a: !!binary aGk=", "line 1: holds the tag"),
        ("{a: b}: c", "a key that is no scalar"),
        ("a: b: c", "is no YAML"),
        ("a: [", "is no YAML"),
        ("a: \x00", "is no YAML"),
        ("a: *nothing", "an alias"),
    ],
    ids=lambda text: text[:20],
)
def test_hostile_and_broken_text_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(GitopsError) as caught:
        list(parse(text, "src apps.yml"))
    assert str(caught.value).startswith("src apps.yml")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
