"""Sentences for people, looked up in a catalogue of translations where there is one.

A sentence is written in English where its room keeps its words, and is filled in by
names, never by position, so that another language may order them as it likes.
"""

from __future__ import annotations

import gettext
from pathlib import Path

_DOMAIN = "backprop-by-hand"
_found = gettext.translation(_DOMAIN, Path(__file__).with_name("locale"), fallback=True)

text = _found.gettext
plural = _found.ngettext
