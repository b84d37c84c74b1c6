"""When two prompts are the same question, and when they only look alike."""

import pytest

from selfimprove.datasets.prompts import keys, last_key, normalise, whole_prompt
from selfimprove_tests.datasets.make import chat


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is my tea?", "what is  my\ntea"),
        ("What is my tea?", "  What is my TEA!! "),
        ("ｗhat is my tea?", "what is my tea?"),
        ("Straße", "STRASSE"),
    ],
)
def test_the_same_question_in_other_letters(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("What is my tea?", "What is my tee?"), ("What is 2+3?", "What is 2-3?"), ("It's on", "Its on"), ("?", "!")],
)
def test_near_misses_are_other_questions(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_a_long_prompt_is_its_own_key_wherever_it_stands() -> None:
    alone = chat("What is the capital of France?", "Paris.")
    later = chat("Hello there, you.", "Hello.", "What is the capital of France?", "Paris.")
    assert last_key(alone) == last_key(later) == keys(alone)[0]


def test_a_short_prompt_means_something_after_the_one_before_it() -> None:
    france = chat("What is the capital of France?", "Paris.", "Thanks!", "You are welcome.")
    spain = chat("What is the capital of Spain?", "Madrid.", "Thanks!", "You are welcome.")
    assert last_key(france) != last_key(spain)
    assert keys(france) == ("what is the capital of france", "what is the capital of france\nthanks")


def test_a_short_first_prompt_stands_alone() -> None:
    assert keys(chat("Thanks!", "You are welcome.")) == ("thanks",)


def test_nobody_asked() -> None:
    assert last_key(chat("system: Be brief.")) == ""


def test_a_whole_prompt_holds_all_but_the_last_answer() -> None:
    assert whole_prompt(chat("system: Be BRIEF.", "Hi.", "Hello.")) == ("system: be brief", "user: hi")
