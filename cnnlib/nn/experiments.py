"""Train with a mistake in it: what a wrong kernel gradient does, and what it hides behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cnnlib.nn.activations import ReLU
from cnnlib.nn.conv import Conv2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.history import History
from cnnlib.nn.kept import history_once
from cnnlib.nn.layer import Array, Layer
from cnnlib.nn.network import Network, Parameter
from cnnlib.nn.optimizers import SGD, Optimizer
from cnnlib.nn.pool import MaxPool2d
from cnnlib.nn.training import TrainingData, train
from cnnlib.ops import rot180

#: What may be done to the gradient of a kernel on its way to the optimizer.
CHANGES: dict[str, Callable[[Array], Array]] = {
    "correct": np.asarray,
    "reversed": rot180,
    "frozen": np.zeros_like,
}


class GradientTransform:
    """An optimizer that is handed changed kernel gradients; everything else is as it was.

    Parameters
    ----------
    optimizer : SGD or Adam
        Takes the steps.
    change : callable
        Applied to the gradient of every kernel (KH, KW, C_in, C_out). Gradients of biases and
        dense weights pass unchanged.

    Examples
    --------
    >>> w, dw = np.zeros((1, 2, 1, 1)), np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    >>> GradientTransform(SGD(lr=1.0), rot180).step([Parameter("w", w, dw)])
    >>> w.ravel()
    array([-2., -1.])
    """

    def __init__(self, optimizer: Optimizer, change: Callable[[Array], Array]) -> None:
        self.optimizer, self.change = optimizer, change

    @property
    def lr(self) -> float:
        """Learning rate of the optimizer behind."""
        return self.optimizer.lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self.optimizer.lr = lr

    def step(self, parameters: Iterable[Parameter]) -> None:
        """Change every value in place."""
        self.optimizer.step([self._changed(p) for p in parameters])

    def _changed(self, p: Parameter) -> Parameter:
        return p._replace(grad=self.change(p.grad)) if p.value.ndim == 4 else p


ChangedKernels = GradientTransform  # an older name, kept for one version


def glyph_network(classes: int, design: str, *, rng: np.random.Generator) -> Network:
    """Build a small network for 12x12 images; how much its kernels matter depends on the design.

    Parameters
    ----------
    classes : int
        Outputs of the dense layer.
    design : {"one", "two", "global"}
        One 3x3 convolution of 8 filters, a 2x2 max pool and a dense layer that sees every
        position; the same with a second convolution of 16 filters after the pool; or one
        convolution of which the dense layer sees the largest answer of each filter alone.
    rng : numpy.random.Generator
        Draws the first weights.

    Raises
    ------
    ValueError
        If ``design`` is another word.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> glyph_network(10, "two", rng=rng).forward(np.zeros((5, 12, 12, 1))).shape
    (5, 10)
    """
    first: list[Layer] = [Conv2d(1, 8, 3, rng=rng), ReLU()]
    middle: list[Layer]
    if design == "one":
        middle, cells = [MaxPool2d(2)], 5 * 5 * 8
    elif design == "two":
        middle, cells = [MaxPool2d(2), Conv2d(8, 16, 3, rng=rng), ReLU()], 3 * 3 * 16
    elif design == "global":
        middle, cells = [MaxPool2d(10)], 8
    else:
        raise ValueError(f"design={design!r} is not known: choose one of one, two, global")
    return Network([*first, *middle, Flatten(), Dense(cells, classes, rng=rng)])


@history_once
def train_changed(
    data: TrainingData, design: str, change: str, *, seed: int, epochs: int = 10
) -> History:
    """Train a `glyph_network` with kernel gradients that are correct, reversed or frozen.

    Stochastic gradient descent with batches of 50, learning rate 0.02 and momentum 0.9.

    Parameters
    ----------
    data : GlyphData
        From `cnnlib.nn.glyphs.draw_glyphs`.
    design : {"one", "two", "global"}
        As for `glyph_network`.
    change : {"correct", "reversed", "frozen"}
        What becomes of the kernel gradients; with "frozen" kernels keep their first values.
    seed : int
        Draws the first weights and the order of the images: the same for every change.
    epochs : int
        Passes over the images.

    Returns
    -------
    History
        Its ``records`` hold the kernels of the first layer before and after.

    Raises
    ------
    ValueError
        If ``design`` or ``change`` is another word.

    Notes
    -----
    Used in the chapter ``reversed_gradient``.

    Examples
    --------
    >>> from cnnlib.nn.glyphs import draw_glyphs
    >>> data = draw_glyphs(train=50, test=10, noise=0.1, rng=np.random.default_rng(0))
    >>> history = train_changed(data, "one", "frozen", seed=0, epochs=1)
    >>> before, after = history.records
    >>> np.array_equal(before, after)
    True
    """
    if change not in CHANGES:
        raise ValueError(f"change={change!r} is not known: choose among {', '.join(CHANGES)}")
    rng = np.random.default_rng(seed)
    network = glyph_network(data.y_train.shape[1], design, rng=rng)
    optimizer = GradientTransform(SGD(0.02, momentum=0.9), CHANGES[change])
    options: dict[str, Any] = {"batch_size": 50, "rng": rng, "progress": False}
    history = train(network, data, optimizer, epochs=epochs, record=_first_kernels, **options)
    del history.records[1:-1]
    return history


def compare_changes(
    draw: Callable[[int], TrainingData], design: str, *, seeds: int, epochs: int = 10
) -> dict[str, list[History]]:
    """Train with every change of the kernel gradients, each with the same seeds.

    Parameters
    ----------
    draw : callable
        Returns the images of a seed.
    design, epochs
        As for `train_changed`.
    seeds : int
        Number of trainings for each change.

    Returns
    -------
    dict of str to list of History
        One list for each of "correct", "reversed", "frozen".

    Examples
    --------
    >>> from cnnlib.nn.glyphs import draw_glyphs
    >>> def draw(seed):
    ...     rng = np.random.default_rng(seed)
    ...     return draw_glyphs(train=50, test=10, noise=0.1, rng=rng)
    >>> {name: len(runs) for name, runs in compare_changes(draw, "one", seeds=2, epochs=1).items()}
    {'correct': 2, 'reversed': 2, 'frozen': 2}
    """
    data = [draw(seed) for seed in range(seeds)]
    return {
        change: [
            train_changed(images, design, change, seed=seed, epochs=epochs)
            for seed, images in enumerate(data)
        ]
        for change in CHANGES
    }


def _first_kernels(network: Network) -> Array:
    return network.layers[0].params["w"].copy()


def summarise(runs: Mapping[str, Sequence[History]]) -> str:
    """Write the result of `compare_changes` as a table: mean, spread and every single training.

    Examples
    --------
    >>> runs = [History(train_loss=[1.0, 0.5], test_accuracy=[0.5, a]) for a in (0.9, 0.8)]
    >>> print(summarise({"correct": runs}))
               test accuracy   each training    last loss
    correct    0.850 ± 0.071   0.900 0.800          0.500
    """
    width = max(6 * len(histories) - 1 for histories in runs.values())
    width = max(width, len("each training"))
    lines = [f"{'':9}  {'test accuracy':13}   {'each training':{width}}    last loss"]
    for change, histories in runs.items():
        ends = np.array([history.test_accuracy[-1] for history in histories])
        loss = np.mean([history.train_loss[-1] for history in histories])
        spread = ends.std(ddof=1) if len(ends) > 1 else 0.0
        each = " ".join(f"{end:.3f}" for end in ends)
        lines.append(
            f"{change:9}  {ends.mean():.3f} ± {spread:.3f}   {each:{width}}    {loss:9.3f}"
        )
    return "\n".join(lines)
