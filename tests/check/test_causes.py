"""Every cause leads to a section that exists, and says where to look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnlib.check.causes import CATALOGUE, Cause

CHAPTERS = Path(__file__).parents[2] / "chapters"


@pytest.mark.parametrize("cause", CATALOGUE.values(), ids=CATALOGUE)
def test_the_section_exists(cause: Cause) -> None:
    chapter, _, anchor = cause.read.partition("#")
    text = (CHAPTERS / f"{chapter}.md").read_text(encoding="utf-8")
    assert re.search(rf"^\({re.escape(anchor)}\)=$", text, re.MULTILINE)


@pytest.mark.parametrize("cause", CATALOGUE.values(), ids=CATALOGUE)
def test_the_words_fit_into_a_sentence(cause: Cause) -> None:
    assert not cause.words.endswith(".")
    assert cause.look.endswith(".")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cause.id)
