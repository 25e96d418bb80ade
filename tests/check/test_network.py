"""The checker of whole networks asks for right gradients and for accuracy, each by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlib import check

Weights = dict[str, Any]


def initial(seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    return {"w": rng.normal(0, 0.1, (64, 10)), "b": np.zeros(10)}


def logits(weights: Weights, x: Any) -> Any:
    return x.reshape(len(x), 64) @ weights["w"] + weights["b"]


def gradients(weights: Weights, x: Any, y: Any) -> Weights:
    z = logits(weights, x)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - y) / len(x)
    return {"w": x.reshape(len(x), 64).T @ delta, "b": delta.sum(axis=0)}


def train(x: Any, y: Any, seed: int) -> Weights:
    weights = initial(seed)
    for _ in range(200):
        for name, gradient in gradients(weights, x, y).items():
            weights[name] -= gradient
    return weights


def starter(*args: Any) -> None:
    raise NotImplementedError("your turn")


def test_a_network_that_learns_passes() -> None:
    report = check.network(initial, logits, gradients, train, least=0.9)
    report.raise_if_failed()
    assert report.score == {"gradients": (2, 2), "accuracy": (1, 1)}
    assert "everything passed" in str(report)


def test_a_wrong_gradient_is_found_although_the_network_learns() -> None:
    def twice(weights: Weights, x: Any, y: Any) -> Weights:
        right = gradients(weights, x, y)
        return {**right, "b": 2 * right["b"]}

    report = check.network(initial, logits, twice, train, least=0.9)
    assert report.score == {"gradients": (1, 2), "accuracy": (1, 1)}
    assert not report
    assert "b: slope" in str(report)
    assert "w: slope" not in str(report)


def test_right_gradients_do_not_make_up_for_a_lazy_training() -> None:
    report = check.network(initial, logits, gradients, lambda x, y, seed: initial(seed))
    assert report.score == {"gradients": (2, 2), "accuracy": (0, 1)}
    with pytest.raises(AssertionError, match="of the test images"):
        report.raise_if_failed()


def test_starters_are_told_to_be_unwritten() -> None:
    report = check.network(initial, starter, starter, starter)
    assert not report
    assert "network: not written yet" in str(report)
    assert "not written yet" in report._repr_html_()
    assert report.as_dict()["score"] == {"gradients": [0, 1], "accuracy": [0, 1]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda weights, x, y: {"w": weights["w"]}, r"gradients['b'] must have shape (10,)"),
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
        grads = dense_backward(y, x.reshape(len(x), 64), weights["w"])
        return {"w": grads.dw, "b": grads.db}

    report = check.network(initial, logits, borrowed, starter)
    assert "use your own" in str(report)
