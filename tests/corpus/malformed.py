"""Malformed submissions: threats 58 to 64."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.corpus.case import ATTACKED, HONEST, Case, Notebook, cell_of, code

UNREADABLE = {"verdict": "unreadable", "other": "unreadable", "other_points": 0.0}


def _truncated(made: Notebook) -> bytes:
    return json.dumps(made).encode()[:3000]


def _latin(made: Notebook) -> bytes:
    cell_of(made, HONEST)["source"] += "\n# für später"
    text = json.dumps(made, ensure_ascii=False)
    # What Latin-1 has no letter for becomes an escape, as in a file that was saved again.
    return text.encode("latin-1", "backslashreplace")


def _huge(made: Notebook) -> bytes:
    made["cells"].append(code("1"))
    made["cells"][-1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 22 * 2**20}
    ]
    return json.dumps(made).encode()


def _old_format(made: Notebook) -> None:
    made["nbformat"] = 3


def _no_cells(made: Notebook) -> None:
    made["cells"] = []


def _odd_cells(made: Notebook) -> None:
    odd = [None, [], "text", {"cell_type": "video", "source": "x"}, {"cell_type": "code"}]
    made["cells"][2:2] = odd  # type: ignore[assignment]


def _odd_outputs(made: Notebook) -> None:
    for cell in made["cells"]:
        cell["outputs"] = [{"output_type": "hologram", "data": {"application/x": 1}}]


def _odd_metadata(made: Notebook) -> None:
    for cell in made["cells"]:
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"] = ["not", "a", "dict"]


def _surrogate(made: Notebook) -> None:
    cell_of(made, ATTACKED)["source"] += "\n# \ud800"


def _tests_first(made: Notebook) -> None:
    made["cells"].sort(key=lambda cell: not cell["id"].startswith("test_"))


def _bomb(folder: Path, _: Path) -> None:
    """Ten megabytes of zeros in a few kilobytes, under a name that leads up."""
    with zipfile.ZipFile(folder / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../escaped", bytes(10 * 2**20))


_HARM = """
<script>alert('answer')</script> <img src=x onerror=alert(1)> <ScRiPt/x>alert(1)</script>
[a](javascript:alert(1)) [b](JavaScript :alert(1)) [c](javascript\\:alert(1)) [d][e]
[f](&#106;avascript:alert(1)) [g](javascript&colon;alert(1)) ![h](data:text/html,x)
<javascript:alert(1)> <a href="javascript:alert(1)">x</a>

[e]: javascript:alert(1)

$a<b$ and $\\href{javascript:alert(1)}{x}$
"""


def _script(made: Notebook) -> None:
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown" and "nbgrader" not in cell["metadata"]:
            cell["source"] = _HARM


def _no_script(text: str) -> str:
    found = [word for word in ("<script>alert", "<img src=x") if word in text]
    return f"{found} came through" if found else ""


CASES = [
    Case(
        number="58a",
        title="JSON that is cut short",
        tamper=_truncated,
        note="not a notebook",
        **UNREADABLE,
    ),
    Case(
        number="58b",
        title="text that is not UTF-8",
        tamper=_latin,
        note="not a notebook",
        **UNREADABLE,
    ),
    Case(
        number="58c",
        title="an empty file",
        tamper=lambda _: b"",
        note="not a notebook",
        **UNREADABLE,
    ),
    Case(
        number="58d",
        title="no notebook at all",
        lay_out=lambda folder, _: next(folder.glob("*.ipynb")).unlink(),
        refused="holds no notebook of 00_start_here",
    ),
    Case(
        number="59a",
        title="a notebook of 22 MiB",
        tamper=_huge,
    ),
    Case(
        number="59b",
        title="another notebook format",
        tamper=_old_format,
        note="format 3",
        **UNREADABLE,
    ),
    Case(number="59c", title="no cells", tamper=_no_cells, note="none of its cells", **UNREADABLE),
    Case(number="59d", title="things that are no cells", tamper=_odd_cells),
    Case(number="59e", title="outputs of an unknown kind", tamper=_odd_outputs),
    Case(number="59f", title="metadata that is a list", tamper=_odd_metadata),
    Case(
        number="59g",
        title="half a surrogate pair in a source",
        attack="@RIGHT@",
        tamper=_surrogate,
        verdict="correct",
        points=10.0,
    ),
    Case(
        number="60",
        title="a zip bomb beside the notebook, with a name that leads up",
        attack="@RIGHT@",
        lay_out=_bomb,
        verdict="correct",
        points=10.0,
    ),
    Case(
        number="61",
        title="a student's name with spaces, Unicode and a leading dash",
        attack="@RIGHT@",
        verdict="correct",
        points=10.0,
        name="-rf ünï cödé 学生 's",
    ),
    Case(
        number="63",
        title="test cells moved above the solutions",
        attack="@RIGHT@",
        tamper=_tests_first,
        verdict="correct",
        points=10.0,
    ),
    Case(
        number="64a",
        title="HTML and JavaScript in outputs",
        before="""
        from IPython.display import HTML, Javascript, display
        display(HTML("<script>alert('html')</script>"))
        display(Javascript("alert('js')"))
        display({"image/png": '"><script>alert("png")</script>'}, raw=True)
        display({"image/svg+xml": "<svg onload='alert(1)'/>"}, raw=True)
        display({"text/latex": "\\\\href{javascript:alert(1)}{x}"}, raw=True)
        display({"text/markdown": "<img src=x onerror=alert(1)>"}, raw=True)
        """,
        attack="@RIGHT@",
        verdict="correct",
        points=10.0,
        also=_no_script,
    ),
    Case(
        number="64b",
        title="HTML and JavaScript in Markdown and in what a function raises",
        attack="""
        def standardize(X):
            raise ValueError("<script>alert('raised')</script>")
        """,
        tamper=_script,
        verdict="raised an exception",
    ),
]
