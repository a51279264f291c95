"""A class list of any school's comes into the gradebook, and each bad line is told."""

import json

import pytest

from tests.classroom import gradebook
from tests.school.conftest import STUDENTS

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Chain rule (77)
    Points Possible,,,,,40.00
"Turing, Alan",1001,S1,aturing,A and B,
"O'Neill, Zoë",1002,S2,zoneill,A,12.00
"Student, Test",1999,,0123456789abcdef0123456789abcdef01234567,A,
"""
MOODLE = '"First name",Surname,"Email address"\nAlan,Turing,alan@x.org\nZoë,O\'Neill,zoe@x.org\n'
WORKSHEET = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (grade)"\n"Teilnehmer/in 311","Alan Turing",alan@x.org,Submitted,,40.00,Yes,-\n'
)


def enrolled(course):
    with gradebook(course) as found:
        return {s.id: (s.first_name, s.last_name, s.email) for s in found.students}


def enrol(typed, course, content, *options):
    path = course.root.parent / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return typed(course.root, "students", path, *options)


def test_canvas_s_export_is_a_class_list(typed, classroom):
    code, out, err = enrol(typed, classroom, CANVAS)

    found = enrolled(classroom)
    assert code == 0, err
    assert found["aturing"] == ("Alan", "Turing", None)
    assert found["zoneill"] == ("Zoë", "O'Neill", None)
    assert "2 students on the list, 2 new" in out
    assert "line 5 passed over" in err, "Canvas's test student"
    assert "ada" in err, "who is in the gradebook and not on the list is named"
    assert set(found) >= {"ada", "obrien"}, "and stays"
    kept = json.loads((classroom.class_folder / "school.json").read_text("utf-8"))
    assert kept["aturing"] == {"canvas": "1001", "sis": "S1", "login": "aturing"}


def test_another_column_gives_the_ids(typed, classroom):
    code, _, err = enrol(typed, classroom, CANVAS, "--id", "SIS User ID")

    assert code == 0, err
    assert {"S1", "S2"} <= set(enrolled(classroom))


def test_moodle_s_participants_are_known_by_their_addresses(typed, classroom):
    assert enrol(typed, classroom, MOODLE)[0] == 0
    assert enrolled(classroom)["zoe@x.org"] == ("Zoë", "O'Neill", "zoe@x.org")


def test_moodle_s_grading_worksheet_tells_the_number_of_a_download_s_folder(typed, classroom):
    assert enrol(typed, classroom, WORKSHEET)[0] == 0
    kept = json.loads((classroom.class_folder / "school.json").read_text("utf-8"))
    assert kept["alan@x.org"]["moodle"] == "311"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: f"sep=;\n{text.replace(',', ';')}".encode(),
        lambda text: f"\n\n{text}\n\n".encode(),
    ],
    ids=["bom", "utf16", "utf16le", "utf16be", "cp1252", "crlf", "cr", ";", "tab", "sep=", "blank"],
)
def test_a_list_in_another_encoding_or_with_another_separator_is_the_same_list(
    encode, typed, classroom
):
    code, _, err = enrol(typed, classroom, encode("id,first_name,last_name\nzn,Zoë,O'Neill\n"))

    assert code == 0, err
    assert enrolled(classroom)["zn"] == ("Zoë", "O'Neill", None)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",No,Body", "nothing stands under id"),
        ("-rf,Dash,Ed", "begins with '-'"),
        (".ssh,Dot,Ted", "begins with '.'"),
        ("../../etc,Tra,Versal", "begins with '.'"),
        ("a/b,Sla,Shed", "holds '/'"),
        ("a\\b,Back,Slashed", "holds '\\\\'"),
        ("<script>alert(1)</script>,Mark,Up", "holds '<'"),
        (f"{'x' * 200},Long,Est", "200 characters"),
        ("esc\x1b[2J,Es,Cape", "esc"),
        ("name,Con\x07trol,X", "cannot be shown"),
        ("twin,Other,Person", "line 2 already"),
        ("TWIN,Other,Person", "line 2 already"),
        ("smith,Smith, Jane, Dr", "has 4 cells, the heading has 3"),
        ('open,"Never,Closed', "never closed"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_costs_no_other(line, why, typed, classroom):
    text = f"id,first_name,last_name\ntwin,The,First\n{line}\nlast,The,Last\n"

    code, _, err = enrol(typed, classroom, text)

    assert code == 1
    assert "list.csv:3: " in err
    assert why in err
    assert {"twin", "last"} <= set(enrolled(classroom)), "the others are taken"
    assert len(enrolled(classroom)) == 6 + 2
    assert "\x1b" not in err


def test_two_students_with_one_name_are_two_students(typed, classroom):
    assert enrol(typed, classroom, "id,name\nlee1,Kim Lee\nlee2,Kim Lee\n")[0] == 0
    assert {"lee1", "lee2"} <= set(enrolled(classroom))


def test_names_stay_as_they_are_whatever_they_are(typed, classroom):
    names = ["=1+1", "<b>Bo</b>", "-Ben", "D'Arcy", "王小明", "Mc Donald"]
    lines = [f'n{i},"{name}",X' for i, name in enumerate(names)]

    code, _, err = enrol(typed, classroom, "\n".join(["id,first_name,last_name", *lines]))

    found = enrolled(classroom)
    assert code == 0, err
    assert [found[f"n{i}"][0] for i in range(len(names))] == names


def test_the_same_list_again_changes_nothing_and_a_new_address_is_taken(typed, classroom):
    enrol(typed, classroom, "id,email\nalan,a@x.org\n")
    _, again, _ = enrol(typed, classroom, "id,email\nalan,a@x.org\n")
    _, changed, _ = enrol(typed, classroom, "id,email,first_name\nalan,b@x.org,\n")

    assert "0 new, 0 with a changed" in again
    assert "0 new, 1 with a changed" in changed
    assert enrolled(classroom)["alan"][2] == "b@x.org"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "is empty"),
        (b"PK\x03\x04\x00\x00\x00xlsx", "is no text"),
        (b"colour,size\nred,1\n", "no row names a column"),
        (b"id,name\nx,\x81\x8d\x8f\n", "is no text in"),
    ],
)
def test_what_is_no_class_list_is_refused_in_one_line(content, why, typed, classroom):
    code, _, err = enrol(typed, classroom, content)

    assert code == 1
    assert why in err
    assert err.count("\n") == 1


def test_a_list_that_is_not_there_is_told(typed, classroom):
    code, _, err = typed(classroom.root, "students", "nowhere.csv")

    assert code == 1
    assert "nowhere.csv: cannot be opened" in err


def test_a_list_without_logins_meets_the_students_who_are_there(typed, classroom):
    """Moodle's worksheet brings the numbers of a download, and makes nobody a second time."""
    text = WORKSHEET.replace("alan@x.org", "Ada@school.edu")

    code, out, err = enrol(typed, classroom, text)

    assert code == 0, err
    assert "0 new" in out
    assert set(enrolled(classroom)) == set(STUDENTS)
    kept = json.loads((classroom.class_folder / "school.json").read_text("utf-8"))
    assert kept == {"ada": {"moodle": "311"}}


def test_a_name_alone_is_met_only_where_nobody_else_can_be_meant(typed, classroom):
    """Conan has no address in the gradebook; the two of one name, and Zoë's other address, do."""
    with gradebook(classroom) as book:
        book.update_or_create_student("obrien", email=None)
    lines = ["Conan O'Brien,c@x.org", "Min Kim,m@x.org", "Zoë Łukasiewicz,other@x.org"]

    code, _, err = enrol(typed, classroom, "\n".join(["Full name,Email address", *lines]))

    assert code == 0, err
    assert "by the name alone, look whether that is right: Conan O'Brien = obrien" in err
    assert set(enrolled(classroom)) == {*STUDENTS, "m@x.org", "other@x.org"}
