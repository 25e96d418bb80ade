"""``conv2d_kernel_grad``, right and wrong: the dw of every ``conv2d_backward``."""

from tests.check.edits import function, planted
from tests.check.mistakes import conv2d_backward as whole

TAIL = """
def conv2d_kernel_grad(delta, x, kernel_size, *, stride=1, padding=0, dilation=1):
    options = dict(stride=stride, padding=padding, dilation=dilation)
    w = np.ones((*kernel_size, x.shape[3], delta.shape[3]))
    return conv2d_backward(delta, x, w, **options)[1]
"""
# These have no dw of their own to return.
NO_DW = {"returns None", "wrong tuple", "wrong order"}


def only_dw(source: str) -> str:
    """Return a source that ends in the function for one part."""
    if "dilation=1" in source:
        return source + TAIL
    return source + TAIL.replace(", dilation=1", "").replace(", dilation=dilation", "")


CORRECT = {label: function(only_dw(source)) for label, source in whole.SOURCES.items()}
PLANTED = planted(
    {
        label: (only_dw(source), edits, {"dw": causes["dw"]})
        for label, (source, edits, causes) in whole.EDITS.items()
        if "dw" in causes and label not in NO_DW
    }
    | {
        "returns a tuple": (whole.LOOPS + TAIL, [("[1]\n", "\n")], {"dw": "wrong-tuple"}),
        "returns None": (
            whole.LOOPS + TAIL,
            [("return dx, dw, db", "return [0, None]")],
            {"dw": "returns-nothing"},
        ),
    }
)
