"""Read the arrays of a file without trusting it: no more memory is taken than the file has bytes.

`save` and checkpoints write a plain, uncompressed `.npz`: a zip archive of `.npy` members, none of
which holds objects. So a member that is compressed, longer than the file, or whose header announces
another length than it has is no file of ours, and is refused before anything is unpacked.
"""

from __future__ import annotations

import io
import math
import stat
import zipfile
from pathlib import Path

import numpy as np

from cnnlib.nn.layer import Array

READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_arrays(path: Path, remedy: str) -> dict[str, Array]:
    """Return every array of an archive by name.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no regular file, damaged, or no archive of plain arrays; the message names file,
        member and `remedy`.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError(f"{path} is damaged or no npz file (it is no regular file): {remedy}")
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            _refuse_overfull(archive, path.stat().st_size)
            return {_name(member): _array(archive, member) for member in archive.infolist()}
    except Exception as error:  # whatever the bytes make zipfile, zlib or ast stumble over
        raise ValueError(f"{path} is damaged or no npz file ({error}): {remedy}") from error


def _refuse_overfull(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse compressed members, members longer than the file, and names given twice."""
    members = archive.infolist()
    packed = [member.filename for member in members if member.compress_type != zipfile.ZIP_STORED]
    if packed:
        raise ValueError(f"its member {packed[0]} is compressed, which cnnlib never does")
    total = sum(max(member.file_size, member.compress_size) for member in members)
    if total > size:
        raise ValueError(f"its members claim {total} bytes, the whole file has {size}")
    if len({member.filename for member in members}) < len(members):
        raise ValueError("two of its members have the same name")


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    """Read one member; the archive's checksum reveals damage."""
    content = io.BytesIO(archive.read(member))
    version = np.lib.format.read_magic(content)
    if version not in READERS:
        raise ValueError(f"{member.filename} has the npy version {version}, not (1, 0) or (2, 0)")
    shape, fortran, dtype = READERS[version](content)
    if dtype.hasobject or dtype.kind not in "fU":
        raise ValueError(f"{member.filename} holds {dtype}, not floats or text")
    wanted, held = math.prod(shape) * dtype.itemsize, len(content.getbuffer()) - content.tell()
    if wanted != held:
        raise ValueError(f"{member.filename} announces {wanted} bytes and holds {held}")
    if min(shape, default=0) < 0:
        raise ValueError(f"{member.filename} announces the shape {shape}")
    flat = np.frombuffer(content.read(), dtype) if held else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if fortran else "C").copy()
