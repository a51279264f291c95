"""What happens in a class besides grading: docs/instructors.md, followed to the letter.

The blocks marked `sh class` are run in their order, in one class of five, and what each of
them leaves is looked at.
"""

import csv
import io
import re
import shutil
import sqlite3
import subprocess
import tarfile
import threading

import pytest

from grader.sandbox import availability
from tests import classroom
from tests.classroom import environment, right, tree, work
from tests.conftest import LONG_SETUP, ROOT

LESSON = "01_chain_rule"
DOCUMENT = ROOT / "docs" / "instructors.md"
BLOCK = re.compile(
    r"^## (?P<title>[^\n]*)$|^```sh class\n(?P<commands>.*?)^```$", re.MULTILINE | re.DOTALL
)
WRONG = "def logistic_loss(w, b, X, T):\n    return 0.0\n"
LATE, IN_TIME = "2030-03-02 12:00:00 UTC", "2030-02-01 12:00:00 UTC"


def blocks():
    """Yield the commands of a class, with the section that they stand in."""
    title = ""
    for found in BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8")):
        title = found["title"] or title
        if found["commands"]:
            yield title, found["commands"]


def hand_in(course, student, content, timestamp=IN_TIME):
    classroom.hand_in(course, student, content, LESSON, timestamp=timestamp)


def autograded(course, student):
    return course.class_folder / "autograded" / student / LESSON / "grader.json"


class Day:
    """A class, and what was found after each section."""

    def __init__(self, root):
        self.course = classroom.make_course(root / "course", [LESSON])
        self.said, self.held, self.before = {}, {}, {}
        hand_in(self.course, "anna", right(LESSON))
        hand_in(self.course, "ben", right(LESSON), LATE)
        hand_in(self.course, "carl", work(LESSON))
        hand_in(self.course, "kim1", right(LESSON))
        hand_in(
            self.course,
            "kim2",
            right(LESSON, logistic_loss="def logistic_loss(w, b, X, T):\n    return 0.0"),
        )
        done = classroom.command(self.course, "grader", "grade")
        assert done.returncode == 0, done.stderr
        with classroom.gradebook(self.course) as book:
            (grade,) = [
                g
                for g in book.find_submission_notebook(LESSON, LESSON, "anna").grades
                if g.name == "derive_dz"
            ]
            grade.manual_score, grade.needs_manual_grade = 3.0, False
            book.db.commit()

    def correct(self):
        """The lesson is corrected: one exercise is worth less."""
        path = self.course.solutions / LESSON / "lesson.py"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'(test="logistic_loss" points=)\d+', r"\g<1>1", text), "utf-8")

    def follow(self, title, commands):
        if "grader build" in commands:
            self.correct()
        self.before.setdefault(title, self.state())
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.course.root,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        self.said.setdefault(title, []).append(done.stdout + done.stderr)
        self.held.setdefault(title, []).append(self.state())

    def state(self):
        with classroom.gradebook(self.course) as book:
            totals = {
                s.student_id: s.score - (s.late_submission_penalty or 0)
                for s in book.assignment_submissions(LESSON)
            }
        return totals, classroom.holdings(self.course)


@pytest.fixture(scope="module", params=LONG_SETUP)
def day(tmp_path_factory):
    if reason := availability.unavailable():
        pytest.skip(f"grading other people's work needs a sandbox: {reason}")
    made = Day(tmp_path_factory.mktemp("day"))
    for title, commands in blocks():
        made.follow(title, commands)
    return made


CORRECTED = "A lesson that is corrected after half the class is graded"


def test_late_work_loses_what_the_plug_in_says(day):
    before, after = day.before["Late work"][0], day.held["Late work"][-1][0]

    assert before["ben"] > 0
    assert after == {**before, "ben": 0}


def test_an_extension_gives_it_back_to_one_student(day):
    assert day.held["An extension"][-1][0] == day.before["Late work"][0]


def test_a_student_who_left_is_nowhere_and_their_work_is_kept(day):
    totals, held = day.held["A student who leaves"][-1]

    assert "carl" not in totals
    assert "carl" not in {row[0] for row in held["students"]}
    assert (day.course.class_folder / "left/carl" / LESSON / f"{LESSON}.ipynb").is_file()
    assert not (day.course.class_folder / "autograded/carl").exists()


def test_two_students_with_one_name_keep_their_own_scores(day):
    text = (day.course.class_folder / "grades.csv").read_text(encoding="utf-8")
    rows = {row["student_id"]: row for row in csv.DictReader(io.StringIO(text))}

    assert [rows[k]["first_name"] + rows[k]["last_name"] for k in ("kim1", "kim2")] == [
        "KimLee"
    ] * 2
    assert float(rows["kim1"]["score"]) > float(rows["kim2"]["score"]) > 0


def test_an_appeal_shows_what_was_judged_and_tells_no_hidden_input(day):
    (said,) = day.said["An appeal"]

    assert "it was graded as it lies there" in said
    assert re.search(r"sha256 [0-9a-f]{64}", said)
    assert "groups of cases: " in said
    assert "def logistic_loss" in said
    assert "points given by hand, which count: 3 of " in said
    told = [line for line in said.splitlines() if not line.startswith("    ")]
    assert [line for line in told if "array(" in line] == []


def test_a_wrong_submission_s_appeal_gives_evidence_and_hint(day, typed):
    code, said, _ = typed(day.course.root, "appeal", "kim2", LESSON)

    assert code == 0
    assert "logistic_loss" in said
    assert "wrong value" in said
    code, _, err = typed(day.course.root, "appeal", "nobody", LESSON)
    assert code == 1
    assert "no submission of nobody" in err


def test_an_appeal_can_be_judged_once_more_and_nothing_is_written(day, typed):
    before = day.state()

    options = ("--student", "kim2", "--dry-run")
    code, said, _ = typed(day.course.root, "grade", LESSON, *options, "--force")

    assert code == 0
    assert "kim2" not in said, "the same work gets the same verdict"
    assert "1 submissions, 0 of them change" in said
    assert day.state() == before
    # What is unchanged is passed over otherwise: another verdict would not be seen.
    kept = autograded(day.course, "kim2")
    report = kept.read_text(encoding="utf-8")
    try:
        kept.chmod(0o644)
        # The last word on an exercise, after those on its cases.
        start, _, end = report.rpartition('"verdict": "correct"')
        kept.write_text(f'{start}"verdict": "wrong value"{end}', encoding="utf-8")
        _, said, _ = typed(day.course.root, "grade", LESSON, *options, "--force")
        assert "1 submissions, 1 of them change" in said
    finally:
        kept.write_text(report, encoding="utf-8")


def test_what_a_correction_changes_is_said_before_anything_is_written(day):
    (first, second), said = day.held[CORRECTED], day.said[CORRECTED][0]

    assert first[1] == day.before[CORRECTED][1]
    assert "anna 01_chain_rule: logistic_loss" in said
    assert "4 submissions, 4 of them change; nothing was written" in said
    assert second[0] != first[0]
    # Marks by hand are kept.
    kept = [row for row in second[1]["grades"] if row[0] == "anna" and row[2] == "derive_dz"]
    assert kept[0][4] == 3.0


def test_a_backup_is_restored_with_every_score(day):
    totals, held = day.held["Backup and restore"][-1]

    assert (totals, held) == day.before["Backup and restore"]
    aside = day.course.root / "class before 1"
    assert tree(aside / "submitted") == tree(day.course.class_folder / "submitted")
    assert (aside / "secret").read_bytes() == (day.course.class_folder / "secret").read_bytes()


# ---------------------------------------------------------------------- the backup


@pytest.fixture
def kept(tmp_path):
    """A course with a class of files only."""
    course = classroom.make_course(tmp_path / "course", lessons=())
    course.solutions.mkdir()
    hand_in(course, "anna o'neil", "{}")
    return course


def test_a_gradebook_that_is_written_meanwhile_is_copied_between_two_transactions(kept, typed):
    path = kept.class_folder / "gradebook.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE pairs (one, two)")
    db.close()
    stop = threading.Event()

    def write():
        writer = sqlite3.connect(path, timeout=60)
        while not stop.is_set():
            with writer:
                writer.execute("INSERT INTO pairs VALUES (1, NULL)")
                writer.execute("UPDATE pairs SET two = 1")
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        code, _, err = typed(kept.root, "backup", "copy.tar.gz")
    finally:
        stop.set()
        thread.join()
    assert code == 0, err

    assert typed(kept.root, "restore", "copy.tar.gz", "--force")[0] == 0
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM pairs WHERE two IS NULL").fetchone() == (0,)
    db.close()


def test_a_class_is_not_restored_over_another_and_links_are_left_out(kept, typed):
    link = kept.class_folder / "submitted/anna o'neil/link"
    link.symlink_to("/etc/passwd")
    code, _, err = typed(kept.root, "backup", "copy.tar.gz")
    assert code == 0
    assert f"{link}: is no plain file" in err
    with tarfile.open(kept.root / "copy.tar.gz") as archive:
        assert not [member for member in archive if member.issym()]

    code, _, err = typed(kept.root, "restore", "copy.tar.gz")
    assert code == 1
    assert "holds a class; --force" in err


NO_BACKUPS = {
    "an empty file": b"",
    "no archive": b"no archive",
    "leads outside": tarfile.TarInfo("../outside.py"),
    "leads outside from class": tarfile.TarInfo("class/../../outside.py"),
    "stands at the root": tarfile.TarInfo("/class/outside.py"),
    "a link": tarfile.TarInfo("class/link"),
}
NO_BACKUPS["a link"].type, NO_BACKUPS["a link"].linkname = tarfile.SYMTYPE, "../.."


@pytest.mark.parametrize("content", NO_BACKUPS.values(), ids=NO_BACKUPS)
def test_what_is_no_backup_is_refused_and_the_class_stays(kept, typed, content):
    path = kept.root / "copy.tar.gz"
    if isinstance(content, tarfile.TarInfo):
        with tarfile.open(path, "w:gz") as archive:
            archive.add(kept.root / "nbgrader_config.py", "class/kept.py")
            archive.addfile(content)
    else:
        path.write_bytes(content)
    before = tree(kept.class_folder)

    code, _, err = typed(kept.root, "restore", "copy.tar.gz", "--force")

    assert code == 1
    assert "is no backup of a class" in err
    assert tree(kept.class_folder) == before
    assert not (kept.root.parent / "outside.py").exists()


def test_a_backup_of_nothing_says_so(kept, typed):
    shutil.rmtree(kept.class_folder)

    code, _, err = typed(kept.root, "backup")

    assert code == 1
    assert "there is nothing to back up" in err
