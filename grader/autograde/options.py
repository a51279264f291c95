"""What an ordinary assignment may use in the box, as nbgrader_config.py can say it."""

from __future__ import annotations

from typing import Any

from traitlets import Enum, Float, HasTraits, Integer, List, Unicode

from grader.autograde import words
from grader.sandbox.limits import Limits

_MIB = 2**20


class BoxOptions(HasTraits):  # type: ignore[misc]
    """Options of the engine besides those of nbgrader's Execute; lessons have their own."""

    memory = Integer(2048, help=words.MEMORY).tag(config=True)
    processes = Integer(0, help=words.PROCESSES).tag(config=True)
    threads = Integer(256, help=words.THREADS).tag(config=True)
    file_size = Integer(100, help=words.FILE_SIZE).tag(config=True)
    folder_size = Integer(500, help=words.FOLDER_SIZE).tag(config=True)
    total_seconds = Float(180.0, help=words.TOTAL_SECONDS).tag(config=True)
    withheld = List(Unicode(), help=words.WITHHELD).tag(config=True)
    readable = List(Unicode(), help=words.READABLE).tag(config=True)

    judge_outside = Enum(
        ("no", "yes", "strictly"),
        default_value="yes",
        help=words.JUDGE_OUTSIDE,
    ).tag(config=True)

    def limits(self, **more: Any) -> Limits:
        """Return the limits that the options stand for.

        Raises:
            InputError: one is out of bounds.
        """
        asked = {
            "cell_seconds": min(self.total_seconds, 3_600.0),
            "total_seconds": self.total_seconds,
            "memory": self.memory * _MIB,
            "cpu": int(4 * self.total_seconds),
            "file": self.file_size * _MIB,
            "scratch": self.folder_size * _MIB,
            "processes": self.processes,
            "threads": self.threads,
            "descriptors": 1_024,
        }
        return Limits(**(asked | more))
