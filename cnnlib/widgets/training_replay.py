"""TrainingReplay: the epochs of a recorded training, one after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from cnnlib import nn, plots
from cnnlib.widgets.base import PageWidget


def snapshots(x_test: ArrayLike, y_test: ArrayLike) -> Callable[[nn.Network], dict[str, Any]]:
    """Return what ``train(record=…)`` needs so that a :class:`TrainingReplay` can be made.

    Parameters
    ----------
    x_test, y_test : array_like
        Images and one-hot labels that are not learned from.

    Returns
    -------
    callable
        Takes a network, copies its first convolution's kernels and counts its confusions.

    Examples
    --------
    >>> from cnnlib.data import digits
    >>> data = digits()
    >>> look = snapshots(data.x_test, data.y_test)
    >>> look(nn.digit_network(rng=np.random.default_rng(0)))["kernels"].shape
    (3, 3, 1, 16)
    """

    def look(network: nn.Network) -> dict[str, Any]:
        first = next(layer for layer in network.layers if isinstance(layer, nn.Conv2d))
        table = nn.confusion_matrix(network, np.asarray(x_test), np.asarray(y_test))
        return {"kernels": np.array(first.params["w"]), "confusion": table}

    return look


class TrainingReplay(PageWidget):
    """Scrub through a training: loss curves, the first kernels, the confusion matrix.

    Parameters
    ----------
    history : History
        Of a training with ``record=snapshots(x_test, y_test)``.
    epoch : int, default the last one
        Where to start; 0 is before the first step.
    title : str, optional
        Accessible name.

    Raises
    ------
    ValueError
        If the history was recorded without :func:`snapshots`, or ``epoch`` is out of range.

    Notes
    -----
    Used in the chapter ``digits``. Kernels are rounded to three decimals for the page.
    """

    module: ClassVar[str] = "training_replay"
    renderer: ClassVar[str] = "renderTrainingReplay"
    sheets: ClassVar[tuple[str, ...]] = ("trace_view", "tables", "chart")
    page_state: ClassVar[tuple[str, ...]] = ("record", "epoch")

    #: The recorded numbers.
    record = traitlets.Dict().tag(sync=True)
    #: Epoch shown; 0 is before the first step.
    epoch = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, history: nn.History, epoch: int | None = None, *, title: str = "a recorded training"
    ) -> None:
        """Take the recorded epochs apart into plain lists."""
        epochs = len(history.train_loss)
        if len(history.records) != epochs + 1 or "confusion" not in (history.records[0] or {}):
            raise ValueError(
                f"history has {len(history.records)} records for {epochs} epochs: "
                "train with record=snapshots(x_test, y_test)"
            )
        start = epochs if epoch is None else epoch
        if not 0 <= start <= epochs:
            raise ValueError(f"epoch must be from 0 to {epochs}, got {start}")
        first = history.records[0]["kernels"]
        record = {
            "epochs": epochs,
            "kernel_shape": list(first.shape[:2]),
            "kernels": [_tiles(r["kernels"]) for r in history.records],
            "confusion": [r["confusion"].tolist() for r in history.records],
            "curves": {"train": _short(history.train_loss), "test": _short(history.test_loss)},
            "title": title,
        }
        self.history = history
        super().__init__(record=record, epoch=start)

    def still(self) -> str:
        """Return a figure of the loss curves."""
        drawn = plots.plot_history(self.history, "loss")
        return str(plots.show(drawn, alt="loss after every epoch")._repr_html_())


def _tiles(kernels: np.ndarray) -> list[list[float]]:
    """Return one list of taps per filter, of the first input channel."""
    taps = np.round(kernels[:, :, 0, :].astype(float), 3)  # short also where it was float32
    return [taps[:, :, k].ravel().tolist() for k in range(taps.shape[2])]


def _short(values: list[float]) -> list[float]:
    return [round(float(v), 5) for v in values]
