"""Small damages to bytes and to JSON, drawn at random: what careless and hostile files hold."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

NUMBERS = [0, -1, 1, 2, 3, 255, 2**16, 2**31, 2**32, 2**63, 10**30, 10**400, 0.5, 1e308, -1e-308]
WORDS = ["", "x", "w", "z", "n", "i", "a", "__proto__", "constructor", "winner", "first", "\0", "ü"]
SHAPES: list[Any] = [[], {}, None, True, False, [0], [[]], {"axes": {}}, {"share": []}, [None, 0]]


def damaged_json(text: str, rng: random.Random) -> str:
    """Change one to three places of a JSON text, or break the text itself."""
    if rng.random() < 0.1:
        return damaged_bytes(text.encode(), rng).decode("utf-8", "replace")
    state = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        state = _changed(state, rng)
    return json.dumps(state)


def _changed(state: Any, rng: random.Random) -> Any:
    """Return the value with one place deep inside replaced, deleted or doubled."""
    places = list(_places(state))
    if not places:
        return _junk(rng)
    parent, key = rng.choice(places)
    kind = rng.random()
    if kind < 0.7:
        parent[key] = _junk(rng)
    elif kind < 0.85:
        del parent[key]
    elif isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[key]))
    else:
        parent[rng.choice(WORDS)] = copy.deepcopy(parent[key])
    return state


def _places(value: Any) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(pairs):
        yield value, key
        if isinstance(child, dict | list):
            yield from _places(child)


def _junk(rng: random.Random) -> Any:
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(NUMBERS)
    return copy.deepcopy(rng.choice(WORDS if kind < 0.75 else SHAPES))


def damaged_bytes(content: bytes, rng: random.Random) -> bytes:
    """Flip, cut, insert or repeat bytes."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0 and place < len(data):
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[place : place + rng.choice([1, 4, 64, len(data)])]
        elif kind == 2:
            data[place:place] = rng.choice([b"\xff" * 8, b"[" * 500, b"\0" * 4, b"9" * 30])
        else:
            data[place:place] = data[place : place + 40]
    return bytes(data)
