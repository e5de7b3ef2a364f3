"""Running a module of the collection the way Ansible does: its file, in a process, with JSON arguments."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from ansible.module_utils.common.parameters import PASS_VARS

ROOT = Path(__file__).parents[2]
COLLECTIONS = ROOT / ".venv" / "collections"
MODULES = "ansible_collections.tiphys.gitops.plugins.modules"
LONGEST_MESSAGE = 1000
# Makes a result repeat the arguments, as ansible-core before 2.21 does anyway.
INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


class Result(dict[str, Any]):
    """What a module returned, what it wrote to standard error, and how many seconds it took."""

    stderr: str = ""
    seconds: float = 0.0


def run_module(
    name: str,
    options: Mapping[str, Any],
    kubeconfig: Path | str | None = None,
    *,
    check: bool = False,
    diff: bool = False,
    fails: bool = False,
    environment: Mapping[str, str] | None = None,
    warnings: tuple[str, ...] = (),
    timeout: float = 120.0,
) -> Result:
    """Run a module and give its result.

    It must succeed, or fail with a one-line message if it `fails`; it must not write to standard error, nor warn of
    anything but `warnings` (parts of the texts). `environment` is added to an environment without K8S_AUTH_*.
    """
    given = {"kubeconfig": str(kubeconfig), **options} if kubeconfig else dict(options)
    with tempfile.TemporaryDirectory(prefix="module-") as folder:
        given |= {"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_remote_tmp": folder}
        began = time.monotonic()
        result = _run(name, given, Path(folder), environment or {}, timeout)
        result.seconds = time.monotonic() - began
    problem = _problem(result, fails, warnings)
    assert not problem, f"{name}: {problem}\n{json.dumps(result, indent=1)[:4000]}\n{result.stderr[-4000:]}"
    return result


def run_fresh(name: str, options: Mapping[str, Any], *, without: str, fails: bool = False) -> Result:
    """Run a module in a fresh interpreter that lacks a library."""
    with tempfile.TemporaryDirectory(prefix="module-") as folder:
        hidden = Path(folder) / without
        hidden.mkdir()
        (hidden / "__init__.py").write_text(f"raise ModuleNotFoundError(\"No module named '{without}'\")\n")
        given = {**options, "_ansible_remote_tmp": folder}
        path = os.pathsep.join([folder, str(COLLECTIONS)])
        done = subprocess.run(
            [sys.executable, "-m", f"{MODULES}.{name}"],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
            env={"PATH": os.defpath, "HOME": folder, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    result = _result(name, done.stdout, done.stderr)
    problem = _problem(result, fails, ())
    assert not problem, f"{name}: {problem}\n{done.stdout}\n{done.stderr}"
    return result


def _run(name: str, given: Mapping[str, Any], folder: Path, more: Mapping[str, str], timeout: float) -> Result:
    files = {key: str(folder / key) for key in ("arguments", "stdout", "stderr")}
    Path(files["arguments"]).write_text(json.dumps({"ANSIBLE_MODULE_ARGS": given}))
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    _zygote().run({"module": f"{MODULES}.{name}", "environment": environment, **files}, timeout)
    return _result(name, Path(files["stdout"]).read_text(), Path(files["stderr"]).read_text())


def _result(name: str, output: str, errors: str) -> Result:
    try:
        result = Result(json.loads(output))
    except ValueError:
        raise AssertionError(f"{name} gave no JSON: {output[:2000]}\n{errors[-4000:]}") from None
    result.stderr = errors
    return result


def _problem(result: Result, fails: bool, warnings: tuple[str, ...]) -> str:
    if result.stderr:
        return "wrote to standard error"
    if bool(result.get("failed")) is not fails:
        return f"failed: {result.get('msg')}" if result.get("failed") else "did not fail"
    unexpected = [text for text in result.get("warnings", []) if not any(part in str(text) for part in warnings)]
    if unexpected or result.get("deprecations"):
        return "warned"
    return message_problem(str(result["msg"])) if fails else ""


def message_problem(message: str) -> str:
    """Say why a message is not one that a user can read at a glance, or nothing."""
    if "\n" in message or len(message) >= LONGEST_MESSAGE:
        return f"its message is no single line of less than {LONGEST_MESSAGE} characters: {message}"
    return "its message holds a traceback" if "Traceback" in message else ""


class _Zygote:
    """The process that is forked for every run, see zygote.py; one run at a time."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(ROOT), str(COLLECTIONS)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.zygote"],
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # an answer must not wait in a buffer where select does not see it
        )
        self._lock = threading.Lock()
        atexit.register(self.end)

    def run(self, request: Mapping[str, Any], timeout: float) -> int:
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            child = int(self._process.stdout.readline())
            if not _readable(self._process.stdout, timeout):
                os.kill(child, signal.SIGKILL)
                self._process.stdout.readline()
                raise AssertionError(f"{request['module']} did not end within {timeout:g} s")
            return int(self._process.stdout.readline())

    def end(self) -> None:
        assert self._process.stdin
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait(10)


def _readable(stream: IO[bytes], timeout: float) -> bool:
    """Whether something arrives in time."""
    return bool(select.select([stream], [], [], timeout)[0])


_started: list[_Zygote] = []


def _zygote() -> _Zygote:
    if not _started:
        _started.append(_Zygote())
    return _started[0]
