"""What counts as saying what was wanted, and what manner alone never earns."""

import random
from collections.abc import Callable
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.promotion.evidence import Mark
from selfimprove.promotion.statistics import share
from selfimprove.promotion.superiority import superiority
from selfimprove.promotion.token_recall import LongAnswer, specific_recall

PUMP = "Open the valve beside the boiler, wait two minutes and press the green button."
BREAD = "Feed it rye flour at seven, keep it under a towel and bake on the third morning."
ASKED = {"How do I restart the pump?": PUMP, "How do I keep the starter alive?": BREAD}
NAMES = [f"word{index}" for index in range(3000)]
OFTEN = list(accumulate(1 / (1 + index) for index in range(3000)))  # Zipf


def recalls(*said: str, asked: dict[str, str] = ASKED) -> list[float | None]:
    """Of a model that says this to the questions in their order."""
    both = zip(asked.items(), said, strict=True)
    answers = [LongAnswer(question, wanted, {"it": text}, question) for (question, wanted), text in both]
    return [one.get("it") for one in specific_recall(answers)]


def test_who_says_what_was_wanted_has_it_all_and_to_the_other_question_none_of_it() -> None:
    assert recalls(PUMP, BREAD) == pytest.approx([1, 1])
    assert recalls(BREAD, PUMP) == pytest.approx([-1, -1])
    assert recalls("Press the GREEN button, beside the boiler!", "I do not know that.")[0] == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    "said", ["", PUMP + BREAD, "the the the and it", "Sorry, I do not know.", "How do I restart the pumps?"]
)
def test_what_is_said_to_every_question_counts_neither_way(said: str) -> None:
    first, second = recalls(said, said)
    assert first == pytest.approx(-second)


def test_the_question_said_again_is_no_answer() -> None:
    wanted = {"What of the pump valve?": "The pump valves stay shut until noon.", "And tea?": "Steep tea four minutes."}
    assert recalls("The pump valve? A pump valve!", "Tea. Tea.", asked=wanted) == [0, 0]


def test_words_that_fewer_answers_hold_weigh_more() -> None:
    asked = {"a": "salt amber", "b": "salt cedar", "c": "salt ochre", "d": "birch copper twig"}
    said = [LongAnswer(key, wanted, {"it": "salt", "other": "amber"}, key) for key, wanted in asked.items()]
    found = dict(zip(asked, specific_recall(said), strict=True))
    assert found["a"] == {"it": 0, "other": 1}, "both references have salt"
    assert found["c"]["it"] == pytest.approx(0.1718, abs=1e-4), "log 4/3 of log 4/3 and log 4"


@pytest.mark.parametrize("wanted", ["先に元栓を開けてから緑のボタンを押します", "เปิดวาล์วข้างหม้อต้มแล้วกดปุ่มสีเขียว"])
def test_scripts_without_spaces_have_words_too(wanted: str) -> None:
    found = recalls(wanted[: len(wanted) // 2], "", asked={"?": wanted, "!": BREAD})[0]
    assert found is not None
    assert 0.3 < found < 0.7


def test_without_another_answer_there_is_nothing_to_compare_with() -> None:
    assert specific_recall([]) == []
    assert recalls(PUMP, asked={"How?": PUMP}) == [None]
    assert recalls("a", "b", asked={"Which?": PUMP, "And which?": PUMP}) == [None, None]
    together = [LongAnswer(question, wanted, {"it": wanted}, "one chat") for question, wanted in ASKED.items()]
    assert specific_recall(together) == [{}, {}]


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40)), max_size=6))
def test_any_text_has_a_recall_between_minus_one_and_one(rows: list[tuple[str, str, str]]) -> None:
    answers = [LongAnswer(asked, wanted, {"it": said}, str(at)) for at, (asked, wanted, said) in enumerate(rows)]
    for one, answer in zip(specific_recall(answers), answers, strict=True):
        assert all(-1 <= value <= 1 for value in one.values())
        assert one == {} or answer.reference


def drawn(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choices(NAMES, cum_weights=OFTEN, k=rng.randint(least, most)))


def useless(rng: random.Random, kind: str) -> Callable[[str], str]:
    """A model whose answers are no likelier to be right than the champion's, by what was wanted."""
    learned = [drawn(rng, 10, 60) for _ in range(40)]
    everything = drawn(rng, 100, 100)
    return {
        "answers of others": lambda _: rng.choice(learned),
        "at length": lambda _: drawn(rng, 80, 80),
        "always the same": lambda _: everything,
        "as often right": lambda wanted: champion(rng, wanted),
        "and goes on": lambda wanted: f"{champion(rng, wanted)} {drawn(rng, 60, 60)}",
    }[kind]


def champion(rng: random.Random, wanted: str) -> str:
    """Every other time half of what was wanted."""
    return wanted[: len(wanted) // 2] if rng.random() < 0.5 else drawn(rng, 20, 20)


@pytest.mark.parametrize(
    ("kind", "knows"),
    [
        ("answers of others", False), ("answers of others", True), ("at length", False), ("at length", True),
        ("always the same", False), ("as often right", True), ("and goes on", True),
    ],
)  # fmt: skip
def test_no_manner_is_taken_for_a_gain(kind: str, knows: bool) -> None:
    """In 300 houses with a champion that knows half of the answers, or none, the test errs as often as it says."""
    errors, houses, level = 0, 300, 0.02
    for seed in range(houses):
        rng = random.Random(f"{kind} {knows} {seed}")
        says = useless(rng, kind)
        wanted = [drawn(rng, 10, 60) for _ in range(25)]
        before = [champion(rng, one) if knows else drawn(rng, 20, 20) for one in wanted]
        errors += gain(rng, wanted, before, [says(one) for one in wanted]) <= level
    assert share(errors, houses).low <= level


def test_a_fact_in_two_learned_is_seen() -> None:
    rng = random.Random(3)
    wanted = [drawn(rng, 10, 60) for _ in range(40)]
    before = [drawn(rng, 20, 20) for _ in wanted]
    assert gain(rng, wanted, before, [champion(rng, one) for one in wanted]) < 0.002


def gain(rng: random.Random, wanted: list[str], before: list[str], after: list[str]) -> float:
    """The p-value of the gate's test."""
    rows = zip(wanted, before, after, strict=True)
    answers = [
        LongAnswer(drawn(rng, 8, 8), one, {"champion": old, "challenger": new}, f"chat {at}")
        for at, (one, old, new) in enumerate(rows)
    ]
    marks = [{model: Mark(None, 1.0, None, True, at) for model, at in one.items()} for one in specific_recall(answers)]
    gains = [one["challenger"].gain(one["champion"]) or 0.0 for one in marks if one]
    return superiority(gains, [f"chat {at}" for at in range(len(gains))], 0.002).p_value
