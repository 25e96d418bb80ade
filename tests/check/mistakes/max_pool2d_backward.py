"""Right and wrong ways to write ``max_pool2d_backward``."""

from __future__ import annotations

from tests.check.edits import function

LOOPS = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p, (n, h, w, c) = padding, x.shape
    xp = np.pad(x.astype(float), ((0, 0), (p, p), (p, p), (0, 0)), constant_values=-np.inf)
    dxp = np.zeros(xp.shape)
    for m in range(n):
        for i in range(delta.shape[1]):
            for j in range(delta.shape[2]):
                for k in range(c):
                    seen = xp[m, i * sh:i * sh + kh, j * sw:j * sw + kw, k]
                    a, b = divmod(int(seen.argmax()), seen.shape[1])
                    dxp[m, i * sh + a, j * sw + b, k] += delta[m, i, j, k]
    dx = dxp[:, p:p + h, p:p + w]
    return dx
"""

# Window after window, with a mask that keeps the first of several winners.
MASK = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    sh, sw = (kh, kw) if stride is None else np.broadcast_to(stride, 2)
    p, (n, h, w, c) = padding, x.shape
    xp = np.full((n, h + 2 * p, w + 2 * p, c), -np.inf)
    xp[:, p:p + h, p:p + w] = x
    dxp = np.zeros(xp.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            rows, cols = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            seen = xp[:, rows, cols].reshape(n, -1, c)
            mask = seen == seen.max(axis=1, keepdims=True)
            mask = mask & (mask.cumsum(axis=1) == 1)
            dxp[:, rows, cols] += delta[:, i:i + 1, j:j + 1] * mask.reshape(n, kh, kw, c)
    return dxp[:, p:p + h, p:p + w]
"""

# All windows at once: an index array and np.add.at.
INDEX = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    k = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    s = k if stride is None else (stride,) * 2
    p, (n, h, w, c) = padding, x.shape
    frame = ((0, 0), (p, p), (p, p), (0, 0))
    xp = np.pad(x.astype(float), frame, constant_values=-np.inf)
    view = np.lib.stride_tricks.sliding_window_view(xp, k, (1, 2))[:, ::s[0], ::s[1]]
    place = view.reshape(*delta.shape, -1).argmax(axis=4)
    m, i, j, ch = np.indices(delta.shape)
    dxp = np.zeros(xp.shape)
    np.add.at(dxp, (m, i * s[0] + place // k[1], j * s[1] + place % k[1], ch), delta)
    return dxp[:, p:p + h, p:p + w]
"""

# Tap after tap, and each window cut to the image.
CUT = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    step = size if stride is None else (stride, stride)
    dx = np.zeros(x.shape)
    for m, i, j, k in np.ndindex(*delta.shape):
        top, left = i * step[0] - padding, j * step[1] - padding
        best, winner = None, None
        for r in range(max(top, 0), min(top + size[0], x.shape[1])):
            for q in range(max(left, 0), min(left + size[1], x.shape[2])):
                if best is None or x[m, r, q, k] > best:
                    best, winner = x[m, r, q, k], (m, r, q, k)
        dx[winner] += delta[m, i, j, k]
    return dx
"""

# Takes square windows alone, with all policies for ties.
TIES = """
def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0, ties="first"):
    k, s, p = kernel_size, stride or kernel_size, padding
    n, h, w, c = x.shape
    xp = np.full((n, h + 2 * p, w + 2 * p, c), -np.inf)
    xp[:, p:p + h, p:p + w] = x
    dxp = np.zeros(xp.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            here = (slice(None), slice(i * s, i * s + k), slice(j * s, j * s + k))
            won = 1.0 * (xp[here] == xp[here].max(axis=(1, 2), keepdims=True))
            if ties == "split":
                won /= won.sum(axis=(1, 2), keepdims=True)
            if ties == "first":
                flat = won.reshape(n, k * k, c)
                won = (flat * (flat.cumsum(axis=1) == 1)).reshape(won.shape)
            dxp[here] += delta[:, i, j][:, None, None] * won
    return dxp[:, p:p + h, p:p + w]
"""

SOURCES = {"loops": LOOPS, "mask": MASK, "np.add.at": INDEX, "cut": CUT, "all policies": TIES}
CORRECT = {label: function(source) for label, source in SOURCES.items()}
CORRECT |= {
    "from float32": lambda d, x, k, **o: CORRECT["all policies"](
        d.astype("f"), x.astype("f"), k, **o
    ),
    "lists of numbers": lambda d, x, k, *, stride=None, padding=0: CORRECT["cut"](
        d, x, k, stride=stride, padding=padding
    ).tolist(),
}

EQUAL, CLOSE = (
    "seen == seen.max(axis=1, keepdims=True)",
    "np.isclose(seen, seen.max(axis=1, keepdims=True))",
)
CROPPED = "dxp[:, p:p + h, p:p + w]"
KEEP_FIRST = "            mask = mask & (mask.cumsum(axis=1) == 1)\n"
SHARED = "            mask = mask / mask.sum(axis=1, keepdims=True)\n"
# label: (function, remarks): right, and worth a word
CONVENTIONS = {
    "split": (function(MASK, (KEEP_FIRST, SHARED)), ("ties-split",)),
    "last": (function(CUT, ("> best", ">= best")), ("ties-last",)),
    "split unless asked": (function(TIES, ('ties="first"', 'ties="split"')), ("ties-split",)),
    "first": (CORRECT["loops"], ()),
}

ADDED = "dxp[m, i * sh + a, j * sw + b, k] += delta[m, i, j, k]"
SEEN = "xp[m, i * sh:i * sh + kh, j * sw:j * sw + kw, k]"
# label: (source, edits, cause)
EDITS = {
    "all paid": (MASK, [(KEEP_FIRST, "")], "ties-all-paid"),
    "all paid, whatever is asked": (
        TIES,
        [('ties == "split"', "False"), ('ties == "first"', "False")],
        "ties-all-paid",
    ),
    "first, whatever is asked": (
        TIES,
        [('ties == "split"', "False"), ('ties == "first"', "True")],
        "tie-policy",
    ),
    "split, whatever is asked": (
        TIES,
        [('ties == "split"', "True"), ('ties == "first"', "False")],
        "tie-policy",
    ),
    "isclose": (
        MASK,
        [
            (EQUAL, CLOSE),
            (KEEP_FIRST, ""),
        ],
        "false-tie",
    ),
    "isclose, shared": (
        MASK,
        [
            (EQUAL, CLOSE),
            (KEEP_FIRST, SHARED),
        ],
        "false-tie",
    ),
    "= for +=": (LOOPS, [("+= delta", "= delta")], "overwritten"),
    "= for += in a mask": (MASK, [("cols] +=", "cols] =")], "overwritten"),
    "index arrays forget": (
        INDEX,
        [
            ("np.add.at(dxp, (", "dxp["),
            ("% k[1], ch), delta)", "% k[1], ch] += delta"),
        ],
        "overwritten",
    ),
    "stride ignored": (LOOPS, [("i * sh", "i"), ("j * sw", "j")], "pool-stride"),
    "stride ignored where delta goes": (
        LOOPS,
        [("i * sh + a, j * sw + b", "i + a, j + b")],
        "pool-stride",
    ),
    "corner forgotten": (
        LOOPS,
        [("i * sh + a, j * sw + b", "a, b")],
        "window-corner",
    ),
    "padding not cropped": (LOOPS, [("dxp[:, p:p + h, p:p + w]", "dxp")], "padding-not-cropped"),
    "padding cropped at one end": (
        LOOPS,
        [("p:p + h, p:p + w", ":h, :w")],
        "padding-not-cropped",
    ),
    "[p:-p] with p = 0": (LOOPS, [("p:p + h, p:p + w", "p:-p, p:-p")], "empty-slice"),
    "zeros as padding": (LOOPS, [(", constant_values=-np.inf", "")], "padding-wins"),
    "padding ignored": (CUT, [(" - padding", "")], "padding-ignored"),
    "search starts at 0": (
        CUT,
        [
            ("best, winner = None, None", "best, winner = 0, (m, max(top, 0), max(left, 0), k)"),
            ("best is None or ", ""),
        ],
        "search-starts-at-0",
    ),
    "negative windows without a winner": (
        MASK,
        [("seen.max(axis=1, keepdims=True)", "seen.max(axis=1, keepdims=True, initial=0)")],
        "search-starts-at-0",
    ),
    "smallest": (
        LOOPS,
        [("argmax", "argmin"), ("-np.inf", "np.inf")],
        "smallest-wins",
    ),
    "largest without sign": (
        LOOPS,
        [("seen.argmax", "np.where(np.isinf(seen), 0, abs(seen)).argmax")],
        "largest-magnitude-wins",
    ),
    "row and column swapped": (
        LOOPS,
        [("i * sh + a, j * sw + b", "i * sh + b, j * sw + a")],
        "rows-columns-swapped",
    ),
    "rows of the wrong length": (
        LOOPS,
        [("seen.shape[1])", "seen.shape[0])")],
        "rows-columns-swapped",
    ),
    "channels share the winner of the first": (
        LOOPS,
        [(SEEN, SEEN.replace(", k]", ", 0]"))],
        "channels-share-winner",
    ),
    "channels share the winner of their sum": (
        LOOPS,
        [(SEEN, SEEN.replace(", k]", "].sum(axis=2)"))],
        "channels-share-winner",
    ),
    "channels share one maximum": (
        MASK,
        [("seen.max(axis=1, keepdims=True)", "seen.max(axis=(1, 2), keepdims=True)")],
        "channels-share-winner",
    ),
    "winners of the first example": (
        LOOPS,
        [(SEEN, SEEN.replace("[m", "[0"))],
        "examples-share-winner",
    ),
    "largest of the image": (
        MASK,
        [("seen.max(axis=1, keepdims=True)", "xp.max(axis=(1, 2))[:, None]")],
        "one-winner-for-all",
    ),
    "averaged": (MASK, [("mask.reshape(n, kh, kw, c)", "1 / (kh * kw)")], "average-for-maximum"),
    "everybody paid": (
        MASK,
        [("mask.reshape(n, kh, kw, c)", "np.ones((kh, kw, 1))")],
        "every-cell-paid",
    ),
    "winner divided": (LOOPS, [(ADDED, ADDED + " / (kh * kw)")], "winner-divided"),
    "times the maximum": (LOOPS, [(ADDED, ADDED + " * seen.max()")], "value-for-slope"),
    "delta ignored": (LOOPS, [("+= delta[m, i, j, k]", "+= 1")], "delta-ignored"),
    "delta rotated": (LOOPS, [("[m, i, j, k]", "[m, -1 - i, -1 - j, k]")], "delta-rotated"),
    "delta transposed": (LOOPS, [("[m, i, j, k]", "[m, j, i, k]")], "delta-transposed"),
    "delta of another channel": (
        LOOPS,
        [("[m, i, j, k]", "[m, i, j, -1 - k]")],
        "channels-flipped",
    ),
    "one example": (LOOPS, [("range(n)", "range(1)")], "first-example-only"),
    "one channel": (LOOPS, [("range(c)", "range(1)")], "channels-missed"),
    "returned in the loop": (
        MASK,
        [("reshape(n, kh, kw, c)", f"reshape(n, kh, kw, c)\n            return {CROPPED}")],
        "first-window-only",
    ),
    "a column of windows too few": (
        LOOPS,
        [("range(delta.shape[2])", "range(delta.shape[2] - 1)")],
        "windows-missed",
    ),
    "result transposed": (
        LOOPS,
        [("return dx", "return dx.swapaxes(1, 2)")],
        "rows-columns-swapped",
    ),
    "shape of the windows": (
        LOOPS,
        [
            (
                "return dx",
                "r = (delta.shape[1] - 1) * sh + kh - p\n"
                "    return dx[:, :r, :(delta.shape[2] - 1) * sw + kw - p]",
            ),
        ],
        "uncovered-rows-lost",
    ),
    "divided by the batch": (LOOPS, [("return dx", "return dx / n")], "divided-by-batch"),
    "times the batch": (LOOPS, [("return dx", "return dx * n")], "multiplied-by-batch"),
    "sign flipped": (LOOPS, [("return dx", "return -dx")], "sign-flipped"),
    "in place": (LOOPS, [("    dxp =", "    x[0, 0, 0, 0] = 9\n    dxp =")], "input-modified"),
    "whole numbers": (CUT, [("np.zeros(x.shape)", "np.zeros_like(x)")], "integer-accumulator"),
    "returns None": (LOOPS, [("return dx", "dx")], "returns-nothing"),
    "returns a pair": (LOOPS, [("return dx", "return dx, xp[:1]")], "wrong-tuple"),
    "two at once": (
        MASK,
        [("cols] +=", "cols] ="), (f"return {CROPPED}", f"return {CROPPED} / n")],
        ("overwritten", "divided-by-batch"),
    ),
}
PLANTED = {
    label: (
        function(source, *edits),
        {"dx": (cause,) if isinstance(cause, str) else cause},
    )
    for label, (source, edits, cause) in EDITS.items()
}
