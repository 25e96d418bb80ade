"""The tests of the package on every Python, with the lowest and the newest numpy: ``nox``.

The book and its browser tests are built on one Python by ``make test``; here the package and the
checkers are tried wherever an interpreter is found.
"""

from __future__ import annotations

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
NUMPY = {"lowest": "numpy==2.0.*", "newest": "numpy"}
# No book, no browser, no oracle that is not everywhere.
TESTS = ["cnnlib/ops", "cnnlib/trace", "cnnlib/nn", "cnnlib/gradcheck.py", "cnnlib/data.py"]
TESTS += ["tests/ops", "tests/trace", "tests/nn", "tests/check", "tests/test_gradcheck.py"]
TESTS += ["tests/test_data.py"]

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False


@nox.session(python=PYTHONS)
@nox.parametrize("numpy", list(NUMPY))
def package(session: nox.Session, numpy: str) -> None:
    """Test the package; pass what follows ``--`` on to pytest."""
    if numpy == "lowest" and session.python == "3.14":
        session.skip("the lowest numpy has no wheel for Python 3.14")
    tools = ["pytest>=8.2", "hypothesis>=6.100", "PyYAML>=6.0", "psutil>=5.9"]
    session.install("-e", ".[homework]", *tools, NUMPY[numpy])
    marks = "not slow and not torch and not browser"
    session.run("python", "-m", "pytest", "-q", "-m", marks, *(session.posargs or TESTS))
