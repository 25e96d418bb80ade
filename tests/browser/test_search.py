"""Whoever asks in plain words finds the page that answers, among the first three hits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.browser.conftest import BOOK, Visit

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# The questions by which the search was improved, and others that were asked when it was done.
ASKED, UNHEARD = "search_queries.json", "search_questions.json"
FIRST = """(queries) => {
  const index = bookSearch.makeIndex(searchPages);
  const names = (q) => bookSearch.rank(searchPages, index, q).map((hit) => hit.page.id);
  return queries.map((q) => names(q).slice(0, 3).map((id) => id.split("/").pop()));
}"""


def questions(name: str) -> dict[str, list[str]]:
    """Return the questions of a file whose owners are in the book."""
    asked = json.loads((HERE / name).read_text(encoding="utf-8"))
    there = {path.stem for path in (BOOK / "chapters").glob("*.html")}
    return {query: owners for query, owners in asked.items() if there & set(owners)}


@pytest.mark.parametrize(("name", "most"), [(ASKED, 3), (UNHEARD, 5)])
def test_the_owner_of_a_question_is_among_the_first_three(
    name: str, most: int, visit: Callable[..., Visit]
) -> None:
    asked = questions(name)
    found = visit("search?q=kernel").page.evaluate(FIRST, list(asked))
    missed = {
        query: hits
        for (query, owners), hits in zip(asked.items(), found, strict=True)
        if not set(owners) & set(hits)
    }
    assert len(asked) > 40
    assert len(missed) <= most, missed


def test_hits_are_links_best_first_with_an_excerpt(
    origin: str, visit: Callable[..., Visit], base: str
) -> None:
    seen = visit("search?q=max+pooling+ties")
    items = seen.page.locator("#search-results li")
    links = items.locator("a")
    assert links.count() == items.count() > 3
    assert links.first.get_attribute("href").endswith("chapters/pooling_ties.html")
    assert items.first.locator("mark").count() > 0
    assert seen.page.locator("input[name=q]").last.input_value() == "max pooling ties"
    assert seen.left_the_site(base) == []
    assert seen.errors == []
    links.first.click()
    seen.page.wait_for_url("**/pooling_ties.html")


def test_a_query_that_nothing_answers_is_told_so(visit: Callable[..., Visit]) -> None:
    seen = visit("search?q=zzyzx")
    assert seen.page.locator("#search-results li").count() == 0
    assert "zzyzx" in seen.page.locator("#search-summary").inner_text()


def test_a_query_is_text_and_no_markup(visit: Callable[..., Visit]) -> None:
    seen = visit("search?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+kernel")
    assert seen.page.locator("#search-results img, #search-summary img").count() == 0
    assert seen.errors == []


def test_aliases_belong_to_pages() -> None:
    known = yaml.safe_load((ROOT / "_ext" / "search_aliases.yml").read_text(encoding="utf-8"))
    pages = {path.stem for path in (ROOT / "chapters").glob("*.md")}
    assert pages <= set(known), "say in _ext/search_aliases.yml what people type for these"
    assert all(found for found in known.values())
