"""``python -m cnnlib``: which version this is, where the book is, what can be done with it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cnnlib import __version__

ROOT = Path(__file__).resolve().parents[1]
CAN = """
what can be done:
  from cnnlib import conv2d, conv2d_backward, check_gradient
      the operations, forward and backward, and the check by central differences
  from cnnlib import trace_conv2d
      every product of an operation as a table; .backward(delta, "x") is the way back
  from cnnlib import check; check.conv2d_backward(yours)
      what is wrong with a backward pass of your own, and the likely mistake
  from cnnlib.widgets import TraceView; TraceView(trace_conv2d(x, w))
      the same table as an animation, in Jupyter (pip install "cnnlib[widgets]")
  from cnnlib.nn import train_digit_network
      a small network that learns to read digits
"""


def book() -> str:
    """Say where the book is: at the address in ``CNNLIB_BOOK``, built in this folder, or to build.

    Examples
    --------
    >>> isinstance(book(), str)
    True
    """
    address = os.environ.get("CNNLIB_BOOK")
    if address:
        return address
    built = ROOT / "_build" / "html" / "index.html"
    if built.is_file():
        return built.as_uri()
    if (ROOT / "_toc.yml").is_file():
        return f"its source is {ROOT}; make book builds it"
    return "not on this machine (set CNNLIB_BOOK to its address)"


def main(words: list[str] | None = None) -> None:
    """Print the version and the place of the book.

    Examples
    --------
    >>> main([])
    cnnlib ...
    the book: ...
    python -m cnnlib --help says what can be done
    """
    parser = argparse.ArgumentParser(
        prog="python -m cnnlib",
        description="Backpropagation in convolutional networks, by the numbers.",
        epilog=CAN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cnnlib {__version__}")
    parser.parse_args(words)
    print(f"cnnlib {__version__}")
    print(f"the book: {book()}")
    print("python -m cnnlib --help says what can be done")


if __name__ == "__main__":
    main()
