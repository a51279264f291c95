"""The main job from end to end, headless: `make demo`.

A sample class hands in lesson 01 in every way a class does; the course is
built, released, submitted, collected, graded and fed back with the real
commands, in a course of its own under class/demo.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from grader import sample, words
from grader.course.folders import Course, find_course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.errors import GraderError

LESSON = "01_chain_rule"
_PARTS = ("solutions", "notebooks", "byhand", "data", "nbgrader_config.py")


_ALTERNATIVE = {
    "total_derivative": """\
def total_derivative(dL_du, du_dx):
    return np.array([sum(dL_du[j] * du_dx[j, k] for j in range(len(dL_du)))
                     for k in range(du_dx.shape[1])])
""",
    "logistic_loss": """\
def logistic_loss(w, b, X, T):
    z = (w @ X + b)[0]
    losses = [np.maximum(z_c, 0) - z_c * t_c + np.log1p(np.exp(-abs(z_c)))
              for z_c, t_c in zip(z, T[0])]
    return float(np.mean(losses))
""",
}
_MISTAKEN = {
    "numerical_gradient": """\
def numerical_gradient(f, x, h=1e-5):
    point = np.array(x, dtype=float)
    gradient = np.zeros(point.shape)
    here = f(point)
    for i in np.ndindex(point.shape):
        ahead = point.copy()
        ahead[i] += h
        gradient[i] = (f(ahead) - here) / h
    return gradient
""",
    "total_derivative": """\
def total_derivative(dL_du, du_dx):
    return (dL_du @ du_dx) / len(dL_du)
""",
    "neuron_delta": """\
def neuron_delta(z, w_out, delta_next):
    a = 1 / (1 + np.exp(-z))
    slope = 1 / (1 + np.exp(-a))
    return slope * (1 - slope) * np.dot(w_out, delta_next)
""",
    "count_paths_and_weights": """\
def count_paths_and_weights(widths):
    paths, weights = widths[0], 0
    for before, after in zip(widths, widths[1:]):
        paths *= after
        weights += before * after + after
    return paths, weights
""",
    "logistic_loss": """\
def logistic_loss(w, b, X, T):
    z = w @ X + b
    return float(np.sum(np.logaddexp(0, z) - T * z))
""",
    "logistic_gradient": """\
def logistic_gradient(w, b, X, T):
    a = 1 / (1 + np.exp(-(w @ X + b)))
    difference = (T - a) / X.shape[1]
    return difference @ X.T, float(difference.sum())
""",
}


def main() -> None:
    """Run the demonstration; every command's failure ends it."""
    source = find_course(Path.cwd())
    course = Course(root=source.class_folder / "demo")
    _say(words.BUILDING)
    _run(source.root, "grader", "build")
    _copy(source, course)
    lesson = load(course, LESSON)
    _say(words.releasing(LESSON))
    _run(course.root, "nbgrader", "generate_assignment", LESSON)
    _run(course.root, "nbgrader", "release_assignment", LESSON)
    students = submissions(course, lesson)
    _say(words.students_work(len(students)))
    for student, content in students.items():
        _hand_in(course, student, content)
    _run(course.root, "nbgrader", "collect", LESSON)
    _say(words.GRADING)
    _run(course.root, "grader", "grade", show=True)
    _say(words.WRITING_FEEDBACK)
    _run(course.root, "nbgrader", "generate_feedback", LESSON)
    _run(course.root, "nbgrader", "release_feedback", LESSON)
    _run(course.root, "nbgrader", "export", "--to", str(course.class_folder / "grades.csv"))
    for what, path in (
        (words.FEEDBACK_PAGES, course.class_folder / "feedback"),
        (words.GRADES_TABLE, course.class_folder / "grades.csv"),
    ):
        _say(words.lies_in(what, path))


def submissions(course: Course, lesson: Lesson) -> dict[str, str]:
    """Return a file content for each sample student: right, wrong, empty, broken, hostile."""
    first, *others = lesson.exercises
    right = sample.right(lesson)

    def made(solutions: Mapping[str, str]) -> str:
        return sample.text(sample.notebook(course, lesson, solutions))

    derivation = {cell.name: words.DERIVATION for cell in lesson.manual}
    students = {
        "amira-right": made({**right, **derivation}),
        "alba-other-ways": made({**right, **_ALTERNATIVE}),
        "bo-half-done": made({name: right[name] for name in (first, *others[:2])}),
        "chen-untouched": made({}),
        "dana-raises": made({**right, others[0]: sample.raising(others[0])}),
        "eli-endless-loop": made({**right, others[1]: sample.endless(others[1])}),
        "farah-syntax-error": made({**right, others[2]: f"def {others[2]}(:\n    return"}),
        "goro-broken-file": made(right)[:2000],
        "hana-forger": made({**right, first: sample.forged(first)}),
        "ivan-killer": made({**right, others[0]: sample.exiting(others[0])}),
        "jun-reads-answers": made({**right, others[1]: _thief(others[1], course)}),
    }
    for name, solution in _MISTAKEN.items():
        students[f"wrong-{name.replace('_', '-')}"] = made({**right, name: solution})
    return students


def _thief(name: str, course: Course) -> str:
    """Return a solution that looks for the answers on disk."""
    return (
        f"def {name}(*arguments):\n"
        f"    source = open({str(course.solutions / LESSON / 'lesson.py')!r}).read()\n"
        f"    exec(source, globals())\n"
        f"    return globals()[{name!r}](*arguments)\n"
    )


def _copy(source: Course, course: Course) -> None:
    """Make a course of its own, so that a real class/ is left alone."""
    shutil.rmtree(course.root, ignore_errors=True)
    course.root.mkdir(parents=True)
    for part in _PARTS:
        if (source.root / part).is_dir():
            shutil.copytree(
                source.root / part,
                course.root / part,
                ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"),
            )
        else:
            shutil.copy(source.root / part, course.root / part)
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\nc.Exchange.root = {str(course.root / 'exchange')!r}\n")
    (course.root / "exchange").mkdir()
    (course.root / "exchange").chmod(0o777)


def _hand_in(course: Course, student: str, content: str) -> None:
    """Fetch as a student, replace the notebook by the work, submit.

    nbgrader's own exchange, called in this process: its commands take two
    seconds each to start, and there are two for each student.
    """
    from nbgrader.auth import Authenticator  # noqa: PLC0415 - slow to import
    from nbgrader.coursedir import CourseDirectory  # noqa: PLC0415
    from nbgrader.exchange.default import (  # noqa: PLC0415
        ExchangeFetchAssignment,
        ExchangeSubmit,
    )

    home = course.root / "homes" / student
    home.mkdir(parents=True)
    config = course.nbgrader_config()
    config.Exchange.assignment_dir = str(home)
    # The cache is each student's own record of what was submitted.
    config.Exchange.cache = str(home / ".cache")
    for step in (ExchangeFetchAssignment, ExchangeSubmit):
        folder = CourseDirectory(config=config, student_id=student, assignment_id=LESSON)
        action = step(coursedir=folder, authenticator=Authenticator(config=config), config=config)
        action.log.setLevel(logging.ERROR)
        action.start()
        if step is ExchangeFetchAssignment:
            (home / LESSON / f"{LESSON}.ipynb").write_text(content, encoding="utf-8")


def _run(folder: Path, *command: str, show: bool = False) -> None:
    """Run one command of this environment; its output is shown only if asked or if it fails."""
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        [str(programs / command[0]), *command[1:]],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=not show,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write((done.stdout or "") + (done.stderr or ""))
        raise GraderError(words.command_failed(command, done.returncode))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    from grader.cli.guard import guarded

    guarded(main)
