"""Bad options and files that every module refuses which takes many objects, with a part of what it says to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .lab import Target

Options = tuple[str, dict[str, Any], tuple[str, ...]]
"""What is wrong, the options, and the parts of the message."""
Text = tuple[str, str, tuple[str, ...]]
"""What is wrong, the content of a file, and the parts of the message."""


def common_options(
    good: Callable[..., dict[str, Any]],
    many: str,
    single: dict[str, Any],
    typo: tuple[str, str],
    camel: tuple[str, str],
) -> list[Options]:
    """Cases for a module whose option `many` takes a list.

    `good` gives the options of an object that is all right, from its name and more options. `single` is an option that
    describes one object. `typo` and `camel` are a wrong key, misspelt and as in a manifest, and the right one.
    """
    (beside,) = single
    selected = {"prune": True, "label_selectors": ["team=shop"]}
    return [
        *(
            (
                f"unknown key {wrong} in a list",
                {many: [good("shop", **{wrong: {}})]},
                (f"{many}[0] (shop).{wrong}: unknown key, did you mean {right}?",),
            )
            for wrong, right in (typo, camel)
        ),
        ("name with a capital", good("Shop"), ("name: 'Shop' may have only lower-case letters",)),
        ("empty name", good(""), ("name: is empty",)),
        ("empty namespace", good("shop") | {"namespace": ""}, ("namespace: is empty",)),
        ("duplicate names", {many: [good("shop")] * 2}, (f"/shop was already named by {many}[0]",)),
        (
            "list beside single options",
            {many: [good("shop")], **single},
            (f"{beside}: is given beside {many}; put it there",),
        ),
        ("list without a name", {many: [single]}, (f"{many}[0] (without name): name:",)),
        ("neither name nor list", single, (f"one of the following is required: name, {many}",)),
        ("prune without selectors", {**good("shop"), "prune": True}, ("prune is True", "label_selectors")),
        (
            "prune beside absent",
            {**good("shop"), **selected, "state": "absent"},
            ("prune: goes with state present, not absent",),
        ),
        (
            "bad label selector",
            {**good("shop"), "prune": True, "label_selectors": ["team in shop"]},
            ("label_selectors: 'team in shop' is no label selector", "key in (a, b)"),
        ),
        (
            "selector for what has no label",
            {**good("shop"), "prune": True, "label_selectors": ["!team"]},
            ("label_selectors: '!team' selects objects that have no label",),
        ),
        (
            "object outside the selector",
            {**good("shop", labels={"team": "office"}), **selected},
            ("/shop: its labels do not match label_selectors (team=shop)", "Add the labels"),
        ),
    ]


def dest_beside(good: Callable[..., dict[str, Any]]) -> list[Options]:
    """Cases for a module that renders."""
    return [
        (
            f"dest beside {state}",
            {**good("shop"), "state": state, "dest": "/nowhere/shop.yaml"},
            (f"dest: goes with state rendered, not {state}",),
        )
        for state in ("present", "absent")
    ]


def common_files(target: Target, body: str) -> list[Text]:
    """Cases for a module that takes manifests in files; `body` is the line of a manifest below its metadata."""
    version, kind = target.api_version, target.kind
    head = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: shop}}\n"
    group = version.rpartition("/")[0]
    wrong = f"{group}/v1" if group else "other.example.org/v1"
    aliases = "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return [
        ("unknown key beside the rest", head + body + "extra: 1\n", (f"{kind} shop.extra: unknown key",)),
        (
            "another kind",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n",
            ("is a Pod (v1)", f"takes {kind}s ({version})"),
        ),
        ("wrong version", (head + body).replace(version, wrong, 1), (f"is a {kind} ({wrong})",)),
        ("no manifest", "- a\n- b\n", ("(document 1): is no Kubernetes manifest",)),
        ("a text", "hello\n", ("(document 1): is no Kubernetes manifest",)),
        ("empty", "", ("holds no manifest",)),
        ("no YAML", "a: [1,\nb: }\n", ("is no YAML", "line 2")),
        ("tab", "a:\n\t- b\n", ("is no YAML", "line 2")),
        ("alias", head + "spec: &x\n  source: *x\n", ("holds an alias", "line 5", "write the value out")),
        ("bomb", "a: &a [x, x]\n" + aliases, ("holds an alias", "line 2")),
        ("nested lists", "a: " + "[" * 50_000 + "]" * 50_000, ("more than 100 levels of nesting",)),
        ("nested mappings", "a: " + "{a: " * 50_000 + "}" * 50_000, ("more than 100 levels of nesting",)),
        ("nested blocks", "\n".join(" " * depth + "a:" for depth in range(400)), ("more than 100 levels of nesting",)),
        ("Python object", head + "spec: !!python/object/apply:os.system [true]\n", ("line 4",)),
        ("the same key twice", head + body + body, ("line 5", f"holds the key {body.partition(':')[0]} twice")),
    ]
