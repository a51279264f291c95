"""README and docs say what is so: every command in them is run, or shown to exist.

The `sh` blocks of a document are run in their order, in a copy of the course
with a home of its own, as somebody would who types them into one terminal.
A block marked `sh student` is typed by a student, in a folder of theirs; one marked
`sh class` or `sh school` needs a class or its downloads, and is run by tests/test_class_day.py
or tests/school/test_docs.py.
"""

import ast
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from grader import sample
from grader.cli.main import app
from grader.judge.verdict import Verdict
from grader.sandbox import availability
from grader.sandbox.limits import Limits
from tests.conftest import COURSE, LONG, ROOT, load
from tests.workshop import Workshop

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
MAKE = ("lab", "demo", "test", "lint", "bench")
GRADER = ("build", "check", "grade", "doctor")


def text_of(document):
    return document.read_text(encoding="utf-8")


def blocks(document, language):
    """Return each fenced block of a language: what stands behind its name, and its lines."""
    return [
        (rest.strip(), "".join(line[len(indent) :] for line in body.splitlines(keepends=True)))
        for indent, name, rest, body in BLOCK.findall(text_of(document))
        if name == language
    ]


def prose(document):
    return BLOCK.sub("", text_of(document))


def inline(document, program):
    """Return the commands of a program that stand between backticks in the prose."""
    return re.findall(rf"`({program} [a-z][^`]*)`", prose(document))


# ------------------------------------------------------------------ the blocks run


# What running a document's commands leaves behind.
LEFT = {
    "README.md": ("class/gradebook.db", "class/grades.csv"),
    "authoring.md": ("notebooks/07_dropout/07_dropout.ipynb",),
    "learners.md": ("work/00_start_here/00_start_here.ipynb",),
    "instructors.md": (
        "class/gradebook.db",
        "class/grades.csv",
        "class/reports/01_chain_rule.csv",
    ),
}


def test_the_documents_with_commands_are_known():
    assert sorted(document.name for document in DOCUMENTS if blocks(document, "sh")) == sorted(LEFT)


# The shortest of them is followed with every other test.
FOLLOWED = [
    pytest.param(document, id=document.name, marks=() if document.stem == "learners" else LONG)
    for document in DOCUMENTS
    if document.name in LEFT
]


@pytest.mark.parametrize("document", FOLLOWED)
def test_every_command_of_a_document_runs(document, tmp_path):
    if (reason := availability.unavailable()) and LEFT[document.name]:
        pytest.skip(f"grading other people's work needs a sandbox: {reason}")
    workshop = Workshop(tmp_path)

    for who, commands in blocks(document, "sh"):
        if commands.strip() == "make demo" or who in ("class", "school"):
            # Other tests run these, and look at what they leave.
            continue
        if commands.strip() == "make lab":
            opened, lessons = workshop.lab()
            assert "00_start_here/00_start_here.ipynb" in opened
            assert lessons == COURSE.lesson_ids(), "the other lessons cannot be reached"
        else:
            workshop.run(commands, user=who or "instructor")

    assert [name for name in LEFT[document.name] if not (workshop.course / name).exists()] == []
    for name in COURSE.lesson_ids():
        path = f"notebooks/{name}/{name}.ipynb"
        assert (workshop.course / path).read_bytes() == (ROOT / path).read_bytes()


# ------------------------------------------------------------- the commands exist


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_knows_every_target_that_is_named(document):
    for command in {*inline(document, "make"), *(f"make {target}" for target in MAKE)}:
        done = subprocess.run(
            [*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, command


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_grader_knows_every_command_and_option_that_is_named(document):
    commands = app.commands
    for command in inline(document, "grader"):
        name, *words = command.split()[1:]
        options = {option for param in commands[name].params for option in param.opts}
        assert [w for w in words if w.startswith("--") and w.split("=")[0] not in options] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_nbgrader_knows_every_command_and_option_that_is_named(document):
    for command in inline(document, "nbgrader"):
        name, *words = command.split()[1:]
        made = NbGraderApp.subcommands[name][0]()
        options = {f"--{key}" for key in {*made.flags, *made.aliases}}
        assert [w for w in words if w.startswith("--") and w.split("=")[0] not in options] == []


def test_readme_shows_every_target_and_command_of_the_contract():
    text = text_of(ROOT / "README.md")

    assert [t for t in MAKE if not re.search(rf"\bmake {t}\b", text)] == []
    assert [c for c in GRADER if not re.search(rf"\bgrader {c}\b", text)] == []


# ------------------------------------------------------------ what is said is so


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose(document))

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/pictures").glob("*")), ids=str)
def test_a_picture_is_small_and_shown_somewhere(picture):
    assert picture.stat().st_size < 200_000
    assert any(f"pictures/{picture.name})" in text_of(document) for document in DOCUMENTS)


def test_every_verdict_is_explained_in_the_order_in_which_it_is_told():
    rows = re.findall(r"^\| `([a-z ]+)` \|", text_of(ROOT / "docs/how-it-works.md"), re.MULTILINE)

    assert rows == [verdict.value for verdict in Verdict]


def test_the_limits_are_those_of_a_box():
    text, limits = text_of(ROOT / "docs/how-it-works.md"), Limits()
    rows = {
        "one call of a function": f"{limits.call_seconds:g} s",
        "one cell": f"{limits.cell_seconds:g} s",
        "one submission": f"{limits.total_seconds:g} s",
        "memory, on top of the warm process": f"{limits.memory / 2**30:g} GiB",
        "one file": f"{limits.file / 2**20:g} MiB",
        "the scratch folder": f"{limits.scratch / 2**20:g} MiB, {limits.files} entries",
        "further processes": {0: "none"}.get(limits.processes, str(limits.processes)),
    }

    assert [row for row in rows.items() if "| {} | {} |".format(*row) not in text] == []


def test_the_report_that_is_shown_is_the_one_that_is_printed(tmp_path):
    ((_, shown),) = blocks(ROOT / "docs/how-it-works.md", "json")
    expected = json.loads(shown)
    lesson = load(expected["lesson"])
    mistake = """
        def logistic_gradient(w, b, X, T):
            a = 1 / (1 + np.exp(-(w @ X + b)))
            return (a - T) @ X.T, np.sum(a - T)
    """
    solutions = {**sample.right(lesson), "logistic_gradient": inspect.cleandoc(mistake)}
    notebook = tmp_path / f"{lesson.id}.ipynb"
    made = sample.notebook(COURSE, lesson, solutions)
    notebook.write_text(sample.text(made), encoding="utf-8")
    command = [Path(sys.executable).parent / "grader", "check", notebook, "--json"]

    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    found = json.loads(done.stdout)

    (exercise,) = expected["exercises"]
    (same,) = [e for e in found["exercises"] if e["id"] == exercise["id"]]
    assert list(found) == list(expected)
    assert list(found["grader"]) == list(expected["grader"])
    assert same["cases"][0] == exercise["cases"][0]
    unlike = ("hint", "cases")  # left short in the text
    assert {k: v for k, v in same.items() if k not in unlike} == {
        k: v for k, v in exercise.items() if k not in unlike
    }
    assert list(same) == list(exercise)
    assert (found["score"], found["max_score"]) == (expected["score"], expected["max_score"])


def strings(folder):
    """Return every text in a folder's Python files; what is filled in is three dots."""
    found = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "..." for p in node.values)
                found.append("".join(map(str, parts)))
    return found


def test_every_message_that_is_explained_can_be_given():
    table = text_of(ROOT / "docs/instructors.md").partition("## When something goes wrong")[2]
    messages = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    nbgrader = Path(inspect.getfile(NbGraderApp)).parents[1]
    folders = (ROOT / "grader", nbgrader / "converters", nbgrader / "exchange")
    texts = [text for folder in folders for text in strings(folder)]

    def can_be_given(message):
        # What stands in brackets is told by the system or the database.
        parts = [part for part in re.split(r"\.\.\.|\([^)]*\)", message) if len(part) > 4]
        return any(all(part in text for part in parts) for text in texts)

    assert len(messages) > 10
    assert [message for message in messages if not can_be_given(message)] == []
