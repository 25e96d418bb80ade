"""Right and wrong ways to write ``max_pool2d_backward``."""

from __future__ import annotations

from tests.check.edits import function
from tests.check.max_pool_sources import BLOWN_UP, CUT, INDEX, LOOPS, MASK, TIES

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
    "a winner per column": (
        LOOPS,
        [
            ("a, b = divmod(int(seen.argmax()), seen.shape[1])", "a, b = seen.argmax(axis=0), 0"),
            ("+ b, k] +=", "+ np.arange(kw), k] +="),
        ],
        "winner-per-row",
    ),
    "stride of 2 always": (LOOPS, [("    p, (n", "    sh = sw = 2\n    p, (n")], "pool-stride"),
    "the way forward": (
        LOOPS,
        [("return dx", "return cnnlib.max_pool2d(x, kernel_size, stride=stride, padding=p)")],
        "returns-value",
    ),
    "repeat and mask": (BLOWN_UP, [], "ties-all-paid"),
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
