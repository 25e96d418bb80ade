"""Right and wrong ways to write ``conv1d_backward``."""

from __future__ import annotations

from tests.check.edits import function, planted

LOOPS = """
def conv1d_backward(delta, x, w, *, stride=1, padding=0, dilation=1):
    (n, length, c_in), (k, _, c_out) = x.shape, w.shape
    p, s, d = padding, stride, dilation
    xp = np.pad(x, ((0, 0), (p, p), (0, 0)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(c_out)
    for m in range(n):
        for i in range(delta.shape[1]):
            cells = slice(i * s, i * s + d * (k - 1) + 1, d)
            for f in range(c_out):
                dxp[m, cells] += delta[m, i, f] * w[..., f]
                dw[..., f] += delta[m, i, f] * xp[m, cells]
                db[f] += delta[m, i, f]
    return dxp[:, p:p + length], dw, db
"""

TEXTBOOK = """
def conv1d_backward(delta, x, w, *, stride=1, padding=0):
    (n, length, c_in), (k, _, c_out) = x.shape, w.shape
    p, s = padding, stride
    wide = np.zeros((n, (delta.shape[1] - 1) * s + 1, c_out))
    wide[:, ::s] = delta
    r = (length + 2 * p - k) % s
    turned = w[::-1].swapaxes(1, 2)
    dx = cnnlib.conv1d(np.pad(wide, ((0, 0), (k - 1, k - 1 + r), (0, 0))), turned)
    dx = dx[:, p:p + length]
    xp = np.pad(x, ((0, 0), (p, p), (0, 0)))[:, :length + 2 * p - r]
    dw = cnnlib.conv1d(xp.transpose(2, 1, 0), wide.transpose(1, 0, 2)).transpose(1, 0, 2)
    return dx, dw, delta.sum(axis=(0, 1))
"""

CONVOLVE = """
def conv1d_backward(delta, x, w, *, stride=1, padding=0):
    (n, length, c_in), (k, _, c_out) = x.shape, w.shape
    xp = np.pad(x, ((0, 0), (padding, padding), (0, 0)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for m in range(n):
        for c in range(c_in):
            for f in range(c_out):
                wide = np.zeros(xp.shape[1] - k + 1)
                wide[::stride] = delta[m, :, f]
                dxp[m, :, c] += np.convolve(wide, w[:, c, f])
                dw[:, c, f] += np.correlate(xp[m, :, c], wide)
    return dxp[:, padding:padding + length], dw, delta.sum(axis=(0, 1))
"""

SOURCES = {"loops": LOOPS, "dilate and rotate": TEXTBOOK, "np.convolve": CONVOLVE}
CORRECT = {label: function(source) for label, source in SOURCES.items()}
ALL = ("dx", "dw", "db")
DX, DW, DB = "dxp[m, cells] +=", "dw[..., f] +=", "db[f] +="

EDITS = {
    "kernel not rotated": (TEXTBOOK, [("w[::-1]", "w")], {"dx": "kernel-not-rotated"}),
    "convolve and correlate confused": (
        CONVOLVE,
        [("np.convolve(wide, w[:, c, f])", "np.correlate(wide, w[:, c, f], 'full')")],
        {"dx": "kernel-not-rotated"},
    ),
    "all axes flipped": (TEXTBOOK, [("w[::-1]", "np.flip(w)")], {"dx": "channels-flipped"}),
    "channels not swapped": (TEXTBOOK, [(".swapaxes(1, 2)", "")], {"dx": "channels-not-swapped"}),
    "channels reshaped instead of swapped": (
        TEXTBOOK,
        [(".swapaxes(1, 2)", ".reshape(k, c_out, c_in)")],
        {"dx": "channels-not-swapped"},
    ),
    "correlation arguments reversed": (
        CONVOLVE,
        [("np.correlate(xp[m, :, c], wide)", "np.correlate(wide, xp[m, :, c])")],
        {"dw": "dw-rotated"},
    ),
    "dw's channels swapped": (
        TEXTBOOK,
        [(".transpose(1, 0, 2)\n", ".transpose(1, 2, 0)\n")],
        {"dw": "dw-channels-swapped"},
    ),
    "stride ignored": (
        LOOPS,
        [("i * s", "i")],
        {"dx": "stride-ignored", "dw": "stride-ignored"},
    ),
    "delta not dilated": (
        TEXTBOOK,
        [("wide[:, ::s] = delta", "wide = delta"), ("k - 1 + r", "k - 1")],
        {"dx": "delta-not-dilated", "dw": "delta-not-dilated"},
    ),
    "every other delta": (
        LOOPS,
        [("range(delta.shape[1])", "range(0, delta.shape[1], s)")],
        dict.fromkeys(ALL, "backward-strided"),
    ),
    "dilation ignored": (
        LOOPS,
        [("d * (k - 1) + 1, d", "k")],
        {"dx": "dilation-ignored", "dw": "dilation-ignored"},
    ),
    "uncovered cells lost": (
        TEXTBOOK,
        [("k - 1 + r", "k - 1")],
        {"dx": "uncovered-rows-lost"},
    ),
    "uncovered cells kept for dw": (
        TEXTBOOK,
        [("[:, :length + 2 * p - r]", "")],
        {"dw": "uncovered-rows-kept"},
    ),
    "padding not cropped": (
        LOOPS,
        [("dxp[:, p:p + length]", "dxp")],
        {"dx": "padding-not-cropped"},
    ),
    "padding cropped at one end": (
        LOOPS,
        [("p:p + length", ":length")],
        {"dx": "padding-not-cropped"},
    ),
    "[p:-p] with p = 0": (LOOPS, [("p:p + length", "p:-p")], {"dx": "empty-slice"}),
    "dw from the unpadded input": (
        LOOPS,
        [("* xp[m, cells]", "* np.pad(x, ((0, 0), (0, 2 * p), (0, 0)))[m, cells]")],
        {"dw": "unpadded-input"},
    ),
    "dx written with =": (LOOPS, [(DX, DX.replace("+", ""))], {"dx": "overwritten"}),
    "dw and db written with =": (
        LOOPS,
        [(DW, DW.replace("+", "")), (DB, DB.replace("+", ""))],
        {"dw": "overwritten", "db": "overwritten"},
    ),
    "bias not summed over the batch": (
        TEXTBOOK,
        [("delta.sum(axis=(0, 1))", "delta.sum(axis=1)")],
        {"db": "bias-not-summed"},
    ),
    "bias averaged": (
        TEXTBOOK,
        [("delta.sum(axis=(0, 1))", "delta.mean(axis=(0, 1))")],
        {"db": "bias-averaged"},
    ),
    "1/m in the layer": (
        LOOPS,
        [("dw, db\n", "dw / n, db / n\n")],
        {"dw": "divided-by-batch", "db": "divided-by-batch"},
    ),
    "1/m twice": (LOOPS, [("dw, db\n", "dw / n**2, db\n")], {"dw": "divided-by-batch-twice"}),
    "only the first example": (
        LOOPS,
        [("range(n)", "range(1)")],
        dict.fromkeys(ALL, "first-example-only"),
    ),
    "only the first window": (
        LOOPS,
        [("range(delta.shape[1])", "range(1)")],
        dict.fromkeys(ALL, "first-window-only"),
    ),
    "the last window left out": (
        LOOPS,
        [("range(delta.shape[1])", "range(delta.shape[1] - 1)")],
        dict.fromkeys(ALL, "windows-missed"),
    ),
    "one cell off": (
        LOOPS,
        [
            (
                "xp = np.pad(x, ((0, 0), (p, p), (0, 0)))",
                "xp = np.pad(x, ((0, 0), (p + 1, p + 1), (0, 0)))",
            ),
            ("p:p + length", "p + 1:p + 1 + length"),
        ],
        {"dx": "shifted-by-one", "dw": "shifted-by-one"},
    ),
    "delta ignored": (
        LOOPS,
        [("delta[m, i, f] *", "1.0 *")],
        {"dx": "delta-ignored", "dw": "delta-ignored"},
    ),
    "delta rotated": (
        LOOPS,
        [("delta[m, i, f] *", "delta[m, -1 - i, f] *")],
        {"dx": "delta-rotated", "dw": "delta-rotated"},
    ),
    "integer accumulator": (
        LOOPS,
        [
            ("np.zeros(w.shape)", "np.zeros(w.shape, int)"),
            (DW, "dw[..., f] ="),
            ("* xp[m, cells]", "* xp[m, cells] + dw[..., f]"),
        ],
        {"dw": "integer-accumulator"},
    ),
    "input modified": (
        LOOPS,
        [("    dxp, dw", "    delta *= 1.0\n    dxp, dw")],
        dict.fromkeys(ALL, "input-modified"),
    ),
    "returns None": (
        LOOPS,
        [("    return dxp[:, p:p + length], dw, db", "")],
        dict.fromkeys(ALL, "returns-nothing"),
    ),
    "wrong tuple": (LOOPS, [("dw, db\n", "dw\n")], dict.fromkeys(ALL, "wrong-tuple")),
    "wrong order": (
        LOOPS,
        [("dxp[:, p:p + length], dw", "dw, dxp[:, p:p + length]")],
        {"dx": "wrong-order", "dw": "wrong-order"},
    ),
}
PLANTED = planted(EDITS)
