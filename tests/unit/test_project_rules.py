"""What Argo CD would refuse or pass over in a project is found before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.tiphys.gitops.plugins.module_utils.argocd.zones import known_zone
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests import globs, schedule
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project import from_options
from ansible_collections.tiphys.gitops.plugins.module_utils.manifests.project_rules import problems
from tests.support.projects import project, role

WINDOW = {"kind": "deny", "schedule": "0 22 * * *", "duration": "1h", "applications": ["*"]}
KEY = "4AEE18F83AFDEB23"
GPG = {"mode": "head", "keys": [KEY]}


def found(**options: Any) -> list[str]:
    unread: list[str] = []
    manifest = from_options({**project("shop"), **options}, "shop", unread)
    return [*unread, *problems(manifest, "shop", lambda name: name == "Europe/Berlin")]


def window(**fields: Any) -> dict[str, Any]:
    return {"sync_windows": [{**WINDOW, **fields}]}


def policy(text: str) -> dict[str, Any]:
    return {"roles": [{"name": "ci", "policies": [text]}]}


def policies(repos: list[str], **gpg: Any) -> dict[str, Any]:
    return {"repos": [{"url": url} for url in repos], "gpg": {**GPG, **gpg}}


def integrity(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"source_integrity": {"git": {"policies": list(rules)}}}


GOOD: list[dict[str, Any]] = [
    {},
    {"source_repos": ["*", "!https://git.example.org/secret-*", "git@github.com:myorg/*", "oci://x/{a,b}"]},
    {"source_namespaces": ["team-*", "/^team-[0-9]+$/", "/(?<odd>/"]},
    {"destinations": [{"server": "https://x", "name": "in-cluster", "namespace": "*"}, {"name": "!prod"}]},
    {"destination_service_accounts": [{"server": "*", "default_service_account": "deploy:robot"}]},
    {"cluster_resource_whitelist": [{"group": "", "kind": "Namespace", "name": "shop-*"}, {"group": "*", "kind": "*"}]},
    {"namespace_resource_blacklist": [{"group": "{x}", "kind": "[A-Z]*"}, {"group": "[^a-cx-z]*", "kind": r"[\]]"}]},
    {"namespace_resource_blacklist": [{"group": "a", "kind": "B"}] * 2, "signature_keys": [{"key_id": KEY}] * 2},
    {"roles": [role("shop", "ci", groups=["my org", '"CN=a,OU=b"', "a:b"]), {"name": "Read_Only-2"}]},
    policy("p,proj:shop:ci,applications,action/apps/Deployment/restart,shop/*,deny"),
    policy("p, proj:shop:ci, applications, delete/*/Pod/*/*, shop/team.a/web_*, allow"),
    policy("p, proj:shop:ci, clusters, *, shop/*, allow"),
    window(),
    window(time_zone="Europe/Berlin", schedule="*/5 0-7,22 1 jan,mar-may MON-5", duration="+1h30m", clusters=["*"]),
    window(time_zone="UTC", schedule="TZ=Europe/Berlin 0 1 ? * *", duration="1.5h"),
    {"sync_windows": [WINDOW, {**WINDOW, "kind": "allow"}, {**WINDOW, "and_operator": True}]},
    integrity(policies(["*", "!https://x/*"]), policies(["https://x/*"], mode="none")),
    {"signature_keys": [{"key_id": KEY}, {"key_id": "a" * 40}]},
    {"description": "ü" * 255},
    {"orphaned_resources": {"ignore": [{"kind": "ConfigMap", "name": "x*"}]}},
]


@pytest.mark.parametrize("options", GOOD)
def test_good(options: dict[str, Any]) -> None:
    assert found(**options) == []


FORM = "must be of the form 'p, proj:PROJECT:ROLE, RESOURCE, ACTION, OBJECT, EFFECT'"
BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": "Shop"}, "name: 'Shop' may have only lower-case letters"),
    ({"description": "x" * 256}, "description: has 256 characters, at most 255"),
    ({"source_repos": ["!*"]}, "source_repos[0]: '!*' would deny everything"),
    ({"source_repos": [""]}, "source_repos[0]: is empty; write '*'"),
    ({"source_repos": ["https://x", "*", "https://x"]}, "source_repos[2]: is the same as source_repos[0]"),
    ({"source_repos": ["https://me:s3cret@git.example.org/{a,b}"]}, "source_repos[0]: holds credentials"),
    ({"source_repos": ["!https://s3cret@git.example.org/[ab]"]}, "source_repos[0]: holds credentials"),
    ({"source_repos": ["https://x/{a,b"]}, "source_repos[0]: 'https://x/{a,b' has a { without its }"),
    ({"source_namespaces": ["a", "a"]}, "source_namespaces[1]: is the same as source_namespaces[0]"),
    ({"source_namespaces": ["team-["]}, "source_namespaces[0]: 'team-[' has a [ that opens no class"),
    ({"source_namespaces": [""]}, "source_namespaces[0]: is empty"),
    ({"destinations": [{"namespace": "shop"}]}, "destinations[0]: names no cluster, so it permits nothing"),
    ({"destinations": [{"name": "!*"}]}, "destinations[0].name: '!*' would deny everything"),
    ({"destinations": [{"server": "!*"}]}, "destinations[0].server: '!*' would deny"),
    ({"destinations": [{"name": "x", "namespace": "!*"}]}, "destinations[0].namespace: '!*' would deny"),
    ({"destinations": [{"name": "x", "namespace": "[]"}]}, "destinations[0].namespace: '[]' has a ["),
    (
        {"destinations": [{"server": "x", "name": "a", "namespace": "n"}, {"name": "x", "namespace": "n"}]},
        "destinations[1]: is the same as destinations[0]",
    ),
    (
        {"destination_service_accounts": [{"server": "!x", "default_service_account": "a"}]},
        "destination_service_accounts[0].server: '!x' holds '!'",
    ),
    (
        {"destination_service_accounts": [{"server": "x", "default_service_account": "a*"}]},
        "default_service_account: 'a*' must be one account, as NAME or NAMESPACE:NAME",
    ),
    (
        {"destination_service_accounts": [{"server": "x", "default_service_account": " "}]},
        "default_service_account: ' ' must be one account",
    ),
    (
        {"destination_service_accounts": [{"server": "x", "default_service_account": name} for name in "ab"]},
        "destination_service_accounts[1]: is the same as destination_service_accounts[0]",
    ),
    ({"cluster_resource_whitelist": [{"group": "", "kind": ""}]}, "cluster_resource_whitelist[0].kind: is empty"),
    (
        {"cluster_resource_blacklist": [{"group": "a", "kind": "B", "name": "x["}]},
        "cluster_resource_blacklist[0].name: 'x[' has a [",
    ),
    (
        {"namespace_resource_whitelist": [{"group": "", "kind": "!Secret"}]},
        "namespace_resource_whitelist[0].kind: '!Secret': '!' has no meaning here; list in the whitelist what is",
    ),
    (
        {"cluster_resource_blacklist": [{"group": "", "kind": "Namespace", "name": "!*"}]},
        "cluster_resource_blacklist[0].name: '!*': '!' has no meaning here",
    ),
    *(
        ({"cluster_resource_blacklist": [{"group": group, "kind": "B"}]}, f"group: {group!r} has a [ that opens")
        for group in ("[a-]", "[]a]", "[-a]", "[^]")
    ),
    (
        {"namespace_resource_whitelist": []},
        "namespace_resource_whitelist: is empty, which permits no kind only until Argo CD writes the project",
    ),
    ({"roles": [{"name": "-ci"}]}, "roles[0].name: '-ci' may have only letters"),
    ({"roles": [{"name": "ci\n"}]}, "roles[0].name: 'ci\\n' may have only letters"),
    ({"roles": [{"name": "ci"}, {"name": "ci"}]}, "roles[1].name: 'ci' names two roles"),
    (
        policy("p, proj:shop:ci, applications, get, shop/*"),
        f"roles[0].policies[0]: '{'p, proj:shop:ci, applications, get, shop/*'}' {FORM}",
    ),
    (policy("g, proj:shop:ci, applications, get, shop/*, allow"), FORM),
    (policy("p, proj:shop:ci, applications, action/\n, shop/*, allow"), FORM),
    (
        policy("p, proj:other:ci, applications, get, shop/*, allow"),
        "is for proj:other:ci; here it must be for proj:shop:ci",
    ),
    (policy("p, proj:shop:cd, applications, get, shop/*, allow"), "is for proj:shop:cd"),
    (policy("p, proj:shop:ci, application, get, shop/*, allow"), "is about application (did you mean applications?)"),
    (policy("p, proj:shop:ci, projects, get, shop/*, allow"), "is about projects; a role may be about applications, "),
    (policy("p, proj:shop:ci, applications, snyc, shop/*, allow"), "has the unknown action snyc (did you mean sync?)"),
    (policy("p, proj:shop:ci, applications, get, other/*, allow"), "has the object other/*; it must be shop/* or"),
    (policy("p, proj:shop:ci, applications, get, shop, allow"), "has the object shop;"),
    (policy("p, proj:shop:ci, applications, get, shop/a/b/c, allow"), "has the object shop/a/b/c;"),
    (policy("p, proj:shop:ci, applications, get, shop/*, maybe"), "has the effect maybe; it must be allow or deny"),
    ({"roles": [role("shop", "ci", policies=["p, proj:shop:ci, logs, get, shop/*, allow"] * 2)]}, "is there twice"),
    ({"roles": [{"name": "ci", "groups": ["a", "a"]}]}, "roles[0].groups[1]: 'a' is there twice"),
    ({"roles": [{"name": "ci", "groups": [" a"]}]}, "roles[0].groups[0]: ' a' begins or ends with a space"),
    ({"roles": [{"name": "ci", "groups": [""]}]}, "roles[0].groups[0]: '' is empty"),
    ({"roles": [{"name": "ci", "groups": ['""']}]}, "roles[0].groups[0]: '\"\"' is empty"),
    ({"roles": [{"name": "ci", "groups": ["a,b"]}]}, "holds a comma, so it must stand in double quotes"),
    ({"roles": [{"name": "ci", "groups": ['a"b']}]}, "holds a quote, a tab or a line break"),
    (window(kind=None), "sync_windows[0].kind: is required, as allow or deny"),
    (window(kind="block"), "kind: must be one of allow, deny, not 'block'"),
    (window(schedule=None), "sync_windows[0].schedule: is required"),
    (window(schedule="@daily"), "sync_windows[0].schedule: '@daily' has 1 fields, not five"),
    (window(schedule="0 22 * * 7"), "its day of week '7' must be within 0 and 6"),
    (window(schedule="0 0 30 2 *"), "never comes true, and Argo CD would take the window as always open"),
    (
        window(schedule="CRON_TZ=Europe/Berlim 0 1 * * *"),
        "1 * * *' begins with a time zone that does not exist",
    ),
    (window(duration="1d"), "sync_windows[0].duration: '1d' is no duration such as 30m"),
    (window(duration="90"), "sync_windows[0].duration: '90' is no duration"),
    (window(duration="0s"), "sync_windows[0].duration: '0s' is no duration"),
    (window(duration=None), "sync_windows[0].duration: '' is no duration"),
    (window(time_zone="Europe/Berlim"), "time_zone: 'Europe/Berlim' is no time zone such as Europe/Berlin"),
    (window(applications=[]), "sync_windows[0]: one of applications, namespaces, clusters is required"),
    (window(namespaces=["a{"]), "sync_windows[0].namespaces[0]: 'a{' has a { without its }"),
    (window(clusters=[""]), "sync_windows[0].clusters[0]: '' stands for nothing"),
    (window(description="ü" * 128), "sync_windows[0].description: has 256 bytes"),
    (
        {"sync_windows": [WINDOW, {**WINDOW, "manual_sync": True, "description": "x", "namespaces": []}]},
        "sync_windows[1]: is the same window as sync_windows[0]",
    ),
    ({"signature_keys": [{"key_id": "abc"}]}, "signature_keys[0].key_id: 'abc' is no key ID of 16 or 40"),
    (
        {"signature_keys": [{"key_id": KEY}], **integrity(policies(["*"]))},
        "signature_keys: would be ignored beside source_integrity",
    ),
    (integrity(), "source_integrity.git.policies: is empty, and argocd-server could not write the project"),
    (integrity(policies([])), "source_integrity.git.policies[0].repos: is empty"),
    (integrity(policies([""])), "source_integrity.git.policies[0].repos[0].url: is empty"),
    (integrity(policies(["*"], keys=[])), "policies[0].gpg.keys: is empty; name the keys"),
    (integrity(policies(["*"], keys=["x"])), "policies[0].gpg.keys[0]: 'x' is no key ID"),
    (integrity(policies(["*"]), policies(["a", "*"])), "policies[1].repos[1].url: is in policies[0], too"),
    (integrity(policies(["https://me:s3cret@x"])), "policies[0].repos[0].url: holds credentials"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message for _options, message in BAD])
def test_bad(options: dict[str, Any], message: str) -> None:
    texts = found(**options)
    assert len(texts) == 1
    assert texts[0].startswith("shop")
    assert message in texts[0]
    assert "s3cret" not in texts[0]


@pytest.mark.parametrize("value", ["x", [1], [["x"]], {"git": "b"}, 7, True, [None]])
@pytest.mark.parametrize("field", ["roles", "destinations", "syncWindows", "sourceIntegrity", "signatureKeys"])
def test_overrides_of_a_wrong_shape_are_told(field: str, value: Any) -> None:
    assert found(spec_overrides={field: value})


@pytest.mark.parametrize("key", ["sourceRepos", "sourceNamespaces"])
def test_lists_in_overrides_are_checked(key: str) -> None:
    assert found(spec_overrides={key: 7})
    assert found(spec_overrides={key: ["a", "a"]})


SCHEDULES = {
    "* * * * *": "",
    " 5  4 * * sun ": "",
    "0 0 29 2 *": "",
    "0 0 31 2 1": "",
    "0 0 31 2 */2": "",
    "0 0 31 2 */1": "never comes true",
    "0 0 31 4,6,9,11 ?": "never comes true",
    "0 0 31 4,5 *": "",
    "60 * * * *": "minute '60' must be within 0 and 59",
    "* 24 * * *": "hour '24' must be within 0 and 23",
    "* * 0 * *": "day of month '0' must be within 1 and 31",
    "* * * 13 *": "month '13' must be within 1 and 12",
    "5-1 * * * *": "smaller first",
    "*/0 * * * *": "needs a step above 0",
    "*/x * * * *": "needs a step above 0",
    "1-2-3 * * * *": "is no number",
    "-1 * * * *": "is no number",
    "\u0661 * * * *": "is no number",
    ", * * * *": "names no value",
    "* * * january *": "is no number or a name such as jan",
    "": "has 0 fields",
    "TZ=Europe/Berlin": "has 1 fields",
    "0 1 TZ=Europe/Berlin * * *": "has 6 fields",
    "0 0 * * * *": "has 6 fields",
}


@pytest.mark.parametrize("text", SCHEDULES)
def test_schedules(text: str) -> None:
    wrong = schedule.problem(text)
    assert SCHEDULES[text] in wrong
    assert bool(wrong) is bool(SCHEDULES[text])


MATCHES = {
    ("*", "argocd"): True,
    ("**", "argocd"): True,
    ("argo?d", "argocd"): True,
    ("argo?", "argocd"): False,
    ("[a-c]*", "argocd"): True,
    ("[!a-c]*", "argocd"): False,
    ("[xa]rgocd", "argocd"): True,
    ("[-]a", "-a"): True,
    ("{x,a{r,s}}gocd", "argocd"): True,
    ("{,x}argocd", "argocd"): True,
    ("a.gocd", "argocd"): False,
    ("a,b", "a,b"): True,
    ("a}", "a}"): True,
    (r"\*", "*"): True,
    (r"\*", "a"): False,
    ("", ""): True,
    ("", "a"): False,
    ("a\nb", "a\nb"): True,
    ("*a*a*a*a*a*a*a*", "a" * 60 + "b"): True,
}


@pytest.mark.parametrize(("pattern", "text"), MATCHES)
def test_globs(pattern: str, text: str) -> None:
    assert globs.problem(pattern) == ""
    assert globs.matches(pattern, text) is MATCHES[pattern, text]


@pytest.mark.parametrize("pattern", ["[", "[]", "[!]", "a[b", "{", "{a", "a\\"])
def test_what_is_no_glob_matches_nothing(pattern: str) -> None:
    assert globs.problem(pattern)
    assert not globs.matches(pattern, pattern)


@pytest.mark.parametrize(
    ("pattern", "matches"), [("/^team-/", True), ("/other/", False), ("/(?<n>x)/", True), ("team-*", True)]
)
def test_namespaces(pattern: str, matches: bool) -> None:
    assert globs.matches_name(pattern, "team-a") is matches


def test_time_zones() -> None:
    assert known_zone("Europe/Berlin")
    for name in ("Europe/Berlim", "Europe", "../etc/passwd", "/etc/passwd", "x" * 5000, "a\0b"):
        assert not known_zone(name), name
