"""Pictures in a student's text are kept where they are pictures, and leave a sentence where not."""

import base64
import io
import time

import pytest
from PIL import Image

from grader.submission import pictures
from grader.submission.pictures import Room, illustrated


def picture(kind="PNG", size=(3, 2)):
    held = io.BytesIO()
    Image.new("RGB", size, "white").save(held, kind)
    return base64.b64encode(held.getvalue()).decode()


PNG = picture()


def shown(source, attachments=None, room=None):
    return illustrated(source, attachments, room or Room())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_in_the_text_becomes_an_attachment(kind):
    found = shown(f"By hand:\n\n![a sketch](data:image/{kind.lower()};base64,{picture(kind)})\n")

    assert found.source == "By hand:\n\n![a sketch](attachment:picture-1)\n"
    ((mime, data),) = found.attachments["picture-1"].items()
    assert (mime, data) == (f"image/{kind.lower()}", picture(kind))


@pytest.mark.parametrize(
    "written",
    [
        '<img src="data:image/png;base64,{}">',
        "<img width='300' src='data:image/png;base64,{}' alt='x'/>",
        "![]( <data:image/png;base64,{}> )",
        '![x](data:image/png;base64,{} "a title")',
        "![x][image1]\n\n[image1]: <data:image/png;base64,{}>",
        "![x][image1]\n\n[image1]: data:image/png;base64,{}",
    ],
)
def test_pictures_are_found_however_a_program_writes_them(written):
    found = shown(written.format(PNG))

    assert found.attachments == {"picture-1": {"image/png": PNG}}
    assert "attachment:picture-1" in found.source
    assert "data:" not in found.source


@pytest.mark.parametrize(
    "name", ["image.png", "Screenshot 2026-11-26 at 10.12.33.png", "a%20b.png", "写真.png"]
)
def test_an_attachment_is_kept_under_its_name(name):
    found = shown(f"![{name}](attachment:{name})", {name: {"image/png": PNG}})

    assert found.source == f"![{name}](attachment:{name})"
    assert found.attachments == {name: {"image/png": PNG}}


def test_an_attachment_that_nothing_refers_to_is_not_kept():
    assert shown("no picture; attachment: none", {"a.png": {"image/png": PNG}}).attachments == {}


def test_a_reference_without_its_picture_leaves_a_sentence():
    assert shown("![x](attachment:image.png)").source == (
        "*(a picture, image.png, is not in the notebook)*"
    )


REFUSED = {
    "no base64": "!!!!",
    "not a picture": base64.b64encode(b"<script>alert(1)</script>").decode(),
    "SVG": base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(),
    "a bitmap": picture("BMP"),
    "empty": "",
    "a number": 7,
    "None": None,
    "nested": {"image/png": PNG},
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_leaves_a_sentence_and_no_reference(content):
    found = shown("![x](attachment:image.png)", {"image.png": {"image/png": content}})

    assert found.attachments == {}
    assert found.source.startswith("*(a picture was left out: ")
    assert "attachment:" not in found.source


def test_the_type_is_the_pictures_own_and_not_what_is_claimed():
    found = shown("![x](attachment:a)", {"a": {"text/html": picture("JPEG")}})

    assert list(found.attachments["a"]) == ["image/jpeg"]


def test_a_picture_that_is_damaged_further_on_is_kept():
    """As programs write them that were interrupted; a browser shows that one was there."""
    damaged = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode()

    found = shown(f"![sheet](data:image/png;base64,{damaged})")

    assert found.attachments == {"picture-1": {"image/png": damaged}}


def test_all_pictures_together_are_bounded():
    room = Room(left=len(base64.b64decode(PNG)) + 1)
    text = f"![1](data:image/png;base64,{PNG}) ![2](data:image/png;base64,{PNG})"

    found = shown(text, room=room)

    assert len(found.attachments) == 1
    assert "pictures have more than" in found.source


def test_a_picture_of_absurd_sides_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_SIDE", 2)

    assert "usual size" in shown(f"![1](data:image/png;base64,{PNG})").source


@pytest.mark.parametrize(
    "piece",
    [
        "<img ",
        "![",
        "![](data:image/png;base64,",
        "![](attachment:",
        "[a]: data:image/",
        "<img src='",
    ],
)
def test_text_that_only_begins_like_a_picture_takes_no_time(piece):
    """Time that grows with the square of the text would be minutes here."""
    before = time.process_time()
    shown(piece * (500_000 // len(piece)) + "attachment: data:")

    assert time.process_time() - before < 30
