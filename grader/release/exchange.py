"""Release: what is sent is made freshly from the source, and checked before it goes."""

from __future__ import annotations

from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange.default.release_assignment import ExchangeReleaseAssignment
from nbgrader.preprocessors import ClearSolutions

from grader.course.leaks import STUBS, refuse_leaks
from grader.errors import InputError


class Release(ExchangeReleaseAssignment):  # type: ignore[misc]
    """nbgrader's release, which never sends what is not made from the source at this moment."""

    def init_src(self) -> None:
        """Make the release, which puts the assignment into the gradebook too, and check it.

        Raises:
            ExchangeError: it cannot be made, or holds what students must not get.
        """
        coursedir = self.coursedir
        source = Path(
            coursedir.root,
            coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id),
        )
        if source.is_dir():
            # Of this process, which may be a server's: a Generate of its own settings.
            made = GenerateAssignment(coursedir=coursedir, parent=self.parent)
            made.force = False
            try:
                made.start()
            except NbGraderException as error:
                self.fail(str(error))
        super().init_src()
        stubs = ClearSolutions(parent=self)
        own = [line for text in stubs.code_stub.values() for line in text.splitlines()]
        try:
            refuse_leaks(
                Path(coursedir.root, self.src_path),
                source=source if source.is_dir() else None,
                stubs=(*STUBS, stubs.text_stub, *own),
            )
        except InputError as error:
            self.fail(str(error))
