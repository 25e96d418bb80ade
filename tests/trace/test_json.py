"""A trace written as JSON and read back is the same trace; what is no trace is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnlib as c
from cnnlib.trace import Terms, Trace
from tests.ops.geometries import CONV1D, CONV2D, POOL
from tests.ops.strategies import JUNK
from tests.trace import operations as op


def samples() -> dict[str, Callable[[np.random.Generator], Trace]]:
    def conv(geometry: Any, flip: bool) -> Callable[[np.random.Generator], Trace]:
        return lambda rng: op.conv(geometry, rng, bias=True, flip=flip).trace

    shape, kernel, options = POOL["padding_by_side"]
    return {
        "conv2d": conv(CONV2D["everything"], False),
        "true convolution": conv(CONV2D["padding_by_side"], True),
        "conv1d": conv(CONV1D["everything"], False),
        "max_pool": lambda rng: c.trace_max_pool2d(
            rng.integers(0, 3, shape), kernel, ties="all", **options
        ),
        "avg_pool": lambda rng: c.trace_avg_pool2d(rng.normal(size=shape), kernel, **options),
        "part of an avg_pool": lambda rng: c.trace_avg_pool2d(
            rng.normal(size=shape), kernel, **options
        ).select(a=0, i=1),
        "relu": lambda rng: c.trace_relu(rng.normal(size=(2, 3))),
        "one number": lambda rng: c.trace_tanh(rng.normal()),
        "flatten": lambda rng: c.trace_flatten(rng.normal(size=(2, 3, 2, 2))),
        "cross-entropy": lambda rng: c.trace_softmax_cross_entropy(
            rng.normal(size=(2, 3)), np.eye(3)[1:]
        ).steps["loss"],
        "empty batch": lambda rng: c.trace_relu(np.ones((0, 3))),
        "rows": lambda rng: Trace(
            "rows", {"x": rng.normal(size=(2, 2))}, (3,),
            [Terms([0, 2, 2], {"x": [0, 1, 3]}, [1, 0.5, -2]), Terms([1], {}, 4.0)],
            post="exp", out="e", symbol="+", layout={"x": (None, 1)},
        ),
        "gradient": lambda rng: op.conv(CONV2D["plain"], rng, bias=True, flip=False)
        .trace.select(n=0).backward(rng.normal(size=(1, 3, 3, 3)), "w"),
        "rows read with other coefficients": lambda rng: Trace(
            "ties", {"x": [3, 3]}, (1,), Terms([0, 0], {"x": [0, 1]}, 0.5, back=1)
        ),
        "no rows": lambda rng: Trace("nothing", {"x": [1.0]}, (2,), ()),
    }  # fmt: skip


@pytest.mark.parametrize("make", samples().values(), ids=samples())
def test_written_and_read_back(make: Any, rng: np.random.Generator) -> None:
    trace = make(rng)
    again = Trace.from_json(trace.to_json())
    assert again.rule == trace.rule
    for key in ("op", "out", "shape", "post", "symbol", "layout"):
        assert getattr(again, key) == getattr(trace, key), key
    assert again.to_json() == trace.to_json()
    np.testing.assert_array_equal(again.replay(), trace.replay())
    delta = rng.normal(size=trace.shape)
    for name in trace.operands:
        expected = trace.backward(delta, name).replay()
        np.testing.assert_array_equal(again.backward(delta, name).replay(), expected, err_msg=name)


def test_a_rule_is_kept_as_a_rule_and_is_short() -> None:
    trace = c.trace_conv2d(np.ones((1, 20, 20, 1)), np.ones((5, 5, 1, 1)))
    assert len(trace) == 6400
    assert len(trace.to_json()) < 1500 + 2 * 400


def test_the_form_that_pages_read() -> None:
    state = json.loads(c.trace_conv1d([[[1], [2.5], [3]]], [[[4]], [[5]]], stride=2).to_json())
    assert state == {
        "op": "conv1d",
        "operands": {
            "x": {"shape": [1, 3, 1], "data": [1, 2.5, 3]},
            "w": {"shape": [2, 1, 1], "data": [4, 5]},
        },
        "out": "z",
        "shape": [1, 1, 1],
        "post": "identity",
        "symbol": "⋆",
        "layout": {"x": [None, 1], "w": [None, 0], "b": [None, 0], "z": [None, 1]},
        "rule": {
            "order": ["n", "i", "k", "a", "c"],
            "sizes": {},
            "groups": [
                {
                    "out": [{"axes": {axis: 1}, "pad": [0, 0]} for axis in "nik"],
                    "cells": {
                        "x": [
                            {"axes": {"n": 1}, "pad": [0, 0]},
                            {"axes": {"i": 2, "a": 1}, "pad": [0, 0]},
                            {"axes": {"c": 1}, "pad": [0, 0]},
                        ],
                        "w": [{"axes": {axis: 1}, "pad": [0, 0]} for axis in "ack"],
                    },
                    "coef": 1.0,
                }
            ],
        },
    }


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_json_cannot_carry_is_named(wrong: float) -> None:
    with pytest.raises(ValueError, match=rf"z holds {wrong} at \(0, 1\)"):
        c.trace_relu([[1, wrong]]).to_json()


def good() -> dict[str, Any]:
    return json.loads(c.trace_dense([[1, 2]], [[3], [4]]).to_json())


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in good().items() if name != key}


BAD = {
    "nothing": ("", "Expecting value"),
    "half a text": (json.dumps(good())[:-9], ""),
    "a number": ("7", ""),
    "a list": ("[]", ""),
    "no operation": (json.dumps(without("op")), "'op' is missing"),
    "neither rule nor rows": (json.dumps(without("rule")), "'terms' is missing"),
    "operands in a list": (json.dumps(good() | {"operands": [1]}), ""),
    "a number too few": (
        json.dumps(good() | {"operands": {"x": {"shape": [1, 2], "data": [1]}}}), "reshape"),
    "an operand too few": (
        json.dumps(good() | {"operands": {"x": {"shape": [1, 2], "data": [1, 2]}}}), "'w'"),
    "words for numbers": (
        json.dumps(good() | {"operands": {"x": {"shape": [1], "data": ["a"]}}}), "real numbers"),
    "another shape": (json.dumps(good() | {"shape": [1, 2]}), r"\(1, 1\), not \(1, 2\)"),
    "half a layout": (json.dumps(good() | {"layout": {"x": [1]}}), ""),
    "no order": (json.dumps(good() | {"rule": {"groups": [], "sizes": {}}}), "order|at least one"),
    "brackets without end": ("[" * 200_000, "RecursionError"),
    "brackets in an operand": (json.dumps(good()).replace("3", "[" * 200_000, 1), "RecursionError"),
    "a number beyond floats": (json.dumps(good()).replace("3", "1e999", 1), "too large"),
    "a coefficient beyond floats": (
        json.dumps(good()).replace('"coef": 1.0', f'"coef": {10**400}'), "int too large"),
    "a result of 8 GB": (json.dumps(good() | {"shape": [2**15, 2**15]}), "at most 4000000"),
    "a size beyond indices": (
        json.dumps(good()).replace('"sizes": {}', f'"sizes": {{"m": {2**63}}}'), "at most"),
    "a pad beyond indices": (
        json.dumps(good()).replace('"pad": [0', f'"pad": [{10**30}'), "at most"),
    "a column of coefficients that is none": (
        json.dumps(without("rule") | {"terms": [{"out": [0], "cells": {}, "coef": None}]}), "coef"),
    "coefficients in words": (
        json.dumps(without("rule") | {"terms": [{"out": [0], "cells": {}, "coef": ["nan"]}]}),
        "finite numbers"),
    "a missing number": (json.dumps(good()).replace("3", "NaN", 1), "NaN"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_malformed_json_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"(?s)^this is not the JSON of a trace: .*(?:{says})"):
        Trace.from_json(text)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="this is not the JSON of a trace"):
        Trace.from_json(7)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(p for key, child in children for p in paths(child, (*path, key)))]


@given(
    st.sampled_from(paths(good())[1:]),
    JUNK.filter(lambda junk: not isinstance(junk, np.ndarray | complex)),
)
def test_junk_anywhere_is_a_trace_or_a_value_error(path: tuple[Any, ...], junk: Any) -> None:
    state = good()
    inner: Any = state
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    text = json.dumps(state)
    try:
        trace = Trace.from_json(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"^this is not the JSON of a trace: "):
            Trace.from_json(text)
    else:
        trace.replay()
