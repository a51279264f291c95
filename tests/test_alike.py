"""Pairs more alike than chance: copies under other names are seen, independent work is not."""

import ast
import random
import sys
from collections import defaultdict

import pytest

from grader import sample
from grader.alike.classes import page_of
from grader.alike.comparing import compare
from grader.course.cells import Kind
from tests.classroom import hand_in, make_course, work
from tests.conftest import LESSONS, ROOT, load


def alternatives(lesson):
    """Return right answers of different people, by exercise."""
    text = (ROOT / "tests/alternatives" / f"{lesson}.py").read_text(encoding="utf-8")
    found = defaultdict(list)
    for node in ast.parse(text).body:
        name, mark, _ = getattr(node, "name", "").partition("__")
        if mark and name:
            source = ast.get_source_segment(text, node)
            found[name].append(source.replace(node.name, name))
    return found


def independent(lesson):
    """Return a class in which each has an answer that nobody else has."""
    answers = alternatives(lesson)
    count = min(map(len, answers.values()))
    return {
        f"s{number}": {name: texts[number] for name, texts in answers.items()}
        for number in range(count)
    }


def common(lesson):
    found = load(lesson)
    solved = [(c, t) for c, t in zip(found.cells, found.released, strict=True)]
    return {cell.name: (text, cell.source) for cell, text in solved if cell.kind is Kind.SOLUTION}


def renamed(source):
    """Return a solution with all of its own names changed, and other blanks and comments."""
    tree = ast.parse(source)
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stored = (n for n in ast.walk(tree) if isinstance(n, ast.Name))
    own |= {node.id for node in stored if isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = f"my_{node.id}_too"
        elif isinstance(node, ast.arg):
            node.arg = f"my_{node.arg}_too"
    return "# my own work\n" + ast.unparse(tree)


def reordered(source):
    """Return a solution with the statements of its bodies in another order; it need not run."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If) and len(node.body) > 2:
            random.Random(len(node.body)).shuffle(node.body)
    return ast.unparse(tree)


def pairs_of(students, lesson):
    return [pair.students for pair in compare(students, common(lesson)).pairs]


@pytest.mark.parametrize("lesson", LESSONS)
def test_independent_right_answers_are_no_pair(lesson):
    assert pairs_of(independent(lesson), lesson) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_nor_are_those_who_write_what_the_reference_writes(lesson):
    reference = sample.right(load(lesson))
    students = independent(lesson) | {"t1": reference, "t2": reference}

    assert ("t1", "t2") not in pairs_of(students, lesson)


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("change", [renamed, reordered], ids=lambda change: change.__name__)
def test_a_copy_is_seen_with_other_names_and_with_its_lines_in_another_order(change, lesson):
    students = independent(lesson)
    students["copy"] = {name: change(text) for name, text in students["s1"].items()}

    assert pairs_of(students, lesson) == [("copy", "s1")]


def test_a_copy_of_one_exercise_is_seen_where_it_is_long_enough():
    students = independent("04_full_backprop")
    longest = max(students["s1"], key=lambda name: len(students["s1"][name]))
    students["s2"][longest] = renamed(students["s1"][longest])

    (pair,) = compare(students, common("04_full_backprop")).pairs

    assert pair.students == ("s1", "s2")
    assert [likeness.exercise for likeness in pair.alike] == [longest]


def test_what_the_whole_class_writes_makes_no_pair():
    """An idiom that a lecture gave away is everybody's."""
    students = independent("03_dense_layer")
    given = alternatives("03_dense_layer")
    name = max(given, key=lambda one: len(given[one][0]))
    for answers in students.values():
        answers[name] = given[name][0]

    assert pairs_of(students, "03_dense_layer") == []


def test_in_a_class_of_many_a_copied_exercise_is_seen_across_groups_that_write_otherwise():
    """Sixteen in four groups, each of which learned together; two of different ones copied."""
    base = independent("05_sgd_vs_adam")
    students = {f"{who}_{n}": answers for who, answers in base.items() for n in range(4)}
    own = "\n".join(f"    part_{n} = np.tanh({n} * x) ** {n} - {n}.5 / x" for n in range(1, 12))
    name = next(iter(base["s0"]))
    for copier in ("s0_1", "s1_1"):
        students[copier] = {**students[copier], name: f"def {name}(x):\n{own}\n    return part_3\n"}

    across = [p for p in pairs_of(students, "05_sgd_vs_adam") if p[0][:2] != p[1][:2]]

    assert across == [("s0_1", "s1_1")]


def test_the_page_shows_both_texts_and_obeys_neither():
    students = independent("01_chain_rule")
    evil = "\n    # <script>alert(1)</script>\n    '<img src=x onerror=alert(1)>'\n    return"
    students["s1"] = {n: t.replace("\n    return", evil, 1) for n, t in students["s1"].items()}
    students["<b>copy"] = {name: renamed(text) for name, text in students["s1"].items()}

    page = page_of("01_chain_rule", compare(students, common("01_chain_rule")))

    assert "&lt;b&gt;copy" in page
    assert "<script>" not in page
    assert "<img" not in page
    assert "<mark>" in page
    assert "no verdict" in page
    shown = page.replace("<mark>", "").replace("</mark>", "")
    assert "my_x_too" in shown


def test_the_command_names_the_pair_and_leaves_out_whom_it_cannot_read(tmp_path, typed):
    course = make_course(tmp_path / "course", ["01_chain_rule"])
    students = independent("01_chain_rule")
    students["copy"] = {name: renamed(text) for name, text in students["s1"].items()}
    for student, solutions in students.items():
        hand_in(course, student, work("01_chain_rule", **solutions), "01_chain_rule")
    hand_in(course, "broken", "{", "01_chain_rule")
    hand_in(course, "empty", work("01_chain_rule"), "01_chain_rule")

    code, out, err = typed(course.root, "alike", "01_chain_rule")

    assert code == 0, err
    assert out.splitlines()[0].startswith("copy and s1: ")
    assert f"{len(students)} students compared" in out
    assert "broken is left out" in err
    assert (course.class_folder / "alike" / "01_chain_rule.html").is_file()


def test_without_the_library_one_line_says_what_to_install(tmp_path, typed, monkeypatch):
    course = make_course(tmp_path / "course")
    for student in ("a", "b"):
        right = sample.right(load("00_start_here"))
        hand_in(course, student, work("00_start_here", **right))
    monkeypatch.setitem(sys.modules, "copydetect", None)

    code, _, err = typed(course.root, "alike", "00_start_here")

    assert code == 1
    assert err.count("\n") == 1
    assert "pip install 'backprop-by-hand[similarity]'" in err


def test_nothing_to_compare_is_told(tmp_path, typed):
    code, _, err = typed(make_course(tmp_path / "course").root, "alike", "00_start_here")

    assert code == 1
    assert "fewer than two solutions" in err
