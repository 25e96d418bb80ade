"""Right and wrong ways to write ``conv2d_backward``."""

from __future__ import annotations

from tests.check.edits import function, planted

LOOPS = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0, dilation=1):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p, s, d = padding, stride, dilation
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(c_out)
    for m in range(n):
        for i in range(delta.shape[1]):
            for j in range(delta.shape[2]):
                rows = slice(i * s, i * s + d * (kh - 1) + 1, d)
                cols = slice(j * s, j * s + d * (kw - 1) + 1, d)
                for k in range(c_out):
                    dxp[m, rows, cols] += delta[m, i, j, k] * w[..., k]
                    dw[..., k] += delta[m, i, j, k] * xp[m, rows, cols]
                    db[k] += delta[m, i, j, k]
    dx = dxp[:, p:p + h, p:p + width]
    return dx, dw, db
"""

# A pass with stride 1 is all that is asked of the forward function here.
TEXTBOOK = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p, s = padding, stride
    wide = np.zeros((n, (delta.shape[1] - 1) * s + 1, (delta.shape[2] - 1) * s + 1, c_out))
    wide[:, ::s, ::s] = delta
    r, q = (h + 2 * p - kh) % s, (width + 2 * p - kw) % s
    around = ((0, 0), (kh - 1, kh - 1 + r), (kw - 1, kw - 1 + q), (0, 0))
    turned = w[::-1, ::-1].swapaxes(2, 3)
    dx = cnnlib.conv2d(np.pad(wide, around), turned)
    dx = dx[:, p:p + h, p:p + width]
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    xp = xp[:, :h + 2 * p - r, :width + 2 * p - q]
    dw = cnnlib.conv2d(xp.transpose(3, 1, 2, 0), wide.transpose(1, 2, 0, 3))
    dw = dw.transpose(1, 2, 0, 3)
    db = delta.sum(axis=(0, 1, 2))
    return dx, dw, db
"""

TAPS = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0, dilation=1):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p, s, d = padding, stride, dilation
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for a in range(kh):
        for b in range(kw):
            rows = slice(a * d, a * d + (delta.shape[1] - 1) * s + 1, s)
            cols = slice(b * d, b * d + (delta.shape[2] - 1) * s + 1, s)
            dxp[:, rows, cols] += delta @ w[a, b].T
            dw[a, b] = np.tensordot(xp[:, rows, cols], delta, ((0, 1, 2), (0, 1, 2)))
    return dxp[:, p:p + h, p:p + width], dw, delta.sum(axis=(0, 1, 2))
"""

IM2COL = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p = padding
    cells = np.arange(n * (h + 2 * p) * (width + 2 * p) * c_in)
    cells = cells.reshape(n, h + 2 * p, width + 2 * p, c_in)
    index = np.lib.stride_tricks.sliding_window_view(cells, (kh, kw), axis=(1, 2))
    index = index[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    columns = xp.ravel()[index].reshape(-1, kh * kw * c_in)
    flat = delta.reshape(-1, c_out)
    dw = (columns.T @ flat).reshape(w.shape)
    share = flat @ w.reshape(-1, c_out).T
    dxp = np.bincount(index.ravel(), share.ravel(), cells.size).reshape(cells.shape)
    return dxp[:, p:p + h, p:p + width], dw, flat.sum(axis=0)
"""

EINSUM = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p = padding
    def chosen(size, taps, windows):
        hit = np.zeros((windows, taps, size + 2 * p))
        for i in range(windows):
            for a in range(taps):
                hit[i, a, i * stride + a] = 1
        return hit[:, :, p:p + size]
    rows = chosen(h, kh, delta.shape[1])
    cols = chosen(width, kw, delta.shape[2])
    dx = np.einsum("nijk,abck,iau,jbv->nuvc", delta, w, rows, cols, optimize=True)
    dw = np.einsum("nijk,nuvc,iau,jbv->abck", delta, x, rows, cols, optimize=True)
    return dx, dw, np.einsum("nijk->k", delta)
"""

FOURIER = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p, size = padding, (h + 2 * padding, width + 2 * padding)
    wide = np.zeros((n, *size, c_out))
    wide[:, :delta.shape[1] * stride:stride, :delta.shape[2] * stride:stride] = delta
    f = lambda array, axes: np.fft.rfft2(array, size, axes)
    d = f(wide, (1, 2))
    dx = np.fft.irfft2(np.einsum("nuvk,uvck->nuvc", d, f(w, (0, 1))), size, (1, 2))
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dw = np.fft.irfft2(np.einsum("nuvc,nuvk->uvck", f(xp, (1, 2)), d.conj()), size, (0, 1))
    return dx[:, p:p + h, p:p + width], dw[:kh, :kw], delta.sum(axis=(0, 1, 2))
""".replace(
    ":delta.shape[1] * stride:stride, :delta.shape[2] * stride:stride",
    ":(delta.shape[1] - 1) * stride + 1:stride, :(delta.shape[2] - 1) * stride + 1:stride",
)

# A stride and a padding for each axis, as the signature allows.
PAIRS = """
def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    (s, t), (p, q) = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    xp = np.pad(x, ((0, 0), (p, p), (q, q), (0, 0)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            rows, cols = slice(i * s, i * s + kh), slice(j * t, j * t + kw)
            dxp[:, rows, cols] += np.einsum("nk,abck->nabc", delta[:, i, j], w)
            dw += np.einsum("nabc,nk->abck", xp[:, rows, cols], delta[:, i, j])
    return dxp[:, p:p + h, q:q + width], dw, delta.sum(axis=(0, 1, 2))
"""

SOURCES = {
    "loops": LOOPS,
    "pairs": PAIRS,
    "dilate and rotate": TEXTBOOK,
    "tap by tap": TAPS,
    "im2col": IM2COL,
    "einsum": EINSUM,
    "Fourier": FOURIER,
}
CORRECT = {label: function(source) for label, source in SOURCES.items()}


def _float32(delta, x, w, **options):
    return CORRECT["loops"](delta.astype("f"), x.astype("f"), w.astype("f"), **options)


def _lists(delta, x, w, **options):
    return [array.tolist() for array in CORRECT["loops"](delta, x, w, **options)]


CORRECT |= {"loops, from float32": _float32, "lists of numbers": _lists}

ALL = ("dx", "dw", "db")
DX, DW, DB = "dxp[m, rows, cols] +=", "dw[..., k] +=", "db[k] +="

# name: (source, edits, causes by part)
EDITS = {
    "kernel not rotated": (TEXTBOOK, [("w[::-1, ::-1]", "w")], {"dx": "kernel-not-rotated"}),
    "kernel rotated where it is stamped": (
        LOOPS,
        [("* w[..., k]", "* w[::-1, ::-1, :, k]")],
        {"dx": "kernel-not-rotated"},
    ),
    "kernel flipped along rows only": (
        TEXTBOOK,
        [("w[::-1, ::-1]", "w[::-1]")],
        {"dx": "kernel-flipped-once"},
    ),
    "kernel turned by 90°": (
        TEXTBOOK,
        [("w[::-1, ::-1]", "np.rot90(w)")],
        {"dx": "kernel-turned-90"},
    ),
    "all four axes flipped": (
        TEXTBOOK,
        [("w[::-1, ::-1]", "np.flip(w)")],
        {"dx": "channels-flipped"},
    ),
    "channels not swapped": (
        TEXTBOOK,
        [(".swapaxes(2, 3)", "")],
        {"dx": "channels-not-swapped"},
    ),
    "channels reshaped instead of swapped": (
        TEXTBOOK,
        [(".swapaxes(2, 3)", ".reshape(kh, kw, c_out, c_in)")],
        {"dx": "channels-not-swapped"},
    ),
    "correlation arguments reversed": (
        TEXTBOOK,
        [("dw = dw.transpose(1, 2, 0, 3)", "dw = dw.transpose(1, 2, 0, 3)[::-1, ::-1]")],
        {"dw": "dw-rotated"},
    ),
    "dw's channels swapped": (
        TEXTBOOK,
        [("dw.transpose(1, 2, 0, 3)", "dw.transpose(1, 2, 3, 0)")],
        {"dw": "dw-channels-swapped"},
    ),
    "stride ignored": (
        LOOPS,
        [("i * s", "i"), ("j * s", "j")],
        {"dx": "stride-ignored", "dw": "stride-ignored"},
    ),
    "delta not dilated": (
        TEXTBOOK,
        [
            ("wide[:, ::s, ::s] = delta", "wide = delta"),
            ("kh - 1 + r", "kh - 1"),
            ("kw - 1 + q", "kw - 1"),
        ],
        {"dx": "delta-not-dilated", "dw": "delta-not-dilated"},
    ),
    "every other delta": (
        LOOPS,
        [
            ("range(delta.shape[1])", "range(0, delta.shape[1], s)"),
            ("range(delta.shape[2])", "range(0, delta.shape[2], s)"),
        ],
        dict.fromkeys(ALL, "backward-strided"),
    ),
    "backward strided": (
        LOOPS,
        [
            ("slice(i * s, i * s + d * (kh - 1) + 1, d)", "slice(i, i + s * (kh - 1) + 1, s)"),
            ("slice(j * s, j * s + d * (kw - 1) + 1, d)", "slice(j, j + s * (kw - 1) + 1, s)"),
        ],
        {p: ("backward-strided", "dilation-ignored") for p in ("dx", "dw")},
    ),
    "uncovered rows lost": (
        TEXTBOOK,
        [("kh - 1 + r", "kh - 1"), ("kw - 1 + q", "kw - 1")],
        {"dx": "uncovered-rows-lost"},
    ),
    "uncovered rows kept for dw": (
        TEXTBOOK,
        [("xp[:, :h + 2 * p - r, :width + 2 * p - q]", "xp")],
        {"dw": "uncovered-rows-kept"},
    ),
    "padding not cropped": (
        LOOPS,
        [("dxp[:, p:p + h, p:p + width]", "dxp")],
        {"dx": "padding-not-cropped"},
    ),
    "padding cropped at one end": (
        LOOPS,
        [("p:p + h, p:p + width", ":h, :width")],
        {"dx": "padding-not-cropped"},
    ),
    "[p:-p] with p = 0": (
        LOOPS,
        [("p:p + h, p:p + width", "p:-p, p:-p")],
        {"dx": "empty-slice"},
    ),
    "dw from the unpadded input": (
        LOOPS,
        [
            (
                "* xp[m, rows, cols]",
                "* np.pad(x, ((0, 0), (0, 2 * p), (0, 2 * p), (0, 0)))[m, rows, cols]",
            )
        ],
        {"dw": "unpadded-input"},
    ),
    "dx written with =": (LOOPS, [(DX, DX.replace("+", ""))], {"dx": "overwritten"}),
    "dx written with = tap by tap": (
        TAPS,
        [("cols] += delta", "cols] = delta")],
        {"dx": "overwritten"},
    ),
    "dw and db written with =": (
        LOOPS,
        [(DW, DW.replace("+", "")), (DB, DB.replace("+", ""))],
        {"dw": "overwritten", "db": "overwritten"},
    ),
    "bias not summed over the batch": (
        TEXTBOOK,
        [("delta.sum(axis=(0, 1, 2))", "delta.sum(axis=(1, 2))")],
        {"db": "bias-not-summed"},
    ),
    "bias summed into one number": (
        TEXTBOOK,
        [("delta.sum(axis=(0, 1, 2))", "delta.sum()")],
        {"db": "bias-not-summed"},
    ),
    "bias averaged": (TEXTBOOK, [("delta.sum(axis", "delta.mean(axis")], {"db": "bias-averaged"}),
    "1/m in the layer": (
        LOOPS,
        [("return dx, dw, db", "return dx, dw / n, db / n")],
        {"dw": "divided-by-batch", "db": "divided-by-batch"},
    ),
    "1/m twice": (
        LOOPS,
        [("return dx, dw, db", "return dx, dw / n**2, db")],
        {"dw": "divided-by-batch-twice"},
    ),
    "multiplied by the batch": (
        LOOPS,
        [("return dx, dw, db", "return dx, dw * n, db")],
        {"dw": "multiplied-by-batch"},
    ),
    "sign flipped": (LOOPS, [("return dx", "return -dx")], {"dx": "sign-flipped"}),
    "dw averaged over the windows": (
        LOOPS,
        [("return dx, dw, db", "return dx, dw / delta[0, :, :, 0].size, db")],
        {"dw": "averaged-over-windows"},
    ),
    "only the first example": (
        LOOPS,
        [("range(n)", "range(1)")],
        dict.fromkeys(ALL, "first-example-only"),
    ),
    "returned inside the loop": (
        LOOPS,
        [
            (
                "db[k] += delta[m, i, j, k]",
                "db[k] += delta[m, i, j, k]\n"
                "                return dxp[:, p:p + h, p:p + width], dw, db",
            )
        ],
        dict.fromkeys(ALL, "first-window-only"),
    ),
    "rows and columns of w swapped": (
        TEXTBOOK,
        [("w[::-1, ::-1]", "w[::-1, ::-1].transpose(1, 0, 2, 3)")],
        {"dx": "rows-columns-swapped"},
    ),
    "dw with rows and columns swapped": (
        TEXTBOOK,
        [("dw.transpose(1, 2, 0, 3)", "dw.transpose(2, 1, 0, 3)")],
        {"dw": "rows-columns-swapped"},
    ),
    "delta ignored": (
        LOOPS,
        [("delta[m, i, j, k] *", "1.0 *")],
        {"dx": "delta-ignored", "dw": "delta-ignored"},
    ),
    "delta rotated": (
        LOOPS,
        [("delta[m, i, j, k] *", "delta[m, -1 - i, -1 - j, k] *")],
        {"dx": "delta-rotated", "dw": "delta-rotated"},
    ),
    "delta transposed": (
        LOOPS,
        [("delta[m, i, j, k] *", "delta[m, j, i, k] *")],
        {"dx": "delta-transposed", "dw": "delta-transposed"},
    ),
    "integer accumulator": (
        LOOPS,
        [
            ("np.zeros(w.shape)", "np.zeros(w.shape, int)"),
            (DW, "dw[..., k] ="),
            ("* xp[m, rows, cols]", "* xp[m, rows, cols] + dw[..., k]"),
        ],
        {"dw": "integer-accumulator"},
    ),
    "input modified": (
        LOOPS,
        [("    dxp, dw", "    delta *= 1.0\n    dxp, dw")],
        dict.fromkeys(ALL, "input-modified"),
    ),
    "last row of windows left out": (
        LOOPS,
        [("range(delta.shape[1])", "range(delta.shape[1] - 1)")],
        dict.fromkeys(ALL, "windows-missed"),
    ),
    "last tap left out": (
        TAPS,
        [("range(kh)", "range(kh - 1)"), ("range(kw)", "range(kw - 1)")],
        {"dx": "taps-missed", "dw": "taps-missed"},
    ),
    "only the first filter": (
        LOOPS,
        [("range(c_out)", "range(1)")],
        dict.fromkeys(ALL, "channels-missed"),
    ),
    "one row off": (
        LOOPS,
        [
            ("((0, 0), (p, p)", "((0, 0), (p + 1, p + 1)"),
            ("p:p + h", "p + 1:p + 1 + h"),
        ],
        {"dx": "shifted-by-one", "dw": "shifted-by-one"},
    ),
    "dilation ignored": (
        LOOPS,
        [("d * (kh - 1) + 1, d)", "kh)"), ("d * (kw - 1) + 1, d)", "kw)")],
        {"dx": "dilation-ignored", "dw": "dilation-ignored"},
    ),
    "all zeros": (LOOPS, [(DX, "dxp[m, rows, cols] +")], {"dx": "all-zero"}),
    "not finite": (
        LOOPS,
        [("return dx, dw, db", "return dx / np.zeros(1), dw, db")],
        {"dx": "not-finite"},
    ),
    "returns None": (
        LOOPS,
        [("    return dx, dw, db", "")],
        dict.fromkeys(ALL, "returns-nothing"),
    ),
    "wrong tuple": (
        LOOPS,
        [("return dx, dw, db", "return dx, dw")],
        dict.fromkeys(ALL, "wrong-tuple"),
    ),
    "wrong order": (
        LOOPS,
        [("return dx, dw, db", "return dw, dx, db")],
        {"dx": "wrong-order", "dw": "wrong-order"},
    ),
    "a factor two, which is no batch size": (
        LOOPS,
        [("return dx, dw, db", "return 2 * dx, dw, db")],
        {},
    ),
    "rows padded like columns": (
        PAIRS,
        [("(p, p), (q, q)", "(q, q), (p, p)"), ("p:p + h, q:q + width", "q:q + h, p:p + width")],
        {"dx": "rows-columns-swapped", "dw": "rows-columns-swapped"},
    ),
    "rows stepped like columns": (
        PAIRS,
        [("i * s", "i * t"), ("j * t", "j * s")],
        {"dx": "rows-columns-swapped", "dw": "rows-columns-swapped"},
    ),
    "two mistakes in one part": (
        TEXTBOOK,
        [("w[::-1, ::-1]", "w"), ("return dx", "return dx / n")],
        {"dx": ("kernel-not-rotated", "divided-by-batch")},
    ),
}
PLANTED = planted(EDITS)
