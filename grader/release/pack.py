"""The folder that students get outside a hub, and the same as an archive.

Everything in it is made or chosen here, by name: nothing of solutions/ can come along, and
what was chosen is looked through before it is put into its place.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from grader.course.folders import Course
from grader.course.kept import refuse_work
from grader.course.leaks import SECRET_NAMES, refuse_leaks, secrets_in
from grader.course.loading import load
from grader.course.notebook import digest_of
from grader.course.release import build
from grader.errors import InputError
from grader.release import words

NAME = "backprop_by_hand"
# What byhand imports, and in what notebooks are worked on; nothing that grades.
FOR_STUDENTS = (
    *(
        "numpy",
        "matplotlib",
        "matplotlib-inline",
        "ipywidgets",
        "ipython",
        "pillow",
        "platformdirs",
    ),
    *("jupyterlab", "nbgrader", "tqdm"),
)
_FOLDERS = ("byhand", "data")
_FILES = ("LICENSE", "LICENSE-lessons")
_LONG_AGO = (2020, 1, 1, 0, 0, 0)  # the same course gives the same bytes
_LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What was made, and what there is to say of it."""

    folder: Path
    archive: Path
    told: tuple[str, ...]


def dist(course: Course, lessons: Sequence[str], out: Path) -> Packed:
    """Make the folder and the archive for students.

    Args:
        lessons: those to pack; without, all that bring no solutions of others.
        out: where both go; what somebody worked in there is not touched.

    Raises:
        InputError: an unknown lesson, a leak, somebody's work in the way, or the disk refuses.
        AuthorError: a lesson has mistakes.
    """
    chosen = [course.find_lesson(name) for name in lessons] or course.lesson_ids()
    folder, archive = out / NAME, out / f"{NAME}.zip"
    _refuse_others(course, folder)
    told: list[str] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".packing-") as beside:
            made = Path(beside, NAME)
            packed = [
                lesson
                for lesson in chosen
                if _lesson(course, lesson, made, told, named=bool(lessons))
            ]
            _environment(course, made, packed)
            _refuse_secrets(course, made)
            _zip(made, Path(beside, archive.name))
            if folder.exists():
                shutil.rmtree(folder)
            made.rename(folder)
            Path(beside, archive.name).replace(archive)
    except OSError as error:
        raise InputError(words.not_packed(error.filename or out, error.strerror)) from error
    return Packed(folder=folder, archive=archive, told=tuple(told))


def _lesson(course: Course, lesson: str, made: Path, told: list[str], *, named: bool) -> bool:
    """Put a lesson's notebook, built now, into the folder; False where it is left out."""
    known = course.lesson_ids()
    previous = [course.solutions / name / "lesson.py" for name in known if name < lesson]
    place = made / "notebooks" / lesson
    files = {
        path: text
        for path, text in build(course.solutions / lesson, place, previous).items()
        if path.is_relative_to(made) and text is not None
    }
    if any(path.name == "earlier.py" for path in files):
        if not named:
            told.append(words.waits(lesson))
            return False
        told.append(words.brings_solutions(lesson))
    place.mkdir(parents=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    refuse_leaks(place, source=course.solutions / lesson)
    return True


def _environment(course: Course, made: Path, lessons: Sequence[str]) -> None:
    for name in _FOLDERS:
        shutil.copytree(course.root / name, made / name, ignore=_ignored)
    for name in _FILES:
        shutil.copy(course.root / name, made / name)
    project = tomllib.loads((course.root / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [text for text in project["dependencies"] if _name(text) in FOR_STUDENTS]
    lines = [
        "[build-system]",
        'requires = ["setuptools>=77"]',
        'build-backend = "setuptools.build_meta"',
        "",
        "[project]",
        f'name = "{project["name"]}"',
        f'version = "{project["version"]}"',
        f'requires-python = "{project["requires-python"]}"',
        f'license = "{project["license"]}"',
        "dependencies = [",
        *(f'    "{text}",' for text in needed),
        "]",
        "",
        "[tool.setuptools.packages.find]",
        'include = ["byhand*"]',
        "",
        "[tool.setuptools.package-data]",
        '"*" = ["py.typed", "templates/*", "locale/*/LC_MESSAGES/*.mo"]',
    ]
    _write(made / "pyproject.toml", lines)
    conda = [
        f"name: {project['name']}",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python{project['requires-python']}",
        *(f"  - {text}" for text in needed),
        "  - pip",
        "  - pip:",
        "      - -e .",
    ]
    _write(made / "environment.yml", conda)
    text = resources.files("grader.release").joinpath("templates", "README.md").read_text("utf-8")
    _write(made / "README.md", [text.rstrip().replace("{lessons}", ", ".join(lessons))])


def _ignored(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _LEFT_OUT or name.endswith(".pyc")}


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].casefold()


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def _refuse_secrets(course: Course, made: Path) -> None:
    """Raise InputError if anything of the grader's is in the folder, or text of a solution."""
    files = sorted(path for path in made.rglob("*") if path.is_file())
    for path in files:
        parts = path.relative_to(made).parts
        if {"solutions", "grader", "class", *SECRET_NAMES} & set(parts) or path.is_symlink():
            raise InputError(words.secret_text(path, parts[0]))
    for lesson in course.lesson_ids():
        secret = set(secrets_in(course.solutions / lesson))
        for path in files:
            # Whoever packs a lesson by name gives away what its earlier.py holds.
            if path.name == "earlier.py" or not secret:
                continue
            text = "".join(path.read_text("utf-8", errors="replace").replace("\\n", "").split())
            if any(part in text for part in secret):
                raise InputError(words.secret_text(path, lesson))


def _refuse_others(course: Course, folder: Path) -> None:
    """Raise InputError if a folder is in the way that somebody made, or worked in."""
    if not folder.exists() and not folder.is_symlink():
        return
    ours = {*_FOLDERS, *_FILES, "notebooks", "README.md", "pyproject.toml", "environment.yml"}
    if folder.is_symlink() or not folder.is_dir() or {p.name for p in folder.iterdir()} != ours:
        raise InputError(words.not_ours(folder))
    refuse_work(
        {
            path: _nobodys(course, path.stem)
            for path in sorted((folder / "notebooks").rglob("*.ipynb"))
        }
    )


def _nobodys(course: Course, lesson: str) -> set[str]:
    """Return digests of the texts of a lesson, as students get it now."""
    if lesson not in course.lesson_ids():
        return set()
    return {digest_of(text) for text in load(course, lesson).released}


def _zip(folder: Path, to: Path) -> None:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder.parent).as_posix()
                info = zipfile.ZipInfo(name, _LONG_AGO)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o100644 << 16
                archive.writestr(info, path.read_bytes())
