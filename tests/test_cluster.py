"""A class on a Dask cluster: graded as here, whatever is lost; what is not as here is refused."""

import asyncio
import contextlib
import os
import socket
import sys
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread, Timer, current_thread
from types import SimpleNamespace

import pytest

from grader import __version__
from grader.errors import GraderError, InputError
from grader.run import desk
from grader.run.plan import Task
from grader.run.whole_class import grade_class
from grader.submission.submitted import entries
from tests import classroom, cluster, load
from tests.classroom import LESSON, hand_in, holdings, tree
from tests.grading.honest_class import HONEST, needs_sandbox
from tests.test_watch import Inbox, one_round

pytestmark = [
    needs_sandbox,
    # Dask's client closes its sockets when its loop ends, which may be after the test.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A cluster of one worker that all tests here share: its port and its folder."""
    folder, port = tmp_path_factory.mktemp("cluster"), cluster.free_port()
    started = [cluster.scheduler(folder / "scheduler", port)]
    started.append(cluster.worker(folder / "worker", port))
    yield f"tcp://127.0.0.1:{port}", port, folder
    for each in started:
        each.kill()


@pytest.fixture
def course(tmp_path):
    made = classroom.make_course(tmp_path / "course")
    made.make_secret()
    return made


def autograded(course):
    return tree(course.class_folder / "autograded")


def fill(course):
    """Hand in all sorts of notebooks, and what is none."""
    for student, content in HONEST.items():
        hand_in(course, student, content, timestamp="2026-03-01 12:00:00 UTC")
    hand_in(course, "module", HONEST["right"], mine_dot_py="x = 1\n")
    hand_in(course, "torn", HONEST["right"][:500])
    hand_in(course, "two", HONEST["right"], other_dot_ipynb=HONEST["wrong"])
    odd = {
        student: hand_in(course, student, "") / f"{LESSON}.ipynb"
        for student in ("link", "pipe", "large")
    }
    odd["link"].unlink()
    odd["link"].symlink_to("/etc/passwd")
    odd["pipe"].unlink()
    os.mkfifo(odd["pipe"])
    os.truncate(odd["large"], 101 * 2**20)


def test_a_class_is_graded_there_as_it_is_here(course, place, tmp_path):
    alone = classroom.copy_of(course, tmp_path / "alone")
    fill(course)
    fill(alone)

    rows = grade_class(course, scheduler=place[0])
    expected = grade_class(alone, jobs=2)

    told = {row.student: row.problem.replace(str(course.root), str(alone.root)) for row in rows}
    assert told == {row.student: row.problem for row in expected}
    assert holdings(course) == holdings(alone)
    assert autograded(course) == autograded(alone)
    # A second time, there is nothing to do, and nobody is asked.
    assert all(row.skipped or row.problem for row in grade_class(course, scheduler=place[0]))


def test_a_watch_grades_there_too(place, tmp_path):
    inbox = Inbox(tmp_path)
    inbox.hand_in("ada", HONEST["right"])

    said, _watched = one_round(inbox, jobs=None, scheduler=place[0])

    assert said[0].startswith(f"ada {LESSON}: 16 of 20, graded in ")
    assert said[-1] == f"{LESSON}: 1 feedback page released"


def test_a_class_of_many_loses_its_workers_and_no_submission(tmp_path):
    found = load.run(tmp_path, 24)

    assert found.lost == []
    assert found.twice == []
    assert found.differing == []
    # As the class is drawn, all have a notebook; two of them cannot be read, and one raises.
    assert len(found.recorded) == 24
    assert len(found.events) == 3


def test_without_an_address_no_dask_is_loaded(course):
    hand_in(course, "ada", HONEST["right"])
    run = partial(classroom.command, course, "grader", without=("distributed", "dask"))

    assert run("grade", "--jobs=1").returncode == 0
    refused = run("grade", "--force", "--scheduler=tcp://127.0.0.1:1")
    assert refused.returncode == 1
    assert refused.stderr == (
        "grader: grading on a cluster needs Dask's distributed, which is not installed here; "
        "install it with: pip install 'backprop-by-hand[cluster]'\n"
    )


def test_where_nothing_listens_one_line_says_so(course, monkeypatch):
    from grader.run import connection

    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1.0)
    desk.own_code.cache_clear()
    hand_in(course, "ada", HONEST["right"])
    address = f"tcp://127.0.0.1:{cluster.free_port()}"

    with pytest.raises(
        InputError, match=r"no Dask scheduler answers there .*'dask scheduler'"
    ) as told:
        grade_class(course, scheduler=address)

    assert "\n" not in str(told.value)
    # Read before there is a loop of Dask's, which would wait for its turn after each file.
    assert desk.own_code.cache_info().currsize == 1
    for wrong in ("localhost:x", "no-such-scheme://a:1", "tcp://no.such.host.invalid:8786"):
        with pytest.raises(InputError, match="no Dask scheduler answers there"):
            grade_class(course, scheduler=wrong)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 400 Bad request\r\n\r\n" + 100 * b" "])
def test_where_something_else_listens_one_line_says_so(course, monkeypatch, capfd, answer):
    from grader.run import connection

    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1.0)
    hand_in(course, "ada", HONEST["right"])
    with socket.create_server(("127.0.0.1", 0)) as other:

        def serve():
            with contextlib.suppress(OSError):
                reached, _ = other.accept()
                reached.sendall(answer)
                held.append(reached)

        held = []
        Thread(target=serve, daemon=True).start()
        address = "tcp://{}:{}".format(*other.getsockname())
        with pytest.raises(InputError, match="no Dask scheduler answers there") as told:
            grade_class(course, scheduler=address)
        for reached in held:
            reached.close()

    assert "\n" not in str(told.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("lost", [asyncio.CancelledError, ConnectionResetError])
def test_a_result_that_is_lost_on_its_way_is_asked_for_again(course, lost):
    """A scheduler that goes while a result is fetched is no fault of the submission's.

    The worker gets nothing more until it was looked at again: where the scheduler is gone for a
    while, each submission would soon have been sent as often as it may be.
    """
    from grader.run.cluster import Cluster

    class Client:
        async def _run(self, *_, **__):
            raise lost

    engine = Cluster(course, [], address="tcp://127.0.0.1:1", lessons=[], say=print)
    engine._known.add("tcp://a")
    asyncio.run(engine._ask(Client(), "a task", "tcp://a", None, None))

    assert engine._next_event(0).result is None
    assert engine._known == set()


def test_the_last_tasks_are_not_sent_ahead_and_what_comes_in_a_moment_is_waited_for(
    course, monkeypatch
):
    """Whoever is at a long one would keep others waiting; a commit waits for the disk."""
    from grader.run import cluster as engine

    hand_in(course, "ada", HONEST["right"])
    [entry] = entries(course, [], [])
    tasks = [Task(entry=entry, digest="", secret="", content_hash=f"{n}") for n in range(6)]
    crew = engine.Cluster(course, [], address="tcp://127.0.0.1:1", lessons=[], say=print)
    crew._client = SimpleNamespace(status="running")
    sent = []

    def send(what, address):
        sent.append(address)
        crew._sent[f"{len(sent)}"] = replace(what, times=1, address=address)

    def arrive(name):
        crew._events.put(engine._Arrived(name=name, result=GraderError(name)))

    monkeypatch.setattr(crew, "_send", send)
    monkeypatch.setattr(engine, "_MOMENT", 60)
    assert not crew.more_soon()
    for address in ("a", "b"):
        crew._events.put(engine._Looked(address=address, threads=1))
    for name in ("1", "2"):
        arrive(name)
    results = crew.grade(tasks)

    # The first was hired alone, and had two ahead before the other came.
    assert str(next(results)[1]) == "1"
    assert sent == ["a", "a", "a", "b", "b"]
    assert crew.more_soon()
    Timer(0.2, arrive, ["3"]).start()
    assert str(next(results)[1]) == "2"
    assert crew.more_soon()
    for name in ("4", "5", "6"):
        arrive(name)
    assert [str(result) for _, result in results] == ["3", "4", "5", "6"]
    assert not crew.more_soon()


def test_what_is_imported_meanwhile_keeps_nobody_waiting_and_fails_where_it_is_told(course, capfd):
    from grader.run.cluster import Cluster

    crew = Cluster(course, [], address="tcp://127.0.0.1:1", lessons=[], say=print)
    begun, returned, usual = SimpleQueue(), Event(), sys.getswitchinterval()

    def load():
        begun.put((current_thread(), sys.getswitchinterval()))
        assert returned.wait(60)
        raise ImportError

    crew.meanwhile(load)
    returned.set()
    importing, turn = begun.get(timeout=60)
    importing.join()

    assert turn < sys.getswitchinterval() == usual
    assert capfd.readouterr().err == ""


def test_a_submission_is_unpacked_while_another_is_graded(course):
    hand_in(course, "ada", HONEST["right"])
    [entry] = entries(course, [], [])
    task = Task(entry=entry, digest="", secret="", content_hash="")
    parcels, both = [], Event()

    class Parcel:
        def unpack(self, folder):
            folder.mkdir(parents=True)
            parcels.append(folder)
            if len(parcels) == 3:
                both.set()

    class Post:
        def grade(self, _task):
            return both.wait(60)

        def close(self):
            pass

    brought = desk.Brought(key="", course=Parcel(), preload=[], sandboxed=True)
    opened = desk._Desk(brought, 1)
    opened._free.put(Post())
    graded = [opened.threads.submit(opened.grade, task, Parcel()) for _ in range(2)]

    assert [each.result() for each in graded] == [True, True]
    opened.close()
    # The course's folder, and one of each.
    assert not any(folder.exists() for folder in parcels)


OTHER_VERSIONS = """\
from distributed import versions
plain = versions.get_package_info
theirs = {"python": "3.9.1.final.0", "numpy": "1.0", "backprop-by-hand": None}
versions.get_package_info = lambda names: plain(names) | theirs
"""
OTHER_CODE = """\
from pathlib import Path
plain = Path.read_bytes
Path.read_bytes = lambda self: plain(self) + b"#" * (self.name == "verdict.py")
"""
NO_ROOM = """\
import shutil
from types import SimpleNamespace
shutil.disk_usage = lambda path: SimpleNamespace(free=63 * 2**20)
"""
FULL_DISK = """\
import errno
from grader.run import parcel
plain = parcel.Parcel.unpack
def unpack(self, folder):
    if folder.name != "course":
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))
    plain(self, folder)
parcel.Parcel.unpack = unpack
"""
NO_SANDBOX = "import sandlock; sandlock.landlock_abi_version = lambda: 0"


def spoilt(folder, code):
    """Return a PYTHONPATH by which a process runs this code as it starts."""
    (folder / "spoilt").mkdir()
    (folder / "spoilt" / "sitecustomize.py").write_text(code, encoding="utf-8")
    return f"{folder / 'spoilt'}{os.pathsep}{classroom.ROOT}"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (OTHER_VERSIONS, ["python 3.9.1.final.0", "numpy 1.0", "backprop-by-hand none"]),
        (OTHER_CODE, [f"backprop-by-hand {__version__}, as this machine has, but with other code"]),
        (NO_ROOM, ["its disk refuses", "grader-desk-", "(No space left on device)"]),
        (NO_SANDBOX, ["1 guarantee of the sandbox does not hold there", "Landlock"]),
    ],
)
def test_a_worker_that_is_not_as_this_machine_takes_no_work_and_says_why(
    course, tmp_path, spoil, told
):
    """Spoilt from within, by a module that Python loads as it starts."""
    hand_in(course, "ada", HONEST["right"])
    port = cluster.free_port()
    scheduler = cluster.scheduler(tmp_path / "scheduler", port)
    worker = cluster.worker(tmp_path / "worker", port, PYTHONPATH=spoilt(tmp_path, spoil))
    said = []
    try:
        with pytest.raises(InputError, match="no worker there takes work"):
            grade_class(course, scheduler=f"tcp://127.0.0.1:{port}", say=said.append)
    finally:
        worker.kill()
        scheduler.kill()

    assert len(said) == 1
    assert "takes no work" in said[0]
    assert [each for each in told if each not in said[0]] == []


def test_a_scheduler_that_restarts_and_a_full_disk_cost_no_submission(course, tmp_path):
    """A fault of the disk is made within the worker, by a module that Python loads as it starts."""
    for number in range(4):
        hand_in(course, f"s{number}", HONEST["right"])
    port = cluster.free_port()
    address = f"tcp://127.0.0.1:{port}"
    started = [cluster.scheduler(tmp_path / "scheduler", port)]
    path = spoilt(tmp_path, FULL_DISK)
    said = []
    try:
        started.append(cluster.worker(tmp_path / "full", port, PYTHONPATH=path))
        with pytest.raises(InputError, match=r"its disk refuses .* \(No space left on device\)"):
            grade_class(course, scheduler=address, say=said.append)
        assert len(said) == 1
        # Where everybody who is there refuses, nobody is waited for.
        started.append(cluster.worker(tmp_path / "worker", port))
        started[-1].wait_for("Registered to")

        def restart():
            for each in started:
                each.kill()
            started[:] = [cluster.scheduler(tmp_path / "scheduler", port)]
            started.append(cluster.worker(tmp_path / "worker", port))

        found = load.Load()
        with load.counted(found, {1: restart}):
            rows = grade_class(course, scheduler=address)
    finally:
        for each in started:
            each.kill()

    assert [row.problem for row in rows] == [""] * 4
    assert found.recorded == {f"s{number}": 1 for number in range(4)}
