"""What Canvas, Moodle and Gradescope let an instructor download is sorted by student."""

import contextlib
import io
import os
import sqlite3
import stat
import tarfile
import zipfile

import pytest

from grader.school.downloads import sort_archives
from grader.school.matching import Register
from grader.school.people import Person
from tests.classroom import command, work
from tests.school.conftest import STUDENTS

LESSON = "00_start_here"
NUMBERS = {"ada": "101", "obrien": "102", "zoe": "103", "kim1": "104", "kim2": "105", "evil": "106"}
REGISTER = Register(
    Person(
        id=student,
        first=first,
        last=last,
        email=email,
        known_as={"canvas": NUMBERS[student], "moodle": f"9{NUMBERS[student]}", "sis": f"S{n}"},
    )
    for n, (student, (first, last, email)) in enumerate(STUDENTS.items())
)
METADATA = """---
submission_7001:
  :submitters:
  - :name: Ada Lovelace
    :sid: S0
    :email: ada@school.edu
  :created_at: 2026-03-01 10:00:00.000000000 Z
  :score: 3.0
submission_7002:
  :submitters:
  - :name: Min Kim
    :sid: S3
    :email:
  - :name: Min Kim
    :sid: S4
    :email: kim2@school.edu
"""


def archive(path, files, *, change=lambda _info: None):
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            change(info)
            made.writestr(info, content)
    return path


def packed(*files):
    made = io.BytesIO()
    archive(made, files)
    return made.getvalue()


def sort(folder, *files, name="submissions.zip", **more):
    archive(folder / name, files, **more)
    return sort_archives(folder, REGISTER, LESSON)


def held(found):
    return {student: sorted(attempt.files) for student, attempt in found.attempts.items()}


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("lovelaceada_101_5001_00_start_here.ipynb", "ada"),
        ("lovelaceada_LATE_101_5001_00_start_here.ipynb", "ada"),
        ("lovelaceada_101_5001_00_start_here-1.ipynb", "ada"),
        ("lovelaceada_101_5001_00_start_here (1).ipynb", "ada"),
        ("lovelaceada_101_5001_00_start_here-2 (3).ipynb", "ada"),
        ("lovelaceada_999_5001_00_start_here.ipynb", "ada"),
        ("anon_x7Gf2_5001_00_start_here.ipynb", None),
        ("obrienconan_102_5002_00_start_here.ipynb", "obrien"),
        ("obrienconan_888_5002_00_start_here.ipynb", "obrien"),
        ("łukasiewiczzoë_777_5003_00_start_here.ipynb", "zoe"),
        ("kimmin_104_5004_00_start_here.ipynb", "kim1"),
        ("kimmin_105_5004_00_start_here.ipynb", "kim2"),
        ("kimmin_999_5004_00_start_here.ipynb", None),
        ("nobodyknown_555_5005_00_start_here.ipynb", None),
        ("Ada Lovelace_9101_assignsubmission_file_/00_start_here.ipynb", "ada"),
        ("Ada Lovelace_9101_assignsubmission_file_00_start_here.ipynb", "ada"),
        ("Lovelace Ada_4_assignsubmission_file_/00_start_here.ipynb", "ada"),
        ("Group B-Conan OBrien_4_assignsubmission_file_/00_start_here.ipynb", "obrien"),
        ("Conan O'Brien_4_assignsubmission_file_/deep/er/00_start_here.ipynb", "obrien"),
        ("Zoë Łukasiewicz_4_assignsubmission_file_/00_start_here.ipynb", "zoe"),
        ("Zoe\u0308 Łukasiewicz_4_assignsubmission_file_/00_start_here.ipynb", "zoe"),
        ("Participant_9103_assignsubmission_file_/00_start_here.ipynb", "zoe"),
        ("Participant_1_assignsubmission_file_/00_start_here.ipynb", None),
        ("Min Kim_9105_assignsubmission_file_/00_start_here.ipynb", "kim2"),
        ("Min Kim_1_assignsubmission_file_/00_start_here.ipynb", None),
        ("ada/00_start_here.ipynb", "ada"),
        ("ada@school.edu/00_start_here.ipynb", "ada"),
        ("hello.ipynb", None),
    ],
)
def test_a_name_tells_whose_file_it_is_or_the_file_is_named(name, student, tmp_path):
    found = sort(tmp_path, (name, b"{}"))

    assert held(found) == ({student: [f"{LESSON}.ipynb"]} if student else {})
    if student is None:
        assert [line for line in found.told if name in line], "lost without a word"


def test_gradescope_s_export_says_whose_it_is_and_when(tmp_path):
    files = [(f"assignment_1_export/submission_{n}/{LESSON}.ipynb", b"{}") for n in (7001, 7002, 9)]

    found = sort(tmp_path, *files, ("assignment_1_export/submission_metadata.yml", METADATA))

    assert list(found.attempts) == ["ada", "kim1", "kim2"], "a group's notebook is everybody's"
    assert found.attempts["ada"].when.startswith("2026-03-01 10:00:00")
    assert [line for line in found.told if "submission_9" in line]


@pytest.mark.parametrize(
    "bad", ["a: &a [x]\nb: [*a, *a]", "- x", "a: !!python/object/apply:os.system [ls]", "{", "\t"]
)
def test_metadata_that_gradescope_would_not_write_is_not_believed(bad, tmp_path):
    found = sort(tmp_path, ("x/submission_metadata.yml", bad), ("x/submission_1/a.ipynb", b"{}"))

    assert held(found) == {}
    assert any("is not what Gradescope writes" in line for line in found.told)


def test_of_several_attempts_the_newest_counts_and_it_is_said(tmp_path):
    new = archive(tmp_path / "a_new.zip", [(f"lovelaceada_101_9_{LESSON}-1.ipynb", b"new")])
    old = archive(tmp_path / "z_old.zip", [(f"lovelaceada_101_5_{LESSON}.ipynb", b"old")])
    os.utime(old, (1, 1))
    os.utime(new, (2, 2))

    found = sort_archives(tmp_path, REGISTER, LESSON)

    assert found.attempts["ada"].files == {f"{LESSON}.ipynb": b"new"}
    assert "ada: several attempts, the newest counts" in found.told


def test_two_notebooks_of_one_submission_both_stay(tmp_path):
    first, second = (f"lovelaceada_101_{n}_{LESSON}-{n}.ipynb" for n in (1, 2))

    found = sort(tmp_path, (first, b"1"), (second, b"2"))

    assert held(found) == {"ada": [f"{LESSON}-1.ipynb", f"{LESSON}-2.ipynb"]}


def test_who_is_late_who_is_missing_and_who_was_guessed_is_told(tmp_path):
    found = sort(tmp_path, (f"obrienconan_LATE_999_7_{LESSON}.ipynb", b"{}"))

    told = "\n".join(found.told)
    assert "late, as Canvas marks it" in told
    assert "by the name alone, look whether that is right: obrienconan = obrien" in told
    assert "nothing was found from: ada, evil, kim1, kim2, zoe" in told


def test_a_student_s_own_archive_is_opened_once(tmp_path):
    inner = packed((f"work/{LESSON}.ipynb", b"{}"), ("work/helper.py", b"x = 1"))
    deep = packed(("more.zip", packed(("x.ipynb", b"{}"))))

    found = sort(tmp_path, ("a_101_1_work.zip", inner), ("b_102_2_deep.zip", deep))

    assert held(found)["ada"] == [f"{LESSON}.ipynb", "helper.py"]
    assert held(found)["obrien"] == []
    assert any("is an archive inside a student's archive" in line for line in found.told)


def linked(info):
    if "102" in info.filename:
        info.external_attr = (stat.S_IFLNK | 0o777) << 16


def device(info):
    if "102" in info.filename:
        info.external_attr = (stat.S_IFCHR | 0o666) << 16


@pytest.mark.parametrize(
    ("name", "why", "change"),
    [
        ("../../b_102_1_x.ipynb", "leads out", None),
        ("x/../../../b_102_1_x.ipynb", "leads out", None),
        ("..\\..\\b_102_1_x.ipynb", "leads out", None),
        ("/etc/b_102_1_x.ipynb", "begins at the root", None),
        ("C:\\b_102_1_x.ipynb", "begins at the root", None),
        ("\\\\server\\b_102_1_x.ipynb", "begins at the root", None),
        ("b_102_1_x.ipynb", "is a link, a device", linked),
        ("b_102_1_x.ipynb", "is a link, a device", device),
    ],
)
def test_a_hostile_member_is_refused_aloud_and_costs_no_other(name, why, change, tmp_path):
    before = sorted(tmp_path.parent.rglob("*"))
    found = sort(
        tmp_path,
        (name, b"/etc/passwd"),
        (f"lovelaceada_101_1_{LESSON}.ipynb", b"{}"),
        change=change or (lambda _info: None),
    )

    assert held(found) == {"ada": [f"{LESSON}.ipynb"]}
    assert [line for line in found.told if why in line]
    assert sorted(tmp_path.parent.rglob("*")) == sorted([*before, tmp_path / "submissions.zip"])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_taken_neither_time(tmp_path):
    twice = f"obrienconan_102_1_{LESSON}.ipynb"

    found = sort(tmp_path, (twice, b"1"), (twice, b"2"), (f"a_101_1_{LESSON}.ipynb", b"{}"))

    assert list(held(found)) == ["ada"]
    assert [line for line in found.told if "more than once" in line]


def test_an_encrypted_member_is_refused(tmp_path):
    made = bytearray(packed((f"b_102_1_{LESSON}.ipynb", b"{}"), (f"a_101_1_{LESSON}.ipynb", b"{}")))
    made[made.index(b"PK\x03\x04") + 6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(made)

    found = sort_archives(tmp_path, REGISTER, LESSON)

    assert list(held(found)) == ["ada"]
    assert [line for line in found.told if "ask for it without a password" in line]


def test_a_bomb_is_refused_whatever_it_says_of_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.school.archives.MOST_BYTES", 10_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(f"b_102_1_{LESSON}.ipynb", b"\0" * 10_000_000)
    lying = bytearray(made.getvalue())
    lying[lying.index(b"PK\x01\x02") + 24 : lying.index(b"PK\x01\x02") + 28] = b"\x10\0\0\0"
    (tmp_path / "honest.zip").write_bytes(made.getvalue())
    (tmp_path / "lying.zip").write_bytes(lying)
    archive(tmp_path / "good.zip", [(f"a_101_1_{LESSON}.ipynb", b"{}")])

    found = sort_archives(tmp_path, REGISTER, LESSON)

    assert "ada" in held(found)
    told = "\n".join(found.told)
    assert "honest.zip: b_102_1_00_start_here.ipynb: is larger than" in told
    # One that says less than it holds is cut off by the library, or refused by its checksum.
    assert "lying.zip" in told
    assert sum(map(len, found.attempts["ada"].files.values())) == 2


def tar_of(*infos):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed_up:
        for info, content in infos:
            info.size = len(content)
            packed_up.addfile(info, io.BytesIO(content))
    return made.getvalue()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_a_link_or_a_device_in_a_student_s_tar_loses_all_of_that_tar_alone(kind, tmp_path):
    evil, good = tarfile.TarInfo("x.ipynb"), tarfile.TarInfo(f"{LESSON}.ipynb")
    evil.type, evil.linkname = kind, "/etc/passwd"
    bad = tar_of((good, b"{}"), (evil, b""))
    fine = tar_of((tarfile.TarInfo(f"{LESSON}.ipynb"), b"{}"))

    found = sort(tmp_path, ("b_102_1_x.tar.gz", bad), ("a_101_1_x.tar.gz", fine))

    assert held(found) == {"ada": [f"{LESSON}.ipynb"], "obrien": []}
    assert [line for line in found.told if "is a link, a device" in line]


@pytest.mark.parametrize("name", ["x.zip", "x.rar", "x.7z", "x.tar.gz"])
def test_what_is_no_archive_is_told_and_the_others_are_taken(name, tmp_path):
    (tmp_path / name).write_bytes(b"PK\x03\x04 and then nothing")

    found = sort(tmp_path, (f"a_101_1_{LESSON}.ipynb", b"{}"), name="good.zip")

    assert list(held(found)) == ["ada"]
    assert [line for line in found.told if name in line]


def test_an_archive_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "x.zip").symlink_to("/etc/passwd")

    found = sort(tmp_path, (f"a_101_1_{LESSON}.ipynb", b"{}"), name="good.zip")

    assert [line for line in found.told if "x.zip" in line]


def test_nbgrader_s_zip_collect_takes_a_download_as_it_is(classroom):
    """The shipped configuration, from the archive to class/submitted, and a second download."""
    downloaded = classroom.class_folder / "downloaded" / LESSON / "archive"
    downloaded.mkdir(parents=True)
    given = work().encode()
    files = [
        (f"obrienconan_102_5_{LESSON}-1.ipynb", given),
        (f"lovelaceada_LATE_101_6_{LESSON}.ipynb", given),
        ("../../../evil_106_7_x.ipynb", given),
        (f"nobodyknown_555_8_{LESSON}.ipynb", given),
    ]
    archive(downloaded / "submissions.zip", files)

    done = command(classroom, "nbgrader", "zip_collect", LESSON)
    again = command(classroom, "nbgrader", "zip_collect", LESSON, "--force")

    assert done.returncode == again.returncode == 0, done.stderr
    handed_in = classroom.class_folder / "submitted"
    assert sorted(path.parent.parent.name for path in handed_in.rglob("*.ipynb")) == [
        "ada",
        "obrien",
    ]
    assert (handed_in / f"obrien/{LESSON}/{LESSON}.ipynb").read_bytes() == given
    for named in ("nobodyknown", "leads out", "late, as Canvas marks it: ada"):
        assert named.split(": ")[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_zip_collect_without_a_class_list_says_what_to_do(classroom):
    downloaded = classroom.class_folder / "downloaded" / LESSON / "archive"
    downloaded.mkdir(parents=True)
    archive(downloaded / "x.zip", [(f"a_1_2_{LESSON}.ipynb", b"{}")])
    with contextlib.closing(sqlite3.connect(classroom.class_folder / "gradebook.db")) as book:
        book.execute("DELETE FROM student")
        book.commit()

    done = command(classroom, "nbgrader", "zip_collect", LESSON)

    assert done.returncode == 1
    assert "grader students FILE" in done.stderr
    assert "Traceback" not in done.stderr
