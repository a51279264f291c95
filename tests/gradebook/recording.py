"""What the tests of recording share: a small class, and how it is recorded."""

from traitlets.config import Config

from grader.gradebook.done import Done
from grader.gradebook.finished import Finished
from grader.gradebook.folders import Autograded
from grader.gradebook.recorder import Recorder
from grader.submission.entry import Entry, fingerprint
from tests.classroom import LESSON, right, tree, work
from tests.conftest import load

HALF = {
    "standardize": (
        "def standardize(X):\n"
        "    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)"
    ),
    "one_hot": "def one_hot(labels, n_classes):\n    return np.eye(n_classes)[:, labels]",
}
CLASS = {
    "right": right(derive_broadcast_shape="It is so."),
    "wrong": work(one_hot="def one_hot(labels, n_classes):\n    return labels"),
    "partly": right(**HALF),
    "untouched": work(),
}
TESTS = ("test_standardize", "test_one_hot")
TASK = "derive_broadcast_shape"


def recorder(course, *, url=None, config=None):
    return Recorder(
        course,
        db_url=url or f"sqlite:///{course.class_folder}/gradebook.db",
        course_id="backprop_by_hand",
        config=config or Config(),
    )


def entry(course, student):
    folder = course.class_folder / "submitted" / student / LESSON
    return Entry(student=student, lesson=LESSON, folder=folder)


def hash_of(course, student):
    return fingerprint(entry(course, student), load(LESSON), "s", "a box")


def finished(course, graded, *students):
    """Return what is recorded of some of the class."""
    return [
        Finished(
            entry=entry(course, student),
            graded=graded[student],
            lesson=load(LESSON),
            content_hash=hash_of(course, student),
        )
        for student in students
    ]


def record_one(book, who, graded, lesson, content_hash):
    """Record one report alone; what refuses it is raised."""
    one = Finished(entry=who, graded=graded, lesson=lesson, content_hash=content_hash)
    for error in book.record_all([one]).values():
        raise error


def record(course, graded, *students, config=None):
    """Record some of the class, as `grader grade` does."""
    with recorder(course, config=config) as book:
        for one in finished(course, graded, *(students or CLASS)):
            assert book.record_all([one]) == {}


def done(book, course):
    """Return what is graded already, as `grader grade` asks for it."""
    book.register(load(LESSON))
    return Done(Autograded(course), book.marks())


def autograded(course):
    return tree(course.class_folder / "autograded")


def url(course):
    return f"sqlite:///{course.class_folder}/gradebook.db"
