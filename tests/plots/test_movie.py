"""A pass in a file: one picture a step, whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnnlib import plots, trace_conv2d
from cnnlib.widgets import TraceView


def view(direction: str) -> TraceView:
    rng = np.random.default_rng(0)
    x, w = rng.integers(-4, 5, (1, 3, 4, 1)), rng.integers(-4, 5, (2, 3, 1, 1))
    return TraceView(trace_conv2d(x, w), direction=direction)


@pytest.mark.parametrize(
    ("direction", "steps"), [("forward", 4), ("dx-scatter", 4), ("dx-gather", 12), ("dw", 6)]
)
def test_a_pass_is_saved_step_by_step(tmp_path, direction, steps):
    path = view(direction).save(tmp_path / "pass.gif", seconds=0.5)
    with Image.open(path) as movie:
        assert movie.n_frames == steps
        assert movie.info["duration"] == 500
        frames = set()
        for k in range(steps):
            movie.seek(k)
            frames.add(movie.convert("L").tobytes())
    assert len(frames) == steps
    assert [file.name for file in tmp_path.iterdir()] == ["pass.gif"]


def test_what_cannot_be_written_is_said_before_anything_is_drawn(tmp_path):
    with pytest.raises(ValueError, match=r"cannot write 'pass.psd'"):
        view("dw").save(tmp_path / "pass.psd")
    with pytest.raises(ValueError, match=r"seconds must be above 0, got 0"):
        plots.save_movie(view("dw").trace, tmp_path / "pass.gif", seconds=0)
    assert not list(tmp_path.iterdir())
