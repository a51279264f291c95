"""A class of many, some hostile, some broken, on two Dask workers that are killed: `make load`.

`python tests/load.py 10000` grades so many; COUNT in `make load`.  One worker is killed with all
that it started and comes back later, and of the other, Dask's own process is killed.  At the end
a sample is graded by this machine alone, and must have the same scores.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader import sample  # noqa: E402 - started as a program
from grader.course.loading import load  # noqa: E402
from grader.demo import LESSON, submissions  # noqa: E402
from grader.gradebook.recorder import Recorder  # noqa: E402
from grader.run.whole_class import grade_class  # noqa: E402
from tests import classroom, cluster  # noqa: E402

SAMPLE = 17


@dataclass
class Load:
    """What was seen of a class.

    Attributes:
        recorded: how often each submission was recorded.
        grown: megabytes by which this process grew, from the hundredth submission to its peak.
    """

    seconds: float = 0.0
    grown: float = 0.0
    recorded: dict = field(default_factory=dict)
    ungraded: list = field(default_factory=list)
    differing: list = field(default_factory=list)
    said: list = field(default_factory=list)


def hand_in(course, count):
    """Hand in so many notebooks of the sample class, each student's a little different."""
    lesson = load(course, LESSON)
    kinds = list(submissions(course, lesson).items())
    for number in range(count):
        kind, content = kinds[number % len(kinds)]
        varied = content.replace('"nbformat_minor"', f'"student": {number}, "nbformat_minor"', 1)
        classroom.hand_in(course, f"{number:06}-{kind}", varied, LESSON)
    return sample.right(lesson)


def resident():
    """Return the megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def counted(found, deeds):
    """Count what is recorded; do something after so many."""
    plain = Recorder.record

    def record(self, entry, *rest):
        plain(self, entry, *rest)
        found.recorded[entry.student] = found.recorded.get(entry.student, 0) + 1
        deed = deeds.pop(len(found.recorded), None)
        if deed:
            deed()

    Recorder.record = record
    try:
        yield
    finally:
        Recorder.record = plain


@contextlib.contextmanager
def watched(found):
    """Look at this process's memory now and then."""
    ended, first = Event(), []

    def look():
        while not ended.wait(0.05):
            if len(found.recorded) >= 100 and not first:
                first.append(resident())
            if first:
                found.grown = max(found.grown, resident() - first[0])

    looking = Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()


def run(folder, count):
    """Grade a class on a cluster that loses its workers; return what was seen."""
    course = classroom.make_course(folder / "course", [LESSON])
    hand_in(course, count)
    found, port = Load(), cluster.free_port()
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [each.kill() for each in started])
        started = [cluster.scheduler(folder / "scheduler", port)]
        started += [cluster.worker(folder / f"worker{n}", port) for n in range(2)]

        def lose():
            started[1].kill()

        def come_back():
            started.append(cluster.worker(folder / "worker2", port))

        deeds = {
            count // 4: lose,
            count // 2: started[2].kill_inner,
            3 * count // 5: come_back,
        }
        stack.enter_context(counted(found, deeds))
        stack.enter_context(watched(found))
        began = time.monotonic()
        rows = grade_class(course, scheduler=f"tcp://127.0.0.1:{port}", say=found.said.append)
        found.seconds = time.monotonic() - began
    found.ungraded = [(row.student, row.problem) for row in rows if row.report is None]
    found.differing = compare(course, folder / "alone")
    return found


def compare(course, folder):
    """Grade a sample with one process; return who has other scores there."""
    alone = classroom.make_course(folder, [LESSON])
    (alone.class_folder / "submitted").mkdir(parents=True)
    shutil.copy(course.class_folder / "secret", alone.class_folder)
    students = sorted((course.class_folder / "submitted").iterdir())[:SAMPLE]
    for student in students:
        shutil.copytree(student, alone.class_folder / "submitted" / student.name)
    grade_class(alone, jobs=1)
    ours, theirs = classroom.scores(course), classroom.scores(alone)
    return [student.name for student in students if ours[student.name] != theirs[student.name]]


def main():
    """Print what was seen; end with 1 where something is lost, doubled or wrong."""
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        found = run(Path(folder), count)
    twice = [student for student, times in found.recorded.items() if times > 1]
    print(f"{count} submissions in {found.seconds:.0f} s: {count / found.seconds:.1f} a second")
    print(f"memory of the coordinator: {found.grown:+.0f} MB from the hundredth on")
    print(f"lost: {count - len(found.recorded)}, twice: {len(twice)}, not graded: {found.ungraded}")
    print(f"other scores than alone, of {min(count, SAMPLE)}: {found.differing}")
    for line in found.said:
        print(line)
    bad = found.ungraded or found.differing or twice or len(found.recorded) < count
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
