"""The suite's asserts show their values when they fail; the third party's tests run in their own process."""

from __future__ import annotations

import pytest

collect_ignore = ["third_party_app"]
pytest.register_assert_rewrite("reconciler.testing.suite")
