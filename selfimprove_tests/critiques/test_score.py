"""The score: people decide the range, evidence the place within it, and nothing good ever lowers it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from selfimprove.critiques.critique import Confidence, Evidence, Explicit
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.find import RULES
from selfimprove.critiques.implicit import Implicit
from selfimprove.critiques.prior import shipped
from selfimprove.critiques.score import score
from selfimprove.critiques.votes import votes
from selfimprove.datasets.example import Rule
from selfimprove.models.judge import Grade

UP, DOWN = Explicit("thumbs", 1.0, "web"), Explicit("thumbs", -1.0, "web")
CORRECTED = Explicit("correction", None, "web")

findings = st.lists(st.sampled_from(sorted(RULES)), unique=True, max_size=5).map(
    lambda rules: tuple(Finding(rule, "because") for rule in rules)
)
confidences = st.none() | st.floats(-20, 0).map(lambda mean: Confidence(mean, mean * 2, 5))
kinds = st.sampled_from(["thumbs", "rating", "correction", "preference", "comment"])
explicit = st.lists(
    st.builds(Explicit, kinds, st.none() | st.floats(-1, 1), st.sampled_from(["web", "phone", "import"])), max_size=4
).map(tuple)
implied = st.sampled_from(["approval", "retry", "edit", "correction"])
implicits = st.none() | implied.map(lambda kind: Implicit(kind, "words"))
grades = st.none() | st.integers(1, 5).map(lambda points: Grade(points, "because", "m"))
evidences = st.builds(Evidence, findings, confidences, explicit, implicits, grades, st.just("model"))


def test_every_rule_has_a_weight_against_the_answer():
    weights = shipped().weights
    assert {name for name in weights if name.startswith("finding:")} == {f"finding:{rule}" for rule in RULES}
    assert all(weights[f"finding:{rule}"].mean < 0 for rule in RULES)


def test_an_answer_nobody_remarked_on_is_probably_fine():
    assert 0.55 < score(Evidence()) < 0.65


@given(confidences, st.none() | st.floats(0, 1))
def test_before_ratings_an_answer_of_which_only_the_model_speaks_is_as_good_as_any(confidence, relevance):
    """A model is surest of all when it says that it does not know: by that alone nothing is learned."""
    alone = Evidence(confidence=confidence, relevance=relevance)
    assert score(alone) == score(Evidence()) < Rule().threshold
    assert score(replace(alone, implicit=Implicit("approval", "words"))) > Rule().threshold


def test_what_people_say_decides_the_range():
    doubtful = Evidence(findings=(Finding("looping", "x"), Finding("truncated", "x")))
    praised = Evidence(implicit=Implicit("approval", "words"), judge=Grade(5, "fine", "m"))
    assert score(doubtful) < 0.3
    assert score(replace(doubtful, explicit=(UP,))) > 0.8
    assert score(replace(praised, explicit=(DOWN,))) < 0.3
    assert score(replace(praised, explicit=(CORRECTED,))) < 0.3
    assert score(Evidence(explicit=(Explicit("preference", None, "web"),))) > 0.8
    assert score(Evidence(explicit=(Explicit("preference", -1.0, "web"),))) < 0.3
    assert score(Evidence(explicit=(Explicit("rating", 0.5, "web"),))) > 0.8
    assert 0.3 < score(Evidence(explicit=(Explicit("rating", 0.25, "web"),))) < 0.8
    assert score(Evidence(explicit=(Explicit("comment", None, "web"),))) == score(Evidence())


def test_a_correction_after_a_thumbs_up_still_says_it_was_wrong():
    assert score(Evidence(explicit=(UP, CORRECTED))) < 0.3


def test_one_source_counts_once_and_two_sources_can_disagree():
    assert votes([DOWN, DOWN, UP, CORRECTED]) == {"web": -1.0}
    phone = replace(UP, source="phone")
    assert score(Evidence(explicit=(DOWN, phone))) == score(Evidence())
    assert score(Evidence(explicit=(DOWN, DOWN, DOWN, phone))) == score(Evidence())


@given(evidences)
def test_a_score_is_in_range(evidence):
    assert 0 < score(evidence) < 1


@given(evidences)
def test_saying_the_same_again_changes_nothing(evidence):
    assert score(replace(evidence, explicit=evidence.explicit * 3)) == score(evidence)


@given(evidences, st.sampled_from(sorted(RULES)))
def test_a_finding_never_raises_it(evidence, rule):
    more = replace(evidence, findings=(*evidence.findings, Finding(rule, "because")))
    assert score(more) <= score(evidence)


@given(evidences, st.sampled_from(["web", "new source"]))
def test_a_thumb_moves_it_its_own_way(evidence, source):
    up, down = (replace(thumb, source=source) for thumb in (UP, DOWN))
    assert score(replace(evidence, explicit=(*evidence.explicit, down))) <= score(evidence)
    assert score(replace(evidence, explicit=(*evidence.explicit, up))) >= score(evidence)


@given(evidences, st.floats(-20, 0), st.floats(0, 10))
def test_more_confidence_never_lowers_it(evidence, mean, more):
    unsure, sure = Confidence(mean - more, mean - more, 3), Confidence(mean, mean, 3)
    assert score(replace(evidence, confidence=unsure)) <= score(replace(evidence, confidence=sure))


@given(evidences, st.integers(1, 4))
def test_a_better_grade_never_lowers_it(evidence, points):
    worse, better = (replace(evidence, judge=Grade(p, "because", "m")) for p in (points, points + 1))
    assert score(worse) <= score(better)


@given(evidences)
def test_what_the_next_turn_says_is_in_order(evidence):
    said = [replace(evidence, implicit=Implicit(kind, "words")) for kind in ("correction", "retry", "approval")]
    assert sorted(map(score, said)) == list(map(score, said))
