"""An ordinary nbgrader assignment of one test cell, and answers that are graded by the engine."""

import textwrap

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import determine_grade
from traitlets.config import Config

from grader.autograde import reference
from grader.autograde.place import source_files
from grader.nbgrader_plugin import Engine
from tests.honest import KERNEL, locked, scored, solution

POINTS = 4


def maker(root):
    """Return a function that makes an assignment in a course's folder.

    It returns the reference, and a function that grades an answer: points and outputs.
    """

    def make(given, solved, test, *, beforehand=locked, **options):
        name = f"ps{sum(1 for _ in root.glob('source/*'))}"
        folder = root / "source" / name
        folder.mkdir(parents=True)
        cells = [
            beforehand("given", textwrap.dedent(given).strip() or "pass"),
            solution("f", textwrap.dedent(solved).strip()),
            scored("test", textwrap.dedent(test).strip(), POINTS),
        ]
        nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / f"{name}.ipynb")
        config = Config({"CourseDirectory": {"root": str(root)}, "Engine": options})
        coursedir, engine = CourseDirectory(config=config), Engine(config=config)
        found = reference.reference_of(engine, coursedir, name, name)

        def grade(answer, *own, given_too=None):
            answered = nbformat.from_dict(cells[1])
            answered["source"] = textwrap.dedent(answer).strip()
            first = nbformat.from_dict(cells[0])
            first["source"] = first.source if given_too is None else given_too
            mine = [new_code_cell(textwrap.dedent(source).strip()) for source in own]
            notebook = new_notebook(cells=[first, answered, *mine, cells[2]], metadata=KERNEL)
            for cell in notebook.cells:
                cell["outputs"] = []
            source = source_files(coursedir, name)
            engine.run(notebook, source, reference=found, source=source)
            test = notebook.cells[-1]
            nbformat.validate(notebook)
            return determine_grade(test)[0], test.outputs

        return found, grade

    return make
