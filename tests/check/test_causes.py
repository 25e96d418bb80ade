"""Every cause leads to a section that exists, and says where to look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnlib import check
from cnnlib.check import exercises
from cnnlib.check.causes import CATALOGUE, Cause

CHAPTERS = Path(__file__).parents[2] / "chapters"
TOLD = [cause.within(place) for cause in CATALOGUE.values() for place in ("", *cause.others)]


@pytest.mark.parametrize("cause", TOLD, ids=[cause.id for cause in TOLD])
def test_the_section_exists(cause: Cause) -> None:
    chapter, _, anchor = cause.read.partition("#")
    text = (CHAPTERS / f"{chapter}.md").read_text(encoding="utf-8")
    assert re.search(rf"^\({re.escape(anchor)}\)=$", text, re.MULTILINE)


@pytest.mark.parametrize("cause", TOLD, ids=[cause.id for cause in TOLD])
def test_the_words_fit_into_a_sentence(cause: Cause) -> None:
    assert not cause.words.endswith(".")
    assert cause.look.endswith(".")
    assert not cause.ask or cause.ask.endswith("?")
    assert not cause.rule or cause.rule.endswith(".")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cause.id)


@pytest.mark.parametrize("name", exercises.__all__)
def test_only_what_is_possible_in_an_exercise_is_listed_for_it(name: str) -> None:
    listed = check.causes(name)
    assert 10 < len(listed) < len(check.causes())
    assert ("weights-transposed" in listed) == (name == "dense_backward")


@pytest.mark.parametrize(
    ("exercise", "cause", "chapter"),
    [
        ("max_pool2d_backward", "overwritten", "pooling"),
        ("dense_backward", "bias-not-summed", "mlp_batches"),
        ("conv2d_backward", "bias-not-summed", "kernel_gradient"),
        ("conv2d_backward", "overwritten", "fast_convolution"),
    ],
)
def test_a_link_leads_to_the_chapter_of_the_exercise(
    exercise: str, cause: str, chapter: str
) -> None:
    assert CATALOGUE[cause].within(exercise).chapter == chapter


def test_no_exercise_is_sent_to_the_table_of_symbols() -> None:
    assert not [cause.id for cause in TOLD if cause.read == "notation#notation-symbols"]
