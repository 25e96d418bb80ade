"""Fixtures shared by all tests: seeded random numbers, and honest skips."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# No test depends on how fast the machine is; on CI the same examples are drawn every time.
settings.register_profile(
    "book",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("book")


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers which are the same in every run and the same for every test."""
    return np.random.default_rng(20240229)


def missing(what: str, remedy: str) -> None:
    """Skip a test for want of `what`; with CI=true that is a failure."""
    message = f"{what} is missing: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> object:
    """With CI=true a skipped test is a failed one: nothing is missing there."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report
