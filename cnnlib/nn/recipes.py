"""The book's network for the bundled digits, and how it is trained.

The chapter `digits`, the tests and the benchmark all call these two functions, so the numbers they
report belong to one and the same thing. The settings are customary ones, chosen before the first
run and not tuned on the test images.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.nn.activations import ReLU
from cnnlib.nn.conv import Conv2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.history import History
from cnnlib.nn.kept import train_once
from cnnlib.nn.network import Network
from cnnlib.nn.optimizers import Adam
from cnnlib.nn.pool import MaxPool2d
from cnnlib.nn.schedules import cosine
from cnnlib.nn.training import TrainingData, train

EPOCHS, BATCH_SIZE, LEARNING_RATE = 30, 32, 2e-3


def digit_network(*, rng: np.random.Generator) -> Network:
    """Build a small relative of LeNet for 8x8 images: two convolutions, a pool, two dense layers.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the first weights.

    Returns
    -------
    Network

    Examples
    --------
    >>> print(digit_network(rng=np.random.default_rng(0)).summary(8, 8, 1))
    layer      output      parameters
    input      (8, 8, 1)            0
    Conv2d     (8, 8, 16)         160
    ReLU       (8, 8, 16)           0
    Conv2d     (8, 8, 32)        4640
    ReLU       (8, 8, 32)           0
    MaxPool2d  (4, 4, 32)           0
    Flatten    (512,)               0
    Dense      (64,)            32832
    ReLU       (64,)                0
    Dense      (10,)              650
    total                       38282
    """
    return Network(
        [
            Conv2d(1, 16, 3, padding="same", rng=rng),
            ReLU(),
            Conv2d(16, 32, 3, padding="same", rng=rng),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Dense(512, 64, rng=rng),
            ReLU(),
            Dense(64, 10, rng=rng),
        ]
    )


@train_once
def train_digit_network(
    data: TrainingData,
    *,
    rng: np.random.Generator,
    epochs: int = EPOCHS,
    record: Callable[[Network], Any] | None = None,
    progress: bool = True,
) -> tuple[Network, History]:
    """Build `digit_network` and train it: Adam, batches of 32, a step falling along a cosine.

    It learns in float32, which is precise enough for that and takes less time, and is returned in
    float64, ready for derivations and gradient checks.

    Parameters
    ----------
    data : Dataset
        From `cnnlib.data.digits`.
    rng : numpy.random.Generator
        Draws the first weights and shuffles the images.
    epochs : int
        Passes over the images.
    record, progress
        As for `train`.

    Returns
    -------
    network : Network
        Trained.
    history : History
        How it went.

    Examples
    --------
    >>> from cnnlib.data import digits
    >>> rng = np.random.default_rng(0)
    >>> network, history = train_digit_network(digits(), rng=rng, epochs=1, progress=False)
    >>> history.test_accuracy[-1] > 0.8
    True
    """
    network = digit_network(rng=rng).astype(np.float32)
    history = train(
        network,
        data,
        Adam(LEARNING_RATE),
        epochs=epochs,
        batch_size=BATCH_SIZE,
        rng=rng,
        schedule=cosine,
        record=record,
        progress=progress,
    )
    return network.astype(np.float64), history
