"""A starter that nobody has filled in is no mistake, and is not scolded."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlib import check

CHECKERS = sorted({"avg_pool2d_backward", "conv2d_backward", "dense_backward", "relu_backward"})


def starter(*args: Any, **options: Any) -> None:
    raise NotImplementedError("your turn")


@pytest.mark.parametrize("name", CHECKERS)
def test_a_starter_is_told_to_be_unwritten_and_nothing_else(name: str) -> None:
    report = getattr(check, name)(starter)
    assert not report
    assert report.verdict == "not written yet"
    assert len(str(report).splitlines()) == 2
    html = report._repr_html_()
    assert "not written yet" in html
    assert "<table" not in html
    assert not report.causes


def test_a_function_that_gives_up_in_some_cases_has_a_full_report() -> None:
    def relu_backward(da: Any, z: Any) -> Any:
        if len(da) > 1:
            raise NotImplementedError("one row only, so far")
        return da * (z > 0)

    report = check.relu_backward(relu_backward)
    assert report.verdict == "not right yet"
    assert "one row only, so far" in str(report)
