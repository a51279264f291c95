"""Sentences for people, looked up in a catalogue of translations where there is one.

A sentence is written in English where its package keeps its words, and is filled in by
names, never by position, so that another language may order them as it likes.
Catalogues lie in locale/LANGUAGE/LC_MESSAGES/backprop-by-hand.mo in the package's folder.
"""

import gettext
from pathlib import Path


def catalogue(folder: Path) -> gettext.NullTranslations:
    """Return the translations of a package into the language that this process is asked for.

    Args:
        folder: the package's own, in which its locale/ lies.

    Returns:
        What looks a sentence up; each is its own translation where none is found.
    """
    return gettext.translation("backprop-by-hand", folder / "locale", fallback=True)


_found = catalogue(Path(__file__).parent)

text = _found.gettext
plural = _found.ngettext
