"""The page on which a person marks: nbgrader's own exporter, as the configuration sets it up."""

import json

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from grader.report.notebook import autograded_notebook
from tests.conftest import COURSE, load
from tests.test_harmless import MARKUP, alive, graded
from tests.test_pages import TASK, Page, notebook

RESOURCES = {"base_url": "", "notebook_id": "x", "index": 0, "total": 1}


def exporter():
    """Return what Formgrader shows notebooks with, when it has read the configuration."""
    config = Config(
        HTMLExporter={
            "template_name": "formgrade",
            "extra_template_basedirs": [handlers.template_path],
        }
    )
    config.merge(COURSE.nbgrader_config())
    return HTMLExporter(config=config)


def page(made, **about):
    node = nbformat.reads(json.dumps(made), as_version=4)
    shown, _ = exporter().from_notebook_node(node, resources=RESOURCES | about)
    return shown


def panel(shown):
    """Return the part of a page that belongs to the derivation."""
    return shown.partition("grader-task")[2].partition(f"{TASK}-comment")[0]


def test_question_scheme_and_answer_stand_in_one_panel_the_scheme_folded():
    shown = panel(page(notebook(**{TASK: "It is stretched, $x^2$."})))
    question, _, rest = shown.partition("grader-scheme")
    scheme, _, answer = rest.partition('class="grader-answer"')

    assert "marked by hand" in question
    assert "<details" in question
    assert "An answer that earns all points" in scheme
    assert "The student's answer" in answer
    assert "It is stretched, " in answer
    assert "<math>" in answer


def test_no_marker_of_a_region_and_no_formula_as_typed_is_left():
    shown = page(notebook())

    assert "MARK SCHEME" not in shown
    assert 'class="typed"' not in shown
    assert shown.count("<math") > 10


def test_the_fields_for_points_and_comment_are_nbgrader_s_own():
    ids = Page(page(notebook())).values("id")

    for name in (
        TASK,
        f"{TASK}_extra_credit",
        f"{TASK}-comment",
        "test_one_hot",
        "one_hot-comment",
    ):
        assert ids.count(name) == 1


def test_a_lesson_s_page_takes_nothing_from_the_network():
    asked = [
        value
        for tag, key, value in Page(page(notebook())).attributes
        if key == "src" or (tag, key) == ("link", "href")
    ]

    assert asked
    assert [address for address in asked if address.startswith(("http", "//"))] == []


def test_an_ordinary_assignment_s_page_is_nbgrader_s_own():
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "A *word*, <b>bold</b>."}
    made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}

    shown = page(made)

    assert "<p>A <em>word</em>, <b>bold</b>.</p>" in shown
    assert "mathjax" in shown


@pytest.mark.parametrize("markup", MARKUP)
def test_a_name_with_markup_in_it_is_text_on_every_page(markup):
    names = ("student", "first_name", "last_name", "notebook_path")
    for made in (notebook(), {**notebook(), "cells": []}):
        plain, shown = (
            Page(page(made, **dict.fromkeys(names, name))) for name in ("ann", f'"{markup}')
        )

        assert shown.tags == plain.tags
        assert [key for _, key, _ in shown.attributes] == [key for _, key, _ in plain.attributes]


@pytest.mark.parametrize("markup", MARKUP)
def test_nothing_that_a_student_wrote_lives_on_the_page(markup):
    shown = page(autograded_notebook(load("00_start_here"), graded(markup)))

    assert alive(panel(shown)) == []
    assert alive(shown.partition("<body>")[2]) == []
