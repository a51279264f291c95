"""Small data sets for the lessons; samples are columns.

digits and breast_cancer come with the course and are verified before use;
two_moons is drawn; mnist reads the files that the learner already has.
Sources, licences and units of the files: data/README.md.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from byhand import faults, sources, words
from byhand.datafiles import DataError, data_folder, read_verified
from byhand.idx import read_idx

__all__ = ["DataError", "Dataset", "breast_cancer", "data_folder", "digits", "mnist", "two_moons"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

_MNIST_SIDE = 28
_MNIST_FILES = (
    ("train-images", 3),
    ("train-labels", 1),
    ("t10k-images", 3),
    ("t10k-labels", 1),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Dataset:
    """Training and test samples of a classification task, samples as columns.

    Attributes:
        name: "digits", "breast_cancer" or "mnist".
        X_train: (n, m) float64, n features of m training samples.
        T_train: (classes, m) float64, one-hot: column j has its 1 in row labels_train[j].
        labels_train: (m,) int64, from 0 to classes - 1.
        X_test: (n, m_test) float64.
        T_test: (classes, m_test) float64, one-hot.
        labels_test: (m_test,) int64.
        feature_names: n names, in the order of the rows of X.
        class_names: one name a class, in the order of the rows of T.
        units: what a number in X means.
        source: who collected the data, and its licence.
    """

    name: str
    X_train: Array
    T_train: Array
    labels_train: Labels
    X_test: Array
    T_test: Array
    labels_test: Labels
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    units: str
    source: str

    def __repr__(self) -> str:
        return words.dataset(self)


def digits() -> Dataset:
    """Return the 8 x 8 images of handwritten digits: 64 features, 10 classes.

    1347 training and 450 test samples.  A quarter of each class, chosen once
    by a seeded rule, is the test part; the split stands in the data file.  The
    same 13 people wrote both parts.

    Returns:
        Dataset with pixels from 0 (paper) to 1 (ink), which are 0 to 16 in the
        file.  X[:, j].reshape(8, 8) is image j, row by row from the top.

    Raises:
        DataError: the file is missing, unreadable or changed.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (1998).
    """
    class_names = tuple(str(digit) for digit in range(10))
    features, labels, is_test, feature_names = _read_csv("digits.csv", class_names)
    return _dataset(
        "digits",
        features / 16.0,
        labels,
        is_test,
        feature_names=feature_names,
        class_names=class_names,
        units=words.INK_OF_16,
        source=sources.DIGITS,
    )


def breast_cancer(*, standardized: bool = True) -> Dataset:
    """Return the Wisconsin diagnostic breast cancer data: 30 features, 2 classes.

    427 training and 142 test samples.  A quarter of each class, chosen once by
    a seeded rule, is the test part; the split stands in the data file.  Class 0
    is benign, class 1 malignant, so T[1:] is the target of a single output
    that answers "is it malignant?".

    Args:
        standardized: give each feature mean 0 and standard deviation 1 over the
            training samples; the test samples are shifted and scaled by the
            same numbers, for at prediction time nothing else is known.

    Returns:
        Dataset with features in standard deviations, or in the units of the
        source where standardized is False.

    Raises:
        DataError: the file is missing, unreadable or changed.

    Source: Street, Wolberg & Mangasarian, Nuclear feature extraction for breast
        tumor diagnosis, Proc. SPIE 1905 (1993).
    """
    class_names = ("benign", "malignant")
    features, labels, is_test, feature_names = _read_csv("breast_cancer.csv", class_names)
    units = words.UNITS_OF_THE_SOURCE
    if standardized:
        mean = features[:, ~is_test].mean(axis=1, keepdims=True)
        deviation = features[:, ~is_test].std(axis=1, keepdims=True)
        features = (features - mean) / deviation
        units = words.STANDARD_DEVIATIONS
    return _dataset(
        "breast_cancer",
        features,
        labels,
        is_test,
        feature_names=feature_names,
        class_names=class_names,
        units=units,
        source=sources.BREAST_CANCER,
    )


def two_moons(m: int, noise: float, rng: np.random.Generator) -> tuple[Array, Labels]:
    """Return two half circles that interlock: no straight line separates them.

    At an angle a, drawn evenly from 0 to pi, class 0 lies at (cos a, sin a)
    and class 1 at (1 - cos a, 1/2 - sin a).

    Args:
        m: number of samples, at least 2; the classes alternate.
        noise: standard deviation of the normal noise on both coordinates.
        rng: NumPy Generator; the same seed gives the same samples.

    Returns:
        X (2, m) float64, coordinates without a unit, and labels (m,) int64.

    Raises:
        ValueError: m is below 2, or noise is negative or not finite.
    """
    if m < 2:
        raise ValueError(words.too_few_samples(m))
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(words.noise_out_of_bounds(noise))
    labels = np.arange(m, dtype=np.int64) % 2
    angle = rng.uniform(0.0, np.pi, size=m)
    upper = np.stack([np.cos(angle), np.sin(angle)])
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)])
    clean = np.where(labels == 0, upper, lower)
    return clean + noise * rng.normal(size=(2, m)), labels


def mnist(folder: str | Path) -> Dataset:
    """Return MNIST from its four IDX files: 784 features, 10 classes.

    All 60000 training samples take 0.4 GB of memory; nothing is downloaded.

    Args:
        folder: has train-images-idx3-ubyte, train-labels-idx1-ubyte,
            t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or as .gz.
            The spelling train-images.idx3-ubyte is understood too.

    Returns:
        Dataset with pixels from 0 (paper) to 1 (ink), which are 0 to 255 in
        the files.  X[:, j].reshape(28, 28) is image j, row by row from the top.

    Raises:
        DataError: a file is missing, is no IDX file of 28 x 28 images or of
            labels from 0 to 9, or images and labels differ in number.

    Source: LeCun, Bottou, Bengio & Haffner, Gradient-based learning applied to
        document recognition, Proc. IEEE 86 (1998).
    """
    paths = _mnist_paths(Path(folder))
    X_train, labels_train = _mnist_part(paths["train-images"], paths["train-labels"])
    X_test, labels_test = _mnist_part(paths["t10k-images"], paths["t10k-labels"])
    return Dataset(
        name="mnist",
        X_train=X_train,
        T_train=_one_hot(labels_train, 10),
        labels_train=labels_train,
        X_test=X_test,
        T_test=_one_hot(labels_test, 10),
        labels_test=labels_test,
        feature_names=tuple(
            f"pixel_{row}_{column}" for row in range(_MNIST_SIDE) for column in range(_MNIST_SIDE)
        ),
        class_names=tuple(str(digit) for digit in range(10)),
        units=words.INK_OF_255,
        source=sources.MNIST,
    )


def _mnist_paths(folder: Path) -> dict[str, Path]:
    """Return where each of the four files is; one error names all that are missing."""
    if not folder.is_dir():
        raise DataError(faults.no_mnist_folder(folder))
    paths: dict[str, Path] = {}
    missing: list[str] = []
    for stem, dimensions in _MNIST_FILES:
        names = [f"{stem}{joint}idx{dimensions}-ubyte" for joint in "-."]
        candidates = [folder / f"{name}{suffix}" for suffix in ("", ".gz") for name in names]
        present = [path for path in candidates if path.is_file()]
        if present:
            paths[stem] = present[0]
        else:
            missing.append(names[0])
    if missing:
        raise DataError(faults.mnist_incomplete(folder, len(paths), missing))
    return paths


def _mnist_part(images_path: Path, labels_path: Path) -> tuple[Array, Labels]:
    """Return X (784, m) and labels (m,) of one pair of files."""
    images = read_idx(images_path, dimensions=3)
    labels = read_idx(labels_path, dimensions=1)
    m = images.shape[0]
    if m == 0 or images.shape[1:] != (_MNIST_SIDE, _MNIST_SIDE):
        raise DataError(faults.other_images(images_path, images.shape))
    if labels.shape != (m,):
        raise DataError(
            faults.other_number_of_labels(labels_path, labels.size, m, images_path.name)
        )
    if labels.max() > 9:
        raise DataError(faults.other_labels(labels_path, labels.max()))
    X = np.empty((_MNIST_SIDE**2, m))
    # Divided straight into X: a second copy in float64 would take 0.4 GB more.
    np.divide(images.reshape(m, -1).T, 255.0, out=X)
    return X, labels.astype(np.int64)


def _read_csv(
    name: str, class_names: tuple[str, ...]
) -> tuple[Array, Labels, NDArray[np.bool_], tuple[str, ...]]:
    """Return features (n, m), labels (m,), which samples are test, feature names."""
    header, *lines = read_verified(name).decode("ascii").splitlines()
    rows = [line.split(",", 2) for line in lines]
    is_test = np.array([part == "test" for part, _, _ in rows])
    labels = np.array([class_names.index(each) for _, each, _ in rows], dtype=np.int64)
    values = np.array([values.split(",") for _, _, values in rows], dtype=np.float64)
    return values.T, labels, is_test, tuple(header.split(",")[2:])


def _dataset(
    name: str,
    features: Array,
    labels: Labels,
    is_test: NDArray[np.bool_],
    *,
    feature_names: tuple[str, ...],
    class_names: tuple[str, ...],
    units: str,
    source: str,
) -> Dataset:
    """Split the samples by the file's own mark, in the file's order."""
    return Dataset(
        name=name,
        X_train=np.ascontiguousarray(features[:, ~is_test]),
        T_train=_one_hot(labels[~is_test], len(class_names)),
        labels_train=labels[~is_test],
        X_test=np.ascontiguousarray(features[:, is_test]),
        T_test=_one_hot(labels[is_test], len(class_names)),
        labels_test=labels[is_test],
        feature_names=feature_names,
        class_names=class_names,
        units=units,
        source=source,
    )


def _one_hot(labels: Labels, classes: int) -> Array:
    """Return (classes, m) with a 1 in row labels[j] of column j."""
    T = np.zeros((classes, labels.size))
    T[labels, np.arange(labels.size)] = 1.0
    return T
