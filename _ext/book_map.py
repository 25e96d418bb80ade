"""The map of the book: every page with a small picture of the trace that it is about.

The map takes the place of ``<div class="book-map"></div>`` in a page. A picture is the matrix of a
trace: one row for each result, one column for each cell that is read, darker for larger numbers.
The order and the parts are those of ``_toc.yml``, the titles those of the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sphinx.application import Sphinx

import cnnlib
from cnnlib.nn import tiny_network

PLACE = '<div class="book-map"></div>'
CONTENTS = Path(__file__).parents[1] / "_toc.yml"
SIDE = 60.0  # of a picture, in units of its drawing


def pictures() -> dict[str, Callable[[], np.ndarray]]:
    """Return, by page, what computes the matrix of its trace."""
    network, x, _ = tiny_network()
    z = network.forward_all(x)[1]
    w = network.layers[0].params["w"]
    wide = np.arange(1, 10.0).reshape(3, 3, 1, 1)
    row, taps = np.arange(1, 9.0).reshape(1, 8, 1), np.array([2.0, -1, 3]).reshape(3, 1, 1)
    field = np.arange(1, 26.0).reshape(1, 5, 5, 1)
    colour = np.arange(1, 19.0).reshape(1, 3, 3, 2)
    two = np.arange(1, 17.0).reshape(2, 2, 2, 2)
    dense = cnnlib.trace_dense(np.ones((1, 4)), network.layers[-1].params["w"])
    batch = cnnlib.trace_dense(np.ones((4, 3)), np.arange(1, 7.0).reshape(3, 2))
    small = cnnlib.trace_conv2d(
        np.arange(9.0).reshape(1, 3, 3, 1), np.arange(1, 5.0).reshape(2, 2, 1, 1)
    )
    delta = np.array([1, 2, 3, 4.0]).reshape(1, 2, 2, 1)
    conv = cnnlib.trace_conv2d(x, w)
    strided = cnnlib.trace_conv2d(field, wide, stride=2)
    up = np.array([1, 2, 3, 4.0]).reshape(1, 2, 2, 1)
    logits = np.array([[2.0, 1, -1]])
    kernels = cnnlib.trace_conv2d(field[:, :4, :4], wide - 5, padding="same")
    won = cnnlib.trace_max_pool2d(z, 2)
    return {
        "one_network": conv.matrix,
        "mlp_deltas": dense.matrix,
        "relu": lambda: cnnlib.trace_relu(z).matrix(),
        "softmax": lambda: np.diag(p := cnnlib.softmax(logits)[0]) - np.outer(p, p),
        "softmax_program": lambda: cnnlib.softmax(np.arange(12.0).reshape(4, 3) % 5),
        "mlp_batches": batch.matrix,
        "weight_sharing": lambda: cnnlib.trace_conv1d(row, taps).matrix(),
        "convolution_1d": lambda: cnnlib.trace_conv1d(row, taps, flip=True).matrix(),
        "convolution_2d": lambda: cnnlib.trace_conv2d(field, wide).matrix(),
        "window_sizes": lambda: cnnlib.trace_conv1d(row, taps, padding="full").matrix(),
        "rot180_full_convolution": lambda: small.backward(delta, "x").matrix(),
        "two_conventions": lambda: cnnlib.trace_conv2d(field, wide, flip=True).matrix(),
        "kernel_gradient": lambda: small.backward(delta, "w").matrix("x"),
        "reversed_gradient": lambda: cnnlib.rot180(
            small.backward(delta, "w").matrix("x").reshape(4, 9, 1, 1)
        )[..., 0, 0],
        "channels": lambda: cnnlib.trace_conv2d(colour, two).matrix(),
        "channel_axes": lambda: cnnlib.trace_conv2d(colour, two).matrix().T,
        "stride": strided.matrix,
        "transposed_convolution": lambda: strided.backward(up, "x").matrix(),
        "pooling": lambda: cnnlib.trace_max_pool2d(z, 2).matrix(),
        "pooling_ties": lambda: cnnlib.trace_max_pool2d(np.minimum(z, 2), 2, ties="split").matrix(),
        "flatten": lambda: cnnlib.trace_flatten(np.ones((1, 2, 2, 2))).matrix(),
        "gradient_checking": lambda: cnnlib.trace_sigmoid(z).matrix(),
        "blind_checks": lambda: small.backward(delta, "w").matrix("delta"),
        "debugging": lambda: cnnlib.trace_conv2d(x, cnnlib.rot180(w)).matrix(),
        "digits": kernels.matrix,
        "digits_learned": lambda: kernels.matrix("w"),
        "one_digit": lambda: won.backward(up, "x").matrix(),
        "fourier_convolution": lambda: np.cos(2 * np.pi * np.outer(range(8), range(8)) / 8),
        "grouped_convolution": lambda: cnnlib.trace_conv2d(
            colour, two[:, :, :1], groups=2
        ).matrix(),
        "batch_norm": lambda: normalised(np.array([1.0, 2, 4, 7, 3, 0])),
        "depth": lambda: np.linalg.matrix_power(np.tril(np.ones((6, 6))) / 3, 3),
        "gradient_at_the_pixel": lambda: conv.matrix().T,
        "autograd": lambda: dense.backward(np.ones((1, 3)), "x").matrix(),
        "graduate": dense.matrix,
        "fast_convolution": lambda: cnnlib.trace_conv2d(field, wide).matrix("w"),
    }


def normalised(x: np.ndarray) -> np.ndarray:
    """Return how each normalised number answers to each number of a batch."""
    rows = [
        cnnlib.batch_norm_backward(e[:, None], x[:, None], np.ones(1)).dx for e in np.eye(x.size)
    ]
    return np.concatenate(rows, axis=1).T


def picture(matrix: np.ndarray) -> str:
    """Return a matrix as a small drawing, in four shades for each sign."""
    rows, columns = matrix.shape
    cell = SIDE / max(rows, columns)
    most = float(np.abs(matrix).max(initial=0)) or 1.0
    shades: dict[tuple[str, int], str] = {}
    for (r, c), value in np.ndenumerate(matrix):
        if value:
            key = "minus" if value < 0 else "plus", int(np.ceil(4 * abs(value) / most))
            shades[key] = f"{shades.get(key, '')}M{c} {r}h.9v.9h-.9z"
    drawn = "".join(
        f'<path class="map-{sign}" opacity="{0.16 + 0.21 * level:.2f}" d="{d}"/>'
        for (sign, level), d in sorted(shades.items())
    )
    size = f'width="{columns * cell:.4g}" height="{rows * cell:.4g}"'
    frame = f'<path class="map-ground" d="M0 0h{columns}v{rows}h-{columns}z"/>'
    box = f'viewBox="0 0 {columns} {rows}" preserveAspectRatio="none" aria-hidden="true"'
    return f"<svg {size} {box}>{frame}{drawn}</svg>"


@cache
def drawn() -> dict[str, str]:
    """Return every picture."""
    return {slug: picture(np.asarray(matrix())) for slug, matrix in pictures().items()}


def book_map(title: Callable[[str], str | None], address: Callable[[str], str]) -> str:
    """Return the map; `title` is None for a page that is not built."""
    parts = []
    for part in yaml.safe_load(CONTENTS.read_text(encoding="utf-8"))["parts"]:
        pages = [entry["file"] for entry in part["chapters"]]
        items = []
        for page in pages:
            if (words := title(page)) is not None:
                look = drawn().get(page.rpartition("/")[2], "")
                link = f'<a href="{escape(address(page))}">{look}<span>{escape(words)}</span></a>'
                items.append(f"<li>{link}</li>")
        if items:
            caption = escape(part["caption"])
            parts.append(f"<h3>{caption}</h3><ul>{''.join(items)}</ul>")
    return f'<div class="book-map">{"".join(parts)}</div>'


def place_map(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Put the map where a page asks for it."""
    if PLACE not in context.get("body", ""):
        return
    titles = app.env.titles

    def title(there: str) -> str | None:
        return titles[there].astext() if there in titles else None

    made = book_map(title, context["pathto"])
    context["body"] = context["body"].replace(PLACE, made)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the map to Sphinx."""
    app.connect("html-page-context", place_map)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
