"""Every sentence that a person reads stands in its room's words, and is data to nobody."""

import ast
import re
import textwrap

import pytest

from grader.judge.outcome import UNCONFINED
from grader.judge.verdict import Verdict
from tests.test_rooms import MODULES, nodes, source_of

# Where a room keeps its sentences: what is told of a wrong value is a room's second page.
WORDS = ("words", "evidence", "faults", "captions", "race_words")
# What a report says in every language.
CONTRACT = {verdict.value for verdict in Verdict} | set(UNCONFINED)
CONTRACT |= {"a batch of one"}  # the name of a group, which lessons use
CONTRACT |= {"changes a value"}  # the name of an engine, which a lesson uses
# Names of what a figure's control offers, by which its computation finds it.
CONTRACT |= {"the three lines", "one value, four times", "a neuron and its loss"}
CONTRACT |= {"1  half the slope", "2  a tenth of the slope"}
TABLES = {"grader.box.admitted"}  # of system calls, with remarks
TABLES |= {"byhand.sources"}  # of citations
# What other programs say: SQLite, Python, its multiprocessing, the kernel, nbgrader, Matplotlib.
FOREIGN = {
    "unable to open",
    "Operation not permitted",
    "can't start new thread",
    "No module named {}",
}
FOREIGN |= {"outside lower center"}
FOREIGN |= {"YOUR ANSWER HERE", "{}# YOUR CODE HERE"}
FOREIGN |= {"attempt to release recursive lock not owned by thread"}
FOREIGN |= {"semaphore or lock released too many times"}
FOREIGN |= {"### BEGIN MARK SCHEME", "### END MARK SCHEME"}
KNOWN = CONTRACT | FOREIGN

_WORD = re.compile(r"[(\[\"'*<]*(?:[A-Za-z]+(?:['-][A-Za-z]+)*|\{\})[)\]\"'*>]*[.,;:!?]*")
_TAG = re.compile(r"<[a-z/][^<>]*>")
_STYLE = re.compile(r"(?:[a-z-]+: [^:;]+;\s*)+")  # as CSS writes it
_CODE = (ast.Call, ast.Import, ast.ImportFrom, ast.While, ast.FunctionDef, ast.Assign)
_LOOKS = {"startswith", "endswith", "find", "index", "count", "split", "partition", "removeprefix"}


def is_code(text):
    """Whether a text is a program, as the demo's cells, or how a page looks."""
    if _STYLE.fullmatch(text) or text.startswith("<style>"):
        return True
    try:
        tree = ast.parse(re.sub(r"\{[^{}]*\}", "it", textwrap.dedent(text)))
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, _CODE) for node in ast.walk(tree))


def is_sentence(text):
    """Whether a text is a sentence, or enough of one: three words after one another.

    One of them may be filled in.
    """
    words = _TAG.sub(" ", text).split()
    threes = zip(words, words[1:], words[2:], strict=False)
    return any(_are_words(three) for three in threes) and not is_code(text) and text not in KNOWN


def _are_words(three):
    return all(map(_WORD.fullmatch, three)) and sum("{}" in word for word in three) < 2


def text_of(node):
    """Return a literal's text, with {} for what is filled in; None if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
    return None


def called(node):
    """Return the name of what a call calls."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def literals(source):
    """Yield each text that is no docstring and no pattern, with whether it is looked up."""
    passed, looked_up = set(), set()
    for node in nodes(source):
        if isinstance(node, ast.Expr):
            passed.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            passed.update(node.values)
        elif isinstance(node, ast.Call) and called(node) in ("compile", "sub", "NewType"):
            passed.update(node.args)
        elif isinstance(node, ast.Call) and called(node) in ("_", "plural", "later"):
            looked_up.update(node.args)
    for node in nodes(source):
        text = text_of(node)
        if text is not None and node not in passed:
            yield node, text, node in looked_up


def sentences(source):
    return [(node.lineno, text) for node, text, _ in literals(source) if is_sentence(text)]


def is_words(module):
    return module.rpartition(".")[2] in WORDS


def of_words(node):
    """Whether an expression is a sentence of a words module: words.X or words.f(...).

    The second pages are not asked: evidence and faults are also what variables are called.
    """
    node = node.func if isinstance(node, ast.Call) else node
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("words", "captions", "race_words")


def comparisons(source):
    """Return the lines in which a sentence is compared, or looked into."""
    found = []
    for node in nodes(source):
        parts = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and called(node) in _LOOKS:
            parts = [*node.args, getattr(node.func, "value", node.func)]
        if any(of_words(p) or is_sentence(text_of(p) or "") for p in parts):
            found.append(node.lineno)
    return found


# -------------------------------------------------------------------- yardsticks


@pytest.mark.parametrize(
    "source",
    [
        "raise ValueError('the box is closed')",
        "raise ValueError(f'{path}: cannot be read ({error})')",
        "notes.append(f'the cell of {name} is missing')",
        "print('nothing to do here')",
        "def f():\n    return x or 'it took too long'",
        "_('a sentence outside its module')",
        "x = f'{name} is not defined'",
        "x = f'<img alt=\"{alt}\"><details><summary>The picture in words</summary>'",
    ],
)
def test_a_sentence_in_code_is_seen(source):
    assert sentences(source)


@pytest.mark.parametrize(
    "source",
    [
        "'''A docstring has many words.'''",
        "run('import os; os.listdir(path)')",
        "cell = 'while True: pass'",
        "re.compile(r'object at 0x')",
        "kind = 'execute_result'",
        'x = f\'<p style="white-space: pre-line; color: red" class="a">{alt}</p>\'',
        "box = 'border-left: 4px solid {edge}; font-family: var(--font, system-ui, sans-serif);'",
        "raise ValueError(words.CLOSED)",
    ],
)
def test_a_program_and_a_docstring_are_no_sentences(source):
    assert not sentences(source)


@pytest.mark.parametrize(
    "source",
    [
        "if message == words.CLOSED: pass",
        "if words.no_sandbox(reason) in text: pass",
        "text.startswith(words.CLOSED)",
        "words.told(x).split('; ')",
        "if 'more than it may' in said: pass",
    ],
)
def test_reading_a_sentence_back_is_seen(source):
    assert comparisons(source)


# ------------------------------------------------------------------------- rooms

ROOMS = sorted(MODULES.keys() - TABLES)


@pytest.mark.parametrize("module", [m for m in ROOMS if not is_words(m)])
def test_a_module_s_sentences_stand_in_its_room_s_words(module):
    assert sentences(source_of(module)) == []


@pytest.mark.parametrize("module", [m for m in ROOMS if is_words(m)])
def test_every_sentence_of_a_words_module_is_looked_up(module):
    raw = [
        (node.lineno, text)
        for node, text, looked_up in literals(source_of(module))
        if is_sentence(text) and not looked_up
    ]

    assert raw == []


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("grader.cli.")])
def test_a_command_s_help_stands_in_its_room_s_words(module):
    """Typer takes a docstring for the help of a command that has none: no catalogue has it."""
    plain = []
    for node in ast.walk(ast.parse(source_of(module))):
        if isinstance(node, ast.Call):
            helps = [k.value for k in node.keywords if k.arg == "help"]
            if called(node) in ("command", "callback", "Option", "Argument"):
                helps = helps or [None]
            plain += [node.lineno for text in helps if text is None or not of_words(text)]

    assert plain == []


@pytest.mark.parametrize("module", MODULES)
def test_no_module_reads_a_sentence_back(module):
    assert comparisons(source_of(module)) == []
