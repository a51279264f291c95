"""What is shipped agrees with itself: dependencies, rooms, and what stays out of a release."""

import ast
import functools
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(text) for text in PROJECT["dependencies"]]
# The tests need every option of the project's own.
OPTIONAL = [Requirement(t) for texts in PROJECT["optional-dependencies"].values() for t in texts]
DEVELOPMENT = [wanted for wanted in OPTIONAL if wanted.name != PROJECT["name"]]
PROMISED = SpecifierSet(PROJECT["requires-python"])


def requirement(text):
    """Read a line of environment.yml; conda writes one '=' where pip writes two."""
    return Requirement(re.sub(r"(?<![<>=!~])=(?!=)", "==", text))


def key(wanted):
    return canonicalize_name(wanted.name), wanted.specifier


def conda():
    """Return conda's requirements and pip's lines of environment.yml."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    plain = [requirement(line) for line in listed if isinstance(line, str)]
    (pip,) = [line["pip"] for line in listed if isinstance(line, dict)]
    return plain, pip


def pins():
    """Return the requirements of the lock, one a line."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines]


def version_of(pin):
    (only,) = pin.specifier
    return only.version


PLATFORMS = {
    "linux": {"platform_system": "Linux", "os_name": "posix"},
    "darwin": {"platform_system": "Darwin", "os_name": "posix"},
    "win32": {"platform_system": "Windows", "os_name": "nt"},
}
# The first of all is the lowest Python that is promised; the last one is not out yet.
PLACES = {
    f"{version} {platform}": {
        "python_version": version.rpartition(".")[0],
        "python_full_version": version,
        "sys_platform": platform,
        **PLATFORMS[platform],
    }
    for version in (f"3.{minor}.{patch}" for minor in range(11, 17) for patch in (0, 15))
    for platform in PLATFORMS
}


def wanted_in(wanted, place, extras=()):
    """Tell whether a requirement counts in a place, a mapping of marker variables."""
    return wanted.marker is None or any(
        wanted.marker.evaluate({**place, "extra": extra}) for extra in ("", *extras)
    )


def chosen_in(place):
    """Return what the lock installs in a place: pins by name."""
    chosen = [pin for pin in pins() if wanted_in(pin, place)]
    by_name = {canonicalize_name(pin.name): pin for pin in chosen}
    assert len(by_name) == len(chosen), "two versions of a package for one place"
    return by_name


@functools.cache
def requires(name):
    """Return what an installed package requires; one for another platform is not installed."""
    try:
        return [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []


# ------------------------------------------------------------------ environments


def test_environment_and_pyproject_name_the_same_dependencies_and_bounds():
    plain, pip = conda()
    from_conda = [wanted for wanted in plain if wanted.name not in ("python", "pip")]
    from_pip = [requirement(line) for line in pip if line != "-e ."]

    assert sorted(map(key, from_conda + from_pip), key=str) == sorted(map(key, RUNTIME), key=str)


def test_environment_carries_over_the_platforms_of_pyproject():
    _, pip = conda()
    markers = {w.name: str(w.marker) for w in map(requirement, set(pip) - {"-e ."}) if w.marker}

    assert markers == {w.name: str(w.marker) for w in RUNTIME if w.marker}


def test_environment_installs_the_course_itself():
    assert "-e ." in conda()[1]


def test_environment_asks_for_a_python_that_pyproject_allows():
    (python,) = [wanted for wanted in conda()[0] if wanted.name == "python"]
    (pin,) = python.specifier

    assert PROMISED.contains(pin.version)


def test_every_python_from_3_11_on_is_promised():
    assert not PROMISED.contains("3.10.18")
    assert [minor for minor in range(11, 40) if not PROMISED.contains(f"3.{minor}.0")] == []


def test_tools_look_at_the_code_as_the_lowest_promised_python_does():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    (lowest,) = PROMISED

    assert tool["mypy"]["python_version"] == lowest.version
    assert tool["ruff"]["target-version"] == "py" + lowest.version.replace(".", "")


def test_lock_holds_names_exact_versions_and_markers_alone():
    name, version = r"[a-z0-9][a-z0-9-]*", r"[0-9][0-9A-Za-z.+!]*"
    # A package that not all need says which Pythons or platforms do.
    term = r"\(*[a-z_]+ (?:==|!=|<|>=) '[A-Za-z0-9.]+'\)*"
    marker = rf"(?: ; {term}(?: (?:and|or) {term})*)?"
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not re.fullmatch(f"{name}=={version}{marker}", line)] == []


@pytest.mark.parametrize("pin", pins(), ids=str)
def test_pip_accepts_a_pin_on_every_promised_python_that_wants_it(pin):
    """One pin that needs a later patch version, and pip installs nothing of the lock."""
    if not wanted_in(pin, {}):
        pytest.skip("for another Python or platform, where its metadata are read")
    there = {found.version for found in metadata.distributions(name=pin.name)}
    if there != {version_of(pin)}:
        pytest.skip(f"installed is {there or 'none'}, so that nothing is known of it; run make")
    accepted = SpecifierSet(metadata.metadata(pin.name).get("Requires-Python", ""))
    wanting = {place["python_full_version"] for place in PLACES.values() if wanted_in(pin, place)}

    assert wanting, "no promised Python wants it"
    assert sorted(wanting - set(accepted.filter(wanting))) == [], f"it needs Python {accepted}"


@pytest.mark.parametrize("place", PLACES.values(), ids=list(PLACES))
def test_lock_covers_what_is_declared_and_what_that_needs(place):
    """One version of everything, in every place, within the bounds of all that need it."""
    chosen, found, lacking = chosen_in(place), set(), []
    todo = [wanted for wanted in RUNTIME + DEVELOPMENT if wanted_in(wanted, place)]
    while todo:
        wanted = todo.pop()
        if str(wanted) in found:
            continue
        found.add(str(wanted))
        pin = chosen.get(canonicalize_name(wanted.name))
        if pin is None or not wanted.specifier.contains(version_of(pin)):
            lacking.append(f"{wanted} is locked as {pin}")
        todo += [
            needed for needed in requires(wanted.name) if wanted_in(needed, place, wanted.extras)
        ]

    assert lacking == [], "run make lock"
    assert set(chosen) <= {canonicalize_name(Requirement(text).name) for text in found}


def third_party(package):
    """Return the names of other people's modules that a package of ours imports, anywhere in it."""
    names = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - {"grader", "byhand", *sys.stdlib_module_names}


@pytest.mark.parametrize("package", ["grader", "byhand"])
def test_whatever_is_imported_is_declared(package):
    """What comes along with something else may go with its next version."""
    options = [texts for name, texts in PROJECT["optional-dependencies"].items() if name != "dev"]
    optional = [Requirement(text) for texts in options for text in texts]
    declared = {canonicalize_name(wanted.name) for wanted in (*RUNTIME, *optional)}
    providers = metadata.packages_distributions()
    undeclared = {
        name
        for name in third_party(package)
        if declared.isdisjoint(map(canonicalize_name, providers.get(name, [name])))
    }

    assert undeclared == set()


@pytest.mark.parametrize("target", ["lab", "demo", "test", "lint", "notebooks", "bench"])
def test_make_knows_the_target_and_sets_up_first(target):
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert "-m pip install" in done.stdout
    assert "-r requirements.lock" in done.stdout
    assert str(ROOT / ".venv/bin") in done.stdout


# A Python of any version that says what it is asked to run, and makes environments of itself.
PRETENDER = """\
#!{real}
import pathlib, shutil, sys
sys.version_info = {version}
if not {venv}:
    sys.modules["ensurepip"] = None
if sys.argv[1] == "-c":
    exec(sys.argv[2])
else:
    print("{version}:", *sys.argv[1:])
if sys.argv[2] == "venv":
    pathlib.Path(".venv/bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(__file__, ".venv/bin/python")
"""


def pretend(path, version, *, venv=True):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = PRETENDER.format(real=sys.executable, version=version, venv=venv)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def bare(tmp_path):
    """Return a folder with what make reads, and in bin/ the only programs that are found."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/touch").symlink_to(shutil.which("touch"))
    return tmp_path


def set_up(folder):
    return subprocess.run(
        [shutil.which("make"), "--silent", ".venv/.ready"],
        cwd=folder,
        env={"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_set_up_says_before_anything_is_installed_that_no_python_is_recent_enough(bare):
    pretend(bare / "bin/python3.11", (3, 11, 2), venv=False)
    pretend(bare / "bin/python3", (3, 9, 6))

    done = set_up(bare)

    assert done.returncode != 0
    assert done.stdout == "", "something was run"
    found = "python3.11 (3.11.2, without venv) python3 (3.9.6)"
    assert f"needs Python 3.11 or later with venv; found {found}\n  fix: " in done.stderr


def test_set_up_says_that_there_is_no_python(bare):
    assert "found none\n" in set_up(bare).stderr


def test_set_up_prefers_a_python_that_was_tried(bare):
    pretend(bare / "bin/python3", (3, 14, 1))
    pretend(bare / "bin/python3.13", (3, 13, 0))

    done = set_up(bare)

    assert done.stdout.startswith("make: setting up .venv with Python 3.13.0\n(3, 13, 0): -m venv")
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["python3", "python", "python3.14"])
def test_set_up_says_of_a_python_that_it_was_not_tried_and_goes_on(bare, name):
    pretend(bare / f"bin/{name}", (3, 14, 1))

    done = set_up(bare)

    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "make: setting up .venv with Python 3.14.1",
        "make: going on, though only Python 3.11 3.12 3.13 were tried with this course",
    ]
    assert [line.split()[4] for line in lines[2:]] == ["venv", "pip", "pip"]
    assert done.returncode == 0


def test_set_up_makes_an_environment_of_an_older_python_anew(bare):
    pretend(bare / ".venv/bin/python", (3, 9, 6))
    pretend(bare / "bin/python3.12", (3, 12, 1))

    assert "(3, 12, 1): -m venv --clear .venv\n" in set_up(bare).stdout


def test_set_up_keeps_an_environment_that_works(bare):
    pretend(bare / ".venv/bin/python", (3, 14, 1))
    pretend(bare / "bin/python3.13", (3, 13, 0))

    lines = set_up(bare).stdout.splitlines()

    assert [line[: line.index(" -m") + 7] for line in lines] == ["(3, 14, 1): -m pip"] * 2


def test_readme_names_the_pythons_that_make_has_tried():
    (tried,) = re.findall(r"^TRIED := (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    first, second, third = tried.split()
    said = f"Python {first} or later; the course was tried with {first}, {second} and {third}."

    assert said in (ROOT / "README.md").read_text(encoding="utf-8")


def test_continuous_integration_script_is_bash_and_executable():
    script = ROOT / ".ci/run"

    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], timeout=20, check=True)


def test_licence_files_are_those_that_pyproject_names():
    assert PROJECT["license-files"] == ["LICENSE", "LICENSE-lessons"]
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    lessons = (ROOT / "LICENSE-lessons").read_text(encoding="utf-8")
    assert "https://creativecommons.org/licenses/by/4.0/" in lessons


# ------------------------------------------------------------- what stays inside


def repository_files():
    """Return what is committed or would be; ask git, which knows what is ignored."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository, so nothing is tracked")
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    paths = {ROOT / name for name in done.stdout.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def test_a_release_holds_its_notebook_and_what_it_takes_from_earlier_lessons():
    released = [path for path in repository_files() if (ROOT / "notebooks") in path.parents]
    allowed = {
        ROOT / "notebooks" / folder.name / name
        for folder in (ROOT / "solutions").iterdir()
        for name in (f"{folder.name}.ipynb", "earlier.py")
    }

    assert released, "no lesson is released"
    assert set(released) <= allowed


def test_no_file_names_this_machine_or_a_package_index():
    # Written in pieces: this file is looked at as well.
    secrets = [
        *("/work/" + name for name in ("main", "shared", ".library")),
        *("/" + "home/" + Path.home().name + "/",),
        "py" + "pi.org",
        "python" + "hosted",
        "--" + "index-url",
        "--" + "extra-index-url",
        "--" + "find-links",
        "registry." + "npmjs",
    ]
    if len(ROOT.parts) > 2:  # a short path such as /app may stand in a text for other reasons
        secrets.append(str(ROOT))
    found = [
        f"{path.relative_to(ROOT)}: {secret}"
        for path in repository_files()
        for secret in secrets
        if secret.encode() in path.read_bytes()
    ]

    assert found == []
