"""Read IDX files, the format MNIST is distributed in, and say precisely what is wrong with one.

An IDX file is two zero bytes, a type code (8: unsigned bytes), the number of axes, one big-endian
32-bit length per axis, and the bytes themselves in C order.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

GZIP_MAGIC = b"\x1f\x8b"
REMEDY = "download the file again"
# Handwriting shrinks to about a fifth (MNIST 4.75 times). A gzip file may claim a thousand times
# its size, so what it announces is held against these before it is unpacked.
MOST_PACKED, SMALL = 8, 1 << 20


def read_idx(path: Path, ndim: int) -> NDArray[Any]:
    """Read the unsigned bytes of one IDX file with `ndim` axes, gzipped or not.

    Parameters
    ----------
    path : pathlib.Path
        The file. Compression is recognised by its first two bytes, not by its name, because some
        programs unpack a download and keep the name.
    ndim : int
        Expected number of axes: 3 for images, 1 for labels.

    Returns
    -------
    ndarray of uint8

    Raises
    ------
    ValueError
        If the file is damaged, truncated, too long, or of another kind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels"
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
    ...     read_idx(path, ndim=1)
    array([7, 8, 9], dtype=uint8)
    """
    with _opened(path) as (file, room):
        try:
            shape = _shape(path, file.read(4 + 4 * ndim), ndim)
            wanted = math.prod(shape)
            _fits(path, shape, wanted, room)
            body = file.read(wanted + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path} is a damaged gzip file ({error}): {REMEDY}") from error
    if len(body) != wanted:
        raise _wrong_length(path, shape, wanted, len(body))
    return np.frombuffer(body, np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """Open a file, gzipped or not; with it how many bytes it holds, None where gzip hides that."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        if not zipped:
            yield raw, os.fstat(raw.fileno()).st_size
        else:
            with gzip.open(raw) as file:
                yield cast(BinaryIO, file), None


def _fits(path: Path, shape: tuple[int, ...], wanted: int, room: int | None) -> None:
    """Refuse a header that announces more than its file can hold, before memory is taken."""
    if room is not None:
        held = room - 4 - 4 * len(shape)
        if held != wanted:
            raise _wrong_length(path, shape, wanted, held)
        return
    most = max(SMALL, MOST_PACKED * path.stat().st_size)
    if wanted > most:
        raise ValueError(
            f"{path} is truncated or made to overflow: its header announces "
            f"{'x'.join(map(str, shape))} = {wanted} bytes, more than {MOST_PACKED} times the "
            f"{path.stat().st_size} bytes of the file: {REMEDY}, or unpack it with gunzip"
        )


def _wrong_length(path: Path, shape: tuple[int, ...], wanted: int, held: int) -> ValueError:
    fault = "truncated" if held < wanted else "too long"
    return ValueError(
        f"{path} is {fault}: its header announces {'x'.join(map(str, shape))} = {wanted} "
        f"bytes, it holds {held}: {REMEDY}"
    )


def _shape(path: Path, content: bytes, ndim: int) -> tuple[int, ...]:
    """Check the header and return the lengths of the axes."""
    magic = bytes([0, 0, 8, ndim])
    if content[:4] != magic:
        raise ValueError(
            f"{path} starts with {content[:4].hex() or 'nothing'} instead of {magic.hex()}: it is "
            f"no IDX file of unsigned bytes with {ndim} axes; check that images and labels are not "
            f"exchanged, or {REMEDY}"
        )
    if len(content) < 4 + 4 * ndim:
        raise ValueError(
            f"{path} is truncated: a header needs {4 + 4 * ndim} bytes, it holds {len(content)}: "
            f"{REMEDY}"
        )
    return struct.unpack(f">{ndim}I", content[4 : 4 + 4 * ndim])
