"""Feedback is hostile input: what one source can change, simulated."""

from random import Random

import pytest

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


def attacked(seed, share):
    """The household's answers after the owner's thumbs on a third of them; then with hostile ones, all lies, too."""
    draw = Random(seed + 1)
    honest, hostile = [], []
    for number, (chat, good, evidence) in enumerate(household(seed)):
        thumbs = [Explicit("thumbs", 1.0 if good else -1.0, "web/owner")] if number % 3 == 0 else []
        lie = [Explicit("thumbs", -1.0 if good else 1.0, "api/stranger")] if draw.random() < share / 3 else []
        for found, said in ((honest, thumbs), (hostile, thumbs + lie)):
            found.append(Known(chat, 1, Evidence(evidence.findings, evidence.confidence, tuple(said))))
    return honest, hostile


def chosen(known):
    """What a dataset would learn: good scores, and nobody's thumb down, which is a veto whoever gives it."""
    calibration, beyond = calibrate(known), over_cap(known)
    places = [(k.chat_id, k.position) for k in known]
    scores = [score(k.evidence, calibration, beyond.get(p, ())) for k, p in zip(known, places, strict=True)]
    vetoed = {(k.chat_id, k.position) for k in known if any(said.value < 0 for said in k.evidence.explicit)}
    return {place for place, value in zip(places, scores, strict=True) if value >= THRESHOLD} - vetoed


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("share", [0.05, 0.15])
def test_hostile_thumbs_of_one_source_change_no_more_than_its_cap(seed, share):
    honest, hostile = attacked(seed, share)
    lies = sum(len(k.evidence.explicit) for k in hostile) - sum(len(k.evidence.explicit) for k in honest)
    assert lies > 0
    before, after = chosen(honest), chosen(hostile)
    assert 0.2 * ANSWERS < len(before) < 0.8 * ANSWERS
    assert len(before ^ after) <= CAP * ANSWERS


def test_a_source_that_moves_more_than_its_cap_teaches_nothing():
    honest, _ = attacked(1, 0.0)
    # every lie is about what tells good from bad: the surest answers are called bad, the least sure ones good
    lies = [
        Known(f"{n:032x}", 1, Evidence((), Confidence(0.0 if n % 2 else -9.0, -9.0, 9), (
            Explicit("thumbs", -1.0 if n % 2 else 1.0, "api/stranger"),
        ))) for n in range(12)
    ]  # fmt: skip
    standing = calibrate([*honest, *lies]).sources["api/stranger"]
    assert standing.ratings == 12
    assert standing.over_cap == 12 - int(CAP * 212)
    assert standing.influence is not None
    assert standing.is_taught == (standing.influence <= CAP)
    assert calibrate(honest).sources["web/owner"].influence is None


def test_flooding_one_answer_is_one_vote():
    once = rated(0, -1.0, "bot")
    often = Known(once.chat_id, 1, Evidence(explicit=once.evidence.explicit * 50))
    assert len(ratings([often])) == len(ratings([once])) == 1
