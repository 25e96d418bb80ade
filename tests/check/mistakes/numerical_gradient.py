"""Right and wrong ways to write ``numerical_gradient``."""

from __future__ import annotations

from tests.check.edits import function

COPIES = """
def numerical_gradient(f, x, *, step=1e-5):
    x = np.array(x, float)
    gradient = np.zeros(x.shape)
    for cell in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[cell] += step
        below[cell] -= step
        gradient[cell] = (f(above) - f(below)) / (2 * step)
    return gradient
"""

# In place, and put back.
IN_PLACE = """
def numerical_gradient(f, x, step=1e-5):
    x = np.asarray(x, float)
    gradient = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + step
        above = f(x)
        x[i] = old - step
        below = f(x)
        x[i] = old
        gradient[i] = (above - below) / (2 * step)
        it.iternext()
    return gradient
"""

FLAT = """
def numerical_gradient(f, x, *, step=1e-5):
    flat = np.ravel(x).astype(float)
    slopes = []
    for i in range(flat.size):
        nudge = step * np.eye(flat.size)[i]
        above = f((flat + nudge).reshape(np.shape(x)))
        below = f((flat - nudge).reshape(np.shape(x)))
        slopes.append((above - below) / (2 * step))
    return np.array(slopes).reshape(np.shape(x))
"""

THERE_AND_BACK = """
def numerical_gradient(f, x):
    h = 1e-6
    probe, gradient = x.astype(float), np.zeros(x.shape)
    p, g = probe.ravel(), gradient.ravel()
    for i in range(p.size):
        p[i] += h
        above = f(probe)
        p[i] -= 2 * h
        g[i] = (above - f(probe)) / (2 * h)
        p[i] += h
    return gradient
"""

MATRIX = """
def numerical_gradient(f, x, *, step=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            probe = np.array(x, float)
            probe[i, j] += step
            above = f(probe)
            probe[i, j] -= 2 * step
            gradient[i, j] = (above - f(probe)) / (2 * step)
    return gradient
"""

SOURCES = {"copies": COPIES, "in place": IN_PLACE, "flat": FLAT, "there and back": THERE_AND_BACK}
CORRECT = {label: function(source) for label, source in SOURCES.items()}
CORRECT |= {
    "lists of numbers": lambda f, x, **o: CORRECT["copies"](f, x, **o).tolist(),
    "a step of 1e-4": function(THERE_AND_BACK, ("1e-6", "1e-4")),
    "another word for the step": function(COPIES, ("*, step", "h"), ("step", "h")),
}

# label: (function, remarks): right, and worth a word
CONVENTIONS = {
    "five points": (
        function(
            COPIES,
            (
                "(f(above) - f(below)) / (2 * step)",
                "(8 * (f(above) - f(below)) - f(2 * above - x) + f(2 * below - x)) / (12 * step)",
            ),
        ),
        ("five-points",),
    ),
}

SLOPE = "(f(above) - f(below)) / (2 * step)"
# label: (source, edits, cause)
EDITS = {
    "one-sided": (COPIES, [(SLOPE, "(f(above) - f(x)) / step")], "one-sided"),
    "one-sided, from below": (COPIES, [(SLOPE, "(f(x) - f(below)) / step")], "one-sided"),
    "one-sided, no step to ask for": (
        THERE_AND_BACK,
        [
            ("-= 2 * h", "-= h"),
            ("/ (2 * h)", "/ h"),
            ("        p[i] += h\n    return", "    return"),
        ],
        "one-sided",
    ),
    "one-sided, divided by 2h": (COPIES, [("f(below)", "f(x)")], "wrong-distance"),
    "divided by h": (COPIES, [("(2 * step)", "step")], "wrong-distance"),
    "/ 2 * h": (COPIES, [("(2 * step)", "2 * step")], "wrong-distance"),
    "not divided": (COPIES, [(" / (2 * step)", "")], "wrong-distance"),
    "divided by 2": (COPIES, [("(2 * step)", "2")], "wrong-distance"),
    "divided by h, no step to ask for": (THERE_AND_BACK, [("/ (2 * h)", "/ h")], "wrong-distance"),
    "half a step": (
        COPIES,
        [("+= step", "+= step / 2"), ("-= step", "-= step / 2"), ("(2 * step)", "step")],
        "half-step",
    ),
    "step ignored": (COPIES, [("    x = np", "    step = 1e-5\n    x = np")], "step-ignored"),
    "step of 0.1": (THERE_AND_BACK, [("1e-6", "0.1")], "step-too-large"),
    "step of 0.01": (THERE_AND_BACK, [("1e-6", "0.01")], "step-too-large"),
    "step of 1e-13": (THERE_AND_BACK, [("1e-6", "1e-13")], "step-too-small"),
    "step of 1e-20": (THERE_AND_BACK, [("1e-6", "1e-20")], "all-zero"),
    "second difference": (
        COPIES,
        [(SLOPE, "(f(above) - 2 * f(x) + f(below)) / step**2")],
        "second-difference",
    ),
    "sum": (COPIES, [("f(above) - f", "f(above) + f")], "signs-lost"),
    "sign": (COPIES, [(SLOPE, "(f(below) - f(above)) / (2 * step)")], "sign-flipped"),
    "not put back, on a copy": (
        THERE_AND_BACK,
        [("        p[i] += h\n    return", "    return")],
        "nudge-stays",
    ),
    "not put back after the second": (
        IN_PLACE,
        [("        x[i] = old\n", ""), ("np.asarray", "np.array")],
        "nudge-stays",
    ),
    "in place, not put back": (IN_PLACE, [("        x[i] = old\n", "")], "nudge-stays"),
    "written into": (COPIES, [("    x = np", "    x *= 2\n    x = np")], "input-modified"),
    "whole numbers": (COPIES, [("np.array(x, float)", "np.array(x)")], "integer-nudge"),
    "whole numbers, in place": (IN_PLACE, [("np.asarray(x, float)", "x")], "integer-nudge"),
    "slopes as whole numbers": (
        COPIES,
        [
            ("    x = np", "    gradient = np.zeros_like(x)\n    x = np"),
            ("    gradient = np.zeros(x.shape)\n", ""),
        ],
        "integer-accumulator",
    ),
    "rows": (COPIES, [("np.ndindex(x.shape)", "range(len(x))")], "row-nudged"),
    "rows, one slope each": (
        COPIES,
        [("np.ndindex(x.shape)", "range(len(x))"), ("zeros(x.shape)", "zeros(len(x))")],
        "row-nudged",
    ),
    "all at once": (
        FLAT,
        [("nudge = step * np.eye(flat.size)[i]", "nudge = step")],
        "all-nudged-at-once",
    ),
    "all at once, without a loop": (
        COPIES,
        [
            (
                "    for cell in np.ndindex(x.shape):\n        above",
                "    for cell in [...]:\n        above",
            ),
            ("    return gradient", "    return (f(above) - f(below)) / (2 * step)"),
        ],
        "all-nudged-at-once",
    ),
    "relative": (
        COPIES,
        [("+= step", "*= 1 + step"), ("-= step", "*= 1 - step")],
        "relative-nudge",
    ),
    "first row": (
        COPIES,
        [("np.ndindex(x.shape)", "np.ndindex(1, *x.shape[1:])")],
        "cells-not-visited",
    ),
    "last row missing": (
        COPIES,
        [("np.ndindex(x.shape)", "np.ndindex(x.shape[0] - 1, *x.shape[1:])")],
        "cells-not-visited",
    ),
    "first row of a matrix": (MATRIX, [("range(x.shape[0])", "range(1)")], "cells-not-visited"),
    "returned in the loop": (COPIES, [("    return", "        return")], "cells-not-visited"),
    "flat": (FLAT, [("np.array(slopes).reshape(np.shape(x))", "slopes")], "flat-result"),
    "transposed": (COPIES, [("return gradient", "return gradient.T")], "order-of-cells"),
    "mean": (COPIES, [("return gradient", "return gradient / x.size")], "divided-by-cells"),
    "value": (COPIES, [("return gradient", "return f(x)")], "returns-value"),
    "cnnlib's own": (
        COPIES,
        [("return gradient", "return cnnlib.numerical_gradient(f, x)")],
        "uses-cnnlib",
    ),
    "single precision": (
        COPIES,
        [("np.array(x, float)", "x.astype(np.float32)")],
        "single-precision",
    ),
    "returns None": (COPIES, [("return gradient", "")], "returns-nothing"),
    "returns a pair": (COPIES, [("return gradient", "return gradient, x[:0]")], "wrong-tuple"),
}
PLANTED = {
    label: (function(source, *edits), {"gradient": (cause,)})
    for label, (source, edits, cause) in EDITS.items()
}
