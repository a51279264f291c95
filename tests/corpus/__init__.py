"""Submissions that cheat, break and surprise, with the report that each must get."""

from tests.corpus import forging, killing, malformed, protocol, reading

CASES = [
    case for family in (forging, reading, killing, malformed, protocol) for case in family.CASES
]
