"""The box: what it promises holds here, and what breaks is replaced."""

import contextlib
import errno
import fcntl
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from grader.box.warm import Nursery
from grader.course.folders import Course
from grader.errors import GraderError
from grader.sandbox import (
    availability,
    doctor,
    policy,
    processes,
    scratch,
    trespass,
    warm,
    words,
)
from grader.sandbox.box import Box
from grader.sandbox.limits import Limits
from grader.sandbox.session import Session
from grader.sandbox.warm import SandboxError
from grader.submission.code import Code
from tests.conftest import COURSE

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())

MANY = Limits(
    cell_seconds=3.0, total_seconds=20.0, memory=200 * 2**20, processes=6, scratch=2**22, files=100
)


@pytest.fixture(scope="module")
def box():
    """A box whose submissions may start processes: the last line of defence is tried, too."""
    with Box(COURSE, limits=MANY) as made:
        yield made


def run(box, *cells):
    with Session(box, [Code(source=textwrap.dedent(cell)) for cell in cells], {}) as session:
        return session.run()


def printed(box, cell):
    (result,) = run(box, cell)
    return "".join(item.get("text", "") for item in result.outputs).strip()


def wait_until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


# ---------------------------------------------------------------------- the doctor


@pytest.fixture(scope="module")
def findings():
    start = time.monotonic()
    found = doctor.examine(COURSE)
    return found, time.monotonic() - start


def test_the_bait_in_solutions_can_be_read_where_nothing_forbids_it():
    """A folder cannot be opened anywhere: refusing that would prove nothing."""
    with trespass.bait() as laid, contextlib.ExitStack() as opened:
        statement, *_ = trespass.attempts(COURSE, laid)[words.NO_SOLUTIONS]
        names = {"open": lambda path: opened.enter_context(Path(path).open())}

        assert "grader.exercise" in eval(statement, names)  # noqa: S307 - written by ourselves


def test_every_guarantee_holds_here(findings):
    assert [finding for finding in findings[0] if not finding.holds] == []


def test_the_examination_comes_to_its_end_in_time(findings):
    assert findings[0][-1].guarantee == words.REPLACED
    assert findings[1] < 60


def test_the_examination_fails_where_there_is_no_sandbox(monkeypatch):
    """Without this, "holds" could be all it ever says."""
    # Small ones: without a sandbox they are really imported.
    monkeypatch.setattr(policy, "WITHHELD", ("wave", "this_is_not_installed"))
    # Who traces the warm process stops it: it is not worth waiting for.
    monkeypatch.setattr(warm, "BURIAL_SECONDS", 1.0)
    found = {f.guarantee: f.holds for f in doctor.examine_box(COURSE, sandboxed=False)}

    assert found[words.NO_SOLUTIONS] is False
    assert found[words.NO_OTHER_SUBMISSION] is False
    assert found[words.NO_PROC] is False
    assert found[words.NO_IMPORTS] is False
    # The box's own list of system calls stands without sandlock.
    assert found[words.NO_TCP] is True
    assert found[words.NO_SIGNAL_TO_JUDGE] is True


def test_a_module_of_python_s_library_that_lies_elsewhere_can_be_read(monkeypatch, tmp_path):
    """On Debian sitecustomize.py does, and whoever reloads modules came upon it."""
    library, elsewhere = tmp_path / "library", tmp_path / "elsewhere.py"
    library.mkdir()
    elsewhere.touch()
    (library / "sitecustomize.py").symlink_to(elsewhere)
    monkeypatch.setattr(policy.sysconfig, "get_path", lambda *_: str(library))

    assert str(elsewhere) in policy.readable(COURSE, tmp_path / "import")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("system", "Darwin", "needs Linux; this is Darwin"),
        ("machine", "riscv64", "needs x86_64 or aarch64; this is riscv64"),
    ],
)
def test_where_there_can_be_no_sandbox_all_say_why(monkeypatch, name, value, reason):
    monkeypatch.setattr(platform, name, lambda: value)

    assert reason in availability.unavailable()
    with pytest.raises(SandboxError, match=reason):
        Box(COURSE)
    (finding,) = doctor.examine(COURSE)
    assert (finding.guarantee, finding.holds) == (words.SANDBOX_TO_BE_HAD, False)
    assert reason in finding.seen
    assert doctor.conclusion([finding]).startswith("No class can be graded here")


def test_a_limit_does_not_hold_where_another_one_stands_in_for_it(monkeypatch):
    """Nobody looks at what a submission uses; its cells end all the same, when their time does."""
    monkeypatch.setattr(Box, "look", lambda *_: None)

    with Box(COURSE, limits=replace(doctor._LIMITS, cell_seconds=0.5)) as made:
        found = [doctor._threads(made), doctor._scratch(made)]

    assert [finding.holds for finding in found] == [False, False]


def test_two_doctors_are_not_in_each_others_way_be_their_processes_of_one_number():
    """As in two containers that share the network of their host."""
    with trespass.bait() as one, trespass.bait() as other:
        assert one.abstract != other.abstract


def test_the_doctor_ends_by_saying_whether_a_class_can_be_graded():
    holding = doctor.Finding(guarantee="One", holds=True, seen="seen")
    failing = doctor.Finding(guarantee="Another", holds=False, seen="seen")

    assert doctor.conclusion([holding]) == words.ALL_HOLDS
    assert "1 guarantee does not hold" in doctor.conclusion([holding, failing])
    assert "2 guarantees do not hold" in doctor.conclusion([failing, failing])


def test_what_the_doctor_prints_are_sentences(findings):
    lines = [words.found(finding.guarantee, finding.seen) for finding in findings[0]]

    assert [line for line in lines if not re.fullmatch(r"[A-Z].{10,}[^.\s]\.", line)] == []


def test_an_old_kernel_is_told_so(monkeypatch):
    import sandlock

    monkeypatch.setattr(sandlock, "landlock_abi_version", lambda: 3)

    assert "has ABI 3" in availability.unavailable()


def test_a_box_that_does_not_start_is_a_finding_and_no_exception(monkeypatch):
    monkeypatch.setattr("grader.sandbox.warm.START_SECONDS", 0.0)

    found = doctor.examine(COURSE)

    assert found[-1].holds is False
    assert "ended while it started" in found[-1].seen


# -------------------------------------------------------------- where a course may lie


def test_a_course_inside_what_python_reads_is_refused(tmp_path):
    inside = Course(root=Path(sys.prefix) / "lib" / "a course")

    with pytest.raises(GraderError, match="move the course out of it"):
        policy.readable(inside, tmp_path)


def test_no_folder_of_submissions_is_readable(tmp_path):
    """nbgrader's exchange lies in /usr/local/share by default."""
    found = policy.readable(COURSE, tmp_path)

    for secret in ("/usr/local/share/nbgrader/exchange", str(COURSE.root), str(Path.home())):
        assert not any(Path(secret).is_relative_to(path) for path in found)


# ------------------------------------------------------------------------ its processes

DAEMON = """
import os, signal, time
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    signal.signal(number, signal.SIG_IGN)
middle = os.fork()
if middle == 0:
    os.setsid()
    daemon = os.fork()
    if daemon == 0:
        os.closerange(0, 64)
        while True:
            time.sleep(0.01)
    with open("daemon", "w") as file:
        file.write(str(daemon))
    os._exit(0)
os.waitpid(middle, 0)
print(open("daemon").read())
"""


def test_a_daemon_that_ignores_all_signals_dies_with_its_submission(box):
    before = box.pid

    daemon = int(printed(box, DAEMON))

    assert processes.process(daemon) is None
    assert box.pid == before, "the box did it, and need not be replaced"


def test_a_stopped_descendant_dies_too(box):
    cell = """
    import os, signal, time
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    print("stopped")
    """

    assert printed(box, cell) == "stopped"
    assert list(processes.descendants(box.pid)) == []


MOVES_ON = """\
import os
if os.fork() == 0:
    os.setsid()
    while os.fork() == 0:
        pass
    os._exit(0)
"""


def test_a_process_that_moves_on_by_forking_is_caught(box):
    """Each process lives only to fork the next one: no list of processes is ever true."""
    before = box.pid

    assert printed(box, f"{MOVES_ON}print('off')") == "off"
    assert wait_until(lambda: list(processes.descendants(before)) == [])


def test_several_processes_together_may_not_take_more_memory(box):
    cell = """
    import os, time
    for _ in range(3):
        if os.fork() == 0:
            break
    hoard = bytearray(b"x" * 80 * 2**20)
    time.sleep(60)
    """
    (result,) = run(box, cell)

    assert "more memory" in result.failure.message


def test_many_processes_are_noticed(box):
    cell = """
    import os, time
    for _ in range(10):
        if os.fork() == 0:
            break
    time.sleep(60)
    """
    (result,) = run(box, cell)

    assert "processes" in result.failure.message


def test_a_kernel_without_descriptors_of_processes_is_asked_in_another_way(monkeypatch):
    def refuses(_pid):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", refuses, raising=False)
    ours, theirs = socket.socketpair()
    with ours, theirs, Nursery(theirs, [], {}, None, {})._watched(os.getpid()) as watch:
        assert watch == []


def test_a_box_whose_warm_process_dies_is_replaced():
    with Box(COURSE) as mine:
        mine.wait_warm()
        os.kill(mine.pid, signal.SIGKILL)

        assert printed(mine, "print(6 * 7)") == "42"


def test_a_stopped_warm_process_is_replaced(monkeypatch):
    monkeypatch.setattr("grader.sandbox.child.READY_SECONDS", 0.5)
    monkeypatch.setattr("grader.sandbox.warm.BURIAL_SECONDS", 0.5)
    monkeypatch.setattr("grader.sandbox.warm._LEAVE_SECONDS", 0.2)
    with Box(COURSE) as mine:
        mine.wait_warm()
        os.kill(mine.pid, signal.SIGSTOP)

        assert printed(mine, "print(6 * 7)") == "42"


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells it on Linux only")
def test_descriptors_do_not_run_out_however_many_submissions_there_are(monkeypatch):
    """The sandbox's supervisor keeps one for each process that there was, here in the judge."""
    monkeypatch.setattr("resource.getrlimit", lambda _: (30, 30))
    with Box(COURSE) as mine:
        mine.wait_warm()
        held = len(list(Path("/proc/self/fd").iterdir()))
        found = {printed(mine, "print(6 * 7)") for _ in range(25)}

        assert found == {"42"}
        assert len(list(Path("/proc/self/fd").iterdir())) < held + 20


def test_children_that_are_killed_at_once_cost_no_warm_process():
    """The sandbox counts each as if it were there for ever, and refused the seventeenth."""
    with Box(COURSE) as lessons:
        lessons.wait_warm()
        warm = lessons.pid
        for _ in range(60):
            lessons.fork_ahead()
            lessons.end_ahead()

        assert printed(lessons, "print(6 * 7)") == "42"
        assert lessons.pid == warm


def test_a_child_that_was_forked_ahead_is_the_next_one_and_the_only_one(box):
    box.wait_warm()
    box.fork_ahead()
    box.fork_ahead()
    assert wait_until(lambda: list(processes.descendants(box.pid)))
    (ahead,) = [process.pid for process in processes.descendants(box.pid)]

    with Session(box, [Code(source="import os\nprint(os.getpid())")], {}) as session:
        (result,) = session.run()
        # While one is at work there is none but that: what it starts could not be told apart.
        box.fork_ahead()
        assert [process.pid for process in processes.descendants(box.pid)] == [ahead]

    assert result.outputs[0]["text"].strip() == str(ahead)
    assert list(processes.descendants(box.pid)) == []


def succeeded(box, cell):
    """Run a cell, and leave its process to die while the next one is forked."""
    with Session(box, [Code(source=textwrap.dedent(cell))], {}) as session:
        (result,) = session.run()
        session.succeed()
    return "".join(item.get("text", "") for item in result.outputs).strip()


PID = "import os\nprint(os.getpid())"


@pytest.fixture
def own_box():
    """A box that no other test has used: its processes are counted."""
    with Box(COURSE, limits=MANY) as mine:
        mine.wait_warm()
        yield mine


def test_a_process_and_all_it_started_are_dead_before_the_next_one_is_told_anything(own_box):
    """They die while the next one is forked: it must wait for the last of them."""
    before = own_box.pid
    for _ in range(3):
        succeeded(own_box, f"{MOVES_ON}open('left', 'w').close()")
        ahead = own_box._ahead[1].name
        channel = own_box.open(MANY)
        # Nobody has told the next one anything, and there is nothing else any more.
        assert len(list(processes.descendants(before))) == 1
        assert [path.name for path in own_box.work.iterdir()] == [ahead]
        own_box.end_child(channel)

    assert list(own_box.work.iterdir()) == []
    assert own_box.pid == before, "the box did it, and need not be replaced"


def test_where_none_can_be_started_the_next_process_is_there_while_the_last_is_at_work(monkeypatch):
    """And is no process of the submission's, nor one of its threads."""
    monkeypatch.setattr("grader.sandbox.box._LOOK_SECONDS", 0.0)
    waits = f"""{PID}
import threading, time
for _ in range(15):
    threading.Thread(target=time.sleep, args=(0.5,)).start()
time.sleep(0.4)
"""
    with Box(COURSE, limits=Limits(threads=16)) as mine:
        mine.wait_warm()
        with Session(mine, [Code(source=waits)], {}, followed=True) as session:
            (result,) = session.run()
            number = int(result.outputs[0]["text"])
            (following,) = {each.pid for each in processes.descendants(mine.pid)} - {number}
            session.succeed()

        assert int(printed(mine, PID)) == following


def test_who_is_at_work_cannot_reach_the_next_process():
    tries = """
import os, resource, signal
reached = []
for pid in range(os.getpid() + 1, os.getpid() + 200):
    for attempt in (
        lambda: os.kill(pid, signal.SIGKILL),
        lambda: os.sched_setaffinity(pid, {0}),
        lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
        lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (8, 8)),
        lambda: signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL),
        lambda: os.listdir(f"/proc/{pid}/fd"),
    ):
        try:
            attempt()
        except OSError:
            continue
        reached.append(pid)
print(reached)
"""
    with Box(COURSE) as mine:
        mine.wait_warm()
        with Session(mine, [Code(source=PID), Code(source=tries)], {}, followed=True) as session:
            first, second = (run.outputs[0]["text"] for run in session.run())
            (following,) = {each.pid for each in processes.descendants(mine.pid)} - {int(first)}
            session.succeed()

        assert int(first) < following < int(first) + 200
        assert second == "[]\n"
        assert int(printed(mine, PID)) == following


def test_where_some_can_be_started_none_but_its_own_are_there_while_one_is_at_work(own_box):
    with Session(own_box, [Code(source=PID)], {}, followed=True) as session:
        (result,) = session.run()
        found = [each.pid for each in processes.descendants(own_box.pid)]

    assert found == [int(result.outputs[0]["text"])]


def test_a_process_that_ended_by_itself_does_not_take_the_next_one_along(box):
    before = box.pid
    with Session(box, [Code(source=PID)], {}) as session:
        number = int(session.run()[0].outputs[0]["text"])
        os.kill(number, signal.SIGKILL)
        assert wait_until(lambda: processes.process(number) is None)
        session.succeed()

    ahead = box._ahead[1].name
    assert printed(box, "import os\nprint(os.path.basename(os.getcwd()))") == ahead
    assert box.pid == before


def test_a_box_that_cannot_bury_is_replaced_before_the_next_one_runs(monkeypatch):
    monkeypatch.setattr("grader.sandbox.warm.BURIAL_SECONDS", 0.5)
    monkeypatch.setattr("grader.sandbox.warm._LEAVE_SECONDS", 0.2)
    with Box(COURSE) as mine:
        with Session(mine, [Code(source=PID)], {}) as session:
            number = int(session.run()[0].outputs[0]["text"])
            stopped = mine.pid
            os.kill(stopped, signal.SIGSTOP)
            session.succeed()

        assert printed(mine, "print(6 * 7)") == "42"
        assert mine.pid != stopped
        found = processes.process(number)
        assert found is None or found.state == "Z", "nobody had to reap it yet"


def test_what_dies_in_the_one_box_is_dead_before_the_other_draws():
    with Box(COURSE, preload=()) as mine:
        number = int(succeeded(mine, PID))
        drawing = mine.drawing()
        assert processes.process(number) is None
        succeeded(drawing, PID)
        assert drawing._dying

        assert printed(mine, "print(6 * 7)") == "42"
        assert not drawing._dying


def test_what_drew_is_buried_with_the_rest():
    """Whoever has nothing to do buries what the one box holds, and what the other does."""
    with Box(COURSE, preload=()) as mine:
        drawing = mine.drawing()
        succeeded(drawing, "open('left', 'w').close()")
        mine.bury()

        assert not drawing._dying
        assert [path.name for path in drawing.work.iterdir()] == [drawing._ahead[1].name]


def test_a_burial_without_another_box_to_be_had_is_no_failure_of_the_one_before(monkeypatch):
    with Box(COURSE) as mine:
        succeeded(mine, PID)
        os.kill(mine.pid, signal.SIGKILL)
        with monkeypatch.context() as patched:
            why = SandboxError("none is to be had")
            patched.setattr("grader.sandbox.box.WarmProcess", Mock(side_effect=why))
            mine.bury()
            with pytest.raises(SandboxError, match="none is to be had"):
                printed(mine, "print(6 * 7)")

        assert printed(mine, "print(6 * 7)") == "42"


def test_a_box_that_failed_at_its_start_starts_anew_for_the_next_submission():
    with Box(COURSE) as mine:
        os.kill(mine.pid, signal.SIGKILL)
        with pytest.raises(SandboxError):
            mine.wait_warm()
        mine.fork_ahead()

        assert printed(mine, "print(6 * 7)") == "42"


def test_a_child_that_was_forked_ahead_and_died_is_replaced():
    with Box(COURSE) as mine:
        mine.wait_warm()
        mine.fork_ahead()
        assert wait_until(lambda: list(processes.descendants(mine.pid)))
        (ahead,) = [process.pid for process in processes.descendants(mine.pid)]
        os.kill(ahead, signal.SIGKILL)
        assert wait_until(lambda: not list(processes.descendants(mine.pid)))

        assert [printed(mine, "print(6 * 7)") for _ in range(2)] == ["42", "42"]


def test_a_child_that_was_forked_ahead_ends_with_its_box():
    with Box(COURSE) as mine:
        mine.wait_warm()
        mine.fork_ahead()
        assert wait_until(lambda: list(processes.descendants(mine.pid)))
        family = [mine.pid, *(process.pid for process in processes.descendants(mine.pid))]

    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def test_files_that_the_disk_refuses_leave_no_child(box, tmp_path):
    with pytest.raises(FileNotFoundError):
        box.open(MANY, {"data.csv": tmp_path / "not there"})

    assert list(processes.descendants(box.pid)) == []
    assert printed(box, "print(6 * 7)") == "42"


def test_a_box_that_can_never_start_is_the_graders_fault(monkeypatch):
    with Box(COURSE) as mine:
        monkeypatch.setattr("grader.sandbox.warm.START_SECONDS", 0.0)
        with pytest.raises(SandboxError):
            run(mine, "1")


def test_nothing_survives_a_judge_that_is_killed(tmp_path):
    """Killed at any moment: no process of a submission may go on, no box either."""
    script = tmp_path / "judge.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            sys.path.insert(0, {str(COURSE.root)!r})
            from grader.course.folders import Course
            from grader.sandbox.box import Box
            from grader.sandbox.limits import Limits
            from grader.submission.code import Code
            from grader.sandbox.session import Session
            from pathlib import Path
            box = Box(Course(root=Path({str(COURSE.root)!r})), limits=Limits(processes=6))
            box.wait_warm()
            print(box.pid, flush=True)
            cells = [Code(source={DAEMON!r}), Code(source="while True: pass")]
            Session(box, cells, {{}}).run()
            """
        ),
        encoding="utf-8",
    )
    judge = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    with judge:
        warm = int(judge.stdout.readline())
        assert wait_until(lambda: len(list(processes.descendants(warm))) == 2)
        doomed = [warm, *(process.pid for process in processes.descendants(warm))]
        judge.kill()

    assert wait_until(lambda: not any(map(processes.process, doomed)))


def test_a_box_without_a_sandbox_still_has_limits():
    limits = Limits(cell_seconds=1.0, memory=200 * 2**20, processes=0)
    with Box(COURSE, sandboxed=False, limits=limits) as mine:
        cells = ["bytearray(2**30)", "import os; os.fork()", "import socket; socket.socket()"]
        names = [result.outputs[-1]["ename"] for result in run(mine, *cells)]
        (endless,) = run(mine, "while True: pass")

        assert mine.name == "none: a separate process with limits"
        assert names == ["MemoryError", "PermissionError", "PermissionError"]
        assert "too long" in endless.failure.message


# ----------------------------------------------------------------------------- its folders


def test_a_box_leaves_no_folder_behind():
    mine = Box(COURSE)
    folder = mine.work.parent.parent
    run(mine, "import os\nfor i in range(50): os.mkdir('d'); os.chdir('d')")

    assert list(mine.work.iterdir()) == []
    mine.close()
    assert not folder.exists()


def test_a_folder_of_a_killed_judge_is_swept_and_one_in_use_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    for name in ("box-left", "box-used", "box-young"):
        (tmp_path / name / "deep" / "er").mkdir(parents=True)
    os.close(scratch.claim(tmp_path / "box-left"))
    used = scratch.claim(tmp_path / "box-used")
    (tmp_path / "box-link").symlink_to(tmp_path / "box-used")
    # Killed before it had a claim, or after that was removed: so it lies there for long.
    (tmp_path / "box-old" / "deep").mkdir(parents=True)
    os.utime(tmp_path / "box-old", (0, 0))

    scratch.sweep("box-*")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["box-link", "box-used", "box-young"]
    fcntl.flock(used, fcntl.LOCK_UN)
    os.close(used)


def test_a_folder_is_emptied_however_it_is_built(tmp_path):
    """Deeper than a path may be long, without permissions, with links that lead out."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "closed").mkdir(mode=0)
    (folder / "link").symlink_to(outside)
    (folder / "broken").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    with contextlib.chdir(folder):
        for _ in range(3000):
            Path("d").mkdir()
            os.chdir("d")

    scratch.empty(folder)

    assert list(folder.iterdir()) == []
    assert list(outside.iterdir()) == [outside / "kept"]


def test_counting_a_folder_stops_at_the_limit(tmp_path):
    for i in range(20):
        (tmp_path / str(i)).mkdir()
    (tmp_path / "0" / "file").write_bytes(bytes(10_000))

    size, count = scratch.holds(tmp_path, most=100)

    assert count == 21
    assert size >= 10_000
    assert scratch.holds(tmp_path, most=5)[1] == 6


def test_a_folder_that_cannot_be_looked_into_counts_as_too_many(tmp_path):
    """Here its path is too long; one without permissions is the same to anybody but root."""
    with contextlib.chdir(tmp_path):
        for _ in range(3000):
            Path("d").mkdir()
            os.chdir("d")

    assert scratch.holds(tmp_path, most=10**6)[1] == 10**6 + 1
    scratch.empty(tmp_path)


def test_a_sparse_file_counts_by_what_it_takes(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**30)

    assert scratch.holds(tmp_path, most=5)[0] < 2**20


def test_a_whole_tree_is_ended_from_outside():
    """Its root is a subreaper, as a warm process is; one descendant has left its session."""
    source = """
    import ctypes, os, time
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            os.fork()
            break
    time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(source)]) as tree:
        assert wait_until(lambda: len(list(processes.descendants(tree.pid))) == 6)
        doomed = [process.pid for process in processes.descendants(tree.pid)]
        processes.end_tree(tree.pid, 5.0)

    assert tree.returncode == -signal.SIGKILL
    assert wait_until(lambda: not any(map(processes.process, doomed)))


def test_a_process_is_described_although_its_name_is_odd(tmp_path):
    """A name may hold brackets and spaces, which would shift all fields."""
    odd = tmp_path / "a) R 1 (b"
    odd.symlink_to("/bin/sleep")
    with subprocess.Popen([str(odd), "60"]) as process:
        found = processes.process(process.pid)
        process.kill()

    assert (found.pid, found.threads, found.state in "RSD") == (process.pid, 1, True)
    assert processes.process(2**22 + 1) is None
