"""argocd_application_set in a play: the braces of its templates pass through Ansible unharmed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.application_sets import spec
from tests.support.lab import APPLICATION_SET, Lab
from tests.support.playbook import play

PATCH = """\
{{- if .auto }}
spec:
  syncPolicy:
    automated: {}
{{- end }}
"""
SINGLE = """\
    name: shop
    go_template: true
    generators:
      - list:
          elements:
            - stage: test
              note: !unsafe "{{ kept }}"
    template:
      metadata:
        name: !unsafe "shop-{{ .stage }}"
        labels:
          team: "{{ team }}"
      spec:
        project: default
        source:
          repo_url: https://git.example.org/shop.git
          path: !unsafe "deploy/{{ .stage }}"
        destination:
          name: in-cluster
          namespace: shop
    template_patch: !unsafe |
      {{- if .auto }}
      spec:
        syncPolicy:
          automated: {}
      {{- end }}
"""
LISTED = """\
    application_sets:
      - name: shop
        go_template: true
        generators:
          - list:
              elements:
                - stage: test
                  note: !unsafe "{{ kept }}"
        template:
          metadata:
            name: !unsafe "shop-{{ .stage }}"
            labels:
              team: web
          spec:
            project: default
            source:
              repo_url: https://git.example.org/shop.git
              path: !unsafe "deploy/{{ .stage }}"
            destination:
              name: in-cluster
              namespace: shop
        template_patch: !unsafe |
          {{- if .auto }}
          spec:
            syncPolicy:
              automated: {}
          {{- end }}
"""


def expected() -> dict[str, Any]:
    whole = spec(templatePatch=PATCH, generators=[{"list": {"elements": [{"stage": "test", "note": "{{ kept }}"}]}}])
    whole["template"]["metadata"]["labels"] = {"team": "web"}
    return whole


def run(lab: Lab, folder: Path, options: str) -> str:
    """Run the module twice as one of two included tasks."""
    connection = f"    namespace: {lab.namespace}\n    kubeconfig: {lab.proxy.kubeconfig}\n"
    task = f"- name: Make it\n  tiphys.gitops.argocd_application_set:\n{connection}{options}"
    again = f"{task}  register: again\n  failed_when: again.changed\n"
    (folder / "tasks.yml").write_text(task + again)
    included = {"ansible.builtin.include_tasks": "tasks.yml", "vars": {"team": "web"}}
    return play([included], folder).stdout


@pytest.mark.parametrize("options", [SINGLE, LISTED], ids=["of the task", "in a list"])
def test_braces_pass_with_unsafe(lab: Lab, tmp_path: Path, options: str) -> None:
    place = lab.of(APPLICATION_SET)
    run(place, tmp_path, options)
    assert place.get("shop")["spec"] == expected()


def test_braces_pass_in_files(lab: Lab, tmp_path: Path) -> None:
    place = lab.of(APPLICATION_SET)
    file = tmp_path / "shop.yaml"
    file.write_text(yaml.safe_dump(place.manifest("shop", {"spec": expected()})))
    run(place, tmp_path, f"    src: {file}\n")
    assert place.get("shop")["spec"] == expected()


def test_braces_pass_into_a_rendered_file(lab: Lab, tmp_path: Path) -> None:
    place = lab.of(APPLICATION_SET)
    run(place, tmp_path, f"{SINGLE}    state: rendered\n    dest: {tmp_path}/shop.yaml\n")
    assert yaml.safe_load((tmp_path / "shop.yaml").read_text())["spec"] == expected()
    assert place.all() == {}
