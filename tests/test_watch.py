"""`grader watch`: from what is handed in to the page that can be fetched, without a person."""

import configparser
import contextlib
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from traitlets.config.loader import PyFileConfigLoader

from grader.report.telling import Telling
from grader.run.exchange import Exchange
from grader.run.watch import Rules, Watch, log_of
from grader.run.watched import read_watched
from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON, environment, right, work
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.skipif(
        bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
    ),
    # nbgrader's release leaves the files open that it reads a submission's time from.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HALF = {"one_hot": "def one_hot(labels, n_classes):\n    return labels"}


class Inbox:
    """A course with an exchange of its own, into which students hand in."""

    def __init__(self, root):
        self.course = classroom.make_course(root / "course")
        self.exchange = root / "exchange" / "backprop_by_hand"
        for folder in ("inbound", "outbound", "feedback"):
            (self.exchange / folder).mkdir(parents=True)
        classroom.configure(self.course, f"c.Exchange.root = {str(root / 'exchange')!r}")
        self._time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def hand_in(self, student, content):
        self._time += timedelta(minutes=1)
        stamp = f"{self._time:%Y-%m-%d %H:%M:%S.%f} UTC"
        folder = self.exchange / "inbound" / f"{student}+{LESSON}+{stamp}"
        folder.mkdir()
        (folder / f"{LESSON}.ipynb").write_text(content, encoding="utf-8")
        (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
        (folder / "submission_secret.txt").write_text(f"of {student}", encoding="utf-8")

    def pages(self):
        """Return the released pages' words, without markup."""
        return [
            " ".join(re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8")).split())
            for path in sorted(
                (self.exchange / "feedback").iterdir(), key=lambda p: p.stat().st_mtime_ns
            )
        ]


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path)


def one_round(inbox, **rules):
    """Do one round as a watch that was just started does it; return its log and its record."""
    said = []
    watch = Watch(
        course=inbox.course,
        lessons=[LESSON],
        rules=Rules(**{"jobs": 1} | rules),
        say=said.append,
    )
    watched = read_watched(inbox.course)
    watch.round(Exchange(inbox.course), watched)
    return said, watched


def test_what_is_handed_in_is_graded_and_its_page_can_be_fetched(inbox):
    inbox.hand_in("ada", right())
    inbox.hand_in("bob", "{ this is no notebook")

    said, _watched = one_round(inbox)

    assert any(line.startswith(f"ada {LESSON}: 16 of 20, graded in ") for line in said)
    assert any(line.startswith(f"bob {LESSON}: 0 of 20, graded in ") for line in said)
    assert said[-1] == f"{LESSON}: 2 feedback pages released"
    assert "16 of 20 points" in " ".join(inbox.pages())


def test_a_second_round_finds_nothing_to_do_also_after_a_restart(inbox):
    inbox.hand_in("ada", right())
    one_round(inbox)

    assert one_round(inbox)[0] == []


def test_a_newer_submission_is_graded_again_and_its_page_replaces_nothing_else(inbox):
    inbox.hand_in("ada", work())
    one_round(inbox)
    inbox.hand_in("ada", right())

    said, watched = one_round(inbox)

    assert said[0].startswith(f"ada {LESSON}: 16 of 20")
    assert watched.submissions[f"ada/{LESSON}"].attempts == 2


def test_between_two_gradings_of_one_student_there_is_a_pause(inbox):
    inbox.hand_in("ada", work())
    one_round(inbox)
    inbox.hand_in("ada", right())

    assert one_round(inbox, pause=3600.0)[0] == []
    assert one_round(inbox)[0] != []


def test_attempts_are_counted_and_what_comes_after_the_last_is_said_once(inbox):
    inbox.hand_in("ada", work())
    one_round(inbox, attempts=1)
    inbox.hand_in("ada", right())

    (told,) = one_round(inbox, attempts=1)[0]

    assert "handed in again after 1 gradings, which is all there are" in told
    assert "grader grade 00_start_here --student ada" in told
    assert one_round(inbox, attempts=1)[0] == []


def test_before_the_deadline_no_more_is_told_than_the_instructor_wants(inbox):
    inbox.hand_in("ada", right(**HALF))
    one_round(inbox, before=Telling.VERDICTS)
    (verdicts,) = inbox.pages()
    with classroom.gradebook(inbox.course) as book:
        book.update_or_create_assignment(LESSON, duedate=datetime(2099, 1, 1))  # noqa: DTZ001 - as nbgrader keeps it
    one_round(inbox, before=Telling.HINTS)
    hints = inbox.pages()[-1]
    with classroom.gradebook(inbox.course) as book:
        book.update_or_create_assignment(LESSON, duedate=datetime(2026, 1, 1))  # noqa: DTZ001
    said, _watched = one_round(inbox, before=Telling.HINTS)
    points = inbox.pages()[-1]

    assert said == [f"{LESSON}: 1 feedback page released"]
    assert [" of 20 points" in page for page in (verdicts, hints, points)] == [False, False, True]
    assert ["expected" in page for page in (verdicts, hints, points)] == [False, True, True]
    assert "wrong" in verdicts


def test_what_refuses_is_said_once_and_tried_again(inbox):
    inbox.hand_in("ada", right())
    feedback = inbox.exchange / "feedback"
    feedback.rmdir()
    feedback.write_text("not a folder", encoding="utf-8")
    said = []
    watch = Watch(course=inbox.course, lessons=[LESSON], rules=Rules(jobs=1), say=said.append)
    exchange, watched = Exchange(inbox.course), read_watched(inbox.course)
    assert not watch.round(exchange, watched)
    told = len(said)
    assert not watch.round(exchange, watched)
    assert len(said) == told

    feedback.unlink()
    feedback.mkdir()

    assert watch.round(exchange, watched)
    assert len(inbox.pages()) == 1


def test_the_command_ends_in_order_on_sigterm_and_says_what_it_has_done(inbox):
    inbox.hand_in("ada", right())
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "watch", LESSON, "--every=0.2", "--jobs=1"],
        cwd=inbox.course.root,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with contextlib.ExitStack() as after:
        after.callback(process.kill)
        deadline = time.monotonic() + 120
        while "released" not in (
            log_of(inbox.course).read_text() if log_of(inbox.course).exists() else ""
        ):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        second = classroom.command(inbox.course, "grader", "watch", LESSON)
        at_work = classroom.command(inbox.course, "grader", "watch", "--status")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    ended = classroom.command(inbox.course, "grader", "watch", "--status")

    assert second.returncode == 1
    assert "another watch is at work here" in second.stderr
    assert at_work.stdout.splitlines()[:2] == [
        "a watch is at work here",
        "1 submission graded so far",
    ]
    assert ended.stdout.startswith("no watch is at work here")
    assert "the watch ends; what is graded is kept" in ended.stdout


@pytest.mark.parametrize("seconds", [0.5, 1.5, 2.5, 4.0])
def test_a_watch_that_is_killed_at_any_moment_goes_on_where_it_was(inbox, seconds):
    for student in ("ada", "bob", "eve"):
        inbox.hand_in(student, right())
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "watch", LESSON, "--every=0.2", "--jobs=1"],
        cwd=inbox.course.root,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    process.kill()
    process.wait()

    _said, watched = one_round(inbox)

    assert len(inbox.pages()) == 3
    assert {name: handled.told for name, handled in watched.submissions.items()} == {
        f"{student}/{LESSON}": "points" for student in ("ada", "bob", "eve")
    }
    assert {
        student: sum(found.values()) for student, found in classroom.scores(inbox.course).items()
    } == {"ada": 16.0, "bob": 16.0, "eve": 16.0}


DOCUMENT = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")


def block(language, beginning):
    """Return the block of the instructors' document that begins so."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    (wanted,) = [text for text in found if text.startswith(beginning)]
    return wanted


def test_what_systemd_would_start_is_a_watch_with_options_that_it_has(inbox):
    unit = configparser.ConfigParser()
    unit.optionxform = str
    unit.read_string(block("ini", "[Unit]"))
    program, *words = unit["Service"]["ExecStart"].split()
    done = classroom.command(inbox.course, "grader", *words, "--status")

    assert program == f"{unit['Service']['WorkingDirectory']}/.venv/bin/grader"
    assert (done.returncode, words[0]) == (0, "watch")
    assert done.stdout.startswith("no watch is at work here")


def test_systemd_finds_nothing_wrong_in_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze, of the package systemd")
    text = re.sub(r"(?<=ExecStart=)\S+", sys.executable, block("ini", "[Unit]"))
    path = tmp_path / "grader-watch.service"
    path.write_text(text.replace("User=instructor\n", "").replace("/srv/course", "/tmp"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", path], capture_output=True, text=True, check=False
    )

    assert [line for line in done.stderr.splitlines() if path.name in line] == []
    assert done.returncode == 0, done.stderr


def test_what_jupyterhub_would_start_is_a_watch_with_options_that_it_has(inbox, tmp_path):
    (tmp_path / "jupyterhub_config.py").write_text(block("python", "c.JupyterHub"), "utf-8")
    config = PyFileConfigLoader("jupyterhub_config.py", path=str(tmp_path)).load_config()
    (service,) = config.JupyterHub.services
    program, *words = service["command"]
    done = classroom.command(inbox.course, "grader", *words, "--status")

    assert program == f"{service['cwd']}/.venv/bin/grader"
    # What JupyterHub 5 knows of a service that it starts itself.
    assert set(service) <= {"name", "command", "cwd", "user", "environment"}
    assert (done.returncode, words[0]) == (0, "watch")
    assert done.stdout.startswith("no watch is at work here")
