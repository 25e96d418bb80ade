"""Run cells one after the other in one namespace."""

from __future__ import annotations

import ast
import builtins
import json
import linecache
import os
import re
import sys
import traceback
from typing import Any

from page_kernel import channel, claims
from page_kernel.printed import printed
from page_kernel.show import open_figures, show

#: Packages that are loaded when a cell first speaks of them.
LATER = {"matplotlib": re.compile(r"\b(matplotlib|plots|plot_\w+|pylab)\b")}
#: Characters of a traceback that are shown.
MOST = 20_000
MAGIC = re.compile(r"^\s*[%!]", re.MULTILINE)
#: The names of the cells: those of the module __main__, as in a notebook.
space: dict[str, Any] = sys.modules["__main__"].__dict__
loaded: set[str] = set()


def begin(settings: str) -> None:
    """Lay out an empty session."""
    given = json.loads(settings)
    os.environ["CNNLIB_BOOK"] = given["book"]
    builtins.input = _nobody_answers  # type: ignore[assignment]
    sys.stdout = sys.stderr = printed  # type: ignore[assignment]
    reset()
    from page_kernel import training

    training.begin(given["trained"])


def reset() -> None:
    """Forget every name; what is imported stays loaded."""
    space.clear()
    space.update(__name__="__main__", __builtins__=builtins, display=_display)
    space[claims.NAME] = claims.page_says


def _display(*values: Any, **_: Any) -> None:
    for value in values:
        show(value)


def _nobody_answers(*_: object) -> str:
    raise EOFError("a page has no keyboard input for Python: write the value into the cell")


def wants(code: str) -> str:
    """Return as JSON which packages the code needs that are not loaded yet."""
    new = [name for name, words in LATER.items() if name not in loaded and words.search(code)]
    loaded.update(new)
    return json.dumps(new)


def run(n: int, code: str, original: str, edited: bool, real: bool) -> str:
    """Run a cell, show what it gives, and return how it ended.

    Parameters
    ----------
    n : int
        Its number.
    code, original : str
        As it stands, and as the page has it.
    edited : bool
        Whether this session holds anything of the reader's.
    real : bool
        Whether a training is wanted, even where its outcome is known.

    Returns
    -------
    str
        "done", "failed", or "needs NAME" for want of a package that can be loaded.
    """
    from page_kernel import training

    channel.cell = n
    claims.said.clear()
    training.begin_cell(real)
    _forget_widgets(n)
    name = f"<cell {n}>"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    try:
        _execute(code, name, original if edited else None)
        open_figures()
        return "done"
    except BaseException as error:
        wanted = (getattr(error, "name", None) or "").partition(".")[0]
        if isinstance(error, ModuleNotFoundError) and wanted in LATER and wanted not in loaded:
            loaded.add(wanted)
            return f"needs {wanted}"
        printed.flush()
        channel.out("error", **told(error, code))
        return "failed"
    finally:
        printed.close_cell()


def _execute(code: str, name: str, soften: str | None) -> None:
    tree = ast.parse(code, name)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
    if soften is not None:
        tree = claims.soften(tree, soften)
    exec(compile(tree, name, "exec"), space)
    if last is not None:
        value = eval(compile(last, name, "eval"), space)
        if value is not None:
            space["_"] = value
            show(value)


def told(error: BaseException, code: str) -> dict[str, str]:
    """Return what is said of an exception: its words and the reader's own lines."""
    lines = traceback.TracebackException.from_exception(error, limit=None)
    unread = isinstance(error, SyntaxError) and f"<cell {channel.cell}>" == error.filename
    own = [] if unread else [frame for frame in lines.stack if not _inner(frame.filename)]
    lines.stack = traceback.StackSummary.from_list(own)
    text = "".join(lines.format(chain=False))
    if isinstance(error, SystemExit):
        text += "A cell cannot end Python here. Everything you have computed is still there.\n"
    if isinstance(error, SyntaxError) and MAGIC.search(code):
        text += "Lines that begin with % or ! work in Jupyter only.\n"
    if isinstance(error, MemoryError):
        text += "More memory was asked for than a page may take.\n"
    return {"name": type(error).__name__, "text": text[-MOST:]}


def _inner(filename: str) -> bool:
    """Tell whether a frame lies in this kernel or in numpy, and not in the cell or in cnnlib."""
    return (
        "page_kernel" in filename or filename.startswith("<frozen") or "site-packages" in filename
    )


def _forget_widgets(n: int) -> None:
    widgets = sys.modules.get("anywidget")
    if widgets is not None:
        widgets.forget(n)


def hear(key: str, values: str) -> None:
    """Take what the reader did in a widget."""
    widgets = sys.modules.get("anywidget")
    if widgets is not None:
        widgets.hear(key, json.loads(values))
