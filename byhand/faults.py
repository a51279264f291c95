"""What is told of a data file: what was found, what was expected, what to do."""

from collections.abc import Iterable
from pathlib import Path

from byhand.language import plural
from byhand.language import text as _

# ---------------------------------------------------------------- the course's own files


def looked_for(folder: Path) -> str:
    return _("looked for {folder}").format(folder=folder)


def named_by(variable: str, folder: Path) -> str:
    return _("{variable} names {folder}").format(variable=variable, folder=folder)


def no_folder(found: str, variable: str) -> str:
    return _(
        "no data folder: {found}, expected the course's folder data there; "
        "put it beside byhand/, or set {variable} to where it is"
    ).format(found=found, variable=variable)


def damaged(path: Path, size: int, found: str, expected: str) -> str:
    return _(
        "{path}: found {size} bytes with sha256 {found}..., expected sha256 {expected}...: it is "
        "damaged or was changed; copy it again from the course's folder data"
    ).format(path=path, size=size, found=found, expected=expected)


def no_file(path: Path) -> str:
    return _(
        "{path}: found no such file, expected one of the course's data files; "
        "copy the whole folder data again"
    ).format(path=path)


def unreadable(path: Path, error: OSError) -> str:
    return _(
        "{path}: found something unreadable ({why}), expected a data file; "
        "check its permissions or copy it again"
    ).format(path=path, why=error.strerror)


def not_recorded(manifest: Path, name: str) -> str:
    return _(
        "{manifest}: found no sha256 of {name}, expected a line "
        "'<64 hexadecimal digits>  {name}'; copy the whole folder data again"
    ).format(manifest=manifest, name=name)


# ---------------------------------------------------------------- MNIST

NOTHING = _("nothing")
FETCH_AGAIN = _("fetch the file again, and leave it as it came")


def another_magic(path: Path, found: str, expected: str, dimensions: int) -> str:
    return plural(
        "{path}: found magic number {found}, expected {expected} "
        "(unsigned bytes in {dimensions} dimension); {advice}",
        "{path}: found magic number {found}, expected {expected} "
        "(unsigned bytes in {dimensions} dimensions); {advice}",
        dimensions,
    ).format(
        path=path,
        found=found or NOTHING,
        expected=expected,
        dimensions=dimensions,
        advice=FETCH_AGAIN,
    )


def no_header(path: Path, found: int, header: int) -> str:
    return _("{path}: found {found} bytes, expected a header of {header}; {advice}").format(
        path=path, found=found, header=header, advice=FETCH_AGAIN
    )


def another_length(path: Path, found: int, expected: int, shape: tuple[int, ...]) -> str:
    return _(
        "{path}: found {found} bytes, expected {expected} for the shape {shape} in its header; "
        "{advice}"
    ).format(path=path, found=found, expected=expected, shape=shape, advice=FETCH_AGAIN)


def broken_gzip(path: Path, error: Exception) -> str:
    return _(
        "{path}: found broken gzip data ({error}), expected a whole .gz file; {advice}"
    ).format(path=path, error=error, advice=FETCH_AGAIN)


def no_mnist_folder(folder: Path) -> str:
    return _(
        "{folder}: found no such folder, expected one with the four MNIST files; "
        "give the folder that you unpacked them into"
    ).format(folder=folder)


def mnist_incomplete(folder: Path, present: int, missing: Iterable[str]) -> str:
    return _(
        "{folder}: found {present} of the 4 MNIST files, missing {missing}, expected each by that "
        "name, plain or as .gz; put them there, or use digits(), which comes with the course"
    ).format(folder=folder, present=present, missing=", ".join(missing))


def other_images(path: Path, shape: tuple[int, ...]) -> str:
    return _(
        "{path}: found images of shape {shape}, expected (m, 28, 28) with m above 0; "
        "is it another data set in the same format?"
    ).format(path=path, shape=shape)


def other_number_of_labels(path: Path, found: int, expected: int, images: str) -> str:
    return _(
        "{path}: found {found} labels, expected {expected}, one for each image in {images}; "
        "take both files from the same part"
    ).format(path=path, found=found, expected=expected, images=images)


def other_labels(path: Path, largest: int) -> str:
    return _(
        "{path}: found a label of {largest}, expected 0 to 9; "
        "is it another data set in the same format?"
    ).format(path=path, largest=largest)
