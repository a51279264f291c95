"""What an ordinary assignment may use in the box, as nbgrader_config.py can say it."""

from __future__ import annotations

from typing import Any

from traitlets import Enum, Float, HasTraits, Integer, List, Unicode

from grader.sandbox.limits import Limits

_MIB = 2**20


class BoxOptions(HasTraits):  # type: ignore[misc]
    """Options of the engine besides those of nbgrader's Execute; lessons have their own."""

    memory = Integer(
        2048,
        help="MiB of memory that a notebook may take, besides what Python itself does.",
    ).tag(config=True)
    processes = Integer(
        0,
        help="How many processes a notebook may have at one time besides its own: for "
        "subprocess, ProcessPoolExecutor, '!' and %%bash. None by default.",
    ).tag(config=True)
    threads = Integer(
        256, help="How many threads a notebook may have, in all its processes together."
    ).tag(config=True)
    file_size = Integer(100, help="MiB of one file that a notebook writes.").tag(config=True)
    folder_size = Integer(
        500, help="MiB of all files together that a notebook writes and leaves behind."
    ).tag(config=True)
    total_seconds = Float(
        180.0,
        help="Seconds that a notebook may take as a whole; one cell has Execute.timeout. A "
        "notebook whose reference takes long gets ten times as long.",
    ).tag(config=True)
    withheld = List(
        Unicode(),
        help="Names of packages that cannot be imported, although they are installed.",
    ).tag(config=True)

    readable = List(
        Unicode(),
        help="Paths of files and folders that a notebook may read besides what lies beside it, "
        "such as a folder of shared data.",
    ).tag(config=True)

    judge_outside = Enum(
        ("no", "yes", "strictly"),
        default_value="yes",
        help="Run test cells outside the student's process where the reference passes them so: "
        "what a notebook does to its own process does not reach them. One that gets an object "
        "which cannot leave the student's process is run there after all; 'strictly': it fails.",
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
