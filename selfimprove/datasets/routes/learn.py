"""The weights of routing: from made-up lessons, labelled by rules alone, and from what people corrected.

`python -m selfimprove.datasets.routes.learn` makes weights.json anew, with figures on phrases that were held out. The
rules label what is learned; what a phrase truly is, only the figures know.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from selfimprove.datasets.routes.classify import BAND, Guess, Model, blank, guess, one_hot
from selfimprove.datasets.routes.features import NAMES, VERSION, matrix
from selfimprove.datasets.routes.fit import chances, fit
from selfimprove.datasets.routes.phrases import PARTS, Drawn, draw
from selfimprove.datasets.routes.route import Where
from selfimprove.datasets.routes.rules import vote

Floats = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

SD = 0.5  # of a weight before anything is seen
FOLDS, FEWEST, SURE = 5, 20, 1.0  # corrections before they count, and by how many standard errors they must help
SD_OF_A_PERSON = 0.3


def taught(model: Model, rows: Floats, wheres: Sequence[Where], ids: Sequence[str]) -> Model:
    """The model after people's corrections, as long as they make others that were held out likelier; else as it was."""
    if len(wheres) < FEWEST or len(set(wheres)) < 2:
        return model
    labels = one_hot(wheres)
    gains = _gains(model, rows, labels, np.array([crc32(id.encode()) % FOLDS for id in ids]))
    if gains.mean() <= SURE * gains.std(ddof=1) / len(gains) ** 0.5:
        return model
    return Model(fit(rows, labels, model.weights, SD_OF_A_PERSON))


def _gains(model: Model, rows: Floats, labels: Floats, fold: NDArray[Any]) -> Floats:
    """By how many nats each correction is likelier after those of the other folds."""
    found = np.zeros(len(rows))
    for number in range(FOLDS):
        its, others = fold == number, fold != number
        new = fit(rows[others], labels[others], model.weights, SD_OF_A_PERSON)
        before, after = (chances(rows[its], weights)[labels[its] > 0] for weights in (model.weights, new))
        found[its] = np.log(after) - np.log(before)
    return found


def make(embed: Embed, seed: int = 0) -> tuple[Model, dict[str, Any]]:
    """Weights from all phrases as the rules label them, and figures where each phrase was held out once."""
    drawn = draw(seed)
    rows = matrix([one.lesson for one in drawn], embed([one.lesson.question for one in drawn]))
    fold = np.array([one.fold for one in drawn])
    guesses: list[Guess] = [Guess("weights", 0.5)] * len(drawn)
    for number in range(PARTS):
        its = np.flatnonzero(fold == number)
        for at, found in zip(its, guess(_learn(drawn, rows, fold != number), rows[its]), strict=True):
            guesses[at] = found
    return _learn(drawn, rows, fold >= 0), judge(drawn, guesses)


def _learn(drawn: Sequence[Drawn], rows: Floats, is_in: NDArray[Any]) -> Model:
    """Learned from what the rules say of some of the lessons; those of which they say nothing teach nothing."""
    labels = {at: label for at, one in enumerate(drawn) if is_in[at] and (label := vote(one.lesson))}
    return Model(fit(rows[list(labels)], one_hot(list(labels.values())), blank(), SD))


def judge(drawn: Sequence[Drawn], guesses: Sequence[Guess]) -> dict[str, Any]:
    """Accuracy where the model is sure, and how often it abstains.

    Lessons of a phrase are alike, so the interval (Clopper and Pearson, 95 %) counts phrases on which it never erred.
    """
    from scipy.stats import binomtest

    pairs = list(zip(drawn, guesses, strict=True))
    wrong = [(true, one) for true, one in pairs if one.is_sure and one.where != true.where]
    sure = [true for true, one in pairs if one.is_sure]
    phrases = {true.phrase for true in sure}
    found = binomtest(len(phrases - {true.phrase for true, _ in wrong}), len(phrases)).proportion_ci()
    ruled = [(label, true.where) for true in drawn if (label := vote(true.lesson))]
    german, astray = (sum(true.language == "de" for true in of) for of in (sure, [true for true, _ in wrong]))
    return {
        "phrases": len({true.phrase for true in drawn}), "lessons": len(drawn),
        "abstained": _share(len(drawn) - len(sure), len(drawn)), "accuracy": _share(len(sure) - len(wrong), len(sure)),
        "phrases_never_wrong": [round(float(found.low), 4), round(float(found.high), 4)],
        "german_accuracy": _share(german - astray, german),
        "kept_from_weights_wrongly": sum(one.where != "weights" == true.where for true, one in wrong),
        "rules_speak": _share(len(ruled), len(drawn)),
        "rules_accuracy": _share(sum(label == true for label, true in ruled), len(ruled)),
    }  # fmt: skip


def main() -> None:
    """Make weights.json anew."""
    from selfimprove.models.embed import embed, embedding_model_id

    model, figures = make(embed)
    value = {
        "how": "Fitted by learn.py to phrases.json as rules.py labels them.", "features": VERSION, "band": list(BAND),
        "model": embedding_model_id(), "names": NAMES, "figures": figures, "weights": model.weights.tolist(),
    }  # fmt: skip
    (Path(__file__).parent / "weights.json").write_bytes(orjson.dumps(value) + b"\n")
    print(model.id, orjson.dumps(figures).decode())


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


if __name__ == "__main__":
    main()
