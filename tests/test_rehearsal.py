"""What the warm process does before a child is forked."""

import signal
import subprocess
import sys

import pytest

from grader.box import rehearsal, wire
from grader.box.shell import make_shell


@pytest.fixture(scope="module")
def shell():
    """A shell as boxes have it."""
    return make_shell()


def test_all_that_is_rehearsed_succeeds(shell, monkeypatch):
    """What fails would rehearse the way of failures, and be slow without a word."""
    replies = []
    monkeypatch.setattr(
        rehearsal._Script,
        "send",
        lambda _, data: replies.append(wire.decode_frame(bytes(data))) or len(data),
    )

    rehearsal.rehearse(shell)

    asked = rehearsal._tasks()
    kinds = {kind: sum(kind in task for task in asked) for kind in ("cell", "call")}
    assert sum(reply.get("success", False) for reply in replies) == kinds["cell"] > 0
    answers = [reply for reply in replies if "call" in reply]
    assert len(answers) == kinds["call"] > 0
    assert not any("failure" in answer or answer["warned"] for answer in answers)
    assert len(replies) == sum(kinds.values()) + sum("ask" in reply for reply in replies)
    assert any("ask" in reply for reply in replies)


def test_nothing_of_a_rehearsal_stays(shell):
    """No name that a student could meet, no result, no count, no other answer to Ctrl-C."""
    rehearsal.rehearse(shell)
    names, hidden = dict(shell.user_ns), dict(shell.user_ns_hidden)

    rehearsal.rehearse(shell)

    assert (shell.user_ns, shell.user_ns_hidden) == (names, hidden)
    assert not [name for name in names if name in ("np", "_layers", "_Thing", "_f", "_z")]
    assert shell.displayhook._ == ""
    assert shell.execution_count == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_rehearsal_draws_no_number_of_a_notebooks_own():
    """The generators that a notebook finds are seeded as those of a kernel, not for all alike."""
    program = """
import random
import numpy as np
from grader.box import rehearsal, shell
made, before = shell.make_shell(), (random.getstate(), np.random.get_state()[1].tolist())
rehearsal.rehearse(made)
assert before == (random.getstate(), np.random.get_state()[1].tolist())
"""
    subprocess.run([sys.executable, "-c", program], check=True)
