"""Sketches of layers: every wire and every sheet is drawn, and what does not fit is refused."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlib.plots import Volume, plot_neurons, plot_volumes


def test_a_network_has_a_wire_and_a_number_for_each_weight() -> None:
    rng = np.random.default_rng(0)
    weights = [rng.integers(-9, 9, (2, 3)), rng.integers(-9, 9, (3, 4))]
    ax = plot_neurons([["a"] * 2, ["b"] * 3, ["c"] * 4], weights)
    numbers = [text.get_text() for text in ax.texts[:18]]
    assert len(ax.lines) == 6 + 12
    assert numbers == [f"{v}".replace("-", "−") for w in weights for v in w.ravel()]
    assert [text.get_text() for text in ax.texts[18:]] == [*"aabbbcccc"]


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(2, 3\)"):
        plot_neurons([["a"] * 2, ["b"] * 3], [np.ones((3, 2))])


def test_an_array_has_a_sheet_for_each_channel() -> None:
    ax = plot_volumes(Volume((5, 4, 10), "x", "x"), "⋆", Volume((3, 2, 10), "w", "w"))
    sheets = [(patch.get_height(), patch.get_width()) for patch in ax.patches]
    assert sheets == [(5, 4)] * 10 + [(3, 2)] * 10
    assert ax.patches[0].get_facecolor() != ax.patches[10].get_facecolor()
