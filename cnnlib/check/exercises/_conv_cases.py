"""The cases of the convolution exercises: asymmetric, each adding one difficulty.

No two sizes of a case agree without need. Where a transposed delta, a transposed kernel or swapped
channels would otherwise crash, one case has a square output, a square kernel, or as many filters as
channels, so that the wrong numbers can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnlib.check.exercise import Array, Case
from cnnlib.check.window import USUAL
from cnnlib.ops._window import Window

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Geometry:
    """The sizes of one case; ``size`` and ``kernel`` have an entry for each axis of space."""

    adds: str
    n: int
    size: Sizes
    c_in: int
    c_out: int
    kernel: Sizes
    options: dict[str, int | tuple[int, int]] = field(default_factory=dict)

    @property
    def out(self) -> Sizes:
        """Number of windows along each axis."""
        options = {name: self.options.get(name, usual) for name, usual in USUAL.items()}
        window = Window.of(self.kernel, **options, axes=len(self.size))
        return window.output_size(self.size)

    def arrays(self, seed: int, number: int) -> dict[str, Array]:
        """Draw the numbers."""
        rng = np.random.default_rng([seed, number])
        x: Array = rng.normal(size=(self.n, *self.size, self.c_in))
        w: Array = rng.normal(size=(*self.kernel, self.c_in, self.c_out))
        if self.adds.startswith("whole-number"):
            x, w = rng.integers(0, 10, x.shape), rng.integers(-4, 5, w.shape)
        delta = rng.normal(size=(self.n, *self.out, self.c_out))
        return {"delta": delta, "x": x, "w": w, "b": rng.normal(size=self.c_out)}

    def case(self, **arguments: object) -> Case:
        """Return the case with these arguments."""
        pair = any(isinstance(value, tuple) for value in self.options.values())
        options = {"stride": 1, "padding": 0, **self.options}
        return Case(self.adds, arguments, options, may_refuse=pair)


IMAGES = (
    Geometry("one image, one channel", 1, (4, 5), 1, 1, (2, 3)),
    Geometry("several channels and filters", 1, (5, 4), 2, 3, (3, 2)),
    Geometry("a batch", 3, (4, 6), 2, 4, (2, 3)),
    Geometry("as many filters as channels, a square kernel", 2, (5, 6), 3, 3, (2, 2)),
    Geometry("padding", 2, (4, 5), 2, 3, (3, 2), {"padding": 1}),
    Geometry("a stride", 2, (5, 7), 2, 3, (3, 3), {"stride": 2}),
    Geometry("a stride that leaves rows over", 2, (6, 8), 3, 2, (3, 3), {"stride": 2}),
    Geometry(
        "stride, padding and rows left over", 3, (7, 6), 2, 3, (2, 3), {"stride": 3, "padding": 1}
    ),
    Geometry("a stride larger than the kernel", 2, (8, 7), 1, 2, (2, 1), {"stride": 3}),
    Geometry("whole-number pixels", 2, (4, 5), 2, 3, (2, 3), {"padding": 1}),
    Geometry("dilation", 2, (6, 7), 2, 3, (2, 3), {"dilation": 2}),
    # Sizes for which windows fit in swapped steps too, so that the wrong numbers can be seen.
    Geometry("a stride for each axis", 2, (6, 9), 2, 3, (3, 2), {"stride": (2, 3)}),
    Geometry("a padding for each axis", 2, (5, 6), 2, 3, (2, 3), {"stride": 3, "padding": (1, 0)}),
)

SEQUENCES = (
    Geometry("one sequence, one channel", 1, (6,), 1, 1, (3,)),
    Geometry("several channels and filters", 1, (5,), 2, 3, (2,)),
    Geometry("a batch", 3, (7,), 2, 4, (3,)),
    Geometry("as many filters as channels", 2, (6,), 3, 3, (2,)),
    Geometry("padding", 2, (5,), 2, 3, (4,), {"padding": 2}),
    Geometry("a stride", 2, (7,), 2, 3, (3,), {"stride": 2}),
    Geometry("a stride that leaves cells over", 2, (9,), 3, 2, (3,), {"stride": 4}),
    Geometry(
        "stride, padding and cells left over", 3, (9,), 2, 4, (2,), {"stride": 4, "padding": 1}
    ),
    Geometry("a stride larger than the kernel", 2, (8,), 1, 2, (2,), {"stride": 3}),
    Geometry("whole-number samples", 2, (6,), 2, 3, (3,), {"padding": 1}),
    Geometry("dilation", 2, (8,), 2, 3, (3,), {"dilation": 2}),
)
