"""What a function prints, kept and not shown, and never more than a page of it."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

#: Characters that are kept.
MOST = 2000


class Printed(io.TextIOBase):
    """A stream that keeps the beginning of what is written to it."""

    def __init__(self) -> None:
        self.kept = ""
        self.total = 0

    def writable(self) -> bool:
        """Return True: this is a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits."""
        self.kept += text[: MOST - len(self.kept)]
        self.total += len(text)
        return len(text)

    def __str__(self) -> str:
        """Return what was printed, shortened."""
        more = self.total - len(self.kept)
        return self.kept + (f" … ({more} more characters)" if more else "")


@contextmanager
def captured() -> Iterator[tuple[Printed, list[warnings.WarningMessage]]]:
    """Catch what is printed and warned of."""
    streams = sys.stdout, sys.stderr
    page = Printed()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        sys.stdout = sys.stderr = page
        try:
            yield page, warned
        finally:
            sys.stdout, sys.stderr = streams
