"""Read IDX files, the format MNIST is distributed in, and say precisely what is wrong with one.

An IDX file is two zero bytes, a type code (8: unsigned bytes), the number of axes, one big-endian
32-bit length per axis, and the bytes themselves in C order.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

GZIP_MAGIC = b"\x1f\x8b"
REMEDY = "download the file again"


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
    content = _unpack(path)
    shape = _shape(path, content, ndim)
    body, wanted = content[4 + 4 * ndim :], int(np.prod(shape, dtype=object))
    if len(body) != wanted:
        fault = "truncated" if len(body) < wanted else "too long"
        raise ValueError(
            f"{path} is {fault}: its header announces {'x'.join(map(str, shape))} = {wanted} "
            f"bytes, it holds {len(body)}: {REMEDY}"
        )
    return np.frombuffer(body, np.uint8).reshape(shape)


def _unpack(path: Path) -> bytes:
    """Read a file, gzipped or not."""
    content = path.read_bytes()
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is a damaged gzip file ({error}): {REMEDY}") from error


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
