"""Which answers are asked about: unsure ones, telling ones, of all kinds; each with one short reason."""

import numpy as np
import pytest

from selfimprove.critiques.calibration import of_prior
from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.implicit import Implicit
from selfimprove.critiques.learn import matrix
from selfimprove.critiques.prior import shipped
from selfimprove.review.pick import Answer, _after, covariance, pick

ENGLISH, GERMAN = ("English", "web"), ("German", "web")
RETRY = Evidence(implicit=Implicit("retry", "words"))


def answer(name, score, evidence=None, slice_=ENGLISH):
    return Answer(name, 1, score, evidence or Evidence(), slice_)


def order(answers, rated=(), slices=None, number=9):
    return [one.answer.chat_id for one in pick(answers, rated, slices or {}, of_prior(), number)]


def test_the_least_sure_comes_first():
    assert order([answer("sure", 0.95), answer("toss", 0.5), answer("rather", 0.75)]) == ["toss", "rather", "sure"]


def test_what_was_never_rated_teaches_more_than_what_was_often():
    known = [RETRY] * 40
    looping = Evidence(findings=(Finding("looping", "round and round"),))
    assert order([answer("again", 0.5, RETRY), answer("loops", 0.5, looping)], known)[0] == "loops"
    assert order([answer("again", 0.5, RETRY), answer("loops", 0.5, looping)], [looping] * 40)[0] == "again"


def test_a_kind_of_chat_that_was_rated_often_waits():
    two = [answer("en", 0.5, RETRY), answer("de", 0.5, RETRY, GERMAN)]
    assert order(two, slices={ENGLISH: 9, GERMAN: 0})[0] == "de"
    assert order(two, slices={ENGLISH: 0, GERMAN: 9})[0] == "en"


def test_answers_of_one_sitting_differ():
    same = [answer(f"same{n}", 0.5, RETRY) for n in range(3)]
    other = answer("other", 0.5, Evidence(findings=(Finding("looping", "round"),)))
    assert order([*same, other])[1] == "other"


def test_no_more_than_asked_for_and_none_of_none():
    assert order([answer(str(n), 0.5) for n in range(9)], number=4) == ["0", "1", "2", "3"]
    assert order([]) == []


def test_picking_one_is_as_if_it_were_rated():
    calibration = of_prior()
    rows = matrix([RETRY], (), shipped())
    weights = np.array([calibration.weights[name] for name in shipped().weights])
    likely = 1 / (1 + np.exp(-rows[0] @ weights))
    stepped = _after(covariance(rows[:0], calibration), rows[0], likely * (1 - likely))
    assert stepped == pytest.approx(covariance(rows, calibration))


@pytest.mark.parametrize(("score", "evidence", "why"), [
    (0.52, Evidence(), "As good as a coin toss (52 %)."),
    (0.81, RETRY, "Likely good: 81 %; a rating tells how much it counts that the question was asked again."),
    (0.2, Evidence(findings=(Finding("not_json", "x"),)),
     "Likely bad: 20 % good; a rating tells how much it counts that “not json” was found."),
])  # fmt: skip
def test_the_reason_is_one_short_line(score, evidence, why):
    [one] = pick([answer("a", score, evidence)], [], {ENGLISH: 3}, of_prior(), 1)
    assert one.why == why


def test_a_kind_that_nobody_rated_is_the_reason():
    [one] = pick([answer("a", 0.5, RETRY, GERMAN)], [], {ENGLISH: 3, ("Dutch", "web"): 1}, of_prior(), 1)
    assert one.why == "As good as a coin toss (50 %); no chat in German from web was rated yet."
