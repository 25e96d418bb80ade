"""Right and wrong ways to write ``avg_pool2d_backward``."""

from __future__ import annotations

from tests.check.edits import function

LOOPS = """
def avg_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p, (n, h, w, c) = padding, x.shape
    dxp = np.zeros((n, h + 2 * p, w + 2 * p, c))
    for m in range(n):
        for i in range(delta.shape[1]):
            for j in range(delta.shape[2]):
                for k in range(c):
                    rows, cols = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
                    dxp[m, rows, cols, k] += delta[m, i, j, k] / (kh * kw)
    dx = dxp[:, p:p + h, p:p + w]
    return dx
"""

TAPS = """
def avg_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sh, sw = (stride or kh, stride or kw)
    p, (n, h, w, c) = padding, x.shape
    dxp = np.zeros((n, h + 2 * p, w + 2 * p, c))
    for a in range(kh):
        for b in range(kw):
            rows = slice(a, a + (delta.shape[1] - 1) * sh + 1, sh)
            cols = slice(b, b + (delta.shape[2] - 1) * sw + 1, sw)
            dxp[:, rows, cols] += delta
    return dxp[:, p:p + h, p:p + w] / (kh * kw)
"""

# Square windows alone, and no word on any others.
CONVOLUTION = """
def avg_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    k, s = kernel_size, stride or kernel_size
    wide = np.zeros((len(x), x.shape[1] + 2 * padding, x.shape[2] + 2 * padding, x.shape[3]))
    wide[:, :delta.shape[1] * s:s, :delta.shape[2] * s:s] = delta
    before = np.pad(wide, ((0, 0), (k - 1, 0), (k - 1, 0), (0, 0)))
    dxp = cnnlib.conv2d(before, np.eye(x.shape[3]) * np.ones((k, k, 1, 1)) / k**2)
    return dxp[:, padding:padding + x.shape[1], padding:padding + x.shape[2]]
"""

EINSUM = """
def avg_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    k = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    s = k if stride is None else (stride,) * 2
    def seen(axis):
        start = np.arange(delta.shape[axis])[:, None] * s[axis - 1] - padding
        cell = np.arange(x.shape[axis])
        return ((cell >= start) & (cell < start + k[axis - 1])) / k[axis - 1]
    return np.einsum("nijc,iu,jv->nuvc", delta, seen(1), seen(2))
"""

SOURCES = {"loops": LOOPS, "tap by tap": TAPS, "convolution": CONVOLUTION, "einsum": EINSUM}
CORRECT = {label: function(source) for label, source in SOURCES.items()}
CORRECT |= {
    "from float32": lambda d, x, k, **o: CORRECT["loops"](d.astype("f"), x.astype("f"), k, **o),
    "lists of numbers": lambda d, x, k, **o: CORRECT["loops"](d, x, k, **o).tolist(),
}

# label: (source, edits, cause)
EDITS = {
    "not divided": (LOOPS, [(" / (kh * kw)", "")], "average-not-divided"),
    "divided by the rows": (LOOPS, [(" / (kh * kw)", " / kh")], "average-wrong-count"),
    "divided by a square": (TAPS, [(" / (kh * kw)", " / kh**2")], "average-wrong-count"),
    "divided by rows + columns": (LOOPS, [("kh * kw", "kh + kw")], "average-wrong-count"),
    "divided by the channels too": (LOOPS, [("kh * kw", "kh * kw * c")], "average-wrong-count"),
    "divided by the stride": (LOOPS, [("/ (kh * kw)", "/ (sh * sw)")], "average-wrong-count"),
    "divided by the cells inside": (
        LOOPS,
        [
            (
                "/ (kh * kw)",
                "/ np.pad(np.ones((h, w)), p)[rows, cols].sum()",
            )
        ],
        "padding-not-counted",
    ),
    "overlaps averaged": (
        LOOPS,
        [
            ("    dxp = np", "    dxp, seen = np.zeros((n, h + 2 * p, w + 2 * p, c)), np"),
            ("/ (kh * kw)", "/ (kh * kw); seen[m, rows, cols, k] += 1"),
            ("    dx = dxp[", "    dx = (dxp / np.maximum(seen, 1))["),
        ],
        "overlap-averaged",
    ),
    "= for +=": (LOOPS, [("+=", "=")], "overwritten"),
    "= for += tap by tap": (TAPS, [("+=", "=")], "overwritten"),
    "stride ignored": (LOOPS, [("i * sh", "i"), ("j * sw", "j")], "pool-stride"),
    "stride taken for the kernel's": (
        LOOPS,
        [("if stride is None", "if True")],
        "pool-stride",
    ),
    "padding not cropped": (LOOPS, [("dxp[:, p:p + h, p:p + w]", "dxp")], "padding-not-cropped"),
    "padding cropped at one end": (
        LOOPS,
        [("p:p + h, p:p + w", ":h, :w")],
        "padding-not-cropped",
    ),
    "[p:-p] with p = 0": (LOOPS, [("p:p + h, p:p + w", "p:-p, p:-p")], "empty-slice"),
    "shape of the windows": (
        LOOPS,
        [
            (
                "return dx",
                "return dx[:, :(delta.shape[1] - 1) * sh + kh - p, "
                ":(delta.shape[2] - 1) * sw + kw - p]",
            )
        ],
        "uncovered-rows-lost",
    ),
    "result transposed": (
        LOOPS,
        [("return dx", "return dx.swapaxes(1, 2)")],
        "rows-columns-swapped",
    ),
    "delta ignored": (LOOPS, [("delta[m, i, j, k] /", "1 /")], "delta-ignored"),
    "delta rotated": (LOOPS, [("[m, i, j, k] /", "[m, -1 - i, -1 - j, k] /")], "delta-rotated"),
    "delta transposed": (LOOPS, [("[m, i, j, k] /", "[m, j, i, k] /")], "delta-transposed"),
    "only the first channel's delta": (LOOPS, [("j, k] /", "j, 0] /")], "channels-mixed"),
    "one channel": (LOOPS, [("range(c)", "range(1)")], "channels-missed"),
    "one example": (LOOPS, [("range(n)", "range(1)")], "first-example-only"),
    "a window too few": (
        LOOPS,
        [("range(delta.shape[1])", "range(delta.shape[1] - 1)")],
        "windows-missed",
    ),
    "a cell too few": (LOOPS, [("i * sh + kh)", "i * sh + kh - 1)")], "cells-missed"),
    "shifted": (
        LOOPS,
        [("slice(i * sh, i * sh + kh)", "slice(i * sh + 1, i * sh + kh + 1)")],
        "shifted-by-one",
    ),
    "1/m": (LOOPS, [("return dx", "return dx / n")], "divided-by-batch"),
    "sign": (LOOPS, [("return dx", "return -dx")], "sign-flipped"),
    "times x": (
        LOOPS,
        [
            ("    dxp = np", "    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))\n    dxp = np"),
            ("/ (kh", "* xp[m, rows, cols, k] / (kh"),
        ],
        "value-for-slope",
    ),
    "in place": (LOOPS, [("    dxp", "    delta /= kh * kw\n    dxp")], "input-modified"),
    "whole numbers": (LOOPS, [("p, c))", "p, c), x.dtype)")], "integer-accumulator"),
    "returns None": (LOOPS, [("return dx", "dx")], "returns-nothing"),
    "returns a pair": (LOOPS, [("return dx", "return dx, dxp[:1, :1]")], "wrong-tuple"),
    "repeated": (
        LOOPS,
        [
            (
                "return dx",
                "return (delta / (kh * kw)).repeat(kh, axis=1).repeat(kw, axis=2)",
            )
        ],
        "windows-tiled",
    ),
    "mean of the channels": (
        LOOPS,
        [("delta[m, i, j, k] /", "delta[m, i, j].mean() /")],
        "channels-mixed",
    ),
    "the way forward": (
        LOOPS,
        [("return dx", "return cnnlib.avg_pool2d(x, kernel_size, stride=stride, padding=p)")],
        "returns-value",
    ),
    "maximum": (
        LOOPS,
        [
            ("    dxp = np", "    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))\n    dxp = np"),
            ("/ (kh * kw)", "* (xp[m, rows, cols, k] == xp[m, rows, cols, k].max())"),
        ],
        "maximum-for-average",
    ),
    "cnnlib's own": (
        LOOPS,
        [("return dx", "return cnnlib.avg_pool2d_backward(delta, x, kernel_size)")],
        "uses-cnnlib",
    ),
    "two at once": (
        LOOPS,
        [("+=", "="), (" / (kh * kw)", "")],
        ("average-not-divided", "overwritten"),
    ),
}
PLANTED = {
    label: (
        function(source, *edits),
        {"dx": (cause,) if isinstance(cause, str) else cause},
    )
    for label, (source, edits, cause) in EDITS.items()
}
