"""Lets the assertions of the shared test support tell what they compared, as those in test files do."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.support")
