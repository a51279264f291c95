"""The course as nbgrader sees it; the commands read this file from the course folder."""

import json
from contextlib import suppress
from pathlib import Path

c = get_config()

# SQLite makes the gradebook, but not the folder it lies in.
(Path(__file__).parent / "class").mkdir(exist_ok=True)

c.CourseDirectory.course_id = "backprop_by_hand"
c.CourseDirectory.source_directory = "solutions"
# Never notebooks/, where somebody may have tried something.
c.CourseDirectory.release_directory = "class/release"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.solution_directory = "class/solution"
c.CourseDirectory.db_url = "sqlite:///class/gradebook.db"
# Every command waits for another writer instead of failing with "database is locked".
with suppress(ImportError):
    from grader.gradebook.waiting import wait_for_other_writers

    wait_for_other_writers()
# What `grader setup` found out for this class.
with suppress(FileNotFoundError):
    chosen = json.loads((Path(__file__).parent / "class/setup.json").read_text(encoding="utf-8"))
    c.CourseDirectory.course_id = chosen["course_id"]
    c.Exchange.root = chosen["exchange"]
# The secret files never reach a release, a submission or a feedback page.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "lesson.py",
    "hidden",
    "hidden.py",
    "editions.txt",
    "grader.json",
    "feedback",
]

# What is released, here and by Formgrader's button, is made freshly, and checked.
c.GenerateAssignment.exporter_class = "grader.release.generate.ReleaseExporter"
c.ExchangeFactory.release_assignment = "grader.release.exchange.Release"

# Autograding, here and behind Formgrader's button, goes through the sandboxed engine.
# Without these lines the notebooks work as well: they are then judged in the kernel.
c.Autograde.exporter_class = "grader.nbgrader_plugin.StrictExporter"
c.Autograde.sanitize_preprocessors = [
    "grader.nbgrader_plugin.Sanitiser",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "grader.nbgrader_plugin.Engine",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Formgrader's page for marking shows a derivation with its answer, and needs no network.
with suppress(ImportError):
    import grader

    templates = Path(grader.__file__).parent / "feedback" / "templates"
    c.HTMLExporter.template_file = "marking.html.j2"
    c.HTMLExporter.extra_template_paths = [str(templates)]
    c.HTMLExporter.preprocessors = ["grader.nbgrader_plugin.MarkingPage"]

# Feedback pages, here and behind Formgrader's button, are the grader's own.
c.GenerateFeedback.exporter_class = "grader.nbgrader_plugin.FeedbackPages"
# They leave out how derivations are marked, unless: c.FeedbackPages.schemes = True

# What Canvas, Moodle or Gradescope let you download goes into class/downloaded/LESSON/archive.
c.ZipCollectApp.downloaded_directory = "class/downloaded"
c.ZipCollectApp.extractor_plugin = "grader.nbgrader_plugin.Extractor"
c.ZipCollectApp.collector_plugin = "grader.nbgrader_plugin.Collector"
