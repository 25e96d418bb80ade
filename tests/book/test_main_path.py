"""The main path: its plan agrees with the contents, and its pages say where they stand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.book.pages import ROOT, toc

# Pages that are looked up or written, and stand neither on the path nor beside it.
APART = {"intro", "start", "explore", "instructors", "confusions", "published_mistakes"} | {
    "printed_backward", "reading_derivations", "printed_algorithm", "notation", "glossary"
} | {"api", "bibliography"}  # fmt: skip


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("main_path", ROOT / "_ext" / "main_path.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["main_path"] = module  # where a dataclass looks for its module
    spec.loader.exec_module(module)
    return module


plan = _load()


def test_the_steps_stand_in_the_contents_in_their_order() -> None:
    pages = toc()
    steps = plan.MainPath.read().only(set(pages)).steps
    assert 12 <= len(steps) <= 17
    assert steps == sorted(steps, key=pages.index)


def test_a_page_to_read_is_a_step_or_a_side_road() -> None:
    path = plan.MainPath.read()
    known = set(path.steps) | set(path.side_roads) | APART
    left = [
        page for page in toc() if page not in known and not page.startswith(("homework", "api"))
    ]
    assert not left
    assert not set(path.steps) & set(path.side_roads)
    assert set(path.side_roads.values()) <= set(path.steps)


@pytest.fixture
def path() -> Any:
    return plan.MainPath(["one", "two", "three"], {"aside": "two", "end": "three"})


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("one", "Main path 1 of 3 · next: [two]"),
        ("three", "Main path 3 of 3, the last"),
        ("aside", "Side road from 2 · [two] · return to the main path: [three]"),
        ("end", "Side road from 3 · [three]"),
        ("elsewhere", None),
    ],
)
def test_a_page_says_where_it_stands(path: Any, page: str, words: str | None) -> None:
    assert path.words(page, "[{}]".format) == words


def test_pages_that_are_not_built_are_skipped(path: Any) -> None:
    short = path.only({"one", "three", "aside"})
    assert short.steps == ["one", "three"]
    assert short.words("one", str) == "Main path 1 of 2 · next: three"
    assert short.words("aside", str) is None


def test_links_of_the_contents_are_numbered() -> None:
    html = '<a class="reference internal" href="two.html">Two</a><a href="two.html">two</a>'
    marked = plan.number_links(html, {"two.html": 2})
    assert marked.count("path-step") == 1
    assert ">2</span> Two</a>" in marked


def test_the_plan_is_a_small_file() -> None:
    assert len(Path(plan.PLAN).read_text(encoding="utf-8").splitlines()) < 60
