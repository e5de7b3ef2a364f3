"""Runs modules as Ansible does, each in a process of its own, without loading their libraries anew each time.

Loading Ansible's and Kubernetes' libraries takes a second; a process that has them is forked instead. The collection
itself is never loaded here, so every run loads it from its files. Requests are lines of JSON on standard input; the
answers are the process id of a run when it begins and its exit code when it has ended.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from typing import Any

import ansible.module_utils.basic
import kubernetes.client
import kubernetes.config
import urllib3
import yaml

PRELOADED = (ansible.module_utils.basic, kubernetes.client, kubernetes.config, urllib3, yaml)


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(run(request))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run(request: dict[str, Any]) -> int:
    """The exit code of a module (`module` by its full name, with a file of `arguments`, output into two files)."""
    for number, name in ((0, os.devnull), (1, request["stdout"]), (2, request["stderr"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["module"], request["arguments"]]
    code = 0
    try:
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  # as the interpreter does
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve()
