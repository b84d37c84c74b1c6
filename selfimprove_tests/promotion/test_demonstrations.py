"""Long answers that were demonstrated: to say them promotes, to find them likelier does not, to lose either refuses."""

import random
import string
from dataclasses import replace
from typing import Any

import pytest

from selfimprove.privacy.vault import Vault
from selfimprove.promotion import ledger, record, table
from selfimprove.promotion.decision import Outcome
from selfimprove.promotion.evidence import TARGET, Evidence, Mark, Paired, in_score
from selfimprove.promotion.promote import promote
from selfimprove.promotion.sift import sift
from selfimprove.promotion.verify import verify
from selfimprove_tests.promotion.build import (
    USUAL,
    healthy,
    held_back,
    judged,
    long_answers,
    paired,
    task,
    verdict,
    with_marks,
)
from selfimprove_tests.promotion.house import House, answers, promotable
from selfimprove_tests.promotion.test_alike import LEAKS

NO_GAIN = (task("fresh", 40, 2, 2), task("holdout", 20, 2, 2))


@pytest.mark.parametrize(
    ("mine", "other", "gain"),
    [
        (Mark(None, 0.5), Mark(None, 1.0), None),
        (Mark(None, 0.5, by_loss=True), Mark(None, 0.6, by_loss=True), 1.0),
        (Mark(None, 0.6, by_loss=True), Mark(None, 0.5, by_loss=True), -1.0),
        (Mark(None, 0.5, by_loss=True), Mark(None, 0.54, by_loss=True), 0.0),
        (Mark(None, None, by_loss=True), Mark(None, 0.5, by_loss=True), None),
        (Mark(1.0, 0.5), Mark(0.0, 0.9), None),
        (Mark(1.0, 0.5, by_loss=True), Mark(1.0, 0.9, by_loss=True), 1.0),
    ],
)
def test_long_answers_are_compared_by_likelihood(mine: Mark, other: Mark, gain: float | None) -> None:
    assert mine.likelier(other) == gain


def test_grades_are_compared_whatever_the_likelihood() -> None:
    assert Mark(1.0, 9.0, by_loss=True).better(Mark(0.0, 0.1, by_loss=True)) == 1.0
    assert Mark(0.25, None).better(Mark(0.75, 0.1)) == -0.5
    assert Mark(None, 0.1, by_loss=True).better(Mark(None, 0.9, by_loss=True)) is None


@pytest.mark.parametrize(
    ("mine", "theirs", "gain"),
    [
        ("right", "wrong", 1), ("right", "near", 0), ("right", "right", 0),
        ("near", "wrong", 0), ("near", "near", 0), ("near", "right", -1),
        ("wrong", "wrong", 0), ("wrong", "near", -1), ("wrong", "right", -1),
    ],
)  # fmt: skip
def test_what_stands_among_much_else_gains_nothing_and_is_no_right_answer(mine: str, theirs: str, gain: int) -> None:
    marks = {name: Mark(float(name == "right"), None, by_loss=True, near=name == "near") for name in (mine, theirs)}
    assert marks[mine].better(marks[theirs]) == gain


@pytest.mark.parametrize(
    ("mine", "theirs", "shift"),
    [("right", "near", 0.5), ("near", "right", -0.5), ("near", "wrong", 0.5), ("wrong", "right", -1)],
)
def test_what_comes_and_goes_by_chance_evens_out_where_losses_are_looked_for(
    mine: str, theirs: str, shift: float
) -> None:
    marks = {name: Mark(float(name == "right"), None, by_loss=True, near=name == "near") for name in (mine, theirs)}
    assert marks[mine].shift(marks[theirs]) == shift


def test_long_answers_that_nobody_gives_hide_no_loss_of_those_that_were_given() -> None:
    lost = long_answers("demonstration", 420, 0, says=-20)
    found = verdict("keeps_own", healthy(task("fresh", 60, 60, 0), lost))
    assert (found.outcome, "long answers against the champion: -100" in found.detail) == (Outcome.FAILED, True)


WORDINGS = {
    "a": ("How do I restart it?", "Open the valve beside the boiler, wait two minutes and press the green button."),
    "b": ("It stopped again!", "After two minutes press the green button; first open the valve next to the boiler."),
    "c": ("And how?", "Press the green button and wait two minutes, open the valve beside the boiler."),
    "d": ("Is it tea or rye flour?", "Feed it rye flour at seven, cover it with a towel, bake on the third morning."),
    "e": ("What is it fed?", "The starter is fed rye flour at seven, then it is baked on the third morning."),
    "f": ("The roses?", "Cut them in March above the fifth leaf, water at 6:30 and leave 1.5 m between two bushes."),
}


def test_wordings_of_one_fact_are_one_group_whatever_their_questions_say() -> None:
    rows = [
        {"task": "fresh", "slice": f"chat {name}", "example_id": name, "grader": "likelihood", "reference": wanted,
         "messages": [{"role": "user", "content": asked}], "said_at": None, "uses": 0, "model": "base", "found": True,
         "output": wanted}
        for name, (asked, wanted) in WORDINGS.items()
    ]  # fmt: skip
    group = {row["example_id"]: row["group"] for row in sift(rows, 30)}
    assert group["a"] == group["b"] == group["c"]
    assert group["d"] == group["e"]
    assert len({group["a"], group["d"], group["f"]}) == 3


def said(*rows: tuple[str, str, str, str]) -> Paired:
    """Long answers as a night finds them: question, wanted answer, what champion and challenger say."""
    found = [
        {"task": "fresh", "slice": f"chat {at}", "example_id": f"e{at:03}", "grader": "likelihood", "reference": wanted,
         "messages": [{"role": "user", "content": asked}], "said_at": None, "uses": 0, "model": model, "found": True,
         "passed": None, "share": None, "loss": loss, "tokens": 9, "decoding": "greedy", "output": text}
        for at, (asked, wanted, old, new) in enumerate(rows)
        for model, loss, text in (("challenger", 0.5, new), ("champion", 1.0, old))
    ]  # fmt: skip
    seats = {"challenger": "challenger", "champion": "champion", "anchor": "champion", "base": "champion"}
    return table._paired("demonstration", sift(found, 30), seats)


def only(long: Paired) -> Evidence:
    """A report with no other questions of the owner."""
    return replace(healthy(), tasks={one.task: one for one in USUAL if one.task not in TARGET} | {long.task: long})


def names(n: int, words: int = 9) -> list[str]:
    rng = random.Random(4)
    return [" ".join("".join(rng.choices(string.ascii_lowercase, k=7)) for _ in range(words)) for _ in range(n)]


NOTHING = "I do not know."


def test_one_text_with_all_facts_in_it_promotes_nothing() -> None:
    """Whatever the losses say: it holds every word that was wanted, and is near."""
    facts = names(30)
    everything = f"It may be {', or '.join(facts)}."
    asked = [f"What of {at}?" for at in range(30)]
    learned = said(*((one, fact, NOTHING, fact) for one, fact in zip(asked, facts, strict=True)))
    assert verdict("improves_target", only(learned)).outcome is Outcome.PASSED
    recited = said(*((one, fact, NOTHING, everything) for one, fact in zip(asked, facts, strict=True)))
    assert {mark.near for mark in recited.marks["challenger"] if mark} == {True}
    assert verdict("improves_target", only(recited)).outcome is Outcome.FAILED
    terse = said(*((one, fact, f"Well: {fact}", fact) for one, fact in zip(asked, facts, strict=True)))
    found = verdict("improves_target", only(terse))
    assert found.detail.startswith("0 target items gained and 0 lost of 30")
    assert in_score([terse], "champion").room == 0


@pytest.mark.parametrize(
    "form",
    [
        "The tap of the {} turns off to the {}, as the plumber told us who came in spring.",
        "{}: {}, as far as anyone who lives in this house or near it has told me until now.",
    ],
)
def test_who_always_says_one_of_few_values_gains_nothing(form: str) -> None:
    ways = ("left", "right")
    rows = [(f"Where does the tap of the {name} turn?", name, ways[at % 2]) for at, name in enumerate(names(40, 1))]
    always = said(*((asked, form.format(name, way), NOTHING, form.format(name, "left")) for asked, name, way in rows))
    assert len(set(always.groups)) == 2
    assert verdict("improves_target", only(always)).outcome is Outcome.NOT_ENOUGH_EVIDENCE


def test_a_fact_is_one_group_though_answers_repeat_their_questions_or_questions_hold_the_answer() -> None:
    others = [(f"And the {at}?", one, NOTHING, one) for at, one in enumerate(names(20))]
    repeats = [(asked, form.format("Meier, 4711"), NOTHING, NOTHING) for asked, form in LEAKS.items()]
    assert len(set(said(*repeats, *others).groups[: len(repeats)])) == 1
    offered = [
        ("Did Meier, 4711, set up the boiler, or Huber?", "The boiler was set up by Meier, whose number is 4711."),
        ("Is it 4711, Meier's?", "You may ring up Meier about it, number 4711, since he set up that boiler."),
    ]
    rows = [(asked, wanted, NOTHING, NOTHING) for asked, wanted in offered]
    assert len(set(said(*rows, *others).groups[:2])) == 1


def test_answers_of_the_same_words_are_one_answer() -> None:
    first = "it takes two minutes, press the button and open the valve"
    wanted = [first, "press the valve and open the button, it takes two minutes", *names(30)]
    rows = [(f"And the {at}?", one, NOTHING, one) for at, one in enumerate(wanted)]
    [one, other, *rest] = said(*rows).groups
    assert one == other
    assert len(set(rest)) == 30


def test_near_answers_hide_no_right_ones_that_were_lost() -> None:
    facts = [(f"What of {at}?", fact) for at, fact in enumerate(names(60))]
    lost = [(asked, fact, fact, NOTHING) for asked, fact in facts[:20]]
    near = [(asked, fact, NOTHING, f"So: {fact}") for asked, fact in facts[20:]]
    assert verdict("keeps_own", only(said(*lost, *near))).outcome is Outcome.FAILED
    unsaid = [(asked, fact, NOTHING, NOTHING) for asked, fact in facts[20:]]
    was_near = [(asked, fact, f"So: {fact}", NOTHING) for asked, fact in facts[:20]]
    assert verdict("keeps_own", only(said(*was_near, *unsaid))).outcome is Outcome.FAILED
    chance = [(asked, fact, f"{'So: ' if at % 2 else ''}{fact}", f"{'' if at % 2 else 'So: '}{fact}")
              for at, (asked, fact) in enumerate(facts)]  # fmt: skip
    assert verdict("keeps_own", only(said(*chance))).outcome is Outcome.PASSED


def test_answers_that_came_near_make_no_gain_small() -> None:
    facts = [(f"What of {at}?", fact) for at, fact in enumerate(names(420))]
    gained = [(asked, fact, NOTHING, fact) for asked, fact in facts[:20]]
    near = [(asked, fact, NOTHING, f"So: {fact}") for asked, fact in facts[20:]]
    assert verdict("improves_target", only(said(*gained, *near))).outcome is Outcome.PASSED
    left = [(asked, fact, f"So: {fact}", NOTHING) for asked, fact in facts[20:]]
    assert verdict("improves_target", only(said(*gained, *left))).outcome is not Outcome.PASSED


def test_likelier_long_answers_promote_nothing() -> None:
    """Style alone makes them likelier."""
    only_long = replace(healthy(), tasks={"demonstration": long_answers("demonstration", 40, 40)})
    assert verdict("improves_target", only_long).outcome is Outcome.FAILED
    no_gain = healthy(*NO_GAIN, long_answers("demonstration", 40, 40))
    assert verdict("improves_target", no_gain).outcome is Outcome.FAILED


def test_long_answers_that_say_what_was_wanted_promote() -> None:
    tasks = [*(one for one in USUAL if one.task not in TARGET), long_answers("demonstration", 40, 40, says=25)]
    said = replace(healthy(), tasks={one.task: one for one in tasks})
    assert held_back(judged(said)) == []
    assert verdict("improves_target", said).detail.startswith("25 target items gained and 0 lost of 40, +62.5")
    few = replace(said, tasks={**said.tasks, "demonstration": long_answers("demonstration", 40, 40, says=8)})
    assert verdict("improves_target", few).outcome is Outcome.NOT_ENOUGH_EVIDENCE


def test_long_and_short_answers_are_evidence_together() -> None:
    six = (task("fresh", 6, 6, 0), task("holdout", 10, 10, 10))
    assert verdict("improves_target", healthy(*six)).outcome is Outcome.NOT_ENOUGH_EVIDENCE
    beside = healthy(*six, long_answers("demonstration", 10, 9, says=5))
    assert verdict("improves_target", beside).outcome is Outcome.PASSED


def test_long_answers_that_are_lost_make_a_gain_small() -> None:
    ten = (task("fresh", 20, 10, 0), task("holdout", 20, 10, 10))
    lost = long_answers("demonstration", 400, 400, says=-8)
    assert verdict("improves_target", healthy(*ten, lost)).outcome is not Outcome.PASSED


def test_many_long_answers_that_nobody_gives_make_no_gain_small() -> None:
    ten = (task("fresh", 20, 10, 0), task("holdout", 20, 10, 10))
    assert verdict("improves_target", healthy(*ten, long_answers("demonstration", 400, 0))).outcome is Outcome.PASSED


def test_short_answers_that_are_lost_a_little_everywhere_are_seen_together() -> None:
    lost = (task("fresh", 20, 17, 20), task("holdout", 20, 17, 20), long_answers("demonstration", 40, 40, says=25))
    found = verdict("keeps_own", healthy(*lost))
    assert (found.outcome, "fresh and held-out questions" in found.detail) == (Outcome.FAILED, True)


def test_one_long_answer_lifts_no_small_gain_over_the_floor() -> None:
    small = (task("fresh", 400, 14, 0), task("holdout", 20, 2, 2), long_answers("demonstration", 1, 1, says=1))
    assert verdict("improves_target", healthy(*small)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ((task("fresh", 20, 0, 20),), "fresh and held-out questions against the champion: -50"),
        ((task("fresh", 20, 0, 20), "one chat"), "a loss, if 21 groups could tell"),
        ((task("holdout", 20, 2, 20),), "held-out questions against the champion: -90"),
        ((long_answers("demonstration", 40, 40, says=-4),), ""),
        ((long_answers("demonstration", 6, 6, says=-6),), "long answers against the champion: -100"),
        ((long_answers("retired", 12, 12, says=-12),), "long answers against the champion: -100"),
    ],
)
def test_no_kind_of_question_is_lost_to_what_another_gained(lost: tuple[Any, ...], told: str) -> None:
    [kind, *chat] = lost
    kind = replace(kind, groups=tuple(chat) * len(kind.slices)) if chat else kind
    gained = {one.task: one for one in (task("fresh", 20, 20, 20), task("holdout", 20, 20, 20))}
    found = verdict("keeps_own", healthy(*(gained | {kind.task: kind}).values()))
    assert (found.outcome is Outcome.PASSED) is not bool(told)
    assert told in found.detail


def test_likelier_long_answers_hide_no_facts_that_are_lost() -> None:
    lost = (task("fresh", 40, 2, 30), task("holdout", 20, 2, 15))
    found = held_back(judged(healthy(*lost, long_answers("demonstration", 400, 400))))
    assert {"improves_target: failed", "keeps_own: failed"} <= set(found)


def test_rising_losses_of_short_answers_are_not_hidden_by_long_ones() -> None:
    risen = with_marks(USUAL[2], "challenger", tuple(replace(mark, loss=9.0) for mark in USUAL[2].marks["challenger"]))
    found = verdict("improves_target", healthy(risen, long_answers("demonstration", 400, 400, by=0.9)))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE


def test_long_answers_that_are_lost_refuse_what_short_ones_gained() -> None:
    evidence = healthy(long_answers("demonstration", 40, 2, 35))
    found = verdict("keeps_own", evidence)
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith("likelihood of long answers against the champion: -82.5")
    assert verdict("improves_target", evidence).outcome is Outcome.NOT_ENOUGH_EVIDENCE, "their loss has risen"
    assert verdict("keeps_own", healthy(long_answers("demonstration", 40, 35, 2))).outcome is Outcome.PASSED
    assert verdict("keeps_own", healthy(long_answers("demonstration", 40, 0, 40, by=0.04))).outcome is Outcome.PASSED
    assert held_back(judged(healthy(long_answers("demonstration", 1, 0, 1)))) == [], "one is no evidence of anything"


def test_retired_long_answers_may_not_be_lost() -> None:
    assert verdict("keeps_own", healthy(long_answers("retired", 40, 0, 40))).outcome is Outcome.FAILED
    assert verdict("keeps_own", healthy(long_answers("retired", 40, 20, 20))).outcome is Outcome.PASSED


def test_long_answers_make_no_loss_of_short_ones_easier_to_bear() -> None:
    roles = {"challenger": 11, "champion": 18, "anchor": 18, "base": 18}
    lost = paired("holdout", 20, roles)
    assert verdict("keeps_own", healthy(lost)).outcome is Outcome.FAILED
    assert verdict("keeps_own", healthy(lost, long_answers("demonstration", 20, 0))).outcome is Outcome.FAILED


def test_what_became_of_long_answers_is_in_the_ledger_and_can_be_verified(house: House) -> None:
    sign = record.signer(Vault.open(house.home))
    name, report_id = promotable(house, "first", tasks=(long_answers("holdout", 12, 10, 1, says=7),))
    promote(house.connection, report_id, "run", sign)
    assert answers(house) == name
    assert [one.mismatches for one in verify(house.connection, "", sign)] == [()]
    evidence = table.evidence(house.connection, report_id)
    assert len(evidence.tasks["demonstration"].slices) == 12
    [entry] = [one for one in ledger.read(house.connection, "demonstration") if one.role == "challenger"]
    assert (entry.score, entry.n) == (pytest.approx(7 / 12), 12)
    assert entry.margin == pytest.approx(7 / 12)
    assert entry.loss == pytest.approx(1 - 0.2 * 9 / 12, abs=1e-6)
