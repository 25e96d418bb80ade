from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from cnnlib import plots
from cnnlib.plots.style import variables
from cnnlib.plots.text import alike, number

LIGHT = variables("light")


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def layers(ax):
    """How strong each colour is in every pixel, by the name of the colour."""
    return {image.get_gid().removeprefix("tint:"): image.get_array()[..., 3] for image in ax.images}


def history(**values):
    return SimpleNamespace(**values)


DRAWINGS = {
    "grid": lambda ax: plots.plot_grid([[1, 2]], ax=ax),
    "row": lambda ax: plots.plot_row(plots.Grid([1, 2]), "⋆", ax=ax),
    "kernels": lambda ax: plots.plot_kernels(np.ones((2, 3, 1, 4)), ax=ax),
    "activations": lambda ax: plots.plot_activations(np.ones((4, 3, 2)), ax=ax),
    "digits": lambda ax: plots.plot_digits(np.ones((2, 8, 8, 1)), ax=ax),
    "tiles": lambda ax: plots.plot_tiles(np.ones((2, 8, 8)), ax=ax),
    "history": lambda ax: plots.plot_history(history(train_loss=[2, 1]), ax=ax),
    "step errors": lambda ax: plots.plot_step_errors([0.1, 0.01], [1, 0.1], ax=ax),
    "confusion": lambda ax: plots.plot_confusion([[3, 1], [0, 4]], ax=ax),
    "matrix": lambda ax: plots.plot_matrix([[3, 1, 0]], ax=ax),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_every_plot_draws_on_the_axes_it_is_given_and_returns_them(draw):
    _, (left, right) = plots.canvas(columns=2)
    assert draw(right) is right
    assert not left.texts
    assert not left.patches
    assert not left.images
    assert isinstance(draw(None), Axes)


def test_a_grid_shows_every_number_in_row_order(rng):
    values = rng.integers(-99, 99, (3, 4))
    assert texts(plots.plot_grid(values, "z")) == ["z", *(number(v) for v in values.flat)]


def test_a_grid_leaves_out_what_is_blank_and_writes_notes():
    ax = plots.plot_grid([[1, 2], [3, 4]], "x", label="X", blank=[(1, 0)], notes={(0, 1): "×5"})
    assert texts(ax) == ["X", "1", "2", "4", "×5"]
    assert ax.texts[-1].get_color() == LIGHT["sym-w"]


def test_lit_cells_are_filled_outlined_and_bold():
    ax = plots.plot_grid([[1, 2]], "dw", highlight=[(0, 1)])
    rest, lit = ax.patches
    assert lit.get_linewidth() > rest.get_linewidth()
    assert [text.get_weight() for text in ax.texts[1:]] == ["normal", "bold"]


def test_the_inputs_of_a_grid_are_not_modified(rng):
    values = rng.normal(size=(2, 3))
    before = values.copy()
    plots.plot_grid(values)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: plots.plot_grid([["a"]]), TypeError, "must be an array of numbers"),
        (lambda: plots.plot_grid(np.ones((2, 2, 2))), ValueError, r"got shape \(2, 2, 2\)"),
        (lambda: plots.plot_grid(np.ones((0, 3))), ValueError, "nothing to draw"),
        (
            lambda: plots.plot_grid([[1]], highlight=[(0, 1)]),
            ValueError,
            r"highlight cell \(0, 1\)",
        ),
        (lambda: plots.plot_grid([[1]], notes={(-1, 0): "×"}), ValueError, r"notes cell \(-1, 0\)"),
        (lambda: plots.plot_row("="), TypeError, "at least one Grid"),
        (lambda: plots.plot_row(plots.Grid([1]), [[1]]), TypeError, "not list"),
        (lambda: plots.plot_kernels(np.ones((3, 3))), ValueError, r"w must have 4 axes"),
        (lambda: plots.plot_kernels(np.full((1, 1, 1, 1), np.nan)), ValueError, "is nan"),
        (lambda: plots.plot_activations(np.ones((2, 3, 3, 1))), ValueError, "2 images: pick one"),
        (lambda: plots.plot_tiles(np.ones((1, 2, 2)), columns=0), ValueError, "columns"),
        (lambda: plots.plot_digits(np.ones((1, 8, 8, 3))), ValueError, "3 channels"),
        (lambda: plots.plot_digits(np.ones((2, 8, 8)), [1]), ValueError, "beside 2 images"),
        (lambda: plots.plot_digits(np.ones((2, 8, 8)), np.eye(2)), ValueError, "argmax"),
        (
            lambda: plots.plot_digits(np.ones((1, 8, 8)), predictions=[1]),
            ValueError,
            "pass labels as well",
        ),
        (lambda: plots.plot_history(history()), ValueError, "holds no loss"),
        (lambda: plots.plot_history(history(train_loss=[1]), "speed"), ValueError, "'speed'"),
        (lambda: plots.plot_step_errors([0.1], [1, 2]), ValueError, "1 steps beside 2 errors"),
        (lambda: plots.plot_step_errors([-1], [1]), ValueError, "positive"),
        (lambda: plots.plot_confusion(np.ones((2, 3))), ValueError, "square"),
        (lambda: plots.plot_confusion([[0.5]]), ValueError, "counts"),
        (lambda: plots.plot_confusion([[1]], ["a", "b"]), ValueError, "2 entries for 1"),
        (lambda: plots.plot_matrix([[1, 2]], columns=["a"]), ValueError, "1 entries for 2"),
        (lambda: plots.plot_matrix([[1, 2]], wired=[True]), ValueError, "wired has shape"),
    ],
)
def test_bad_input_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_kernels_keep_their_place_size_and_sign(rng):
    w = rng.normal(size=(3, 2, 2, 4))
    shown = layers(plots.plot_kernels(w))
    positive, negative = shown["sym-w"], shown["cnn-soft"][1::6, 1::6]
    for channel in range(2):
        for k in range(4):
            tile = (slice(4 * channel, 4 * channel + 3), slice(3 * k, 3 * k + 2))
            seen = positive[tile] - negative[tile]
            np.testing.assert_allclose(seen * np.abs(w).max(), w[:, :, channel, k], atol=1e-12)


def test_negative_cells_are_hollow():
    negative = layers(plots.plot_kernels(np.full((1, 1, 1, 1), -2.0)))["cnn-soft"]
    assert negative[0, 0] == 1.0
    assert negative[3, 3] < 0.5


def test_zero_is_the_page_itself():
    shown = layers(plots.plot_activations(np.array([[[0.0], [3.0]]])))
    np.testing.assert_array_equal(shown["sym-z"][0, :2], [0, 1])
    assert not layers(plots.plot_activations(np.zeros((2, 3, 1))))["sym-z"].any()


def test_the_scale_is_written_below(rng):
    assert plots.plot_kernels(np.full((1, 1, 1, 1), -0.25)).get_xlabel().startswith("−0.25 … 0.25")
    assert plots.plot_activations(np.full((2, 3, 1), 5)).get_xlabel().startswith("0 … 5")


def test_digits_show_the_images_and_name_the_mistakes(rng):
    images = rng.random((3, 8, 8, 1))
    images[0, 0, 0, 0] = 1.0
    ax = plots.plot_digits(images, [3, 1, 4], [3, 7, 4], columns=2)
    assert texts(ax) == ["3", "1 → 7", "4"]
    assert ax.texts[1].get_color() == LIGHT["sym-delta"]
    ink = layers(ax)["sym-ink"]
    np.testing.assert_allclose(ink[:8, 9:17], images[1, ..., 0])
    np.testing.assert_allclose(ink[13:21, :8], images[2, ..., 0])


def test_history_draws_each_curve_over_its_epochs():
    losses = {"train_loss": [3.0, 2.0, 1.0], "test_loss": [3.5, 2.5, 1.5], "train_accuracy": [0.1]}
    ax = plots.plot_history(history(**losses))
    for line, values in zip(ax.lines, (losses["train_loss"], losses["test_loss"]), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert texts(ax) == ["train", "test"]
    assert len(plots.plot_history(history(**losses), "accuracy").lines) == 1


def test_history_takes_what_train_returns():
    from cnnlib.nn import History

    ax = plots.plot_history(History(train_loss=[2.0, 1.0], test_accuracy=[0.5, 0.9]), "accuracy")
    assert texts(ax) == ["test"]


def test_history_has_ticks_at_round_epochs():
    for epochs, wanted in ((30, [0, 10, 20, 30]), (10, [0, 5, 10])):
        ax = plots.plot_history(history(train_loss=np.linspace(2, 1, epochs)))
        low, high = ax.get_xlim()
        assert [t for t in ax.get_xticks() if low <= t <= high] == wanted


def test_names_of_two_step_curves_keep_apart():
    steps = 10.0 ** np.arange(-8, 0)
    ax = plots.plot_step_errors(steps, steps, label="one side")
    plots.plot_step_errors(steps, steps**2, label="both sides", ax=ax)
    plots.show(ax, alt="Two rising lines with their names.")
    first, second = (text.get_window_extent() for text in ax.texts)
    assert not first.overlaps(second)


def test_a_wide_figure_scrolls_on_a_phone_instead_of_shrinking_its_letters():
    for width, least in ((4.4, None), (6.4, 0.7), (9.0, 0.7)):
        figure, axes = plots.canvas(columns=2, width=width, height=2)
        axes[0].set_title("a title")
        svg = plots.show(figure, alt="Two empty pairs of axes.").svg
        drawn, floor = re.search(r' width="(\d+)"', svg), re.search(r"min-width:(\d+)px", svg)
        assert (floor is None) == (least is None)
        if floor and drawn:
            assert abs(int(floor[1]) / int(drawn[1]) - (least or 0)) < 0.01


def test_step_errors_leave_out_what_has_no_logarithm():
    ax = plots.plot_step_errors([0.1, 0.01], [0.5, 0.0], label="central")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.5, np.nan])
    assert texts(ax) == ["central"]


def test_confusion_shows_every_count_and_dots_for_none(rng):
    counts = rng.integers(0, 3, (4, 4))
    shown = texts(plots.plot_confusion(counts, list("abcd")))
    assert shown[:16] == [str(n) if n else "·" for n in counts.flat]
    assert shown[16:] == [*"abcd", *"abcd", "taken for", "true class"]


def test_confusion_marks_mistakes_apart_from_right_answers():
    fills = [to_hex(box.get_facecolor()) for box in plots.plot_confusion([[5, 0], [1, 4]]).patches]
    right, wrong = LIGHT["sym-z-tint"], LIGHT["sym-delta-lit"]
    assert fills == [right, wrong, right]


def test_matrix_shows_a_wired_zero_and_dots_where_there_is_no_wire():
    ax = plots.plot_matrix([[0, 2], [0, 0]], wired=[[True, True], [False, True]], rows="ab")
    assert texts(ax) == ["0", "2", "·", "0", "a", "b"]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1, -20], ["1", "−20"]),
        ([0.5, 2], ["0.5", "2.0"]),
        ([-0.001, 2.346], ["0.00", "2.35"]),
        ([0.125, -0.25], ["0.125", "−0.250"]),
        ([0.125, 1 / 3], ["0.12", "0.33"]),
        ([1.125, 0.5], ["1.12", "0.50"]),
        ([1e-5, -1e7], ["1e−5", "−1e7"]),
        ([np.inf, -np.inf, np.nan, 1], ["∞", "−∞", "NaN", "1"]),
        ([0.0, -0.0], ["0", "0"]),
    ],
)
def test_numbers_of_a_grid_are_written_alike(values, shown):
    assert alike(values) == shown
