"""The bug hunt: a right guess is confirmed, a wrong one gets a hint and not the answer."""

from __future__ import annotations

import pytest

from cnnlib import check
from cnnlib.check.causes import CATALOGUE
from tests.check.mistakes import conv2d_backward as conv


def wrong(label: str):
    return conv.PLANTED[label][0]


def test_a_right_guess_is_confirmed() -> None:
    found = check.verdict("conv2d_backward", wrong("kernel not rotated"), "kernel-not-rotated")
    assert found
    assert "Yes, in dx" in str(found)
    found.raise_if_failed()
    assert found.as_dict()["right"] is True
    assert "✓" in found._repr_html_()


def test_a_wrong_guess_does_not_give_the_answer_away() -> None:
    found = check.verdict("conv2d_backward", wrong("kernel not rotated"), "stride-ignored")
    assert not found
    assert "dx" in str(found)
    assert CATALOGUE["kernel-not-rotated"].words not in str(found)
    assert "rotat" not in str(found)
    with pytest.raises(AssertionError, match="other numbers"):
        found.raise_if_failed()


def test_each_of_two_mistakes_is_a_right_guess() -> None:
    function = wrong("two mistakes in one part")
    for cause in ("kernel-not-rotated", "divided-by-batch"):
        assert check.verdict("conv2d_backward", function, cause)


def test_a_right_function_has_no_mistake() -> None:
    found = check.verdict("conv2d_backward", conv.CORRECT["loops"], "stride-ignored")
    assert not found
    assert "no mistake here" in str(found)


def test_unknown_words_are_refused_with_a_proposal() -> None:
    with pytest.raises(ValueError, match="did you mean kernel-not-rotated"):
        check.verdict("conv2d_backward", wrong("kernel not rotated"), "kernel-not-rotatd")
    with pytest.raises(ValueError, match="'conv3d' is no exercise"):
        check.verdict("conv3d", wrong("kernel not rotated"), "kernel-not-rotated")


def test_no_guess_is_no_wrong_guess() -> None:
    found = check.verdict("conv2d_backward", wrong("kernel not rotated"), None)
    assert not found
    assert "No verdict yet" in str(found)
    assert "✗" not in found._repr_html_()
