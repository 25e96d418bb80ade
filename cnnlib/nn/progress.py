"""A progress bar where tqdm is installed, silence where it is not."""

from __future__ import annotations

from typing import Any

from cnnlib.nn.history import History


class Bar:
    """A bar that moves with every batch and shows the latest epoch beside it.

    Parameters
    ----------
    batches : int
        Steps of the whole training.
    done : int
        Steps that an earlier part of it has taken.
    shown : bool
        Whether to show anything.

    Examples
    --------
    >>> with Bar(30, 0, shown=False) as bar:
    ...     bar.step()
    """

    def __init__(self, batches: int, done: int, *, shown: bool) -> None:
        self._bar: Any = _tqdm(batches, done) if shown else None

    def step(self) -> None:
        """Move by one batch."""
        if self._bar is not None:
            self._bar.update()

    def tell(self, history: History, epochs: int) -> None:
        """Show loss and accuracy of the latest of the epochs."""
        if self._bar is not None and history.test_accuracy:
            loss, right = history.train_loss[-1], history.test_accuracy[-1]
            epoch = f"epoch {len(history)}/{epochs}"
            self._bar.set_postfix_str(f"{epoch}, loss {loss:.3f}, test {right:.1%}")

    def __enter__(self) -> Bar:
        """Start."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()


def _tqdm(batches: int, done: int) -> Any:
    """Return a tqdm bar fit for a terminal or a notebook, or None without tqdm."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=batches, initial=done, unit="batch")
