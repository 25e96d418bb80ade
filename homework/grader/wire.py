"""Values as bytes, between the judge and the student's process.

Never pickled: reading a pickle runs what its writer wants. Arrays travel as ``.npy``, the rest as
JSON, and whatever is neither arrives as the name of its type.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that the wire does not carry; holds the name of its type."""

    type_name: str


def pack(value: Any) -> bytes:
    """Turn a value into bytes: arrays, numbers, text, None, and tuples, lists, dicts of these."""
    arrays: list[np.ndarray] = []
    tree = json.dumps(_flat(value, arrays)).encode()
    out = io.BytesIO()
    np.save(out, np.frombuffer(tree, np.uint8), allow_pickle=False)
    for array in arrays:
        np.save(out, array, allow_pickle=False)
    return out.getvalue()


def unpack(message: bytes) -> Any:
    """Turn the bytes back into the value."""
    source = io.BytesIO(message)
    tree = json.loads(np.load(source, allow_pickle=False).tobytes())
    arrays = []
    while source.tell() < len(message):
        arrays.append(np.load(source, allow_pickle=False))
    return _grown(tree, arrays)


def _flat(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
        arrays.append(np.asarray(value))
        return {"array": len(arrays) - 1, "scalar": isinstance(value, np.generic)}
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_flat(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[str(key), _flat(item, arrays)] for key, item in value.items()]}
    return {"foreign": type(value).__name__}


def _grown(tree: Any, arrays: list[np.ndarray]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        array = arrays[tree["array"]]
        return array[()] if tree["scalar"] else array
    if "dict" in tree:
        return {key: _grown(item, arrays) for key, item in tree["dict"]}
    if "foreign" in tree:
        return Foreign(tree["foreign"])
    kind = tuple if "tuple" in tree else list
    return kind(_grown(item, arrays) for item in next(iter(tree.values())))
