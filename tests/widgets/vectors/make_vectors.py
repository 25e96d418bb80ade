"""Write `vectors.json`: traces and what `cnnlib` makes of them, for the tests of the JavaScript.

Run `python -m tests.widgets.vectors.make_vectors` after a change of the JSON form or of a rule; a
test fails while the file on disk is not what this script makes. Numbers are whole or multiples of
1/4 wherever the operation allows, so that sums are exact in whatever order they are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import cnnlib as c
from cnnlib.trace import Terms, Trace
from cnnlib.trace.serialization import to_dict

FILE = Path(__file__).with_name("vectors.json")
TIES = ("first", "split", "all")
Array = np.ndarray
Vector = dict[str, Any]


def draw(rng: np.random.Generator, shape: tuple[int, ...], spread: int = 12) -> Array:
    """Multiples of 1/4, three in four of them whole."""
    values = rng.integers(-spread, spread + 1, shape).astype(float)
    return np.where(rng.random(shape) < 0.25, values / 4, np.round(values / 2))


def geometry(rng: np.random.Generator, axes: int, *, dilated: bool = True) -> dict[str, Any]:
    """Draw a window that fits: sizes, kernel, and how it slides."""
    kernel, stride = rng.integers(1, 4, axes), rng.integers(1, 4, axes)
    dilation = rng.integers(1, 3, axes) if dilated else np.ones(axes, int)
    size = (kernel - 1) * dilation + rng.integers(1, 6, axes)
    most = np.repeat(kernel[:, None] - dilated, 2, axis=1) // (1 if dilated else 2)
    padding = rng.integers(0, most + 1)
    pairs = {"stride": stride, "dilation": dilation} if dilated else {"stride": stride}
    options = {name: tuple(v.tolist()) for name, v in pairs.items()}
    options["padding"] = tuple(map(tuple, padding.tolist()))
    if axes == 1:
        options = {name: v[0] for name, v in options.items()}
    return {"kernel": tuple(kernel.tolist()), "size": tuple(size.tolist()), "options": options}


def convolution(rng: np.random.Generator, axes: int, *, flip: bool) -> Trace:
    """One image, few channels, and a bias for every other one."""
    window = geometry(rng, axes)
    c_in, c_out = rng.integers(1, 3, 2).tolist()
    x, w = draw(rng, (1, *window["size"], c_in)), draw(rng, (*window["kernel"], c_in, c_out))
    b = draw(rng, (c_out,)) if rng.random() < 0.5 else None
    tracer = c.trace_conv1d if axes == 1 else c.trace_conv2d
    return tracer(x, w, b, flip=flip, **window["options"])


def traces(rng: np.random.Generator) -> Iterator[tuple[str, Trace]]:
    """Every operation in many geometries, parts, gradients, and rows without a rule."""
    for axes, count in ((2, 26), (1, 10)):
        for k in range(count):
            trace = convolution(rng, axes, flip=k % 3 == 2)
            yield f"{trace.op} {k}", trace
    for k in range(12):
        window = geometry(rng, 2, dilated=False)
        kernel, options, ties = window["kernel"], window["options"], TIES[k % 3]
        x = rng.integers(-1, 2, (1, *window["size"], 2))
        yield f"max pool {k}, {ties}", c.trace_max_pool2d(x, kernel, ties=ties, **options)
        yield f"avg pool {k}", c.trace_avg_pool2d(draw(rng, x.shape), kernel, **options)
    yield from small(rng)
    yield from parts(rng)


def small(rng: np.random.Generator) -> Iterator[tuple[str, Trace]]:
    """Operations without a window."""
    yield "dense", c.trace_dense(draw(rng, (2, 3)), draw(rng, (3, 4)), draw(rng, (4,)))
    yield "bias", c.trace_bias(draw(rng, (2, 2, 3, 2)), draw(rng, (2,)))
    yield "flatten", c.trace_flatten(draw(rng, (2, 2, 3, 2)))
    for name in ("relu", "sigmoid", "tanh"):  # every activation: test_javascript.py
        yield name, getattr(c, f"trace_{name}")(draw(rng, (2, 5)))
    yield "relu of one number", c.trace_relu(-2.5)
    z, y = draw(rng, (2, 3)), np.array([[0, 1, 0], [0.25, 0.25, 0.5]])
    for chain in (c.trace_softmax(z), c.trace_softmax_cross_entropy(z, y)):
        for step, trace in chain.steps.items():
            yield f"softmax step {step} of {len(chain.steps)}", trace
    rows = [
        Terms([0, 2, 2, 0], {"x": [5, 1, 1, 0], "w": [0, 1, 1, 1]}, [1, 0.5, -3, 2]),
        Terms([1, 0], {"w": [1, 0]}),
        Terms([1], {}, 7),
    ]
    toy = {"x": draw(rng, (2, 3)), "w": draw(rng, (2,))}
    yield "rows of a toy operation", Trace("toy", toy, (3,), rows)
    tied = Terms([0, 0, 1], {"x": [0, 1, 2]}, [0.5, 0.5, 1], back=1)
    yield "rows read backward otherwise", Trace("tied", {"x": [3, 3, -1]}, (2,), tied, post="exp")


def parts(rng: np.random.Generator) -> Iterator[tuple[str, Trace]]:
    """Selected parts, whose rules have lopsided padding, and gradients, which are rows."""
    x, w, b = draw(rng, (1, 5, 6, 2)), draw(rng, (3, 2, 2, 2)), draw(rng, (2,))
    sliding = {"stride": (1, 2), "padding": ((2, 1), (0, 1)), "dilation": (2, 1)}
    for flip in (False, True):
        whole = c.trace_conv2d(x, w, b, flip=flip, **sliding)
        yield f"part of {whole.op}, one row", whole.select(i=1)
        yield f"part of {whole.op}, last taps", whole.select(a=-1, b=slice(1, None), k=0)
        yield f"part of {whole.op}, first cell", whole.select(i=0, j=0, a=slice(0, 2))
    yield "part of avg pool", c.trace_avg_pool2d(draw(rng, (1, 4, 4, 1)), 2).select(a=1)
    yield "part of max pool", c.trace_max_pool2d(draw(rng, (1, 5, 4, 2)), 3, stride=1).select(i=2)
    yield "part of flatten", c.trace_flatten(draw(rng, (2, 2, 3, 2))).select(c=1, j=slice(0, 2))
    whole = c.trace_conv1d(draw(rng, (1, 6, 1)), draw(rng, (3, 1, 2)), padding=(1, 0))
    yield "kernel gradient", whole.backward(draw(rng, whole.shape), "w")


def vector(name: str, trace: Trace, rng: np.random.Generator, *, rows: bool) -> Vector:
    """A trace, a delta, and the numbers to be found."""
    delta = draw(rng, trace.shape)
    found = {"name": name, "trace": to_dict(trace), "delta": flat(delta), **numbers(trace, delta)}
    return found | ({"rows": [columns(group) for group in trace.terms]} if rows else {})


def numbers(trace: Trace, delta: Array) -> Vector:
    grads = {name: flat(trace.backward(delta, name).replay()) for name in trace.operands}
    return {"replay": flat(trace.replay()), "grads": grads}


def columns(group: Terms) -> Vector:
    back = {} if group.back is None else {"back": flat(group.back)}
    cells = {name: column.tolist() for name, column in group.cells.items()}
    return {"out": group.out.tolist(), "cells": cells, "coef": flat(group.coef), **back}


def flat(values: Array) -> list[float]:
    return [int(v) if float(v).is_integer() else float(v) for v in np.ravel(values)]


def fit(array: Array, shape: tuple[int, ...]) -> Array:
    """Another size of an array: cut where it shrinks, repeated where it grows."""
    return array[np.ix_(*(np.arange(n) % m for n, m in zip(shape, array.shape, strict=True)))]


def grow(delta: Array, shape: tuple[int, ...]) -> Array:
    """Another size of a delta: where it grows, the smallest whole numbers not yet in it."""
    fresh = (n for n in range(1, 10_000) if n not in delta)
    inside = [all(i < n for i, n in zip(at, delta.shape, strict=True)) for at in np.ndindex(shape)]
    cells = zip(np.ndindex(shape), inside, strict=True)
    return np.reshape([delta[at] if old else next(fresh) for at, old in cells], shape)


def edits(rng: np.random.Generator, arrays: dict[str, Array]) -> dict[str, dict[str, float]]:
    """Change two cells of every array, and return what a page would keep of that."""
    kept: dict[str, dict[str, float]] = {}
    for name, array in arrays.items():
        for _ in range(2):
            cell = tuple(int(rng.integers(n)) for n in array.shape)
            array[cell] = draw(rng, ())
            kept.setdefault(name, {})[",".join(map(str, cell))] = float(array[cell])
    return kept


def places(kind: str) -> list[list[Any]]:
    """Where in a convolution or pooling a control puts its value."""
    return {
        "stride": [["coef", "x", 1, "i", 0], ["coef", "x", 2, "j", 1]],
        "padding": [["pad", "x", 1, "a", 0], ["pad", "x", 2, "b", 1]],
        "dilation": [["coef", "x", 1, "a", 0], ["coef", "x", 2, "b", 1]],
        "kernel size": [["size", "w", 0, None, 0], ["size", "w", 1, None, 1]],
        "window": [["loop", "a", 0, None, 0], ["loop", "b", 0, None, 1]],
        "ties": [["ties", None, 0, None, 0]],
    }[kind]


def bounds(kind: str) -> dict[str, Any]:
    """Return the values a control may take."""
    if kind == "ties":
        return {"options": list(TIES), "value": ["first"]}
    return {"min": 0, "max": 5, "value": [0, 0], "words": ["valid", "same", "full"]}


def pair(rng: np.random.Generator, low: int, high: int) -> tuple[int, int]:
    """Draw a number for rows and one for columns, often the same."""
    rows, cols = rng.integers(low, high, 2).tolist()
    return (rows, rows) if rng.random() < 0.3 else (rows, cols)


def written(value: Any) -> Any:
    """Return a setting as a page keeps it: a number or a word, or "2,1" where the axes differ."""
    if not isinstance(value, tuple):
        return value
    return value[0] if value[0] == value[1] else f"{value[0]},{value[1]}"


def changed(k: int, rng: np.random.Generator) -> Vector:
    """A convolution or pooling as written, and what a reader made of it by controls and edits."""
    pool = k % 3 == 2
    after: dict[str, Any] = {"stride": pair(rng, 1, 4), "padding": pair(rng, 0, 3)}
    if pool:
        after["window"] = pair(rng, max(2, 2 * max(after["padding"])), 5)
        after["ties"] = str(rng.choice(TIES))
        start = c.trace_max_pool2d(rng.integers(-1, 2, (1, 6, 5, 2)), (2, 3))
    else:
        after |= {"dilation": pair(rng, 1, 4), "kernel size": pair(rng, 1, 4)}
        if k % 6 in (1, 4):
            after |= {"stride": 1, "padding": ("valid", "same", "full")[k // 6]}
        x, w = draw(rng, (1, 6, 7, 1)), draw(rng, (2, 3, 1, 2))
        start = c.trace_conv2d(x, w, stride=(2, 1), padding=((1, 0), (0, 2)), flip=k % 2 == 0)
    controls = [{"name": name, "set": places(name), **bounds(name)} for name in after]
    return _changed(start, after, controls, rng, flip=k % 2 == 0)


def _changed(
    start: Trace,
    after: dict[str, Any],
    controls: list[Any],
    rng: np.random.Generator,
    *,
    flip: bool,
) -> Vector:
    arrays = {name: np.array(a) for name, a in start.operands.items()}
    delta = draw(rng, start.shape)
    state = {"trace": to_dict(start), "delta": flat(delta), "controls": controls}
    if "w" in arrays:
        arrays["w"] = fit(arrays["w"], after["kernel size"] + arrays["w"].shape[2:])
    geometry = {name: after[name] for name in ("stride", "padding")}
    kept = edits(rng, arrays)
    found = {
        "state": state,
        "edits": kept,
        "geometry": {name: written(v) for name, v in after.items()},
    }
    try:
        if "w" in arrays:
            end = c.trace_conv2d(**arrays, **geometry, dilation=after["dilation"], flip=flip)
        else:
            end = c.trace_max_pool2d(arrays["x"], after["window"], **geometry, ties=after["ties"])
    except ValueError:  # the window does not fit
        return {**found, "shape": None}
    upstream = {"delta": grow(delta, end.shape)}
    kept |= edits(rng, upstream)
    return {**found, "shape": list(end.shape), **numbers(end, upstream["delta"])}


def make() -> str:
    """Return the text of `vectors.json`: one vector a line, so that changes can be read."""
    rng = np.random.default_rng(1234)
    vectors = [
        vector(name, trace, rng, rows=k % 3 == 0 and len(trace) <= 100)
        for k, (name, trace) in enumerate(traces(rng))
    ]
    return _json({"traces": vectors, "changed": [changed(k, rng) for k in range(18)]})


def _json(parts: dict[str, list[Vector]]) -> str:
    def lines(vectors: list[Vector]) -> str:
        return ",\n".join(json.dumps(v, separators=(",", ":"), ensure_ascii=False) for v in vectors)

    return "{" + ",\n".join(f'"{name}":[\n{lines(v)}\n]' for name, v in parts.items()) + "}\n"


if __name__ == "__main__":
    FILE.write_text(make(), encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")
