"""Every number on a page is the one `cnnlib` computes, whatever the reader changed.

Each operation stands on one page; random states (edits, geometry, pass, face, step) are opened
through the address bar, and everything shown is read back and held against `cnnlib.ops` run on the
edited arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest

from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.widgets.trace_view import VIEWS, passes
from tests.browser.widgets import expected
from tests.browser.widgets.expected import State, Subject, evaluate, same, wrt

STATES = 15  # for each of the operations below
RANGES = {"stride": 4, "padding": 3, "dilation": 3, "kernel size": 4}
OPEN = """async (hashes) => {
  const texts = (nodes) => [...nodes].map((n) => [n.dataset.operand, n.dataset.index, n.textContent,
    n.dataset.partner ?? null, n.classList.contains("cnn-on")]);
  // The numbers of the plate as they stand on the screen, each with what its cell below says.
  const plate = (root) => {
    const middle = (n) => [n.getBoundingClientRect()]
      .map((r) => [r.x + r.width / 2, r.y + r.height / 2])[0];
    const cells = [...root.querySelectorAll(".cnn-plated .cnn-cell")].map((n) => [n, middle(n)]);
    return [...root.querySelectorAll("[data-part=plate]:not([hidden]) > [data-tap]")]
      .map((n) => {
        const [x, y] = middle(n);
        const [below] = cells.find(([, [a, b]]) => Math.hypot(a - x, b - y) < 4) ?? [];
        return [Math.round(y), Math.round(x), n.textContent, below?.dataset.partner ?? null,
          below?.classList.contains("cnn-on")];
      }).sort(([r, c], [q, d]) => r - q || c - d).map((one) => one.slice(2));
  };
  const read = (root) => ({
    cells: texts([...root.querySelectorAll(".cnn-window [data-index]")]
      .filter((n) => !n.closest("[hidden]"))),
    hidden: root.querySelectorAll(".cnn-window [hidden]").length,
    nodes: texts(root.querySelectorAll(".cnn-network .cnn-node")),
    heads: texts(root.querySelectorAll(".cnn-matrix thead [data-index]")),
    rows: [...root.querySelectorAll(".cnn-matrix tbody tr")]
      .map((tr) => texts([tr.querySelector(".cnn-cell"), ...[...tr.children].slice(1)])),
    plate: plate(root),
    sentence: root.querySelector(".cnn-sentence").textContent,
    totals: root.querySelector(".cnn-totals").textContent,
    counter: root.querySelector(".cnn-counter").textContent,
    warning: root.querySelector(".cnn-warning")?.textContent ?? "",
  });
  const found = [];
  for (const hash of hashes) {
    const there = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = hash;
    await there;
    await new Promise(requestAnimationFrame);
    found.push(read(document.querySelector("[data-widget]")));
  }
  return found;
}"""


def quarters(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers whose products have at most four decimals, so that what is shown is exact."""
    return rng.integers(-12, 13, shape) / 4


def subjects(rng: np.random.Generator) -> dict[str, Subject]:
    """Return every operation once or more, asymmetric in every way."""

    def q(*shape: int) -> np.ndarray:
        return quarters(rng, shape)

    tied = rng.integers(-2, 2, (1, 5, 6, 2)).astype(float)
    conv, pool = expected.convolution, expected.pool
    return {
        "conv2d": conv(q(1, 4, 5, 1), q(2, 3, 1, 1), name="t"),
        "channels": conv(q(1, 5, 4, 2), q(3, 2, 2, 3), q(3), name="t", stride=2, padding=1),
        "batch": conv(q(2, 4, 3, 1), q(2, 2, 1, 2), q(2), name="t", dilation=(1, 2), padding=1),
        "uneven": conv(
            q(1, 5, 6, 1), q(3, 2, 1, 1), name="t", stride=(2, 1), padding=((1, 0), (2, 1))
        ),
        "flipped": conv(q(1, 4, 6, 1), q(2, 3, 1, 2), q(2), name="t", padding=1, flip=True),
        "single": conv(q(1, 3, 4, 2), q(1, 1, 2, 2), name="t"),
        "conv1d": conv(q(2, 6, 2), q(3, 2, 2), q(2), name="t", stride=2, padding=2),
        "flipped1d": conv(q(1, 7, 1), q(3, 1, 1), name="t", flip=True, dilation=2),
        "dense": expected.dense(q(2, 4), q(4, 3), q(3), name="t"),
        "first": pool("max", tied, 2, name="t", ties="first"),
        "split": pool("max", tied, 3, name="t", ties="split", stride=2, padding=1),
        "all": pool("max", tied, 3, name="t", ties="all", stride=1),
        "average": pool("avg", q(1, 5, 4, 2), 2, name="t", padding=1),
        "relu": expected.elementwise("relu", q(1, 3, 4, 2), name="t"),
        "sigmoid": expected.elementwise("sigmoid", q(2, 5), name="t"),
        "flatten": expected.flatten(q(2, 3, 2, 2), name="t"),
        "bias": expected.bias(q(2, 2, 3, 2), q(2), name="t"),
        **{
            name: expected.elementwise(name, q(2, 5), name="t")
            for name in ACTIVATIONS
            if name not in ("relu", "sigmoid")
        },
    }


NAMES = list(subjects(np.random.default_rng(0)))


class Choice(NamedTuple):
    """A state that a reader could have come to."""

    direction: str
    view: str
    step: int
    edits: dict[str, dict[str, float]]
    geometry: dict[str, Any]
    state: State

    def address(self) -> str:
        """Return the link to it."""
        parts = [f"step={self.step}", f"view={self.view}", f"direction={self.direction}"]
        for key, v in self.geometry.items():
            value = ",".join(map(str, v)) if isinstance(v, tuple) else v
            parts.append(f"g.{key.replace(' ', '%20')}={value}")
        for array, cells in self.edits.items():
            parts += [f"{array}@{i.replace(',', '.')}={v}" for i, v in cells.items()]
        return "#tv:t:" + ";".join(parts)


def choices(subject: Subject, rng: np.random.Generator, number: int) -> Iterator[Choice]:
    """Return random states; every pass and every face comes round."""
    directions, turn = passes(subject.view.trace), 0
    while turn < number:
        geometry = settings(subject, rng)
        edits = changes(subject, rng)
        try:
            state = subject.state(edits, geometry)
        except ValueError:
            continue  # this window does not fit, or "same" is asked of a stride
        direction = directions[turn % len(directions)]
        steps = state.delta.size
        if direction != "forward" and not direction.endswith("scatter"):
            steps = state.arrays[wrt(direction)].size
        step, view = int(rng.integers(steps)), VIEWS[(turn // 2) % 4]
        yield Choice(direction, view, step, edits, geometry, state)
        turn += 1


def settings(subject: Subject, rng: np.random.Generator) -> dict[str, Any]:
    """Return what a reader set with the controls."""
    chosen = {}
    for control in subject.view.state["controls"]:
        name = control["name"]
        if rng.random() < 0.6:
            continue
        if name == "ties" or ("words" in control and rng.random() < 0.3):
            chosen[name] = str(rng.choice(control["options" if name == "ties" else "words"]))
            continue
        values = rng.integers(name != "padding", RANGES[name] + 1, len(control["value"]))
        one = rng.random() < 0.4 or len(values) == 1
        chosen[name] = int(values[0]) if one else tuple(values.tolist())
    return chosen


def changes(subject: Subject, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Return a few cells of the operands and the delta with other values."""
    arrays = {**subject.view.trace.operands, "delta": subject.view.delta}
    edits: dict[str, dict[str, float]] = {}
    for _ in range(rng.integers(1, 4)):
        name = str(rng.choice(list(arrays)))
        at = ",".join(str(rng.integers(n)) for n in arrays[name].shape)
        edits.setdefault(name, {})[at] = float(rng.integers(-40, 41) / 4)
    return edits


@pytest.mark.parametrize("name", NAMES)
def test_every_number_shown_is_the_one_cnnlib_computes(show, name, rng):
    subject = subjects(rng)[name]
    asked = list(choices(subject, rng, STATES))
    seen = show(subject.view)
    found = seen.page.evaluate(OPEN, [choice.address() for choice in asked])
    for choice, page in zip(asked, found, strict=True):
        try:
            check(choice, page)
        except Exception as problem:
            problem.add_note(choice.address())
            raise


def check(choice: Choice, page: Mapping[str, Any]) -> None:
    passed = choice.state.passed(choice.direction)
    assert page["warning"] == ""
    assert page["counter"].startswith(f"{choice.step + 1} of ")
    faces = {"all": ("window", "network", "matrix")}.get(choice.view, (choice.view,))
    for face, part in (("window", "cells"), ("network", "nodes")):
        assert bool(page[part]) == (face in faces)
        numbers(choice, page[part], whole=face == "window" and not page["hidden"])
    if "window" in faces:
        lit(choice, passed, page["cells"])
    assert "matrix" in faces or not page["rows"]
    assert "matrix" not in faces or page["rows"] or not spelt(choice, passed)
    if page["rows"]:
        matrix(choice, passed, page)
    arithmetic(choice, passed, page)


def numbers(choice: Choice, cells: list[list[Any]], *, whole: bool) -> None:
    """Fail unless every cell shows its value, and every cell of every array is there."""
    arrays = choice.state.every()
    out, values = result_so_far(choice)
    seen: dict[str, set[str]] = {}
    for name, index, shown, *_ in cells:
        at = tuple(map(int, index.split(",")))
        seen.setdefault(name, set()).add(index)
        value = values[at] if name == out else arrays[name][at]
        assert shown == "" if np.isnan(value) else same(shown, value), (name, index, shown, value)
    for name, indices in seen.items() if whole else ():
        assert len(indices) == (values if name == out else arrays[name]).size, name


def result_so_far(choice: Choice) -> tuple[str, np.ndarray]:
    """Return the result's name and its cells after this step, NaN where nothing stands yet."""
    final = choice.state.result(choice.direction)
    passed = choice.state.passed(choice.direction)
    if not choice.direction.endswith("scatter"):
        order = np.arange(final.size).reshape(final.shape)
        return passed.out, np.where(order <= choice.step, final, np.nan)
    done = np.full(final.size, np.nan)
    for group in passed.terms:
        early = group.cells["delta"] <= choice.step
        cells = group.out[early]
        done[cells] = np.nan_to_num(done[cells])
        np.add.at(done, cells, group.products(passed.operands)[early])
    if choice.step == choice.state.delta.size - 1:
        np.testing.assert_allclose(np.nan_to_num(done), final.ravel(), atol=1e-9)
    return passed.out, done.reshape(final.shape)


def lit(choice: Choice, passed: Any, cells: list[list[Any]]) -> None:
    """Fail unless exactly the cells of this step are lit, the first array's with its partner."""
    out = passed.out
    scatter = choice.direction.endswith("scatter")
    terms = spelt(choice, passed)
    expected_on: set[tuple[str, str]] = set()
    for term in terms:
        expected_on |= {(name, key(at)) for name, (at, _) in term.factors.items()}
        expected_on.add((out, key(term.out)))
    here = np.unravel_index(choice.step, (choice.state.delta if scatter else passed.replay()).shape)
    expected_on.add(("delta" if scatter else out, key(here)))
    if gated(choice):
        expected_on |= {("z", key(term.out)) for term in terms}
    assert {(name, index) for name, index, _, _, on in cells if on} == expected_on
    first = expected.page_order(choice.state, choice.direction, passed)[0]
    partners = {key(term.factors[first][0]): term for term in terms if first in term.factors}
    for name, index, _, partner, on in cells:
        if scatter or name != first or not on:
            continue
        term = partners[index]
        others = term.coef * np.prod([v for n, (_, v) in term.factors.items() if n != first])
        silent = len(term.factors) == 1 and term.coef == 1 and not gated(choice)
        assert (partner is None) if silent else same(partner[1:], others), (index, partner)


def gated(choice: Choice) -> bool:
    """Whether the pass shows the array that decides what is let through."""
    return choice.state.trace.op == "relu" and choice.direction != "forward"


def key(at: Any) -> str:
    return ",".join(str(int(i)) for i in at)


def spelt(choice: Choice, passed: Any) -> list[Any]:
    """Return the terms of the step."""
    if choice.direction.endswith("scatter"):
        at = np.unravel_index(choice.step, choice.state.delta.shape)
        return passed.at(*map(int, at), of="delta")
    return passed.at(*map(int, np.unravel_index(choice.step, passed.shape)))


def matrix(choice: Choice, passed: Any, page: Mapping[str, Any]) -> None:
    """Fail unless entries and headings are those of `Trace.matrix`."""
    first = expected.page_order(choice.state, choice.direction, passed)[0]
    whole = passed.matrix(first)
    numbers(choice, page["heads"], whole=False)
    values = result_so_far(choice)[1].ravel()
    for head, *entries in page["rows"]:
        o = int(np.ravel_multi_index(tuple(map(int, head[1].split(","))), passed.shape))
        assert head[2] == "" if np.isnan(values[o]) else same(head[2], values[o])
        assert len(entries) == whole.shape[1]
        for q, (_, _, shown, *_) in enumerate(entries):
            assert same(shown, whole[o, q]) if shown != "·" else whole[o, q] == 0, (o, q, shown)


def arithmetic(choice: Choice, passed: Any, page: Mapping[str, Any]) -> None:
    """Fail unless the sentence's sum is right as written, and the totals too."""
    words, final = page["sentence"], choice.state.result(choice.direction).ravel()
    cut_short = " more)" in words or "no wire" in words
    if not choice.direction.endswith("scatter") and not cut_short:
        parts = words.split(" = ")
        assert same(parts[-1], final[choice.step]), words
        if passed.post == "identity" and len(parts) == 3:
            written, end = evaluate(words)
            assert written == pytest.approx(end, abs=2e-3), words
    if page["totals"]:
        delta, routed = (part.split("= ")[1] for part in page["totals"].split(", "))
        assert same(delta, round(choice.state.delta.sum(), 12))
        assert same(routed, round(final.sum(), 12))


@pytest.mark.parametrize("flip", [False, True], ids=["correlation", "convolution"])
@pytest.mark.parametrize("shape", [(1, 5, 6, 1), (1, 7, 1)], ids=["2d", "1d"])
def test_the_plate_as_drawn_is_the_kernel_as_the_window_meets_it(show, shape, flip, rng):
    kernel = (2, 3, 1, 1) if len(shape) == 4 else (3, 1, 1)
    taps = quarters(rng, kernel)
    subject = expected.convolution(quarters(rng, shape), taps, name="t", padding=1, flip=flip)
    states = [choice._replace(view="window") for choice in choices(subject, rng, 40)]
    asked = [choice for choice in states if choice.direction in ("forward", "dx-gather")]
    page = show(subject.view, reduced_motion="reduce").page
    found = page.evaluate(OPEN, [choice.address() for choice in asked])
    for choice, page in zip(asked, found, strict=True):
        w = choice.state.arrays["w"]
        turned = flip != (choice.direction == "dx-gather")
        met = np.flip(w) if turned else w  # one channel: the other axes have length 1
        assert len(page["plate"]) == w.size, choice.address()
        for (shown, below, on), value in zip(page["plate"], met.ravel(), strict=True):
            assert same(shown[1:], value), choice.address()
            assert below in (None, shown), choice.address()
            assert bool(below) == on
