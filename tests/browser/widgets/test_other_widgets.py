"""SoftmaxView, NudgeView, TrainingReplay and DigitExplorer show `cnnlib`'s numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import NudgeView
from tests.browser.widgets import gallery
from tests.browser.widgets.expected import number, same

READ = """(root, operand) => [...root.querySelectorAll(`[data-operand="${operand}"]`)]
  .map((n) => n.value ?? n.textContent)"""
LOGITS = [
    [2, 1, -1],
    [1000, -1000, 0],
    [-1000, -1000, -1000],
    [1000, 999, 998.5],
    [0.1, 0.2, 0.3],
    [-3, 40, -700],
]
LABELS = [[0, 1, 0], [0, 0, 1], [0.25, 0.25, 0.5], [1, 0, 0]]


def read(widget, operand):
    return widget.evaluate(READ, operand)


def agree(shown, values):
    values = np.ravel(values)
    assert len(shown) == values.size
    wrong = [(s, v) for s, v in zip(shown, values, strict=True) if not same(s, float(v))]
    assert wrong == []


def type_in(widget, name, value):
    field = widget.get_by_label(name, exact=True)
    field.fill(str(value))
    field.press("Tab")


@pytest.mark.parametrize("y", LABELS, ids=str)
def test_softmax_loss_gradient_and_jacobian_are_those_of_cnnlib(show, y):
    widget = show(gallery.softmax()).page.locator("[data-widget=softmax-view]")
    for k, value in enumerate(y):
        type_in(widget, f"Label {k}", value)
    for z in LOGITS:
        for k, value in enumerate(z):
            type_in(widget, f"Value of logit {k}", value)
        logits, labels = np.array([z], float), np.array([y], float)
        p = c.softmax(logits)
        agree(read(widget, "z"), logits)
        agree(read(widget, "p"), p)
        agree(read(widget, "loss"), [c.softmax_cross_entropy(logits, labels)])
        agree(read(widget, "delta"), c.softmax_cross_entropy_backward(logits, labels))
        agree(read(widget, "jacobian"), np.diag(p[0]) - np.outer(p, p))
        agree(read(widget, "row-sum"), np.zeros(3))


def test_logits_can_be_dragged_with_keys_and_put_back(show):
    widget = show(gallery.softmax()).page.locator("[data-widget=softmax-view]")
    slider = widget.get_by_label("Logit 0", exact=True)
    slider.focus()
    for _ in range(5):
        widget.page.keyboard.press("ArrowRight")
    assert number(read(widget, "z")[0]) == pytest.approx(2.5)
    agree(read(widget, "p"), c.softmax(np.array([[2.5, 1, -1]])))
    widget.get_by_role("button", name="Reset").click()
    agree(read(widget, "z"), [2, 1, -1])


def test_labels_that_do_not_sum_to_one_get_a_word_and_no_gradient(show):
    widget = show(gallery.softmax()).page.locator("[data-widget=softmax-view]")
    type_in(widget, "Label 0", 0.5)
    assert "sums to 1" in widget.locator(".cnn-warning").inner_text()
    assert read(widget, "delta") == ["–"] * 3
    assert read(widget, "loss") == ["–"]


def conv_nudge():
    rng = np.random.default_rng(4)
    trace = c.trace_conv2d(rng.integers(-2, 3, (1, 4, 3, 1)), rng.integers(-2, 3, (2, 2, 1, 1)))
    return NudgeView(trace, target=rng.integers(-3, 4, trace.shape))


def pool_nudge():
    x = np.array([[1, 4, 2, 0], [3, 2, 5, 1]]).reshape(1, 2, 4, 1)
    return NudgeView(c.trace_avg_pool2d(x, 2), target=[[[[1], [3]]]])


@pytest.mark.parametrize("make", [gallery.nudge, conv_nudge, pool_nudge])
def test_the_slope_of_the_loss_is_the_gradient_of_cnnlib(show, make):
    view = make()
    trace, target = view.trace, np.reshape(view.state["target"], view.trace.shape)
    widget = show(view).page.locator("[data-widget=nudge-view]")
    for name, array in trace.operands.items():
        for at in list(np.ndindex(array.shape))[::2]:
            index = ",".join(map(str, at))
            widget.locator(f"button[data-operand={name}][data-index='{index}']").click()
            for nudge in (0.0, -1.5, 0.75):
                widget.get_by_label("Nudge", exact=True).fill(str(nudge))
                moved = {key: np.array(a) for key, a in trace.operands.items()}
                moved[name][at] += nudge
                there = trace._like(operands=moved)
                z = there.replay()
                agree(read(widget, "loss"), [0.5 * np.sum((z - target) ** 2)])
                slope = there.backward(z - target, name).replay()[at]
                agree(read(widget, "slope"), [slope])
                agree(read(widget, "difference"), [slope])


def test_a_recorded_training_is_shown_epoch_by_epoch(show):
    view = gallery.replay()
    history = gallery.trained()[1]
    widget = show(view).page.locator("[data-widget=training-replay]")
    for epoch, record in enumerate(history.records):
        widget.get_by_label("Epoch", exact=True).fill(str(epoch))
        table = [number(s.replace("·", "0")) for s in read(widget, "confusion")]
        np.testing.assert_array_equal(table, record["confusion"].ravel())
        agree(read(widget, "right"), [np.trace(record["confusion"])])
        taps = widget.locator(".cnn-tap").evaluate_all(
            "nodes => nodes.map((n) => [n.dataset.index, n.dataset.value])"
        )
        for index, value in taps:
            at = tuple(map(int, index.split(",")))
            assert float(value) == pytest.approx(record["kernels"][at], abs=5.1e-4)
        words = widget.locator(".cnn-sentence").inner_text()
        if epoch:
            assert f"train loss {round(history.train_loss[epoch - 1], 4):g}" in words


def test_a_recorded_training_plays_to_its_end(show):
    widget = show(gallery.replay()).page.locator("[data-widget=training-replay]")
    widget.get_by_role("button", name="Next epoch").click()
    assert widget.locator(".cnn-counter").inner_text() == "3 of 4"
    widget.get_by_role("button", name="Previous epoch").click()
    widget.get_by_role("button", name="Play").click()
    widget.page.wait_for_function(
        "document.querySelector('.cnn-counter').textContent === '4 of 4'"
        " && document.querySelector('button[aria-label=Play]')"
    )


def test_every_layer_of_a_digit_shows_the_network_s_numbers_and_their_slopes(show, rng):
    view = gallery.explorer()
    widget = show(view).page.locator("[data-widget=digit-explorer]")
    for sample in (0, 3):
        widget.get_by_label("Digit", exact=True).select_option(str(sample))
        x = np.reshape(view.net["images"][sample]["levels"], (1, 8, 8, 1)) / 16
        y = np.eye(10)[[view.net["images"][sample]["label"]]]
        layers = view.network.forward_all(x)
        deltas = view.network.backward_all(c.softmax_cross_entropy_backward(layers[-1], y))
        agree(read(widget, "p"), c.softmax(layers[-1]))
        agree(read(widget, "delta"), c.softmax_cross_entropy_backward(layers[-1], y))
        agree(read(widget, "loss"), [c.softmax_cross_entropy(layers[-1], y)])
        for layer, (value, delta) in enumerate(zip(layers, deltas, strict=True)):
            for _ in range(2):
                at = tuple(int(rng.integers(n)) for n in value.shape)
                choose(widget, layer, at)
                agree(read(widget, "value"), [value[at]])
                agree(read(widget, "gradient"), [delta[at]])
                assert slope_fits(widget, delta[at])
                assert terms_add_up(widget)


def slope_fits(widget, delta):
    """Whether the measured slope is the gradient, or the page points out a kink around it."""
    words = widget.locator(".cnn-detail p").last.inner_text()
    if "kink" not in words:
        return number(read(widget, "difference")[0]) == pytest.approx(delta, abs=1e-4)
    sides = [number(s) for s in re.findall(r"(\S+) (?:up|down)wards", words)]
    return min(sides) - 1e-4 <= delta <= max(sides) + 1e-4


def choose(widget, layer, at):
    widget.get_by_label("Layer", exact=True).select_option(str(layer))
    places = dict(zip(("row", "column", "map"), at[1:], strict=True)) if len(at) == 4 else {}
    for name, place in (places or {"map": at[1]}).items():
        field = widget.get_by_label(name, exact=True)
        if field.is_enabled():
            field.fill(str(place))
            field.press("Enter")


def terms_add_up(widget) -> bool:
    """Whether each sum that is spelt out in full equals the number in front of it."""
    for line in widget.locator(".cnn-detail p").all_inner_texts():
        parts = line.split(";")[0].split(" = ")
        if len(parts) != 3 or "more)" in line or "·" not in parts[2]:
            continue
        plain = parts[2].replace("−", "-").replace("·", "*")
        if abs(eval(plain) - number(parts[1])) > 5e-3:  # factors are shown with four decimals
            return False
    return True


def test_a_drawn_digit_runs_through_the_network(show):
    view = gallery.explorer()
    widget = show(view, reduced_motion="reduce").page.locator("[data-widget=digit-explorer]")
    widget.get_by_role("button", name="Clear").click()
    x = np.zeros((1, 8, 8, 1))
    for row in range(1, 7):
        widget.locator(f"[data-operand=x][data-index='0,{row},3,0']").click()
        x[0, row, 3] = 1
    widget.get_by_label("Label").select_option("1")
    agree(read(widget, "p"), c.softmax(view.network.forward(x)))
    widget.get_by_role("button", name="Backward: deltas").click()
    before = widget.locator("[data-operand=gradient]").get_attribute("data-index")
    box = widget.locator("canvas").nth(1).bounding_box()
    widget.page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.6)
    assert widget.locator("[data-operand=gradient]").get_attribute("data-index") != before


def test_p_minus_y_is_in_view_on_the_narrowest_phone(show):
    widget = show(gallery.softmax(), viewport=(320, 800)).page.locator("[data-widget=softmax-view]")
    table = widget.locator(".cnn-scroll").first
    assert table.evaluate("n => n.scrollWidth <= n.clientWidth")
    for shown in widget.locator("[data-operand=delta]").all():
        box = shown.bounding_box()
        assert box["x"] + box["width"] <= 320


def test_the_dot_on_the_curve_can_be_dragged(show):
    page = show(gallery.nudge()).page
    widget = page.locator("[data-widget=nudge-view]")
    dot = widget.locator("circle").bounding_box()
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=5)
    page.mouse.up()
    moved = widget.locator("circle").bounding_box()
    assert moved["x"] - dot["x"] == pytest.approx(90, abs=2)
    assert float(widget.locator("output").inner_text()) > 0.5
    page.mouse.move(x, y)
    assert widget.locator("circle").bounding_box() == moved  # let go, it stays


def test_the_curves_of_a_training_differ_by_more_than_colour(show):
    widget = show(gallery.replay()).page.locator("[data-widget=training-replay]")
    looks = widget.locator(".cnn-line").evaluate_all(
        "nodes => nodes.map((n) => [n.style.stroke, n.getAttribute('stroke-dasharray')])"
    )
    assert len(looks) == 2
    assert looks[0][0] != looks[1][0]
    assert looks[0][1] != looks[1][1]
