"""Whatever stands in the table of operations is checked: a new one cannot be forgotten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.trace import Trace
from cnnlib.trace.operation import OPERATIONS, Operation
from tests.ops.test_gradients import distinct
from tests.trace.operations import close

#: Normalization divides by what it measures, dropout draws: neither is a fixed list of wires.
NOT_LINEAR = {"batch_norm", "dropout"}
EVERY = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def arrays(operation: Operation, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {name: distinct(rng, shape) for name, shape in operation.shapes.items()}


@EVERY
def test_its_wires_compute_it_forwards_and_backwards(
    operation: Operation, rng: np.random.Generator
) -> None:
    given = arrays(operation, rng)
    result = operation.forward(*given.values(), **operation.options)
    trace = operation.trace(*given.values(), **operation.options)
    close(trace.evaluate(), result, "the result")
    delta = rng.normal(size=result.shape)
    grads = operation.backward(delta, *given.values(), **operation.options)
    for name, grad in zip(given, grads, strict=True):
        close(trace.backward(delta, name).evaluate(), grad, f"the gradient of {name}")


@EVERY
def test_its_backward_pass_matches_central_differences(
    operation: Operation, rng: np.random.Generator
) -> None:
    def forward(*given: np.ndarray) -> np.ndarray:
        return operation.forward(*given, **operation.options)

    def backward(delta: np.ndarray, *given: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(operation.backward(delta, *given, **operation.options))

    c.check_gradient(forward, backward, *arrays(operation, rng).values(), rng=rng)


@EVERY
def test_it_survives_json_renaming_and_narrowing(
    operation: Operation, rng: np.random.Generator
) -> None:
    trace = operation.trace(*arrays(operation, rng).values(), **operation.options)
    close(Trace.from_json(trace.to_json()).evaluate(), trace.evaluate())
    close(trace.renamed(x="q").evaluate(), trace.evaluate())
    close(trace.select(n=1).evaluate(), trace.evaluate()[1:])


def test_every_function_with_a_backward_pass_is_in_a_table() -> None:
    """Softmax is a chain of traces; what only adds or moves cells is tested on its own."""
    names = c.ops.__all__
    with_backward = {name for name in names if f"{name}_backward" in names}
    apart = {"softmax_cross_entropy", *NOT_LINEAR}
    assert with_backward - apart <= set(OPERATIONS) | set(ACTIVATIONS)


def test_a_large_operation_is_traced_without_being_computed() -> None:
    x, w = np.zeros((64, 256, 256, 3)), np.zeros((5, 5, 3, 4))
    asked = []

    def forward(x: np.ndarray, *others: np.ndarray, **keywords: Any) -> np.ndarray:
        asked.append(x.shape)
        return c.conv2d(x, *others, **keywords)

    conv = OPERATIONS["conv2d"]
    spied = Operation("spied", forward, conv.backward, conv.rule, conv.shapes)
    assert spied.trace(x, w, None).shape == (64, 252, 252, 4)
    assert asked == [(0, 256, 256, 3)]
