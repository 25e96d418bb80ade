"""What the student's process may not open: the answers' source, the plan, other processes.

Python tells an audit hook of everything that is opened, started or loaded, and a hook cannot be
taken out again. Data may be read and libraries imported; a fresh copy of ``cnnlib``, the plan, the
seed, and whoever else runs on the machine are out of reach.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ANSWERS = re.compile(
    r"[/\\]cnnlib[/\\]((ops|trace|check|nn)[/\\]|(gradcheck|autograd)\.)|cnnlib-[^/\\]*\.whl$"
)
SECRETS = re.compile(r"(otter_config|plan)\.json$|submission_metadata")
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork")
OPENS = ("open", "os.listdir", "os.scandir", "os.chdir", "os.open", "os.rename", "os.link")


def lock_the_doors() -> None:
    """Refuse from now on, in this process, what is none of a submission's business."""
    own = f"/proc/{os.getpid()}"
    state = {"busy": False}

    def refused(path: str) -> bool:
        real = os.path.realpath(path)
        if real.startswith("/proc/"):
            part = real.split("/")[2]
            return part.isdigit() and not f"{real}/".startswith(f"{own}/")
        return bool(SECRETS.search(real) or ANSWERS.search(real) or real.startswith(str(HERE)))

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if state["busy"]:
            return
        if event.startswith(STARTS) or event == "ctypes.dlopen":
            raise PermissionError(f"{event} is not available while you are graded")
        if event in OPENS and given and isinstance(given[0], str | bytes | os.PathLike):
            state["busy"] = True
            try:
                closed = refused(os.fsdecode(given[0]))
            finally:
                state["busy"] = False
            if closed:
                raise PermissionError(f"{given[0]!r} is not available while you are graded")

    sys.addaudithook(watch)
