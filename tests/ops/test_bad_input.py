"""Nothing malformed gets through: every refusal names the argument and holds the numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import cnnlib as c
from cnnlib import ops
from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.trace.operation import OPERATIONS, Operation


class Call(NamedTuple):
    """A call that works: which function, with which arrays, options, and other arguments."""

    arrays: dict[str, tuple[int, ...]]
    others: dict[str, Any]

    def run(self, name: str, **changed: Any) -> Any:
        """Call with labels or ones for arrays, some arguments changed."""
        given = {key: ones(key, shape) for key, shape in self.arrays.items()}
        fresh = {"rng": np.random.default_rng(0)} if "rng" in self.others else {}
        return getattr(c, name)(**given | self.others | fresh | changed)


def ones(name: str, shape: tuple[int, ...]) -> np.ndarray:
    return np.eye(*shape) if name == "y" else np.ones(shape)


def rows_of(op: Operation) -> Iterator[tuple[str, Call]]:
    """The calls of an operation and its backward pass, read off the table of operations."""
    yield op.name, Call(dict(op.shapes), dict(op.options))
    given = {name: np.ones(shape) for name, shape in op.shapes.items()}
    known = {"delta": op.forward(**given, **op.options).shape} | op.shapes
    more = {"input_shape": op.shapes["x"]} | op.options
    names = inspect.signature(getattr(c, f"{op.name}_backward")).parameters
    arrays = {name: known[name] for name in names if name in known}
    yield f"{op.name}_backward", Call(arrays, {k: v for k, v in more.items() if k in names})


WINDOW = {"stride": 1, "padding": 0, "dilation": 1}
CONV = WINDOW | {"groups": 1}
OPEN = WINDOW | {"output_padding": 0}
X, W, Z = (2, 5, 4, 3), (3, 2, 3, 4), (2, 3, 3, 4)
X1, W1, Z1 = (2, 6, 3), (4, 3, 5), (2, 3, 5)
POOLED = {"kernel_size": 2, "stride": 2, "padding": 0}
WORKING = {
    **{name: call for op in OPERATIONS.values() for name, call in rows_of(op)},
    "conv2d": Call({"x": X, "w": W, "b": (4,)}, CONV),
    "conv2d_backward": Call({"delta": Z, "x": X, "w": W}, CONV),
    "conv2d_input_grad": Call({"delta": Z, "w": W}, {"input_shape": X} | CONV),
    "conv2d_kernel_grad": Call({"delta": Z, "x": X}, {"kernel_size": (3, 2)} | CONV),
    "conv2d_transpose": Call({"x": Z, "w": W, "b": (3,)}, OPEN),
    "conv2d_transpose_backward": Call({"delta": X, "x": Z, "w": W}, OPEN),
    "conv1d": Call({"x": X1, "w": W1, "b": (5,)}, CONV),
    "conv1d_backward": Call({"delta": Z1, "x": X1, "w": W1}, CONV),
    "conv1d_input_grad": Call({"delta": Z1, "w": W1}, {"input_shape": X1} | CONV),
    "conv1d_kernel_grad": Call({"delta": Z1, "x": X1}, {"kernel_size": 4} | CONV),
    "rot180": Call({"w": W}, {}),
    "dilate": Call({"delta": Z}, {"stride": 2}),
    "pad2d": Call({"x": X}, {"padding": 1}),
    "output_size": Call({}, {"n": 5, "kernel_size": 3} | WINDOW),
    "max_pool2d": Call({"x": X}, POOLED),
    "max_pool2d_backward": Call({"delta": (2, 2, 2, 3), "x": X}, POOLED | {"ties": "first"}),
    "avg_pool2d": Call({"x": X}, POOLED),
    "avg_pool2d_backward": Call({"delta": (2, 2, 2, 3), "x": X}, POOLED),
    "dense": Call({"x": (2, 3), "w": (3, 4), "b": (4,)}, {}),
    "dense_backward": Call({"delta": (2, 4), "x": (2, 3), "w": (3, 4)}, {}),
    **{name: Call({"z": (2, 3)}, {}) for name in ACTIVATIONS},
    **{f"{name}_backward": Call({"da": (2, 3), "z": (2, 3)}, {}) for name in ACTIVATIONS},
    "batch_norm": Call({"x": (2, 3), "gamma": (3,), "beta": (3,)}, {}),
    "batch_norm_backward": Call({"delta": (2, 3), "x": (2, 3), "gamma": (3,)}, {}),
    "dropout": Call({"x": (2, 3)}, {"rate": 0.25, "rng": np.random.default_rng(0)}),
    "dropout_backward": Call({"da": (2, 3)}, {"mask": np.ones((2, 3), bool), "rate": 0.25}),
    "softmax": Call({"z": (2, 3)}, {}),
    "log_softmax": Call({"z": (2, 3)}, {}),
    "softmax_cross_entropy": Call({"z": (2, 3), "y": (2, 3)}, {}),
    "softmax_cross_entropy_backward": Call({"z": (2, 3), "y": (2, 3)}, {}),
}
ARRAYS = [(name, array) for name, call in WORKING.items() for array in call.arrays]
ANY_RANK = {*ACTIVATIONS, "dropout"}  # element by element, so any shape will do
OPTIONS = [
    (name, option)
    for name, call in WORKING.items()
    for option in ("stride", "dilation", "kernel_size", "groups")
    if option in call.others
]
PADDED = [name for name, call in WORKING.items() if "padding" in call.others]


def refused(error: type[Exception], *fragments: str, call: Callable[[], Any]) -> None:
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_every_public_function_is_in_the_table_and_its_call_works() -> None:
    public = {name for name in ops.__all__ if name.islower()}
    assert public == WORKING.keys()
    for name, call in WORKING.items():
        call.run(name)


@pytest.mark.parametrize(
    "values", [1j * np.ones(2), np.array([True]), np.array([None]), np.array(["1"]), "1", {}, None]
)
@pytest.mark.parametrize(("name", "array"), ARRAYS)
def test_only_real_numbers_enter(name: str, array: str, values: Any) -> None:
    if array == "b" and values is None:
        return  # no bias
    message = f"{array} must hold real numbers, got dtype {np.asarray(values).dtype}"
    refused(TypeError, message, call=lambda: WORKING[name].run(name, **{array: values}))


@pytest.mark.parametrize(("name", "array"), ARRAYS)
def test_ragged_lists_are_refused(name: str, array: str) -> None:
    ragged = [[1, 2], [3]]
    message = f"{array} must be a rectangular array"
    refused(ValueError, message, call=lambda: WORKING[name].run(name, **{array: ragged}))


@pytest.mark.parametrize("change", [lambda a: a[..., None], lambda a: np.array(1.0)])
@pytest.mark.parametrize(("name", "array"), [pair for pair in ARRAYS if pair[0] not in ANY_RANK])
def test_another_number_of_axes_is_refused(name: str, array: str, change: Callable) -> None:
    call = WORKING[name]
    wrong = change(ones(array, call.arrays[array]))
    refused(ValueError, array, str(wrong.shape), call=lambda: call.run(name, **{array: wrong}))


# Axes that may change alone: no batch, image, kernel or output count is fixed by another argument,
# and the pools leave out a last column that fills no window.
FREE = {
    ("batch_norm", "x"): (0,),
    ("conv2d", "x"): (0, 1, 2),
    ("conv2d", "w"): (0, 1),
    ("conv2d_transpose", "x"): (0, 1, 2),
    ("conv2d_transpose", "w"): (0, 1),
    ("conv1d", "x"): (0, 1),
    ("conv1d", "w"): (0,),
    ("dense", "x"): (0,),
    ("conv2d_kernel_grad", "delta"): (3,),
    ("conv2d_kernel_grad", "x"): (3,),
    ("conv1d_kernel_grad", "delta"): (2,),
    ("conv1d_kernel_grad", "x"): (2,),
    ("max_pool2d_backward", "x"): (2,),
    ("avg_pool2d_backward", "x"): (2,),
}
MATCHED = [
    (name, array, axis)
    for name, array in ARRAYS
    if len(WORKING[name].arrays) > 1 or "input_shape" in WORKING[name].others
    for axis in set(range(len(WORKING[name].arrays[array]))) - set(FREE.get((name, array), ()))
]


@pytest.mark.parametrize(("name", "array", "axis"), MATCHED)
def test_a_size_that_does_not_match_is_refused(name: str, array: str, axis: int) -> None:
    shape = list(WORKING[name].arrays[array])
    shape[axis] += 1
    longer = ones(array, tuple(shape))
    with pytest.raises(
        ValueError, match=r"^\w+ (has|must have) .*shape \(\d.*: |^b must have shape"
    ):
        WORKING[name].run(name, **{array: longer})


@pytest.mark.parametrize(
    ("bad", "error"),
    [(0, ValueError), (-1, ValueError), ((1, 2, 3), ValueError), ((), ValueError),
     ((1, 0), ValueError), (1.0, TypeError), (True, TypeError), ("2", TypeError),
     (None, TypeError), (np.ones(2), TypeError), ((1, 1.5), TypeError)],
)  # fmt: skip
@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_sizes_are_whole_numbers_from_one(
    name: str, option: str, bad: Any, error: type[Exception]
) -> None:
    if option == "stride" and bad is None and "pool" in name:
        return  # the kernel size
    if isinstance(bad, tuple) and len(bad) == 2 and ("1d" in name or name == "output_size"):
        error = ValueError
    if option == "groups" and isinstance(bad, tuple):
        error = TypeError  # one number for all axes
    refused(error, option, call=lambda: WORKING[name].run(name, **{option: bad}))


@pytest.mark.parametrize(
    ("bad", "error"),
    [(-1, ValueError), ((-1, 0), ValueError), ("some", ValueError), ((1, 2, 3), ValueError),
     ((), ValueError), (((1, 2), (3,)), ValueError), (1.5, TypeError), (True, TypeError),
     (None, TypeError), ((0, 0.5), TypeError)],
)  # fmt: skip
@pytest.mark.parametrize("name", PADDED)
def test_paddings_are_whole_numbers_or_words(name: str, bad: Any, error: type[Exception]) -> None:
    if bad == ((1, 2), (3,)) and ("1d" in name or name == "output_size"):
        error = TypeError
    refused(error, "padding", call=lambda: WORKING[name].run(name, padding=bad))


@pytest.mark.parametrize(("name", "array"), ARRAYS)
def test_only_the_batch_may_be_empty(name: str, array: str) -> None:
    shape = WORKING[name].arrays[array]
    if name.removesuffix("_backward") in ANY_RANK:
        return
    empty = (*shape[:-1], 0)
    changed = {array: np.ones(empty)}
    refused(ValueError, array, str(empty), call=lambda: WORKING[name].run(name, **changed))


SPECIFIC: list[tuple[Callable[[], Any], type[Exception], list[str]]] = [
    (lambda: c.conv2d(np.ones((1, 4, 4, 1)), np.ones((5, 5, 1, 1))), ValueError,
     ["kernel 5x5 does not fit the padded input 4x4: raise padding to at least 1"]),
    (lambda: c.conv2d(np.ones((1, 4, 9, 1)), np.ones((3, 3, 1, 1)), dilation=(4, 2)), ValueError,
     ["kernel 3x3 (spanning 9x5 when dilated)", "padded input 4x9", "at least 3"]),
    (lambda: c.conv1d(np.ones((1, 2, 1)), np.ones((5, 1, 1)), padding=(1, 0)), ValueError,
     ["kernel 5 does not fit the padded input 3", "at least 2"]),
    (lambda: c.conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 3, 1))), ValueError,
     ["x has 2 channels", "w takes 3", "(1, 4, 4, 2)", "(3, 3, 3, 1)"]),
    (lambda: c.conv2d(np.ones((4, 4)), np.ones((3, 3, 1, 1))), ValueError,
     ["x must have 4 axes (N, H, W, C_in), got 2", "(4, 4)", "reshape"]),
    (lambda: c.conv2d(np.ones(X), np.ones(W), np.ones(3)), ValueError,
     ["b must have shape (4,)", "got (3,)"]),
    (lambda: c.conv2d(np.ones(X), np.ones(W), padding="same", stride=(1, 2)), ValueError,
     ["'same'", "stride 1x2", "((top, bottom), (left, right))"]),
    (lambda: c.conv2d(np.ones(X), np.ones(W), padding="circular"), ValueError,
     ["padding must be one of ('valid', 'same', 'full')", "'circular'"]),
    (lambda: c.conv2d(np.ones((1, 4, 4, 6)), np.ones((3, 3, 2, 8)), groups=4), ValueError,
     ["x has 6 channels in shape (1, 4, 4, 6)", "w takes 2 in each of 4 groups", "times groups"]),
    (lambda: c.conv2d(np.ones((1, 4, 4, 4)), np.ones((3, 3, 2, 3)), groups=2), ValueError,
     ["groups must divide the outputs of w", "2 groups for 3 outputs"]),
    (lambda: c.conv2d_backward(np.ones(Z), np.ones(X), np.ones((3, 2, 3, 4)), groups=3), ValueError,
     ["groups must divide the outputs of w", "3 groups for 4 outputs"]),
    (lambda: c.conv2d_input_grad(np.ones(Z), np.ones(W), X, groups=2), ValueError,
     ["input_shape has 3 channels", "w takes 3 in each of 2 groups"]),
    (lambda: c.conv2d_kernel_grad(np.ones(Z), np.ones(X), (3, 2), groups=2), ValueError,
     ["groups must divide the channels of x and of delta", "2 groups for 3 and 4"]),
    (lambda: c.conv1d_kernel_grad(np.ones(Z1), np.ones(X1), 4, groups=3), ValueError,
     ["groups must divide the channels of x and of delta", "3 groups for 3 and 5"]),
    (lambda: c.conv2d_transpose(np.ones(Z), np.ones((3, 2, 4, 3))), ValueError,
     ["x has 4 channels in shape (2, 3, 3, 4)", "w takes 3 in shape (3, 2, 4, 3)", "last axes"]),
    (lambda: c.conv2d_transpose(np.ones(Z), np.ones(W), np.ones(4)), ValueError,
     ["b must have shape (3,)", "got (4,)"]),
    (lambda: c.conv2d_transpose(np.ones(Z), np.ones(W), stride=2, output_padding=(0, 2)),
     ValueError, ["output_padding must be less than the stride or the dilation", "0x2", "1x1"]),
    (lambda: c.conv2d_transpose(np.ones(Z), np.ones(W), output_padding=-1), ValueError,
     ["output_padding must be at least 0, got -1"]),
    (lambda: c.conv2d_transpose(np.ones(Z), np.ones(W), padding=(3, 0)), ValueError,
     ["padding ((3, 3), (0, 0))", "an output of -1x4", "lower the padding"]),
    (lambda: c.conv2d_transpose_backward(np.ones(X), np.ones(Z), np.ones(W), stride=2), ValueError,
     ["delta has shape (2, 5, 4, 3), but z has shape (2, 7, 6, 3)"]),
    (lambda: c.conv2d_backward(np.ones((2, 3, 3, 4)), np.ones(X), np.ones(W), stride=2), ValueError,
     ["delta has shape (2, 3, 3, 4), but z has shape (2, 2, 2, 4)"]),
    (lambda: c.conv2d_input_grad(np.ones(Z), np.ones(W), X[1:]), ValueError,
     ["input_shape must have 4 sizes (N, H, W, C_in), got 3", "x.shape"]),
    (lambda: c.conv2d_input_grad(np.ones(Z), np.ones(W), 5), TypeError, ["input_shape", "tuple"]),
    (lambda: c.conv2d_input_grad(np.ones(Z), np.ones(W), (2, 5, 4, 2)), ValueError,
     ["input_shape has 2 channels", "w takes 3"]),
    (lambda: c.conv2d_input_grad(np.ones(Z), np.ones(W), (2, 5, 4.0, 3)), TypeError,
     ["input_shape", "4.0"]),
    (lambda: c.conv2d_input_grad(np.ones(Z), np.ones(W), (2, 0, 4, 3)), ValueError,
     ["input_shape of shape (2, 0, 4, 3) is empty along H"]),
    (lambda: c.conv1d_input_grad(np.ones(Z1), np.ones(W1), X), ValueError,
     ["input_shape must have 3 sizes (N, L, C_in), got 4"]),
    (lambda: c.conv1d(np.ones(X1), np.ones(W1), stride=(1, 2)), ValueError,
     ["stride must be an int", "(1, 2)"]),
    (lambda: c.max_pool2d(np.ones(X), 3, padding=2), ValueError,
     ["more than half the kernel 3x3", "at most 1x1"]),
    (lambda: c.avg_pool2d(np.ones(X), (2, 4), padding="full"), ValueError,
     ["more than half the kernel 2x4", "at most 1x2"]),
    (lambda: c.avg_pool2d(np.ones(X), 2, count_include_pad=1), TypeError,
     ["count_include_pad must be True or False, got 1"]),
    (lambda: c.avg_pool2d_backward(np.ones((2, 2, 2, 3)), np.ones(X), 2, count_include_pad="no"),
     TypeError, ["count_include_pad must be True or False, got 'no'"]),
    (lambda: c.max_pool2d(np.ones(X), 6), ValueError,
     ["kernel 6x6", "padded input 5x4", "at least 1"]),
    (lambda: c.max_pool2d_backward(np.ones((2, 2, 2, 3)), np.ones(X), 2, ties="last"), ValueError,
     ["ties must be one of ('first', 'split', 'all')", "'last'"]),
    (lambda: c.max_pool2d_backward(np.ones((2, 2, 2, 3)), np.ones(X), 2, ties=0), TypeError,
     ["ties", "0"]),
    (lambda: c.pad2d(np.ones(X), "same"), ValueError, ["padding 'same'", "numbers"]),
    (lambda: c.rot180(np.ones((1, 2, 3, 4, 5))), ValueError,
     ["w must have shape (K) or (KH, KW) or", "(1, 2, 3, 4, 5)"]),
    (lambda: c.dilate(np.ones((2, 3, 1)), (2, 2)), ValueError, ["stride must be an int", "(2, 2)"]),
    (lambda: c.output_size(2, 3, 2), ValueError, ["kernel 3 does not fit the padded input 2"]),
    (lambda: c.output_size((5, 4, 3), 3), ValueError, ["n must be", "(5, 4, 3)"]),
    (lambda: c.output_size(5, (3, 3)), ValueError, ["kernel_size must be an int", "(3, 3)"]),
    (lambda: c.output_size(0, 1), ValueError, ["n must be at least 1, got 0"]),
    (lambda: c.dense(np.ones((2, 3)), np.ones((4, 3))), ValueError, ["x has 3", "w takes 4"]),
    (lambda: c.dense_backward(np.ones((3, 2)), np.ones((2, 4)), np.ones((4, 3))), ValueError,
     ["delta has shape (3, 2), but z has shape (2, 3)"]),
    (lambda: c.relu_backward(np.ones(3), np.ones((3, 1))), ValueError,
     ["da has shape (3,), but z has shape (3, 1)"]),
    (lambda: c.softmax([[0, np.nan, 1]]), ValueError, ["z must be finite", "nan at (0, 1)"]),
    (lambda: c.log_softmax([[0, 1], [-np.inf, 1]]), ValueError, ["-inf at (1, 0)"]),
    (lambda: c.softmax_cross_entropy([[np.inf, 1]], [[0, 1]]), ValueError, ["inf at (0, 0)"]),
    (lambda: c.softmax_cross_entropy([[0, 1], [2, 3]], [0, 1]), ValueError,
     ["y must be one-hot", "(2, 2)", "(2,)", "np.eye(K)[y]"]),
    (lambda: c.softmax_cross_entropy([[0, 1]], [[1, 1]]), ValueError,
     ["y must have rows that sum to 1", "row 0 with sum 2"]),
    (lambda: c.softmax_cross_entropy_backward([[0, 1]] * 2, [[0, 1], [1.5, -0.5]]), ValueError,
     ["row 1 with sum 1 and lowest entry -0.5"]),
    (lambda: c.softmax_cross_entropy_backward([[0, 1]], [[np.nan, 1]]), ValueError, ["y", "nan"]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "fragments"), SPECIFIC)
def test_the_refusal_holds_the_numbers_and_the_remedy(
    call: Callable[[], Any], error: type[Exception], fragments: list[str]
) -> None:
    refused(error, *fragments, call=call)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [("x", TypeError, "slope must be a number, got 'x'"), (True, TypeError, "got True"),
     (np.inf, ValueError, "slope must be finite, got inf"), (None, TypeError, "got None")],
)  # fmt: skip
def test_an_option_is_a_finite_number(bad: Any, error: type[Exception], words: str) -> None:
    refused(error, words, call=lambda: c.leaky_relu(np.ones(2), slope=bad))
    refused(error, words, call=lambda: c.leaky_relu_backward(np.ones(2), np.ones(2), bad))
    refused(TypeError, "'slop'", "takes slope", call=lambda: c.leaky_relu(np.ones(2), slop=0.1))
