"""Evidence in sentences, each written once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from grader.judge import evidence as seen
from grader.language import plural
from grader.language import text as _

_MOST_PARTS = 3  # of a result that are told of; how many more there are, is


def told(evidence: seen.Evidence) -> str:
    """Return what there is to say of a piece of evidence: one sentence, without a full stop."""
    return _TELL[type(evidence)](evidence)


def _sort(found: seen.Sort) -> str:
    """Name what sort of value it is: "a float64 array of shape (3, 4)"."""
    if found.shape is not None:
        if not found.shape:
            return _("{a_dtype} scalar").format(a_dtype=_with_article(found.dtype))
        array = _("{a_dtype} array of shape {shape}")
        return array.format(a_dtype=_with_article(found.dtype), shape=found.shape)
    if found.length is not None:
        return _("a {type} of {length}").format(type=found.type, length=found.length)
    if found.type == "None":
        return "None"
    return _with_article(found.type)


def _with_article(name: str) -> str:
    """Return "an int64", "a uint8" and "a float64"."""
    return (_("an {name}") if name[:1] in "aeio" else _("a {name}")).format(name=name)


def _other_sort(it: seen.OtherSort) -> str:
    return _("found {found}, expected {expected}{parts}").format(
        found=_sort(it.found), expected=_sort(it.expected), parts=_in_brackets(it.parts)
    )


def _in_brackets(parts: Sequence[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def _other_keys(it: seen.OtherKeys) -> str:
    wanted = list(it.expected)
    if it.missing:
        return _("found a dict without {missing}, expected keys {expected}").format(
            missing=listed(it.missing), expected=wanted
        )
    return _("found a dict of {count}, expected the keys {expected} alone").format(
        count=len(it.expected) + it.extra, expected=wanted
    )


def _other_length(it: seen.OtherLength) -> str:
    return plural(
        "found {found} part, expected {expected}{parts}",
        "found {found} parts, expected {expected}{parts}",
        it.found,
    ).format(found=it.found, expected=it.expected, parts=_in_brackets(it.parts))


def _other_shape(it: seen.OtherShape) -> str:
    sentence = _("found shape {found}, expected {expected}").format(
        found=it.found, expected=it.expected
    )
    return sentence if it.expected else sentence + _("; a scalar is a float, not an array")


def _not_finite(it: seen.NotFinite) -> str:
    if not it.shape:
        return _("it is NaN or infinite where the reference is finite")
    return plural(
        "{count} of {size} entries is NaN or infinite where the reference is finite",
        "{count} of {size} entries are NaN or infinite where the reference is finite",
        it.count,
    ).format(count=it.count, size=_size(it.shape))


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for side in shape:
        size *= side
    return size


def _other_values(it: seen.OtherValues) -> str:
    where = _("it has the right shape {shape}, and ").format(shape=it.shape) if it.shape else ""
    return where + _values(it)


def _values(it: seen.OtherValues, *, several: bool = False) -> str:
    """Return what is told of values, but for their shape; of several arrays in one sentence."""
    if it.factor == -1 and not it.shape:
        return _("the value is minus the reference")
    if it.factor is not None and not it.shape:
        return _("the value is {factor:g} times the reference").format(factor=it.factor)
    size = _size(it.shape)
    number = 1 + several if size == 1 else size
    if it.factor == -1:
        return plural(
            "its one entry is minus the reference", "every entry is minus the reference", number
        )
    if it.factor is not None:
        return plural(
            "its one entry is {factor:.3f} times the reference",
            "every entry is {factor:.3f} times the reference",
            number,
        ).format(factor=it.factor)
    if it.digits is not None:
        digits = plural("{digits} digit", "{digits} digits", it.digits).format(digits=it.digits)
        return _(
            "the values agree with the reference to about {digits}, the contract asks for more"
        ).format(digits=digits)
    if not it.shape:
        return _("the value differs from the reference")
    if it.count == size:
        return plural(
            "its one entry differs from the reference",
            "every entry differs from the reference",
            number,
        )
    return plural(
        "{count} of {size} entries differs from the reference",
        "{count} of {size} entries differ from the reference",
        it.count,
    ).format(count=it.count, size=size)


_NO_PRODUCT = re.compile(r"(\w+): matmul: .*\(size (\d+) is different from (\d+)\)(.*)$")


def _failed(it: seen.Failed) -> str:
    """Return what Python says; of a product in the terms of a matrix, not of a gufunc."""
    message = str(it.message)
    if found := _NO_PRODUCT.match(message):
        exception, rows, columns, where = found.groups()
        product = _(
            "{exception}: a product with @ does not fit: the left factor has {columns} entries in "
            "a row, the right one {rows} in a column"
        ).format(exception=exception, columns=columns, rows=rows)
        return product + where
    return message


def _other_number(it: seen.OtherNumber) -> str:
    return _("the number is too large") if it.too_large else _("the number is too small")


def _parts(it: seen.Parts, most: int = _MOST_PARTS) -> str:
    """Return which parts are right, and what is wrong with the first few others.

    Args:
        most: of what is wrong that is told; a part of parts shares it with the others.
    """
    sentences = []
    if it.right:
        names = [_label(label) for label in it.right]
        sentences.append(
            plural("{names} is right", "{names} are right", len(names)).format(names=listed(names))
        )
    wrong: dict[str, list[tuple[str, seen.Evidence]]] = {}
    for label, inner in it.wrong:
        for place, each in _located(_label(label), inner):
            wrong.setdefault(_gist(each), []).append((place, each))
    shown = list(wrong.items())[:most]
    for gist, alike in shown:
        (place, only), *others = alike
        line = f"{_first([place for place, _each in alike])}: {gist}" if others else ""
        within = most - len(shown) + 1
        alone = _parts(only, within) if isinstance(only, seen.Parts) else told(only)
        sentences.append(line or f"{place}: {alone}")
    if more := sum(map(len, list(wrong.values())[most:])):
        text = plural("{more} more part", "{more} more parts", more).format(more=more)
        sentences.append(_("and {parts}").format(parts=text))
    return "; ".join(sentences)


def _label(label: seen.Label) -> str:
    return f"[{label}]" if isinstance(label, int) else label


def _first(places: Sequence[str]) -> str:
    """Return places of which the same is told: the first of them, and how many more there are."""
    if len(places) > _MOST_PARTS:
        more = _("{more} more").format(more=len(places) - _MOST_PARTS + 1)
        places = [*places[: _MOST_PARTS - 1], more]
    return _("each of {places}").format(places=listed(places))


def _gist(evidence: seen.Evidence) -> str:
    """Return what is told of a part: of arrays the same, whatever their shapes."""
    if isinstance(evidence, seen.OtherValues) and evidence.shape:
        return _("it has the right shape, and ") + _values(evidence, several=True)
    return told(evidence)


def _located(place: str, inner: seen.Evidence) -> list[tuple[str, seen.Evidence]]:
    """Return places with the evidence of each: "dW", and "[0][1]" where parts are nested."""
    if not isinstance(inner, seen.Parts):
        return [(place, inner)]
    if any(isinstance(label, str) for label, _evidence in inner.wrong):
        return [(place, inner)]
    # What is right inside a part would read as if it stood outside.
    return [
        line for label, deeper in inner.wrong for line in _located(place + _label(label), deeper)
    ]


def listed(words: Sequence[str]) -> str:
    """Return "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("{most} and {last}").format(most=", ".join(words[:-1]), last=words[-1])


def _checked(it: seen.Checked) -> str:
    pairs = zip_longest(it.finding, it.numbers, fillvalue="")
    return "".join(piece + number for piece, number in pairs)


def _no_exception(it: seen.NoException) -> str:
    if it.message:
        return _("{message}; expected a {exception}").format(
            message=it.message, exception=it.expected
        )
    return _("no exception; expected a {exception}").format(exception=it.expected)


def _explained(it: seen.Explained) -> str:
    groups = listed([f'"{group}"' for group in it.groups])
    if not it.parts:
        return _("the result in {groups}").format(groups=groups)
    parts = listed([_path(part) for part in it.parts])
    return _("{parts} in {groups}").format(parts=parts, groups=groups)


def _path(labels: Sequence[seen.Label | None]) -> str:
    """Return "dW", "[0].db", and "[i]" for any place in a list."""
    told = ["[i]" if label is None else _label(label) for label in labels]
    return "".join(f".{each}" if n and each[0] != "[" else each for n, each in enumerate(told))


def _in_case(it: seen.InCase) -> str:
    sizes = ", ".join(f"{name} {size}" for name, size in it.shapes)
    title = f'"{it.group}" ({sizes})' if sizes else f'"{it.group}"'
    return f"{title}: {told(it.evidence)}"


_TELL: dict[type, Callable[[Any], str]] = {
    seen.OtherSort: _other_sort,
    seen.OtherKeys: _other_keys,
    seen.OtherLength: _other_length,
    seen.OtherShape: _other_shape,
    seen.NotFinite: _not_finite,
    seen.OtherValues: _other_values,
    seen.OtherNumber: _other_number,
    seen.OtherExact: lambda _it: _("found another value than expected"),
    seen.Parts: _parts,
    seen.Failed: _failed,
    seen.NoException: _no_exception,
    seen.Warned: lambda it: _(
        "the value is right, but the call warned ({warning}); the contract asks for none"
    ).format(warning=it.warning),
    seen.Changed: lambda _it: _(
        "the value is right, but an argument was changed in place; work on a copy"
    ),
    seen.Shares: lambda _it: _(
        "the value is right, but it shares memory with an argument: "
        "changing one would change the other"
    ),
    seen.Twins: lambda _it: _(
        "the value is right, but two of its arrays share memory: "
        "changing one would change the other"
    ),
    seen.Undrawn: lambda _it: _(
        "the value is right, but nothing was drawn from the generator that was given: "
        "where do the random numbers come from?"
    ),
    seen.Unsteady: lambda _it: _(
        "asked twice with equal arguments, the function gave two answers, and one is wrong: "
        "what does it keep from an earlier call?"
    ),
    seen.NoStructure: lambda it: _(
        "the result has not the structure asked for ({exception} while looking at it)"
    ).format(exception=it.exception),
    seen.AsReleased: lambda _it: _("the cell is as it was released"),
    seen.NoAnswer: lambda it: (
        _("the cell for the answer was deleted") if it.deleted else _("no answer is written yet")
    ),
    seen.AsTold: lambda it: str(it.sentence),
    seen.Checked: _checked,
    seen.Explained: _explained,
    seen.InCase: _in_case,
}
