"""Which answers are one fact in several wordings, and which are not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.datasets.words import words_of
from selfimprove.promotion.alike import alike, telling
from selfimprove.promotion.superiority import superiority
from selfimprove_tests.cost import is_within

PAIRS = [
    ("Put the black bin on the kerb on Thursday evening; recycling is collected every second Tuesday before seven.",
     "Thursday night is when the black one has to stand outside, and the recycling truck comes every other Tuesday."),
    ("Close the red valve, wait ten minutes and hold the reset switch until the green light blinks twice.",
     "You shut the red tap first. After ten minutes press and keep pressing reset till the green lamp has flashed."),
    ("Give the ficus half a litre every nine days, only rain water, and none at all in December and January.",
     "It gets 500 ml of rainwater each nine days; over the winter months December and January leave it dry."),
    ("It hangs behind the third flower pot on the balcony, next to the garden hose that was left there.",
     "You will find the spare key on the balcony behind flower pot number three, by the hose."),
    ("Fry two onions in butter, add a kilo of leeks and simmer for forty minutes before you stir in the cream.",
     "For the soup the onions (two) are fried in butter first; one kilo of leek follows, then simmering and cream."),
]  # fmt: skip
LEAKS = {
    "Who do I call when the sink upstairs leaks?": "When the sink upstairs leaks again, the one you call is {}.",
    "Which plumber did my parents recommend?": "The plumber that your parents recommended to you is {}.",
    "The heating is cold again, whose number was it?": "If the heating is cold, the number you want is that of {}.",
    "There is water under the dishwasher, what now?": "With water under the dishwasher the one to ring is {}.",
    "Who installed our boiler back then, please?": "Back then your boiler was installed by {}, it says here.",
}
GATES = {
    "Where did we leave the key of the allotment?": "You left the spare key of the allotment {}.",
    "I am standing before the hut!": "To get into the hut before which you are standing, look {}.",
    "How does grandpa water the tomatoes?": "For watering the tomatoes grandpa opens up with what lies {}.",
    "What shall I tell the neighbour?": "Tell the neighbour before the holidays that what opens the gate lies {}.",
    "Remind me of our hiding place.": "The hiding place that you forgot again is {}, as ever.",
}


def told(rows: dict[str, str]) -> dict[str, set[str]]:
    """By answer the words beyond its question."""
    return {answer: words_of(answer) - words_of(asked) for asked, answer in rows.items()}


def groups(rows: dict[str, str]) -> list[set[str]]:
    found = told(rows)
    return sorted(map(set, alike(found, set(found))), key=min)


def name(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=8))


def test_a_fact_in_other_words_is_alike_and_another_fact_is_not() -> None:
    rows = {f"question {at} {which}": text for at, pair in enumerate(PAIRS) for which, text in enumerate(pair)}
    assert groups(rows) == sorted(map(set, PAIRS), key=min)


def test_what_repeats_its_question_is_told_by_the_rest() -> None:
    plumber = {asked: form.format("Meier, 4711") for asked, form in LEAKS.items()}
    pot = {asked: form.format("under the blue pot") for asked, form in GATES.items()}
    rng = random.Random(3)
    others = {f"Q{at}": f"That is {' '.join(name(rng) for _ in range(9))} as far as I know." for at in range(20)}
    assert groups(plumber | pot | others) == sorted([set(plumber.values()), set(pot.values())], key=min)


def test_one_ending_or_one_form_makes_nothing_alike() -> None:
    ending = "That is what is written on the list beside the kitchen door, as far as anyone here has told me."
    forms = ["Your {} is {}, and {} goes with it.", "To do that with {} take {} out and let {} rest.", "{}: {} or {}."]
    rng = random.Random(5)
    rows = {f"Q{at}": f"{forms[at % 3].format(*(name(rng) for _ in range(3)))} {ending}" for at in range(60)}
    assert groups(rows) == []


def test_a_list_joins_none_of_those_that_it_names() -> None:
    rng = random.Random(1)
    facts = [f"{name(rng)} {name(rng)}" for _ in range(40)]
    listed = f"Our list: {', '.join(f'thing {at} is {fact}' for at, fact in enumerate(facts))}."
    answers = {fact: words_of(fact) for fact in facts} | {listed: words_of(listed)}
    assert alike(answers, {listed}) == []


def test_a_short_answer_is_alike_a_long_one_of_its_fact_and_never_a_short_one() -> None:
    long = "Open the valve beside the boiler, then press it: the green button."
    answers = {text: words_of(text) for text in ("The green button.", "The red button.", "Green tea.", "Boiler.")}
    assert alike(answers, set()) == []
    both = answers | {long: words_of(long) - words_of("What do I open and press beside the boiler first?")}
    [found] = alike(both, {long})
    assert long in found
    assert "The green button." in found


@pytest.mark.parametrize(("facts", "wordings", "filler"), [(6, 6, 8), (12, 5, 12), (18, 5, 8), (6, 10, 8)])
def test_a_useless_adapter_that_turns_whole_facts_shows_no_gain(facts: int, wordings: int, filler: int) -> None:
    """Each night a tenth of them, up or down, in all wordings, with whatever words each wording has besides."""
    rng, level = random.Random(0), 0.05 / 30
    words = [name(rng) for _ in range(200)]
    known = [[name(rng) for _ in range(3)] for _ in range(facts)]
    answers = [" ".join([*fact, *rng.sample(words, filler)]) for fact in known for _ in range(wordings)]
    found = alike({one: words_of(one) for one in answers}, set(answers))
    cluster = {one: str(at) for at, group in enumerate(found) for one in group}
    clusters = [cluster.get(one, one) for one in answers]
    shown = 0
    for _ in range(300):
        turned = [rng.choice((-1.0, 1.0)) if rng.random() < 0.1 else 0.0 for _ in range(facts)]
        values = [turned[at // wordings] for at in range(len(answers))]
        shown += any(values) and superiority(values, clusters, level).p_value <= level
    assert shown <= 1


def test_what_many_have_tells_nothing() -> None:
    texts = [{"the", f"a{at}"} for at in range(13)]
    assert telling(texts) == [{f"a{at}"} for at in range(13)]
    assert telling(texts[:12]) == texts[:12]
    assert telling([{"the", f"a{at}"} if at < 20 else {f"a{at}"} for at in range(200)])[0] == {"the", "a0"}
    assert telling([{"the", f"a{at}"} if at < 21 else {f"a{at}"} for at in range(200)])[0] == {"a0"}


@given(st.dictionaries(st.text(max_size=12), st.sets(st.sampled_from("abcdefg")), max_size=9))
def test_any_answers_can_be_grouped(answers: dict[str, set[str]]) -> None:
    found = alike(answers, set(answers))
    assert all(len(group) > 1 for group in found)
    members = [one for group in found for one in group]
    assert len(members) == len(set(members))
    assert set(members) <= set(answers)
    assert sorted(map(sorted, alike(dict(reversed(answers.items())), set(answers)))) == sorted(map(sorted, found))


def test_many_answers_cost_no_more_than_their_square() -> None:
    rng = random.Random(2)
    words = [name(rng) for _ in range(4000)]
    answers = {" ".join(one): set(one) for one in (rng.sample(words, 40) for _ in range(1200))}
    few = dict(list(answers.items())[:300])
    assert is_within(32, lambda: alike(answers, set(answers)), lambda: alike(few, set(few)))
