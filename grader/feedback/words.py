"""What an instructor reads where feedback is made."""

from __future__ import annotations

from grader.language import plural
from grader.language import text as _

SCHEMES = _("Show how derivations are marked, and answers that earn all points.")


def written(count: int) -> str:
    return plural("{count} feedback page written", "{count} feedback pages written", count).format(
        count=count
    )


def not_made(count: int) -> str:
    return plural(
        "{count} page could not be made; see above",
        "{count} pages could not be made; see above",
        count,
    ).format(count=count)
