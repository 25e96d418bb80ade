"""What a course installs: numpy alone, and nothing else is touched by a check."""

from __future__ import annotations

import subprocess
import sys
import textwrap

PROGRAM = """
    import sys
    import cnnlib
    from cnnlib import check

    def dense_backward(delta, x, w):
        return delta @ w.T, x.T @ delta, delta.mean(axis=0)

    report = check.dense_backward(dense_backward)
    report._repr_html_(), report.as_dict()
    assert cnnlib.__version__ in str(report) and "bias-averaged" in report.causes["db"]
    tops = {name.partition(".")[0] for name in sys.modules}
    # What Python itself and numpy's compiled parts leave behind.
    started = ("__", "_distutils_hack", "sitecustomize", "usercustomize", "_cython", "cython")
    print(sorted(t for t in tops - set(sys.stdlib_module_names) if not t.startswith(started)))
"""


def test_a_check_imports_numpy_only() -> None:
    # -I: neither the folder of this test nor the environment has a say.
    program = f"import sys; sys.path[:0] = {sys.path!r}\n{textwrap.dedent(PROGRAM)}"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['cnnlib', 'numpy']"
