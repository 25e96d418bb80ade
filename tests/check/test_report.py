"""A report says everything that is needed, in three forms, and agrees with itself."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import cnnlib
from cnnlib import check
from cnnlib.check.causes import CATALOGUE
from tests.check.mistakes import conv2d_backward as conv
from tests.check.test_mistakes import MODULES, PLANTED

FIRST = {name: label for name, label in reversed(PLANTED)}
VOID = {"br", "meta", "hr"}


class Outline(HTMLParser):
    """Reads HTML, insists that every tag is closed, and keeps the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data


def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    assert found.open == []
    return found


def not_rotated(seed: int = 0):
    return check.conv2d_backward(conv.PLANTED["kernel not rotated"][0], seed=seed)


def test_the_terminal_gets_everything() -> None:
    report = not_rotated(seed=3)
    text = " ".join(str(report).split())
    mark = report.marks[0]
    for words in (
        "conv2d_backward: not right yet",
        f"cnnlib {cnnlib.__version__}, seed 3",
        "shapes 10/10 dx 0/10 dw 10/10 db 10/10",
        str(mark.case),
        "20 of 20 entries differ; the first is dx[0, 0, 0, 0]",
        f"expected {mark.expected['dx'][0, 0, 0, 0]:.6g}".replace("-", "−"),
        f"got {mark.got['dx'][0, 0, 0, 0]:.6g}".replace("-", "−"),
        "Likely cause (fits 10 of 10 failing cases): the kernel is not rotated",
        "rot180_full_convolution.html#rot180",
    ):
        assert words in text
    assert max(map(len, str(report).splitlines())) <= 100
    assert repr(report) == str(report)


def test_a_pass_is_short() -> None:
    report = check.conv2d_backward(conv.CORRECT["loops"])
    assert report
    assert len(str(report).splitlines()) == 2
    assert report.failures == []
    report.raise_if_failed()


def test_a_failure_can_be_raised() -> None:
    with pytest.raises(AssertionError, match="not rotated"):
        not_rotated().raise_if_failed()


@pytest.mark.parametrize("name", FIRST)
def test_every_form_of_a_report_of_every_exercise_holds_together(name: str) -> None:
    report = getattr(check, name)(MODULES[name].PLANTED[FIRST[name]][0])
    plain = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert plain["function"] == name
    assert plain["cnnlib"] == cnnlib.__version__
    assert plain["passed"] is False
    page = outline(report._repr_html_())
    assert "script" not in page.tags
    for failure in plain["failures"]:
        for cause in failure["causes"]:
            assert CATALOGUE[cause["id"]].words in page.text
            assert CATALOGUE[cause["id"]].words.split()[0] in str(report)


def test_the_first_wrong_cell_is_drawn_from_its_trace() -> None:
    report = not_rotated()
    page = outline(report._repr_html_())
    found = report.failures[0].difference
    terms = report.exercise.trace(report.marks[0].case, "dx").at(*found.cell)
    assert page.tags.count("table") == 1 + 2  # the scores, delta and w
    assert "delta[0, :, :, 0]" in page.text
    assert "w[:, :, 0, 0]" in page.text
    assert np.isclose(sum(term.product for term in terms), found.expected)
    assert f"{found.expected:.6g}".replace("-", "−") in page.text


def test_what_a_function_says_is_shown_and_not_obeyed() -> None:
    def dense_backward(delta, x, w):
        print("<script>alert(1)</script>")
        raise ValueError("<img src=x onerror=alert(2)>")

    html = check.dense_backward(dense_backward)._repr_html_()
    page = outline(html)
    assert {"script", "img"} & set(page.tags) == set()
    assert "<img src=x" in page.text


def test_seeds_change_numbers_and_not_shapes() -> None:
    for name in MODULES:
        exercise = getattr(check.exercises, name).EXERCISE
        for one, two in zip(exercise.cases(0), exercise.cases(1), strict=True):
            assert str(one) == str(two)
            arrays = [k for k, v in one.arrays.items() if isinstance(v, np.ndarray)]
            assert any((one[k] != two[k]).any() for k in arrays) or not arrays
        again = exercise.cases(1)
        for one, two in zip(exercise.cases(1), again, strict=True):
            arrays = [k for k, v in one.arrays.items() if isinstance(v, np.ndarray)]
            assert all((one[k] == two[k]).all() for k in arrays)


def test_links_follow_the_address_of_the_book(monkeypatch) -> None:
    cause = CATALOGUE["stride-ignored"]
    assert cause.link == "stride.html#st-stamps"
    module = sys.modules["cnnlib.check.causes"]  # check.causes is the function
    monkeypatch.setattr(module, "BOOK", "https://example.org/book/chapters/")
    assert cause.link == "https://example.org/book/chapters/stride.html#st-stamps"
