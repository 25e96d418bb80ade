"""PyTorch in float64 agrees to 1e-9, over thousands of random calls."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

import cnnlib as c
from cnnlib.ops._activation import ACTIVATIONS

if os.environ.get("CI") == "true":  # there, a missing oracle is a failure
    import torch
else:
    torch = pytest.importorskip("torch")
F = torch.nn.functional
pytestmark = pytest.mark.torch

# Random calls for each operation; every call compares the result and all its gradients.
CALLS = {
    "conv2d": 900,
    "conv1d": 300,
    "grouped_convolution": 400,
    "conv2d_transpose": 300,
    "max_pool2d": 300,
    "avg_pool2d": 200,
    "softmax_cross_entropy": 200,
    "dense": 100,
    "activations": 100,
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Waking threads costs more than such small convolutions."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_there_are_at_least_2000_random_comparisons() -> None:
    print(f"{sum(CALLS.values())} random calls are compared with PyTorch")
    assert sum(CALLS.values()) >= 2000


def compared(name: str) -> Iterator[np.random.Generator]:
    """One generator for each call, so that a failing seed can be repeated alone."""
    for seed in range(CALLS[name]):
        yield np.random.default_rng([seed, len(name)])


def leaf(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def first(image: torch.Tensor) -> torch.Tensor:
    """Channels first."""
    return image.movedim(-1, 1).contiguous()


def agree(actual: np.ndarray, expected: torch.Tensor) -> None:
    expected = expected.detach().numpy()
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


def pairs(rng: np.random.Generator, least: int, most: int, axes: int = 2) -> tuple[int, ...]:
    return tuple(int(v) for v in rng.integers(least, most + 1, axes))


def edges(rng: np.random.Generator, most: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(pairs(rng, 0, p) for p in most)


def margin(image: torch.Tensor, padding: tuple, value: float = 0.0) -> torch.Tensor:
    """Pad a channels-first image; PyTorch counts from the last axis."""
    flat = [side for pair in reversed(padding) for side in pair]
    return F.pad(image, flat, value=value)


def any_padding(
    rng: np.random.Generator, stride: tuple[int, ...], spans: list[int]
) -> tuple[object, tuple[tuple[int, int], ...]]:
    """A padding as a caller writes it, and as numbers for each side."""
    words = ["valid", "full"] + ["same"] * (max(stride) == 1)
    word = str(rng.choice(words))
    if rng.random() < 0.7:
        sides = edges(rng, (4,) * len(spans))
        return (sides if len(sides) == 2 else sides[0]), sides
    totals = [{"valid": 0, "full": 2 * span - 2, "same": span - 1}[word] for span in spans]
    return word, tuple((t // 2, t - t // 2) for t in totals)


def check_convolution(rng: np.random.Generator, axes: int, groups: int = 1) -> None:
    kernel, stride, dilation = (pairs(rng, 1, most, axes) for most in (5, 4, 3))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    form, sides = any_padding(rng, stride, spans)
    least = [max(1, span - sum(p)) for span, p in zip(spans, sides, strict=True)]
    size = [n + int(rng.integers(0, 6)) for n in least]
    deep = 10 if rng.random() < 0.2 else 4  # many channels have a way of their own
    c_in, c_out = (groups * n for n in pairs(rng, 1, deep))
    x = rng.normal(size=(int(rng.integers(1, 4)), *size, c_in))
    w, b = rng.normal(size=(*kernel, c_in // groups, c_out)), rng.normal(size=c_out)

    tx, tw, tb = leaf(x), leaf(w), leaf(b)
    turned = tw.movedim((-1, -2), (0, 1)).contiguous()
    reference = F.conv2d if axes == 2 else F.conv1d
    if form == "same":  # PyTorch's own word, not our reading of it
        tz = reference(first(tx), turned, tb, padding="same", dilation=dilation, groups=groups)
    else:
        rest = {"stride": stride, "dilation": dilation, "groups": groups}
        tz = reference(margin(first(tx), sides), turned, tb, **rest)
    tz = tz.movedim(1, -1)
    delta = rng.normal(size=tuple(tz.shape))
    tz.backward(torch.tensor(delta))

    options = {"stride": stride, "padding": form, "dilation": dilation, "groups": groups}
    forward, backward = (
        (c.conv2d, c.conv2d_backward) if axes == 2 else (c.conv1d, c.conv1d_backward)
    )
    agree(forward(x, w, b, **options), tz)
    for grad, tensor in zip(backward(delta, x, w, **options), (tx, tw, tb), strict=True):
        agree(grad, tensor.grad)


# PyTorch announces that "same" with an even kernel copies its input.
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_conv2d() -> None:
    for rng in compared("conv2d"):
        check_convolution(rng, axes=2)


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_conv1d() -> None:
    for rng in compared("conv1d"):
        check_convolution(rng, axes=1)


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_grouped_convolution() -> None:
    for rng in compared("grouped_convolution"):
        check_convolution(rng, axes=int(rng.integers(1, 3)), groups=int(rng.integers(2, 5)))


def check_transposed(rng: np.random.Generator) -> None:
    kernel, stride, dilation = (pairs(rng, 1, most) for most in (5, 4, 3))
    open_end = tuple(int(rng.integers(0, max(p))) for p in zip(stride, dilation, strict=True))
    x = rng.normal(size=(int(rng.integers(1, 4)), *pairs(rng, 1, 6), int(rng.integers(1, 5))))
    w = rng.normal(size=(*kernel, int(rng.integers(1, 11)), x.shape[3]))
    full = [
        (n - 1) * s + d * (k - 1) + 1
        for n, k, s, d in zip(x.shape[1:3], kernel, stride, dilation, strict=True)
    ]
    padding = tuple(int(rng.integers(0, min(3, (n - 1) // 2) + 1)) for n in full)
    b = rng.normal(size=w.shape[2])
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    options["output_padding"] = open_end

    tx, tw, tb = leaf(x), leaf(w), leaf(b)
    turned = tw.permute(3, 2, 0, 1).contiguous()
    tz = F.conv_transpose2d(first(tx), turned, tb, **options).movedim(1, -1)
    delta = rng.normal(size=tuple(tz.shape))
    tz.backward(torch.tensor(delta))
    agree(c.conv2d_transpose(x, w, b, **options), tz)
    grads = c.conv2d_transpose_backward(delta, x, w, **options)
    for grad, tensor in zip(grads, (tx, tw, tb), strict=True):
        agree(grad, tensor.grad)


def test_conv2d_transpose() -> None:
    for rng in compared("conv2d_transpose"):
        check_transposed(rng)


def check_pool(rng: np.random.Generator, kind: str) -> None:
    kernel, stride = pairs(rng, 1, 4), pairs(rng, 1, 4)
    half = tuple(k // 2 for k in kernel)
    symmetric = tuple((p, p) for p in (int(rng.integers(0, h + 1)) for h in half))
    padding = symmetric if rng.random() < 0.5 else edges(rng, half)
    shape = (int(rng.integers(1, 4)), *(k + int(rng.integers(0, 6)) for k in kernel), 3)
    x = rng.integers(-2, 3, shape) if rng.random() < 0.5 else rng.normal(size=shape)
    tx, options = leaf(x), {"stride": stride, "padding": padding}
    outside = -np.inf if kind == "max" else 0.0
    reference = F.max_pool2d if kind == "max" else F.avg_pool2d
    if padding == symmetric:
        ends = tuple(p for p, _ in padding)
        tz = reference(first(tx), kernel, stride=stride, padding=ends)
    else:
        tz = reference(margin(first(tx), padding, outside), kernel, stride=stride)
    if kind == "avg" and padding == symmetric and rng.random() < 0.5:
        options["count_include_pad"] = False
        tz = reference(first(tx), kernel, stride=stride, padding=ends, count_include_pad=False)
    tz = tz.movedim(1, -1)
    forward, backward = getattr(c, f"{kind}_pool2d"), getattr(c, f"{kind}_pool2d_backward")
    z = forward(x, kernel, **options)
    agree(z, tz)
    delta = rng.normal(size=z.shape)
    tz.backward(torch.tensor(delta))
    agree(backward(delta, x, kernel, **options), tx.grad)


def test_max_pool2d_with_overlap_padding_and_ties() -> None:
    for rng in compared("max_pool2d"):
        check_pool(rng, "max")


def test_avg_pool2d_counts_padded_zeros() -> None:
    for rng in compared("avg_pool2d"):
        check_pool(rng, "avg")


def test_softmax_cross_entropy_at_logits_of_a_thousand() -> None:
    for rng in compared("softmax_cross_entropy"):
        n, k = pairs(rng, 1, 6)
        scale = float(rng.choice([1, 30, 1000]))
        z = (
            rng.uniform(-scale, scale, (n, k))
            if rng.random() < 0.5
            else scale * rng.integers(-1, 2, (n, k))
        )
        y = np.eye(k)[rng.integers(0, k, n)] if rng.random() < 0.5 else rng.dirichlet(np.ones(k), n)
        tz = leaf(z)
        loss = F.cross_entropy(tz, torch.tensor(y))
        loss.backward()
        assert abs(c.softmax_cross_entropy(z, y) - loss.item()) <= 1e-9
        agree(c.softmax_cross_entropy_backward(z, y), tz.grad)
        agree(c.softmax(z), torch.softmax(tz, 1))
        agree(c.log_softmax(z), torch.log_softmax(tz, 1))


def test_dense() -> None:
    for rng in compared("dense"):
        n, m_in, m_out = pairs(rng, 1, 7, 3)
        x, w, b = rng.normal(size=(n, m_in)), rng.normal(size=(m_in, m_out)), rng.normal(size=m_out)
        tx, tw, tb = leaf(x), leaf(w), leaf(b)
        tz = F.linear(tx, tw.T, tb)
        agree(c.dense(x, w, b), tz)
        delta = rng.normal(size=(n, m_out))
        tz.backward(torch.tensor(delta))
        for grad, tensor in zip(c.dense_backward(delta, x, w), (tx, tw, tb), strict=True):
            agree(grad, tensor.grad)


def test_activations_also_at_the_kink() -> None:
    for rng in compared("activations"):
        shape = pairs(rng, 1, 5, 3)
        z = rng.integers(-2, 3, shape) if rng.random() < 0.5 else rng.normal(scale=5, size=shape)
        da = rng.normal(size=shape)
        for name, activation in ACTIVATIONS.items():
            options = {key: float(rng.uniform(0.01, 0.5)) for key in activation.options}
            tz = leaf(z)
            ta = activation.torch(torch.nn, **options)(tz)
            ta.backward(torch.tensor(da))
            agree(getattr(c, name)(z, **options), ta)
            agree(getattr(c, f"{name}_backward")(da, z, **options), tz.grad)
