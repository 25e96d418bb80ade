"""A report for a notebook or a page: plain tables that need neither script nor style sheet.

Colours are those of the book where its style sheet is there; elsewhere they are mixed from the
colour of the text, so that light and dark both work. Nothing is told by colour alone: a cell that
takes part has a border and a mark, and the products are written out.
"""

from __future__ import annotations

from html import escape

from cnnlib.check.causes import Cause
from cnnlib.check.render.terms import drawn
from cnnlib.check.render.text import UNWRITTEN, left_words
from cnnlib.check.render.wires import wires
from cnnlib.check.results import Failure, Told

STYLE = """
.cnn-report{--soft:color-mix(in srgb,currentColor 12%,transparent);max-width:52rem;
line-height:1.5;border-inline-start:.3rem solid currentColor;padding:.2rem 0 .2rem 1rem}
.cnn-report p{margin:.35rem 0}.cnn-report .cnn-head{font-weight:bold}
.cnn-report table{border-collapse:collapse;margin:.4rem 1rem .4rem 0;display:inline-table;
font-variant-numeric:tabular-nums;background:none}
.cnn-report th,.cnn-report td{padding:.15rem .5rem;text-align:right;border:1px solid var(--soft);
background:none;color:inherit}
.cnn-report caption{caption-side:top;text-align:start;color:inherit}
.cnn-report td.cnn-lit{background:var(--soft);outline:2px solid currentColor;outline-offset:-2px;
font-weight:bold}
.cnn-report .cnn-x{background:var(--sym-x-lit,var(--soft))}
.cnn-report .cnn-w{background:var(--sym-w-lit,var(--soft))}
.cnn-report .cnn-delta{background:var(--sym-delta-lit,var(--soft))}
.cnn-report .cnn-wide{overflow-x:auto}.cnn-report a{color:inherit;text-decoration:underline}
.cnn-report .cnn-sheet{display:inline-block;margin:.4rem 1rem .4rem 0;vertical-align:top}
.cnn-report .cnn-grid{display:grid;text-align:center;line-height:1.4em}
.cnn-report .cnn-grid span{border:1px solid var(--soft)}
.cnn-report .cnn-grid .cnn-lit{background:var(--soft);outline:2px solid currentColor;
outline-offset:-2px}
.cnn-report pre{white-space:pre-wrap;margin:.3rem 0;background:none;color:inherit}
"""


def as_html(report: Told) -> str:
    """Write the report as one section of HTML."""
    mark = {"everything passed": " ✓", "not right yet": " ✗"}.get(report.verdict, "")
    head = f"{escape(report.name)}: {report.verdict}{mark}"
    small = f"cnnlib {escape(report.version)}, seed {report.seed}"
    return "".join(
        [
            f"<style>{STYLE}</style>",
            f'<div class="cnn-report" role="group" aria-label="{escape(head)}">',
            f'<p><span class="cnn-head">{head}</span> <small>({small})</small></p>',
            _inside(report) if report.written else f"<p>{UNWRITTEN}</p>",
            "</div>",
        ]
    )


def _inside(report: Told) -> str:
    parts = [_scores(report), *map(_failure, report.failures)]
    known = "<strong>No mistake, but worth knowing</strong>"
    remarks = [_told(cause, known) for cause in report.told]
    left = f"<p>{escape(left_words(report.left))}</p>" if report.left else ""
    more = "<p>More, one at a time: <code>report.hint()</code></p>" if report.failures else ""
    return "".join([*parts, *remarks, left, _printed(report), more])


def _scores(report: Told) -> str:
    names = "".join(f'<th scope="col">{escape(part)}</th>' for part in report.score)
    counts = "".join(
        f"<td>{passed} of {tried} {'✓' if passed == tried else '✗'}</td>"
        for passed, tried in report.score.values()
    )
    return (
        "<table><caption>Cases passed</caption><thead><tr>"
        f"{names}</tr></thead><tbody><tr>{counts}</tr></tbody></table>"
    )


def _failure(failure: Failure) -> str:
    problem = failure.mark.outcome.problem
    where = problem.where if problem else ""
    lines = "".join(
        f"<pre>{escape(line)}</pre>"
        if line == where
        else f"<p>{escape(line).replace('   ', ' · ')}</p>"
        for line in failure.what
    )
    evidence = f"<strong>Likely cause</strong> ({failure.evidence})"
    return (
        f'<p class="cnn-head">{escape(failure.headline)}</p>'
        f"<p>{escape(str(failure.mark.case))}</p>{lines}"
        f"{''.join(_told(cause, evidence) for cause in failure.causes)}"
        f"{drawn(failure)}{wires(failure)}"
    )


def _told(cause: Cause, what_it_is: str) -> str:
    look = " ".join(filter(None, (cause.look, cause.ask)))
    return (
        f"<p>{what_it_is}: {escape(cause.words)}. {escape(look)} Explained in the chapter "
        f'<a href="{escape(cause.link)}">{escape(cause.chapter.replace("_", " "))}</a>.</p>'
    )


def _printed(report: Told) -> str:
    if not report.printed or report:
        return ""
    return f"<p>Printed in the first case:</p><pre>{escape(report.printed.strip())}</pre>"
