"""The cover's picture: it moves until it is touched, and stands still where nothing may move."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from tests.browser.widgets import gallery

INK = """root => {
  const canvas = root.querySelector("canvas"), g = canvas.getContext("2d");
  const half = Math.floor(canvas.width / 2);
  return [0, half].map(x => [...g.getImageData(x, 0, half, canvas.height).data]
    .reduce((a, b, k) => (a * 31 + b * (k % 7)) % 1e9, 0)).join();
}"""


def opened(show, **options):
    return show(gallery.wave(), **options).page.locator("[data-widget=wave-view]")


def test_its_words_are_the_network_s_numbers(show):
    view = gallery.wave()
    said = opened(show).locator("canvas").get_attribute("aria-label")
    logits = gallery.trained()[0].forward(view.image)
    p, loss = (
        c.softmax(logits)[0],
        c.softmax_cross_entropy(logits, np.eye(10)[[view.picture["label"]]]),
    )
    assert f"a probability of {round(p.max(), 2):g}" in said
    assert f"gives {p.argmax()} a" in said
    assert f"the loss is {round(loss, 4):g}" in said
    np.testing.assert_allclose(view.picture["p"], p)


def test_it_moves_until_it_is_touched(show):
    root = opened(show, reduced_motion="no-preference")
    moving = "n => Number(n.dataset.moment)"
    root.page.wait_for_function(
        "Number(document.querySelector('[data-widget=wave-view]').dataset.moment) > 0.05"
    )
    first = root.evaluate(INK)
    root.page.wait_for_timeout(900)
    assert root.evaluate(INK) != first
    root.locator("canvas").click()
    assert root.get_attribute("data-running") == "false"
    stopped = root.evaluate(moving)
    root.page.wait_for_timeout(300)
    assert root.evaluate(moving) == stopped
    root.get_by_role("button", name="Play").click()
    root.page.wait_for_timeout(600)
    assert root.evaluate(moving) != stopped


@pytest.mark.parametrize("width", [390, 1000])
def test_with_reduced_motion_it_stands_still_and_tells_both_ways(show, theme, width):
    root = opened(show, reduced_motion="reduce", theme=theme, viewport=(width, 600))
    first = root.evaluate(INK)
    root.page.wait_for_timeout(400)
    assert root.evaluate(INK) == first
    assert len(set(first.split(","))) == 2
    root.get_by_role("button", name="Play").click()
    root.page.wait_for_timeout(400)
    assert root.evaluate(INK) != first
