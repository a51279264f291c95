"""Whatever is killed, or at work beside it, a class ends up graded as if never disturbed."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.course.loading import load
from grader.errors import GraderError
from grader.run import workers as engine
from grader.run.plan import Task
from grader.submission.submitted import entries
from tests import classroom
from tests.classroom import LESSON, hand_in, holdings, scores
from tests.grading.honest_class import HONEST, autograded, needs_sandbox

pytestmark = needs_sandbox


def start(course, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "grade", "--jobs=2", *words],
        cwd=course.root,
        env=classroom.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def at_work(course):
    """Return the processes, boxes included, that have to do with this course."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                where = (folder / "cwd").readlink()
                words = (folder / "cmdline").read_bytes().decode(errors="replace")
                if str(course.root) in f"{where} {words}":
                    found.append(words)
    return found


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_killed_again_and_again_and_then_run_to_the_end_a_class_is_graded_as_if_never_killed(
    course, graded
):
    """Here at random moments of the whole command; tests/gradebook has each step of recording."""
    seed = random.SystemRandom().randrange(1000)
    draw = random.Random(seed)
    staging = course.class_folder / "autograded" / ".new"
    for round_ in range(4):
        process = start(course)
        if round_:
            # From the second on, the kill comes while there is something to record.
            wait_until(lambda p=process: staging.exists() or p.poll() is not None)
        time.sleep(draw.uniform(0, 0.3 if round_ else 2.0))
        process.kill()
        process.communicate()
        # No worker and no box outlives the command, and the next one need not wait for them.
        if round_ == 1:
            assert wait_until(lambda: not at_work(course)), (seed, at_work(course))

    done = classroom.command(course, "grader", "grade")

    assert done.returncode == 0, (seed, done.stderr)
    assert holdings(course) == holdings(graded), seed
    assert autograded(course) == autograded(graded), seed
    assert sorted(path.name for path in course.class_folder.iterdir()) == sorted(
        path.name for path in graded.class_folder.iterdir()
    )
    assert not staging.exists()


KILLS = int(os.environ.get("KILLS", "4"))


def test_whenever_the_command_is_killed_none_of_its_processes_is_left(course):
    """KILLS=200 is what the threat model promises; a few run with all tests."""
    seed = random.SystemRandom().randrange(1000)
    draw = random.Random(seed)
    for _ in range(KILLS):
        process = start(course, "--force")
        time.sleep(draw.uniform(0, 4.0))
        process.kill()
        process.communicate()
        assert wait_until(lambda: not at_work(course)), (seed, at_work(course))


def test_two_at_once_leave_what_one_leaves(course, graded):
    both = [start(course), start(course)]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in both]

    refused = [said for said, code in ended if code]
    assert len(refused) <= 1, ended
    for said in refused:
        assert "another 'grader grade' is at work here; wait for it to end" in said
    assert holdings(course) == holdings(graded)
    assert autograded(course) == autograded(graded)


def test_a_worker_that_is_killed_costs_one_submission_and_not_the_class(
    course, graded, run, monkeypatch
):
    """The out-of-memory killer's part is played by the worker itself."""
    plain = engine.grade_file

    def killed(lesson, path, box, *, student, secret):
        if student == "wrong":
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(lesson, path, box, student=student, secret=secret)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "grade_file", killed)
        code, _, said = run(course, "--jobs=1")
    assert code == 2
    assert said.splitlines() == [
        (
            f"grader: wrong {LESSON}: the process that graded this ended unexpectedly; "
            "run 'grader doctor', then run this again: what is graded so far is kept"
        ),
        "grader: the grader's own fault: not every submission could be graded; see above",
    ]
    assert set(scores(course)) == {"late", "partly", "right", "untouched"}

    code, _, _ = run(course)
    assert code == 0
    assert holdings(course) == holdings(graded)


def test_a_submission_that_holds_its_worker_too_long_is_told_and_the_rest_is_graded(
    few, run, monkeypatch
):
    """In one call that never comes back, so that only the kernel can end it."""
    plain = engine.grade_file

    def held(lesson, path, box, *, student, secret):
        while student == "wrong":
            time.sleep(60)
        return plain(lesson, path, box, student=student, secret=secret)

    monkeypatch.setattr(engine, "grade_file", held)
    monkeypatch.setattr(engine, "HELD_SECONDS", 3.0)
    code, _, said = run(few, "--jobs=2")

    assert code == 1
    told = "grading this was stopped after 3 s, and nothing is scored; look at the notebook by hand"
    assert said.splitlines()[0] == f"grader: wrong {LESSON}: {told}"
    assert set(scores(few)) == {"right"}


def test_no_more_results_are_held_than_workers_can_have_ready(few, monkeypatch):
    """Else a class with large outputs would fill the parent's memory while it records."""
    made = few.root / "made"
    made.mkdir()
    for i in range(20):
        hand_in(few, f"student {i}", HONEST["right"])

    def counted(*_args, student, **_):
        (made / student).touch()
        raise GraderError("nothing to record")

    monkeypatch.setattr(engine, "grade_file", counted)
    tasks = [
        Task(entry=entry, digest=load(few, LESSON).digest, secret="", content_hash="")
        for entry in entries(few, [], [])
    ]
    with engine.Workers(few, (), jobs=2) as workers:
        results = workers.grade(tasks)
        next(results)
        time.sleep(1.0)
        # Of each worker what was taken from it, and five that it was given since.
        assert len(list(made.iterdir())) <= 12
        assert workers.more_soon()
        assert len(list(results)) == len(tasks) - 1
        assert not workers.more_soon()


def test_what_comes_in_a_moment_is_waited_for_so_that_it_is_recorded_together(few, monkeypatch):
    def slow(*_args, **_):
        time.sleep(0.2)
        raise GraderError("nothing to record")

    monkeypatch.setattr(engine, "grade_file", slow)
    monkeypatch.setattr(engine, "_MOMENT", 60)
    tasks = [
        Task(entry=entry, digest=load(few, LESSON).digest, secret="", content_hash="")
        for entry in entries(few, [], [])
    ]
    with engine.Workers(few, (), jobs=1) as workers:
        results = workers.grade(tasks)
        next(results)
        assert workers.more_soon()
        assert len(list(results)) == len(tasks) - 1 > 0
        assert not workers.more_soon()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs processors to choose from")
def test_each_worker_keeps_to_a_processor_so_that_no_box_takes_another_s_time(few, monkeypatch):
    def told(*_args, **_):
        time.sleep(0.2)
        policy = os.sched_getscheduler(0) == os.SCHED_BATCH
        raise GraderError(f"{os.sched_getaffinity(0)}, in a row: {policy}")

    monkeypatch.setattr(engine, "grade_file", told)
    tasks = [
        Task(entry=entry, digest=load(few, LESSON).digest, secret="", content_hash="")
        for entry in entries(few, [], [])
    ]
    with engine.Workers(few, (), jobs=2) as workers:
        said = {str(result) for _, result in workers.grade(tasks)}

    cores = sorted(os.sched_getaffinity(0))
    assert said == {f"{{{core}}}, in a row: True" for core in cores[:2]}


def test_a_fault_of_the_grader_is_told_as_its_own_and_the_rest_is_graded(few, run, monkeypatch):
    """A fake fails where no submission of ours makes the real engine fail."""

    def faulty(*_args, student, **_):
        raise GraderError("the box is on fire") if student == "right" else ZeroDivisionError("0")

    hand_in(few, "third", HONEST["right"])
    plain = engine.grade_file
    monkeypatch.setattr(
        engine,
        "grade_file",
        lambda *a, student, **k: (faulty if student != "third" else plain)(
            *a, student=student, **k
        ),
    )
    code, out, said = run(few)

    assert code == 2
    assert said.splitlines() == [
        f"grader: right {LESSON}: the box is on fire",
        f"grader: wrong {LESSON}: ZeroDivisionError: 0",
        "grader: the grader's own fault: not every submission could be graded; see above",
    ]
    assert "1 graded, 0 unchanged, 2 not graded" in out
    assert set(scores(few)) == {"third"}
