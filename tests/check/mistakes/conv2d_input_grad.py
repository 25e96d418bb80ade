"""``conv2d_input_grad``, right and wrong: the dx of every ``conv2d_backward``."""

from tests.check.edits import function, planted
from tests.check.mistakes import conv2d_backward as whole

TAIL = """
def conv2d_input_grad(delta, w, input_shape, *, stride=1, padding=0, dilation=1):
    options = dict(stride=stride, padding=padding, dilation=dilation)
    return conv2d_backward(delta, np.zeros(input_shape), w, **options)[0]
"""
# These have no dx of their own to return.
NO_DX = {"returns None", "wrong tuple", "wrong order"}


def only_dx(source: str) -> str:
    """Return a source that ends in the function for one part."""
    if "dilation=1" in source:
        return source + TAIL
    return source + TAIL.replace(", dilation=1", "").replace(", dilation=dilation", "")


CORRECT = {label: function(only_dx(source)) for label, source in whole.SOURCES.items()}
PLANTED = planted(
    {
        label: (only_dx(source), edits, {"dx": causes["dx"]})
        for label, (source, edits, causes) in whole.EDITS.items()
        if "dx" in causes and label not in NO_DX
    }
    | {
        "returns a tuple": (whole.LOOPS + TAIL, [("[0]\n", "\n")], {"dx": "wrong-tuple"}),
        "returns None": (
            whole.LOOPS + TAIL, [("return dx, dw, db", "return [None]")],
            {"dx": "returns-nothing"},
        ),
        "integer accumulator": (
            whole.LOOPS + TAIL, [("return dx, dw, db", "return [dx.astype(int)]")],
            {"dx": "integer-accumulator"},
        ),
        "all zeros": (
            whole.LOOPS + TAIL, [("dxp[m, rows, cols] +=", "dxp[m, rows, cols] + ")],
            {"dx": "all-zero"},
        ),
    }
)  # fmt: skip
