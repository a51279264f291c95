"""Submissions that cheat, break and surprise, with the report that each must get."""

from tests.corpus import forging, killing, malformed, protocol, reading, talking

CASES = [
    case
    for family in (forging, reading, killing, malformed, protocol, talking)
    for case in family.CASES
]
