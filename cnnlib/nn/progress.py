"""A progress bar where tqdm is installed, silence where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnnlib.nn.history import History


def epochs_with_bar(epochs: int, history: History, progress: bool) -> Iterator[int]:
    """Count the epochs that are missing, showing the latest loss and accuracy beside the bar.

    Examples
    --------
    >>> list(epochs_with_bar(3, History(), progress=False))
    [0, 1, 2]
    """
    done = len(history)
    bar = _bar(epochs, done) if progress else None
    if bar is None:
        yield from range(done, epochs)
        return
    with bar:
        for epoch in range(done, epochs):
            yield epoch
            if history.test_accuracy:
                bar.set_postfix_str(
                    f"loss {history.train_loss[-1]:.3f}, test {history.test_accuracy[-1]:.1%}"
                )
            bar.update()


def _bar(epochs: int, done: int) -> Any:
    """Return a tqdm bar fit for a terminal or a notebook, or None without tqdm."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=epochs, initial=done, unit="epoch")
