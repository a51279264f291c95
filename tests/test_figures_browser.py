"""The figures in a real JupyterLab: moved by mouse and keyboard, and broken on purpose.

Pictures of every page of every figure are left in artefacts/figures/.
"""

import os
import shutil

import pytest

from tests import lab
from tests.conftest import LESSONS, ROOT

pytestmark = pytest.mark.browser

ARTEFACTS = ROOT / "artefacts" / "figures"
FIGURES = {
    "01_chain_rule": [["two paths", "counting products", "the step h"]],
    "02_sigmoid_softmax_jacobians": [["softmax and its Jacobian"]],
    "03_dense_layer": [["order and transposes"]],
    "04_full_backprop": [["planted bugs"], ["size by depth"]],
    "05_sgd_vs_adam": [["momentum"], ["valley", "real data", "sweep of rates"]],
    "06_computational_graph": [["forward and backward", "a deep diamond"]],
}
"""Lesson -> its figures, from top to bottom -> the pages of each."""

SOFTMAX = "import numpy as np\n"
GOOD = """
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
def softmax_jacobian(s):
    return np.diag(s) - np.outer(s, s)
def cross_entropy_grad(P, T):
    return -T / np.maximum(P, 1e-12) / T.shape[1]
def softmax_cross_entropy_grad(Z, T):
    return (softmax(Z) - T) / T.shape[1]
"""
BAD = {
    "raises": ("def softmax(Z):\n    raise ValueError('too\\nmany words')", "raised ValueError"),
    "shape": ("def softmax(Z):\n    return Z[:2]", "shape (2, 1), expected (4, 1)"),
    "nan": ("def softmax(Z):\n    return Z * np.nan", "returned NaN"),
    "none": ("def softmax(Z):\n    Z.sum()", "returned None"),
    "never": ("def softmax(Z):\n    while True:\n        pass", "did not return within"),
    "exits": ("def softmax(Z):\n    raise SystemExit", "raised SystemExit"),
    "stub": ("def softmax(Z):\n    raise NotImplementedError", "waits for the exercise softmax"),
}


@pytest.fixture(scope="module")
def chromium():
    """The browser; where there is none, its tests are skipped unless it is required."""
    if lab.CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no Chromium was found on PATH")
        pytest.skip("no Chromium was found on PATH: browser tests are not run")
    with lab.browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A JupyterLab in a copy of the course."""
    root = tmp_path_factory.mktemp("figures")
    course = root / "course"
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for part in ("notebooks", "solutions", "data"):
        shutil.copytree(ROOT / part, course / part, ignore=ignored)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    cells = [SOFTMAX, GOOD, "from byhand.figures.logits import show\nshow(globals())", ""]
    lab.write_notebook(course / "bad.ipynb", cells)
    (root / "home").mkdir()
    with lab.serving(course, root / "home") as address:
        yield address


@pytest.fixture(scope="module")
def context(chromium):
    """One profile, 1,000 pixels wide; it asks nobody outside."""
    context = chromium.new_context(viewport={"width": 1000, "height": 1000})
    yield context
    context.close()


@pytest.fixture(autouse=True)
def no_kernels_left(address):
    """What a test's notebooks leave running ends with it."""
    yield
    lab.end_kernels(address)


def look(page, name, at=0):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    figure = page.locator(lab.FIGURE).nth(at)
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    figure.screenshot(path=ARTEFACTS / f"{name}.png")
    page.mouse.move(0, 0)


def settled(page, at=0):
    """Wait until the picture of a page's figure is final: no progress bar, and loaded."""
    page.wait_for_function(
        """([figure, line, at]) => {
            const shown = document.querySelectorAll(figure)[at];
            const image = shown && shown.querySelector('img');
            return image && image.complete && image.naturalWidth > 0
                && !shown.querySelector(line + ' progress');
        }""",
        arg=[lab.FIGURE, lab.LINE, at],
    )


def changed(page, move, at=0):
    """Make a move; return the words after it.  Fails unless picture and words change."""
    settled(page, at)
    figure = page.locator(lab.FIGURE).nth(at)
    before = figure.locator("img").get_attribute("src")
    words = figure.locator(lab.WORDS).inner_text()
    move()
    page.wait_for_function(
        """([figure, words, src, text, at]) => {
            const shown = document.querySelectorAll(figure)[at];
            return shown.querySelector('img').src != src
                && shown.querySelector(words).innerText != text;
        }""",
        arg=[lab.FIGURE, lab.WORDS, before, words, at],
    )
    settled(page, at)
    return figure.locator(lab.WORDS).inner_text()


def drag(page, handle):
    """Drag a slider's handle to the right by mouse, or to the left where it stands at the end."""
    box = handle.bounding_box()
    track = handle.locator("xpath=ancestor::*[contains(@class, 'slider-container')]").bounding_box()
    room = track["x"] + track["width"] - box["x"] - box["width"]
    by = 25 if room > 40 else -35
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=4)
    page.mouse.up()


def press(page, handle):
    """Move a slider by keyboard: one step up, or down where it stands at the end."""
    now, end = (float(handle.get_attribute(f"aria-value{which}")) for which in ("now", "max"))
    handle.focus()
    page.keyboard.press("ArrowRight" if now < end else "ArrowLeft")


@pytest.mark.parametrize("lesson", [lesson for lesson in FIGURES if lesson in LESSONS])
def test_a_lesson_runs_and_its_figure_answers_mouse_and_keyboard(lesson, address, context):
    """From top to bottom with its solutions, at 1,000 pixels, in light and in dark."""
    path = f"solutions/{lesson}/{lesson}.ipynb"
    with lab.opened(context, address, path) as (page, errors):
        lab.run_all(page)
        page.wait_for_selector(lab.PICTURE)
        assert page.locator(lab.FIGURE).count() == len(FIGURES[lesson])
        for at, pages in enumerate(FIGURES[lesson]):
            figure = page.locator(lab.FIGURE).nth(at)
            for number, title in enumerate(pages):
                if number:
                    changed(page, figure.locator(f'button:text-is("{title}")').click, at)
                settled(page, at)
                assert figure.locator(lab.LINE).inner_text().strip() == ""
                handles = figure.locator(".noUi-handle")
                handles.first.scroll_into_view_if_needed()
                changed(page, lambda handles=handles: drag(page, handles.first), at)
                changed(page, lambda handles=handles: press(page, handles.last), at)
                look(page, f"{lesson}-{at}{number}", at)
            picture = figure.locator("img").bounding_box()
            assert picture["x"] + picture["width"] <= 1000, "the picture leaves the page"
        for still in page.locator("[id^=byhand-still]").all():
            assert not still.is_visible(), "the still picture stands beside the live one"
        lab.menu(page, "Settings", "Theme", "JupyterLab Dark")
        page.wait_for_selector('body[data-jp-theme-light="false"]', state="attached")
        colour = page.locator(lab.WORDS).first.evaluate("e => getComputedStyle(e).color")
        assert min(int(part) for part in colour[4:-1].split(",")[:3]) > 150, colour
        look(page, f"{lesson}-dark")
        lab.menu(page, "Settings", "Theme", "JupyterLab Light")
        page.wait_for_selector('body[data-jp-theme-light="true"]', state="attached")
        assert [error for error in errors if "favicon" not in error] == []


@pytest.mark.parametrize("lesson", ["01_chain_rule", "05_sgd_vs_adam", "06_computational_graph"])
def test_an_unsolved_lesson_shows_what_its_figure_waits_for(lesson, address, context):
    """And a demonstration that moves."""
    with lab.opened(context, address, f"notebooks/{lesson}/{lesson}.ipynb") as (page, _):
        # Every cell by itself: the tests of an unsolved notebook fail, and Run All would stop.
        cell = page.locator(".jp-CodeCell", has_text="byhand.figures").last
        for text in ("import numpy", "NotImplementedError"):
            for one in page.locator(".jp-CodeCell", has_text=text).all():
                one.locator(".jp-InputArea-editor").click()
                page.keyboard.press("Control+Enter")
        cell.locator(".jp-InputArea-editor").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(lab.PICTURE)
        settled(page)
        assert "waits for the exercise" in page.locator(lab.LINE).inner_text()
        assert "demonstration" in page.locator(lab.LINE).inner_text()
        page.locator(f"{lab.FIGURE} .noUi-handle").first.focus()
        changed(page, lambda: page.keyboard.press("ArrowRight"))
        look(page, f"{lesson}-waiting")


def test_a_bad_function_is_one_line_and_the_figure_lives_on(address, context):
    """Each of the ways to go wrong, repaired in between without running the figure again."""
    with lab.opened(context, address, "bad.ipynb") as (page, errors):
        lab.run_all(page)
        page.wait_for_selector(lab.PICTURE)
        handle = page.locator(f"{lab.FIGURE} .noUi-handle").first
        editor = page.locator(".jp-CodeCell .cm-content").last

        def redefine(source):
            editor.click()
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(source)
            page.keyboard.press("Control+Enter")
            lab.idle(page)
            handle.focus()

        for name, (source, said) in BAD.items():
            redefine(source)
            page.keyboard.press("ArrowRight")
            page.wait_for_function(
                "([line, said]) => document.querySelector(line).innerText.includes(said)",
                arg=[lab.LINE, said],
                timeout=15_000,
            )
            line = page.locator(lab.LINE).inner_text()
            assert "softmax" in line
            assert "Traceback" not in page.locator(lab.FIGURE).inner_text()
            look(page, f"bad-{name}")
            redefine(GOOD)
            page.keyboard.press("ArrowRight")
            page.wait_for_function(
                "line => document.querySelector(line).innerText.trim() == ''",
                arg=lab.LINE,
                timeout=15_000,
            )
        assert page.locator(lab.FIGURE).count() == 1
        assert errors == []


def test_after_a_restart_the_figure_says_what_to_do(address, context):
    """The picture stays, a line appears, and running the cell again brings the figure back."""
    with lab.opened(context, address, "bad.ipynb") as (page, _):
        lab.run_all(page)
        page.wait_for_selector(lab.PICTURE)
        lab.menu(page, "Kernel", "Restart Kernel…")
        page.click('.jp-Dialog button:has-text("Restart")')
        page.wait_for_function(
            """figure => getComputedStyle(document.querySelector(figure), '::before')
                .content.includes('Run this cell again')""",
            arg=lab.FIGURE,
        )
        look(page, "restarted")
        lab.run_all(page)
        page.wait_for_selector(lab.PICTURE)
        page.locator(f"{lab.FIGURE} .noUi-handle").first.focus()
        changed(page, lambda: page.keyboard.press("ArrowRight"))
