"""Mistakes that people have published are caught, and their reports help; right answers pass."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from cnnlib import check
from tests.check.cases.collect import CASES
from tests.check.right_answers import RIGHT

for path in sorted((Path(__file__).parent / "cases").glob("[a-z]*.py")):
    import_module(f"tests.check.cases.{path.stem}")


@pytest.mark.parametrize("label", CASES)
def test_a_published_mistake_is_caught_and_its_report_helps(label: str) -> None:
    exercise, function, hoped = CASES[label]
    report = getattr(check, exercise)(function)
    assert not report
    text = " ".join(str(report).split())
    for part, words in hoped.items():
        causes = set(report.causes.get(part, ()))
        assert set(words.split("+")) <= causes or words in text, report


@pytest.mark.parametrize("label", RIGHT)
def test_a_right_answer_raises_no_alarm(label: str) -> None:
    exercise, function = RIGHT[label]
    report = getattr(check, exercise)(function, seed=7)
    assert report, report


@pytest.mark.parametrize(
    ("label", "remark"),
    [
        ("pool_random_winner", "ties-any"),
        ("pool_column_major_first", "ties-column"),
        ("pool_mask_split", "ties-split"),
        ("ng_richardson", "five-points"),
    ],
)
def test_a_convention_is_told(label: str, remark: str) -> None:
    exercise, function = RIGHT[label]
    assert getattr(check, exercise)(function).remarks == (remark,)
