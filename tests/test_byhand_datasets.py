"""The data are what README says, and a damaged file never reaches a learner as numbers."""

import gzip
import hashlib
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand import datafiles
from byhand.datasets import DataError, breast_cancer, data_folder, digits, mnist, two_moons
from byhand.idx import read_idx

DATA = Path(__file__).parent.parent / "data"
FILES = {"digits.csv": digits, "breast_cancer.csv": breast_cancer}


def one_line(error):
    """Every message fits the last line of a traceback."""
    message = str(error.value)
    assert "\n" not in message
    return message


# The files, README and the script agree


@pytest.mark.parametrize("name", FILES)
def test_readme_and_manifest_record_the_sha256_and_the_size_of_each_file(name):
    raw = (DATA / name).read_bytes()
    digest = hashlib.sha256(raw).hexdigest()

    row = re.search(rf"^\| `{name}` \|.*$", (DATA / "README.md").read_text(), re.MULTILINE)[0]
    assert f"| {len(raw)} | `{digest}` |" in row
    assert f"{digest}  {name}\n" in (DATA / "SHA256SUMS").read_text()


def test_readme_describes_every_data_file_and_names_no_other():
    named = re.findall(r"^\| `(\S+\.csv)`", (DATA / "README.md").read_text(), re.MULTILINE)

    assert sorted(named) == sorted(path.name for path in DATA.glob("*.csv")) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_readme_gives_source_licence_shape_and_units_of_each_file(name):
    section = (DATA / "README.md").read_text().split(f"## {name}")[1].split("\n## ")[0]

    for heading in ("**Source.**", "**Licence.**", "**Shape.**", "**Units.**"):
        assert heading in section
    assert "CC BY 4.0" in section
    assert "doi.org/10.24432/" in section


@pytest.mark.parametrize("name", FILES)
def test_readme_counts_the_samples_of_each_part(name):
    data = FILES[name]()
    train, test = data.X_train.shape[1], data.X_test.shape[1]

    readme = (DATA / "README.md").read_text()
    assert f"| `{name}` | {train + test} ({train} train, {test} test) |" in readme


def test_make_data_makes_the_committed_files_byte_for_byte():
    pytest.importorskip("sklearn", reason="scikit-learn carries the sources of the data files")

    run = subprocess.run(
        [sys.executable, DATA / "make_data.py", "--check"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed")
def test_sha256sum_accepts_the_files_as_readme_says():
    run = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"],
        cwd=DATA,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stdout.count(": OK")) == (0, len(FILES))


# What a learner gets


@pytest.mark.parametrize(
    ("load", "n", "classes", "m", "m_test"),
    [(digits, 64, 10, 1347, 450), (breast_cancer, 30, 2, 427, 142)],
    ids=["digits", "breast_cancer"],
)
def test_samples_are_columns_and_targets_one_hot(load, n, classes, m, m_test):
    data = load()

    assert data.X_train.shape == (n, m)
    assert data.X_test.shape == (n, m_test)
    assert len(data.feature_names) == n
    assert len(data.class_names) == classes
    for X, T, labels in [
        (data.X_train, data.T_train, data.labels_train),
        (data.X_test, data.T_test, data.labels_test),
    ]:
        assert X.dtype == T.dtype == np.float64
        assert labels.dtype == np.int64
        assert np.isfinite(X).all()
        assert np.array_equal(T, labels == np.arange(classes)[:, np.newaxis])


@pytest.mark.parametrize("load", [digits, breast_cancer])
def test_the_split_is_a_quarter_of_each_class(load):
    data = load()

    test = np.bincount(data.labels_test)
    every = test + np.bincount(data.labels_train)
    assert (np.abs(test - every / 4) <= 0.5).all()


@pytest.mark.parametrize("load", [digits, breast_cancer])
def test_two_loads_are_equal_and_share_no_memory(load):
    first, second = load(), load()

    first.X_train[:] = -1.0
    assert not (second.X_train == -1.0).all()
    assert np.array_equal(second.X_train, load().X_train)


def test_no_sample_is_in_both_parts():
    """A split that leaks would praise whatever learns by heart."""
    data = digits()

    together = np.concatenate([data.X_train, data.X_test], axis=1)
    assert np.unique(together, axis=1).shape[1] == together.shape[1] == 1797


def test_digits_run_from_0_to_1_and_look_like_digits():
    data = digits()

    assert data.X_train.min() == 0.0
    assert data.X_train.max() == 1.0
    assert np.array_equal(data.X_train * 16, np.round(data.X_train * 16))
    # A zero is hollow, a one is not: rows and columns are not exchanged or scrambled.
    zero = data.X_train[:, data.labels_train == 0].mean(axis=1).reshape(8, 8)
    one = data.X_train[:, data.labels_train == 1].mean(axis=1).reshape(8, 8)
    assert zero[3:5, 3:5].mean() < 0.3 < one[3:5, 3:5].mean()
    # Digits are written upright: the outer columns are empty, the outer rows are not.
    assert zero[:, 0].mean() < 0.01 < zero[0].mean()


def test_breast_cancer_is_standardised_by_its_training_samples_alone():
    data, raw = breast_cancer(), breast_cancer(standardized=False)

    mean = raw.X_train.mean(axis=1, keepdims=True)
    deviation = raw.X_train.std(axis=1, keepdims=True)
    np.testing.assert_allclose(data.X_train.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(data.X_train.std(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(data.X_test, (raw.X_test - mean) / deviation, atol=1e-12)
    assert np.abs(data.X_test.mean(axis=1)).max() > 1e-3


def test_breast_cancer_in_raw_units_has_the_values_of_the_source():
    data = breast_cancer(standardized=False)

    radius = data.feature_names.index("mean radius")
    both = np.concatenate([data.X_train[radius], data.X_test[radius]])
    assert (both.min(), both.max()) == (6.981, 28.11)
    assert data.class_names == ("benign", "malignant")
    malignant = data.labels_train.sum() + data.labels_test.sum()
    assert malignant == 212
    # Malignant nuclei are the larger ones: the classes are not exchanged.
    is_malignant = data.labels_train == 1
    assert data.X_train[radius, is_malignant].mean() > data.X_train[radius, ~is_malignant].mean()


def test_a_data_set_says_what_it_is_in_one_line():
    assert repr(digits()) == (
        "Dataset digits: 64 features, 10 classes, 1347 training samples, 450 test samples"
    )


def test_importing_byhand_loads_neither_matplotlib_nor_ipywidgets():
    """A lesson's setup imports what draws, and who grades it draws nothing."""
    code = (
        "import sys, byhand, byhand.datasets, byhand.gradcheck, byhand.neuron, byhand.plots\n"
        "print({'matplotlib', 'ipywidgets', 'grader'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert run.stdout.strip() == "set()"


# Damage


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """Use a copy of the data folder, which a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setenv("BYHAND_DATA", str(folder))
    return folder


@pytest.mark.parametrize("name", FILES)
def test_an_undamaged_copy_is_read_from_where_byhand_data_points(copy, name, monkeypatch):
    monkeypatch.delenv("BYHAND_DATA")
    original = FILES[name]()
    monkeypatch.setenv("BYHAND_DATA", str(copy))

    assert data_folder() == copy
    assert np.array_equal(FILES[name]().X_test, original.X_test)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_refused_wherever_it_is(copy, name):
    path = copy / name
    sound = path.read_bytes()
    for place in (0, len(sound) // 2, len(sound) - 1):
        damaged = bytearray(sound)
        damaged[place] ^= 1
        path.write_bytes(damaged)

        with pytest.raises(DataError) as error:
            FILES[name]()

        message = one_line(error)
        assert str(path) in message
        assert hashlib.sha256(damaged).hexdigest()[:16] in message
        assert hashlib.sha256(sound).hexdigest()[:16] in message
        assert "copy it again" in message


@pytest.mark.parametrize("size", [0, 1000])
@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_refused_with_its_size(copy, name, size):
    path = copy / name
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(DataError) as error:
        FILES[name]()

    assert f"found {size} bytes" in one_line(error)


@pytest.mark.parametrize("name", FILES)
def test_changed_line_endings_are_refused(copy, name):
    """A checkout that translates line endings changes every line."""
    path = copy / name
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    with pytest.raises(DataError, match="was changed"):
        FILES[name]()


@pytest.mark.parametrize("name", [*FILES, "SHA256SUMS"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()

    with pytest.raises(DataError) as error:
        FILES.get(name, digits)()

    message = one_line(error)
    assert str(copy / name) in message
    assert "no such file" in message
    assert "copy the whole folder" in message


@pytest.mark.parametrize("name", [*FILES, "SHA256SUMS"])
def test_an_unreadable_file_is_named_with_the_reason(copy, name):
    (copy / name).unlink()
    (copy / name).mkdir()  # unreadable even for root

    with pytest.raises(DataError) as error:
        FILES.get(name, digits)()

    message = one_line(error)
    assert str(copy / name) in message
    assert "Is a directory" in message


@pytest.mark.parametrize("manifest", [b"", b"\xff\xfe\x00", b"abc  digits.csv\n"])
def test_a_manifest_without_the_file_is_refused(copy, manifest):
    (copy / "SHA256SUMS").write_bytes(manifest)

    with pytest.raises(DataError) as error:
        digits()

    assert "found no sha256 of digits.csv" in one_line(error)


def test_a_data_folder_that_is_named_but_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path / "nowhere"))

    with pytest.raises(DataError) as error:
        digits()

    message = one_line(error)
    assert "BYHAND_DATA names" in message
    assert str(tmp_path / "nowhere") in message


def test_without_a_data_folder_the_message_says_where_it_was_sought(tmp_path, monkeypatch):
    monkeypatch.delenv("BYHAND_DATA", raising=False)
    monkeypatch.setattr(datafiles, "__file__", str(tmp_path / "byhand" / "datafiles.py"))

    with pytest.raises(DataError) as error:
        digits()

    message = one_line(error)
    assert f"looked for {tmp_path / 'data'}" in message
    assert "set BYHAND_DATA" in message


def test_data_stands_beside_byhand_even_where_byhand_is_a_symlink(tmp_path):
    """In the grader's box both are links, side by side, and their targets may be elsewhere."""
    (tmp_path / "byhand").symlink_to(Path(datafiles.__file__).parent)
    shutil.copytree(DATA, tmp_path / "data")
    code = "from byhand.datasets import data_folder, digits; print(data_folder(), digits().name)"

    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )

    assert run.stdout.split() == [str(tmp_path / "data"), "digits"]


def test_an_empty_environment_variable_counts_as_none(monkeypatch):
    monkeypatch.setenv("BYHAND_DATA", "")

    assert data_folder().resolve() == DATA.resolve()


# two_moons


@given(m=st.integers(2, 200), seed=st.integers(0, 2**32 - 1))
def test_moons_without_noise_lie_on_their_half_circles(m, seed):
    X, labels = two_moons(m, 0.0, np.random.default_rng(seed))

    assert X.shape == (2, m)
    assert labels.shape == (m,)
    assert abs(2 * int(labels.sum()) - m) <= 1
    upper, lower = X[:, labels == 0], X[:, labels == 1]
    np.testing.assert_allclose(np.hypot(*upper), 1, rtol=1e-12)
    np.testing.assert_allclose(np.hypot(lower[0] - 1, lower[1] - 0.5), 1, rtol=1e-12)
    assert (upper[1] >= -1e-12).all()
    assert (lower[1] <= 0.5 + 1e-12).all()


def test_the_noise_of_the_moons_is_its_standard_deviation():
    clean, _ = two_moons(20_000, 0.0, np.random.default_rng(5))
    noisy, _ = two_moons(20_000, 0.3, np.random.default_rng(5))

    np.testing.assert_allclose((noisy - clean).std(axis=1), 0.3, rtol=0.03)


def test_moons_are_the_same_for_the_same_seed_and_differ_for_another():
    first, _ = two_moons(50, 0.1, np.random.default_rng(1))
    again, _ = two_moons(50, 0.1, np.random.default_rng(1))
    other, _ = two_moons(50, 0.1, np.random.default_rng(2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("m", "noise"), [(1, 0.1), (0, 0.1), (9, -0.1), (9, np.nan), (9, np.inf)])
def test_moons_refuse_what_makes_no_sense(m, noise):
    with pytest.raises(ValueError, match="two_moons"):
        two_moons(m, noise, np.random.default_rng(0))


# mnist


def idx(array, *, code=8):
    """Return an IDX file's bytes, written down independently of the reader."""
    sizes = b"".join(struct.pack(">i", size) for size in array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.tobytes()


def images(m, seed):
    return np.random.default_rng(seed).integers(0, 256, size=(m, 28, 28), dtype=np.uint8)


PARTS = {
    "train-images-idx3-ubyte": images(7, 1),
    "train-labels-idx1-ubyte": np.array([5, 0, 4, 1, 9, 2, 1], dtype=np.uint8),
    "t10k-images-idx3-ubyte": images(3, 2),
    "t10k-labels-idx1-ubyte": np.array([7, 2, 1], dtype=np.uint8),
}


@pytest.fixture
def folder(tmp_path):
    """Hold four small files in MNIST's format."""
    for name, array in PARTS.items():
        (tmp_path / name).write_bytes(idx(array))
    return tmp_path


def check_parts(data):
    assert data.X_train.shape == (784, 7)
    assert data.X_test.shape == (784, 3)
    assert data.X_train.dtype == np.float64
    expected = PARTS["train-images-idx3-ubyte"][4] / 255
    assert np.array_equal(data.X_train[:, 4].reshape(28, 28), expected)
    assert data.labels_train.tolist() == [5, 0, 4, 1, 9, 2, 1]
    assert data.labels_test.tolist() == [7, 2, 1]
    assert data.T_train.shape == (10, 7)
    assert data.T_test.argmax(axis=0).tolist() == [7, 2, 1]


def test_mnist_is_read_from_plain_files(folder):
    check_parts(mnist(folder))


def test_mnist_is_read_from_gz_files_named_by_text(folder):
    for name in PARTS:
        raw = (folder / name).read_bytes()
        (folder / name).unlink()
        (folder / f"{name}.gz").write_bytes(gzip.compress(raw))

    check_parts(mnist(str(folder)))


def test_mnist_is_read_under_its_other_spelling(folder):
    for name in PARTS:
        (folder / name).rename(folder / name.replace("-idx", ".idx"))

    check_parts(mnist(folder))


def test_mnist_names_all_missing_files_in_one_message(folder):
    (folder / "train-labels-idx1-ubyte").unlink()
    (folder / "t10k-images-idx3-ubyte").unlink()

    with pytest.raises(DataError) as error:
        mnist(folder)

    message = one_line(error)
    assert "found 2 of the 4 MNIST files" in message
    assert "missing train-labels-idx1-ubyte, t10k-images-idx3-ubyte," in message
    assert "digits()" in message


def test_mnist_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="found no such folder"):
        mnist(tmp_path / "nowhere")


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
def test_mnist_refuses_a_truncated_file(folder, name, compressed):
    """Cut after compression, as an interrupted download leaves it."""
    path = folder / name
    raw = path.read_bytes()
    if compressed:
        path.unlink()
        path = folder / f"{name}.gz"
        raw = gzip.compress(raw)
    path.write_bytes(raw[:-3])

    with pytest.raises(DataError) as error:
        mnist(folder)

    message = one_line(error)
    assert str(path) in message
    assert ("broken gzip" if compressed else f"expected {len(raw)}") in message


@pytest.mark.parametrize("place", [0, 10, 2000, -6], ids=["magic", "code", "data", "checksum"])
def test_mnist_refuses_a_flipped_byte_in_a_gz_file(folder, place):
    """Each place is found by another check of the format."""
    path = folder / "train-images-idx3-ubyte.gz"
    raw = bytearray(gzip.compress(idx(PARTS["train-images-idx3-ubyte"])))
    raw[place] ^= 0xFF
    (folder / "train-images-idx3-ubyte").unlink()
    path.write_bytes(raw)

    with pytest.raises(DataError, match="broken gzip"):
        mnist(folder)


def test_mnist_refuses_labels_of_the_other_part(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(PARTS["t10k-labels-idx1-ubyte"]))

    with pytest.raises(DataError) as error:
        mnist(folder)

    assert "found 3 labels, expected 7" in one_line(error)


def test_mnist_refuses_images_of_another_size(folder):
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(np.zeros((3, 32, 32), np.uint8)))

    with pytest.raises(DataError, match=r"found images of shape \(3, 32, 32\)"):
        mnist(folder)


def test_mnist_refuses_a_label_above_9(folder):
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(np.array([7, 10, 1], np.uint8)))

    with pytest.raises(DataError, match="found a label of 10"):
        mnist(folder)


def test_mnist_refuses_no_images_at_all(folder):
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(np.zeros((0, 28, 28), np.uint8)))

    with pytest.raises(DataError, match=r"\(0, 28, 28\)"):
        mnist(folder)


@given(
    shape=st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple),
    seed=st.integers(0, 100),
)
def test_an_idx_file_reads_back_as_it_was_written(tmp_path_factory, shape, seed):
    array = np.random.default_rng(seed).integers(0, 256, size=shape, dtype=np.uint8)
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(idx(array))

    actual = read_idx(path, dimensions=len(shape))

    assert actual.dtype == np.uint8
    assert np.array_equal(actual, array)


SOUND = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", "magic number nothing"),
        (b"\x00\x00\x08", "magic number 000008"),
        (b"\x1f\x8b\x08\x02", "magic number 1f8b0802"),
        (b"\x01" + SOUND[1:], "magic number 01000802"),
        (idx(np.zeros((2, 3), ">f8"), code=0x0E), "magic number 00000e02"),
        (idx(np.zeros(6, np.uint8)), "magic number 00000801"),
        (SOUND[:7], "found 7 bytes, expected a header of 12"),
        (SOUND[:-1], "found 17 bytes, expected 18"),
        (SOUND + b"\n", "found 19 bytes, expected 18"),
        (SOUND[:4] + b"\xff" * 8 + SOUND[12:], "found 18 bytes, expected 18446744065119617037"),
    ],
)
def test_what_is_no_idx_file_of_bytes_in_two_dimensions_is_refused(tmp_path, raw, found):
    path = tmp_path / "file"
    path.write_bytes(raw)

    with pytest.raises(DataError) as error:
        read_idx(path, dimensions=2)

    assert found in one_line(error)
