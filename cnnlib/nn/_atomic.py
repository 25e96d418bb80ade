"""Write a file completely or not at all, and leave nothing behind.

The new content is written beside its destination and moved there when complete, so an interrupted
program leaves the old file as it was. A temporary file is locked while it is being written: what
nobody holds a lock on belongs to a program that died, and is cleared away.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be deleted at all
    fcntl = None  # type: ignore[assignment]


def as_path(path: Any) -> Path:
    """Read what a caller names a file by."""
    if not isinstance(path, str | bytes | os.PathLike):
        raise TypeError(
            f"path must be a string or a path, got a {type(path).__name__}: give the file's name"
        )
    return Path(os.fsdecode(path))


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a file that takes the place of ``path`` once it is complete.

    A link is followed, and the file it leads to is replaced; an existing file keeps its mode and,
    where the system allows it, its owner.

    Raises
    ------
    OSError
        If ``path`` is a folder, a device or the like, if its folder does not exist, or if the file
        cannot be written.
    """
    target = Path(os.path.realpath(path))
    old = _refuse_unless_regular(path, target)
    _clear_abandoned(target)
    temporary, file = _locked_temporary(target)
    try:
        with file:
            write(file)
            file.flush()
            if old is not None:
                _keep_mode_and_owner(file, old)
            os.fsync(file.fileno())
            if fcntl:  # while the lock holds, so that nobody takes the file for abandoned
                temporary.replace(target)
        if not fcntl:
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_unless_regular(path: Path, target: Path) -> os.stat_result | None:
    """Return what is known of the file to be replaced, None where there is none yet."""
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{path} cannot be written: there is no folder {target.parent}: make it first"
        )
    try:
        old = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(f"{path} is a folder: name a file in it, such as network.npz")
    if not stat.S_ISREG(old.st_mode):
        raise OSError(f"{path} is no regular file, and would be replaced by one: name another")
    return old


def _locked_temporary(target: Path) -> tuple[Path, BinaryIO]:
    """Open a new file beside the target and lock it."""
    while True:
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        file = temporary.open("xb")
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink or not fcntl:
            return temporary, file
        file.close()  # cleared away by another program between opening and locking: once more


def _clear_abandoned(target: Path) -> None:
    """Delete temporary files of this target that no living program is writing."""
    start, end = f".{target.name}.", ".tmp"
    for entry in target.parent.iterdir():
        token = entry.name[len(start) : -len(end)]
        ours = entry.name == f"{start}{token}{end}" and len(token) == 8 and token.isalnum()
        if ours and entry.is_file():
            with suppress(OSError):  # locked by its writer, or gone meanwhile
                _delete_unless_locked(entry)


def _delete_unless_locked(entry: Path) -> None:
    if not fcntl:
        entry.unlink()
        return
    with entry.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        entry.unlink()


def _keep_mode_and_owner(file: BinaryIO, old: os.stat_result) -> None:
    """Give the new file what the old one had; a foreign owner only where that is allowed."""
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(file.fileno(), old.st_uid, old.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))
