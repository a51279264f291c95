"""Train a network with a learner's own functions, and watch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from byhand.curves import loss_curves
from byhand.datasets import Dataset
from byhand.experiments import captions
from byhand.picture import Picture, drawing
from byhand.waiting import waiting

Array = NDArray[np.float64]
Params = list[tuple[Array, Array]]

_SHOWN = 8  # images of a row


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trained:
    """A network after its training; a notebook shows its curves.

    Attributes:
        data: what it was trained on.
        params: [(W, b), ...], as train returned them.
        history: {"train_loss": [...], "test_loss": [...]}, one entry an epoch.
        P: (n_out, m_test), its predictions for the test samples.
        picture: both losses over the epochs.
    """

    data: Dataset
    params: Params
    history: dict[str, list[float]]
    P: Array
    picture: Picture

    @property
    def answers(self) -> NDArray[np.int64]:
        """The class that each test sample is given, (m_test,); one output says 1 above a half."""
        several = len(self.P) > 1
        return np.asarray(self.P.argmax(axis=0) if several else self.P[0] > 0.5, dtype=np.int64)

    @property
    def accuracy(self) -> float:
        """The share of the test samples that are classified right."""
        return float(np.mean(self.answers == self.data.labels_test))

    def __repr__(self) -> str:
        return f"{captions.accuracy(self.accuracy)}\n{self.picture}"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a notebook shows: the picture of the curves."""
        return self.picture._repr_mimebundle_(include, exclude)


def train_and_watch(
    namespace: Mapping[str, Any],
    data: Dataset,
    *,
    dims: Sequence[int],
    kinds: Sequence[str],
    loss: str,
    scheme: str,
    lr: float,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    targets: slice = slice(None),
) -> Trained | None:
    """Train a network with a progress bar, and print its test accuracy.

    The square button of the notebook ends the training early: what was trained stays.

    Args:
        namespace: a notebook's globals(), with init_params, train and model_forward.
        data: training and test samples.
        dims: widths, data first.
        kinds: the activation of each layer.
        loss: "mse" or "cross_entropy".
        scheme: of the first weights, "he" or "xavier".
        lr: learning rate.
        epochs: how often each sample comes.
        batch_size: samples in a batch.
        seed: of the first weights and of the order of the samples.
        targets: rows of the one-hot targets that the network learns; one row for one output.

    Returns:
        The trained network; None where an exercise is not written yet.
    """
    rng = np.random.default_rng(seed)
    T, T_test = data.T_train[targets], data.T_test[targets]
    history: dict[str, list[float]] = {"train_loss": [], "test_loss": []}
    with waiting():
        params = namespace["init_params"](list(dims), rng, scheme)
        try:
            # One epoch at a time, so that the bar moves and a stop loses little.
            for _ in tqdm(range(epochs), desc=data.name, unit="epoch"):
                params, once = namespace["train"](
                    *(params, data.X_train, T, data.X_test, T_test, list(kinds)),
                    *(loss, lr, 1, batch_size, rng),
                )
                for curve in history:
                    history[curve] += once[curve]
        except KeyboardInterrupt:
            print(captions.stopped_epochs(len(history["train_loss"])))
        if not history["train_loss"]:
            return None
        P, _ = namespace["model_forward"](data.X_test, params, list(kinds))
        title = f"{data.name}, {'-'.join(map(str, dims))}"
        trained = Trained(
            data=data,
            params=params,
            history=history,
            P=P,
            picture=loss_curves(history, title=title, log=True),
        )
        wrong = int(np.sum(trained.answers != data.labels_test))
        print(captions.accuracy_and_wrong(trained.accuracy, wrong, len(data.labels_test)))
        return trained
    return None


def wrong_images(trained: Trained) -> Picture:
    """Draw the first test images that a network trained on digits gets wrong.

    Args:
        trained: its features are the pixels of square images.

    Returns:
        Picture, with what each image is and what the network says.
    """
    labels, answers = trained.data.labels_test, trained.answers
    wrong = np.flatnonzero(answers != labels)
    shown = wrong[:_SHOWN]
    side = round(trained.data.X_test.shape[0] ** 0.5)
    words = [captions.wrong_images(len(wrong), len(labels), len(shown))]
    with drawing(1.8) as figure:
        for place, sample in enumerate(shown):
            axes = figure.add_subplot(1, _SHOWN, place + 1)
            axes.set_axis_off()
            axes.imshow(trained.data.X_test[:, sample].reshape(side, side), cmap="gray_r")
            axes.set_title(captions.is_says(labels[sample], answers[sample]), fontsize=10)
            words.append(captions.taken_for(labels[sample], answers[sample]))
    return Picture(figure, "\n".join(words))
