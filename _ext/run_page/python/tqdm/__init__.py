"""Progress bars that the page draws."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from typing import Any

from page_kernel.channel import out

PAUSE_S = 0.1
_numbers = itertools.count(1)


class tqdm:
    """A bar below the running cell, with the arguments of the real one that cells use."""

    def __init__(
        self,
        iterable: Iterable[Any] | None = None,
        desc: str = "",
        total: float | None = None,
        unit: str = "it",
        initial: float = 0,
        delay: float = 0,
        disable: bool = False,
        **_: Any,
    ) -> None:
        self.iterable = iterable
        size = getattr(iterable, "__len__", lambda: None)()
        self.total = size if total is None else total
        self.desc, self.unit, self.disable = desc or "", unit, disable
        self.n, self.key, self.note = float(initial), next(_numbers), ""
        self.shown = False
        self.sent = time.monotonic() + delay - PAUSE_S
        if not delay:
            self.refresh()

    def __iter__(self) -> Iterator[Any]:
        """Go through the values."""
        for value in self.iterable or ():
            yield value
            self.update()
        self.close()

    def __enter__(self) -> tqdm:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.close()

    def update(self, n: float = 1) -> None:
        """Go on by n."""
        self.n += n
        if time.monotonic() - self.sent > PAUSE_S:
            self.refresh()

    def refresh(self) -> None:
        """Draw the bar."""
        self.sent, self.shown = time.monotonic(), True
        if not self.disable:
            words = " · ".join(filter(None, [self.desc, self.note]))
            out("bar", key=self.key, done=self.n, total=self.total, unit=self.unit, words=words)

    def set_description(self, desc: str = "", refresh: bool = True) -> None:
        """Write before the bar."""
        self.desc = desc

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> None:
        """Write behind the bar."""
        self.note = s

    def set_postfix(self, *_: Any, **values: Any) -> None:
        """Write names and values behind the bar."""
        self.note = ", ".join(f"{name}={value}" for name, value in values.items())

    def close(self) -> None:
        """Draw the bar for the last time, if it was drawn before."""
        if self.shown:
            self.refresh()

    @staticmethod
    def write(s: str, **_: Any) -> None:
        """Print a line."""
        print(s)


def trange(*numbers: int, **options: Any) -> tqdm:
    """Count with a bar."""
    return tqdm(range(*numbers), **options)
