"""Right and wrong ways to write ``conv2d``."""

from __future__ import annotations

from tests.check.edits import function, planted

LOOPS = """
def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    p, s, d = padding, stride, dilation
    xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    oh = (h + 2 * p - d * (kh - 1) - 1) // s + 1
    ow = (width + 2 * p - d * (kw - 1) - 1) // s + 1
    z = np.zeros((n, oh, ow, c_out))
    for m in range(n):
        for i in range(oh):
            for j in range(ow):
                rows = slice(i * s, i * s + d * (kh - 1) + 1, d)
                cols = slice(j * s, j * s + d * (kw - 1) + 1, d)
                for k in range(c_out):
                    z[m, i, j, k] = np.sum(xp[m, rows, cols] * w[..., k])
                    if b is not None:
                        z[m, i, j, k] += b[k]
    return z
"""

TAPS = """
def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1):
    (n, h, width, c_in), (kh, kw, _, c_out) = x.shape, w.shape
    xp = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    oh = (xp.shape[1] - dilation * (kh - 1) - 1) // stride + 1
    ow = (xp.shape[2] - dilation * (kw - 1) - 1) // stride + 1
    z = np.zeros((n, oh, ow, c_out)) + (0 if b is None else b)
    for a in range(kh):
        for t in range(kw):
            top, left = a * dilation, t * dilation
            cells = xp[:, top:top + (oh - 1) * stride + 1:stride,
                       left:left + (ow - 1) * stride + 1:stride]
            z += cells @ w[a, t]
    return z
"""

EINSUM = """
def conv2d(x, w, b=None, *, stride=1, padding=0):
    xp = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(xp, w.shape[:2], axis=(1, 2))
    z = np.einsum("nijcab,abck->nijk", seen[:, ::stride, ::stride], w)
    return z if b is None else z + b
"""

FOURIER = """
def conv2d(x, w, b=None, *, stride=1, padding=0):
    xp = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    size = xp.shape[1:3]
    product = np.einsum("nuvc,uvck->nuvk", np.fft.fft2(xp, size, (1, 2)),
                        np.conj(np.fft.fft2(w, size, (0, 1))))
    z = np.fft.ifft2(product, size, (1, 2)).real
    z = z[:, :size[0] - w.shape[0] + 1:stride, :size[1] - w.shape[1] + 1:stride]
    return z if b is None else z + b
"""

SOURCES = {"loops": LOOPS, "tap by tap": TAPS, "einsum": EINSUM, "Fourier": FOURIER}
CORRECT = {label: function(source) for label, source in SOURCES.items()}
SUM = "np.sum(xp[m, rows, cols] * w[..., k])"

EDITS = {
    "true convolution": (
        LOOPS, [("* w[..., k]", "* w[::-1, ::-1, :, k]")], {"z": "kernel-rotated-forward"},
    ),
    "conjugate forgotten, which has no name": (FOURIER, [("np.conj", "")], {}),
    "the stride applied twice": (
        LOOPS, [("range(oh)", "range(0, oh, s)"), ("range(ow)", "range(0, ow, s)")],
        {"z": "stride-twice"},
    ),
    "channels flipped": (
        LOOPS, [("* w[..., k]", "* w[:, :, ::-1, k]")], {"z": "channels-flipped"},
    ),
    "rows and columns of w swapped": (
        EINSUM, [("abck->", "back->")], {"z": "rows-columns-swapped"},
    ),
    "rows and columns of z swapped": (
        EINSUM, [("->nijk", "->njik")], {"z": "rows-columns-swapped"},
    ),
    "input and output channels swapped": (
        EINSUM, [("abck->", "abkc->")], {"z": "channels-not-swapped"},
    ),
    "stride ignored": (EINSUM, [("[:, ::stride, ::stride]", "")], {"z": "stride-ignored-forward"}),
    "stride ignored in the window": (
        LOOPS, [("i * s", "i"), ("j * s", "j")], {"z": "stride-ignored-forward"},
    ),
    "dilation ignored in the window": (
        LOOPS, [("d * (kh - 1) + 1, d)", "kh)"), ("d * (kw - 1) + 1, d)", "kw)")],
        {"z": "dilation-ignored-forward"},
    ),
    "stride and dilation swapped": (
        TAPS, [("a * dilation, t * dilation", "a * stride, t * stride"),
               ("(oh - 1) * stride + 1:stride", "(oh - 1) * dilation + 1:dilation"),
               ("(ow - 1) * stride + 1:stride", "(ow - 1) * dilation + 1:dilation")],
        {"z": "stride-and-dilation-swapped"},
    ),
    "padding ignored": (
        EINSUM, [("(padding, padding), (padding, padding)", "(0, 0), (0, 0)")],
        {"z": "padding-ignored"},
    ),
    "padding at one end": (
        EINSUM, [("(padding, padding), (padding, padding)", "(0, 2 * padding), (0, 2 * padding)")],
        {"z": "padding-at-one-end"},
    ),
    "+ 1 forgotten": (LOOPS, [("// s + 1", "// s")], {"z": "output-too-small"}),
    "last row never written": (LOOPS, [("range(oh)", "range(oh - 1)")], {"z": "windows-missed"}),
    "bias forgotten": (EINSUM, [("z + b", "z")], {"z": "bias-missing"}),
    "bias in every product": (
        LOOPS, [("* w[..., k])", "* w[..., k] + (0 if b is None else b[k]))"),
                ("+= b[k]", "+= 0")],
        {"z": "bias-added-often"},
    ),
    "bias for every tap": (
        TAPS, [("+ (0 if b is None else b)", ""),
               ("@ w[a, t]", "@ w[a, t] + (0 if b is None else b)")],
        {"z": "bias-added-often"},
    ),
    "bias subtracted": (EINSUM, [("z + b", "z - b")], {"z": "bias-subtracted"}),
    "averaged": (LOOPS, [("np.sum(", "np.mean(")], {"z": "averaged-forward"}),
    "taps overwritten": (
        TAPS, [("z += cells @ w[a, t]", "z = cells @ w[a, t] + (0 if b is None else b)")],
        {"z": "overwritten"},
    ),
    "only the first channel": (
        LOOPS, [(SUM, "np.sum(xp[m, rows, cols, 0] * w[..., 0, k])")], {"z": "channels-missed"},
    ),
    "only the first example": (LOOPS, [("range(n)", "range(1)")], {"z": "first-example-only"}),
    "a tap too few": (
        TAPS, [("a in range(kh)", "a in range(kh - 1)"), ("t in range(kw)", "t in range(kw - 1)")],
        {"z": "taps-missed"},
    ),
    "one row off": (
        LOOPS, [("i * s, i", "i * s + 1, i"), ("d * (kh - 1) + 1", "d * (kh - 1) + 2"),
                ("((0, 0), (p, p)", "((0, 0), (p, p + 1)")],
        {"z": "shifted-by-one"},
    ),
    "integer accumulator": (
        LOOPS, [("np.zeros((n, oh, ow, c_out))", "np.zeros((n, oh, ow, c_out), int)")],
        {"z": "integer-accumulator"},
    ),
    "input modified": (
        LOOPS, [("    xp = np", "    x *= 1\n    xp = np")], {"z": "input-modified"},
    ),
    "returns None": (LOOPS, [("    return z", "")], {"z": "returns-nothing"}),
    "returns a tuple": (LOOPS, [("return z", "return z, b")], {"z": "wrong-tuple"}),
    "all zeros": (LOOPS, [(SUM, "0"), ("+= b[k]", "+= 0")], {"z": "all-zero"}),
}  # fmt: skip
PLANTED = planted(EDITS)
