"""The model of routes: what it learned from made-up lessons, when it abstains, and how people's word changes it."""

from collections.abc import Sequence

import numpy as np
import orjson
import pytest

from selfimprove.datasets.routes import classify, learn, phrases
from selfimprove.datasets.routes.classify import BAND, Guess, Model, blank, guess, one_hot, shipped
from selfimprove.datasets.routes.features import NAMES, matrix
from selfimprove.datasets.routes.fit import chances, fit
from selfimprove.datasets.routes.route import WHERE, Where
from selfimprove.datasets.routes.rules import vote
from selfimprove_tests.datasets.routing import by_words, lesson


def tilted(**columns: tuple[float, float, float]) -> Model:
    """A model that looks at a few cues alone; the numbers are for memory, weights and nowhere."""
    weights = blank()
    for name, values in columns.items():
        weights[:, NAMES.index(name)] = values
    return Model(weights)


def guesses(model: Model, *questions: str) -> list[Guess]:
    return guess(model, matrix([lesson(question) for question in questions], by_words(questions)))


def test_a_model_that_knows_nothing_is_never_sure() -> None:
    (found,) = guesses(Model(blank()), "What is my name?")
    assert found == Guess("weights", pytest.approx(1 / 3, abs=1e-3))
    assert not found.is_sure


def test_within_the_band_weights_learn_and_beyond_it_the_likelier_place_counts() -> None:
    model = tilted(own=(4, 0, 0), now=(0, 0, 6), task=(0, 5, 0), habit=(0.7, 0, 0))
    own, now, task, habit = guesses(model, "Is it mine?", "Is it tonight?", "Write it down", "Is it usually so?")
    assert (own.where, now.where, task.where, habit.where) == ("memory", "nowhere", "weights", "weights")
    assert own.score > BAND[1] < now.score
    assert task.score < BAND[0] < habit.score < BAND[1]
    assert [one.is_sure for one in (own, now, task, habit)] == [True, True, True, False]


def test_the_id_is_of_all_that_decides() -> None:
    assert tilted(own=(1, 0, 0)).id == tilted(own=(1, 0, 0)).id != tilted(own=(0, 0, 1)).id


def test_the_fit_shrinks_to_what_was_believed_before() -> None:
    rows, labels = np.array([[1.0, 0.0], [1.0, 1.0]]), one_hot(["memory", "weights"])
    before = np.zeros((3, 2))
    free, held = fit(rows, labels, before, 30.0), fit(rows, labels, before, 0.01)
    assert chances(rows, free)[0, 0] > 0.95 < chances(rows, free)[1, 1]
    assert np.abs(held).max() < 0.01
    assert np.allclose(fit(rows[:0], labels[:0], before + 2, 1.0), 2)
    assert np.allclose(chances(rows, free).sum(1), 1)


def test_made_up_lessons_are_the_same_for_a_seed_and_hold_both_languages() -> None:
    drawn = phrases.draw(3, each=2)
    assert drawn == phrases.draw(3, each=2) != phrases.draw(4, each=2)
    assert {(one.where, one.language) for one in drawn} == {(where, by) for where in WHERE for by in ("en", "de")}
    assert not any("{" in one.lesson.question + one.lesson.fact for one in drawn)
    folds = {one.phrase: one.fold for one in drawn}
    assert all(folds[one.phrase] == one.fold for one in drawn)
    assert len(set(folds.values())) == phrases.PARTS


def test_rules_are_never_wrong_about_made_up_lessons_but_do_not_speak_of_all() -> None:
    drawn = phrases.draw(0, each=3)
    said = [(vote(one.lesson), one.where) for one in drawn]
    assert [pair for pair in said if pair[0] not in (None, pair[1])] == []
    assert 0.8 < sum(label is not None for label, _ in said) / len(said) < 1


def test_the_shipped_weights_are_what_the_script_says_of_them() -> None:
    path = classify.files("selfimprove.datasets.routes") / "weights.json"
    read = orjson.loads(path.read_bytes())
    assert tuple(read["names"]) == NAMES
    assert shipped().weights.shape == blank().shape
    assert read["figures"]["phrases"] == 60
    assert read["figures"]["accuracy"] >= 0.95
    assert read["figures"]["phrases_never_wrong"][0] >= 0.85
    assert read["figures"]["abstained"] < 0.2


def test_the_model_is_made_again_with_other_vectors() -> None:
    model, figures = learn.make(by_words)
    assert figures["lessons"] == 60 * phrases.EACH
    assert figures["accuracy"] > 0.9
    assert 0 <= figures["abstained"] < 0.5
    assert guesses(model, "What is my bicycle like?")[0].where == "memory"


def test_figures_count_what_was_wrong_what_was_left_open_and_whole_phrases() -> None:
    drawn = [one for one in phrases.draw(0, each=2) if one.where == "weights"][:8]  # four phrases
    said = [Guess("weights", 0.0)] * 5 + [Guess("memory", 0.9)] + [Guess("weights", 0.5)] * 2
    found = learn.judge(drawn, said)
    assert (found["abstained"], found["accuracy"], found["kept_from_weights_wrongly"]) == (0.25, 0.8333, 1)
    low, high = found["phrases_never_wrong"]
    assert low < 2 / 3 < high


def corrected(where: Sequence[Where], word: str = "own") -> tuple[np.ndarray, list[Where], list[str]]:
    """As many corrections: those for weights hold a cue, the others do not."""
    rows = np.zeros((len(where), blank().shape[1]))
    rows[:, 0] = 1
    rows[:, NAMES.index(word)] = [one == "weights" for one in where]
    return rows, list(where), [str(number) for number in range(len(where))]


def test_enough_corrections_that_hold_on_others_change_the_model() -> None:
    model = tilted(own=(4, 0, 0))
    rows, wheres, ids = corrected(["weights", "memory"] * 20)
    assert guess(model, rows)[0].where == "memory"
    assert guess(learn.taught(model, rows, wheres, ids), rows)[0].where == "weights"


def test_few_or_senseless_corrections_change_nothing() -> None:
    model = tilted(own=(4, 0, 0))
    rows, wheres, ids = corrected(["weights", "memory"] * 9)
    assert learn.taught(model, rows, wheres, ids) is model
    rows, wheres, ids = corrected(["memory"] * 40)
    assert learn.taught(model, rows, wheres, ids) is model
    fair = tilted(bias=(20, 0, 20))
    same = np.repeat(fair.weights[:1] > 0, 40, axis=0).astype(float)  # nothing tells one from another
    assert learn.taught(fair, same, ["memory", "nowhere"] * 20, ids) is fair
