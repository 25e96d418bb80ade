"""The training loop: shuffle, step through the batches, look at the test images, and again."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from cnnlib.nn._atomic import as_path
from cnnlib.nn.checkpoint import Checkpoint
from cnnlib.nn.evaluation import check_lengths, evaluate
from cnnlib.nn.history import History
from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network
from cnnlib.nn.optimizers import Optimizer
from cnnlib.nn.progress import Bar
from cnnlib.nn.schedules import constant
from cnnlib.nn.step import batches, train_step
from cnnlib.ops._check import whole


class TrainingData(Protocol):
    """Anything with these four arrays, such as `cnnlib.data.Dataset`."""

    @property
    def x_train(self) -> Array: ...  # noqa: D102
    @property
    def y_train(self) -> Array: ...  # noqa: D102
    @property
    def x_test(self) -> Array: ...  # noqa: D102
    @property
    def y_test(self) -> Array: ...  # noqa: D102


def train(
    network: Network,
    data: TrainingData,
    optimizer: Optimizer,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    schedule: Callable[[float], float] = constant,
    record: Callable[[Network], Any] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> History:
    """Train a network in place, one shuffled pass over the images per epoch.

    It learns in the precision of its parameters (`Network.astype`), to which the images are
    converted once.

    Parameters
    ----------
    network : Network
        Returns logits; its parameters change.
    data : Dataset
        Images and one-hot labels; the test part is only looked at, never learned from.
    optimizer : SGD or Adam
        Its learning rate is multiplied by `schedule` and put back at the end.
    epochs, batch_size : int
        Passes over the images, and images per step.
    rng : numpy.random.Generator
        Shuffles the images.
    schedule : callable
        Maps the part of the training that is done (epoch / epochs) to a factor on the learning
        rate: `cosine`, `linear`, `constant` or a function of your own.
    record : callable, optional
        Called with the network before the first epoch and after each; what it returns is collected
        in ``History.records``. Copy arrays there, they go on changing.
    checkpoint : str or path, optional
        A file that is written after every epoch: network, optimizer, generators, history. Where it
        exists already, the training goes on from it and ends with the same numbers as if it had
        never been interrupted (``records`` hold the epochs since). Delete it to start afresh.
    progress : bool
        Show a bar, in a terminal or a notebook, if tqdm is installed.

    Returns
    -------
    History
        Also kept as ``network.history`` from the first epoch on, so that it is there after an
        interruption.

    Raises
    ------
    ValueError
        If images and labels differ in number, `epochs` or `batch_size` is not positive, the
        logits overflow (the learning rate is too large), or `checkpoint` belongs to another
        training.
    KeyboardInterrupt
        Passed on, with the epochs so far as its attribute ``history``; the network stays usable.

    Examples
    --------
    >>> from cnnlib.data import digits
    >>> from cnnlib.nn import Adam, Dense, Flatten
    >>> rng = np.random.default_rng(0)
    >>> network = Network([Flatten(), Dense(64, 10, rng=rng)])
    >>> options = {"epochs": 3, "batch_size": 32, "rng": rng, "progress": False}
    >>> history = train(network, digits(), Adam(lr=0.01), **options)
    >>> history.test_accuracy[-1] > 0.9
    True
    """
    epochs, batch_size = whole(epochs, "epochs", 1), whole(batch_size, "batch_size", 1)
    check_lengths(data.x_train, data.y_train)
    check_lengths(data.x_test, data.y_test)
    plan = {"epochs": epochs, "batch_size": batch_size, "images": len(data.x_train)}
    start, history = optimizer.lr, History()
    network.history = history
    kept = checkpoint and Checkpoint(as_path(checkpoint), network, optimizer, rng, plan)
    if kept and kept.path.exists():
        kept.restore(history)
    try:
        _record(history, record, network)
        images = _Images.of(data, network.dtype)
        steps = -(-len(images.x_train) // batch_size)
        with Bar(epochs * steps, len(history) * steps, shown=progress) as bar:
            for epoch in range(len(history), epochs):
                optimizer.lr = start * schedule(epoch / epochs)
                with np.errstate(over="ignore", invalid="ignore"):  # train_step says it in words
                    _train_epoch(network, images, optimizer, batch_size, rng, history, bar)
                if kept:
                    kept.write(history)
                _record(history, record, network)
                bar.tell(history, epochs)
    except KeyboardInterrupt as interruption:
        interruption.history = history  # type: ignore[attr-defined]
        raise
    finally:
        optimizer.lr = start
    return history


class _Images(NamedTuple):
    """The data in the network's precision, converted once."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array

    @classmethod
    def of(cls, data: TrainingData, dtype: Any) -> _Images:
        parts = (data.x_train, data.y_train, data.x_test, data.y_test)
        return cls(*(np.asarray(part).astype(dtype, copy=False) for part in parts))


def _train_epoch(
    network: Network,
    data: _Images,
    optimizer: Optimizer,
    batch_size: int,
    rng: np.random.Generator,
    history: History,
    bar: Bar,
) -> None:
    """Pass once over the training images, then look at the test images."""
    total, right, n = 0.0, 0, len(data.x_train)
    network.train_mode()
    for rows in batches(n, batch_size, rng):
        loss, correct = train_step(network, data.x_train[rows], data.y_train[rows], optimizer)
        total, right = total + loss * len(rows), right + correct
        bar.step()
    test = evaluate(network, data.x_test, data.y_test)
    history.train_loss.append(total / max(n, 1))
    history.train_accuracy.append(right / max(n, 1))
    history.test_loss.append(test.loss)
    history.test_accuracy.append(test.accuracy)
    history.lr.append(optimizer.lr)


def _record(history: History, record: Callable[[Network], Any] | None, network: Network) -> None:
    """Keep what the caller wants to see of this epoch."""
    if record is not None:
        history.records.append(record(network))
