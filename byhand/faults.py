"""What is told of a data file, or of what a picture is to show, that cannot be used.

Each says what was found, what was expected and what to do.
"""

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


# ---------------------------------------------------------------- pictures

Shape = tuple[int, ...]


def no_cloud(name: str, shape: Shape) -> str:
    return _(
        "before_and_after: {name} should be (2, m), one sample a column; found shape {shape}"
    ).format(name=name, shape=shape)


NO_PATH = _("paths_on_contours: expected at least one path, found none")
NO_CURVE = _("loss_curves: expected at least one curve, found none")
NO_NODE = _("computational_graph: expected at least one node, found none")
NO_ENTRY = _("graph_of: expected at least one entry, found an empty tape")
NO_WALK = _("valley_walks: expected at least one path, found none")


def no_curve(curve: str, shape: Shape) -> str:
    return _(
        "loss_curves: {curve} should be a list of numbers, one an epoch; found shape {shape}"
    ).format(curve=curve, shape=shape)


def no_path(name: str, shape: Shape) -> str:
    return _(
        "paths_on_contours: path {name!r} should be (2, steps + 1), one point a column; "
        "found shape {shape}"
    ).format(name=name, shape=shape)


def not_by_entry(shape: Shape, found: Shape) -> str:
    return _(
        "paths_on_contours: f should work entry by entry; for arrays of shape {shape} it "
        "returned shape {found}"
    ).format(shape=shape, found=found)


def no_walk(name: str, shape: Shape) -> str:
    return _(
        "valley_walks: path {name!r} should be (steps + 1, 2), one point a row; found shape {shape}"
    ).format(name=name, shape=shape)


def unknown_node(name: str, nodes: Iterable[str]) -> str:
    return _(
        "computational_graph: an edge names {name!r}, expected one of the nodes {nodes}"
    ).format(name=name, nodes=", ".join(nodes))


def at_one_place(start: str, end: str) -> str:
    return _(
        "computational_graph: {start} and {end} are joined by an edge but stand at one place; "
        "move one of them"
    ).format(start=start, end=end)


def two_edges(start: str, end: str) -> str:
    return _(
        "computational_graph: two edges lead from {start} to {end} and would cover each other; "
        "put a node of its own into each"
    ).format(start=start, end=end)


def no_fit(x: Shape, t: Shape, p: Shape) -> str:
    return _(
        "function_fit: expected X, T and P of one shape (1, m), found {x}, {t} and {p}"
    ).format(x=x, t=t, p=p)


def other_number_of_names(entries: int, names: int) -> str:
    return _("graph_of: expected {entries} names, one an entry, found {names}").format(
        entries=entries, names=names
    )


def uses_later(place: int, op: str, uses: Shape) -> str:
    return _(
        "graph_of: entry {place} ({op}) uses entries {uses}; "
        "an entry uses only entries that stand before it"
    ).format(place=place, op=op, uses=uses)


def sizes_below_1(n_in: int, n_out: int, m: int) -> str:
    return _(
        "shapes_diagram: sizes must be at least 1, found n_in {n_in}, n_out {n_out}, m {m}"
    ).format(n_in=n_in, n_out=n_out, m=m)


def widths_and_kinds(name: str, widths: int, kinds: int) -> str:
    return _(
        "{name}: expected one width more than kinds, found {widths} widths and {kinds} kinds"
    ).format(name=name, widths=widths, kinds=kinds)


def no_matrix(shape: Shape) -> str:
    return _(
        "heat_map: expected a matrix (rows, columns) with entries, found shape {shape}"
    ).format(shape=shape)


def limit_not_positive(limit: float) -> str:
    return _("heat_map: limit must be above 0, found {limit}").format(limit=limit)


def other_number_of_labels_of(name: str, expected: int, found: int) -> str:
    return _("heat_map: expected {expected} {name}, found {found}").format(
        expected=expected, name=name, found=found
    )


def no_factors(delta: Shape, a: Shape) -> str:
    return _(
        "outer_product_table: expected delta (n_out,) and a (n_in,) with entries, "
        "found shapes {delta} and {a}"
    ).format(delta=delta, a=a)
