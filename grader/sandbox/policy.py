"""What a box may touch: the files it reads, the calls it may not make, its environment.

Only paths that Python needs to run are readable.  Whole prefixes such as
/usr/local are not: nbgrader's exchange, with everybody's submissions, lies in
one of them by default.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course.folders import Course
from grader.errors import GraderError
from grader.language import CATALOGUES, asked_for
from grader.sandbox import words

BOX_PACKAGE = Path(__file__).resolve().parents[1] / "box"
LENT = ("byhand", "data")  # folders of the course that notebooks may read
BESIDE = ("earlier",)  # modules that a lesson puts beside its notebook

# Installed or not: each does by itself what a lesson asks for.
WITHHELD = (
    *("autograd", "jax", "jaxlib", "keras", "mxnet", "paddle", "pytensor", "scipy", "sklearn"),
    *("sympy", "tensorflow", "theano", "tinygrad", "torch", "torchvision"),
)

_SYSTEM_PATHS = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
    "/dev/urandom",
)


def programs() -> list[Path]:
    """Return the folders of programs that a notebook may start, where it may start any."""
    return [Path("/bin"), Path("/usr/bin"), Path("/usr/local/bin"), Path(sys.prefix, "bin")]


def readable(course: Course, imports: Path, more: Sequence[Path] = ()) -> list[str]:
    """Return what may be read inside; refuse if that would show the course's secrets.

    Args:
        imports: the folder of links that is the box's import path.
        more: files and folders besides what Python and lessons need.

    Raises:
        GraderError: solutions/ or class/ lies inside a folder that Python needs.
    """
    inside = [imports, BOX_PACKAGE, CATALOGUES, *(course.root / name for name in LENT)]
    paths = {
        str(path.resolve())
        for path in (*_python_paths(), *inside, *map(Path, _SYSTEM_PATHS), *more)
        if path.exists()
    }
    for secret in (course.solutions, course.class_folder):
        for path in paths:
            if secret.resolve().is_relative_to(path):
                raise GraderError(words.within_reach(secret, path))
    return sorted(paths)


def widened(paths: Sequence[str], withheld: Path) -> list[str]:
    """Return fewer folders that hold these paths, without the withheld one.

    For a second rule inside a box: only what both allow can be read, so the first may
    be exact and the second short.  Each path in a rule takes time, in every child.
    """
    roots = {path: f"/{path.split('/')[1]}" for path in paths}
    return sorted({p if withheld.is_relative_to(root) else root for p, root in roots.items()})


def _python_paths() -> Iterator[Path]:
    """Yield what this Python needs to start and to import its packages."""
    yield Path(sys.executable)
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        for part in ("lib", "lib64", "pyvenv.cfg"):
            yield Path(prefix) / part
    for name in ("stdlib", "platstdlib"):
        library = Path(sysconfig.get_path(name))
        yield library
        # Debian keeps one of its modules in /etc.
        yield from (path for path in library.glob("*.py") if path.is_symlink())
    yield from _package_folders()


def _package_folders() -> Iterator[Path]:
    """Yield the folders that hold installed packages."""
    for name in ("purelib", "platlib"):
        yield Path(sysconfig.get_path(name))
    if site.ENABLE_USER_SITE:
        yield Path(site.getusersitepackages())


def holes(names: Sequence[str]) -> list[str]:
    """Return the folders of packages that may not be read, although their neighbours may."""
    packages = {folder / name for folder in _package_folders() for name in names}
    return sorted(str(path.resolve()) for path in packages if path.exists())


def environment(imports: Path, scratch: Path, cache: Path) -> dict[str, str]:
    """Return the environment of the warm process and all it forks."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "LANGUAGE": asked_for(),  # of the sentences that the box itself says
        "HOME": str(scratch),
        "PYTHONPATH": str(imports),
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(cache),
        "IPYTHONDIR": str(scratch),
        # A second thread would only fight the other workers, and its stack counts as memory.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # Each of a thread's own arenas would count as 64 MiB of address space.
        "MALLOC_ARENA_MAX": "1",
    }
