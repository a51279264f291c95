"""A class of any size for one lesson, no two of it alike: works, mistakes, encodings, files.

Who hands in what follows from the student's number alone, so that a class can be made again.
Each exercise is solved by itself: as the lesson does, in another style, with a mistake that a rule
made of the reference, or not at all.  Rare ones are hostile, are broken, or hand in other files
than they should; their names say so.
"""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader import sample
from grader.course.folders import Course
from grader.course.lesson import Lesson
from tests.kill_matrix import mutants_of

ALTERNATIVES = Path(__file__).parent / "alternatives"
ENDLESS_EACH = 500  # of so many students one hands in what only ends at its deadline
# What earns nothing or is refused, and how many of a thousand hand it in.
ODD = {
    "forger": 10,
    "killer": 10,
    "thief": 10,
    "greedy": 5,
    "talker": 5,
    "raises": 20,
    "syntax": 20,
    "torn": 10,
    "empty": 5,
    "latin": 5,
    "utf16": 5,
    "renamed": 10,
    "missing": 10,
    "twice": 10,
    "link": 5,
}
REFUSED = ("missing", "twice")  # of these nothing is recorded, and a line says why

Files = dict[str, bytes | None]  # None for a link to a file of the system's


def _greedy(name: str) -> str:
    return f"def {name}(*arguments):\n    return np.ones((2**16, 2**16))"


def _talker(name: str) -> str:
    return f"def {name}(*arguments):\n    while True:\n        print('x' * 100_000)"


def _thief(name: str, answers: Path) -> str:
    """Return a solution that looks for the reference on disk."""
    return (
        f"def {name}(*arguments):\n"
        f"    exec(open({str(answers / 'lesson.py')!r}).read(), globals())\n"
        f"    return globals()[{name!r}](*arguments)\n"
    )


HOSTILE: Mapping[str, Callable[[str], str]] = {
    "forger": sample.forged,
    "killer": sample.exiting,
    "greedy": _greedy,
    "raises": sample.raising,
    "syntax": lambda name: f"def {name}(:\n    return",
    "endless": sample.endless,
}


class Crowd:
    """The students of a class of one lesson."""

    def __init__(self, course: Course, lesson: Lesson) -> None:
        self._course, self._lesson = course, lesson
        self._right = sample.right(lesson)
        self._others = {name: _others(lesson.id, name) for name in lesson.exercises}
        self._wrong = {
            name: [mutant.source for mutant in mutants_of(lesson.id, name)]
            for name in lesson.exercises
        }

    def students(self, count: int) -> Iterator[tuple[str, Files]]:
        """Yield each student's name, which tells its kind, and files."""
        for number in range(count):
            rng = random.Random(number)
            kind = _kind(number, rng)
            yield f"{number:06}-{kind}", self._files(kind, number, rng)

    def _files(self, kind: str, number: int, rng: random.Random) -> Files:
        path = f"{self._lesson.id}.ipynb"
        content = _encoded(self._notebook(kind, number, rng), kind, rng)
        others: Files = {}
        if kind == "missing":
            return {"readme.txt": b"my notebook is on my other computer\n"}
        if kind == "link":
            return {path: None}
        if kind == "renamed":
            path = f"{self._lesson.id} (1).ipynb"
        if kind == "twice":
            other = _encoded(self._notebook("honest", number + 1, rng), kind, rng)
            return {f"first {path}": content, f"second {path}": other}
        if rng.random() < 0.1:
            others["notes.txt"] = b"x" * rng.randrange(10_000)
        if rng.random() < 0.5:
            others["timestamp.txt"] = b"2026-03-01 12:%02d:00 UTC\n" % rng.randrange(60)
        return {path: content} | others

    def _notebook(self, kind: str, number: int, rng: random.Random) -> dict[str, Any]:
        solutions = {name: self._solved(name, rng) for name in self._lesson.exercises}
        solutions = {name: source for name, source in solutions.items() if source}
        about = rng.choice(list(self._lesson.exercises))
        if kind in HOSTILE:
            solutions[about] = HOSTILE[kind](about)
        elif kind == "talker":
            solutions[about] = _talker(about)
        elif kind == "thief":
            solutions[about] = _thief(about, self._course.solutions / self._lesson.id)
        for cell in self._lesson.manual:
            solutions[cell.name] = f"Thoughts of student {number}: it follows, für alle $x$."
        return sample.notebook(self._course, self._lesson, solutions)

    def _solved(self, name: str, rng: random.Random) -> str:
        """Return what a student wrote for an exercise; "" where nothing."""
        draw = rng.random()
        if draw < 0.1:
            return ""
        if draw < 0.3 and self._wrong[name]:
            return rng.choice(self._wrong[name])
        if draw < 0.5 and self._others[name]:
            return rng.choice(self._others[name])
        return self._right[name] + "\n" * rng.randrange(3) + f"# attempt {rng.randrange(10**6)}"


def hand_in(course: Course, lesson: Lesson, count: int) -> None:
    """Put so many students' files into class/submitted."""
    for student, files in Crowd(course, lesson).students(count):
        folder = course.class_folder / "submitted" / student / lesson.id
        folder.mkdir(parents=True)
        for name, content in files.items():
            if content is None:
                (folder / name).symlink_to("/etc/passwd")
            else:
                (folder / name).write_bytes(content)


def _kind(number: int, rng: random.Random) -> str:
    if number % ENDLESS_EACH == ENDLESS_EACH // 2:
        return "endless"
    kinds, shares = list(ODD), list(ODD.values())
    return rng.choices(["honest", *kinds], [1000 - sum(shares), *shares])[0]


def _encoded(made: dict[str, Any], kind: str, rng: random.Random) -> bytes:
    """Return a notebook as one of the programs that save one would write it, or as none would."""
    if rng.random() < 0.5:
        for cell in made["cells"]:
            cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    indent, escaped = rng.choice([None, 1, 2]), rng.random() < 0.5
    text = json.dumps(made, indent=indent, ensure_ascii=escaped)
    if kind == "latin":
        return json.dumps(made, ensure_ascii=False).encode("latin-1", "replace")
    if kind == "utf16":
        return text.encode("utf-16")
    if kind == "torn":
        return text.encode()[: rng.randrange(100, 5000)]
    if kind == "empty":
        return b""
    if rng.random() < 0.2:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if rng.random() < 0.05 else b"") + text.encode()


def _others(lesson: str, name: str) -> list[str]:
    """Return right solutions in other styles, each with the imports that it may need."""
    text = (ALTERNATIVES / f"{lesson}.py").read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    return [
        "\n".join([*imports, ast.unparse(node).replace(node.name, name)])
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(f"{name}__")
    ]
