"""The rooms of the code: their order, and who may import whom."""

import ast
import functools
import sys
from graphlib import TopologicalSorter

import pytest

from tests.conftest import ROOT

# The order in which a submission flows; an import leads to the left, or stays in its room.
FLOW = (
    "errors",
    "files",
    "language",
    "words",
    "shown",
    "exercise",
    "kit",
    "box",
    "course",
    "release",
    "judge",
    "submission",
    "work",
    "sandbox",
    "report",
    "gradebook",
    "run",
    "setup",
    "autograde",
    "feedback",
    "school",
    "alike",
    # Faces: nobody imports them, but for the command line's own helper and what tests share.
    "sample",
    "in_kernel",
    "nbgrader_plugin",
    "cli",
    "demo",
)
# The only modules that start a process; each says in its docstring which one.
STARTERS = {
    "grader.box.shell",
    "grader.box.warm",
    "grader.demo",
    "grader.run.desk",
    "grader.run.workers",
    "grader.sandbox.apart",
    "grader.sandbox.replier",
    "grader.sandbox.warm",
}
STARTING = {
    *("subprocess", "multiprocessing", "concurrent.futures", "pty"),
    *("os.fork", "os.forkpty", "os.popen", "os.system", "os.startfile"),
    *("os.posix_spawn", "os.posix_spawnp"),
    *(f"os.{kind}{form}" for kind in ("exec", "spawn") for form in ("l", "le", "lp", "v", "ve")),
}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path
    for package in ("grader", "byhand")
    for path in sorted((ROOT / package).rglob("*.py"))
}
GRADER = [name for name in MODULES if name.startswith("grader.")]


def room_of(module):
    """Return the room that a module of the grader stands in."""
    return module.split(".")[1]


@functools.cache
def nodes(source):
    """Return all that a source consists of: hundreds of tests ask."""
    return tuple(ast.walk(ast.parse(source)))


@functools.cache
def imported(source, module, *, package=False):
    """Return the modules that a source imports, as absolute names.

    Imports inside functions count, and so do those that only a type checker reads: what a
    module cannot be understood without, it depends on.
    """
    home = module if package else module.rpartition(".")[0]
    names = set()
    for node in nodes(source):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = home.rsplit(".", node.level - 1)[0] if node.level > 1 else home
            base = ".".join(filter(None, [base if node.level else "", node.module]))
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


@functools.cache
def source_of(module):
    return MODULES[module].read_text(encoding="utf-8")


def needs(module):
    return imported(source_of(module), module, package=MODULES[module].name == "__init__.py")


def own(module):
    """Return our modules that a module imports."""
    return {name for name in needs(module) & set(MODULES) if name != module}


@functools.cache
def everything_behind(module):
    """Return our modules that are loaded with a module, its packages' own included."""
    found, todo = set(), [module]
    while todo:
        for name in own(todo.pop()) - found:
            found.add(name)
            todo.append(name)
    return found


def starts(source):
    """Return what a source uses that can start a process."""
    found = imported(source, "here") & STARTING
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {f"{node.value.id}.{node.attr}"} & STARTING
    return found


# Which lesson a module of the figures belongs to; a lesson's number, or what all share.
FIGURES = {
    "shared": {"captions", "controls", "faults", "guard", "network", "panel", "surface"},
    "01": {"chain", "counting", "fork", "stepsize"},
    "02": {"logits"},
    "03": {"products"},
    "04": {"lineup", "signal_sizes"},
    "05": {"momentum", "optimisers", "race", "race_words", "sweep", "training", "valley"},
    "06": {"diamonds", "engine", "passes", "spy"},
}
FIGURES_ROOM = "byhand.figures."


# -------------------------------------------------------------------- yardsticks


def test_imports_are_resolved_as_python_resolves_them():
    source = "import a.b\nfrom . import c\nfrom .d import e\ndef f():\n    from ..g import h\n"
    source += "if TYPE_CHECKING:\n    import types_only\n"

    found = imported(source, "top.mid.here")

    assert found == {
        *("a.b", "top.mid", "top.mid.c", "top.mid.d", "top.mid.d.e", "top.g", "top.g.h"),
        "types_only",
    }
    assert imported("from . import x", "top", package=True) == {"top", "top.x"}


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess",
        "def f():\n    from subprocess import run",
        "import concurrent.futures",
        "from concurrent.futures import ProcessPoolExecutor",
        "import os\nos.fork()",
        "import os\nstart = os.posix_spawn",
        "from os import fork",
    ],
)
def test_what_starts_a_process_is_seen(source):
    assert starts(source)


# -------------------------------------------------------------------------- order


def test_the_order_names_what_lies_on_disk():
    on_disk = {room_of(module) for module in GRADER}

    assert on_disk == set(FLOW)


@pytest.mark.parametrize("module", GRADER)
def test_a_module_imports_from_its_own_room_and_earlier_ones(module):
    place = FLOW.index(room_of(module))
    ours = {name for name in own(module) if name.startswith("grader.")}

    assert {name for name in ours if FLOW.index(room_of(name)) > place} == set()


def test_imports_make_no_circle():
    # A package's own __init__ is imported with each of its modules, and imports none of them.
    graph = {
        module: {name for name in own(module) if not module.startswith(f"{name}.")}
        for module in MODULES
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError

    assert len(order) == len(MODULES)


@pytest.mark.parametrize("module", [m for m in GRADER if MODULES[m].name == "__init__.py"])
def test_a_room_s_door_imports_nothing(module):
    assert needs(module) == set()


# -------------------------------------------------------------------------- walls


@pytest.mark.parametrize("module", [m for m in GRADER if room_of(m) == "judge"])
def test_the_judge_knows_neither_submissions_nor_sandboxes(module):
    rooms = {room_of(name) for name in everything_behind(module) if name in GRADER}

    assert rooms <= {
        "errors",
        "files",
        "language",
        "words",
        "shown",
        "exercise",
        "box",
        "course",
        "judge",
    }


@pytest.mark.parametrize("module", ["grader.judge.compare", "grader.judge.verdict"])
def test_comparing_and_its_vocabulary_know_nothing_of_notebooks(module):
    rooms = {room_of(name) for name in everything_behind(module) if name in GRADER}

    assert rooms <= {"errors", "language", "words", "shown", "exercise", "judge", "box"}


@pytest.mark.parametrize("module", [m for m in GRADER if room_of(m) == "submission"])
def test_reading_a_submission_loads_nothing_that_can_run_one(module):
    behind = everything_behind(module) | {module}

    assert behind & STARTERS == set()
    assert {name for name in behind if name in GRADER and room_of(name) == "sandbox"} == set()
    assert [name for name in sorted(behind) if starts(source_of(name))] == []


def test_only_the_named_modules_start_processes():
    assert {name for name in GRADER if starts(source_of(name))} == STARTERS


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("byhand")])
def test_byhand_never_imports_the_grader(module):
    """The notebook's check alone asks for it, and goes on where there is none."""
    found = {name for name in needs(module) if name.split(".")[0] == "grader"}

    assert found == (
        {"grader.in_kernel", "grader.in_kernel.look"} if module == "byhand.check" else set()
    )


def test_nobody_in_the_grader_needs_the_notebook_s_check():
    assert [name for name in GRADER if "byhand.check" in needs(name)] == []


def test_every_figure_s_module_belongs_to_one_lesson_or_is_shared():
    on_disk = {n.removeprefix(FIGURES_ROOM) for n in MODULES if n.startswith(FIGURES_ROOM)}

    assert sorted(on_disk) == sorted(module for modules in FIGURES.values() for module in modules)


@pytest.mark.parametrize(
    ("lesson", "module"), [(k, m) for k, modules in FIGURES.items() for m in sorted(modules)]
)
def test_a_lesson_s_figure_needs_its_own_modules_and_shared_ones(lesson, module):
    found = {n.removeprefix(FIGURES_ROOM) for n in needs(f"{FIGURES_ROOM}{module}") & set(MODULES)}
    figures = {name for modules in FIGURES.values() for name in modules}

    assert found & figures <= FIGURES["shared"] | FIGURES[lesson]


@pytest.mark.parametrize("module", [m for m in GRADER if room_of(m) == "box"])
def test_the_box_imports_nothing_of_the_grader_outside_itself(module):
    outside = {n for n in needs(module) if n.split(".")[0] in ("grader", "byhand")}

    assert {name for name in outside if not name.startswith("grader.box")} == set()


@pytest.mark.parametrize("module", [m for m in GRADER if room_of(m) == "box"])
def test_the_box_needs_the_standard_library_numpy_ipython_and_msgpack_only(module):
    # traitlets comes with IPython; sandlock lets a child confine itself once more; msgpack is
    # what values are written in.
    allowed = {"grader", "IPython", "matplotlib", "msgpack", "numpy", "sandlock", "traitlets"}
    allowed |= set(sys.stdlib_module_names)

    assert {name.split(".")[0] for name in needs(module)} - allowed == set()
