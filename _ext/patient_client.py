"""Run a notebook; what decides whether a cell hangs is its own progress, not the clock.

On a busy machine a cell that needs ten seconds may take ten minutes. So a cell may take any time
while its kernel gets work done. It is stopped when the kernel has stood still for a minute, or has
used more processor time than any cell of the book may.
"""

from __future__ import annotations

import socket
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

LOOK = 60  # seconds between two looks at a kernel that has not answered
STILL = 0.05  # seconds of processor time in which even a starved kernel shows life
MOST = 600.0  # seconds of processor time for one cell
FOREVER = 10**9


class PatientClient(NotebookClient):
    """A client whose limits are seconds of the kernel's processor time."""

    def __init__(self, notebook: Any, **options: Any) -> None:
        # No limits for the start, and for outputs still under way when a cell has ended; no state
        # of widgets, which only a live kernel could use.
        options |= {"timeout": LOOK, "startup_timeout": FOREVER, "iopub_timeout": FOREVER}
        super().__init__(notebook, store_widget_state=False, **options)
        self._start = self._before = 0.0

    def create_kernel_manager(self) -> Any:
        """Talk to the kernel through sockets of its own where there are such (not on Windows).

        A free port of the network, once found, may be taken by the time the kernel opens it.
        """
        manager = super().create_kernel_manager()
        if hasattr(socket, "AF_UNIX"):
            manager.transport, manager.ip = "ipc", f"{self._folder}/s"
        return manager

    async def async_execute(self, **options: Any) -> Any:
        """Execute all cells."""
        with TemporaryDirectory(prefix="kernel") as self._folder:
            return await super().async_execute(**options)

    execute = run_sync(async_execute)

    async def async_execute_cell(self, cell: Any, *args: Any, **options: Any) -> Any:
        """Note where the kernel's own clock stands, and run the cell."""
        self._start = self._before = _processor_time(self.km.provisioner.pid)
        return await super().async_execute_cell(cell, *args, **options)

    def _get_timeout(self, cell: Any) -> int | None:
        return None if cell is None else LOOK

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> None:
        """Look whether the kernel has got on since the last look; raise if it has not."""
        now = _processor_time(self.km.provisioner.pid)
        if now - self._start > MOST:
            raise _stop("uses more processor time than any cell may", int(MOST), cell)
        if now - self._before < STILL:
            raise _stop("stands still", timeout, cell)
        self._before = now


def _stop(why: str, seconds: int, cell: Any) -> CellTimeoutError:
    return CellTimeoutError.error_from_timeout_and_cell(f"A cell {why}", seconds, cell)


def _processor_time(pid: int) -> float:
    """Return what a process and its children have used, in seconds."""
    total = 0.0
    try:
        kernel = psutil.Process(pid)
        for process in (kernel, *kernel.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
    except psutil.NoSuchProcess:
        pass
    return total
