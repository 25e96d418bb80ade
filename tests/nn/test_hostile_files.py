"""Whatever the bytes: a clear refusal that names the file, and no memory that it does not hold."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlib import nn

LIMIT = 32 << 20  # bytes; the hostile files below have a few hundred, or 5 MB of zeros packed


def header(*layers: Any, **changes: Any) -> bytes:
    """Write a description as `save` would."""
    return json.dumps({"format": "cnnlib.nn.Network", "version": 1, "layers": layers} | changes)


def npy(array: Any) -> bytes:
    """Return one member of an archive."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def archive(path: Path, *, packed: bool = False, **members: bytes) -> None:
    """Write an archive of any members."""
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)


def claiming(shape: tuple[int, ...], descr: str = "<f8") -> bytes:
    """Return a member whose header announces numbers that are not there."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return buffer.getvalue()


def dense(m_in: Any, m_out: Any) -> dict[str, Any]:
    """Describe a dense layer."""
    return {"type": "Dense", "m_in": m_in, "m_out": m_out}


def conv(c_in: Any, c_out: Any, kernel_size: Any, **geometry: Any) -> dict[str, Any]:
    """Describe a convolutional layer."""
    return {"type": "Conv2d", "c_in": c_in, "c_out": c_out, "kernel_size": kernel_size, **geometry}


DEEP = "[" * 200_000
DESCRIPTIONS = {
    "a dense layer of a hundred million weights": header(dense(10_000, 10_000)),
    "many outputs from one input": header(dense(1, 2**40)),
    "a kernel of a billion taps": header(conv(1, 1, [30_000, 30_000])),
    "a million filters": header(conv(1, 10**6, 3)),
    "a padding beyond all images": header(conv(1, 1, 3, padding=10**30)),
    "a hundred thousand layers": header(*[{"type": "ReLU"}] * 100_000),
    "brackets without end": DEEP,
    "brackets in a layer": header({"type": "Conv2d", "kernel_size": "X"}).replace('"X"', DEEP),
    "a number of ten thousand digits": header(dense(1, 1)).replace("1}", "9" * 10_000 + "}"),
    "no layer but a number": header(3),
    "a layer without a type": header({}),
    "a type that is a list": header({"type": []}),
    "layers that are a word": header(layers="Dense"),
    "an infinite size": header(dense(1, float("inf"))),
    "nothing": "",
    "a list": "[]",
    "null": "null",
}
MEMBERS: dict[str, Callable[[Path], None]] = {
    "weights of 288 GiB": lambda p: archive(p, **{"0.w": claiming((2**19, 2**19, 9))}),
    "a negative shape": lambda p: archive(p, **{"0.w": claiming((-1, -1)) + b"12345678"}),
    "a text of a gigabyte": lambda p: archive(p, header=claiming((), f"<U{2**28}")),
    "objects": lambda p: archive(p, header=claiming((), "|O") + b"cos\nsystem\n."),
    "records": lambda p: archive(p, header=claiming((1,), "[('a', '<f8')]")),
    "a header that is no dictionary": lambda p: archive(p, header=b"\x93NUMPY\x01\x00\x04\x00[[[["),
    "brackets in a member": lambda p: archive(
        p, header=b"\x93NUMPY\x01\x00" + (9000).to_bytes(2, "little") + b"[" * 9000
    ),
    "a member of a new version": lambda p: archive(p, header=b"\x93NUMPY\x09\x00rubbish"),
    "a bomb of a gigabyte": lambda p: bomb(p),
    "a packed size that is not there": lambda p: patched(p, at=20, value=2**27),
    "an unpacked size that is not there": lambda p: patched(p, at=24, value=2**30),
    "a member that is no array": lambda p: archive(p, header=b"hello"),
}


def bomb(path: Path) -> None:
    """Pack a quarter of a gigabyte of zeros, as one member, into 250 kB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("0.w.npy", "w", force_zip64=True) as member:
            member.write(claiming((2**25,)))
            for _ in range(256):
                member.write(bytes(2**20))


def patched(path: Path, at: int, value: int) -> None:
    """Overwrite a size in the archive's directory."""
    archive(path, header=npy(np.array("{}")))
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + at
    content[place : place + 4] = value.to_bytes(4, "little")
    path.write_bytes(content)


def refusal(path: Path) -> tuple[str, int]:
    """Return the words of the refusal, and the most memory that was held meanwhile."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="save the network again") as caught:
            nn.load(path)
        return str(caught.value), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("words", DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_hostile_description_is_refused_before_memory_is_taken(
    tmp_path: Path, words: str
) -> None:
    path = tmp_path / "hostile.npz"
    archive(path, header=npy(np.array(words)))
    message, peak = refusal(path)
    assert str(path) in message
    assert len(message) < 2000
    assert peak < LIMIT + 12 * path.stat().st_size


@pytest.mark.parametrize("write", MEMBERS.values(), ids=MEMBERS)
def test_a_hostile_archive_is_refused_before_memory_is_taken(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "hostile.npz"
    write(path)
    message, peak = refusal(path)
    assert str(path) in message
    assert peak < LIMIT


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no devices and pipes on Windows")
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ValueError, match="is no regular file"):
            nn.load(path)


@pytest.mark.parametrize("path", [7, io.BytesIO(), None])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(TypeError, match="path must be a string or a path, got a"):
        nn.load(path)
    with pytest.raises(TypeError, match="give the file's name"):
        nn.save(nn.Network([]), path)
