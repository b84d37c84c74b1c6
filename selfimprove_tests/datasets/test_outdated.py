"""Questions that have another answer by now."""

from datetime import UTC, datetime, timedelta

import pytest

from selfimprove.datasets.outdated import outdated
from selfimprove.promotion.sift import sift
from selfimprove_tests.cost import is_within

FIRST = datetime(2031, 5, 2, tzinfo=UTC)
THEN = FIRST + timedelta(days=4)


@pytest.mark.parametrize(
    ("earlier", "later", "is_old"),
    [
        ("Your bin day is Friday.", "Your bin day is Monday.", True),
        ("Your bedtime is ten.", "Your bedtime is half past ten.", True),
        ("Your car is a red van.", "Your car is a grey taxi.", True),
        ("Your bin day is Friday.", "your bin day is  friday", False),
        ("Your favourite sport is tennis.", "Your favourite season is autumn.", False),
        ("The capital of Canada is Ottawa.", "The capital of France is Paris.", False),
        ("It is Tuesday.", "It is Friday.", False),
        ("Yes.", "No.", False),
    ],
)
def test_an_answer_is_outdated_by_another_with_the_same_beginning(earlier: str, later: str, is_old: bool) -> None:
    assert outdated([earlier, later], [FIRST, THEN], [None, None]) == [is_old, False]
    assert outdated([later, earlier], [THEN, FIRST], [None, None]) == [False, is_old]


@pytest.mark.parametrize(
    ("earlier", "later", "is_old"),
    [
        ("When is judo?", "And when is judo now?", True),
        ("When is judo?", "What colour is the spare key?", False),
        ("Tell me about judo.", "When does the choir meet?", False),
        (None, "What colour is the spare key?", True),
        ("", "", True),
        ("When is judo?", "", False),
    ],
)
def test_long_answers_that_begin_alike_by_habit_answer_other_questions(
    earlier: str | None, later: str, is_old: bool
) -> None:
    answers = [f"As far as anyone here has told me in all this time, it is {what}." for what in ("Friday", "green")]
    assert outdated(answers, [FIRST, THEN], [earlier, later]) == [is_old, False]


@pytest.mark.parametrize(
    ("form", "questions", "is_old"),
    [
        ("Your bin day is {}.", ("When do the bins go out?", "What day is rubbish collected?"), True),
        ("The answer is {}.", ("What is 7 + 8?", "What is 8 + 8?"), False),
        ("The answer is {}.", ("What is the answer to 8 - 3?", "What is the answer to 8 + 3?"), False),
        ("The answer is {}.", ("What did I say is 7 + 8?", "What is 7 + 8?"), True),
        ("It is on {}.", ("When is judo?", "And when is judo now?"), True),
        ("It is on {}.", ("When is judo?", "When is the choir?"), False),
        ("It is on {}.", ("When is judo?", None), True),
        ("The shop opens at {}.", ("When does the shop at 12 open?", "When does the shop at 7 open?"), False),
    ],
)
def test_what_short_answers_begin_with_says_what_they_are_about_or_their_questions_do(
    form: str, questions: tuple[str, str | None], is_old: bool
) -> None:
    answers = [form.format(value) for value in ("Friday", "Monday")]
    assert outdated(answers, [FIRST, THEN], questions) == [is_old, False]
    assert outdated(answers[::-1], [THEN, FIRST], questions[::-1]) == [False, is_old]
    assert outdated([answers[0], answers[0]], [FIRST, THEN], questions) == [False, False]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is {}?", "The answer is {}."),
        ("Where is the thing{}?", "You can find it in room{}."),
        ("I am person{}.", "Nice to meet you, person{}."),
        ("What is the German word for thing{}?", "The word is Ding{}."),
    ],
)
def test_a_house_whose_answers_share_a_form_keeps_its_questions(question: str, answer: str) -> None:
    days = [FIRST + timedelta(days=at) for at in range(21)]
    answers = [*(answer.format(at) for at in range(20)), answer.format("x")]
    questions = [*(question.format(at) for at in range(20)), question.format(7)]
    assert outdated(answers, days, questions) == [at == 7 for at in range(21)]


def test_answers_that_come_back_by_turns_are_no_fact_that_changes() -> None:
    """Lessons have few days: each day is the answer to several of them, and a lesson is moved only once."""
    lessons, days = ("piano", "violin", "judo", "riding", "dance", "choir", "chess"), ("Friday", "Monday")
    questions = [f"When is the {lesson} lesson?" for lesson in (*lessons, "judo")]
    answers = [f"The lesson is on {days[at % 2]}." for at in range(len(questions))]
    when = [FIRST + timedelta(days=at) for at in range(len(questions))]
    assert outdated(answers, when, questions) == [at == 2 for at in range(len(questions))]


def test_what_was_said_at_once_or_in_no_chat_is_not() -> None:
    answers = ["Your bin day is Friday.", "Your bin day is Monday."]
    assert outdated(answers, [FIRST, FIRST], [None, None]) == [False, False]
    assert outdated(answers, [None, THEN], [None, None]) == [False, False]
    assert outdated([], [], []) == []


def test_a_later_answer_outdates_whatever_its_length() -> None:
    answers = ["Your bin day is Friday.", "Your bin day is Monday, every second week, and never on a holiday at all."]
    assert outdated(answers, [FIRST, THEN], [None, "When is it?"]) == [True, False]
    assert outdated(answers, [THEN, FIRST], [None, "When is it?"]) == [False, True]


def row(example: str, task: str, answer: str, day: int, uses: int = 0, grader: str = "exact") -> dict[str, object]:
    return {"example_id": example, "task": task, "slice": f"chat {example}", "reference": answer,
            "said_at": FIRST + timedelta(days=day), "uses": uses, "grader": grader, "model": "base", "found": True,
            "output": answer, "messages": [{"role": "user", "content": f"What of my day {example}?"}]}  # fmt: skip


def test_what_tests_no_gain_any_more_has_a_task_of_its_own() -> None:
    rows = [
        row("a", "core", "Your bin day is Sunday.", 0),
        row("b", "fresh", "Your bin day is Monday.", 9),
        row("c", "holdout", "Your bin day is Friday.", 1),
        row("d", "holdout", "Your tea is green.", 1, uses=30),
        row("e", "holdout", "Your tea is green.", 2),
    ]
    sifted = sift(rows, 30)
    assert [(one["example_id"], one["task"]) for one in sifted] == [
        ("a", "core"), ("b", "fresh"), ("e", "holdout"), ("d", "retired"), ("c", "outdated"),
    ]  # fmt: skip
    groups = {one["example_id"]: one["group"] for one in sifted}
    assert (groups["a"], groups["c"]) == (None, None)
    assert groups["d"] == groups["e"] != groups["b"]


def test_long_answers_are_a_target_of_their_own_until_they_are_retired() -> None:
    rows = [
        row("a", "core", "A long answer.", 0, grader="likelihood"),
        row("b", "fresh", "The tap turns left.", 1, grader="likelihood"),
        row("c", "fresh", "Short.", 1),
        row("d", "holdout", "Bread needs seven hours.", 1, grader="likelihood"),
        row("e", "holdout", "Ivy climbs any wall.", 1, uses=30, grader="likelihood"),
    ]
    sifted = sift(rows, 30)
    assert [(one["example_id"], one["task"]) for one in sifted] == [
        ("a", "core"), ("c", "fresh"), ("e", "retired"), ("b", "demonstration"), ("d", "demonstration"),
    ]  # fmt: skip
    assert [one["task"] for one in sift(rows, 0)] == ["core", "fresh", "retired", "retired", "demonstration"]
    assert [one["says"] for one in sifted] == [None, None, 1.0, 1.0, 1.0]
    missing = [one | {"found": False, "output": None} for one in rows]
    assert {one["says"] for one in sift(missing, 30)} == {None}


def test_what_is_asked_is_the_last_of_what_was_said() -> None:
    """A long talk before it, of other things, makes two questions neither alike nor unlike."""
    answers = [f"As far as anyone here has told me until now, it takes place on {day}." for day in ("Friday", "Monday")]
    rows = [row("ab"[at], "fresh", answer, at, grader="likelihood") for at, answer in enumerate(answers)]
    talk = ("Water roses, ivy and ferns tonight.", "That soup recipe was too salty for me.")
    for one, before in zip(rows, talk, strict=True):
        one["messages"] = [{"role": "user", "content": text} for text in (before, "When is judo?")]
    assert [one["task"] for one in sift(rows, 30)] == ["demonstration", "outdated"]


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("Yes, it is.", None),
        ("Yes, it is.", "What is what is {}?"),
        ("The answer is {}.", None),
        ("The answer is {}.", "Which judo?"),
        ("Thing {} is what is meant.", "What is meant?"),
        ("Judo is on day {half}.", "What of {} and judo?"),
        ("Judo is on day {half}.", "What is what is {}?"),
    ],
)
def test_many_answers_take_time_in_proportion(answer: str, question: str | None) -> None:
    def found(n: int) -> list[bool]:
        days = [FIRST + timedelta(days=at) for at in range(n)]
        asked = [question and question.format(at) for at in range(n)]
        return outdated([answer.format(at, half=2 * at // n) for at in range(n)], days, asked)

    assert is_within(12, lambda: found(2000), lambda: found(250))
