"""What a check found: for a terminal, for a notebook, and for a program."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlib.check.render.html import as_html
from cnnlib.check.render.text import as_text
from cnnlib.check.results import ReportData


@dataclass(frozen=True, eq=False)
class Report(ReportData):
    """Result of a check; true when everything passed.

    Attributes
    ----------
    exercise : Exercise
        What was asked.
    version : str
        ``cnnlib.__version__``.
    seed : int
        The numbers that were used.
    marks : tuple of CaseResult
        One for each case.
    findings : dict of str to Finding or None
        For each part what is wrong with it, None where it is right.

    Examples
    --------
    >>> from cnnlib import check
    >>> def dense_backward(delta, x, w):
    ...     return delta @ w.T, x.T @ delta, delta.mean(axis=0)
    >>> report = check.dense_backward(dense_backward)
    >>> bool(report), report.score
    (False, {'shapes': (5, 5), 'dx': (5, 5), 'dw': (5, 5), 'db': (1, 5)})
    >>> report.causes
    {'db': ('bias-averaged',)}
    """

    def raise_if_failed(self) -> None:
        """Do nothing if everything passed.

        Raises
        ------
        AssertionError
            If something is wrong; the message is the report.
        """
        if not self:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        """Return the report for a terminal."""
        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the report for a notebook."""
        return as_html(self)
