"""Grades go back into the school's own table, and nothing else of it changes."""

import csv
import io

import pytest

from tests.classroom import command

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Notes,Start here (5501),Chain rule (5502),\
Assignments Current Score,Current Score
,,,,,,Manual Posting,,,
    Points Possible,,,,,,10.00,40.00,(read only),(read only)
"O'Brien, Conan",11,S1,obrien,A and B,,,N/A,70.1,70.1
"Kim, Min",12,S2,kim2,B,"late, ill",,,,
"Kim, Min",13,S3,kim1,A,,EX,,,
"=HYPERLINK(""//evil""), Mallory",15,S5,evil,A,,,,,
"Nobody, Known",14,S4,nobody,A,,,,,
"Łukasiewicz, Zoë",16,S6,zoe,A,,9.00,,,
"Student, Test",99,,0123456789abcdef0123456789abcdef01234567,A,,,,,
"""
MOODLE = """"First name",Surname,"ID number",Institution,Department,"Email address",\
"Assignment: 01_chain_rule (Real)","Assignment: 01_chain_rule (Feedback)",\
"Quiz: start here (Percentage)","Course total (Real)","Last downloaded from this course"
Ada,Lovelace,ada,"=1+1",,ada@school.edu,-,,-,56.00,1700000000
Zoë,Łukasiewicz,,,,zoe@school.edu,12.00,,-,-,1700000000
"""
WORKSHEET = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade",\
"Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 311","Ada Lovelace",ada@school.edu,Submitted,,40.00,Yes,-,-,
"Participant 312","Zoë Łukasiewicz",zoe@school.edu,Submitted,5.00,40.00,No,-,-,
"""


def fill(typed, course, content, *options):
    table = course.root.parent / "school.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = typed(course.root, "grades", table, *options)
    filled = table.with_name("school_filled.csv")
    return code, out + err, filled.read_bytes() if filled.exists() else None


def rows(content, separator=","):
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=separator))


def test_canvas_gets_its_own_table_back_with_the_grades_in_it(typed, classroom):
    code, said, filled = fill(typed, classroom, CANVAS)

    before, after = rows(CANVAS.encode()), rows(filled)
    assert code == 0, said
    assert [row[6] for row in after] == [
        "Start here (5501)", "Manual Posting", "10.00",
        "7.25", "2.00", "EX", "4.00", "", "3.00", "",
    ]  # fmt: skip
    assert [row[7] for row in after][5:9] == ["", "", "", "0.00"]
    assert [row[:6] + row[8:] for row in after if "evil" not in row] == [
        row[:6] + row[8:] for row in before if "evil" not in row
    ]
    assert "=HYPERLINK" in CANVAS
    assert after[6][0] == '\'=HYPERLINK("//evil"), Mallory', "a name is no formula"


def test_who_is_missing_on_either_side_is_named(typed, classroom):
    _, said, _ = fill(typed, classroom, CANVAS)

    assert "graded, and not in this table: ada" in said
    assert "nobody of the class: Nobody, Known" in said.replace("Known Nobody", "Nobody, Known")
    assert "kim1 00_start_here (EX)" in said, "an excused student stays excused"
    assert "Student, Test" not in said


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_stays_written_as_it_was(mark, end, separator, typed, classroom):
    """Only the cells of grades differ: not a quote, not a blank, no line's end."""
    text = 'Student,ID,SIS Login ID,Section,Start here (1)\n" Points Possible",,,,"10.00"\n'
    text += 'Zoë,  7 ,obrien,"A",\nX,8,kim2,"A, B",2\nlast,9,nobody,,"1.5"'
    cells = [line.split(",") for line in text.replace("A, B", "A\0 B").split("\n")]
    text = end.join(separator.join(row) for row in cells).replace("\0", ",")

    code, said, filled = fill(typed, classroom, text.encode(mark))

    expected = text.replace(f'"A"{separator}', f'"A"{separator}7.25')
    assert code == 0, said
    assert filled == expected.encode(mark), "2 is 2.00 already"


@pytest.mark.parametrize(
    ("possible", "separator", "expected"),
    [
        ("10,00", ";", "7,25"),
        ('"10,00"', ",", '"7,25"'),
        ("10.00", ";", "7.25"),
        ("10", ";", "7,25"),
    ],
)
def test_numbers_are_written_with_the_table_s_decimal_sign(
    possible, separator, expected, typed, classroom
):
    head = separator.join(["Student", "ID", "SIS Login ID", "Section", "Start here (1)"])
    points = separator.join(["Points Possible", "", "", "", possible])
    row = separator.join(["O", "1", "obrien", "A", ""])

    code, said, filled = fill(typed, classroom, f"{head}\n{points}\n{row}\n")

    assert code == 0, said
    assert filled.decode().splitlines()[2] == row + expected


def test_moodle_s_export_is_filled_by_address_or_number(typed, classroom):
    code, said, filled = fill(typed, classroom, MOODLE)

    after = rows(filled)
    assert code == 0, said
    assert [row[6] for row in after[1:]] == ["38.50", "0.00"]
    assert [row[8] for row in after[1:]] == ["-", "-"], "percentages are no points"
    assert after[1][3] == "'=1+1", "a profile is no formula"
    assert "00_start_here: no column is called so" in said


def test_moodle_s_worksheet_takes_one_assignment_and_keeps_what_is_locked(typed, classroom):
    code, said, filled = fill(typed, classroom, WORKSHEET, "01_chain_rule")

    _, unnamed, _ = fill(typed, classroom, WORKSHEET)
    assert code == 0, said
    assert "name it behind the file" in unnamed
    assert [row[4] for row in rows(filled)[1:]] == ["38.50", "5.00"]
    assert "zoe 01_chain_rule (5.00)" in said


def test_other_points_are_not_written_unless_they_are_converted(typed, classroom):
    table = CANVAS.replace("10.00,40.00", "100.00,40.00")

    _, refused, kept = fill(typed, classroom, table)
    _, _, scaled = fill(typed, classroom, table, "--scale")

    assert "gives 100.00 points for it and the lesson 10" in refused
    assert [row[6] for row in rows(kept)][3] == ""
    assert [row[6] for row in rows(scaled)][3] == "72.50"


def test_a_column_can_be_named(typed, classroom):
    table = CANVAS.replace("Start here (5501)", "Homework 0 (5501)")

    _, without, _ = fill(typed, classroom, table)
    code, said, filled = fill(typed, classroom, table, "--column", "00_start_here=Homework 0")

    assert "name one with --column 00_start_here=HEADING" in without
    assert code == 0, said
    assert rows(filled)[3][6] == "7.25"


def test_two_columns_of_one_name_are_told_and_none_is_guessed(typed, classroom):
    table = CANVAS.replace("Chain rule (5502)", "Start here again (5502)")

    _, said, filled = fill(typed, classroom, table)

    assert rows(filled)[3][6] == "7.25", "an exact name comes first"
    again = CANVAS.replace("Start here (", "A start here (").replace("Chain rule", "B start here")
    code, said, _ = fill(typed, classroom, again)
    assert code == 1
    assert "several columns could be meant" in said


def test_a_name_alone_is_taken_where_it_is_one_student_s_and_said(typed, classroom):
    table = "Student,ID,Section,Start here (1)\nPoints Possible,,,10\n"
    table += '"O\'Brien, Conan",501,A,\n"Kim, Min",502,A,\n'

    code, said, filled = fill(typed, classroom, table)

    assert code == 0, said
    assert [row[3] for row in rows(filled)[2:]] == ["7.25", ""]
    assert "recognised by the name alone" in said
    assert "means several students" in said
    assert "kim1, kim2" in said


def test_ids_at_odds_with_each_other_write_nothing(typed, classroom):
    table = "Username,Email address,01_chain_rule\nada,zoe@school.edu,\n"

    _, said, filled = fill(typed, classroom, table)

    assert "means several students" in said
    assert rows(filled)[1][2] == ""


def test_the_school_s_own_file_is_never_written_to(typed, classroom):
    table = classroom.root.parent / "school.csv"
    code, said, _ = fill(typed, classroom, CANVAS, "--to", table)

    assert code == 1
    assert "the school's own table" in said
    assert table.read_text("utf-8") == CANVAS


def test_nbgrader_s_export_fills_the_same_table(classroom):
    """In a process of its own: the plug-in is found by its dotted name, its options are taken."""
    table = classroom.root.parent / "canvas.csv"
    table.write_text(CANVAS, encoding="utf-8")
    words = ["nbgrader", "export", "--exporter=grader.nbgrader_plugin.CanvasExport"]

    done = command(classroom, *words, f"--CanvasExport.table={table}", "--to=filled.csv")
    refused = command(classroom, *words)
    wrong = command(
        classroom,
        *[*words[:2], "--exporter=grader.nbgrader_plugin.MoodleExport"],
        f"--MoodleExport.table={table}",
    )

    assert done.returncode == 0, done.stderr
    assert rows((classroom.root / "filled.csv").read_bytes())[3][6] == "7.25"
    assert "not in this table: ada" in done.stderr
    assert refused.returncode == 1
    assert "--CanvasExport.table=FILE" in refused.stderr
    assert "is a table of Canvas, expected is one of Moodle" in wrong.stderr
    assert "Traceback" not in done.stderr + refused.stderr + wrong.stderr


@pytest.mark.parametrize("possible", ["(read only)", ""])
def test_canvas_s_own_sums_of_a_group_with_the_lesson_s_name_are_no_column(
    possible, typed, classroom
):
    """Nor where a school's older export does not mark them as read only."""
    head = "Student,ID,SIS Login ID,Section,Start here week 1 (5),Start here Current Score"
    table = f'{head}\nPoints Possible,,,,10,{possible}\n"O\'Brien, C",1,obrien,A,,\n'

    code, said, filled = fill(typed, classroom, table)

    assert code == 0, said
    assert rows(filled)[2][4:] == ["7.25", ""]


def test_what_is_no_decimal_sign_writes_nothing(typed, classroom):
    code, said, filled = fill(typed, classroom, CANVAS, "--decimal", "::")

    assert code == 1
    assert "is no decimal sign" in said
    assert filled is None
