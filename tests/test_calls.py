"""One call of a function, and what is said of it."""

import sys
import warnings

import numpy as np

from grader.box.calls import call


def test_what_a_call_prints_goes_nowhere_though_it_takes_the_streams(capsys):
    """A function may put a stream of its own in the place of the one that it found."""
    before = sys.stdout, sys.stderr

    def loud():
        sys.stdout.write("secret")
        sys.stderr.write("secret")
        sys.stdout = sys.stderr = None
        return 1

    assert call(loud, (), {}, [])["value"] == 1
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == ("", "")


def test_the_streams_are_back_after_an_exception():
    """Also after one that would end a program."""
    before = sys.stdout, sys.stderr

    def leave():
        raise SystemExit

    assert call(leave, (), {}, [])["exceptions"][0] == "SystemExit"
    assert (sys.stdout, sys.stderr) == before


def test_each_call_tells_its_first_warning_though_it_was_given_before():
    """Python itself shows a warning of one line once."""

    def warn():
        warnings.warn("near 0", stacklevel=1)
        warnings.warn("again", stacklevel=1)

    assert [call(warn, (), {}, [])["warned"] for _ in range(2)] == ["near 0", "near 0"]
    assert call(int, (), {}, [])["warned"] == ""


def test_a_view_of_an_argument_is_told_from_two_views_of_a_new_array():
    """What shares memory, and with what."""
    z, rows = np.ones((3, 4)), {"a": [np.ones((2, 2))]}
    asked = {
        "own": (lambda _: {"a": (np.ones(3), [np.ones(2)])}, (z,)),
        "view": (lambda z: (1, [z.T]), (z,)),
        "within": (lambda rows: rows["a"][0][1:], (rows,)),
        "twins": (lambda z: [each := z + 1, each[1:]], (z,)),
        "the same twice": (lambda z: [each := z + 1, each], (z,)),
        "halves": (lambda z: [(each := z + 1)[:1], each[1:]], (z,)),
    }
    found = {name: call(function, given, {}, []) for name, (function, given) in asked.items()}

    assert {name for name, answer in found.items() if answer["shares"]} == {"view", "within"}
    assert {name for name, answer in found.items() if answer["twins"]} == {
        "twins",
        "the same twice",
    }
