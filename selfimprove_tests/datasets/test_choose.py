"""What a chat teaches, and the near-misses that teach nothing."""

from dataclasses import replace
from typing import Any

import pytest

from selfimprove.chats.chat import Message
from selfimprove.datasets.choose import choose, choose_all, regular
from selfimprove.datasets.example import Candidate, Example
from selfimprove_tests.datasets.make import candidate, chat, said

GOOD = 0.7


def learned(found: Example | str) -> list[str]:
    assert isinstance(found, Example), found
    return [message.content for message in found.messages]


def test_a_correction_takes_the_answers_place_and_ends_the_chat() -> None:
    found = choose(
        candidate("Q1", "bad", "No!", "worse", scores={1: 0.1, 3: 0.1}, feedback=(said("correction", 1, "good"),)), GOOD
    )
    assert learned(found) == ["Q1", "good"]
    assert isinstance(found, Example)
    assert (found.kind, found.score, found.chat_id) == ("correction", 1.0, "c")


def test_the_earliest_corrected_answer_counts_in_its_last_wording() -> None:
    feedback = (said("correction", 3, "late"), said("correction", 1, "first"), said("correction", 1, " second "))
    assert learned(choose(candidate("Q", "a", "R", "b", feedback=feedback), GOOD)) == ["Q", "second"]


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_correction_without_words_is_none(text: str | None) -> None:
    found = choose(candidate("Q", "a", scores={1: 0.9}, feedback=(said("correction", 1, text),)), GOOD)
    assert isinstance(found, Example)
    assert found.kind == "approved"


@pytest.mark.parametrize("position", [0, 2, 7])
def test_a_correction_of_what_is_no_answer_is_ignored(position: int) -> None:
    found = choose(candidate("Q", "a", "R", scores={1: 0.2}, feedback=(said("correction", position, "x"),)), GOOD)
    assert found == "low_score"


def test_a_middling_answer_before_a_correction_is_context() -> None:
    found = choose(
        candidate("Q", "a", "R", "b", scores={1: 0.4, 3: 0.1}, feedback=(said("correction", 3, "good"),)), GOOD
    )
    assert learned(found) == ["Q", "a", "R", "good"]


def test_an_unscored_answer_before_a_correction_is_context() -> None:
    assert learned(choose(candidate("Q", "a", "R", "b", feedback=(said("correction", 3, "good"),)), GOOD))[-1] == "good"


@pytest.mark.parametrize("before", [{"scores": {1: 0.29}}, {"scores": {1: 0.9}, "thumbs": True}])
def test_a_bad_answer_before_a_correction_spoils_it(before: dict) -> None:
    feedback = (said("correction", 3, "good"), *([said("thumbs", 1, value=-1)] if before.pop("thumbs", None) else []))
    assert choose(candidate("Q", "a", "R", "b", feedback=feedback, **before), GOOD) == "bad_answer_before_correction"


def test_answers_up_to_the_first_that_is_not_good() -> None:
    found = choose(candidate("Q", "a", "R", "b", "S", "c", scores={1: 0.9, 3: 0.7, 5: 0.69}), GOOD)
    assert learned(found) == ["Q", "a", "R", "b"]
    assert isinstance(found, Example)
    assert (found.kind, found.score) == ("approved", 0.7)


def test_a_good_answer_after_a_bad_one_is_lost_with_it() -> None:
    assert choose(candidate("Q", "a", "R", "b", scores={1: 0.5, 3: 0.9}), GOOD) == "low_score"


def test_thumbs_down_is_never_learned_whatever_its_score() -> None:
    down = (said("thumbs", 1, value=-1),)
    assert choose(candidate("Q", "a", scores={1: 0.95}, feedback=down), GOOD) == "thumbs_down"
    both = (*down, said("preference", 1, "other"))
    assert choose(candidate("Q", "a", scores={1: 0.95}, feedback=both), GOOD) == "thumbs_down"


def test_thumbs_up_alone_does_not_choose() -> None:
    up = (said("thumbs", 1, value=1),)
    assert choose(candidate("Q", "a", scores={1: 0.5}, feedback=up), GOOD) == "low_score"


def test_a_preferred_answer_is_kept_whatever_its_score() -> None:
    preferred = (said("preference", 3, "the rejected answer"),)
    found = choose(candidate("Q", "a", "R", "b", scores={1: 0.8, 3: 0.2}, feedback=preferred), GOOD)
    assert learned(found) == ["Q", "a", "R", "b"]


def test_the_rejected_answer_is_kept_beside_the_right_one() -> None:
    def rejected(*texts: str, feedback: Any, scores: Any = None) -> str | None:
        found = choose(candidate(*texts, scores=scores or {1: 0.9, 3: 0.9}, feedback=feedback), GOOD)
        assert isinstance(found, Example), found
        return found.rejected

    assert rejected("Q", "bad", feedback=(said("correction", 1, "good"),)) == "bad"
    assert rejected("Q", "good", feedback=(said("correction", 1, " good "),)) is None
    assert rejected("Q", "a", feedback=(said("preference", 1, "the rejected answer"),)) == "the rejected answer"
    assert rejected("Q", "a", "R", "b", feedback=(said("preference", 1, "the rejected answer"),)) is None
    assert rejected("Q", "a", feedback=()) is None


def test_an_answer_that_lost_a_comparison_is_not_learned() -> None:
    lost = (said("preference", 1, "the better answer", -1),)
    assert choose(candidate("Q", "a", scores={1: 0.9}, feedback=lost), GOOD) == "not_preferred"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (candidate("Q", "a", scores={1: 0.9}, pinned=True), "pinned"),
        (candidate("Q", "a", feedback=(said("correction", 1, "x"),), pinned=True), "pinned"),
        (replace(candidate("Q", "a", feedback=(said("correction", 1, "x"),)), excluded=True), "excluded"),
        (candidate("Q"), "no_answer"),
        (candidate("Q", "   ", scores={1: 0.9}), "no_answer"),
        (candidate("Q", "a"), "unscored"),
        (candidate("Q", "a", scores={1: 0.699}), "low_score"),
        (candidate(), "no_answer"),
    ],
)
def test_reasons(given: Candidate, reason: str) -> None:
    assert choose(given, GOOD) == reason


def test_a_comment_says_nothing_of_quality() -> None:
    assert choose(candidate("Q", "a", scores={1: 0.8}, feedback=(said("comment", 1, "hm"),)), GOOD) != "low_score"


def test_a_system_prompt_stays() -> None:
    found = choose(candidate("system: Be brief.", "Q", "a", scores={2: 0.9}), GOOD)
    assert learned(found) == ["Be brief.", "Q", "a"]


@pytest.mark.parametrize("role", ["tool", "user", "system"])
def test_a_chat_ends_before_its_first_irregular_turn(role: str) -> None:
    turns = (*chat("Q", "a", "R"), Message(role, "odd"), *chat("S", "b"))  # type: ignore[arg-type]
    assert regular(turns) == chat("Q", "a", "R")


def test_an_answer_that_is_all_thought_ends_it_too() -> None:
    turns = chat("Q", "<think>so</think> a", "<think>?", "<think>and then it broke off")
    assert regular(turns) == turns[:3]


def test_all_chats_are_chosen_or_left_out() -> None:
    given = [candidate("Q", "a", scores={1: 0.9}), candidate("Q", "a", scores={1: 0.1}), candidate("Q")]
    chosen, left_out = choose_all(given, GOOD)
    assert len(chosen) == 1
    assert [(out.reason, out.example_id) for out in left_out] == [("low_score", None), ("no_answer", None)]


def test_an_examples_id_is_its_chat_and_its_words() -> None:
    one, again = (choose(candidate("Q", "a", scores={1: s}), GOOD) for s in (0.9, 0.8))
    other = choose(candidate("Q", "b", scores={1: 0.9}), GOOD)
    assert isinstance(one, Example)
    assert isinstance(again, Example)
    assert isinstance(other, Example)
    assert one.id == again.id != other.id


@pytest.mark.parametrize(
    ("texts", "taught"),
    [
        (("My cheese?", "It is [PLACE_1]."), "masked_answer"),
        (("I am [NAME_1].", "Hello [NAME_1]!"), ["I am [NAME_1].", "Hello [NAME_1]!"]),
        (("I am [NAME_1].", "Hello [NAME_2]!"), "masked_answer"),
        (("What is [0]?", "It is [PLACE_X]."), ["What is [0]?", "It is [PLACE_X]."]),
        (("I am [NAME_1].", "Hi!", "And she?", "She is [NAME_2]."), ["I am [NAME_1].", "Hi!"]),
        (("Hi", "I am [NAME_1].", "Again?", "I am [NAME_1]."), "masked_answer"),
    ],
)
def test_an_answer_that_redaction_emptied_is_not_taught(texts: tuple[str, ...], taught: list[str] | str) -> None:
    found = choose(candidate(*texts, scores=dict.fromkeys(range(1, len(texts), 2), 0.9)), GOOD)
    assert (found if isinstance(found, str) else learned(found)) == taught


@pytest.mark.parametrize(
    ("better", "taught"), [("[NAME_1] is", "masked_answer"), ("a [PLACE_1]", ["[PLACE_1]?", "a [PLACE_1]"])]
)
def test_a_correction_that_redaction_emptied_is_not_taught(better: str, taught: list[str] | str) -> None:
    found = choose(candidate("[PLACE_1]?", "bad", feedback=(said("correction", 1, better),)), GOOD)
    assert (found if isinstance(found, str) else learned(found)) == taught
