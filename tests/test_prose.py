"""The lessons' prose keeps the rules of docs/authoring.md: length, time, notation, links.

`LESSONS=03_dense_layer pytest tests/test_prose.py` shows what one of them lacks.
"""

import ast
import re

import pytest

from grader.course.cells import Kind
from tests.conftest import COURSE, LESSONS, ROOT, load
from tests.prose import (
    Lesson,
    anchor,
    formulas,
    headings,
    links,
    names_in_code,
    notation,
    notation_rows,
    shown,
    symbols,
    words_of,
)

every_lesson = pytest.mark.parametrize("lesson", [Lesson(name) for name in LESSONS], ids=LESSONS)

MOST_WORDS_A_CELL, MOST_WORDS_A_LESSON = 200, 3500
MOST_MINUTES_A_SITTING = 90
UNNUMBERED = re.compile(
    r"## (Notation|How far you are|Summary|Further reading|Three questions on lesson \d\d)"
)


@every_lesson
def test_no_cell_of_prose_is_longer_than_200_words(lesson):
    long = {lesson.at(cell): words_of(cell) for cell in lesson.prose}
    assert {place: count for place, count in long.items() if count > MOST_WORDS_A_CELL} == {}


@every_lesson
def test_no_lesson_has_more_than_3500_words_outside_what_is_unfolded(lesson):
    assert lesson.words <= MOST_WORDS_A_LESSON


@every_lesson
def test_after_two_cells_of_prose_there_is_something_to_look_at_or_to_do(lesson):
    """A question by hand is followed by the cell that it is answered in."""
    run, wordy = 0, []
    for cell in lesson.cells:
        run = run + 1 if cell.kind is Kind.PROSE else 0
        if run > 2:
            wordy.append(lesson.at(cell))
    assert wordy == []


@every_lesson
def test_the_opening_says_what_the_rule_gives_for_points_and_minutes(lesson):
    """`python -m tests.prose LESSON` prints the lines."""
    assert lesson.opening in lesson.prose[0].source


@every_lesson
def test_no_sitting_is_longer_than_90_minutes(lesson):
    """A longer lesson says "from section 6 on", where it is good to begin again."""
    assert max(lesson.sittings) <= MOST_MINUTES_A_SITTING


@every_lesson
def test_the_readme_says_words_minutes_and_points(lesson):
    """In its table of lessons, the words to the hundred, the minutes of each sitting."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {lesson.id[:2]} .*$", readme, re.MULTILINE)[0]
    minutes = " + ".join(map(str, lesson.sittings))
    numbers = f"| {round(lesson.words, -2):,} | {minutes} | {lesson.points:g} |"
    assert row.endswith(numbers), f"{row} should end with {numbers}"


@every_lesson
def test_the_opening_leads_to_the_lessons_before_and_after_and_to_the_notation(lesson):
    order = COURSE.lesson_ids()
    place = order.index(lesson.id)
    neighbours = order[max(place - 1, 0) : place] + order[place + 1 : place + 2]
    wanted = {f"../{name}/{name}.ipynb" for name in neighbours}
    own = lesson.id == "00_start_here"
    wanted.add("#Notation" if own else "../00_start_here/00_start_here.ipynb#Notation")
    assert wanted <= set(links(lesson.prose[0]))


@every_lesson
def test_every_link_leads_somewhere(lesson):
    """Inside the course the page and its heading exist; outside, an address is well formed."""
    dead = []
    for cell in lesson.prose:
        for link in links(cell):
            path, _, fragment = link.partition("#")
            inside = re.fullmatch(r"(?:\.\./(\w+)/(\w+)\.ipynb)?", path)
            if inside is None:
                fine = re.fullmatch(r"https://[\w.-]+\.\w+(/[\w./%()~,-]*)?", link)
            else:
                target = inside[1] or lesson.id
                fine = inside[1] == inside[2] and target in COURSE.lesson_ids()
                fine = fine and (not fragment or fragment in map(anchor, headings(target)))
            if not fine:
                dead.append(f"{lesson.at(cell)}: {link}")
    assert dead == []


@every_lesson
def test_every_symbol_stands_in_the_notation_table(lesson):
    """Elsewhere only in what is quoted, which is somebody else's notation."""
    strange = sorted(
        f"{lesson.at(cell)}: {symbol} in {' '.join(formula.split())[:60]}"
        for cell in lesson.prose
        for formula in formulas(cell.source)
        for symbol in symbols(formula)
        if symbol not in notation()
        or (lesson.id[:2] < notation()[symbol] and "| from |" not in cell.source)
    )
    assert strange == []


@every_lesson
def test_a_prime_is_a_derivative_and_only_vectors_are_bold(lesson):
    odd = [
        f"{lesson.at(cell)}: {' '.join(formula.split())[:60]}"
        for cell in lesson.prose
        for formula in formulas(cell.source)
        if re.search(r"(?<!phi)(?<!sigma)(?<!tanh)(?<![f'])(_\w|_\{\w+\})?'", formula)
        or re.search(r"\\mathbf\s*\{?[A-Z]", formula)
    ]
    assert odd == []


@every_lesson
def test_arguments_with_short_names_are_called_as_in_the_notation_table(lesson):
    """Letters of a formula, that is; a short word stands for itself."""
    known = names_in_code() | {"op"}
    odd = {
        f"{cell.name}({argument.arg})"
        for cell in lesson.cells
        if cell.kind is Kind.SOLUTION
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef)
        for argument in node.args.args
        if re.fullmatch(r"\w{1,2}", argument.arg) and argument.arg not in known
    }
    assert odd == set()


@every_lesson
def test_headings_are_numbered_alike(lesson):
    """`# 03 · Title`, `## 1 · Title` counted on, `### Exercise: `name` (4 points)`."""
    found = headings(lesson.id)
    assert re.fullmatch(rf"# {lesson.id[:2]} · .+", found[0])
    sections = [h for h in found if h.startswith("## ") and not UNNUMBERED.fullmatch(h)]
    numbers = [re.fullmatch(r"## (\d+) · .+", heading) for heading in sections]
    assert [int(n[1]) if n else h for n, h in zip(numbers, sections, strict=True)] == list(
        range(1, len(sections) + 1)
    )
    points = {name: points for name, points, _ in lesson.exercises}
    by_hand = [c.name for c in lesson.cells if c.kind is Kind.MANUAL]
    wanted = {
        f"### Exercise: `{name}` ({points[name]:g} point{'s' if points[name] != 1 else ''})"
        for name in points
        if name not in by_hand
    }
    wanted |= {
        f"### In your own words ({points[name]:g} points, marked by hand)" for name in by_hand
    }
    assert wanted - set(found) == set()


@every_lesson
def test_formulas_are_counted_on_and_those_named_exist(lesson):
    text = "\n".join(shown(cell) for cell in lesson.prose)
    tags = [int(number) for number in re.findall(r"\\tag\{(\d+)\}", text)]
    assert tags == list(range(1, len(tags) + 1))
    code = "\n".join(cell.source for cell in lesson.cells if cell.kind is Kind.SOLUTION)
    named = re.findall(r"[Ff]ormulas? \((\d+)\)(?! of lesson)", text + code)
    assert {int(number) for number in named} <= set(tags)


@every_lesson
def test_a_derivation_is_asked_step_by_step(lesson):
    """Four to six functions of one line, and an error in one is carried to the next."""
    if lesson.id == "00_start_here":
        return
    steps = [cell for cell in lesson.cells if re.match(r"step_\d_", cell.name)]
    solved = [cell.name for cell in steps if cell.kind is Kind.SOLUTION]
    assert 4 <= len(solved) <= 6
    assert [int(name[5]) for name in solved] == list(range(1, len(solved) + 1))
    for cell in steps:
        if cell.kind is Kind.SOLUTION:
            (function,) = ast.parse(cell.source).body
            _, *body = function.body
            assert [type(node) for node in body] == [ast.Return], cell.name
    carried = [load(lesson.id).exercises[name].builds_on for name in solved]
    assert any(earlier in later for earlier, later in zip(solved, carried[1:], strict=False))


def test_every_symbol_of_the_notation_table_is_used():
    """A row that no lesson needs is one more thing to learn."""
    used = {
        symbol
        for lesson in map(Lesson, COURSE.lesson_ids())
        for cell in lesson.prose
        if "| from |" not in cell.source
        for formula in formulas(cell.source)
        for symbol in symbols(formula)
    }
    assert set(notation()) - used == set()


def test_the_notation_table_gives_each_symbol_once():
    """One letter, one meaning: no two rows begin with the same symbol."""
    listed = [formula for row in notation_rows() for formula in formulas(row[0])]
    assert sorted(listed) == sorted(set(listed))
    assert len(listed) > 50, "the table was not found"
