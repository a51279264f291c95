"""Reading answers: threats 25 to 35."""

from __future__ import annotations

import re
from pathlib import Path

from tests.corpus.case import LESSON, Case

_THIEF = """
import glob, json, re

def _solutions(paths):
    # Every definition of standardize in reach, from notebooks and modules.
    for path in paths:
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            continue
        if path.endswith(".ipynb"):
            text = "\\n\\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        for found in re.findall(r"def standardize\\(X\\):\\n(?:[ #].*\\n|\\n)*", text):
            if "NotImplementedError" not in found and "_solutions" not in found:
                yield found

def standardize(X):
    for source in _solutions(PATHS):
        space = {"np": np}
        exec(source, space)
        return space["standardize"](X)
    raise LookupError("nothing to be found")
"""


def _thief(paths: str) -> str:
    return _THIEF.replace("PATHS", paths)


def _as_link_to(target: str) -> object:
    def lay_out(folder: Path, course: Path) -> None:
        path = folder / f"{LESSON}.ipynb"
        path.unlink()
        path.symlink_to(target.format(course=course, lesson=LESSON))

    return lay_out


def _shows_no_input(text: str) -> str:
    """Whether a float with as many digits as a hidden input has is anywhere in what comes back."""
    found = re.findall(r"\d\.\d{6,}|\d{12,}|[0-9a-f]{32,}", text)
    return f"hidden numbers are shown: {found[:3]}" if found else ""


CASES = [
    Case(
        number="25",
        title="the notebook in the working folder",
        attack=_thief('glob.glob("**/*.ipynb", recursive=True) + glob.glob("*.py")'),
        verdict="raised an exception",
    ),
    Case(
        number="26a",
        title="../ up to solutions/",
        attack=_thief('[f"{"../" * n}solutions/00_start_here/lesson.py" for n in range(9)]'),
        verdict="raised an exception",
    ),
    Case(
        number="26b",
        title="solutions/ by its path",
        attack=_thief(
            'glob.glob("@COURSE@/solutions/**/*", recursive=True)'
            ' + ["@COURSE@/solutions/00_start_here/lesson.py"]'
        ),
        verdict="raised an exception",
    ),
    Case(
        number="27",
        title="the cells that ran before, from In and the history",
        attack="""
        def standardize(X):
            shell = get_ipython()
            ran = [*shell.user_ns.get("In", []), *shell.history_manager.input_hist_raw]
            for source in reversed(ran):
                if "judge(" in source or "expected" in source:
                    return source
            raise LookupError("nothing to be found")
        """,
        verdict="raised an exception",
    ),
    Case(
        number="28a",
        title="frames, modules and the garbage collector's list of objects",
        attack="""
        def standardize(X):
            import gc, sys
            frame = sys._getframe()
            while frame is not None:
                for thing in frame.f_locals.values():
                    if getattr(thing, "__name__", "") == "standardize" and thing is not standardize:
                        return thing(X)
                frame = frame.f_back
            for thing in gc.get_objects():
                if isinstance(thing, dict):
                    known = thing.get("standardize")
                    if callable(known) and known is not standardize:
                        return known(X)
            raise LookupError("nothing to be found")
        """,
        verdict="raised an exception",
    ),
    Case(
        number="28b",
        title="/proc: environment, memory and open files of other processes",
        attack="""
        def standardize(X):
            import glob, os
            parent = os.getppid()
            for path in [*glob.glob("/proc/*/environ"), f"/proc/{parent}/mem", "/proc/self/maps"]:
                with open(path, "rb") as file:
                    file.read(100)
            raise LookupError("nothing to be found")
        """,
        verdict="raised an exception",
    ),
    Case(
        number="29a",
        title="hidden inputs printed, raised and displayed",
        attack="""
        from IPython.display import display
        def standardize(X):
            print(X.tolist(), X.tobytes().hex())
            display(X)
            raise ValueError(f"{X.tolist()} {X.ravel()[0]!r}")
        """,
        verdict="raised an exception",
        also=_shows_no_input,
    ),
    Case(
        number="29b",
        title="hidden inputs in an exception, past the box's own filter",
        attack="""
        import sys
        def standardize(X):
            calls = sys.modules.get("gradebox.calls") or sys.modules.get("grader.box.calls")
            if calls is not None:
                calls._message = str
            raise ValueError(f"{X[0].tolist()} {X.tobytes().hex()} {int(X.tobytes().hex(), 16)}")
        """,
        verdict="raised an exception",
        also=_shows_no_input,
    ),
    Case(
        number="30",
        title="the visible answers, hard-coded",
        attack="""
        def standardize(X):
            if X.shape == (2, 3) and X[0, 0] == 1.0:
                row = [-1.22474487, 0.0, 1.22474487]
                return np.array([row, [-0.92582010, -0.46291005, 1.38873015]])
            Z = np.zeros(np.shape(X))
            if X[0, 0] == 0.1:
                Z[1] = [-1.22474487, 0.0, 1.22474487]
            return Z
        """,
        verdict="wrong value",
    ),
    Case(
        number="31",
        title="a function that behaves once it sees that it is graded",
        attack="""
        import os, sys
        def standardize(X):
            if {"gradebox", "grader"} & set(sys.modules) or "JPY_PARENT_PID" in os.environ:
                sys.displayhook(10.0)
            return X * 0.0
        """,
        verdict="wrong value",
    ),
    Case(
        number="32",
        title="the notebook is a symbolic link to the instructor's",
        lay_out=_as_link_to("{course}/solutions/{lesson}/{lesson}.ipynb"),
        verdict="unreadable",
        other="unreadable",
        other_points=0.0,
        note="symbolic link",
    ),
    Case(
        number="33",
        title="the notebook is a symbolic link to another student's",
        lay_out=_as_link_to("{course}/class/submitted/honest-0/{lesson}/{lesson}.ipynb"),
        verdict="unreadable",
        other="unreadable",
        other_points=0.0,
        note="symbolic link",
    ),
    Case(
        number="34",
        title="other submissions, as collected and as graded",
        attack=_thief(
            'glob.glob("@COURSE@/class/*/*/*/*.ipynb")'
            ' + ["@COURSE@/class/submitted/honest-0/00_start_here/00_start_here.ipynb"]'
        ),
        verdict="raised an exception",
    ),
    Case(
        number="35",
        title="other boxes' folders, sockets and descriptors",
        attack="""
        def standardize(X):
            import array, os, socket
            for path in ("/tmp", "../..", os.path.dirname(os.getcwd())):
                try:
                    os.listdir(path)
                    return X * 0.0
                except OSError:
                    pass
            for descriptor in range(3, 64):
                try:
                    os.lseek(descriptor, 0, os.SEEK_SET)
                    if os.read(descriptor, 100):
                        return X * 0.0
                except OSError:
                    pass
            end = socket.socket(socket.AF_UNIX)
            end.connect("\\0grader")
        """,
        verdict="raised an exception",
    ),
]
