"""Make the data files beside this script from scikit-learn's copies, byte for byte.

    python data/make_data.py           write digits.csv, breast_cancer.csv, SHA256SUMS
    python data/make_data.py --check   compare only; exit 1 where a file differs

A row is a sample: its part of the split, its class, its features in raw units.
The split is written into the file, so that no generator can ever change it.
"""

import hashlib
import sys
from pathlib import Path

from sklearn.datasets import load_breast_cancer, load_digits

HERE = Path(__file__).parent
SEED = "backprop by hand"
TEST_SHARE = 0.25  # of each class, rounded to whole samples


def split(name: str, classes: list[str]) -> list[str]:
    """Return "train" or "test" for each sample, stratified by class.

    Within a class the samples are ordered by the SHA-256 of seed, file and
    row; the first quarter is the test part.  A digest is the same on every
    machine and for ever, which no library promises of its shuffle.
    """
    parts = ["train"] * len(classes)
    for each in sorted(set(classes)):
        rows = [row for row, found in enumerate(classes) if found == each]
        rows.sort(key=lambda row: hashlib.sha256(f"{SEED}/{name}/{row}".encode()).hexdigest())
        for row in rows[: round(TEST_SHARE * len(rows))]:
            parts[row] = "test"
    return parts


def csv(name: str, header: list[str], classes: list[str], samples: list[list[float]]) -> bytes:
    """Return the file's bytes: ASCII, a header line, newline endings."""
    lines = [",".join(header)]
    for part, each, values in zip(split(name, classes), classes, samples, strict=True):
        # repr is the shortest text that reads back as the same float.
        lines.append(",".join([part, each, *(repr(v).removesuffix(".0") for v in values)]))
    return ("\n".join(lines) + "\n").encode("ascii")


def digits() -> bytes:
    """Return digits.csv: 1797 images, 64 pixels from 0 to 16, row by row."""
    raw = load_digits()
    names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    classes = [str(int(label)) for label in raw.target]
    return csv("digits", ["split", "digit", *names], classes, raw.data.tolist())


def breast_cancer() -> bytes:
    """Return breast_cancer.csv: 569 samples, 30 features in the units of the source."""
    raw = load_breast_cancer()
    names = [str(name) for name in raw.feature_names]
    classes = [str(raw.target_names[label]) for label in raw.target]
    return csv("breast_cancer", ["split", "diagnosis", *names], classes, raw.data.tolist())


def main() -> int:
    """Write the files, or compare them with what would be written."""
    files = {"breast_cancer.csv": breast_cancer(), "digits.csv": digits()}
    sums = "".join(f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in files.items())
    files["SHA256SUMS"] = sums.encode("ascii")
    status = 0
    for name, raw in files.items():
        path = HERE / name
        if "--check" not in sys.argv[1:]:
            path.write_bytes(raw)
            print(f"{name}: {len(raw)} bytes written")
        elif not path.is_file() or path.read_bytes() != raw:
            print(f"{name}: differs; write it again with: python data/make_data.py")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
