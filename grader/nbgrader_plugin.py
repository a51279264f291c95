"""The engine and the pages, as nbgrader's own commands and Formgrader see them.

Classes for nbgrader_config.py.  `StrictExporter` reads a submission as the grader
does, so that a broken or hostile notebook cannot stop the class.  `Sanitiser` takes the
place of nbgrader's sanitising steps.  `Engine` takes the place of Execute: a lesson of
this course is run and judged in the box, any other nbgrader notebook has its cells run
in the box, and nbgrader's own rules score it.  `FeedbackPages` makes the pages of
generate_feedback, `MarkingPage` prepares those on which a person marks.  `CanvasExport` and
`MoodleExport` fill in a school's own table of grades; `Extractor` and `Collector` are for
zip_collect.
"""

from grader.autograde.engine import Engine
from grader.autograde.reading import StrictExporter
from grader.autograde.restoring import Sanitiser
from grader.feedback.marking import MarkingPage
from grader.feedback.pages import FeedbackPages
from grader.gradebook.waiting import wait_for_other_writers
from grader.school.collecting import Collector, Extractor
from grader.school.export import CanvasExport, MoodleExport

__all__ = [
    "CanvasExport",
    "Collector",
    "Engine",
    "Extractor",
    "FeedbackPages",
    "MarkingPage",
    "MoodleExport",
    "Sanitiser",
    "StrictExporter",
]

wait_for_other_writers()
