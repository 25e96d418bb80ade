"""Every claim of the sources, R1 to R133, is settled somewhere in the book, and stays settled.

The table stands in ``claims/``, one file for each chapter: where a claim is settled (``anchor``),
what shows it (``assertion``, in words) and the code that asserts it (``cell``, or ``assertion``
where that is the code itself). ``README.md`` there says what each claim is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.book.pages import CLAIMS, LABEL, ROOT, Page, claims, pages

ALL = [f"R{number}" for number in range(1, 134)]
# Thanks, links, opinions and announcements. All other claims say something that is right or wrong.
WITHOUT_CONTENT = {"R9", "R22", "R23", "R35", "R72", "R125", "R126"}
BOOK = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html")).resolve()
ENTRIES = [
    pytest.param(claim, home, entry, id=f"{claim}-{home}")
    for claim, found in claims().items()
    for home, entry in found
]
SETTLED = [param for param in ENTRIES if "anchor" in param.values[2]]  # type: ignore[operator]


def page_of(entry: dict[str, Any]) -> Page:
    """Return the one chapter in which the anchor of an entry stands."""
    found = [page for page in pages() if entry["anchor"] in page.labels]
    assert len(found) == 1, f"anchor {entry['anchor']} stands in {[page.slug for page in found]}"
    return found[0]


def code_of(entry: dict[str, Any]) -> str | None:
    """Return the code that asserts a claim, if it is executable."""
    return entry.get("cell", entry["assertion"])


def test_no_claim_is_dropped_and_none_invented() -> None:
    assert sorted(claims(), key=ALL.index) == ALL


def test_every_claim_is_told_in_the_table() -> None:
    told = re.findall(r"^\| (R\d+) \|", (CLAIMS / "README.md").read_text(encoding="utf-8"), re.M)
    assert told == ALL


@pytest.mark.parametrize("claim", ALL)
def test_a_claim_with_content_is_settled(claim: str) -> None:
    kinds = {entry["kind"] for _, entry in claims()[claim]}
    assert len(kinds) == 1, f"{claim} cannot be both: {kinds}"
    assert kinds == {"settled"} or (
        kinds == {"no-technical-content"} and claim in WITHOUT_CONTENT
    ), f"{claim} is a statement: settle it"


@pytest.mark.parametrize(("claim", "home", "entry"), ENTRIES)
def test_an_entry_says_where_or_why_not(claim: str, home: str, entry: dict[str, Any]) -> None:
    assert set(entry) <= {"anchor", "assertion", "cell", "kind", "reason"}
    assert entry.get("anchor") or entry.get("reason")


@pytest.mark.parametrize(("claim", "home", "entry"), SETTLED)
def test_the_anchor_stands_in_its_chapter(claim: str, home: str, entry: dict[str, Any]) -> None:
    page = page_of(entry)
    assert home in (page.slug, "existing_homes")


@pytest.mark.parametrize(("claim", "home", "entry"), SETTLED)
def test_the_assertion_is_in_a_cell_that_runs(claim: str, home: str, entry: dict[str, Any]) -> None:
    code = code_of(entry)
    if code is None:
        return
    page = page_of(entry)
    assert page.has_cell_with(code), f"no cell of {page.slug} contains: {code}"
    for cell in page.cells:
        tags = set(cell.options.get("tags", []))
        assert not tags & {"skip-execution", "raises-exception"}, f"{page.slug}:{cell.line}"


def test_most_claims_are_executable() -> None:
    asserted = [any(e.get("assertion") for _, e in found) for found in claims().values()]
    assert sum(asserted) >= 115, f"{sum(asserted)} of 133 have an assertion"


def test_labels_are_unique_in_the_book() -> None:
    labels = [label for page in pages() for label in LABEL.findall(page.text)]
    assert len(labels) == len(set(labels)), {x for x in labels if labels.count(x) > 1}


@pytest.mark.parametrize("slug", sorted({page.slug for page in pages()}))
def test_the_anchors_are_in_the_built_page(slug: str) -> None:
    if not (BOOK / "index.html").is_file():
        pytest.skip(f"the built book is missing in {BOOK}: run make book")
    built = (BOOK / "chapters" / f"{slug}.html").read_text(encoding="utf-8")
    wanted = {e["anchor"] for found in claims().values() for _, e in found if "anchor" in e}
    for label in wanted & set(Page(slug).labels):
        anchor = re.sub(r"[^a-z0-9]+", "-", label.lower())
        assert f'id="{anchor}"' in built, label
