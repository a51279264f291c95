"""Import nbgrader without what takes longest of it and is not needed here."""

from __future__ import annotations

import sys


def leave_out_slow_imports() -> None:
    """Do without jsonschema's check of one kind of address: optional, and a second to import."""
    # It builds a parser as it is imported, which takes longer than all the rest.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
