"""The course as nbgrader sees it; the commands read this file from the course folder."""

c = get_config()

c.CourseDirectory.course_id = "backprop_by_hand"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.solution_directory = "class/solution"
# SQLite waits for another writer instead of failing with "database is locked".
c.CourseDirectory.db_url = "sqlite:///class/gradebook.db?timeout=60"
# The secret files never reach a release, a submission or a feedback page.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "lesson.py",
    "hidden.py",
    "feedback",
]
