"""Values arrive as they were sent, and nothing that arrives is ever run."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from homework.grader import wire


def test_arrays_numbers_text_and_their_containers_arrive_unchanged(
    rng: np.random.Generator,
) -> None:
    arrays = [rng.normal(size=(2, 3)), np.arange(4), np.zeros((0, 2)), np.float32(1.5)]
    value = ({"a": arrays[0], "b": [1, None, "δ"]}, arrays[1:], True, float("inf"))
    back = wire.unpack(wire.pack(value))
    assert type(back) is tuple
    assert back[0]["b"] == [1, None, "δ"]
    assert back[2:] == (True, float("inf"))
    for sent, got in zip(arrays, [back[0]["a"], *back[1]], strict=True):
        assert got.dtype == sent.dtype
        assert np.array_equal(got, sent)


def test_what_the_wire_does_not_carry_arrives_as_the_name_of_its_type() -> None:
    objects = np.array([object()])
    back = wire.unpack(wire.pack([lambda: None, objects, {1, 2}]))
    assert [item.type_name for item in back] == ["function", "ndarray", "set"]


def test_a_pickle_is_not_read() -> None:
    with pytest.raises(ValueError, match="pickle"):
        wire.unpack(pickle.dumps([1, 2]))
