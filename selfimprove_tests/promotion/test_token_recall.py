"""What counts as saying what was wanted."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.promotion.token_recall import AMONG, RIGHT, WRONG, LongAnswer, interchangeable, says_it

PUMP = "Open the valve beside the boiler, wait two minutes and press the green button."
BREAD = "Feed it rye flour at seven, keep it under a towel and bake on the third morning."
ROSES = "Cut them in March above the fifth leaf, water at 6:30 and leave 1.5 m between two bushes."
ASKED = {"How do I restart the pump?": PUMP, "How do I keep the starter alive?": BREAD, "What of the roses?": ROSES}


def says(*said: str, asked: dict[str, str] = ASKED, groups: str = "abcdefgh") -> list[float | None]:
    """Of a model that says this to the questions in their order."""
    both = zip(asked.items(), said, groups, strict=False)
    answers = [LongAnswer(question, wanted, {"it": text}, group) for (question, wanted), text, group in both]
    return [one.get("it") for one in says_it(answers)]


def test_who_says_what_was_wanted_does_so_in_any_order_and_form() -> None:
    assert says(PUMP, BREAD, ROSES) == [1, 1, 1]
    assert says(f"Sure! **{PUMP.upper()}**", f"1. {BREAD}\n2. Enjoy.", ROSES.replace(",", "\n-")) == [1, 1, 1]
    assert says(BREAD, ROSES, PUMP) == [0, 0, 0]


@pytest.mark.parametrize(
    "said",
    [
        "", "I do not know that.", "How do I restart the pump?",
        "Close the valve above the boiler, wait five minutes and press the red button.",
        "To restart a pump, first check the valve and the boiler. Then press the button and wait some minutes.",
    ],
)  # fmt: skip
def test_who_stays_with_the_topic_and_has_the_facts_wrong_says_nothing(said: str) -> None:
    assert says(said, said, said) == [0, 0, 0]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Thursday", "Monday"), ("two", "ten"), ("red", "blue"), ("left", "right"), ("No,", "Yes,"), ("6:30", "7:30"),
        ("1.5", "1.8"), ("2031-05-02", "2031-05-03"), ("4711", "4712"), ("€30", "€300"), ("third", ""),
    ],
)  # fmt: skip
def test_one_word_that_is_missing_or_another_makes_it_wrong(right: str, wrong: str) -> None:
    """However many of the words around it are said, and also where the question names both."""
    wanted = f"{right} it is that he always says of the old barrel below the stairs, and he wrote it onto the lid."
    asked = {f"Is it {right} or {wrong}?": wanted, **ASKED}
    assert says(wanted, PUMP, BREAD, ROSES, asked=asked) == [1, 1, 1, 1]
    assert says(wanted.replace(right, wrong), PUMP, BREAD, ROSES, asked=asked) == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1.5 l", "1.5l"), ("7:00 am", "7:00am"), ("€30", "30 €"), ("$1,000", "$1000"), ("20.", "20"),
        ("**left**", "left"),
    ],
)  # fmt: skip
def test_how_a_number_is_set_does_not_matter(written: str, said: str) -> None:
    asked = {"How?": f"Take {written} of it to the barrel below the stairs before the rain comes.", **ASKED}
    assert says(asked["How?"].replace(written, said), "", "", "", asked=asked)[0] == 1


DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def test_who_names_everything_says_nothing() -> None:
    """A few words beside what was wanted are none the worse; all weekdays are, and so is another list of facts."""
    asked = {f"When is {at}?": f"It is {day} that he always says of the barrel {at}x" for at, day in enumerate(DAYS)}
    assert says(*asked.values(), asked=asked) == [RIGHT] * 7
    hedged = [f"{wanted}, or {' or '.join(DAYS)}" for wanted in asked.values()]
    assert says(*hedged, asked=asked) == [AMONG] * 7
    assert says(*[" ".join(asked.values())] * 7, asked=asked) == [AMONG] * 7
    assert says(f"Sure, it is: {PUMP}", BREAD, ROSES)[0] == RIGHT
    assert says(f"{PUMP} {BREAD}", BREAD, ROSES)[0] == AMONG
    assert says(f"How do I restart the pump? {PUMP}", BREAD, ROSES)[0] == RIGHT


def test_in_a_house_of_few_kinds_of_sentences_what_tells_still_has_to_be_said() -> None:
    """Each weekday is in some answer of most groups, and in few answers."""
    rows = [(kind, DAYS[at % 7], f"x{kind}y{at}") for kind in range(6) for at in range(14)]
    said = [f"On {DAYS[(at + 1) % 7]} it is the {name} which everybody wants" for at, (_, _, name) in enumerate(rows)]
    wanted = [f"On {day} it is the {name} which everybody wants" for _, day, name in rows]
    answers = [
        LongAnswer(f"When is {name}?", right, {"wrong": wrong, "right": right}, str(kind))
        for (kind, _, name), right, wrong in zip(rows, wanted, said, strict=True)
    ]
    assert {(one["wrong"], one["right"]) for one in says_it(answers)} == {(WRONG, RIGHT)}


@pytest.mark.parametrize(("share", "is_usual"), [(0.75, False), (0.8, True)])
def test_words_of_three_quarters_of_the_groups_have_to_be_said(share: float, is_usual: bool) -> None:
    said = [letter * 9 for letter in string.ascii_lowercase[:20]]
    wanted = [f"{'barrel' if at < 20 * share else 'ladder'} {one}" for at, one in enumerate(said)]
    asked = {f"Which is {at}?": one for at, one in enumerate(wanted)}
    assert says(*said, asked=asked, groups=string.printable)[0] == float(is_usual)
    numbers = {one: wanted.replace("barrel", "barrel 7") for one, wanted in asked.items()}
    assert says(*said, asked=numbers, groups=string.printable)[0] == 0, "a number is never usual"


def test_answers_that_are_right_to_each_others_questions_are_interchangeable() -> None:
    steps = ["open the valve", "wait two minutes", "press the button", "check the red lamp"]
    orders = [f"Please {', '.join(steps[at:] + steps[:at])}." for at in range(4)]
    others = [f"{orders[0]} {BREAD}", ROSES, "Green tea at seven.", "Nothing before noon."]
    rows = [(f"How ({at})?", one) for at, one in enumerate([*orders, *others])]
    answers = [LongAnswer(asked, wanted, {}, str(at)) for at, (asked, wanted) in enumerate(rows)]
    found = set(interchangeable(answers))
    assert found == {(one, other) for one in range(4) for other in range(4) if one != other}


def test_a_date_at_the_beginning_of_a_line_is_no_item_of_a_list() -> None:
    asked = {"Wann?": "17. Mai nachmittags bei Doktor Weber in der Lindenstraße.", **ASKED}
    assert says(asked["Wann?"].replace("17", "24"), "", "", "", asked=asked)[0] == 0


def test_what_all_answers_have_in_common_counts_nothing() -> None:
    ending = "That is what is written on the list beside the kitchen door, as far as anyone here has told me."
    days = {f"When is day {at}?": f"On {day}. {ending}" for at, day in enumerate(("Monday", "Friday", "Sunday"))}
    first, *_ = days.values()
    assert says(first, first, first, asked=days) == [1, 0, 0]


def test_the_question_said_again_is_no_answer() -> None:
    asked = {"Is the bakery's oven closed?": "Ovens of the bakery are closed.", "And tea?": "Steep it four minutes."}
    assert says("closed ovens bakery", "", asked=asked) == [0, 0]


def test_without_another_answer_nothing_can_be_told() -> None:
    assert says_it([]) == []
    assert says(PUMP, asked={"How?": PUMP}) == [None]
    assert says(PUMP, BREAD, groups="aa") == [None, None]
    assert says("a", "b", asked={"Which?": "...", "And which?": ""}) == [None, None]


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40)), max_size=6))
def test_any_text_can_be_judged(rows: list[tuple[str, str, str]]) -> None:
    answers = [LongAnswer(asked, wanted, {"it": said}, str(at)) for at, (asked, wanted, said) in enumerate(rows)]
    assert {value for one in says_it(answers) for value in one.values()} <= {RIGHT, AMONG, WRONG}
    assert all(one != other for one, other in interchangeable(answers))


@pytest.mark.parametrize("wanted", ["先に元栓を開けてから緑のボタンを押します", "เปิดวาล์วข้างหม้อต้มแล้วกดปุ่มสีเขียว"])
def test_scripts_without_spaces_are_judged_too(wanted: str) -> None:
    asked = {"?": wanted, "!": BREAD}
    assert says(wanted, "", asked=asked) == [1, 0]
    assert says(wanted[: len(wanted) // 2], "", asked=asked) == [0, 0]


def drawn(rng: random.Random, words: list[str], n: int) -> str:
    return " ".join(rng.sample(words, n))


@pytest.mark.parametrize("topics", [1, 5, 30])
def test_on_topic_without_a_fact_is_never_taken_for_the_answer(topics: int) -> None:
    """30 houses of 30 answers: half of the words of each are its topic's, which the model says and adds wrong facts."""
    right = 0
    for seed in range(30):
        rng = random.Random(seed)
        names = ["".join(rng.choices(string.ascii_lowercase, k=9)) for _ in range(2000)]
        about = [rng.sample(names[:600], 8) for _ in range(topics)]
        wanted = [" ".join([*about[at % topics], *rng.sample(names[600:], 8)]) for at in range(30)]
        said = [" ".join([*about[at % topics], *rng.sample(names[600:], 30)]) for at in range(30)]
        asked = {f"question {at}": one for at, one in enumerate(wanted)}
        right += sum(one or 0 for one in says(*said, asked=asked, groups=string.printable))
        assert says(*wanted, asked=asked, groups=string.printable) == [1] * 30
        assert says(*wanted, asked={one: one for one in wanted}, groups=string.printable) == [None] * 30
    assert right == 0
