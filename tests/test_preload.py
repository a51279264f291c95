"""What a box will import is read for it beforehand, and comes out as from its files."""

import importlib
import json
import marshal
import os
import py_compile
import sys

import pytest

from grader.box.preload import Finder
from grader.sandbox import availability, preload
from grader.sandbox.box import Box
from tests.test_sandbox import COURSE, printed


@pytest.fixture
def modules(tmp_path):
    """A package of two modules with their cached code, and the list that names them."""
    package = tmp_path / "lent"
    package.mkdir()
    sources = {"lent": package / "__init__.py", "lent.part": package / "part.py"}
    sources["lent"].write_text("from lent import part\n", "utf-8")
    sources["lent.part"].write_text("here = __file__\n", "utf-8")
    for path in sources.values():
        py_compile.compile(str(path), doraise=True)
    listed = tmp_path / "listed.json"
    listed.write_text(json.dumps({name: str(path) for name, path in sources.items()}), "utf-8")
    return listed, sources


def names(gathered):
    return set(marshal.loads(gathered))  # noqa: S302 - made here


@pytest.fixture
def finder(modules, tmp_path, monkeypatch):
    """A finder of the two modules, at work."""
    path = tmp_path / "modules"
    path.write_bytes(preload.gathered(modules[0]))
    found = Finder(str(path))
    monkeypatch.setattr(sys, "meta_path", [found, *sys.meta_path])
    yield found
    for name in modules[1]:
        sys.modules.pop(name, None)


def test_modules_come_out_as_from_their_files(finder, modules):
    for path in modules[1].values():
        # What is at hand is enough: the file is not looked at.
        path.rename(path.with_suffix(".away"))

    lent = importlib.import_module("lent")

    assert lent.part.here == lent.part.__file__ == str(modules[1]["lent.part"])
    assert lent.__path__ == [str(modules[1]["lent"].parent)]
    assert {"lent", "lent.part"}.isdisjoint(finder.missed())


@pytest.mark.usefixtures("finder")
def test_code_that_was_used_is_asked_of_the_file(modules):
    part = importlib.import_module("lent.part")
    modules[1]["lent.part"].write_text("here = 'changed'\n", "utf-8")

    assert part.__spec__.loader.get_code("lent.part").co_consts[0] == "changed"


def test_what_changed_or_is_gone_is_left_to_the_box(modules):
    listed, sources = modules
    assert names(preload.gathered(listed)) == {"lent", "lent.part"}

    os.utime(sources["lent.part"], (1, 1))
    assert names(preload.gathered(listed)) == {"lent"}

    sources["lent"].unlink()
    assert names(preload.gathered(listed)) == set()


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"lent": 1}', '{"lent": "no/such.py"}'])
def test_a_list_that_is_none_is_no_list(modules, content):
    modules[0].write_text(content, "utf-8")

    assert names(preload.gathered(modules[0])) == set()


def test_a_list_grows_by_what_a_box_had_to_load(tmp_path):
    listed, told = tmp_path / "listed.json", tmp_path / "told.json"
    for news in ({"a": "/x/a.py", "mine": f"{tmp_path}/box/mine.py"}, {"b": "/x/b.py"}):
        told.write_text(json.dumps(news), "utf-8")
        preload.keep(listed, told, without=tmp_path / "box")

    assert json.loads(listed.read_text("utf-8")) == {"a": "/x/a.py", "b": "/x/b.py"}
    assert not told.exists()


@pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)
def test_a_second_box_finds_what_the_first_one_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    told = []
    keep = preload.keep
    monkeypatch.setattr(
        preload,
        "keep",
        lambda listed, path, **how: (told.append(json.loads(path.read_text("utf-8"))),
                                     keep(listed, path, **how)),
    )  # fmt: skip
    for _ in range(2):
        with Box(COURSE) as box:
            assert printed(box, "import matplotlib\nprint(matplotlib.__name__)") == "matplotlib"

    assert {"numpy", "matplotlib.pyplot", "IPython.core.interactiveshell"} <= set(told[0])
    assert not any(name.startswith(("numpy", "matplotlib", "IPython")) for name in told[1])
