"""A second language: each sentence is another, and no verdict, diagnosis or score is."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader import language
from tests import classroom
from tests.classroom import LESSON
from tests.conftest import ROOT
from tests.test_words import is_sentence

LANGUAGE = "eo"
KEYWORDS = {"_": None, "later": None, "plural": (1, 2)}
PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
SCALED = """
def standardize(X):
    X = np.asarray(X, dtype=float)
    flat = X.max(axis=1, keepdims=True) == X.min(axis=1, keepdims=True)
    X = X - X.mean(axis=1, keepdims=True)
    return FACTOR * np.where(flat, 0.0, X / np.where(flat, 1, X.std(axis=1, keepdims=True)))
"""
UNWRITTEN = "def one_hot(labels, n_classes):\n    raise NotImplementedError"
# One process, as it takes its language when it starts.
SAID = """
import contextlib, io, json, sys
from pathlib import Path
sys.path.remove("")  # the course's own byhand, without a catalogue
import numpy as np
from byhand.check import check
from byhand.datafiles import read_bytes
from byhand.datasets import digits
from byhand.expect import expect_close
from byhand.figures import momentum, products
from byhand.figures.guard import Functions
from byhand.gradcheck import check_gradient
from byhand.plots import heat_map, loss_curves
from byhand.progress import progress
from byhand.tape import Var
from byhand.waiting import waiting
from grader.cli.main import main
from grader.in_kernel import look

def said(*words):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["grader", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main()
        except SystemExit as done:
            code = done.code
        return [code or 0, out.getvalue(), err.getvalue()]

def raised(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except Exception as error:
        return str(error)

def unwritten():
    raise NotImplementedError

def without_grader():
    sys.modules["grader.in_kernel"] = None
    return repr(check("standardize"))

def waits():
    out = io.StringIO()
    with contextlib.redirect_stdout(out), waiting():
        unwritten()
    return out.getvalue()

def seen(view):
    values = {name: control.value for name, control in view.controls.items()}
    *_, (result, _) = view.compute(view.toy, **values)
    return f"{view.hint} {view.toy_says} {view.paint(result)}"

notebook, source = sys.argv[1:]
slope = [lambda x: float((x**2).sum()), np.ones(3)]
mine = {"np": np}
exec(source, mine)
found = {
    "json": said("check", "--json", notebook),
    "plain": said("check", notebook),
    "error": said("check", "nowhere.ipynb"),
    "help": said("check", "--help"),
    "card": repr(look("standardize", mine, Path(notebook).parent, 9)),
    "byhand": [
        repr(progress(Path(notebook).parents[1])),
        without_grader(),
        waits(),
        repr(digits()),
        raised(expect_close, 1.0, 2.0, "x"),
        raised(expect_close, [1.0, 2.0], [1.0, 3.0], "x"),
        raised(expect_close, None, np.ones(2), "x"),
        raised(expect_close, {"u": 1}, {"b": 1, "c": 1}, "x"),
        raised(check_gradient, *slope, np.ones(3)),
        raised(check_gradient, *slope, np.array([2.0, 1.0, 0.0])),
        raised(check_gradient, *slope, None),
        raised(read_bytes, Path("nowhere.csv")),
        raised(Var, [("add", (), {})]),
        repr(loss_curves({"train_loss": [2.0, 1.0]})),
        repr(heat_map(np.eye(13))),
        raised(heat_map, np.ones(2)),
        seen(momentum.view()),
        seen(products.view()),
        raised(Functions({}).call, "softmax"),
        raised(Functions({"softmax": lambda: None}).call, "softmax"),
        raised(Functions({"softmax": np.ones}).array, "softmax", 2, shape=(3,)),
    ],
}
print(json.dumps(found))
"""


def other(text):
    """Return a sentence of the second language: it shows where it begins and ends."""
    parts = PLACEHOLDER.split(text)
    return "<" + "".join(p if PLACEHOLDER.fullmatch(p) else p.swapcase() for p in parts) + ">"


def in_english(text):
    """Return what of a text is not of the second language, nor filled into it."""
    while (less := re.sub(r"<[^<>]*>", "#", text)) != text:
        text = less
    return text


def sentences(package):
    """Yield what a package marks to be looked up, as xgettext does: one, or singular and plural."""
    for path in sorted((ROOT / package).rglob("*.py")):
        with path.open("rb") as source:
            for _line, message, _comments, _context in extract("python", source, KEYWORDS):
                yield message
    for path in sorted((ROOT / package).rglob("*.j2")):
        with path.open("rb") as source:
            for _line, message, *_ in extract("jinja2.ext:babel_extract", source, KEYWORDS):
                yield message


def translate(package):
    """Put a catalogue of the second language into a package's folder."""
    catalogue = Catalog(locale=LANGUAGE, domain="backprop-by-hand")
    for message in sentences(package.name):
        texts = (message,) if isinstance(message, str) else message
        made = tuple(map(other, texts))
        catalogue.add(message, made[0] if isinstance(message, str) else made)
    folder = package / "locale" / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    # A translator's file in between, as it is handed about.
    with (folder / "backprop-by-hand.po").open("w+b") as text:
        write_po(text, catalogue)
        text.seek(0)
        read = read_po(text, locale=LANGUAGE)
    with (folder / "backprop-by-hand.mo").open("wb") as compiled:
        write_mo(compiled, read)


@pytest.fixture(scope="module")
def translated(tmp_path_factory):
    """Both packages, as installed with catalogues of a second language."""
    place = tmp_path_factory.mktemp("translated")
    for package in ("byhand", "grader"):
        shutil.copytree(
            ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__", "locale")
        )
        translate(place / package)
    (place / "data").symlink_to(ROOT / "data")
    return place


@pytest.fixture(scope="module")
def said(translated, tmp_path_factory):
    """What two graders say of one notebook: ours, and one that is asked for the other language."""
    course = classroom.make_course(tmp_path_factory.mktemp("course") / "course")
    notebook = course.notebooks / LESSON / f"{LESSON}.ipynb"
    wrong = SCALED.replace("FACTOR", "3")
    notebook.write_text(classroom.work(standardize=wrong, one_hot=UNWRITTEN), encoding="utf-8")
    home = tmp_path_factory.mktemp("home")
    negative = SCALED.replace("FACTOR", "-1")

    def speaking(**environment):
        done = subprocess.run(
            [sys.executable, "-c", SAID, notebook, negative],
            cwd=course.root,
            env=classroom.environment(COLUMNS="200", XDG_DATA_HOME=str(home), **environment),
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return json.loads(done.stdout)

    english = speaking(LANGUAGE="C")
    return english, speaking(LANGUAGE=LANGUAGE, PYTHONPATH=str(translated))


def without_sentences(report):
    """Return a report without what it says in a language."""
    for exercise in report["exercises"]:
        exercise["mistakes"] = [
            {key: value for key, value in mistake.items() if key in ("name", "factor")}
            for mistake in exercise["mistakes"]
        ]
        del exercise["hint"], exercise["evidence"]
    return report


def test_a_report_has_the_same_scores_verdicts_and_diagnoses_in_both_languages(said):
    english, foreign = (json.loads(each["json"][1]) for each in said)

    assert foreign["exercises"][0]["evidence"] != english["exercises"][0]["evidence"]
    assert foreign["exercises"][0]["hint"] == other(english["exercises"][0]["hint"])
    assert without_sentences(foreign) == without_sentences(english)
    assert english["exercises"][0]["mistake"] == "a constant factor of 3"


def test_what_the_box_says_is_in_the_second_language_too(said):
    english, foreign = (json.loads(each["json"][1]) for each in said)

    assert "one_hot is not written yet" in english["exercises"][1]["evidence"]
    assert "one_hot IS NOT WRITTEN YET" in foreign["exercises"][1]["evidence"]


def test_a_report_for_people_has_no_sentence_of_the_first_language(said):
    english, foreign = (each["plain"] for each in said)
    left = in_english(foreign[1].replace("\n", " "))

    assert (foreign[0], foreign[2]) == (0, "")
    assert not is_sentence(left), left
    assert "Recognised: a constant factor of 3." in english[1]
    assert "rECOGNISED: <A CONSTANT FACTOR OF 3>." in foreign[1]
    assert "<WRONG VALUE>" in foreign[1]


def test_a_card_has_no_sentence_of_the_first_language(said):
    english, foreign = (each["card"] for each in said)

    assert "opposite sign" in english
    assert "<OPPOSITE SIGN>" in foreign
    assert not is_sentence(in_english(foreign.replace("\n", " ")))


def test_an_error_and_a_command_s_help_are_in_the_second_language(said):
    english, foreign = said

    assert (english["error"][0], foreign["error"][0]) == (1, 1)
    assert "nowhere.ipynb" in foreign["error"][2]
    assert not is_sentence(in_english(foreign["error"][2].replace("\n", " ")))
    assert "gRADE ONE NOTEBOOK, WITHOUT A GRADEBOOK." in foreign["help"][1]


def test_what_a_notebook_says_without_the_grader_has_no_sentence_of_the_first_language(said):
    english, foreign = (each["byhand"] for each in said)

    assert None not in english
    assert [text for text in foreign if is_sentence(in_english(" ".join(text.split())))] == []
    assert english[4] == "x should be 2, but is 1."
    assert foreign[4] == "<x SHOULD BE 2, BUT IS 1.>"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ""),
        ({"LANG": "de_DE.UTF-8"}, "de_DE.UTF-8"),
        ({"LANGUAGE": "", "LANG": "de"}, "de"),
        ({"LANGUAGE": "eo:de", "LC_ALL": "fr", "LANG": "de"}, "eo:de"),
        ({"LC_ALL": "fr", "LC_MESSAGES": "de"}, "fr"),
    ],
)
def test_a_box_is_asked_for_the_language_that_gettext_would_take(
    environment, expected, monkeypatch
):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert language.asked_for() == expected
