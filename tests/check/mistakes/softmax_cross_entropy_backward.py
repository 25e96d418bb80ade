"""Right and wrong ways to write ``softmax_cross_entropy_backward``."""

from __future__ import annotations

from tests.check.edits import function

SHORT = """
def softmax_cross_entropy_backward(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return (p - y) / len(z)
"""

LOOPS = """
def softmax_cross_entropy_backward(z, y):
    n, k = z.shape
    delta = np.zeros((n, k))
    for i in range(n):
        top = max(z[i])
        total = sum(np.exp(z[i, j] - top) for j in range(k))
        for j in range(k):
            delta[i, j] = (np.exp(z[i, j] - top) / total - y[i, j]) / n
    return delta
"""

# From the logarithm: log p = z - log-sum-exp.
LOGS = """
def softmax_cross_entropy_backward(z, y):
    top = z.max(axis=1, keepdims=True)
    log_p = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
    return (np.exp(log_p) - y) / z.shape[0]
"""

# Through the Jacobian of every row, with the slope of log p, so that nothing is divided by p.
JACOBIAN = """
def softmax_cross_entropy_backward(z, y):
    delta = np.zeros(z.shape)
    for i, (row, label) in enumerate(zip(z, y)):
        e = np.exp(row - row.max())
        p = e / e.sum()
        log_jacobian = np.eye(len(p)) - p
        delta[i] = -label @ log_jacobian
    return delta / len(z)
"""

# Through p, as two steps: right until a probability becomes 0.
THROUGH_P = """
def softmax_cross_entropy_backward(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dp = -y / p
    with np.errstate(all="ignore"):
        dz = p * (dp - (dp * p).sum(axis=1, keepdims=True))
    return dz / len(z)
"""

SOURCES = {"short": SHORT, "loops": LOOPS, "logarithms": LOGS, "Jacobian": JACOBIAN}
CORRECT = {label: function(source) for label, source in SOURCES.items()}
CORRECT |= {
    "float32": lambda z, y: CORRECT["short"](z.astype("f"), y.astype("f")),
    "lists of numbers": lambda z, y: CORRECT["loops"](z, y).tolist(),
    "two calls": function(
        SHORT, ("p - y) / len(z)", "p - y) * (1.0 / y.shape[0])"), ("p = e", "p = 1.0 * e")
    ),
}

ROW, TOTAL = "z.max(axis=1, keepdims=True)", "e.sum(axis=1, keepdims=True)"
# label: (source, edits, cause)
EDITS = {
    "y - p": (SHORT, [("p - y", "y - p")], "y-minus-p"),
    "1/N missing": (SHORT, [(" / len(z)", "")], "mean-missing"),
    "1/N twice": (SHORT, [("/ len(z)", "/ len(z)**2")], "divided-by-batch-twice"),
    "divided by K": (SHORT, [("len(z)", "z.shape[1]")], "divided-by-classes"),
    "divided by N K": (SHORT, [("len(z)", "z.size")], "divided-by-classes"),
    "mean over the batch": (
        SHORT,
        [("(p - y) / len(z)", "(p - y).mean(axis=0)")],
        "summed-over-batch",
    ),
    "sum over the batch": (LOOPS, [("delta\n", "delta.sum(axis=0)\n")], "summed-over-batch"),
    "axis 0": (SHORT, [(ROW, "z.max(axis=0)"), (TOTAL, "e.sum(axis=0)")], "softmax-wrong-axis"),
    "sum along axis 0": (SHORT, [(TOTAL, "e.sum(axis=0)")], "softmax-wrong-axis"),
    "largest along axis 0": (SHORT, [(ROW, "z.max(axis=0)")], "softmax-wrong-axis"),
    "one sum for all": (SHORT, [(ROW, "z.max()"), (TOTAL, "e.sum()")], "softmax-wrong-axis"),
    "keepdims missing": (SHORT, [(TOTAL, "e.sum(axis=1)")], "keepdims-missing"),
    "keepdims missing twice": (SHORT, [(", keepdims=True", "")], "keepdims-missing"),
    "overflow": (SHORT, [(" - " + ROW, "")], "exp-overflows"),
    "overflow in loops": (LOOPS, [("top = max(z[i])", "top = 0")], "exp-overflows"),
    "smallest taken off": (SHORT, [("z.max(", "z.min(")], "exp-overflows"),
    "clipped": (SHORT, [(" - " + ROW, ".clip(-500, 500)")], "logits-clipped"),
    "one maximum for all": (SHORT, [(ROW, "z.max()")], "shift-not-by-row"),
    "not normalised": (SHORT, [(" / " + TOTAL, "")], "not-normalised"),
    "logits": (SHORT, [("(p - y)", "(z - y)")], "softmax-missing"),
    "sigmoid": (SHORT, [("(p - y)", "(1 / (1 + np.exp(-z)) - y)")], "softmax-missing"),
    "softmax twice": (SHORT, [("(p - y)", "(cnnlib.softmax(p) - y)")], "softmax-twice"),
    "labels by argmax": (
        SHORT,
        [("p - y", "p - np.eye(z.shape[1])[y.argmax(1)]")],
        "labels-hardened",
    ),
    "1 taken off where y is 1": (SHORT, [("p - y", "p - (y == 1)")], "labels-hardened"),
    "labels ignored": (SHORT, [("p - y", "p")], "labels-ignored"),
    "diagonal": (SHORT, [("(p - y)", "-y * (1 - p)")], "softmax-diagonal"),
    "diagonal through p": (
        THROUGH_P,
        [("(dp - (dp * p).sum(axis=1, keepdims=True))", "(1 - p) * dp")],
        "softmax-diagonal",
    ),
    "p (1 - p) once more": (SHORT, [("(p - y)", "(p - y) * p * (1 - p)")], "jacobian-twice"),
    "slopes for p": (THROUGH_P, [("dz / len(z)", "dp / len(z)")], "stops-at-p"),
    "divided by p": (THROUGH_P, [], "log-of-zero"),
    "divided by p + 1e-12": (THROUGH_P, [("-y / p", "-y / (p + 1e-12)")], "log-of-zero"),
    "divided by p, clipped": (
        THROUGH_P,
        [("-y / p", "-y / np.clip(p, 1e-15, None)")],
        "log-of-zero",
    ),
    "the loss": (
        SHORT,
        [("(p - y) / len(z)", "-(y * (np.log(TOTAL) * -1 + z - ROW)).sum() / len(z)")],
        "returns-loss",
    ),
    "returned in the loop": (LOOPS, [("    return", "        return")], "first-example-only"),
    "transposed": (
        SHORT,
        [("/ len(z)", "/ len(z)).T"), ("return (p", "return ((p")],
        "rows-columns-swapped",
    ),
    "in place": (SHORT, [("    e = np", "    z -= ROW\n    e = np")], "input-modified"),
    "whole numbers": (LOOPS, [("np.zeros((n, k))", "np.zeros_like(z)")], "integer-accumulator"),
    "returns None": (SHORT, [("return (p", "(p")], "returns-nothing"),
    "returns a pair": (
        SHORT,
        [("return (p - y) / len(z)", "return p, (p - y) / len(z)")],
        "wrong-tuple",
    ),
    "two at once": (SHORT, [("(p - y) / len(z)", "y - p")], ("mean-missing", "y-minus-p")),
}
PLANTED = {
    label: (
        function(
            source, *((old, new.replace("ROW", ROW).replace("TOTAL", TOTAL)) for old, new in edits)
        ),
        {"delta": (cause,) if isinstance(cause, str) else cause},
    )
    for label, (source, edits, cause) in EDITS.items()
}
