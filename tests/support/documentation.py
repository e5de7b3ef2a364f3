"""Reading what the collection documents: modules, fragments, inventory plugins, their examples and their results."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from unittest import mock

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.tiphys.gitops.plugins.module_utils._module import CONNECTION

from .module import ROOT

PLUGINS = "ansible_collections.tiphys.gitops.plugins"
COLLECTION = "tiphys.gitops."
DOCUMENTED = ("type", "elements", "required", "default", "choices", "aliases")
# Other names that plugins' documentation may use.
TYPES = {"boolean": "bool", "string": "str", "integer": "int", "dictionary": "dict"}


class Example(NamedTuple):
    """A task that somebody may copy, and the variables that tasks before it have set."""

    origin: str
    task: dict[str, Any]
    variables: dict[str, Any]

    @property
    def action(self) -> str:
        """The name of its module: the only key with dots."""
        (name,) = (key for key in self.task if "." in key)
        return name

    def arguments(self) -> Iterator[Any]:
        """What its module is given, once for each item of a loop."""
        for item in self._templated(self.task.get("loop", [None]), {}):
            yield self._templated(self.task[self.action], {"item": item})

    def _templated(self, value: Any, more: Mapping[str, Any]) -> Any:
        variables = {**self.variables, **self.task.get("vars", {}), **more}
        return plain(Templar(DataLoader(), variables=variables).template(value))


def plugins(folder: str) -> list[str]:
    """The names of the collection's plugins of a kind (``modules``, ``doc_fragments``, ``inventory``)."""
    return sorted(path.stem for path in (ROOT / "plugins" / folder).glob("*.py") if path.stem != "__init__")


def plugin(folder: str, name: str) -> Any:
    return importlib.import_module(f"{PLUGINS}.{folder}.{name}")


def load(text: str) -> Any:
    """YAML of a playbook, whose templates may be evaluated."""
    return DataLoader().load(trust_as_template(text))


def plain(value: Any) -> Any:
    """What Ansible sends to a module: templates are done, containers and texts are Python's own."""
    if isinstance(value, str):
        return str(value[:])
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def readme_blocks() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def readme_playbooks() -> list[str]:
    return [block for block in readme_blocks() if "hosts:" in block]


def examples(variables: Mapping[str, Mapping[str, Any]]) -> Iterator[Example]:
    """Every task of the modules' EXAMPLES and of README.md, with the variables of each module or group of hosts."""
    for name in plugins("modules"):
        tasks = load(plugin("modules", name).EXAMPLES)
        yield from _sequence(tasks, f"{name}: ", variables.get(name, {}))
    for playbook in readme_playbooks():
        for play in load(playbook):
            known = {**variables.get(play["hosts"].split(":")[0], {}), **play.get("vars", {})}
            yield from _sequence(play["tasks"], f"README: {play['name']}: ", known)


def _sequence(tasks: list[dict[str, Any]], origin: str, variables: Mapping[str, Any]) -> Iterator[Example]:
    known = dict(variables)
    for task in tasks:
        example = Example(origin + task["name"], task, dict(known))
        yield example
        if "register" in task:
            known[task["register"]] = samples(example.action)


def samples(module: str) -> dict[str, Any]:
    """A result made of the samples that a module of the collection documents."""
    documented = yaml.safe_load(plugin("modules", module.removeprefix(COLLECTION)).RETURN)
    return {"changed": True, **{key: value["sample"] for key, value in documented.items() if "sample" in value}}


def called(name: str) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The argument spec of a module, connection included, and the constraints that it hands to AnsibleModule."""
    module = plugin("modules", name)
    with mock.patch.object(module, "run") as run:
        module.main()
    (spec, _main, *_more), given = run.call_args
    return {**CONNECTION, **spec}, {key: value for key, value in given.items() if key != "hiding"}


def validated(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as the module would see them, checked with everything that it hands to AnsibleModule."""
    spec, constraints = called(name)
    return _validated(ArgumentSpecValidator(spec, **constraints), arguments)


def _validated(validator: ArgumentSpecValidator, arguments: Mapping[str, Any]) -> dict[str, Any]:
    result = validator.validate(dict(arguments))
    assert result.error_messages == []
    assert result.unsupported_parameters == set()
    parameters: dict[str, Any] = result.validated_parameters
    return parameters


def validated_inventory(documentation: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """The options that an example of an inventory file stands for, checked against the plugin's DOCUMENTATION."""
    document = yaml.safe_load(documentation)
    name = COLLECTION + document["name"]
    assert example.get("plugin") == name, f"plugin: must be {name}, not {example.get('plugin')}"
    spec = {option: _argument(described) for option, described in documented_options(document).items()}
    return _validated(ArgumentSpecValidator({"plugin": {"type": "str"}, **spec}), example)


def _argument(described: Mapping[str, Any]) -> dict[str, Any]:
    spec = {key: described[key] for key in DOCUMENTED if key in described}
    spec |= {key: TYPES.get(spec[key], spec[key]) for key in ("type", "elements") if key in spec}
    if "suboptions" in described:
        spec["options"] = {name: _argument(one) for name, one in described["suboptions"].items()}
    return spec


def documented_options(document: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a plugin's documentation and of the fragments that it extends, ours and Ansible's."""
    options: dict[str, Any] = {}
    named = document.get("extends_documentation_fragment", [])
    for name in [named] if isinstance(named, str) else named:
        options |= fragment(name).get("options") or {}
    return options | (document.get("options") or {})


def fragment(name: str) -> dict[str, Any]:
    """A documentation fragment, ``tiphys.gitops.NAME`` or one of Ansible itself; with ``.SECTION`` or without."""
    ours = name.startswith(COLLECTION)
    file, _dot, section = name.removeprefix(COLLECTION).removeprefix("ansible.builtin.").partition(".")
    package = f"{PLUGINS}.doc_fragments" if ours else "ansible.plugins.doc_fragments"
    holder = importlib.import_module(f"{package}.{file}").ModuleDocFragment
    document: dict[str, Any] = yaml.safe_load(getattr(holder, section.upper() or "DOCUMENTATION"))
    return document


def differences(documented: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[str]:
    """Where documented options and an argument spec do not say the same."""
    if documented.keys() != spec.keys():
        yield f"{where}: {sorted(documented.keys() ^ spec.keys())} only in one of them"
    for name in documented.keys() & spec.keys():
        pair = (documented[name], spec[name])
        one, other = ({key: option[key] for key in DOCUMENTED if key in option} for option in pair)
        if one != other:
            yield f"{where}.{name}: documented {one}, really {other}"
        yield from differences(documented[name].get("suboptions", {}), spec[name].get("options", {}), f"{where}.{name}")
