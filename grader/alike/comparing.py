"""How much of two solutions is alike that others did not write.

A solution is the set of its k-grams after copydetect's filter, for which a variable is a
variable whatever its name.  Of the k-grams that two share, each counts by how rare it is in
the class, -log of the part that has it; those of the stub and of the reference count nothing.
A class of independent answers shares little: what stands out is measured by its own spread.

Source: Schleimer, Wilkerson, Aiken, Winnowing (2003), for the k-grams; Spärck Jones, A
statistical interpretation of term specificity (1972), for the weights.
"""

from __future__ import annotations

import io
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.alike import words
from grader.errors import InputError

_GRAM = 12  # characters of filtered code; about half a line, so that lines can change places
_MOST = 20_000  # characters of a solution that are compared
_LITTLE = 40.0  # of rare text; less can be alike by chance
_SPREADS = 6.0  # of the class's pairs, above their median
_SMALLEST_SPREAD = 0.03  # a share: a class in which nobody is alike has none of its own
# One exercise is shorter than all of them, and there are more of them to be alike by chance.
_SMALLEST_OF_ONE = 0.08
_ROBUST = 1.4826  # a median deviation of normal values as a standard deviation


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Two solutions of one exercise.

    Attributes:
        share: of the rare text of the one that has less of it, 0 to 1.
        marked: where the shared text stands in each, as (from, to) in characters.
    """

    exercise: str
    share: float
    texts: tuple[str, str]
    marked: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two students to look at, with the exercises in which they are alike."""

    students: tuple[str, str]
    share: float
    alike: tuple[Likeness, ...]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A class compared.

    Attributes:
        threshold: the share from which a pair stands out, over all exercises.
    """

    students: int
    threshold: float
    pairs: tuple[Pair, ...]


class _Texts:
    """The solutions of one exercise: their rare k-grams, each with its weight."""

    def __init__(self, solutions: Mapping[str, str], common: Iterable[str]) -> None:
        self.solutions = {who: text[:_MOST] for who, text in solutions.items()}
        shared = {gram for text in common for gram in map(int, _fingerprint(text).hashes)}
        self.prints = {
            who: _fingerprint(text, sorted(shared)) for who, text in self.solutions.items()
        }
        self.grams = {who: set(map(int, found.hashes)) for who, found in self.prints.items()}
        often = Counter(gram for grams in self.grams.values() for gram in grams)
        class_size = max(len(self.grams), 1)
        self.weight = {gram: math.log(class_size / count) for gram, count in often.items()}
        self.own = {who: self.rare(grams) for who, grams in self.grams.items()}

    def rare(self, grams: Iterable[int]) -> float:
        """Return how much rare text some k-grams are."""
        return sum(self.weight[gram] for gram in grams)

    def shared(self, one: str, other: str) -> float:
        """Return how much rare text two students share here."""
        if one not in self.grams or other not in self.grams:
            return 0.0
        return self.rare(self.grams[one] & self.grams[other])

    def share(self, one: str, other: str) -> float | None:
        """Return the part that is shared; None where one has too little to tell."""
        least = min(self.own.get(one, 0.0), self.own.get(other, 0.0))
        return self.shared(one, other) / least if least >= _LITTLE else None


def compare(
    solutions: Mapping[str, Mapping[str, str]], common: Mapping[str, Sequence[str]]
) -> Compared:
    """Compare a class's solutions of one lesson.

    Args:
        solutions: by student, then by exercise; what is as released is left out.
        common: by exercise, what nobody has written alone: the stub, the reference.

    Raises:
        InputError: copydetect is not installed.
    """
    exercises = sorted({name for by_name in solutions.values() for name in by_name})
    texts = {
        name: _Texts(
            {who: by_name[name] for who, by_name in solutions.items() if name in by_name},
            common.get(name, ()),
        )
        for name in exercises
    }
    pairs = list(itertools.combinations(sorted(solutions), 2))
    whole = {pair: share for pair in pairs if (share := _whole(texts, pair)) is not None}
    threshold = _outlying(whole.values(), _SMALLEST_SPREAD)
    alike: dict[tuple[str, str], list[str]] = {}
    for name, one in texts.items():
        shares = {pair: share for pair in pairs if (share := one.share(*pair)) is not None}
        limit = _outlying(shares.values(), _SMALLEST_OF_ONE)
        for pair, share in shares.items():
            if share >= limit:
                alike.setdefault(pair, []).append(name)
    found = []
    for pair in pairs:
        names = alike.get(pair, [])
        share = whole.get(pair, 0.0)
        if share >= threshold or names:
            shown = names or [name for name in exercises if texts[name].shared(*pair) > 0]
            likenesses = tuple(_likeness(name, texts[name], pair) for name in shown)
            found.append(Pair(students=pair, share=share, alike=likenesses))
    found.sort(key=lambda pair: -pair.share)
    return Compared(students=len(solutions), threshold=threshold, pairs=tuple(found))


def _whole(texts: Mapping[str, _Texts], pair: tuple[str, str]) -> float | None:
    """Return the share over all exercises that both have; None where that is too little."""
    both = [one for one in texts.values() if all(who in one.grams for who in pair)]
    least = min(sum(one.own[who] for one in both) for who in pair)
    return sum(one.shared(*pair) for one in both) / least if least >= _LITTLE else None


def _outlying(shares: Iterable[float], smallest: float) -> float:
    """Return the share that is far outside of what a class's pairs have; at most 1."""
    found = list(shares)
    if not found:
        return 1.0
    middle = statistics.median(found)
    spread = _ROBUST * statistics.median(abs(share - middle) for share in found)
    return min(1.0, middle + _SPREADS * max(spread, smallest))


def _likeness(name: str, texts: _Texts, pair: tuple[str, str]) -> Likeness:
    from copydetect.detector import compare_files  # noqa: PLC0415 - it is an option

    one, other = (texts.prints[who] for who in pair)
    _overlap, _similar, slices = compare_files(one, other)
    first, second = (
        _places(part, texts.solutions[who]) for part, who in zip(slices, pair, strict=True)
    )
    return Likeness(
        exercise=name,
        share=texts.share(*pair) or 0.0,
        texts=(texts.solutions[pair[0]], texts.solutions[pair[1]]),
        marked=(first, second),
    )


def _places(slices: Any, text: str) -> tuple[tuple[int, int], ...]:
    """Return shared places in order, none over another, inside the text."""
    places: list[tuple[int, int]] = []
    pairs = zip(*(part.tolist() for part in slices), strict=True) if len(slices) else ()
    for begin, end in sorted((int(a), int(b)) for a, b in pairs):
        begin = max(begin, places[-1][1] if places else 0)  # noqa: PLW2901
        if begin < min(end, len(text)):
            places.append((begin, min(end, len(text))))
    return tuple(places)


def _fingerprint(text: str, without: Sequence[int] = ()) -> Any:
    try:
        from copydetect import CodeFingerprint  # noqa: PLC0415 - it is an option
    except ImportError as error:
        raise InputError(words.NO_LIBRARY) from error
    import numpy as np  # noqa: PLC0415

    return CodeFingerprint(
        "solution.py", _GRAM, 1, np.array(without, dtype=np.int64), fp=io.StringIO(text[:_MOST])
    )
