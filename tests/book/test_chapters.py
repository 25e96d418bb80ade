"""The house style of the chapters, as far as a program can read it."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import pytest

from cnnlib.ops._activation import ACTIVATIONS
from tests.book.pages import CHAPTERS, FENCE, Cell, Page, pages, toc

PAGES = [pytest.param(page, id=page.slug) for page in pages()]
# The package's reference: a page for each floor.
API = {page.slug for page in pages() if page.slug.startswith("api")}
REFERENCE = API | {
    "intro",
    "start",
    "explore",
    "confusions",
    "notation",
    "glossary",
    "bibliography",
}
# What is written or taught, and not read: its exercises are the page (tests/homework).
HOMEWORK = {page.slug for page in pages() if page.slug.startswith("homework")} | {"instructors"}
LONGEST_CELL, LONGEST_FUNCTION = 15, 11
SHORTEST_CHAPTER, LONGEST_CHAPTER = 150, 350
# What is looked up, or generated, and not read from the first line to the last.
ANY_LENGTH = API | {"intro", "explore", "glossary", "bibliography"}

FORBIDDEN = re.compile(
    r"\b(simply|just|obviously|clearly|trivially|of course|note that|basically"
    r"|(easy|easily) (to see|seen))\b|!",
    re.IGNORECASE,
)
# American spellings, and what they should be. Names of programs stand in code, not in prose.
AMERICAN = re.compile(
    r"\b(?:(?:dis|multi)?color\w*|behavior\w*|neighbor\w*|favor\w*|center(?:ed|s|ing)?|gray\w*"
    r"|fiber|meters?|artifact\w*|judgment|fulfill|label(?:ed|ing)|model(?:ed|ing)|travel(?:ed|ing)"
    r"|cancel(?:ed|ing)|catalog|(?:ana|para)lyz\w*"
    r"|(?:normal|initial|general|optim|organ|recogn|visual|minim|maxim|summar|real|vector"
    r"|regular|penal|emphas|discret|parametr|general|standard|util|special|symbol)iz\w*)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[-−+±]?\d[\d  .,]*\s?%?")
QUOTED = re.compile(r"\"[^\"]{,400}\"|“[^”]{,400}”")
LINKED = r"(step|view|direction|layer|cell|way|at|chosen|g\.[\w%]+|\w+@[\d.]+)=[\w.,@-]+"
LINKABLE = "TraceView", "DigitExplorer", "NetworkView"
WIDGET = re.compile(r'href="([\w]*)(?:\.html)?#tv:([\w-]+):([^"]*)"')


def where(page: Page, line: int) -> str:
    return f"{page.slug}.md:{line}"


def calls(cell: Cell, *names: str) -> Iterator[ast.Call]:
    """Find the calls of functions by their full or last names."""
    for node in ast.walk(ast.parse(cell.code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def keyword(call: ast.Call, name: str) -> str:
    """Return a keyword of a call as text, "" where it is missing."""
    found = [k.value for k in call.keywords if k.arg == name]
    if not found:
        return ""
    return str(found[0].value if isinstance(found[0], ast.Constant) else ast.unparse(found[0]))


@pytest.mark.parametrize("page", [p for p in PAGES if p.id not in ANY_LENGTH | HOMEWORK])
def test_a_chapter_is_read_in_one_sitting(page: Page) -> None:
    lines = len((CHAPTERS / f"{page.slug}.md").read_text(encoding="utf-8").splitlines())
    assert SHORTEST_CHAPTER <= lines <= LONGEST_CHAPTER, f"{page.slug} has {lines} lines"


@pytest.mark.parametrize("page", PAGES)
def test_cells_are_short(page: Page) -> None:
    sizes = {where(page, cell.line): len(cell.code.splitlines()) for cell in page.cells}
    assert not {place: size for place, size in sizes.items() if size > LONGEST_CELL}


@pytest.mark.parametrize("page", PAGES)
def test_cells_define_no_classes_and_only_small_functions(page: Page) -> None:
    for cell in page.cells:
        for node in ast.walk(ast.parse(cell.code)):
            assert not isinstance(node, ast.ClassDef), f"{where(page, cell.line)}: {node.name}"
            if isinstance(node, ast.FunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                assert size <= LONGEST_FUNCTION, f"{where(page, cell.line)}: {node.name}, {size}"


def test_a_function_used_by_two_chapters_is_in_the_package() -> None:
    bodies: Counter[str] = Counter()
    for page in pages():
        trees = [ast.parse(cell.code) for cell in page.cells]
        nodes = chain.from_iterable(map(ast.walk, trees))
        functions = [n for n in nodes if isinstance(n, ast.FunctionDef)]
        long = [n for n in functions if (n.end_lineno or 0) - n.lineno >= 3]
        bodies.update({ast.unparse(n.body) for n in long})  # type: ignore[arg-type]
    assert not {body for body, times in bodies.items() if times > 1}


def test_the_test_for_cells_finds_what_it_looks_for() -> None:
    long = Cell(1, {}, "\n".join(["a = 1"] * 16))
    assert len(long.code.splitlines()) > LONGEST_CELL
    assert FORBIDDEN.search("This is simply so")
    assert FORBIDDEN.search("Well!")
    assert not FORBIDDEN.search("a justified adjustment, x != y".replace("!=", "≠"))
    assert AMERICAN.search("gray colors")
    assert AMERICAN.search("we normalize")
    assert not AMERICAN.search("grey colours, we normalise the size of a prize")
    assert NUMBER.fullmatch("98.5 %")
    assert not NUMBER.fullmatch("conv2d")


@pytest.mark.parametrize("page", PAGES)
def test_tables_hold_no_results_typed_by_hand(page: Page) -> None:
    for line, row in page.tables:
        typed = [cell for cell in row if NUMBER.fullmatch(cell) and len(cell) > 1]
        assert not typed, f"{where(page, line)}: let a cell compute {typed}"


@pytest.mark.parametrize("page", PAGES)
def test_code_stands_in_cells_and_outputs_come_from_them(page: Page) -> None:
    """A block that is not executed could show anything, and go stale."""
    typed = [m for m in FENCE.finditer(page.text) if not m["info"].startswith("{")]
    typed = [m for m in typed if m["info"].strip() not in {"bash", "console", "sh"}]
    assert not [where(page, page.text[: m.start()].count("\n") + 1) for m in typed]


@pytest.mark.parametrize("page", PAGES)
def test_prose_keeps_the_voice(page: Page) -> None:
    text = "\n".join(line for _, line in page.prose)
    own = QUOTED.sub(lambda quote: "\n" * quote[0].count("\n"), text).split("\n")
    found = [(n, FORBIDDEN.search(line)) for (n, _), line in zip(page.prose, own, strict=True)]
    assert not [f"{where(page, n)}: {m[0]}" for n, m in found if m]


@pytest.mark.parametrize("page", PAGES)
def test_spelling_is_british(page: Page) -> None:
    found = [(n, AMERICAN.search(line)) for n, line in page.prose]
    texts = [
        (cell.line, AMERICAN.search(keyword(call, name)))
        for cell in page.cells
        for call in calls(cell, "show", "TraceView", "SoftmaxView", "NudgeView", "set_title")
        for name in ("alt", "title", "label")
    ]
    captions = [(c.line, AMERICAN.search(str(c.options.get("mystnb", "")))) for c in page.cells]
    assert not [f"{where(page, n)}: {m[0]}" for n, m in found + texts + captions if m]


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_has_an_alternative_text_and_widgets_a_title(page: Page) -> None:
    for cell in page.cells:
        for call in calls(cell, "show"):
            assert len(keyword(call, "alt")) > 15, where(page, cell.line)
        for call in calls(cell, "TraceView", "SoftmaxView", "NudgeView", "TrainingReplay"):
            assert keyword(call, "title"), where(page, cell.line)
    assert "![](" not in page.text
    for figure in FENCE.finditer(page.text):
        if re.match(r"\{(figure|image)\}", figure["info"]):
            assert ":alt:" in figure["body"]


@pytest.mark.parametrize("page", PAGES)
def test_every_numbered_figure_has_a_caption_and_a_name(page: Page) -> None:
    for cell in page.cells:
        figure = cell.options.get("mystnb", {}).get("figure")
        if figure is not None:
            assert figure["caption"], where(page, cell.line)
            assert figure["name"].startswith("fig-"), where(page, cell.line)


@pytest.mark.parametrize("page", PAGES)
def test_a_captioned_cell_ends_with_its_figure(page: Page) -> None:
    """Only the last expression of a cell is shown; a caption below nothing is easily missed."""
    for cell in page.cells:
        if cell.options.get("mystnb", {}).get("figure"):
            last = ast.parse(cell.code).body[-1]
            shown = isinstance(last, ast.Expr) and ast.unparse(last).startswith("plots.show(")
            assert shown, where(page, cell.line)


@pytest.mark.parametrize("page", [p for p in PAGES if p.id not in REFERENCE | HOMEWORK])
def test_chapters_say_what_they_answer_and_end_with_exercises(page: Page) -> None:
    headings = re.findall(r"^## (.*)$", page.text, re.M)
    assert headings[-2:] == ["Exercises", "Where next"]
    assert "you will be able to" in page.text
    exercises = re.findall(r"exercise-start\}[^\n]*\n:label: ([\w-]+)", page.text)
    solutions = re.findall(r"solution-start\} ([\w-]+)\n:class: dropdown", page.text)
    assert len(exercises) >= 2
    assert exercises == solutions


@pytest.mark.parametrize("page", PAGES)
def test_a_question_to_predict_has_a_folded_answer(page: Page) -> None:
    """The answer follows before the next question or heading, in a box or an output to unfold."""
    for asked in re.finditer(r"\{admonition\} Predict first", page.text):
        rest = re.split(r"^##+ |Predict first", page.text[asked.end() :], maxsplit=1, flags=re.M)[0]
        folded = re.search(r"\{dropdown\}|hide-output", rest)
        assert folded, where(page, page.text[: asked.start()].count("\n") + 1)


def test_the_book_has_all_its_pages() -> None:
    assert sorted(toc()) == sorted(page.slug for page in pages())
    assert toc()[0] == "intro"
    assert toc()[-1] == "bibliography"


def test_every_source_is_cited_and_every_citation_has_a_source() -> None:
    entries = re.findall(r"^@\w+\{([\w-]+),", (CHAPTERS / "references.bib").read_text(), re.M)
    roles = [re.findall(r"\{cite[\w:]*\}`([^`]*)`", page.text) for page in pages()]
    cited = {key.strip() for role in chain.from_iterable(roles) for key in role.split(",")}
    assert cited == set(entries)
    assert len(entries) == len(set(entries))
    sources = {"rohrer-codetour", "gwardys2016", "najafi2020", "rathi2018"}
    assert sources | {"nielsen2015", "cs231n", "dumoulin2016guide", "mathieu2013fft"} <= cited


def api_text() -> str:
    """Return the reference, all its pages."""
    return "\n".join(Page(slug).text for slug in sorted(API))


def activation_names() -> set[str]:
    """Return what the directive ``activations`` writes for each activation there is."""
    rows = re.findall(r"^\.\. activations::\n\n((?: +.*\n)+)", api_text(), re.M)
    found = re.findall(r":: (\S+)", "".join(rows))
    return {
        name.format(name=one.name, layer=one.layer)
        for one in ACTIVATIONS.values()
        for name in found
    }


@pytest.mark.parametrize("module", ["", ".trace", ".nn", ".plots", ".widgets", ".check"])
def test_every_public_name_is_documented(module: str) -> None:
    listed = re.findall(r"^\.\. (?:auto\w+|py:class):: (?:[\w.]*\.)?(\w+)$", api_text(), re.M)
    written = activation_names()  # what the directive ``activations`` writes out
    public = importlib.import_module(f"cnnlib{module}")
    # A name kept for one version stands for an object that has a new name by now.
    names = {n for n in public.__all__ if getattr(getattr(public, n), "__name__", n) == n}
    assert names <= {*listed, *written}


def test_links_into_widgets_name_a_widget_and_a_state() -> None:
    for page in pages():
        for target, name, state in WIDGET.findall(page.text):
            there = Page(target or page.slug)
            widgets = [c for cell in there.cells for c in calls(cell, *LINKABLE)]
            found = [w for w in widgets if keyword(w, "name") == name]
            assert len(found) == 1, f"{page.slug}: no widget {name} on {there.slug}"
            for part in state.split(";"):
                assert re.fullmatch(LINKED, part), f"{page.slug}: {part}"
            way, offered = re.search(r"direction=([\w-]+)", state), keyword(found[0], "directions")
            assert not way or not offered or f"'{way[1]}'" in offered, f"{page.slug}: {state}"


def test_twenty_questions_have_answers_derivations_and_something_to_watch() -> None:
    page = Page("confusions")
    parts = re.split(r"^## (\d+)\. ", page.text, flags=re.M)[1:]
    assert parts[::2] == [str(number) for number in range(1, 21)]
    labels = {label for other in pages() for label in other.labels}
    for number, answer in zip(parts[::2], parts[1::2], strict=True):
        answer = answer.split("\n(q-")[0]
        links = re.findall(r"\]\(#([\w-]+)\)", answer)
        assert links, f"question {number}"
        assert set(links) <= labels, f"question {number}: {set(links) - labels}"
        assert WIDGET.search(answer) or number in {"16", "17"}, f"question {number}"
        assert len(answer.split()) < 130, f"question {number} takes longer than thirty seconds"


@pytest.mark.parametrize("page", PAGES)
def test_links_to_sections_lead_somewhere(page: Page) -> None:
    labels = {label for other in pages() for label in other.labels}
    assert set(re.findall(r"\]\(#([\w-]+)\)", page.text)) <= labels
    files = set(re.findall(r"\]\((\w+)\.md(?:#[\w-]+)?\)", page.text))
    assert files <= {other.slug for other in pages()}
