"""What is shipped agrees with itself: dependencies, rooms, and what stays out of a release."""

import ast
import re
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
DEVELOPMENT = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]


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


def locked():
    """Return the locked version of each package."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines]
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}


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

    assert SpecifierSet(PROJECT["requires-python"]).contains(pin.version)


def test_python_is_from_3_11_to_3_13():
    allowed = SpecifierSet(PROJECT["requires-python"])

    assert [minor for minor in range(20) if allowed.contains(f"3.{minor}")] == [11, 12, 13]


def test_lock_holds_names_and_exact_versions_alone():
    name, version = r"[A-Za-z0-9][A-Za-z0-9._-]*", r"[0-9][0-9A-Za-z.+!]*"
    # A package for one platform says so, otherwise the lock cannot be installed on another.
    marker = r"(; sys_platform == '[a-z0-9]+')?"
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not re.fullmatch(f"{name}=={version}{marker}", line)] == []
    assert len(locked()) == len(lines), "a package is listed twice"


@pytest.mark.parametrize("wanted", RUNTIME + DEVELOPMENT, ids=lambda wanted: wanted.name)
def test_lock_covers_a_dependency_within_its_bounds(wanted):
    version = locked()[canonicalize_name(wanted.name)]

    assert wanted.specifier.contains(version), f"{wanted} is locked at {version}"


def test_lock_covers_what_the_dependencies_need():
    found, todo = set(), [(wanted.name, frozenset(wanted.extras)) for wanted in RUNTIME]
    todo += [(wanted.name, frozenset(wanted.extras)) for wanted in DEVELOPMENT]
    while todo:
        here = todo.pop()
        if here in found:
            continue
        found.add(here)
        name, extras = here
        for needed in map(Requirement, metadata.requires(name) or ()):
            surroundings = [{"extra": extra} for extra in ("", *extras)]
            if needed.marker is None or any(map(needed.marker.evaluate, surroundings)):
                todo.append((needed.name, frozenset(needed.extras)))

    missing = {canonicalize_name(name) for name, _ in found} - set(locked())
    assert missing == set(), "run 'pip freeze' in a fresh environment and lock these too"


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
    declared = {canonicalize_name(wanted.name) for wanted in RUNTIME}
    providers = metadata.packages_distributions()
    undeclared = {
        name
        for name in third_party(package)
        if declared.isdisjoint(map(canonicalize_name, providers.get(name, [name])))
    }

    assert undeclared == set()


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
