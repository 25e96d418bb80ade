"""Fairness to the authors of published mistakes, and statements that must not return."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.book.pages import Page, pages


def test_published_mistakes_are_spread_over_authors() -> None:
    entries = re.split(r"^\*\*Published\.\*\*", Page("published_mistakes").text, flags=re.M)[1:]
    cited = Counter(re.search(r"\{cite\}`([^`]+)`", entry)[1] for entry in entries)  # type: ignore[index]
    assert len(entries) >= 7
    assert max(cited.values()) <= 3


# Statements that stood in the book once and are false, each with what is true.
ONCE_FALSE = {
    "means writing at the offset": "scatter writes at +a, gather reads at -a",
    "rotation, full, and transposing are three words": "they are no synonyms",
    "what is handed out sums to what came in.": "not for a mean that counts padding",
    "lose what tells left from right": "the odd part grows",
    "without knowing any of these formulas": "convolution's rule is written by hand",
    "it will even learn a little": "it stays at chance",
    "the axes have moved up": "they move down",
    "as fast as the Jacobian shrinks. Their product": "only where the answer is wrong",
    "might even learn a little": "one returns an empty array",
    "finds every mistake": "a rotated pair passes",
}


@pytest.mark.parametrize("words", ONCE_FALSE)
def test_what_was_found_false_does_not_return(words: str) -> None:
    texts = {page.slug: " ".join(re.sub("[*`]", "", page.text).split()).lower() for page in pages()}
    kept = "unless a mean counts padding, "  # with its condition one of them is true
    found = [
        slug for slug, text in texts.items() if words.lower() in text.replace(kept + words, "")
    ]
    assert not found, ONCE_FALSE[words]
