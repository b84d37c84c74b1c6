"""Feedback is hostile input: what one source can change, simulated."""

from dataclasses import replace
from random import Random

import pytest

from selfimprove.critiques.calibrate import calibrate, over_cap
from selfimprove.critiques.critique import Confidence, Evidence, Explicit
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.ratings import Known, ratings
from selfimprove.critiques.score import score
from selfimprove.critiques.sources import CAP, FEW, capped, provenance
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


GUEST, PAL = "gateway:0a0a0a0a", "gateway:0b0b0b0b"


def by_names(source, n, *, first=1000):
    """Thumbs down under one token, each on the chat of another user."""
    return [rated(n + first, -1.0, provenance(source, f"user {n}")) for n in range(n)]


def decided(known, source):
    """How many of a token's ratings decide a score."""
    beyond = beyond_cap(ratings(known))
    mine = [one for one in ratings(known) if one.source.startswith(source)]
    return sum(one.source not in beyond.get((one.chat_id, one.position), ()) for one in mine)


@pytest.mark.parametrize(("owned", "hostile", "kept"), [(600, 149, 31), (600, 400, 31), (100, 900, 5), (600, 5, 5)])
@pytest.mark.parametrize("is_many", [False, True])
def test_a_token_decides_a_twentieth_whatever_names_it_gives(owned, hostile, kept, is_many):
    lies = by_names(GUEST, hostile) if is_many else [rated(n + 1000, -1.0, GUEST) for n in range(hostile)]
    known = [*(rated(n, 1.0, "gateway") for n in range(owned)), *lies]
    assert decided(known, GUEST) == kept
    assert beyond_cap(ratings(known)).keys().isdisjoint((one.chat_id, 1) for one in known[:owned])
    assert capped(ratings(known)) == [GUEST]


def test_owner_and_guest_who_name_no_user_are_two():
    known = [rated(n, 1.0, provenance("gateway", None)) for n in range(100)]
    known += [rated(n + 1000, -1.0, provenance(GUEST, None)) for n in range(60)]
    assert decided(known, GUEST) == FEW
    assert set().union(*beyond_cap(ratings(known)).values()) == {GUEST}


@pytest.mark.parametrize(("tokens", "each"), [(2, 50), (4, 50), (10, 20)])
def test_all_guests_together_decide_a_fifth(tokens, each):
    known = [rated(n, 1.0, "gateway") for n in range(800)]
    for token in range(tokens):
        known += by_names(f"gateway:0000000{token}", 300, first=1000 * (token + 1))
    found = [decided(known, f"gateway:0000000{token}") for token in range(tokens)]
    total = 800 + sum(found)
    assert len(set(found)) == 1
    assert found[0] == pytest.approx(each, abs=9)
    assert found[0] <= CAP * total
    assert sum(found) <= 0.2 * total


def test_where_nobody_but_tokens_speaks_the_one_that_says_most_is_the_owners():
    known = [rated(n, 1.0, GUEST) for n in range(400)] + by_names(PAL, 60)
    assert (decided(known, GUEST), decided(known, PAL)) == (400, 21)  # a twentieth of 421
    few = [*known, *(rated(n + 5000, 1.0, "review") for n in range(FEW - 1))]
    assert decided(few, GUEST) == 400
    known += [rated(n + 5000, 1.0, "review") for n in range(FEW)]
    assert (decided(known, GUEST), decided(known, PAL)) == (FEW, FEW)


def test_behind_a_token_that_speaks_for_the_owner_each_person_is_a_source():
    family = [rated(n, 1.0, f"{GUEST}/{n % 2}") for n in range(400)]
    known = [*family, *(rated(n + 1000, -1.0, f"{GUEST}/guest") for n in range(60))]
    assert capped(ratings(known)) == [f"{GUEST}/guest"]
    assert decided(known, f"{GUEST}/guest") == 21


def test_behind_a_token_all_names_are_judged_as_one():
    """A dozen lies under a dozen names move as much as under one, and teach nothing."""
    lies = list(strangers(truthful=False))
    named = [
        replace(one, evidence=replace(one.evidence, explicit=(replace(said, source=f"{GUEST}/{n}"),)))
        for n, one in enumerate(lies)
        for said in one.evidence.explicit
    ]
    told = calibrate([*owned(1), *named])
    assert {name for name in told.sources if name.startswith(GUEST)} == {GUEST}
    assert (told.sources[GUEST].ratings, told.sources[GUEST].over_cap) == (12, 2)
    assert not told.sources[GUEST].is_taught
    assert told.ratings == 200
