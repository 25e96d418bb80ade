"""A limit to the memory that a function may take, where the system offers one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What a function may take beyond what the session uses already, in bytes.
ROOM = 2 * 1024**3


@contextmanager
def limited(room: int = ROOM) -> Iterator[None]:
    """Let large requests fail with a MemoryError instead of bringing the machine to a halt.

    On Linux. Elsewhere the system's own limits hold, and results of absurd size are not looked at.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        used = pages * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError, ValueError):
        yield
        return
    most = [used + room, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_AS, (min(most), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
