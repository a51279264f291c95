"""The figures that `make bench` keeps, and the page that shows them."""

import importlib.util
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def kept():
    spec = importlib.util.spec_from_file_location("bench_kept", ROOT / "bench" / "kept.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_figures_that_are_kept(kept):
    assert kept.PAGE.read_text(encoding="utf-8") == kept.written(kept.read())


def test_a_figure_takes_the_place_of_the_one_before_and_leaves_the_others(kept, tmp_path):
    figures, page = tmp_path / "figures.json", tmp_path / "figures.md"

    def row(figure, measured):
        told = {"figure": figure, "measured": measured, "goal": "at most 2 s", "reached": ""}
        return kept.here(told)

    kept.keep([row("a start", "3 s"), row("a page", "9 ms")], figures, page)
    kept.keep([row("a start", "1 s")], figures, page)

    assert [(r["figure"], r["measured"]) for r in kept.read(figures)] == [
        ("a start", "1 s"),
        ("a page", "9 ms"),
    ]
    assert "| a start | 1 s | at most 2 s |" in page.read_text(encoding="utf-8")


def test_a_figure_tells_of_its_commit_and_its_machine(kept):
    row = kept.here({"figure": "a start"})

    assert row["commit"]
    assert "cores" in row["machine"]
    assert float(row["load"]) >= 0


def test_the_bench_knows_the_grader_that_it_measures():
    """It is no part of the package, and runs nowhere else in the tests."""
    run = [sys.executable, "bench/run.py", "--help"]

    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "usage" in done.stdout
