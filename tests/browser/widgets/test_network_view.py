"""The small network: every number is `cnnlib`'s, in the same cells there and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import numpy as np
import pytest

import cnnlib as c
from cnnlib import nn
from tests.browser.widgets import gallery
from tests.browser.widgets.expected import same

FRONT = ("x", "w1", "b1", "z1", "a1", "pool", "flat", "w2", "b2", "z2")
BACK = ("dx", "dw1", "db1", "delta1", "da1", "dpool", "dflat", "dw2", "db2", "delta2")
QUIET = {"reduced_motion": "reduce"}
READ = """root => Object.fromEntries([...root.querySelectorAll("[data-operand]")].map(
  n => [n.dataset.operand + ":" + n.dataset.index, [n.textContent, Number(n.dataset.value)]]))"""


def start() -> dict[str, np.ndarray]:
    network, x, y = nn.tiny_network()
    first, last = network.layers[0].params, network.layers[-1].params
    return {"x": x, "y": y, "w1": first["w"], "b1": first["b"], "w2": last["w"], "b2": last["b"]}


def numbers(given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return every number of the network, as `cnnlib.ops` computes it."""
    x, y, w1, b1, w2, b2 = (given[name] for name in ("x", "y", "w1", "b1", "w2", "b2"))
    z1 = c.conv2d(x, w1, b1)
    a1 = c.relu(z1)
    pool = c.max_pool2d(a1, 2)
    flat = pool.reshape(1, -1)
    z2 = c.dense(flat, w2, b2)
    delta2 = c.softmax_cross_entropy_backward(z2, y)
    dflat, dw2, db2 = c.dense_backward(delta2, flat, w2)
    dpool = dflat.reshape(pool.shape)
    da1 = c.max_pool2d_backward(dpool, a1, 2)
    delta1 = c.relu_backward(da1, z1)
    dx, dw1, db1 = c.conv2d_backward(delta1, x, w1)
    loss = np.array([c.softmax_cross_entropy(z2, y)])
    here = {**given, "z1": z1, "a1": a1, "pool": pool, "flat": flat, "z2": z2}
    here |= {"p": c.softmax(z2), "loss": loss, "dx": dx, "dw1": dw1, "db1": db1, "delta1": delta1}
    here |= {"da1": da1, "dpool": dpool, "dflat": dflat, "dw2": dw2, "db2": db2}
    return {**here, "delta2": delta2}


def agree(widget, given, names) -> None:
    """Fail unless the cells show exactly these arrays."""
    shown, expected = widget.evaluate(READ), {}
    for name, array in numbers(given).items():
        if name in names:
            for at in np.ndindex(array.shape):
                expected[f"{name}:{','.join(map(str, at))}"] = float(array[at])
    assert shown.keys() == expected.keys()
    for key, (text, value) in shown.items():
        assert value == pytest.approx(expected[key], rel=1e-9, abs=1e-12), key
        assert same(text, expected[key]), (key, text, expected[key])


def opened(show, **options):
    return show(gallery.network(), **options).page.locator("[data-widget=network-view]")


def press(widget, name):
    widget.get_by_role("button", name=name, exact=True).click()


def change(widget, name, at, value) -> None:
    """Type a number into a cell, which shows its gradient where the wave has passed."""
    index = ",".join(map(str, at))
    part = widget.locator(f"[data-part={name}] [data-index='{index}']")
    part.focus()
    widget.page.keyboard.press("Enter")
    widget.page.keyboard.type(str(value))
    widget.page.keyboard.press("Enter")


def test_every_number_is_that_of_cnnlib_after_fifty_edits(show, rng):
    widget = opened(show, **QUIET)
    given = {name: array.copy() for name, array in start().items()}
    for turn in range(50):
        name = str(rng.choice(["x", "w1", "b1", "w2", "b2", "y"], p=[0.3, 0.2, 0.1, 0.2, 0.1, 0.1]))
        at = tuple(int(rng.integers(n)) for n in given[name].shape)
        if name == "y":
            given["y"] = np.eye(3)[[at[1]]]
            widget.locator(f"[data-operand=y][data-index='0,{at[1]}']").click()
        else:
            value = round(float(rng.normal(0, 1.5)), 3)
            given[name] = given[name].copy()
            given[name][at] = value
            change(widget, name, at, value)
        if turn % 2:
            press(widget, "Forward")
            agree(widget, given, {*FRONT, "p", "y", "loss"})
        else:
            press(widget, "Back")
            agree(widget, given, {*BACK, "p", "y", "loss"})


def test_a_step_goes_against_the_gradient_and_the_loss_falls(show):
    widget = opened(show, **QUIET)
    given, losses = start(), []
    for _ in range(3):
        now = numbers(given)
        losses.append(float(now["loss"][0]))
        given |= {name: given[name] - 0.01 * now[f"d{name}"] for name in ("w1", "b1", "w2", "b2")}
        press(widget, "Learn one step")
        agree(widget, given, {*FRONT, "p", "y", "loss"})
    assert sorted(losses, reverse=True) == losses
    press(widget, "10 steps")
    for _ in range(10):
        now = numbers(given)
        given |= {name: given[name] - 0.01 * now[f"d{name}"] for name in ("w1", "b1", "w2", "b2")}
    agree(widget, given, {*FRONT, "p", "y", "loss"})
    assert "after 13 steps" in widget.locator(".cnn-small-curve").get_attribute("aria-label")


def test_the_same_nodes_carry_a_number_and_its_gradient(show):
    widget = opened(show, **QUIET)
    names = """root => [...root.querySelectorAll("[role=gridcell]")].map(n => (n.mark ??=
      [n.dataset.operand, n.dataset.index].join())) """
    before = widget.evaluate(names)
    press(widget, "Back")
    assert widget.locator("[data-operand=z1]").count() == 0
    assert widget.locator("[data-operand=delta1]").count() == 16
    assert widget.evaluate(names) == before


def test_with_motion_the_wave_travels_and_the_plate_slides(show):
    widget = opened(show, reduced_motion="no-preference")
    press(widget, "Forward")
    places = widget.evaluate(
        """async root => {
          const seen = new Set(), plate = root.querySelector("[data-part=plate]");
          for (let k = 0; k < 120; k++) {
            await new Promise(requestAnimationFrame);
            const { x, y } = plate.getBoundingClientRect();
            seen.add(`${x.toFixed(1)},${y.toFixed(1)}`);
          }
          return seen.size;
        }"""
    )
    assert places >= 10
    press(widget, "Back")
    ahead = widget.locator("[data-operand=delta2]")
    ahead.first.wait_for()
    assert widget.locator("[data-operand=x]").count() == 25
    widget.locator("[data-operand=dx]").nth(24).wait_for(timeout=20_000)


def test_with_reduced_motion_the_plate_does_not_travel(show):
    widget = opened(show, **QUIET)
    press(widget, "Back")
    assert widget.get_attribute("data-way") == "backward"
    assert widget.locator("[data-part=plate]").evaluate(
        "n => getComputedStyle(n).transitionDuration"
    ) in {"0s", ""}


@pytest.mark.parametrize(("way", "sums"), [("Forward", 19), ("Back", 60)])
def test_the_terms_of_every_number_add_up_to_it(show, way, sums):
    widget = opened(show, **QUIET)
    press(widget, way)
    hows = 0
    for cell in widget.locator("[role=gridcell]").all():
        cell.focus()
        line = widget.locator(".cnn-why").inner_text()
        line = line.split("→")[0]
        parts = [part.strip() for part in line.split(" = ")]
        assert "undefined" not in line
        if "·" not in line or "more" in line:
            continue
        plain = parts[1].split(", since")[0].replace("−", "-").replace("·", "*").replace("×", "*")
        value = float(cell.get_attribute("data-value"))
        assert eval(plain) == pytest.approx(value, abs=3e-3), line
        hows += 1
    assert hows >= sums


def test_a_number_leads_to_the_page_that_derives_it(show):
    widget = opened(show, **QUIET)
    press(widget, "Back")
    widget.locator("[data-operand=dx][data-index='0,1,3,0']").focus()
    link = widget.locator(".cnn-page")
    assert link.get_attribute("href") == "rot180_full_convolution.html"
    assert widget.locator("[data-part=plate]").get_attribute("data-angle") == "180"


def test_the_address_brings_a_state_back(show):
    seen = show(gallery.network(), **QUIET)
    widget = seen.page.locator("[data-widget=network-view]")
    change(widget, "x", (0, 1, 3, 0), -2.5)
    press(widget, "Learn one step")
    press(widget, "Back")
    widget.locator("[data-operand=delta1]").nth(2).focus()
    before = widget.evaluate(READ)
    seen.page.wait_for_function("location.hash.includes('chosen')")
    hash_ = seen.page.evaluate("location.hash")
    again = show(gallery.network(), address=hash_, **QUIET)
    widget = again.page.locator("[data-widget=network-view]")
    assert json.dumps(widget.evaluate(READ)) == json.dumps(before)
    assert re.search(r"δ1\[0,2\]", widget.locator(".cnn-why").inner_text())


def test_an_address_that_fits_nothing_does_no_harm(show):
    odd = "#tv:spine:at=999;chosen=q@1;x@9.9=5;y@0.0=7;w1@0.0.0.0=x;b1@0=2"
    widget = opened(show, address=odd, **QUIET)
    given = start()
    given["b1"] = np.array([2.0])
    agree(widget, given, {*BACK, "p", "y", "loss"})


def test_undo_and_reset_lead_back(show):
    widget = opened(show, **QUIET)
    change(widget, "w1", (0, 0, 0, 0), 7)
    press(widget, "10 steps")
    widget.page.keyboard.press("Control+z")
    given = start()
    given["w1"] = given["w1"].copy()
    given["w1"][0, 0] = 7
    agree(widget, given, {*FRONT, "p", "y", "loss"})
    widget.get_by_text("More").click()
    press(widget, "Reset")
    agree(widget, start(), {*FRONT, "p", "y", "loss"})


def test_keys_walk_nudge_and_choose_a_label(show):
    widget = opened(show, **QUIET)
    widget.locator("[data-operand=x]").first.focus()
    keys = widget.page.keyboard
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        keys.press(key)
    focused = "document.activeElement.dataset.index"
    assert widget.page.evaluate(focused) == "0,2,1,0"
    keys.press("PageUp")
    given = start()
    given["x"][0, 2, 1] += 1
    agree(widget, given, {*FRONT, "p", "y", "loss"})
    widget.locator("[data-operand=y]").first.focus()
    keys.press("Enter")
    given["y"] = np.eye(3)[[0]]
    agree(widget, given, {*FRONT, "p", "y", "loss"})


@pytest.mark.parametrize("width", [390, 760])
def test_picture_and_controls_fit_the_screen_together(show, width):
    widget = opened(show, viewport=(width, 844), **QUIET)
    page = widget.page
    top = page.get_by_role("button", name="Back", exact=True).bounding_box()["y"]
    last = widget.locator("[data-operand=loss]").bounding_box()
    assert last["y"] + last["height"] - top < 844
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    before = widget.bounding_box()["height"]
    press(widget, "Back")
    assert widget.bounding_box()["height"] == before
