"""A judge earns its say against the owner's own labels."""

import pytest

from selfimprove.critiques.agree import ENOUGH, FLOOR, Agreement, agreement, agreements
from selfimprove.critiques.critique import Duel, Evidence, Explicit
from selfimprove.critiques.ratings import Known
from selfimprove.models.judge import Grade, Preference

BOTH, OWNER, JUDGE, NEITHER = (True, True), (True, False), (False, True), (False, False)
NAME = "m, rubric 2"


def chats(*items):
    return [[item] for item in items]


def known(number, vote, points, source="web"):
    said = (Explicit("thumbs", vote, source),) if vote else ()
    return Known(f"{number:032d}", 1, Evidence(explicit=said, judge=Grade(points, "so", "m")))


def test_kappa_is_agreement_beyond_chance():
    assert agreement(chats(*[BOTH] * 20, *[NEITHER] * 20)).kappa == 1.0
    assert agreement(chats(*[BOTH, OWNER, JUDGE, NEITHER] * 10)).kappa == 0.0
    # Cohen's own kind of table: 20, 5, 10, 15 agree by 0.7 where chance would by 0.5
    found = agreement(chats(*[BOTH] * 20, *[OWNER] * 5, *[JUDGE] * 10, *[NEITHER] * 15))
    assert found.kappa == 0.4
    assert found.low < 0.4 < found.high
    assert 0.1 < found.low < 0.25
    assert 0.55 < found.high < 0.7


def test_one_that_approves_of_everything_has_no_kappa():
    assert agreement(chats(*[BOTH] * 30)) == Agreement(30, None)
    assert agreement([]) == Agreement(0, None)
    assert not Agreement(30, None).is_enough
    assert "approved of all or of none" in Agreement(30, None).sentence


@pytest.mark.parametrize(("items", "kappa", "is_enough", "is_too_low", "words"), [
    (ENOUGH - 1, 1.0, False, False, "no weight: 19 answers that the owner rated too, 20 are needed"),
    (ENOUGH, FLOOR, True, False, "heard: kappa 0.60 (0.20 to 0.90) over 20 answers"),
    (ENOUGH, FLOOR - 0.01, False, True, "no weight: kappa 0.59 (0.20 to 0.90) over 20 answers, the floor is 0.6"),
])
def test_the_floor(items, kappa, is_enough, is_too_low, words):
    found = Agreement(items, kappa, 0.2, 0.9)
    assert (found.is_enough, found.is_too_low, found.sentence) == (is_enough, is_too_low, words)


@pytest.mark.parametrize(("bad", "is_enough"), [(1, False), (2, False), (8, True)])
def test_a_judge_that_saw_one_bad_answer_among_many_good_ones_has_not_earned_a_say(bad, is_enough):
    found = agreement(chats(*[BOTH] * 20, OWNER, *[NEITHER] * bad))
    assert found.kappa >= FLOOR
    assert (found.is_enough, found.is_too_low, found.low > 0) == (is_enough, not is_enough, is_enough)
    assert found.sentence.endswith("over 29 answers" if is_enough else "which may be chance")


def test_graded_answers_that_the_owner_rated():
    rated = [known(n, 1.0, 5) for n in range(15)] + [known(n + 20, -1.0, 1) for n in range(15)]
    unrated = [known(n + 50, None, 1) for n in range(5)]
    assert agreements([*rated, *unrated], {})[NAME].items == 30
    assert agreements([*rated, *unrated], {})[NAME].is_enough
    assert agreements(unrated, {})[NAME] == Agreement(0, None)


def test_a_middling_grade_is_no_approval():
    (found,) = agreements([known(0, 1.0, 3), known(1, -1.0, 3)], {}).values()
    assert (found.items, found.kappa) == (2, 0.0)


def test_a_source_over_its_cap_is_not_the_owner():
    assert agreements([known(0, 1.0, 5, "bot")], {(f"{0:032d}", 1): frozenset({"bot"})})[NAME].items == 0


@pytest.mark.parametrize(("prefers", "kappa"), [("answer", 1.0), ("other", -1.0), ("tie", 0.0)])
def test_of_two_answers_each_is_an_item(prefers, kappa):
    duel = Duel("web", True, Evidence(), Preference(prefers, "m"))
    found = agreements([Known(f"{n:032d}", 1, Evidence(duels=(duel,))) for n in range(20)], {})
    assert (found[NAME].items, found[NAME].kappa) == (40, kappa)


def test_a_preference_over_its_sources_cap_is_not_the_owners():
    duels = tuple(Duel(source, True, Evidence(), Preference("answer", "m")) for source in ("web", "bot"))
    found = agreements([Known("a" * 32, 1, Evidence(duels=duels))], {("a" * 32, 1): frozenset({"bot"})})
    assert found[NAME].items == 2


def test_judges_are_told_apart_by_model_and_rubric():
    other = Known("a" * 32, 1, Evidence(explicit=(Explicit("thumbs", 1.0, "web"),), judge=Grade(5, "so", "m", "1")))
    assert sorted(agreements([known(0, 1.0, 5), other], {})) == ["m, rubric 1", NAME]
