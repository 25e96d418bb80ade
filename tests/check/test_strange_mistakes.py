"""Mistakes nobody planned for are caught too, and are given a name only where it is true."""

from __future__ import annotations

import pytest

from cnnlib import check
from tests.check.edits import function, named
from tests.check.unlisted_mistakes import STRANGE


@pytest.mark.parametrize("label", STRANGE)
def test_a_strange_mistake_is_caught_and_given_no_false_name(label: str) -> None:
    source, edits, causes = STRANGE[label]
    report = check.conv2d_backward(function(source, *edits), seed=5)
    assert not report
    assert report.causes == {part: named(cause) for part, cause in causes.items()}, report


def test_what_has_no_name_is_described() -> None:
    source, edits, _ = STRANGE["divided by the stride"]
    text = " ".join(str(check.conv2d_backward(function(source, *edits))).split())
    assert "each number is the expected one times 0.25, 0.1111" in text
    assert "every case with another stride than 1 fails, and no other" in text
