"""Convolution geometries that leave no axis, remainder or margin to coincidence.

H != W, kernel rows != kernel columns and C_in != C_out wherever that is possible, so that a
swapped axis changes a shape or a number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnlib.ops._window import Window


class Geometry(NamedTuple):
    """Shapes of x and w, and the keyword arguments of the call."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    options: dict[str, Any]

    @property
    def groups(self) -> int:
        """Into how many parts the channels are cut."""
        return int(self.options.get("groups", 1))

    @property
    def numbers(self) -> dict[str, Any]:
        """Stride, margins and dilation, one entry for each axis, as the oracles want them."""
        axes = len(self.w) - 2
        given = {"stride": 1, "padding": 0, "dilation": 1} | self.options
        slides = {key: given[key] for key in ("stride", "padding", "dilation")}
        window = Window.of(self.w[:axes], **slides, axes=axes)
        return {"stride": window.stride, "edges": window.padding, "dilation": window.dilation}


CONV2D = {
    "plain": Geometry((2, 5, 4, 2), (3, 2, 2, 3), {}),
    "one_by_one_kernel": Geometry((2, 3, 4, 3), (1, 1, 3, 2), {}),
    "one_by_one_kernel_with_stride_and_padding": Geometry(
        (1, 4, 5, 2), (1, 1, 2, 3), {"stride": (3, 2), "padding": (1, 2)}
    ),
    "kernel_as_large_as_the_input": Geometry((2, 3, 4, 2), (3, 4, 2, 3), {}),
    "row_kernel": Geometry((1, 4, 6, 2), (1, 3, 2, 1), {"padding": (0, 1)}),
    "column_kernel": Geometry((1, 6, 4, 1), (4, 1, 1, 2), {"stride": (2, 1)}),
    "padding": Geometry((2, 4, 5, 2), (3, 3, 2, 3), {"padding": 1}),
    "padding_by_axis": Geometry((1, 4, 3, 2), (3, 2, 2, 3), {"padding": (2, 1)}),
    "padding_by_side": Geometry((1, 4, 3, 2), (2, 3, 2, 3), {"padding": ((0, 2), (3, 1))}),
    "padding_beyond_the_kernel": Geometry(
        (1, 3, 2, 1), (2, 1, 1, 2), {"padding": ((3, 0), (1, 4))}
    ),
    "same_odd": Geometry((1, 4, 5, 2), (3, 5, 2, 1), {"padding": "same"}),
    "same_even": Geometry((2, 4, 5, 2), (2, 4, 2, 3), {"padding": "same"}),
    "same_even_dilated": Geometry(
        (1, 5, 4, 1), (4, 2, 1, 2), {"padding": "same", "dilation": (1, 3)}
    ),
    "valid": Geometry((1, 4, 5, 2), (2, 3, 2, 1), {"padding": "valid", "stride": (1, 2)}),
    "full": Geometry((2, 2, 3, 2), (3, 2, 2, 3), {"padding": "full"}),
    "full_strided_dilated": Geometry(
        (1, 3, 4, 1), (3, 2, 1, 2), {"padding": "full", "stride": (2, 3), "dilation": (1, 2)}
    ),
    "stride_divides": Geometry((2, 5, 7, 2), (3, 3, 2, 1), {"stride": 2}),
    "stride_leaves_cells_uncovered": Geometry((2, 6, 8, 2), (3, 3, 2, 1), {"stride": (2, 3)}),
    "stride_above_the_kernel": Geometry((1, 7, 9, 1), (2, 1, 1, 2), {"stride": (3, 4)}),
    "stride_and_padding_with_remainder": Geometry(
        (1, 6, 7, 2), (3, 2, 2, 2), {"stride": (4, 2), "padding": ((1, 0), (0, 2))}
    ),
    "dilation": Geometry((1, 7, 6, 2), (3, 2, 2, 1), {"dilation": (2, 3)}),
    "windows_that_see_padding_alone": Geometry(
        (1, 5, 4, 1), (1, 2, 1, 2), {"stride": (10, 2), "padding": ((5, 0), (1, 0))}
    ),
    "everything": Geometry(
        (2, 8, 7, 2),
        (2, 3, 2, 3),
        {"stride": (3, 2), "padding": ((2, 1), (0, 3)), "dilation": (3, 2)},
    ),
    "dilation_with_overlap_and_stride": Geometry(
        (2, 9, 11, 1), (3, 4, 1, 2), {"dilation": (1, 2), "stride": (2, 3), "padding": (1, 2)}
    ),
    # From eight channels on, the gradients take another way.
    "deep": Geometry((2, 5, 4, 8), (3, 2, 8, 3), {}),
    "deep_with_margins_beyond_the_kernel": Geometry(
        (1, 5, 4, 8), (2, 3, 8, 2), {"padding": ((2, 0), (1, 3))}
    ),
    "deep_stride": Geometry((2, 7, 6, 8), (3, 2, 8, 3), {"stride": (2, 3), "padding": (1, 0)}),
    "deep_stride_above_the_kernel": Geometry((1, 9, 8, 8), (2, 1, 8, 2), {"stride": (3, 2)}),
    "deep_stride_and_dilation": Geometry(
        (1, 11, 14, 8),
        (3, 4, 8, 2),
        {"stride": (4, 3), "padding": ((2, 1), (0, 3)), "dilation": (2, 3)},
    ),
    "deep_dilated_same": Geometry((1, 4, 5, 9), (2, 3, 9, 2), {"padding": "same", "dilation": 2}),
}

# Channels in groups: w is (KH, KW, C_in // groups, C_out).
GROUPED = {
    "two_groups": Geometry((2, 5, 4, 4), (3, 2, 2, 6), {"groups": 2}),
    "depthwise": Geometry((1, 5, 6, 3), (2, 3, 1, 3), {"groups": 3, "padding": (0, 1)}),
    "depthwise_twice_as_deep": Geometry((2, 4, 5, 2), (3, 2, 1, 4), {"groups": 2, "stride": 2}),
    "groups_and_everything": Geometry(
        (2, 8, 7, 6),
        (2, 3, 2, 9),
        {"groups": 3, "stride": (3, 2), "padding": ((2, 1), (0, 3)), "dilation": (3, 2)},
    ),
    "deep_groups": Geometry((1, 4, 5, 16), (3, 2, 8, 6), {"groups": 2, "padding": (1, 0)}),
}

GROUPED_1D = {
    "two_groups": Geometry((2, 6, 4), (3, 2, 6), {"groups": 2, "stride": 2, "padding": (1, 2)}),
    "depthwise": Geometry((1, 5, 3), (2, 1, 3), {"groups": 3, "dilation": 2}),
}

# Input, kernel (KH, KW, C_out, C_in) and options of a transposed convolution.
TRANSPOSED = {
    "plain": Geometry((2, 3, 4, 3), (2, 3, 2, 3), {}),
    "stride": Geometry((2, 3, 2, 2), (3, 2, 1, 2), {"stride": (2, 3)}),
    "open_end": Geometry((1, 3, 4, 2), (3, 2, 3, 2), {"stride": (3, 2), "output_padding": (2, 1)}),
    "padding_by_side": Geometry(
        (1, 4, 3, 1), (3, 3, 2, 1), {"stride": 2, "padding": ((1, 0), (0, 2)), "output_padding": 1}
    ),
    "open_end_of_a_dilation": Geometry(
        (1, 2, 3, 2), (2, 3, 1, 2), {"stride": (1, 2), "dilation": (3, 4), "output_padding": (2, 3)}
    ),
    "stride_above_the_kernel": Geometry((2, 3, 2, 1), (1, 2, 2, 1), {"stride": (3, 4)}),
    "deep": Geometry((1, 4, 5, 2), (3, 2, 8, 2), {"padding": (1, 0)}),
}

CONV1D = {
    "plain": Geometry((2, 6, 2), (3, 2, 3), {}),
    "one_tap": Geometry((2, 4, 3), (1, 3, 2), {}),
    "kernel_as_long_as_the_input": Geometry((2, 4, 2), (4, 2, 3), {}),
    "padding_by_side": Geometry((1, 4, 2), (3, 2, 1), {"padding": (0, 3)}),
    "same_even": Geometry((1, 5, 1), (4, 1, 2), {"padding": "same"}),
    "full": Geometry((1, 2, 2), (3, 2, 1), {"padding": "full"}),
    "stride_leaves_cells_uncovered": Geometry((2, 8, 1), (3, 1, 2), {"stride": 3}),
    "stride_above_the_kernel": Geometry((1, 9, 2), (2, 2, 1), {"stride": 4, "padding": 1}),
    "everything": Geometry((2, 9, 2), (3, 2, 3), {"stride": 2, "padding": (3, 1), "dilation": 3}),
    "deep": Geometry((2, 6, 8), (3, 8, 3), {"padding": "same"}),
}

# Input shape, kernel, and keyword arguments of a pooling.
POOL: dict[str, tuple[tuple[int, ...], Any, dict[str, Any]]] = {
    "tiles": ((2, 4, 6, 2), 2, {}),
    "tiles_with_leftovers": ((2, 5, 7, 3), (2, 3), {}),
    "single_cells": ((1, 3, 2, 2), 1, {}),
    "overlap": ((1, 5, 4, 2), 3, {"stride": 1}),
    "overlap_by_axis": ((2, 6, 5, 1), (3, 2), {"stride": (2, 1)}),
    "gaps": ((1, 7, 8, 2), (2, 1), {"stride": (3, 2)}),
    "padding": ((1, 4, 5, 2), 3, {"stride": 2, "padding": 1}),
    "padding_by_side": ((1, 4, 5, 2), (2, 3), {"stride": (1, 2), "padding": ((1, 0), (0, 1))}),
    "same_even": ((1, 3, 4, 2), (2, 4), {"stride": 1, "padding": "same"}),
    "window_as_large_as_the_input": ((2, 3, 4, 1), (3, 4), {}),
}


def pool_numbers(kernel_size: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Kernel, stride and margins of a pooling, one entry for each axis."""
    given = {"stride": kernel_size, "padding": 0} | options
    window = Window.of(kernel_size, **given, dilation=1)
    return {"kernel": window.kernel, "stride": window.stride, "edges": window.padding}
