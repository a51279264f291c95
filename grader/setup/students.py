"""What students need of a class: where its exchange is, and which buttons are not for them."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from grader.setup import words

CONFIG = "nbgrader_config.py"
FOLDER = "for_students"
SERVER = "jupyter_server_config.json"
# What only an instructor needs.  JupyterLab's own command merges into what a student has; that
# for the server's part says to write into a home, but what an environment enables wins there.
_DISABLE = ("jupyter", "labextension", "disable", "--level=user")
_LAB = ("create-assignment", "formgrader", "course-list")
_SERVER = ("formgrader", "course_list")


def configuration(exchange: Path, course_id: str) -> str:
    """Return a student's nbgrader_config.py."""
    return (
        "c = get_config()\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
        f"c.CourseDirectory.course_id = {course_id!r}\n"
    )


def without_buttons() -> str:
    """Return a student's jupyter_server_config.json."""
    off = {f"nbgrader.server_extensions.{name}": False for name in _SERVER}
    return json.dumps({"ServerApp": {"jpserver_extensions": off}}, indent=1) + "\n"


def commands(folder: Path) -> str:
    """Return what a student types once, in a terminal of JupyterLab; no rights are needed."""
    lines = ["mkdir -p ~/.jupyter"]
    lines += [f"cp -i {shlex.quote(str(folder / name))} ~/.jupyter/" for name in (CONFIG, SERVER)]
    lines += [f"{' '.join(_DISABLE)} @jupyter/nbgrader:{name}" for name in _LAB]
    return "".join(f"{line}\n" for line in lines)


def write_package(exchange: Path, course_id: str) -> Path:
    """Write what is sent to students; return its folder.

    It lies in the exchange, where students can read it.

    Raises:
        OSError: it cannot be written.
    """
    folder = exchange / FOLDER / course_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(configuration(exchange, course_id), encoding="utf-8")
    (folder / SERVER).write_text(without_buttons(), encoding="utf-8")
    (folder / "README.md").write_text(words.to_students(commands(folder)), encoding="utf-8")
    for path in (folder.parent, folder):
        path.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def write_homes(homes: Iterable[Path], exchange: Path, course_id: str) -> list[str]:
    """Write the configuration into students' homes, where the instructor may.

    Returns:
        What could not be written, or was left as it is, in sentences.
    """
    text = configuration(exchange, course_id)
    return [said for home in homes if (said := _into(home, text))]


def _into(home: Path, text: str) -> str:
    """Write a configuration into one home, for its owner; return why not, or ""."""
    path = home / ".jupyter" / CONFIG
    try:
        if not home.is_dir():
            return words.no_home(home)
        if path.exists():
            same = path.read_text(encoding="utf-8") == text
            return "" if same else words.has_another(path)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if os.geteuid() == 0:
            for made in (path.parent, path):
                os.chown(made, home.stat().st_uid, home.stat().st_gid)
    except OSError as error:
        return words.home_refused(path, error.strerror)
    return ""
