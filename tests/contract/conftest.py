"""The suite's asserts show their values when they fail."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("reconciler.testing.suite")
