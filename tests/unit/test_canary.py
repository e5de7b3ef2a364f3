"""What looks for secrets finds them: in each form, and in each place where a task may leave them."""

from __future__ import annotations

import base64
import json
import sys
import urllib.parse
from pathlib import Path

import pytest

from tests.support.canary import CANARY, leaks, tells_no_secret
from tests.support.lab import application

SECRET = 'canary-"ü"/+ 4f1d\nanother-line'


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_forms(before: str) -> None:
    whole = f"{before}{SECRET}-after"
    encoded = base64.b64encode(whole.encode()).decode()
    for text in (whole, json.dumps(whole), repr(whole), urllib.parse.quote(whole, safe=""), encoded, "  another-line"):
        assert leaks(f"x{text}x", [SECRET]), text
    assert leaks(base64.urlsafe_b64encode(whole.encode()).decode(), [SECRET])
    assert leaks("canary and another line", [SECRET]) == []


def test_output_result_and_syslog(tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        tells_no_secret("ansible.builtin.ping", {"data": CANARY}, [CANARY], tmp_path)
    for place in ("output", "result", "witness/syslog"):
        assert f"{place}: {CANARY}" in str(caught.value)


@pytest.mark.parametrize("gone", [False, True])
def test_files(tmp_path: Path, gone: bool) -> None:
    """A file that is left, and one that is deleted on the way."""
    program = f"import os; open('made', 'w').write(bytes.fromhex('{CANARY.encode().hex()}').decode())"
    program += "; os.remove('made')" if gone else ""
    options = {"argv": [sys.executable, "-c", program], "chdir": str(tmp_path)}
    with pytest.raises(AssertionError) as caught:
        tells_no_secret("ansible.builtin.command", options, [CANARY], tmp_path)
    assert f"made: {CANARY}" in str(caught.value)
    assert ("witness/deleted/" in str(caught.value)) is gone


def test_nothing_is_told(tmp_path: Path) -> None:
    options = {**application("shop"), "state": "rendered", "api_key": CANARY, "dest": str(tmp_path / "shop.yaml")}
    told = tells_no_secret("argocd_application", options, [CANARY], tmp_path)
    assert told.result["changed"] is True
    assert "module_args" in told.output
    assert "Invoked with" in told.syslog
