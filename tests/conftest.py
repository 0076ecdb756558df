"""Hypothesis profiles: quick by default, thorough in the acceptance run, long at night (``HYPOTHESIS_PROFILE``)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}

settings.register_profile("quick", max_examples=40, stateful_step_count=30, **COMMON)
settings.register_profile("ci", max_examples=2_000, stateful_step_count=30, **COMMON)
settings.register_profile("nightly", max_examples=20_000, stateful_step_count=40, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
