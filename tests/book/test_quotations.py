"""Quotations of the sources are verbatim: one table, and the sources' own words beside it.

``quotations.json`` lists every quotation: the page, the source and the words. ``sources/`` holds
the sentences they were taken from, one file for each entry of ``references.bib`` that is quoted.
White space and the shape of quotation marks are set by a typesetter, and so do not count; ``[…]``
marks an omission.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.book.pages import CHAPTERS, Page, pages

HERE = Path(__file__).parent
TABLE: list[dict[str, str]] = json.loads((HERE / "quotations.json").read_text(encoding="utf-8"))
TYPEWRITTEN = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-"})
LONG = 6  # so many words between quotation marks are a quotation, and listed
MARKED = re.compile(r"[\"“]([^\"“”]{,800}?)[\"”]")


def plain(text: str) -> str:
    """Return text with white space and typographic marks made alike."""
    return " ".join(text.translate(TYPEWRITTEN).split())


def stands_in(words: str, text: str) -> bool:
    """Say whether the words, except omissions marked […], follow each other in the text."""
    there = plain(text)
    places = [there.find(part) for part in map(str.strip, plain(words).split("[…]")) if part]
    return min(places) >= 0 and all(a < b for a, b in pairwise(places))


def marked(page: Page) -> list[str]:
    """Return the long passages between quotation marks on a page, without code and formulas."""
    paragraphs = re.split(r"\n{2,}", _prose(page))
    found = (quote for text in paragraphs for quote in MARKED.findall(text))
    return [plain(quote) for quote in found if len(quote.split()) >= LONG]


def _prose(page: Page) -> str:
    lines: dict[int, str] = dict(page.prose)
    return "\n".join(lines.get(n, "") for n in range(1, max(lines, default=0) + 1))


def listed(page: Page, quote: str, table: list[dict[str, str]]) -> bool:
    own = [entry["words"] for entry in table if entry["page"] == page.slug]
    return any(plain(words).rstrip(".,;") == quote.rstrip(".,;") for words in own)


@pytest.mark.parametrize("entry", [pytest.param(e, id=e["words"][:40]) for e in TABLE])
def test_a_quotation_stands_in_its_source_and_on_its_page(entry: dict[str, Any]) -> None:
    source = (HERE / "sources" / f"{entry['source']}.txt").read_text(encoding="utf-8")
    assert stands_in(entry["words"], source), "not in the source"
    assert plain(entry["words"]) in plain(_prose(Page(entry["page"]))), "not on the page"


@pytest.mark.parametrize("page", [pytest.param(p, id=p.slug) for p in pages()])
def test_no_quotation_is_missing_from_the_table(page: Page) -> None:
    assert not [quote for quote in marked(page) if not listed(page, quote, TABLE)]


def test_every_source_that_is_quoted_is_in_the_bibliography() -> None:
    entries = re.findall(r"^@\w+\{([\w-]+),", (CHAPTERS / "references.bib").read_text(), re.M)
    assert {path.stem for path in (HERE / "sources").glob("*.txt")} <= set(entries)
    assert {entry["source"] for entry in TABLE} <= set(entries)


@pytest.mark.parametrize(
    "words",
    [
        "machine learning code makes excellent hiding places",  # one word changed
        "the code was healthy",
        "appeared to perform well […] hiding places for bugs",  # the other way round
    ],
)
def test_words_that_a_source_does_not_contain_are_found_out(words: str) -> None:
    source = (HERE / "sources" / "rohrer-codetour.txt").read_text(encoding="utf-8")
    assert not stands_in(words, source)


def test_the_scan_sees_an_unlisted_quotation() -> None:
    page = Page("channels")
    quote = plain("compute it for each filter, then add all sixteen")
    assert not listed(page, quote, TABLE)
    assert MARKED.findall(f'He wrote "{quote}".') == [quote]
    assert len(quote.split()) >= LONG
