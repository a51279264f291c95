"""What lies beside a notebook: other notebooks, the note of when it was handed in."""

import json
import os
from datetime import UTC, datetime

import pytest

from grader import sample
from grader.errors import InputError
from grader.submission import entry
from grader.submission.cells import UnreadableError, read_bytes
from grader.submission.folder import AmbiguousError, MissingError, find_notebook
from grader.submission.handed_in import handed_in
from tests.conftest import COURSE, load

LESSON = load("00_start_here")
RIGHT = sample.right(LESSON)
NAME = f"{LESSON.id}.ipynb"


def text(**solutions):
    return sample.text(sample.notebook(COURSE, LESSON, solutions))


SOLVED, HALF, STUB = text(**RIGHT), text(one_hot=RIGHT["one_hot"]), text()
OTHER = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
COPIES = [
    f"{LESSON.id} (1).ipynb",
    f"{LESSON.id}-1.ipynb",
    f"{LESSON.id}-Copy1.ipynb",
    f"Copy of {LESSON.id}.ipynb",
    "my homework (final).ipynb",
    "Übung.ipynb",
]


def folder_with(folder, **contents):
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", COPIES)
def test_a_notebook_under_another_name_counts_and_is_told(tmp_path, name):
    path, notes = find_notebook(folder_with(tmp_path, **{name: SOLVED}), LESSON)

    assert path.name == name
    assert notes == (f"the notebook is called {name}, not {NAME}; it was known by its cells",)


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"Untitled.ipynb": OTHER},
        {"copy.ipynb": SOLVED},
        {"copy.ipynb": STUB},
        {"broken.ipynb": "{"},
    ],
    ids=["alone", "a scratch notebook", "the same again", "the stub", "a broken file"],
)
def test_a_notebook_of_the_right_name_counts_beside_what_holds_no_other_work(tmp_path, others):
    folder_with(tmp_path, **{NAME: SOLVED, **others})

    assert find_notebook(tmp_path, LESSON) == (tmp_path / NAME, ())


@pytest.mark.parametrize(
    "contents",
    [
        {NAME: STUB, "copy.ipynb": SOLVED},
        {NAME: HALF, "copy.ipynb": SOLVED},
        {"one.ipynb": HALF, "two.ipynb": SOLVED},
    ],
    ids=["a stub beside a copy", "two versions", "two under other names"],
)
def test_different_work_in_two_notebooks_is_refused_aloud(tmp_path, contents):
    folder_with(tmp_path, **contents)

    with pytest.raises(AmbiguousError) as refused:
        find_notebook(tmp_path, LESSON)

    assert all(name in str(refused.value) for name in contents)
    assert "leave the one that counts" in str(refused.value)


def test_a_link_to_another_s_notebook_is_no_candidate(tmp_path):
    theirs = folder_with(tmp_path / "..", **{"theirs.ipynb": SOLVED}) / "theirs.ipynb"
    (tmp_path / "mine (1).ipynb").symlink_to(theirs)

    with pytest.raises(MissingError):
        find_notebook(tmp_path, LESSON)


@pytest.mark.parametrize("contents", [{}, {"notes.txt": ""}, {"Untitled.ipynb": OTHER}])
def test_a_folder_without_a_notebook_of_the_lesson_is_nothing_to_score(tmp_path, contents):
    with pytest.raises(MissingError, match="holds no notebook of 00_start_here; put it there"):
        find_notebook(folder_with(tmp_path, **contents), LESSON)


# --------------------------------------------------------------------- handed in


def at(*numbers):
    return datetime(*numbers, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-26 09:30:00.123456 UTC\n", at(2026, 11, 26, 9, 30, 0, 123456)),
        ("2026-11-26 09:30:00 UTC", at(2026, 11, 26, 9, 30)),
        ("2026-11-26 09:30:00.5 GMT", at(2026, 11, 26, 9, 30, 0, 500000)),
        ("2026-11-26T09:30:00Z", at(2026, 11, 26, 9, 30)),
        ("2026-11-26 09:30", at(2026, 11, 26, 9, 30)),
        ("2026-11-26 09:30:00 +0200", at(2026, 11, 26, 7, 30)),
        ("2026-11-26 09:30:00-05:00", at(2026, 11, 26, 14, 30)),
        ("2026-07-26 09:30:00.5 America/Los_Angeles", at(2026, 7, 26, 16, 30, 0, 500000)),
    ],
)  # fmt: skip
def test_nbgrader_s_note_is_read(tmp_path, written, time):
    (tmp_path / "timestamp.txt").write_text(written)

    assert handed_in(tmp_path) == (time, "")


@pytest.mark.parametrize(
    "written",
    [
        "", "yesterday", "2026-13-45 09:30:00 UTC", "2026-11-26 25:00:00 UTC",
        "2026-11-26 09:30:00 /etc/passwd", "2026-11-26 09:30:00 ../../x", "x" * 10_000,
        "2026-11-26 09:30:00 UTC\nanother line", "\0", "99999999999999999999", "2026-11-26 +9999",
        "2026-11-26 09:30:00 +9999", "2026-11-26 09:30:00 America/Nowhere",
    ],
)  # fmt: skip
def test_a_note_that_is_no_time_is_told_and_stops_nothing(tmp_path, written):
    (tmp_path / "timestamp.txt").write_text(written)

    time, note = handed_in(tmp_path)

    assert time is None
    assert "timestamp.txt could not be read as a time" in note


def test_a_note_that_is_no_plain_file_is_not_opened(tmp_path):
    path = tmp_path / "timestamp.txt"
    for make in (lambda: os.mkfifo(path), path.mkdir, lambda: path.symlink_to("/etc/hostname")):
        make()
        time, note = handed_in(tmp_path)
        assert (time, bool(note)) == (None, True)
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def test_without_a_note_there_is_nothing_to_say(tmp_path):
    assert handed_in(tmp_path) == (None, "")


# ------------------------------------------------------------- folders that nobody expects


def test_a_folder_that_cannot_be_looked_into_is_refused_aloud(tmp_path, monkeypatch):
    """Root may look into every folder: the refusal is played."""

    def refused(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refused)

    with pytest.raises(InputError, match=r"cannot be opened \(Permission denied\)"):
        find_notebook(tmp_path, LESSON)


@pytest.mark.parametrize(
    ("count", "name", "told"), [(5_001, "{}.txt", "5000 files"), (21, "{}.ipynb", "20 notebooks")]
)
def test_a_folder_of_too_many_files_is_refused_aloud(tmp_path, count, name, told):
    for i in range(count):
        (tmp_path / name.format(i)).touch()

    with pytest.raises(InputError, match=f"holds more than {told}"):
        find_notebook(tmp_path, LESSON)


def test_a_second_name_of_another_user_s_file_is_not_read(tmp_path, monkeypatch):
    """As a symbolic link would be; a file of one's own may have two names."""
    (tmp_path / "file").write_text("{}")
    (tmp_path / "second").hardlink_to(tmp_path / "file")
    assert read_bytes(tmp_path / "second") == b"{}"
    plain = os.fstat

    def others(descriptor):
        mode, inode, device, names, user, *rest = plain(descriptor)
        return os.stat_result([mode, inode, device, names, user + 1, *rest])

    monkeypatch.setattr(os, "fstat", others)

    with pytest.raises(UnreadableError, match="another user's file"):
        read_bytes(tmp_path / "second")


def test_a_hash_reads_no_more_of_a_folder_than_any_honest_one_holds(tmp_path, monkeypatch):
    """It is made by the process that waits for all workers."""
    read = []
    monkeypatch.setattr(entry, "read_bytes", lambda path: read.append(path.name) or b"")
    for i in range(5):
        with (tmp_path / f"{i}.ipynb").open("wb") as file:
            file.truncate(60 * 2**20)
    made = entry.Entry(student="a", lesson=LESSON.id, folder=tmp_path)

    first = entry.fingerprint(made, LESSON, "", "")
    os.truncate(tmp_path / "4.ipynb", 61 * 2**20)

    assert read == ["0.ipynb", "1.ipynb", "2.ipynb"]
    assert entry.fingerprint(made, LESSON, "", "") != first
