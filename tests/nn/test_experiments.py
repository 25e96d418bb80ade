from __future__ import annotations

import numpy as np
import pytest

from cnnlib import rot180
from cnnlib.nn import SGD
from cnnlib.nn.experiments import CHANGES, ChangedKernels, glyph_network, train_changed
from cnnlib.nn.glyphs import CORNERS, DIGITS, draw_glyphs
from cnnlib.nn.network import Parameter


def parameters(rng):
    shapes = {"0.w": (3, 2, 2, 4), "0.b": (4,), "3.w": (5, 6), "3.b": (6,)}
    return [Parameter(n, rng.normal(size=s), rng.normal(size=s)) for n, s in shapes.items()]


@pytest.mark.parametrize("change", CHANGES)
def test_only_kernels_are_handed_a_changed_gradient(change, rng):
    given = parameters(rng)
    before = [p.value.copy() for p in given]
    ChangedKernels(SGD(lr=0.5), CHANGES[change]).step(given)
    steps = [(old - p.value) / 0.5 for old, p in zip(before, given, strict=True)]
    wanted = {"correct": given[0].grad, "reversed": rot180(given[0].grad), "frozen": 0.0}[change]
    np.testing.assert_allclose(steps[0], np.broadcast_to(wanted, steps[0].shape), atol=1e-14)
    for step, p in zip(steps[1:], given[1:], strict=True):
        np.testing.assert_allclose(step, p.grad, atol=1e-14)


def test_the_gradients_themselves_are_left_alone(rng):
    given = parameters(rng)
    kept = given[0].grad.copy()
    ChangedKernels(SGD(lr=0.5), CHANGES["reversed"]).step(given)
    np.testing.assert_array_equal(given[0].grad, kept)


def test_a_schedule_reaches_the_optimizer_behind():
    changed = ChangedKernels(SGD(lr=0.5), np.asarray)
    changed.lr = 0.25
    assert changed.lr == changed.optimizer.lr == 0.25


@pytest.mark.parametrize("design", ["one", "two", "global"])
def test_every_change_starts_from_the_same_kernels(design):
    data = draw_glyphs(train=50, test=10, noise=0.1, rng=np.random.default_rng(0))
    runs = [train_changed(data, design, change, seed=3, epochs=1) for change in CHANGES]
    for run in runs[1:]:
        np.testing.assert_array_equal(run.records[0], runs[0].records[0])
    moved = [not np.array_equal(*run.records) for run in runs]
    assert moved == [True, True, False]


@pytest.mark.parametrize(("what", "words"), [("design", "three"), ("change", "upside down")])
def test_unknown_words_are_refused_with_the_known_ones(what, words):
    data = draw_glyphs(train=20, test=10, noise=0.1, rng=np.random.default_rng(0))
    given = {"design": "one", "change": "correct", what: words}
    with pytest.raises(ValueError, match=rf"{what}='{words}' is not known"):
        train_changed(data, given["design"], given["change"], seed=0)


def test_glyphs_without_noise_are_the_drawn_shape_somewhere_near_the_middle():
    data = draw_glyphs(DIGITS, train=40, test=10, noise=0, scale=2, rng=np.random.default_rng(1))
    ink = [4 * shape.count("#") for shape in DIGITS]
    assert data.x_train.sum(axis=(1, 2, 3)).tolist() == ink * 4
    rows, columns = np.nonzero(data.x_train.any(axis=(0, 3)))
    assert rows.min() >= 0
    assert columns.min() >= 2
    assert data.y_train.argmax(axis=1).tolist() == list(range(10)) * 4


def test_each_corner_turned_by_180_degrees_is_another_corner():
    grids = [np.array([[m == "#" for m in row] for row in s.split()]) for s in CORNERS]
    turned = [next(k for k, g in enumerate(grids) if np.array_equal(g, grid[::-1, ::-1]))
              for grid in grids]  # fmt: skip
    assert turned == [2, 3, 0, 1]


def test_a_glyph_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match="raise size to at least 17"):
        draw_glyphs(train=1, test=1, noise=0, scale=3, rng=np.random.default_rng(0))


def test_networks_have_the_outputs_they_are_asked_for(rng):
    x = rng.normal(size=(2, 12, 12, 1))
    for design in ("one", "two", "global"):
        assert glyph_network(7, design, rng=rng).forward(x).shape == (2, 7)
