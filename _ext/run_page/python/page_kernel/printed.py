"""What a cell prints, sent in pieces while it runs, and never more than a page can bear."""

from __future__ import annotations

import io
import time

from page_kernel.channel import out

#: Characters of one cell that are shown, and seconds between two pieces.
MOST, PAUSE_S = 100_000, 0.1


class Printed(io.TextIOBase):
    """A stream that ends below the cell."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.total = 0
        self.sent = 0.0

    def writable(self) -> bool:
        """Return True: this is a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Take a text; what exceeds the limit is counted and dropped."""
        room = max(MOST - self.total, 0)
        self.total += len(text)
        if room:
            self.waiting.append(text[:room])
            if time.monotonic() - self.sent > PAUSE_S:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what waits."""
        if self.waiting:
            out("stream", text="".join(self.waiting))
            self.waiting.clear()
            self.sent = time.monotonic()

    def close_cell(self) -> None:
        """Send the rest, and say how much was left out."""
        self.flush()
        if self.total > MOST:
            out("stream", text=f"\n… and {self.total - MOST:,} more characters, not shown\n")
        self.total = 0


printed = Printed()
