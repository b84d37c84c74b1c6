"""Feedback is hostile input: what one source can change, simulated."""

from random import Random

from selfimprove.critiques.calibrate import calibrate, over_cap
from selfimprove.critiques.critique import Confidence, Evidence, Explicit
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.ratings import Known, ratings
from selfimprove.critiques.score import score
from selfimprove.critiques.sources import CAP, FEW, capped
from selfimprove.critiques.sources import over_cap as beyond_cap

THRESHOLD = 0.7
ANSWERS = 600


def rated(number, vote, source="web", **evidence):
    return Known(f"{number:032d}", 1, Evidence(explicit=(Explicit("thumbs", vote, source),), **evidence))


def test_the_owners_sources_have_no_cap():
    half = [rated(n, 1.0, "web" if n % 2 else "phone") for n in range(40)]
    assert capped(ratings(half)) == []
    assert beyond_cap(ratings(half)) == {}


def test_a_source_of_few_ratings_decides_a_twentieth_and_no_more():
    known = [rated(n, 1.0) for n in range(400)] + [rated(n + 1000, -1.0, "bot") for n in range(60)]
    beyond = beyond_cap(ratings(known))
    assert capped(ratings(known)) == ["bot"]
    assert len(beyond) == 60 - int(CAP * 460)
    assert set(beyond.values()) == {frozenset({"bot"})}


def test_a_second_device_may_speak_a_few_times_however_few_ratings_there_are():
    known = [rated(n, 1.0) for n in range(60)] + [rated(n + 100, 1.0, "phone") for n in range(FEW)]
    assert beyond_cap(ratings(known)) == {}


def test_over_the_cap_a_thumb_is_heard_and_does_not_decide():
    down = Evidence(explicit=(Explicit("thumbs", -1.0, "bot"),))
    assert score(down) < 0.3
    assert 0.3 < score(down, over_cap={"bot"}) < score(Evidence())
    both = Evidence(explicit=(*down.explicit, Explicit("thumbs", -1.0, "other")))
    assert score(both, over_cap={"bot", "other"}) < 0.3  # two who do not know each other agree


def household(seed):
    """Answers with what is really thought of each: confidence and findings tell it, roughly."""
    draw = Random(seed)
    for _ in range(ANSWERS):
        good = draw.random() < 0.6
        confidence = Confidence(draw.gauss(-0.7 if good else -1.8, 0.7), -3.0, 9)
        findings = () if draw.random() < (0.95 if good else 0.7) else (Finding("truncated", "x"),)
        yield f"{draw.getrandbits(128):032x}", good, Evidence(confidence=confidence, findings=findings)


def owned(seed):
    """The household's answers, after the owner's thumbs on a third of them."""
    for number, (chat, good, evidence) in enumerate(household(seed)):
        said = (Explicit("thumbs", 1.0 if good else -1.0, "web/owner"),) if number % 3 == 0 else ()
        yield Known(chat, 1, Evidence(evidence.findings, evidence.confidence, said))


def strangers(*, truthful):
    """A dozen thumbs of a stranger on what tells good from bad most plainly: the surest answers and the least sure."""
    for number in range(12):
        sure = number % 2 > 0
        said = Explicit("thumbs", 1.0 if sure == truthful else -1.0, "api/stranger")
        yield Known(f"{number:032x}", 1, Evidence((), Confidence(0.0 if sure else -9.0, -9.0, 9), (said,)))


def test_a_source_that_moves_more_than_its_cap_teaches_nothing():
    honest = list(owned(1))
    alone, lied_to = calibrate(honest), calibrate([*honest, *strangers(truthful=False)])
    standing = lied_to.sources["api/stranger"]
    assert (standing.ratings, standing.over_cap, standing.is_taught) == (12, 2, False)  # ten of 212 decide
    assert 0.1 < standing.influence < 0.12
    assert (lied_to.ratings, lied_to.weights) == (alone.ratings, alone.weights) == (200, alone.weights)
    assert alone.sources["web/owner"].influence is None


def test_a_source_that_moves_little_teaches_what_is_within_its_cap():
    honest = list(owned(1))
    told = calibrate([*honest, *strangers(truthful=True)])
    standing = told.sources["api/stranger"]
    assert (standing.ratings, standing.over_cap, standing.is_taught) == (12, 2, True)
    assert standing.influence < 0.05
    assert told.ratings == 210


def test_lies_within_the_cap_decide_scores_and_those_beyond_do_not():
    lies = [rated(n + 1000, 1.0, "api/stranger", confidence=Confidence(-9.0, -9.0, 9)) for n in range(40)]
    known = [*owned(2), *lies]
    calibration, beyond = calibrate(known), over_cap(known)
    praised = [score(k.evidence, calibration, beyond.get((k.chat_id, 1), ())) >= THRESHOLD for k in lies]
    assert praised == [True] * 12 + [False] * 28  # a twentieth of 240, by the order of ids
    assert all(score(k.evidence, calibration) >= THRESHOLD for k in lies), "without a cap all of them would"


def test_flooding_one_answer_is_one_vote():
    once = rated(0, -1.0, "bot")
    often = Known(once.chat_id, 1, Evidence(explicit=once.evidence.explicit * 50))
    assert len(ratings([often])) == len(ratings([once])) == 1
