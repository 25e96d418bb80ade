"""A new operation is a few lines of Python: it is drawn, played and turned without any JavaScript.

One is given by its rows, one by a rule with index arithmetic that no operation of `cnnlib` has.
"""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import cnnlib as c
from cnnlib.trace import Dim, Group, Rule, Terms
from cnnlib.trace.rule import index
from cnnlib.widgets import TraceView
from cnnlib.widgets.trace_view import passes
from tests.browser.widgets.expected import evaluate, same
from tests.browser.widgets.test_contract import edit, press, root


def bilinear(x, u, v):
    """z[i] = 2·x[i]·u[i] + x[n-1-i]·v[0] - x[i]·v[0]: rows of its own, three operands."""
    n = len(x)
    i = np.arange(n)
    rows = [
        Terms(out=i, cells={"x": i, "u": i}, coef=2.0),
        Terms(out=i, cells={"x": n - 1 - i, "v": 0 * i}),
        Terms(out=i, cells={"x": i, "v": 0 * i}, coef=-1.0),
    ]
    return c.Trace("mirror", {"x": x, "u": u, "v": v}, (n,), rows)


def mirror(x, u, v):
    return 2 * x * u + x[::-1] * v[0] - x * v[0]


def upsample(x, w):
    """z[s*i + a] = x[i]·w[a]: the window slides over the result, not over the input."""
    spread = Dim({"i": 2, "a": 1})
    rule = Rule(("i", "a"), (Group((spread,), {"x": index("i"), "w": index("a")}),))
    shape = rule.shape({"x": np.shape(x), "w": np.shape(w)})
    return c.Trace("upsample", {"x": x, "w": w}, shape, rule)


def stretched(x, w):
    z = np.zeros(2 * (len(x) - 1) + len(w))
    for i, value in enumerate(x):
        z[2 * i : 2 * i + len(w)] += value * w
    return z


def local(x, w):
    """z[i] = Σ x[i + a]·w[i, a]: a convolution whose weights are not shared."""
    slide = Dim({"i": 1, "a": 1})
    rule = Rule(("i", "a"), (Group(index("i"), {"x": (slide,), "w": index("ia")}),))
    return c.Trace("local", {"x": x, "w": w}, (len(w),), rule, layout={"w": (0, 1)})


def unshared(x, w):
    return np.array([x[i : i + w.shape[1]] @ row for i, row in enumerate(w)])


TOYS = {
    "rows": (bilinear, mirror, {"x": (4,), "u": (4,), "v": (1,)}),
    "rule": (upsample, stretched, {"x": (3,), "w": (3,)}),
    "local": (local, unshared, {"x": (6,), "w": (4, 3)}),
}


@pytest.mark.parametrize("view", ["window", "network", "matrix"])
@pytest.mark.parametrize("name", TOYS)
def test_a_new_operation_is_drawn_played_and_turned(show, name, view, rng):
    make, definition, shapes = TOYS[name]
    arrays = {key: rng.integers(-4, 5, shape).astype(float) for key, shape in shapes.items()}
    trace = make(**arrays)
    widget = root(show(TraceView(trace, view=view, name="toy")))
    press(widget, "Window")
    edit(widget, "x", "1", "2.5")
    press(widget, view.title())
    arrays["x"][1] = 2.5
    z = definition(**arrays)
    delta = TraceView(trace).delta
    for direction in passes(trace):
        press(widget, direction.title() if direction == "forward" else direction.replace("-", ", "))
        if direction == "forward":
            expected = z
        else:
            expected = central(definition, arrays, direction[1:].split("-")[0], delta)
        play_to_the_end(widget)
        check_result(widget, view, result_of(trace, direction), expected)
        words = widget.locator(".cnn-sentence").inner_text()
        if not direction.endswith("scatter") and words.count(" = ") == 2:
            written, end = evaluate(words)
            assert written == pytest.approx(end)
            assert end == pytest.approx(expected.ravel()[-1], abs=1e-4)


def example():
    """Return the widget of the example in CONTRIBUTING.md, which is run as it is printed there."""
    text = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = text.split("## An operation in six lines")[1].split("```python\n")[1].split("```")[0]
    *lines, last = ast.parse(code).body
    assert len([line for line in code.splitlines() if line]) <= 6
    scope: dict[str, object] = {}
    exec(compile(ast.Module(lines, []), "CONTRIBUTING.md", "exec"), scope)
    return eval(ast.unparse(last), scope)


def test_the_example_of_contributing_is_drawn_played_turned_and_edited(show):
    widget = root(show(example()))
    arrays = {"x": np.array([1.0, 2, 3]), "w": np.array([10.0, 1, -1])}
    edit(widget, "w", "2", "0.5")
    arrays["w"][2] = 0.5
    delta = example().delta
    for direction in passes(example().trace):
        press(widget, direction.title() if direction == "forward" else direction.replace("-", ", "))
        play_to_the_end(widget)
        wrt = direction[1:].split("-")[0]
        expected = (
            stretched(**arrays)
            if direction == "forward"
            else central(stretched, arrays, wrt, delta)
        )
        check_result(widget, "window", result_of(example().trace, direction), expected)


def result_of(trace, direction):
    return trace.out if direction == "forward" else direction.split("-")[0]


def play_to_the_end(widget):
    widget.get_by_label("Speed").select_option(label="full")
    press(widget, "Play")
    widget.page.wait_for_function(
        "() => { const r = document.querySelector('[role=group] input[type=range]');"
        " return r.value === r.max && document.querySelector('button[aria-label=Play]') }"
    )


def check_result(widget, view, out, expected):
    """Fail unless the face shows the whole result, whose cells stand where the pass leaves them."""
    shown = widget.locator(f".cnn-{view} [data-operand={out}].cnn-cell").all_text_contents()
    pairs = zip(shown, expected.ravel(), strict=True)
    assert [(s, v) for s, v in pairs if (not same(s, v) if s else v != 0)] == []


def central(definition, arrays, wrt, delta):
    """Return the gradient of Σ delta·z by central differences: the operations are linear."""
    grad = np.zeros(arrays[wrt].shape)
    for at in np.ndindex(grad.shape):
        ends = []
        for h in (0.5, -0.5):
            moved = {name: np.array(a) for name, a in arrays.items()}
            moved[wrt][at] += h
            ends.append(np.sum(delta * definition(**moved)))
        grad[at] = ends[0] - ends[1]
    return grad
