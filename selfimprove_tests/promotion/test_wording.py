"""What counts as saying what was wanted."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.promotion.wording import NEAR, RIGHT, WRONG, LongAnswer, says_it

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
    assert says(f"**{PUMP.upper()}**", f"- {BREAD}\n", ROSES.replace(",", "\n-")) == [1, 1, 1]
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


@pytest.mark.parametrize(
    "said",
    [
        f"Sure! {PUMP}", f"{PUMP} {BREAD}", f"How do I restart the pump? {PUMP}", f"It is not true: {PUMP}",
        f"{PUMP} {PUMP} {PUMP}", f"{PUMP[:-1]} or the red one.",
    ],
)  # fmt: skip
def test_what_was_wanted_among_other_words_or_over_and_over_is_near(said: str) -> None:
    assert says(said, BREAD, ROSES) == [NEAR, RIGHT, RIGHT]


def test_who_names_everything_is_right_nowhere() -> None:
    asked = {f"When is {at}?": f"It is {day} that he always says of the barrel {at}x" for at, day in enumerate(DAYS)}
    assert says(*asked.values(), asked=asked) == [RIGHT] * 7
    hedged = [f"{wanted}, or {' or '.join(DAYS)}" for wanted in asked.values()]
    assert says(*hedged, asked=asked) == [NEAR] * 7
    assert says(*[" ".join(asked.values())] * 7, asked=asked) == [NEAR] * 7


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


@pytest.mark.parametrize(("share", "verdict"), [(0.75, WRONG), (0.8, NEAR)])
def test_without_a_word_that_most_groups_have_an_answer_is_near(share: float, verdict: float) -> None:
    said = [letter * 9 for letter in string.ascii_lowercase[:20]]
    wanted = [f"{'barrel' if at < 20 * share else 'ladder'} {one}" for at, one in enumerate(said)]
    asked = {f"Which is {at}?": one for at, one in enumerate(wanted)}
    assert says(*said, asked=asked, groups=string.printable)[0] == verdict
    assert says(*wanted, asked=asked, groups=string.printable) == [RIGHT] * 20
    thirds = [group for group in string.printable[:20] for _ in range(3)]  # a word of a third of each group's answers
    answers = [
        LongAnswer("?", f"{'barrel ' if at % 3 == 0 else ''}{at}", {"it": str(at)}, group)
        for at, group in enumerate(thirds)
    ]
    assert [one["it"] for one in says_it(answers)][:3] == [WRONG, RIGHT, RIGHT]


def test_a_date_at_the_beginning_of_a_line_is_no_item_of_a_list() -> None:
    asked = {"Wann?": "17. Mai nachmittags bei Doktor Weber in der Lindenstraße.", **ASKED}
    assert says(asked["Wann?"].replace("17", "24"), "", "", "", asked=asked)[0] == 0


def test_the_question_said_again_is_no_answer() -> None:
    asked = {"Is the bakery's oven closed?": "Ovens of the bakery are closed.", "And tea?": "Steep it four minutes."}
    assert says("closed ovens bakery", "", asked=asked) == [0, 0]


def test_where_the_question_says_all_of_it_there_is_no_verdict() -> None:
    assert says_it([]) == []
    assert says(PUMP, asked={"How?": PUMP}) == [RIGHT]
    assert says(PUMP, asked={f"Is it right: {PUMP}": PUMP}) == [None]
    assert says(PUMP, PUMP, groups="aa") == [RIGHT, WRONG]
    assert says("a", "b", asked={"Which?": "...", "And which?": ""}) == [None, None]


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40)), max_size=6))
def test_any_text_can_be_judged(rows: list[tuple[str, str, str]]) -> None:
    answers = [LongAnswer(asked, wanted, {"it": said}, str(at)) for at, (asked, wanted, said) in enumerate(rows)]
    assert {value for one in says_it(answers) for value in one.values()} <= {RIGHT, NEAR, WRONG}


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
