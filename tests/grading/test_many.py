"""Ten thousand submissions take hardly more memory than a hundred."""

import gc
import io
import multiprocessing
import pickle
import tracemalloc
from contextlib import redirect_stdout

import pytest

from grader.course.loading import load
from grader.report.table import print_class
from grader.run import whole_class
from grader.run.one import grade_file, open_box
from tests import classroom
from tests.classroom import LESSON, hand_in
from tests.grading.honest_class import HONEST, needs_sandbox

pytestmark = needs_sandbox

MOST_EACH = 5_000  # bytes: 50 MB for ten thousand
FEW, MANY = 20, 120


@pytest.fixture
def canned(template, monkeypatch):
    """Let one graded submission, as it comes from a worker, stand for every other."""
    lesson = load(template, LESSON)
    path = template.class_folder / "submitted" / "wrong" / LESSON / f"{LESSON}.ipynb"
    with open_box(template, [lesson], sandboxed=True) as box:
        one = pickle.dumps(grade_file(lesson, path, box, student="wrong", secret="s"))  # noqa: S106

    class Canned(whole_class.Workers):
        more = False

        def more_soon(self):
            return self.more

        def warm_up(self):
            pass

        def meanwhile(self, load):
            load()

        def grade(self, tasks):
            for task in tasks:
                yield task, pickle.loads(one)  # noqa: S301 - made above

    monkeypatch.setattr(whole_class, "Workers", Canned)
    return Canned


def peak(course, **options):
    """Return the most memory that grading a class takes, in a process without other threads.

    Those that an earlier test has left in this one, such as Dask's, take memory of their own.
    """
    context = multiprocessing.get_context("fork")
    said = context.SimpleQueue()
    process = context.Process(target=lambda: said.put(taken(course, **options)))
    process.start()
    process.join()
    assert process.exitcode == 0
    return said.get()


def taken(course, **options):
    """Return the most memory that grading a class and printing its table takes, and the table."""
    shown = io.StringIO()
    gc.collect()
    tracemalloc.start()
    try:
        rows = whole_class.grade_class(course, jobs=1, **options)
        with redirect_stdout(shown):
            print_class(rows, course)
        return tracemalloc.get_traced_memory()[1] - len(shown.getvalue())
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("canned")
def test_the_memory_of_a_class_grows_by_a_few_kilobytes_a_submission(tmp_path):
    course = classroom.make_course(tmp_path / "course")
    for number in range(FEW):
        hand_in(course, f"student {number:05}", HONEST["wrong"])
    # What is imported and made at the first time counts for neither.
    taken(course)
    most = {"graded": [peak(course, force=True)], "unchanged": [peak(course)]}
    for number in range(FEW, MANY):
        hand_in(course, f"student {number:05}", HONEST["wrong"])
    most["graded"].append(peak(course, force=True))
    most["unchanged"].append(peak(course))

    each = {what: (many - few) / (MANY - FEW) for what, (few, many) in most.items()}

    assert max(each.values()) < MOST_EACH, each


def test_what_has_come_meanwhile_is_recorded_together_and_no_more(canned, tmp_path, monkeypatch):
    """A commit waits for the disk, once for all of them; and none waits for many others."""
    course = classroom.make_course(tmp_path / "course")
    for number in range(FEW):
        hand_in(course, f"student {number:05}", HONEST["wrong"])
    sizes = []
    plain = whole_class.record

    def record(finished, *rest):
        sizes.append(len(finished))
        return plain(finished, *rest)

    monkeypatch.setattr(whole_class, "record", record)
    for canned.more in (True, False):
        rows = whole_class.grade_class(course, jobs=1, force=True)
        assert len([row for row in rows if row.report]) == FEW

    assert sizes == [8, 8, 4, *[1] * FEW, 0]


def test_a_gradebook_that_has_no_say_is_opened_once_all_are_at_work(canned, tmp_path, monkeypatch):
    """Whoever waits for it waits half a second, on a cluster with nothing to do."""
    course = classroom.make_course(tmp_path / "course")
    hand_in(course, "ada", HONEST["wrong"])
    seen = []
    recorder, grade = whole_class._recorder, canned.grade

    def opened(*given):
        seen.append("opened")
        return recorder(*given)

    def graded(self, tasks):
        seen.append("at work")
        yield from grade(self, tasks)

    monkeypatch.setattr(whole_class, "_recorder", opened)
    monkeypatch.setattr(canned, "grade", graded)
    whole_class.grade_class(course, jobs=1)
    whole_class.grade_class(course, jobs=1, force=True)
    # The next one depends on what was recorded.
    assert whole_class.grade_class(course, jobs=1)[0].skipped

    assert seen == [*["at work", "opened"] * 2, "opened", "at work"]
