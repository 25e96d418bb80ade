"""Formulas set while building are the formulas that MathJax sets in a browser: content and size."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser

from tests.browser.conftest import BOOK

ROOT = Path(__file__).parents[2]
KEPT = BOOK.parent / ".doctrees" / "formulas.json"
PAGE = """<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="{css}"><style>body {{ font: 17px sans-serif }}</style>
<script>window.MathJax = {config}</script><script src="{mathjax}/startup.js"></script>
<body><div id="here"></div></body>"""
COMPARE = """async (formulas) => {
  await MathJax.startup.promise;
  const here = document.getElementById("here");
  const box = (node) => {
    const { width, height } = node.querySelector("mjx-math").getBoundingClientRect();
    return [width, height];
  };
  const math = (node) => node.querySelector("mjx-assistive-mml math").outerHTML;
  const put = (html) => { here.innerHTML = html; return here.firstElementChild; };
  const size = { em: 17, ex: 7.5 };
  const live = formulas.map(([tex, display]) => MathJax.tex2chtml(tex, { display, ...size }));
  MathJax.startup.document.updateDocument();
  document.head.append(MathJax.chtmlStylesheet());
  const baked = formulas.map(([, , html]) => put(html).cloneNode(true));
  here.replaceChildren(...live, ...baked);
  await document.fonts.ready;
  await new Promise((done) => setTimeout(done, 500));
  return formulas.map(([tex], k) => ({
    tex, live: math(live[k]), baked: math(baked[k]), was: box(live[k]), is: box(baked[k]),
  }));
}"""


def compare(chromium: Browser, folder: Path, formulas: list[list[Any]]) -> list[dict[str, Any]]:
    """Set formulas in Chromium and put what was made of them beside."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    tex = config["sphinx"]["config"]["mathjax3_config"]["tex"]
    parts = ["input/tex", "[tex]/html", "output/chtml", "a11y/assistive-mml"]
    told = {"tex": tex, "loader": {"load": parts}, "startup": {"typeset": False}}
    told["chtml"] = {"matchFontHeight": False}
    origin = find_spec("sphinx-mathjax-offline").origin
    mathjax = (Path(origin).parent / "static" / "mathjax").as_uri()
    css = (BOOK / "_static" / "mathjax" / "formulas.css").as_uri()
    file = folder / "page.html"
    file.write_text(PAGE.format(css=css, config=json.dumps(told), mathjax=mathjax))
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.MathJax && MathJax.startup && MathJax.startup.promise")
    found = page.evaluate(COMPARE, formulas)
    page.close()
    return found


@pytest.fixture(scope="module")
def kept(book: Path) -> list[list[Any]]:
    """Return every formula of the book: TeX, on a line of its own or not, HTML."""
    known = json.loads(KEPT.read_text(encoding="utf-8"))
    pairs = zip(known["formulas"], known["html"], strict=True)
    return [[tex, display, html] for (tex, display), html in pairs]


def test_every_formula_says_and_measures_what_a_browser_sets(
    kept: list[list[Any]], chromium: Browser, tmp_path: Path
) -> None:
    found = compare(chromium, tmp_path, kept)
    assert len(found) > 300
    assert [one["tex"] for one in found if one["live"] != one["baked"]] == []
    uneven = [
        (one["tex"], one["was"], one["is"])
        for one in found
        if any(abs(a - b) > 1 + 0.01 * a for a, b in zip(one["was"], one["is"], strict=True))
    ]
    assert uneven == []


def test_another_formula_is_seen(kept: list[list[Any]], chromium: Browser, tmp_path: Path) -> None:
    html = next(html for tex, display, html in kept if len(tex) > 30)
    (one,) = compare(chromium, tmp_path, [["a + b", False, html]])
    assert one["live"] != one["baked"]
    assert one["was"] != one["is"]
