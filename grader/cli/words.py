"""What the commands say: help, what they did, and why they failed."""

from __future__ import annotations

from pathlib import Path

from grader.language import plural
from grader.language import text as _

# ------------------------------------------------------------------------------ help

GRADER = _("Build, check and grade the lessons of Backprop by Hand.")
VERSION = _("Print the version.")
BUILD = _("Make the notebooks from solutions/NN_slug/lesson.py.")
LESSONS = _("Lessons; all without.")
ONLY_STALE = _("Only say what is stale.")
WRITE_OVER = _("Write over what somebody worked in; a copy is kept.")
NEW_LESSON = _("Write a new lesson from a template, and build it.")
NEW_ID = _("Its id: two digits and small letters, 07_dropout.")
NEW_TITLE = _("Its title; made of the id without.")
NEW_EXERCISE = _("The name of its exercise's function.")
WORK = _("Make what is missing in work/, a learner's own folder; nothing there is overwritten.")
CHECK = _("Grade one notebook, without a gradebook.")
NOTEBOOK = _("A notebook, NN_slug.ipynb.")
AS_JSON = _("Print the report as JSON.")
STUDENT = _("Whose hidden inputs to use.")
COURSE = _("The course's folder; the one you stand in without.")
GRADE = _("Grade class/submitted into the gradebook.")
STUDENTS = _("Only these students.")
JOBS = _("Workers; one a core without.")
SCHEDULER = _("Grade on a Dask cluster: where its scheduler listens, as tcp://host:8786.")
FORCE = _("Grade what is unchanged, too.")
UNSANDBOXED = _("Run other people's code without a sandbox.")
COLLECT = _("First collect what is new in the exchange.")
FEEDBACK = _("Write the feedback pages, from the gradebook as it stands.")
RELEASE = _("Send them out through the exchange, too.")
DRY_RUN = _("Only say what would change, and for whom; nothing is written.")
APPEAL = _("Show what was judged of one submission, and why; no hidden input is told.")
ONE_STUDENT = _("The student's name in class/submitted.")
ONE_LESSON = _("The lesson.")
BACKUP = _("Write class/ into an archive, a consistent copy while others work.")
ARCHIVE = _("The archive, class-backup.tar.gz.")
RESTORE = _("Put class/ back from an archive.")
MOVE_ASIDE = _("Move a class that is there aside.")
SETUP = _("Set up a class: exchange, course id, what students need; and try it out.")
EXCHANGE = _("The folder through which lessons and submissions go; asked for without.")
COURSE_ID = _("The course's name for nbgrader; asked for without.")
HOMES = _("A student's home to write the configuration into; may be given often.")
TRIAL = _("Whether one submission is sent through.")
ASK_EXCHANGE = _("Folder through which lessons and submissions go")
ASK_COURSE_ID = _("Name of the course for nbgrader")
PROGRESS = _("Show a learner's way through all lessons, as `check(...)` in the notebooks found it.")
DOCTOR = _("Try out, live, which guarantees of the sandbox hold here.")
REPORT = _("Write a page and a table for spreadsheets of what the class gets wrong.")
LESSON = _("A lesson; the whole course without.")
ANONYMOUS = _("Leave out who is who.")
WATCH = _("Collect, grade and give feedback as submissions come in, until it is stopped.")
STATUS = _("Only say what a watch has done here.")
EVERY = _("Seconds between two looks.")
PAUSE = _("Minutes between two gradings of one student's lesson.")
ATTEMPTS = _("Gradings of one student's lesson; 0 for no limit.")
TELL = _("What pages tell before the deadline.")
TELL_AFTER = _("And after it.")
SCHOOL_LIST = _("Put a class list into the gradebook.")
CLASS_LIST = _("A class list of Canvas, Moodle, or plain CSV.")
IDENTIFIED_BY = _("The heading of the column with the ids for nbgrader.")
SCHOOL_GRADES = _("Fill a school's own table of grades in.")
SCHOOL_TABLE = _("The table that Canvas or Moodle exported.")
FILLED_IN = _("Where to write it, filled in.")
COLUMN = _("LESSON=HEADING, where it is called otherwise.")
SCALE = _("Convert to the points that the table gives.")
DECIMAL = _("The decimal sign; the table's own without.")

# ------------------------------------------------------------------- what was done

GRADING = _("grading")
WRITING = _("writing")


NOTHING_MISSING = _("work/ has every lesson")


def kept(path: Path) -> str:
    return _("kept {path}").format(path=path)


def next_steps(lesson: str) -> str:
    return _(
        "now write it: each 'grader build {lesson}' makes its notebooks, "
        "'LESSONS={lesson} python -m pytest -q tests/test_lessons.py' tries them, and "
        "tests/test_prose.py says what the prose still lacks"
    ).format(lesson=lesson)


def backed_up(path: Path) -> str:
    return _("wrote {path}; it holds the course's secret: keep it to yourself").format(path=path)


def restored(path: Path, aside: Path | None) -> str:
    said = _("restored class/ from {path}").format(path=path)
    return said + (_("; what was there is now {aside}").format(aside=aside) if aside else "")


def stale(path: Path) -> str:
    return _("stale {path}").format(path=path)


def wrote(path: Path) -> str:
    return _("wrote {path}").format(path=path)


def built(lessons: int, files: int) -> str:
    return _("{lessons}, {files} changed").format(
        lessons=plural("{count} lesson", "{count} lessons", lessons).format(count=lessons),
        files=plural("{count} file", "{count} files", files).format(count=files),
    )


def pages_written(count: int) -> str:
    return plural("{count} feedback page written", "{count} feedback pages written", count).format(
        count=count
    )


ALIKE = _("Show pairs of solutions that are more alike than chance; never a verdict.")
CLASSROOM = _("Grade a pushed notebook in a workflow of GitHub Classroom's.")
PUSHED = _("The folder with what was pushed.")
COURSE_FOLDER = _("The course's folder; the one you stand in without.")
NO_SANDBOX_WANTED = _("Run other people's code without a sandbox.")
DIST = _("Pack what students need, as a folder and an archive, and nothing of solutions/.")
DIST_LESSONS = _("Lessons; without, all that bring no solutions of others.")
DIST_OUT = _("Where both go; class/dist without.")
AUTOGRADER = _("Make the archive that Gradescope makes an autograder of.")
ONE_LESSON = _("A lesson.")
ARCHIVE_TO = _("Where to write it; into class/ without.")
VISIBILITY = _("When students see the outcome of each exercise.")
WITHOUT_A_SANDBOX_THERE = _("Run other people's code there even if there is no sandbox.")
GRADESCOPE = _("Grade one submission as Gradescope lays it out; its run_autograder does this.")
GRADESCOPE_ROOT = _("The folder with source, submission and results.")


# ----------------------------------------------------------------- why it failed

RUN_BUILD = _("run 'grader build' and commit what it writes")
NOT_ALL_GRADED = _("not every submission could be graded; see above")
NOT_ALL_WRITTEN = _("not every page could be written and sent; see above")


def error(reason: object) -> str:
    return _("grader: {reason}").format(reason=reason)


def on_the_way(line: str) -> str:
    return _("grader: {line}").format(line=line)


def submission_refused(student: str, lesson: str, problem: str) -> str:
    return _("grader: {student} {lesson}: {problem}").format(
        student=student, lesson=lesson, problem=problem
    )


def own_fault(reason: object) -> str:
    return _("grader: the grader's own fault: {reason}").format(reason=reason)


def unexpected_fault(error: Exception, details: str) -> str:
    return _("grader: the grader's own fault: {kind}: {error}; {details}").format(
        kind=type(error).__name__, error=error, details=details
    )


def details_not_written(reason: str | None) -> str:
    return _("the details could not be written ({reason})").format(reason=reason)


def details_in(path: str) -> str:
    return _("the details are in {path}").format(path=path)
