"""Nothing is replaced: cells carry what stands at their place, and the plate travels."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets import gallery
from tests.browser.widgets.test_contract import cell, press, root, sentence

MARK = """(root) => {
  for (const n of root.querySelectorAll(".cnn-cell[data-index]"))
    n.mark = `${n.dataset.operand} ${n.dataset.index}`;
}"""
MARKS = """(root) => Object.fromEntries([...root.querySelectorAll(".cnn-cell[data-index]")]
  .map((n) => [`${n.dataset.operand} ${n.dataset.index}`, n.mark ?? null]))"""
SAMPLE = """async (root) => {
  const plate = root.querySelector("[data-part=plate]"), seen = [];
  root.querySelector("[aria-label='Next step']").click();
  for (const end = performance.now() + 1500; performance.now() < end; ) {
    const { x, y } = plate.getBoundingClientRect();
    seen.push([x, y]);
    await new Promise(requestAnimationFrame);
  }
  return seen;
}"""
NUMBERS = """(root) => [...root.querySelectorAll(".cnn-cell[data-index]")].map((n) =>
  [n.dataset.operand, n.dataset.index, n.textContent, n.classList.contains("cnn-on")])"""
REST = "(root) => root.getAnimations({ subtree: true }).length === 0"


def at_rest(widget):
    widget.page.wait_for_function("() => document.getAnimations().length === 0")


SLOWED = """async (root) => {
  const plate = root.querySelector("[data-part=plate]");
  const place = () => plate.getBoundingClientRect().x;
  const seen = [place()];
  root.querySelector("[aria-label='Next step']").click();
  const [slide] = plate.getAnimations();
  slide.pause(); // frame by frame, however slow the machine
  const { duration } = slide.effect.getComputedTiming();
  for (let time = 0; time < duration; time += duration / 30) {
    slide.currentTime = time;
    seen.push(place());
  }
  slide.finish();
  return [...seen, place()];
}"""


def test_the_plate_is_one_element_and_slides_from_window_to_window(show):
    widget = root(show(gallery.small_convolution()))
    assert widget.locator("[data-part=plate]").count() == 1
    places = widget.evaluate(SLOWED)
    assert len({round(x, 1) for x in places}) >= 20
    assert places == sorted(places)
    pitch = 49  # a cell of 46 pixels, and the gap
    assert places[-1] - places[0] == pytest.approx(pitch, abs=1)


def test_with_reduced_motion_the_plate_is_where_it_belongs_at_once(show):
    moving = root(show(gallery.small_convolution()))
    still = root(show(gallery.small_convolution(), reduced_motion="reduce"))
    assert len({x for x, _ in still.evaluate(SAMPLE)} - {still.evaluate(SAMPLE)[0][0]}) <= 1
    press(still, "Previous step")
    press(moving, "Next step")
    for name in (
        "dx, scatter",
        "Next step",
        "Network",
        "Forward",
        "Matrix",
        "dx, gather",
        "Window",
    ):
        for widget in (moving, still):
            press(widget, name)
        assert still.evaluate(REST)
        at_rest(moving)
        assert moving.evaluate(NUMBERS) == still.evaluate(NUMBERS), name
        if name in ("dx, scatter", "Next step", "Window"):
            boxes = [w.locator("[data-part=plate]").bounding_box() for w in (moving, still)]
            assert boxes[0] == pytest.approx(boxes[1], abs=1), name


@pytest.mark.parametrize("view", ["window", "network"])
def test_the_cells_of_z_become_the_cells_of_delta(show, view):
    widget = root(show(gallery.small_convolution(view=view, direction="forward")))
    widget.evaluate(MARK)
    for name in ("dx, scatter", "dx, gather"):
        press(widget, name)
        marks = widget.evaluate(MARKS)
        for at in np.ndindex(2, 2):
            index = f"0,{at[0]},{at[1]},0"
            assert marks[f"delta {index}"] == f"z {index}"
            assert marks[f"w {at[0]},{at[1]},0,0"] == f"w {at[0]},{at[1]},0,0"
        assert marks["dx 0,1,1,0"] == "x 0,1,1,0"
    press(widget, "dw")
    assert widget.evaluate(MARKS)["dw 1,0,0,0"] == "w 1,0,0,0"
    press(widget, "Forward")
    assert all(name == mark for name, mark in widget.evaluate(MARKS).items())


def test_cells_persist_over_faces_steps_and_edits(show):
    widget = root(show(gallery.small_convolution(controls=gallery.EVERY_SIZE)))
    widget.evaluate(MARK)
    for name in ("Network", "Matrix", "Next step", "Window", "More stride", "Undo", "More padding"):
        press(widget, name)
        marks = widget.evaluate(MARKS)
        old = {name: mark for name, mark in marks.items() if mark is not None}
        assert old == {name: name for name in old}
        assert {f"x 0,{i},{j},0" for i, j in np.ndindex(3, 3)} <= set(old)


def test_a_change_in_the_middle_of_a_motion_goes_on_from_there(show):
    widget = root(show(gallery.small_convolution()))
    places = widget.evaluate(
        """async (root) => {
          const plate = root.querySelector("[data-part=plate]"), seen = [];
          const look = () => seen.push(plate.getBoundingClientRect().x);
          const frames = async (ms) => {
            for (const end = performance.now() + ms; performance.now() < end; ) {
              await new Promise(requestAnimationFrame);
              look();
            }
          };
          look();
          root.querySelector("[aria-label='Next step']").click();
          await frames(200);
          root.querySelector("[aria-label='Previous step']").click();
          await frames(1200);
          return seen;
        }"""
    )
    assert places[-1] == pytest.approx(places[0], abs=0.5)
    assert max(places) > places[0] + 1
    assert max(abs(a - b) for a, b in pairwise(places)) < 45  # no jump


def test_scrubbing_shows_the_plate_between_two_windows(show):
    widget = root(show(gallery.small_convolution(), reduced_motion="reduce"))
    plate = widget.locator("[data-part=plate]")
    first = plate.bounding_box()
    steps = widget.get_by_role("slider", name="Step")
    steps.evaluate("n => { n.value = 0.25; n.dispatchEvent(new Event('input')) }")
    between = plate.bounding_box()
    assert between["x"] == pytest.approx(first["x"] + 0.25 * 49, abs=1)
    assert widget.get_attribute("data-step") == "0"
    assert sentence(widget).startswith("z[0,0]")
    steps.evaluate("n => { n.value = 0.75; n.dispatchEvent(new Event('input')) }")
    assert widget.get_attribute("data-step") == "1"


def test_the_widget_keeps_its_size_over_passes_and_steps(show):
    widget = root(show(gallery.small_convolution()))
    sizes = set()
    for name in ("Forward", "dx, scatter", "dx, gather", "dw"):
        press(widget, name)
        press(widget, "Next step")
        box = widget.bounding_box()
        sizes.add((round(box["width"]), round(box["height"])))
    assert len(sizes) == 1


def test_on_a_phone_picture_and_play_bar_are_seen_together(show):
    seen = show(
        gallery.small_convolution(view="all", controls=gallery.EVERY_SIZE), viewport=(390, 844)
    )
    widget = root(seen)
    widget.evaluate("n => n.scrollIntoView()")
    assert seen.page.evaluate(
        """() => {
          const [bar, first] = [".cnn-transport", ".cnn-board"].map((s) => document.querySelector(s)
            .getBoundingClientRect());
          return bar.bottom <= innerHeight && bar.top > first.bottom && first.top >= 0;
        }"""
    )


def test_control_z_takes_back_and_reset_resets_all(show):
    widget = root(show(gallery.small_convolution(controls=gallery.EVERY_SIZE)))
    press(widget, "rows")
    press(widget, "More stride")
    assert widget.locator(".cnn-setting output").first.inner_text() == "2 × 1"
    cell(widget, "x", "0,0,0,0").focus()
    widget.page.keyboard.press("Control+z")
    assert widget.locator(".cnn-setting output").first.inner_text() == "1"
    press(widget, "Reset")
    pressed = widget.get_by_role("group", name="Axes").locator("[aria-pressed=true]")
    assert pressed.inner_text() == "both"


def test_the_editor_stands_at_the_number(show):
    for viewport in ((1280, 900), (390, 844)):
        widget = root(show(gallery.small_convolution(), viewport=viewport))
        place = cell(widget, "x", "0,1,1,0")
        before = widget.bounding_box()["height"]
        place.click()
        field, at = widget.locator(".cnn-field").bounding_box(), place.bounding_box()
        assert 0 < field["y"] - at["y"] - at["height"] < 20
        assert field["x"] >= 0
        assert field["x"] + field["width"] <= viewport[0]
        assert widget.bounding_box()["height"] == before


def test_what_is_taken_away_is_a_picture_and_an_animation(show):
    widget = root(show(gallery.small_convolution(direction="dx-gather", step=4)))
    page = widget.page
    widget.locator("summary", has_text="Share").click()
    found = {}
    for name in ("SVG", "PNG", "GIF"):
        with page.expect_download(timeout=60_000) as download:
            widget.get_by_role("button", name=f"({name})").click()
        found[name] = download.value.path().read_bytes()
    text = found["SVG"].decode()
    assert re.search(r">1234<", text)
    assert "1000" in text
    assert found["PNG"].startswith(b"\x89PNG")
    from PIL import Image

    movie = Image.open(BytesIO(found["GIF"]))
    assert movie.n_frames == 9
    frames = []
    for k in range(9):
        movie.seek(k)
        frames.append(movie.convert("L").tobytes())
    assert len(set(frames)) == 9
    assert widget.get_attribute("data-step") == "4"  # the reader's place stays


def test_taps_have_one_colour_in_every_face(show, rng):
    x, w = rng.integers(-9, 10, (1, 4, 4, 1)), rng.integers(-9, 10, (2, 2, 1, 1))
    widget = root(show(TraceView(c.trace_conv2d(x, w), view="all")))
    taps = widget.evaluate(
        """(root) => [...root.querySelectorAll(".cnn-window [data-operand=w]")].map((n) => {
          const { index } = n.dataset;
          const tap = (m) => getComputedStyle(m).getPropertyValue("--tap");
          const entry = root.querySelector(`td[data-operand=w][data-index="${index}"]`);
          const key = root.querySelector(`.cnn-key [data-index="${index}"]`);
          const wire = root.querySelector(`.cnn-wire[data-index="${index}"]`);
          return [tap(n), tap(entry), tap(key), getComputedStyle(wire).stroke];
        })"""
    )
    assert all(len(set(one[:3])) == 1 and one[0] for one in taps)
    assert len({one[0] for one in taps}) == len({one[3] for one in taps}) == 4
