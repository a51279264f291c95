"""A class of many, some hostile, some broken, on two Dask workers that are killed: `make load`.

`python tests/load.py 10000` grades so many; COUNT in `make load`.  One worker is killed with all
that it started and comes back later, and of the other, Dask's own process is killed.  At the end
a sample is graded by this machine alone, and must have the same scores.
Ctrl-C, or `timeout -s INT 20m make load`, stops early: what was reached is told all the same.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402 - started as a program
from rich.table import Table  # noqa: E402

from grader.course.loading import load  # noqa: E402
from grader.demo import LESSON  # noqa: E402
from grader.gradebook.recorder import Recorder  # noqa: E402
from grader.run.whole_class import grade_class  # noqa: E402
from tests import classroom, cluster, crowd  # noqa: E402

SAMPLE = 200  # of a class that are graded here alone, too
EVERY = 10.0  # seconds between two lines while it runs
MARKS = (100, 1_000, 10_000)  # submissions at which memory is looked at
FLAT = 50.0  # megabytes


@dataclass
class Load:
    """What was seen of a class.

    Attributes:
        own: seconds of a processor that this process took.
        done: submissions of which it is known what became of them.
        recorded: how often each submission was recorded.
        problems: by student, why one was not recorded; None where it was stopped early.
        memory: megabytes of this process when so many were done; and at its peak.
        events: what was done to the workers, and when.
        sample: who was graded by this machine alone, too; differing: with other scores.
    """

    count: int = 0
    seconds: float = 0.0
    own: float = 0.0
    done: int = 0
    recorded: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] | None = None
    memory: dict[int, float] = field(default_factory=dict)
    peak: float = 0.0
    events: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def twice(self) -> list[str]:
        return [student for student, times in self.recorded.items() if times > 1]

    @property
    def lost(self) -> list[str]:
        """Who was neither recorded nor refused as they should be."""
        return [
            f"{student}: {problem}"
            for student, problem in (self.problems or {}).items()
            if bool(problem) != _is_refused(student) or bool(problem) == (student in self.recorded)
        ]

    @property
    def grown(self) -> float:
        """Megabytes from the hundredth submission to the peak."""
        return self.peak - self.memory.get(MARKS[0], self.peak)

    def tell(self, event: str) -> None:
        self.events.append(f"{event} at {self.done:,}, after {self._elapsed():.0f} s")
        _say(self.events[-1])

    def progress(self) -> str:
        rate = self.done / max(self._elapsed(), 0.001)
        return (
            f"{self._elapsed():5.0f} s  {self.done:6,} of {self.count:,}  {rate:4.1f} a second  "
            f"{resident():.0f} MB"
        )

    def _elapsed(self) -> float:
        return self.seconds or time.monotonic() - self.began


def _is_refused(student: str) -> bool:
    return student.rpartition("-")[2] in crowd.REFUSED


def _say(line: str) -> None:
    print(line, flush=True)


def resident() -> float:
    """Return the megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def counted(found, deeds):
    """Count what is recorded; do something after so many."""
    plain = Recorder.record_all

    def record_all(self, finished):
        refused = plain(self, finished)
        for entry in {each.entry for each in finished} - refused.keys():
            found.recorded[entry.student] = found.recorded.get(entry.student, 0) + 1
            deed = deeds.pop(len(found.recorded), None)
            if deed:
                deed()
        return refused

    Recorder.record_all = record_all
    try:
        yield
    finally:
        Recorder.record_all = plain


@contextlib.contextmanager
def watched(found):
    """Look at this process's memory often, and print a line now and then."""
    ended = Event()

    def look():
        last = time.monotonic()
        while not ended.wait(0.05):
            for mark in MARKS:
                if found.done >= mark:
                    found.memory.setdefault(mark, resident())
            if found.memory:
                found.peak = max(found.peak, resident())
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                _say(found.progress())

    looking = Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()


def make_class(folder, count):
    """Hand in so many notebooks; in a process of its own, whose memory is not this one's."""
    course = classroom.make_course(folder, [LESSON])
    course.make_secret()
    failed = classroom.in_a_child(lambda: crowd.hand_in(course, load(course, LESSON), count))
    assert not failed
    return course


def run(folder, count, sample=SAMPLE):
    """Grade a class on a cluster that loses its workers; return what was seen."""
    course = make_class(folder / "course", count)
    found, port = Load(count=count), cluster.free_port()
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [each.kill() for each in started])
        started = [cluster.scheduler(folder / "scheduler", port)]
        started += [cluster.worker(folder / f"worker{n}", port) for n in range(2)]

        def lose():
            started[1].kill()
            found.tell("the first worker was killed with all that it had started")

        def lose_inner():
            started[2].kill_inner()
            found.tell("of the second worker, Dask's process was killed")

        def come_back():
            started.append(cluster.worker(folder / "worker2", port))
            found.tell("the first worker was started again")

        def watch(done, _total):
            found.done = done

        stack.enter_context(
            counted(found, {count // 4: lose, count // 2: lose_inner, 3 * count // 5: come_back})
        )
        stack.enter_context(watched(found))
        found.began, own = time.monotonic(), time.process_time()
        try:
            rows = grade_class(
                course, scheduler=f"tcp://127.0.0.1:{port}", watch=watch, say=found.said.append
            )
            found.problems = {row.student: row.problem for row in rows}
        except KeyboardInterrupt:
            found.tell("stopped early")
        found.seconds = time.monotonic() - found.began
        found.own = time.process_time() - own
    found.sample = sorted(found.problems or found.recorded)
    found.sample = found.sample[:: max(1, -(-len(found.sample) // sample))]
    found.differing = compare(course, folder / "alone", found)
    return found


def compare(course, folder, found):
    """Grade a sample with one process; return who has other scores there, or another problem."""
    alone = classroom.make_course(folder, [LESSON])
    (alone.class_folder / "submitted").mkdir(parents=True)
    shutil.copy(course.class_folder / "secret", alone.class_folder)
    for student in found.sample:
        there = course.class_folder / "submitted" / student
        shutil.copytree(there, alone.class_folder / "submitted" / student, symlinks=True)
    _say(f"grading {len(found.sample)} of them by one process of this machine")
    rows = grade_class(alone, jobs=1) if found.sample else []
    ours, theirs = (classroom.scores(each) if found.sample else {} for each in (course, alone))
    problems = found.problems or {}
    return [
        row.student
        for row in rows
        if ours.get(row.student) != theirs.get(row.student)
        or problems.get(row.student, "").replace(str(course.root), str(alone.root)) != row.problem
    ]


def table(found):
    """Return what was seen, with what it should have been."""
    made = Table("", "seen", "goal", "", title=f"{found.done:,} of {found.count:,} submissions")
    complete = found.problems is not None

    def add(what, seen, goal="", *, reached=None):
        mark = {True: "reached", False: "NOT reached", None: ""}[reached]
        made.add_row(what, str(seen), goal, mark)

    add("throughput", f"{found.done / found.seconds:.1f} a second, {found.seconds:,.0f} s")
    each = found.own / max(found.done, 1)
    add("processor time of the coordinator", f"{each * 1e3:.1f} ms a submission")
    for mark, megabytes in found.memory.items():
        add(f"memory of the coordinator at {mark:,}", f"{megabytes:.0f} MB")
    if found.memory:
        flat = f"at most {FLAT:.0f} MB"
        add(
            "from the 100th to its peak",
            f"{found.grown:+.0f} MB",
            flat,
            reached=found.grown <= FLAT,
        )
    add("recorded", f"{len(found.recorded):,}")
    if complete:
        refused = sum(map(bool, found.problems.values()))
        add("refused, for want of one notebook", f"{refused:,}")
        add("lost", _named(found.lost), "0", reached=not found.lost)
    add("recorded twice", _named(found.twice), "0", reached=not found.twice)
    add(
        f"other than by one process, of {len(found.sample)}",
        _named(found.differing),
        "0",
        reached=not found.differing,
    )
    for event in found.events:
        add("", event)
    return made


def _named(students):
    return f"{len(students)}" + "".join(f"\n{student}" for student in students[:5])


def main():
    """Print what is seen; end with 1 where something is lost, doubled or wrong, or not all done."""
    count = int(sys.argv[1])
    # Whoever stops it has an end in order, and what it started ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        _say(f"{count:,} students of {LESSON} hand in")
        found = run(Path(folder), count)
    Console(width=110, highlight=False).print(table(found))
    for line in found.said:
        _say(line)
    complete = found.problems is not None
    sys.exit(bool(not complete or found.lost or found.differing or found.twice))


if __name__ == "__main__":
    main()
