"""Code on demand: what stands beside the subject is folded on the site."""

from __future__ import annotations

import pytest
import yaml

from tests.browser.conftest import ROOT

PATH = yaml.safe_load((ROOT / "_ext" / "main_path.yml").read_text(encoding="utf-8"))["path"]
SHARE = """() => {
  const high = (node) => node.getBoundingClientRect().height;
  const open = [...document.querySelectorAll(".bd-article div.cell_input")]
    .filter((node) => !node.closest("details:not([open])"));
  const all = high(document.querySelector(".bd-article"));
  return open.reduce((sum, node) => sum + high(node), 0) / all;
}"""


@pytest.mark.parametrize("slug", PATH)
def test_code_takes_little_of_a_page_of_the_main_path(visit, slug):
    """At most 15 per cent of the height."""
    page = visit(f"chapters/{slug}").page
    assert page.evaluate(SHARE) <= 0.15


def test_folded_code_is_called_show_code_and_unfolds(visit):
    page = visit("chapters/mlp_deltas").page
    folded = page.locator("details.hide").first
    summary = folded.locator("summary")
    assert summary.inner_text().strip() == "Show code"
    assert summary.get_attribute("aria-label") is None
    code = folded.locator("div.cell_input")
    assert not code.is_visible()
    summary.click()
    assert code.is_visible()
    assert summary.inner_text().strip() == "Hide code"


def test_the_subject_s_code_stays_open(visit):
    page = visit("chapters/rot180_full_convolution").page
    shown = page.locator("div.cell_input:visible").all_inner_texts()
    assert any("def " in text for text in shown)
    assert not any("plots.show" in text for text in shown)
