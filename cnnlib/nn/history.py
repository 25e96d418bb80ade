"""What happened during a training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class History:
    """Losses and accuracies, one entry per epoch.

    Attributes
    ----------
    train_loss, train_accuracy : list of float
        Means over the batches of the epoch, each measured before its step: they cost nothing
        extra, and lag a little behind the network of the epoch's end.
    test_loss, test_accuracy : list of float
        Measured on the test images after the epoch.
    lr : list of float
        Learning rate of the epoch.
    records : list
        What the `record` function of `train` returned: once before the first epoch and once after
        each, so one entry more than epochs; empty without `record`.

    Examples
    --------
    >>> History(train_loss=[2.3, 0.4], test_accuracy=[0.5, 0.9])
    History(2 epochs, train loss 0.4000, test accuracy 0.9000)
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        """Count epochs."""
        return len(self.train_loss)

    def __repr__(self) -> str:
        """Show the length and the last values."""
        last = [
            f"{name.replace('_', ' ')} {values[-1]:.4f}"
            for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
            if (values := getattr(self, name))
        ]
        return f"History({', '.join([f'{len(self)} epochs', *last])})"
