"""The small network at the head of the pages: its table is complete, and one arrow is lit."""

from __future__ import annotations

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import yaml

from tests.book.pages import ROOT, toc


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("spine_strip", ROOT / "_ext" / "spine_strip.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["spine_strip"] = module
    spec.loader.exec_module(module)
    return module


spine = _load()
TABLE = spine.read()
ARROWS = {*spine.arrows(), "whole"}


PLAN = yaml.safe_load((ROOT / "_ext" / "main_path.yml").read_text(encoding="utf-8"))
PLANNED = {*PLAN["path"], *PLAN["side_roads"]}


def test_every_step_and_side_road_of_the_main_path_has_an_arrow() -> None:
    assert set(TABLE.pages) >= PLANNED


def test_every_arrow_leads_to_a_page_and_every_page_names_an_arrow() -> None:
    assert set(TABLE.leads) == ARROWS
    assert set(TABLE.pages.values()) <= ARROWS
    assert {*TABLE.leads.values(), *TABLE.pages} <= {*toc(), *PLANNED, "explore"}


@pytest.mark.parametrize("lit", sorted(ARROWS))
def test_exactly_the_arrow_of_the_page_is_lit(lit: str) -> None:
    html = spine.strip(lit, lambda slug: f"{slug}.html", TABLE)
    root = ET.fromstring(html)
    assert root.get("aria-label") == "Where this page is"
    (current,) = (node for node in root.iter() if node.get("aria-current"))
    assert current.get("aria-current") == "true"
    assert current.get("href") == f"{TABLE.leads[lit]}.html"
    assert all(node.get("aria-label") for node in root.iter("a"))


def test_arrows_to_pages_that_are_not_built_are_no_links() -> None:
    html = spine.strip("relu", lambda slug: None, TABLE)
    assert "<a " not in html
    assert len(re.findall(r'aria-current="true"', html)) == 1


def test_back_means_right_to_left() -> None:
    """The tip of every arrow back lies left of its tail, and of every arrow there right of it."""
    for name in spine.STEPS:
        for key, sign in ((name, 1), (f"{name}_back", -1)):
            start, end = re.match(
                r'<path d="M([\d.]+) [\d.]+H([\d.]+)"', spine.arrows()[key][0]
            ).groups()
            assert sign * (float(end) - float(start)) > 20, key
