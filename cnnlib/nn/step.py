"""One step of learning: forward, loss, backward, step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnlib.nn.evaluation import count_right
from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network
from cnnlib.nn.optimizers import Optimizer
from cnnlib.ops import softmax_cross_entropy, softmax_cross_entropy_backward


def train_step(network: Network, x: Array, y: Array, optimizer: Optimizer) -> tuple[float, int]:
    """Learn from one batch: the lines that training is made of.

    Parameters
    ----------
    network, optimizer
        As for `train`.
    x, y : ndarray
        Images (N, H, W, C) and one-hot labels (N, K).

    Returns
    -------
    loss : float
        Mean loss of the batch before the step.
    right : int
        Number of right answers before the step.

    Raises
    ------
    ValueError
        If the logits overflow or hold nan.

    Examples
    --------
    >>> from cnnlib.nn import SGD, Dense
    >>> network = Network([Dense(2, 2, rng=np.random.default_rng(0))])
    >>> x, y, optimizer = np.eye(2), np.eye(2), SGD(lr=1.0)
    >>> first, _ = train_step(network, x, y, optimizer)
    >>> second, _ = train_step(network, x, y, optimizer)
    >>> second < first
    True
    """
    z = network.forward(x)
    if not np.isfinite(z).all():
        raise ValueError(
            f"logits are not finite at learning rate {optimizer.lr:g}: lower the learning rate, or "
            "look for nan in the images"
        )
    loss = softmax_cross_entropy(z, y)
    network.backward_to_params(softmax_cross_entropy_backward(z, y))
    optimizer.step(network.parameters())
    return loss, count_right(z, y)


def batches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[Array]:
    """Deal the numbers 0 to n - 1, shuffled, into batches; the last may be smaller.

    Examples
    --------
    >>> [len(rows) for rows in batches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
