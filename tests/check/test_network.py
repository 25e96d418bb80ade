"""The checker of whole networks: right gradients, a convolution that matters, and accuracy."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from cnnlib import check
from cnnlib.check.network import shifted_digits
from tests.homework.kit import functions, solution

Weights = dict[str, Any]
SHAPES = {"w1": (3, 3, 1, 8), "w2": (3, 3, 8, 16), "w3": (144, 10)}


def initial(seed: int, shapes: dict[str, tuple[int, ...]] = SHAPES) -> Weights:
    rng = np.random.default_rng(seed)
    weights: Weights = {}
    for name, shape in shapes.items():
        weights[name] = rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        weights[name.replace("w", "b")] = np.zeros(shape[-1])
    return weights


SOLUTION = functions(solution("network"))
SOLUTION["train"].__globals__["initial"] = initial
logits, gradients = SOLUTION["logits"], SOLUTION["gradients"]


def flat(weights: Weights, x: Any) -> Any:
    return x.reshape(len(x), 144) @ weights["w1"] + weights["b1"]


def flat_gradients(weights: Weights, x: Any, y: Any) -> Weights:
    z = flat(weights, x)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - y) / len(x)
    return {"w1": x.reshape(len(x), 144).T @ delta, "b1": delta.sum(axis=0)}


def train_flat(x: Any, y: Any, seed: int) -> Weights:
    weights = initial(seed, {"w1": (144, 10)})
    for _ in range(200):
        for name, gradient in flat_gradients(weights, x, y).items():
            weights[name] -= gradient
    return weights


def untrained(x: Any, y: Any, seed: int) -> Weights:
    return initial(seed)


def starter(*args: Any) -> None:
    raise NotImplementedError("your turn")


def test_the_recommended_network_passes() -> None:
    report = check.network(initial, logits, gradients, SOLUTION["train"])
    report.raise_if_failed()
    assert report.score == {"gradients": (6, 6), "convolution": (1, 1), "accuracy": (1, 1)}
    assert report.kernels == ("w1",)
    assert report.without < 0.5
    assert "everything passed" in str(report)


def test_a_softmax_regression_is_refused() -> None:
    report = check.network(
        partial(initial, shapes={"w1": (144, 10)}), flat, flat_gradients, train_flat
    )
    assert not report
    assert report.score == {"gradients": (2, 2), "convolution": (0, 1), "accuracy": (0, 1)}
    assert report.accuracy < 0.5
    assert "no array of weights slides over the image" in str(report)


def test_a_dense_layer_in_the_shape_of_a_kernel_does_not_slide() -> None:
    shapes = {"w1": (11, 11, 1, 12), "w2": (12, 10)}

    def dressed_up(weights: Weights, x: Any) -> Any:
        seen = x[:, :11, :11].reshape(len(x), 121)
        a = np.maximum(seen @ weights["w1"].reshape(121, 12) + weights["b1"], 0)
        return a @ weights["w2"] + weights["b2"]

    report = check.network(partial(initial, shapes=shapes), dressed_up, starter, starter)
    assert report.kernels == ()


def test_a_kernel_that_changes_nothing_does_not_count() -> None:
    shapes = {"w1": (144, 10), "w9": (3, 3, 1, 2)}

    def hardly(weights: Weights, x: Any) -> Any:
        seen = sum(x[:, a : a + 10, b : b + 10] @ weights["w9"][a, b] for a, b in np.ndindex(3, 3))
        return flat(weights, x) + 0.01 * np.maximum(seen, 0).reshape(len(x), 10, 20).sum(axis=2)

    report = check.network(
        partial(initial, shapes=shapes),
        hardly,
        lambda weights, x, y: weights,
        lambda x, y, s: initial(s, shapes),
        least=0.05,
    )
    assert report.kernels == ("w9",)
    assert report.score["convolution"] == (0, 1)
    assert "so the network does not need it" in str(report)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda name, g, n: g * n, "nothing is divided by N"),
        (lambda name, g, n: g / n, "N divides twice"),
        (lambda name, g, n: -g, "the minus belongs to the step"),
        (lambda name, g, n: 0 * g, "zeros"),
        (lambda name, g, n: g[::-1] if name == "w1" else g, "between there and w1"),
        (lambda name, g, n: g[::-1] if name == "w3" else g, "between there and w3"),
    ],
)
def test_what_is_wrong_with_the_gradients_is_named(change: Any, words: str) -> None:
    def wrong(weights: Weights, x: Any, y: Any) -> Weights:
        return {k: change(k, g, len(x)) for k, g in gradients(weights, x, y).items()}

    report = check.network(initial, logits, wrong, untrained)
    assert report.score["gradients"] < (6, 6)
    assert words in str(report)


def test_training_without_the_gradients_is_remarked() -> None:
    report = check.network(initial, logits, gradients, untrained)
    assert report.score == {"gradients": (6, 6), "convolution": (1, 1), "accuracy": (0, 1)}
    assert "train never calls gradients" in str(report) or untrained.__globals__ is not globals()
    with pytest.raises(AssertionError, match="of the test images"):
        report.raise_if_failed()


def test_a_slow_training_is_given_the_advice_of_the_page() -> None:
    def slow(x: Any, y: Any, seed: int) -> Weights:
        while True:
            seed += 1

    report = check.network(initial, logits, gradients, slow, limit_s=1.5)
    assert "loop over the nine taps" in str(report)
    assert "tiny arrays" not in str(report)


def test_starters_are_told_to_be_unwritten() -> None:
    report = check.network(initial, starter, starter, starter)
    assert not report
    assert "network: not written yet" in str(report)
    assert "not written yet" in report._repr_html_()
    assert report.as_dict()["score"]["gradients"] == [0, 1]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda weights, x, y: {"w1": weights["w1"]}, r"gradients['b1'] must have shape (8,)"),
        (lambda weights, x, y: [1, 2], "gradients must return a dictionary"),
        (lambda weights, x, y: 1 / 0, "ZeroDivisionError"),
        (lambda weights, x, y: None, "returns None"),
    ],
)
def test_what_cannot_be_judged_is_told_in_words(wrong: Any, words: str) -> None:
    def gradients(weights: Weights, x: Any, y: Any) -> Any:
        return wrong(weights, x, y)

    report = check.network(initial, logits, gradients, starter)
    assert words in str(report)
    assert report.score["gradients"] == (0, 1)


def test_the_book_may_not_answer() -> None:
    from cnnlib import dense_backward

    def borrowed(weights: Weights, x: Any, y: Any) -> Weights:
        grads = dense_backward(y, x.reshape(len(x), 144), weights["w3"])
        return {"w3": grads.dw}

    report = check.network(initial, logits, borrowed, starter)
    assert "use your own" in str(report)


def test_digits_stand_up_to_two_pixels_from_the_middle() -> None:
    one, two = shifted_digits(3), shifted_digits(3)
    assert one.x_test.shape == (360, 12, 12, 1)
    assert (one.x_train == two.x_train).all()
    whole = one.x_train.sum(axis=(1, 2, 3))
    middle = one.x_train[:, 4:8, 4:8].sum(axis=(1, 2, 3))
    assert (0 < middle).all()
    assert (middle < whole).all()
