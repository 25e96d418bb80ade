"""Mistakes nobody planned for: what students write besides the usual."""

from __future__ import annotations

from tests.check.mistakes.conv2d_backward import EINSUM, FOURIER, IM2COL, LOOPS, TAPS, TEXTBOOK

ALL = ("dx", "dw", "db")
RETURN = "return dx, dw, db"
BEFORE = "    dxp, dw"
SCATTER = "np.bincount(index.ravel(), share.ravel(), cells.size).reshape(cells.shape)"
SUM = "delta.sum(axis=(0, 1, 2))"


def at_first(line: str) -> list[tuple[str, str]]:
    return [(BEFORE, f"    {line}\n{BEFORE}")]


def returning(what: str) -> list[tuple[str, str]]:
    return [(RETURN, f"return {what}")]


# name: (source, edits, what is named by part). {} where there is nothing to name.
STRANGE = {
    "dw over the rows of windows": (LOOPS, returning("dx, dw / delta.shape[1], db"), {}),
    "db from x": (LOOPS, returning("dx, dw, x.sum(axis=(0, 1, 2))"), {"db": "not-additive"}),
    "a ReLU gate besides": (LOOPS, returning("dx * (x > 0), dw, db"), {}),
    "delta clipped": (
        LOOPS, at_first("delta = np.clip(delta, -0.5, 0.5)"), dict.fromkeys(ALL, "not-additive"),
    ),
    "delta normalised": (
        LOOPS, at_first("delta = delta / np.linalg.norm(delta)"),
        dict.fromkeys(ALL, "not-additive"),
    ),
    "delta cut to whole numbers": (
        LOOPS, at_first("delta = delta.astype(int)"), dict.fromkeys(ALL, "not-additive"),
    ),
    "weight decay added": (LOOPS, returning("dx, dw + 0.01 * w, db"), {"dw": "not-additive"}),
    "squashed": (LOOPS, returning("np.tanh(dx), dw, db"), {"dx": "not-additive"}),
    "largest delta for db": (
        TEXTBOOK, [(SUM, "delta.max(axis=(0, 1, 2))")], {"db": "not-additive"},
    ),
    "w squared": (LOOPS, [("* w[..., k]", "* w[..., k]**2")], {}),
    "x without its signs": (LOOPS, [("* xp[m", "* np.abs(xp)[m")], {}),
    "w updated first": (LOOPS, at_first("w = w - 0.1 * w"), {}),
    "a zero too many between the deltas": (
        TEXTBOOK, [("* s + 1, (", "* (s + 1) + 1, ("), ("* s + 1, c_out", "* (s + 1) + 1, c_out"),
                   ("wide[:, ::s, ::s]", "wide[:, ::s + 1, ::s + 1]")], {},
    ),
    "delta padded by k": (
        TEXTBOOK, [("(kh - 1, kh - 1 + r), (kw - 1, kw - 1 + q)", "(kh, kh + r), (kw, kw + q)")],
        {"dx": "shifted-by-one"},
    ),
    "padding with the edge": (LOOPS, [("(p, p), (0, 0)))", "(p, p), (0, 0)), mode='edge')")], {}),
    "Fourier without room for the padding": (
        FOURIER, [("size = padding, (h + 2 * padding, width + 2 * padding)",
                   "size = padding, (h, width)"),
                  ("xp = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))", "xp = x")], {},
    ),
    "float16": (LOOPS, returning("dx.astype('f2'), dw, db"), {"dx": "half-precision"}),
    "channels first": (LOOPS, returning("dx.transpose(0, 3, 1, 2), dw, db"), {"dx": "axes-order"}),
    "keepdims": (TEXTBOOK, [("(0, 1, 2))", "(0, 1, 2), keepdims=True)")], {"db": "extra-axes"}),
    "adds up over calls": (
        "TOTAL = {}\n" + LOOPS,
        [(RETURN, f"TOTAL[0] = TOTAL.get(0, 0) + 1\n    {RETURN.replace('dw', 'dw * TOTAL[0]')}")],
        {"dw": "not-repeatable"},
    ),
    "noise": (
        LOOPS, returning("dx + np.random.default_rng().normal(size=dx.shape), dw, db"),
        {"dx": "not-repeatable"},
    ),
    "stride for rows only": (
        LOOPS, [("j * s", "j")], dict.fromkeys(("dx", "dw"), "one-axis-forgotten"),
    ),
    "dw from the padding of rows only": (
        LOOPS, [("(p, p), (p, p)", "(p, p), (0, 2 * p)"), ("p:p + width", ":width")],
        {"dx": "one-axis-forgotten", "dw": "one-axis-forgotten"},
    ),
    "filters summed too early": (
        EINSUM, [('"nijk,abck,iau,jbv->nuvc", delta, w,',
                  '"nij,abc,iau,jbv->nuvc", delta.sum(-1), w.sum(-1),')], {"dx": "filters-mixed"},
    ),
    "the first filter's kernel for all": (
        LOOPS, [("* w[..., k]", "* w[..., 0]")], {"dx": "filters-mixed"},
    ),
    "one dx for all examples": (LOOPS, [("dxp[m, rows", "dxp[:, rows")], {"dx": "examples-mixed"}),
    "the first example's input": (LOOPS, [("* xp[m", "* xp[0")], {"dw": "examples-mixed"}),
    "the first example's delta": (
        LOOPS, [("delta[m, i, j, k] *", "delta[0, i, j, k] *")],
        {"dx": "examples-mixed", "dw": "examples-mixed"},
    ),
    "the batch backwards": (
        LOOPS, [("delta[m, i, j, k] *", "delta[-1 - m, i, j, k] *")],
        {"dx": "examples-mixed", "dw": "examples-mixed"},
    ),
    "db of the first row": (
        TEXTBOOK, [(SUM, "delta[:, 0].sum(axis=(0, 1))")], {"db": "first-window-only"},
    ),
    "the layer of a true convolution": (
        LOOPS, [("* w[..., k]", "* w[::-1, ::-1, :, k]"), *returning("dx, dw[::-1, ::-1], db")],
        {"dx": "kernel-not-rotated", "dw": "dw-rotated"},
    ),
    "loops over pixels, delta by pixel": (
        LOOPS, [("range(delta.shape[1])", "range(0, h + 2 * p - kh + 1, s)"),
                ("range(delta.shape[2])", "range(0, width + 2 * p - kw + 1, s)"),
                ("i * s", "i"), ("j * s", "j")], {},
    ),
    "divided by the stride": (LOOPS, returning("dx / s**2, dw, db"), {}),
    "cropped one short": (
        LOOPS, [("p:p + h, p:p + width", ":h, :width")],
        {"dx": "padding-not-cropped"},
    ),
    "kernel rows for both sides": (LOOPS, [("d * (kw - 1)", "d * (kh - 1)")], {}),
    "dx and db exchanged": (
        LOOPS, returning("db, dw, dx"), {"dx": "wrong-order", "db": "wrong-order"},
    ),
    "scattered with =": (
        IM2COL, [(SCATTER, "np.zeros(cells.size)\n    dxp[index.ravel()] = share.ravel()\n"
                           "    dxp = dxp.reshape(cells.shape)")], {"dx": "overwritten"},
    ),
    "scattered with a += that forgets": (
        IM2COL, [(SCATTER, "np.zeros(cells.size)\n    dxp[index.ravel()] += share.ravel()\n"
                           "    dxp = dxp.reshape(cells.shape)")], {"dx": "overwritten"},
    ),
    "reshape where .T is needed": (
        IM2COL, [("w.reshape(-1, c_out).T", "w.reshape(c_out, -1)")],
        {"dx": "reshaped-not-transposed"},
    ),
    "channel before taps": (
        IM2COL, [("transpose(0, 1, 2, 4, 5, 3)", "transpose(0, 1, 2, 3, 4, 5)")],
        {"dx": "column-order", "dw": "column-order"},
    ),
    "overlaps averaged": (
        TAPS, [("    return dxp[", "    count = np.zeros(xp.shape)\n"
                "    for a in range(kh):\n"
                "        for b in range(kw):\n"
                "            count[:, a * d:a * d + (delta.shape[1] - 1) * s + 1:s,"
                " b * d:b * d + (delta.shape[2] - 1) * s + 1:s] += 1\n"
                "    dxp = dxp / np.maximum(count, 1)\n    return dxp[")],
        {"dx": "overlap-averaged"},
    ),
}  # fmt: skip
