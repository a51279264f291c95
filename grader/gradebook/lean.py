"""Import nbgrader without what takes longest of it and is not needed here."""

from __future__ import annotations

import importlib
import importlib.util
import sys

# jsonschema's checks of addresses: optional, and each builds a parser as it is imported.
_OPTIONAL = ("rfc3987_syntax", "rfc3986_validator")


def leave_out_slow_imports() -> None:
    """Do without jsonschema's checks of addresses: optional, and a second to import."""
    for name in _OPTIONAL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def import_gradebook() -> None:
    """Import nbgrader's gradebook, and nothing of its servers, apps and exchange.

    They come with the package's first line, and take as long again.  Whoever needs them
    imports the package as ever, and finds its gradebook there.
    """
    leave_out_slow_imports()
    spec = None if "nbgrader" in sys.modules else importlib.util.find_spec("nbgrader")
    if spec is None:
        return
    # A package's modules are found by where it lies; its own first line has not run then.
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    try:
        importlib.import_module("nbgrader.api")
    finally:
        del sys.modules[spec.name]
