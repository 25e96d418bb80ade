"""The turning kernel: at every angle the numbers of `cnnlib` for the kernel as it lies."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets import gallery
from tests.browser.widgets.expected import same
from tests.browser.widgets.test_contract import cell, press, root, sentence

GEOMETRY = [
    {},
    {"stride": (2, 1), "padding": (1, 0)},
    {"dilation": (1, 2), "padding": 1},
]


def turn_to(widget, angle):
    widget.get_by_role("slider", name="Turn").fill(str(angle))
    assert widget.get_attribute("data-angle") == str(angle)


def shown(widget):
    cells = widget.locator(".cnn-window [data-operand=dx]")
    found = cells.evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.index, n.textContent, 'wrong' in n.dataset])"
    )
    return {tuple(map(int, at.split(","))): (text, wrong) for at, text, wrong in found}


@pytest.mark.parametrize("options", GEOMETRY)
@pytest.mark.parametrize("channels", [(1, 1), (2, 3)])
def test_at_every_angle_the_numbers_are_those_of_cnnlib(show, options, channels, rng):
    x = rng.integers(-4, 5, (1, 4, 5, channels[0])).astype(float)
    w = rng.integers(-4, 5, (2, 3, *channels)).astype(float)
    trace = c.trace_conv2d(x, w, **options)
    delta = rng.integers(-9, 10, trace.shape).astype(float)
    view = TraceView(trace, delta=delta, direction="dx-gather", turn=True)
    widget = root(show(view))
    right = c.conv2d_backward(delta, x, w, **options).dx
    for angle in (0, 37, 89, 90, 120, 180):
        turn_to(widget, angle)
        lies = w if angle >= 90 else np.flip(w, (0, 1))  # a gather meets the taps from behind
        expected = c.conv2d_input_grad(delta, lies, x.shape, **options)
        found = shown(widget)
        assert len(found) == expected.size
        for at, (text, wrong) in found.items():
            assert same(text, expected[at]), (angle, at)
            assert wrong == (expected[at] != right[at]), (angle, at)
        said = widget.locator(".cnn-turn output").inner_text()
        number = sum(wrong for _, wrong in found.values())
        assert (f"{number} of {right.size} numbers wrong" in said) == bool(number)
        assert ("every number right" in said) == (not number)
        assert evaluated(sentence(widget)) == pytest.approx(expected.ravel()[0])


def evaluated(words):
    return float(words.rsplit(" = ", 1)[-1].replace("−", "-").split(" ")[0])


def test_the_handle_turns_by_keys_by_hand_and_by_its_button(show):
    view = gallery.small_convolution(direction="dx-gather", step=4, turn=True, angle=0)
    widget = root(show(view))
    handle = widget.get_by_role("slider", name="Turn")
    assert (handle.get_attribute("min"), handle.get_attribute("max")) == ("0", "180")
    assert widget.locator("[data-wrong]").count() == 9
    handle.focus()
    for _ in range(3):
        widget.page.keyboard.press("ArrowRight")
    assert widget.get_attribute("data-angle") == "3"
    press(widget, "Turn the plate")
    assert widget.get_attribute("data-angle") == "180"
    assert widget.locator("[data-wrong]").count() == 0
    widget.page.wait_for_function("() => document.getAnimations().length === 0")
    knob, plate = (
        widget.locator(f"[data-part={part}]").bounding_box() for part in ("handle", "plate")
    )
    centre = plate["x"] + plate["width"] / 2, plate["y"] + plate["height"] / 2
    mouse = widget.page.mouse
    mouse.move(knob["x"] + 22, knob["y"] + 22)
    mouse.down()
    mouse.move(centre[0], centre[1] - 80, steps=4)
    mouse.move(centre[0] + 80, centre[1] - 78, steps=8)
    mouse.up()
    assert int(widget.get_attribute("data-angle")) < 30
    assert widget.locator("[data-wrong]").count() == 9


def test_the_plate_turns_about_its_centre_and_its_digits_stay_upright(show):
    view = gallery.small_convolution(direction="dx-gather", step=4, turn=True, angle=0)
    widget = root(show(view))
    seen = widget.evaluate(
        """async (root) => {
          const plate = root.querySelector("[data-part=plate]"), seen = [];
          const degrees = (n) => parseFloat(getComputedStyle(n).rotate) || 0;
          root.querySelector(".cnn-turn button").click();
          for (const end = performance.now() + 1500; performance.now() < end; ) {
            const box = plate.getBoundingClientRect();
            seen.push([degrees(plate), box.x + box.width / 2, box.y + box.height / 2,
              ...[...plate.children].filter((n) => n.dataset.tap)
                .map((n) => degrees(plate) + degrees(n))]);
            await new Promise(requestAnimationFrame);
          }
          return seen;
        }"""
    )
    angles = [one[0] for one in seen]
    assert angles == sorted(angles)
    assert angles[-1] == 180
    assert len({angle for angle in angles if 0 < angle < 180}) >= 8
    for angle, x, y, *upright in seen:
        assert (x, y) == pytest.approx((seen[0][1], seen[0][2]), abs=1)
        assert upright == pytest.approx([0] * 4, abs=3), angle


def test_the_story_of_a_pixel_ends_as_the_gather_has_it(show):
    for motion in ("reduce", "no-preference"):
        view = gallery.small_convolution(direction="dx-gather", turn=True, angle=0)
        widget = root(show(view, reduced_motion=motion))
        cell(widget, "dx", "0,1,1,0").click()
        assert widget.locator(".cnn-pull line").count() == 4  # its wires
        assert widget.get_attribute("data-step") == "4"
        assert widget.get_attribute("data-angle") == "180"
        assert sentence(widget) == "dx[1,1] = 1·4 + 10·3 + 100·2 + 1000·1 = 1234"
        running = widget.evaluate("(root) => root.getAnimations({ subtree: true }).length")
        assert bool(running) == (motion == "no-preference")
        widget.page.wait_for_function("() => document.getAnimations().length === 0")
        plate = widget.locator("[data-part=plate] [data-tap]").evaluate_all(
            """nodes => nodes.map((n) => [n.getBoundingClientRect(), n.textContent])
              .sort(([a], [b]) => Math.round(a.top - b.top) || a.left - b.left).map(([, t]) => t)"""
        )
        assert plate == ["×4", "×3", "×2", "×1"]


def test_other_passes_have_nothing_to_turn_and_a_link_carries_the_angle(show):
    seen = show(
        gallery.small_convolution(turn=True),
        address="#tv:small:step=4;direction=dx-gather;angle=60",
    )
    widget = root(seen)
    assert widget.get_attribute("data-angle") == "60"
    assert widget.locator("[data-wrong]").count() == 9
    press(widget, "Forward")
    assert widget.get_attribute("data-angle") is None
    assert widget.locator("[data-wrong]").count() == 0
    assert not widget.get_by_label("Turn", exact=True).is_visible()
    press(widget, "Reset")
    press(widget, "dx, gather")
    assert widget.get_attribute("data-angle") == "180"
