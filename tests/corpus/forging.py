"""Forging the score: threats 1 to 24."""

from __future__ import annotations

import copy

from tests.corpus.case import ATTACKED, Case, Notebook, cell_of, code, grade_id, tests_of


def _shows(value: str) -> str:
    """Return a function that shows a number, as a test cell's own result would be shown."""
    return f"""
    import sys
    def standardize(X):
        sys.displayhook({value})
    """


def _tag(made: Notebook) -> None:
    for cell in tests_of(made):
        cell["metadata"]["tags"] = ["skip-execution"]


def _swap_names(made: Notebook) -> None:
    """The solved exercise's test takes the name of the other, which is worth more."""
    first, second = tests_of(made)
    one, other = first["metadata"]["nbgrader"], second["metadata"]["nbgrader"]
    one["grade_id"], other["grade_id"] = other["grade_id"], one["grade_id"]
    first["id"], second["id"] = second["id"], first["id"]


def _rename_solution(made: Notebook) -> None:
    cell = cell_of(made, ATTACKED)
    cell["metadata"]["nbgrader"]["grade_id"] = "mine"
    cell["id"] = "mine"


def _delete_tests(made: Notebook) -> None:
    made["cells"] = [cell for cell in made["cells"] if not grade_id(cell).startswith("test_")]


def _double_test(made: Notebook) -> None:
    test = copy.deepcopy(cell_of(made, f"test_{ATTACKED}"))
    test["source"] = "10.0"
    test["id"] = "double"
    made["cells"].append(test)


def _for_all_tests(**changes: object) -> object:
    def change(made: Notebook) -> None:
        for cell in tests_of(made):
            cell["metadata"]["nbgrader"].update(changes)

    return change


def _tests_into_markdown(made: Notebook) -> None:
    for cell in tests_of(made):
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]


def _solution_into_raw(made: Notebook) -> None:
    cell = cell_of(made, ATTACKED)
    cell["cell_type"] = "raw"
    del cell["outputs"], cell["execution_count"]


def _own_test(made: Notebook) -> None:
    """A cell of one's own that claims to be the test, behind the true one."""
    mine = code("10.0")
    mine["metadata"] = copy.deepcopy(cell_of(made, f"test_{ATTACKED}")["metadata"])
    made["cells"].remove(cell_of(made, f"test_{ATTACKED}"))
    made["cells"].append(mine)


CASES = [
    Case(number="0", title="none, for comparison: one exercise raises, the other is solved"),
    Case(number="1", title="skip-execution tags on test cells", tamper=_tag),
    Case(
        number="2",
        title="sys.displayhook with full points inside the own function",
        attack=_shows("10.0"),
        verdict="wrong type",
    ),
    Case(
        number="3",
        title="NaN as the score",
        attack=_shows("float('nan')"),
        verdict="wrong type",
    ),
    Case(number="4", title="a negative score", attack=_shows("-5.0"), verdict="wrong type"),
    Case(
        number="5", title="a score above the maximum", attack=_shows("1000.0"), verdict="wrong type"
    ),
    Case(
        number="6",
        title="an input transformer that replaces test cells",
        before="""
        def replace_tests(lines):
            text = "".join(lines)
            return ["10.0\\n"] if "assert" in text and "standardize" in text else lines
        get_ipython().input_transformers_cleanup.append(replace_tests)
        """,
    ),
    Case(
        number="7",
        title="an AST transformer that strips assertions and gives points",
        before="""
        import ast
        class Strip(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Pass(), node)
            def visit_Call(self, node):
                if getattr(node.func, "id", "") in ("judge", "standardize"):
                    return ast.copy_location(ast.parse("10.0", mode="eval").body, node)
                return self.generic_visit(node)
        get_ipython().ast_transformers.append(Strip())
        """,
    ),
    Case(
        number="8",
        title="run_cell and run_cell_async replaced",
        before="""
        shell = type(get_ipython())
        before = shell.run_cell, shell.run_cell_async
        def run_cell(self, source, *arguments, **options):
            return before[0](self, "10.0" if "test" in source or "assert" in source else source)
        async def run_cell_async(self, source, *arguments, **options):
            mine = "10.0" if "assert" in source else source
            return await before[1](self, mine, *arguments, **options)
        shell.run_cell, shell.run_cell_async = run_cell, run_cell_async
        """,
    ),
    Case(
        number="9",
        title="the judge and the test runners patched",
        before="""
        import sys, unittest
        unittest.TestResult.wasSuccessful = lambda self: True
        try:
            import grader.in_kernel
            grader.in_kernel.judge = lambda *arguments: sys.displayhook(10.0)
        except ImportError:
            pass
        """,
    ),
    Case(
        number="10a",
        title="numpy.testing and numpy's comparisons patched",
        before="""
        for name in ("allclose", "array_equal", "isclose", "all", "issubdtype"):
            setattr(np, name, lambda *arguments, **options: True)
        np.shape = lambda x: (2, 3)
        for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
            setattr(np.testing, name, lambda *arguments, **options: None)
        """,
        attack="def standardize(X): return np.zeros((2, 3))",
        verdict="wrong shape",
    ),
    Case(
        number="10b",
        title="the judge's own comparison patched, where it is in reach",
        before="""
        try:
            import grader.compare, grader.diagnose
            from grader.judge.verdict import Verdict
            right = grader.compare.Comparison(verdict=Verdict.CORRECT)
            for module in (grader.compare, grader.diagnose):
                module.compare = lambda *arguments, **options: right
        except ImportError:
            pass
        """,
        attack="def standardize(X): return X * 0.0",
        verdict="wrong value",
    ),
    Case(
        number="11",
        title="an object that equals everything",
        attack="""
        class Anything:
            shape, dtype = (2, 3), np.dtype(float)
            def __eq__(self, other): return True
            def __getattr__(self, name): return Anything()
            def __call__(self, *arguments, **options): return Anything()
            def __getitem__(self, key): return Anything()
            def __bool__(self): return True
        def standardize(X):
            return Anything()
        """,
        verdict="wrong type",
    ),
    Case(
        number="12",
        title="an ndarray that answers every NumPy function with yes",
        attack="""
        class Yes(np.ndarray):
            def __array_ufunc__(self, *arguments, **options): return True
            def __array_function__(self, *arguments, **options): return True
        def standardize(X):
            return np.zeros(X.shape).view(Yes)
        """,
        verdict="wrong value",
    ),
    Case(
        number="13",
        title="a number whose difference from anything is 0",
        attack="""
        class Close(float):
            def __abs__(self): return 0.0
            def __sub__(self, other): return Close(0)
            __rsub__ = __sub__
            def __float__(self): return 0.0
            def __array__(self, *arguments, **options): return np.zeros((2, 3))
            def __eq__(self, other): return True
            def __le__(self, other): return True
            __hash__ = float.__hash__
        def standardize(X):
            return Close(1)
        """,
        verdict="wrong type",
    ),
    Case(
        number="14",
        title="a pickle payload where data is expected",
        attack="""
        class Payload:
            def __reduce__(self):
                return open, ("@BAIT@/unpickled", "w")
        def standardize(X):
            return [Payload(), np.array([Payload()], dtype=object)]
        """,
        verdict="wrong type",
    ),
    Case(
        number="15",
        title="result files written by the student",
        attack="""
        def standardize(X):
            import json
            for name in ("results.json", "grader.json", "../grader.json", "@BAIT@/grader.json"):
                try:
                    with open(name, "w") as file:
                        json.dump({"score": 10.0, "verdict": "correct"}, file)
                except OSError:
                    pass
        """,
        verdict="wrong type",
    ),
    Case(
        number="16",
        title="the gradebook written directly",
        before="""
        import sqlite3
        try:
            with sqlite3.connect("@COURSE@/class/gradebook.db", timeout=5) as gradebook:
                gradebook.execute("update grade_cells set max_score = 0.001")
                gradebook.execute("update grade set manual_score = 10.0")
        except sqlite3.Error as error:
            print(type(error).__name__)
        """,
    ),
    Case(
        number="17",
        title="a detached process that writes after grading",
        before="""
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            import sqlite3
            for _ in range(30):
                time.sleep(0.5)
                with open("@BAIT@/later", "w") as file:
                    file.write("I am still here")
                try:
                    with sqlite3.connect("@COURSE@/class/gradebook.db", timeout=1) as gradebook:
                        gradebook.execute("update grade set manual_score = 10.0")
                except sqlite3.Error:
                    pass
            os._exit(0)
        """,
    ),
    Case(number="18a", title="the names of two tests swapped", tamper=_swap_names),
    Case(
        number="18b",
        title="a solution under a name of one's own",
        attack="@RIGHT@",
        tamper=_rename_solution,
        verdict="correct",
        points=10.0,
    ),
    Case(number="19", title="test cells deleted", tamper=_delete_tests),
    Case(
        number="20a",
        title="a second copy of a test cell, which shows the points",
        tamper=_double_test,
    ),
    Case(
        number="20b",
        title="a test cell of one's own in the place of the true one",
        tamper=_own_test,
    ),
    Case(number="21", title="an unknown schema version", tamper=_for_all_tests(schema_version=99)),
    Case(number="22", title="the grade flag cleared", tamper=_for_all_tests(grade=False)),
    Case(number="23a", title="test cells turned into Markdown", tamper=_tests_into_markdown),
    Case(
        number="23b",
        title="a solution cell turned into raw text",
        attack="@RIGHT@",
        tamper=_solution_into_raw,
        verdict="correct",
        points=10.0,
        note="was changed to raw",
    ),
    Case(
        number="24",
        title="points and checksum changed",
        tamper=_for_all_tests(points=1000, checksum="0" * 32),
    ),
]
