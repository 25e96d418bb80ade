"""A limit to the memory that a function may take, where the system offers one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

#: What a function may take beyond what the session uses already, in bytes.
ROOM = 2 * 1024**3


class Limit(MetaPathFinder):
    """Large requests fail with a MemoryError instead of bringing the machine to a halt.

    Not while something is imported: a library that cannot get its memory ends the whole process.
    On Linux. Elsewhere the system's own limits hold, and results of absurd size are not looked at.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.before: tuple[int, int] | None = None
        self.importing = False

    def find_spec(self, *_: Any) -> None:
        """Something is about to be imported: lift the limit."""
        self.let(importing=True)

    def let(self, *, importing: bool) -> None:
        """Set the limit anew when an import begins or ends."""
        if importing != self.importing:
            self.importing = importing
            if importing:
                self._set(None)
            else:
                self._set(self.room)

    def _set(self, room: int | None) -> None:
        try:
            import resource

            if self.before is None:
                self.before = resource.getrlimit(resource.RLIMIT_AS)
            soft, hard = self.before
            most = [n for n in (soft, hard) if n != resource.RLIM_INFINITY]
            if room is not None:
                pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
                most.append(pages * resource.getpagesize() + room)
            resource.setrlimit(resource.RLIMIT_AS, (min(most, default=soft), hard))
        except (ImportError, OSError, ValueError):
            return

    @contextmanager
    def held(self) -> Iterator[Limit]:
        """Hold the limit until the block ends."""
        self._set(self.room)
        sys.meta_path.insert(0, self)
        try:
            yield self
        finally:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
            self._set(None)
