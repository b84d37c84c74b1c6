"""From evidence to a calibration, its id, and its words."""

from dataclasses import replace

from selfimprove.critiques import calibration as calibrations
from selfimprove.critiques import critique
from selfimprove.critiques.agree import Agreement
from selfimprove.critiques.calibrate import calibrate
from selfimprove.critiques.calibration import of_prior
from selfimprove.critiques.critique import Confidence, Duel, Evidence, Explicit
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.explain import describe, explained, say
from selfimprove.critiques.features import features
from selfimprove.critiques.implicit import Implicit
from selfimprove.critiques.prior import shipped
from selfimprove.critiques.ratings import Known, ratings
from selfimprove.critiques.score import parts, score
from selfimprove.models.judge import Grade, Preference

FULL = Evidence(
    findings=(Finding("truncated", "stops", 1),),
    confidence=Confidence(-0.5, -2.0, 9, -1.5),
    explicit=(Explicit("preference", None, "web"),),
    implicit=Implicit("retry", "words"),
    judge=Grade(4.5, "fine", "m", "2", (4, 5)),
    model="base+x",
    relevance=0.25,
    duels=(Duel("web", True, Evidence(relevance=0.5), Preference("tie", "m", "2", ("tie", "tie"))),),
)


def stored(evidence):
    import orjson

    return orjson.loads(orjson.dumps(evidence))


def test_evidence_survives_its_storage():
    assert critique.from_json(stored(FULL)) == FULL
    assert critique.from_json(stored(Evidence())) == Evidence()


def test_evidence_of_older_rules_can_be_read():
    row = {
        "findings": [{"rule": "looping", "reason": "x"}], "implicit": None, "explicit": [], "model": "m",
        "confidence": {"mean_logprob": -1.0, "min_logprob": -2.0, "tokens": 3},
        "judge": {"score": 2, "reason": "x", "model": "m", "rubric": "1"},
    }  # fmt: skip
    found = critique.from_json(row)
    assert (found.relevance, found.duels, found.judge.grades) == (None, (), ())
    assert score(found) < 0.6


def test_features_have_bounds_and_a_judge_without_a_say_has_none():
    found = features(FULL)
    assert "judge" not in found
    assert features(FULL, {"m, rubric 2"})["judge"] == 1.5
    assert (found["finding:truncated"], found["implicit:retry"], found["confidence"]) == (1.0, 1.0, 0.5)
    assert found["gain"] == 1.0
    assert abs(found["relevance"] - 0.1) < 1e-9
    far = features(Evidence(confidence=Confidence(-50.0, -90.0, 9, -90.0)))
    assert (far["confidence"], far["gain"]) == (-2.0, 1.0)
    assert features(Evidence()) == {"bias": 1.0}


def test_what_a_preference_was_over_is_a_rating_too_and_a_correction_is_none():
    corrected = replace(FULL, explicit=(Explicit("correction", None, "web"),), duels=(Duel("web", False),))
    found = ratings([Known("b" * 32, 1, FULL), Known("a" * 32, 3, corrected)])
    assert [(one.chat_id[0], one.approves, one.evidence.relevance) for one in found] == [
        ("a", False, 0.25), ("b", True, 0.25), ("b", False, 0.5),
    ]  # fmt: skip
    assert ratings([Known("a" * 32, 1, Evidence(explicit=(Explicit("comment", None, "web"),)))]) == []


def test_a_weak_rating_counts_less():
    (found,) = ratings([Known("a" * 32, 1, Evidence(explicit=(Explicit("rating", -0.25, "web"),)))])
    assert (found.approves, found.strength) == (False, 0.25)


def many(size=80):
    return [
        Known(f"{n:032x}", 1, Evidence(relevance=0.6 if n % 2 else 0.0, judge=Grade(5 if n % 2 else 1, "so", "m"),
        explicit=(Explicit("thumbs", 1.0 if n % 2 else -1.0, "web"),))) for n in range(size)
    ]  # fmt: skip


def test_the_owners_ratings_and_a_judge_who_earned_it_decide_what_nobody_rated():
    found = calibrate(many())
    assert found.is_fitted
    assert (found.ratings, found.approving) == (80, 40)
    assert found.judges_heard == {"m, rubric 2"}
    assert found.weights["judge"] > shipped().weights["judge"].mean
    unrated = Evidence(relevance=0.6, judge=Grade(5, "so", "m"))
    assert score(unrated, found) > score(unrated)
    assert score(Evidence(relevance=0.0), found) < score(Evidence(relevance=0.0))
    assert found.sentence.startswith("Scores rest on 80 ratings, 40 of them approving; AUC 1.00")


def test_what_is_said_explicitly_dominates_any_calibration():
    found = calibrate(many())
    praised = Evidence(relevance=1.0, judge=Grade(5, "so", "m"), explicit=(Explicit("thumbs", -1.0, "web"),))
    assert score(praised, found) < 0.3
    assert score(Evidence(relevance=0.0, explicit=(Explicit("thumbs", 1.0, "web"),)), found) > 0.8


def test_the_id_is_of_what_decides_a_score():
    fitted = calibrate(many())
    assert fitted.id == calibrate(many()[::-1]).id
    assert len({fitted.id, of_prior().id, calibrate(many(60)).id}) == 3
    assert of_prior().id == calibrate([]).id == replace(of_prior(), ratings=5).id
    heard = replace(of_prior(), judges={"m": Agreement(30, 0.9, 0.8, 1.0)})
    assert heard.id != of_prior().id
    assert replace(of_prior(), judges={"m": Agreement(30, 0.1, 0.0, 0.2)}).id == of_prior().id


def test_a_calibration_survives_its_storage():
    for one in (calibrate(many()), of_prior()):
        row = {name: value for name, value in stored(one.as_json()).items() if name != "id"}
        assert calibrations.from_json(row) == one


def test_the_words_of_each_state():
    assert of_prior().sentence == "No ratings yet: scores tell faults and what the next turn says, and else nothing."
    assert "too few of one kind to learn from" in calibrate(many(8)).sentence
    thumbs = [(Explicit("thumbs", (-1.0) ** (n // 2), "web"),) for n in range(60)]
    die = [Known(f"{n:032x}", 1, Evidence(explicit=said)) for n, said in enumerate(thumbs)]
    assert "teach nothing that holds on others" in calibrate(die).sentence


def test_a_score_is_explained_by_its_parts():
    row = {"chat_id": "c" * 32, "position": 1, "score": 0.9, "evidence": stored(FULL)}
    found = explained(row, calibrate(many()))
    assert found["said"] == {"web": 1.0}
    assert found["log_odds"] == parts(FULL, calibrate(many()))
    lines = say(found).splitlines()
    assert lines[:2] == [f"0.90  {'c' * 12}  answer 1  by {calibrate(many()).id[:12]}", "  said +1 by web"]
    assert any("finding:truncated  stops" in line for line in lines)
    assert explained(row, None)["note"].startswith("scores of older rules")


def test_a_calibration_is_described_with_what_it_began_from():
    text = describe(calibrate(many()))
    assert "judge m, rubric 2: heard: kappa 1.00" in text
    assert "source web: 80 ratings" in text
    assert "(before ratings +0.400)" in text
    assert "auc" not in describe(of_prior())
