"""What a page should show: arrays as a reader changed them, and `cnnlib.ops` run on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import cnnlib as c
from cnnlib.widgets import TraceView

Array = np.ndarray
Arrays = Mapping[str, Array]
Setting = dict[str, Any]
Compute = Callable[[Arrays, Setting], Array]
Gradients = Callable[[Array, Arrays, Setting], dict[str, Array]]

GEOMETRY = ("stride", "padding", "dilation")


@dataclass(frozen=True)
class Subject:
    """A TraceView and the operation that it shows, as `cnnlib.ops` computes it."""

    view: TraceView
    forward: Compute
    backward: Gradients
    retrace: Callable[[Arrays, Setting], c.Trace]
    fixed: Setting = field(default_factory=dict)

    def state(self, edits: Mapping[str, Mapping[str, float]], changed: Setting) -> State:
        """Return arrays, result and gradients after a reader's changes."""
        setting = {**self.fixed, **changed}
        arrays = {name: np.array(a) for name, a in self.view.trace.operands.items()}
        if "w" in arrays and "kernel size" in changed:
            taps = arrays["w"].ndim - 2
            size = np.broadcast_to(changed["kernel size"], taps)
            arrays["w"] = fit(arrays["w"], (*size, *arrays["w"].shape[taps:]))
        write(arrays, edits)
        z = self.forward(arrays, setting)
        delta = {"delta": grow(self.view.delta, z.shape)}
        write(delta, edits)
        grads = self.backward(delta["delta"], arrays, setting)
        return State(arrays, z, delta["delta"], grads, self.retrace(arrays, setting))


@dataclass(frozen=True)
class State:
    """Every number that a page can show of one state."""

    arrays: dict[str, Array]
    z: Array
    delta: Array
    grads: dict[str, Array]
    trace: c.Trace

    def result(self, direction: str) -> Array:
        """Return the finished result of one pass."""
        return self.z if direction == "forward" else self.grads[wrt(direction)]

    def passed(self, direction: str) -> c.Trace:
        """Return the trace of one pass."""
        if direction == "forward":
            return self.trace
        return self.trace.backward(self.delta, wrt(direction))

    def every(self) -> dict[str, Array]:
        """Return all arrays that a pass may read."""
        return {**self.arrays, "delta": self.delta}


def page_order(state: State, direction: str, passed: c.Trace) -> list[str]:
    """Return the operands of a pass as they are drawn: delta in the place of what it replaces."""
    order = list(state.arrays)
    if direction != "forward":
        order[order.index(wrt(direction))] = "delta"
    used = {name for group in passed.terms for name in group.cells}
    return [name for name in order if name in used]


def wrt(direction: str) -> str:
    """Return the operand of a gradient: x for "dx-gather"."""
    return direction[1:].split("-")[0]


def fit(array: Array, shape: tuple[int, ...]) -> Array:
    """Repeat or cut an array to another size, as the page does."""
    grid = np.ix_(*(np.arange(n) % m for n, m in zip(shape, array.shape, strict=True)))
    return np.array(array[grid])


def grow(delta: Array, shape: tuple[int, ...]) -> Array:
    """Cut a delta to another size; new cells get the smallest whole numbers not yet in it."""
    fresh = (n for n in range(1, 10_000) if n not in delta)
    grown = np.zeros(shape)
    for at in np.ndindex(shape):
        old = all(i < n for i, n in zip(at, delta.shape, strict=True))
        grown[at] = delta[at] if old else next(fresh)
    return grown


def write(arrays: dict[str, Array], edits: Mapping[str, Mapping[str, float]]) -> None:
    """Put a reader's changes into their cells; those outside an array wait."""
    for name, cells in edits.items():
        for key, value in cells.items():
            at = tuple(map(int, key.split(",")))
            if name in arrays and all(i < n for i, n in zip(at, arrays[name].shape, strict=True)):
                arrays[name][at] = value


def number(shown: str) -> float:
    """Read a number as a page writes it."""
    return float(shown.replace("−", "-").replace("∞", "inf"))


def same(shown: str, value: float) -> bool:
    """Whether a page's number is `value`, to the decimals or figures that it writes.

    A text writes four decimals; a cell, where that is longer than seven characters, five figures,
    or three beside a power of ten.
    """
    size = abs(value)
    close = 5.0001e-5 + 1e-12 * size
    if "e" in shown:
        close = 0.006 * size
        assert size < 1e-3 or size >= 1e5, (shown, value)
    elif len(repr(round(float(value), 4))) > 7:
        close += 5e-5 * size
    return abs(number(shown) - value) <= close


def evaluate(sentence: str) -> tuple[float, float]:
    """Return both sides of "z[0,1] = 1·2 + 3·(−1) = −1": the written sum and the written result."""
    body, _, end = sentence.partition(" = ")[2].rpartition(" = ")
    plain = body.replace("−", "-").replace("·", "*")
    plain = re.sub(r"\[([-\d.]+) > 0\]", lambda gate: str(int(float(gate[1]) > 0)), plain)
    assert re.fullmatch(r"[\d\s.e()*+-]+", plain), sentence
    return float(eval(plain)), number(end)  # digits and signs only


def _geometry(setting: Setting) -> Setting:
    return {name: setting[name] for name in GEOMETRY if name in setting}


def convolution(
    x: Any, w: Any, b: Any = None, *, flip: bool = False, name: str, **fixed: Any
) -> Subject:
    """Return a convolution in one or two dimensions, controls and all."""
    axes = np.ndim(w) - 2
    taps = tuple(range(axes))
    forward, backward, trace = (
        getattr(c, f.format(axes)) for f in ("conv{}d", "conv{}d_backward", "trace_conv{}d")
    )

    def turn(w: Array) -> Array:
        return np.flip(w, taps) if flip else w

    def grads(delta: Array, a: Arrays, setting: Setting) -> dict[str, Array]:
        found = backward(delta, a["x"], turn(a["w"]), **_geometry(setting))
        return {"x": found.dx, "w": turn(found.dw), "b": found.db}

    def retrace(a: Arrays, setting: Setting) -> c.Trace:
        return trace(a["x"], a["w"], a.get("b"), flip=flip, **_geometry(setting))

    controls = ("stride", "padding", "dilation", "kernel size")
    view = TraceView(trace(x, w, b, flip=flip, **fixed), name=name, controls=controls)
    return Subject(
        view,
        lambda a, s: forward(a["x"], turn(a["w"]), a.get("b"), **_geometry(s)),
        grads,
        retrace,
        fixed,
    )


def pool(kind: str, x: Any, kernel: int, *, name: str, **fixed: Any) -> Subject:
    """Return a pooling with its controls."""
    forward, backward, trace = (
        getattr(c, f.format(kind)) for f in ("{}_pool2d", "{}_pool2d_backward", "trace_{}_pool2d")
    )
    fixed = {"kernel size": kernel, "stride": kernel, **fixed}

    def options(s: Setting, *, ties: bool = True) -> Setting:
        kept = {key: s[key] for key in ("stride", "padding") if key in s}
        return {**kept, "ties": s["ties"]} if ties and "ties" in s else kept

    start = {key: value for key, value in fixed.items() if key != "kernel size"}
    controls = ("stride", "padding", "kernel size", *(("ties",) if kind == "max" else ()))
    return Subject(
        TraceView(trace(x, kernel, **start), name=name, controls=controls),
        lambda a, s: forward(a["x"], s["kernel size"], **options(s, ties=False)),
        lambda d, a, s: {"x": backward(d, a["x"], s["kernel size"], **options(s))},
        lambda a, s: trace(a["x"], s["kernel size"], **options(s)),
        fixed,
    )


def dense(x: Any, w: Any, b: Any, *, name: str) -> Subject:
    """Return a dense layer."""

    def grads(delta: Array, a: Arrays, setting: Setting) -> dict[str, Array]:
        found = c.dense_backward(delta, a["x"], a["w"])
        return {"x": found.dx, "w": found.dw, "b": found.db}

    return Subject(
        TraceView(c.trace_dense(x, w, b), name=name),
        lambda a, s: c.dense(a["x"], a["w"], a["b"]),
        grads,
        lambda a, s: c.trace_dense(a["x"], a["w"], a["b"]),
    )


def elementwise(kind: str, z: Any, *, name: str) -> Subject:
    """Return an activation."""
    forward, backward, trace = (getattr(c, f"{p}{kind}{s}") for p, s in PARTS)
    return Subject(
        TraceView(trace(z), name=name),
        lambda a, s: forward(a["z"]),
        lambda d, a, s: {"z": backward(d, a["z"])},
        lambda a, s: trace(a["z"]),
    )


PARTS = (("", ""), ("", "_backward"), ("trace_", ""))


def flatten(x: Any, *, name: str) -> Subject:
    """Return a flattening."""
    return Subject(
        TraceView(c.trace_flatten(x), name=name),
        lambda a, s: a["x"].reshape(len(a["x"]), -1),
        lambda d, a, s: {"x": d.reshape(a["x"].shape)},
        lambda a, s: c.trace_flatten(a["x"]),
    )


def bias(x: Any, b: Any, *, name: str) -> Subject:
    """Return the addition of a bias."""
    summed = tuple(range(np.ndim(x) - 1))
    return Subject(
        TraceView(c.trace_bias(x, b), name=name),
        lambda a, s: a["x"] + a["b"],
        lambda d, a, s: {"x": d, "b": d.sum(axis=summed)},
        lambda a, s: c.trace_bias(a["x"], a["b"]),
    )
