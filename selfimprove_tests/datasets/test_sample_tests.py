"""A night asks a thousand questions at most, the newest and some of all others, whatever anybody answered."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from selfimprove.datasets.build import Room, build
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.sample_tests import REASON, sampled
from selfimprove.datasets.split import Splits
from selfimprove_tests.cost import is_within
from selfimprove_tests.datasets.make import FIRST, chosen
from selfimprove_tests.datasets.test_build import fill, room, tonight  # noqa: F401  a fixture

RULE = Rule(asked=100)
NIGHT = FIRST + timedelta(days=400)


def questions(n: int, day: int = 0, client: str = "gateway", answer: str = "{}") -> list[Chosen]:
    """Different ones of days that go on from a first one, two a day."""
    made = (
        chosen(f"What is thing {i} of {client} {day}?", answer.format(i), day + i // 2, chat_id=f"{client} {day} {i}")
        for i in range(n)
    )
    return [replace(c, client=client) for c in made]


def splits(held: list[Chosen], fresh: list[Chosen]) -> Splits:
    return Splits(FIRST, tuple(questions(9, client="taught")), tuple(held), tuple(fresh), (), (), frozenset({"asked"}))


def asked(found: Splits) -> set[str]:
    return {c.chat_id for c in (*found.fresh, *found.validation)}


@pytest.mark.parametrize(("held", "fresh"), [(90, 10), (100, 0), (0, 100), (3, 4)])
def test_a_house_with_few_asks_all(held: int, fresh: int) -> None:
    before = splits(questions(held), questions(fresh, 500))
    assert sampled(before, RULE, NIGHT) == before
    many = splits(questions(300), questions(300, 500))
    assert sampled(many, replace(RULE, asked=0), NIGHT) == many


@pytest.mark.parametrize(
    ("held", "fresh", "held_asked", "fresh_asked"),
    [(1000, 10, 90, 10), (1000, 300, 67, 33), (20, 300, 20, 80), (101, 0, 100, 0), (0, 101, 0, 100)],
)
def test_so_many_are_asked_and_fresh_ones_first(held: int, fresh: int, held_asked: int, fresh_asked: int) -> None:
    before = splits(questions(held), questions(fresh, 900))
    found = sampled(before, RULE, NIGHT)
    assert (len(found.validation), len(found.fresh)) == (held_asked, fresh_asked)
    assert Counter(out.reason for out in found.left_out) == {REASON: held + fresh - 100}
    assert (found.train, found.test_keys) == (before.train, before.test_keys)


def test_a_third_are_the_newest_and_the_rest_come_in_turn_from_all_ages() -> None:
    held = questions(1000)
    found = sampled(splits(held, []), RULE, NIGHT)
    newest = {c.chat_id for c in held[-32:]}
    assert newest < asked(found)
    quarters = Counter(held.index(c) // 250 for c in found.validation if c.chat_id not in newest)
    assert all(quarters[quarter] >= 5 for quarter in range(4))


def test_each_question_has_its_turn_within_a_year_and_keeps_it_for_some_nights() -> None:
    before = splits(questions(1000), [])
    nights = [asked(sampled(before, RULE, NIGHT + timedelta(days=night))) for night in range(365)]
    assert set().union(*nights) == {c.chat_id for c in before.validation}
    assert max(len(tonight - last) for last, tonight in pairwise(nights)) <= 15


def test_who_is_asked_rests_on_the_night_and_not_on_what_is_answered() -> None:
    held = questions(400)
    other = [chosen("Otherwise?", f"Answer {i}", i // 2, chat_id=c.chat_id) for i, c in enumerate(held)]
    once, again = (asked(sampled(splits(one, []), RULE, NIGHT)) for one in (held, other))
    assert once == again
    assert once != asked(sampled(splits(held, []), RULE, NIGHT + timedelta(days=100)))


def test_what_a_later_question_answers_otherwise_is_not_asked_beside_few_others() -> None:
    """Both would hardly be asked on one night; alone the older one counts as lost by whoever learned the newer one."""
    told = [chosen(f"Bins, {day}?", f"Your bin day is {day}.", at) for at, day in ((900, "Friday"), (901, "Monday"))]
    names = asked(sampled(splits([*questions(500), *told], []), RULE, NIGHT))
    assert [c.chat_id in names for c in told] == [False, True]


def test_guests_neither_crowd_out_the_newest_questions_of_the_house_nor_outdate_them() -> None:
    guest = "gateway:0a0a0a0a"
    house = [*questions(200), chosen("Bins?", "Your bin day is Friday.", 100)]
    flood = [*questions(200, 300, guest), replace(chosen("Bins!", "Your bin day is Monday.", 600), client=guest)]
    names = asked(sampled(splits([*house, *flood], []), RULE, NIGHT))
    assert {c.chat_id for c in house[-32:]} <= names


def test_what_is_not_asked_tonight_is_not_learned_either(room: Room) -> None:  # noqa: F811
    fill(room, days=5)
    build(room, Rule(seed=1, asked=6), "run")
    dataset = tonight(room)
    assert (len(dataset.splits["fresh"]), len(dataset.splits["validation"])) == (2, 4)
    assert dataset.manifest["chats"]["rejected"] == {REASON: 8}
    assert {e.messages[-1].content for e in dataset.splits["train"]} == {f"It is {i}." for i in range(9)}
    assert len(dataset.splits["train"]) == 36


@pytest.mark.parametrize("answer", ["Yes, it is.", "The answer is {}.", "{}"])
def test_choosing_takes_time_in_proportion_to_what_there_is(answer: str) -> None:
    few, many = (splits(questions(n, answer=answer), []) for n in (1000, 8000))
    assert is_within(12, lambda: sampled(many, RULE, NIGHT), lambda: sampled(few, RULE, NIGHT))
