"""A file is there whole or not at all."""

import os
import stat

import pytest

from grader.files import READABLE, put


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "page").write_bytes(b"old")

    put(tmp_path / "page", b"new", mode=READABLE)

    assert [path.name for path in tmp_path.iterdir()] == ["page"]
    assert (tmp_path / "page").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "page").stat().st_mode) == 0o644


def test_what_is_refused_leaves_the_old_file_and_names_it(tmp_path, monkeypatch):
    (tmp_path / "page").write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left on device") as refused:
        put(tmp_path / "page", b"new")

    assert refused.value.filename == str(tmp_path / "page")
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
    assert (tmp_path / "page").read_bytes() == b"old"
