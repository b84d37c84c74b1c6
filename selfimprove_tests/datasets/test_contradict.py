"""Only the newest of two corrected answers to one prompt is learned."""

from dataclasses import replace

from selfimprove.datasets.contradict import contradicted_later
from selfimprove_tests.datasets.make import at, chosen


def test_the_household_changed_a_fact() -> None:
    old, new = chosen("What is my gym day?", "Monday.", 1), chosen("what is my gym day", "Friday.", 5)
    assert contradicted_later([new, old]) == {old.example.id}


def test_an_approved_answer_is_overruled_by_a_later_correction() -> None:
    old, new = chosen("What is my gym day?", "Monday.", 1, kind="approved"), chosen("What is my gym day?", "Friday.", 5)
    assert contradicted_later([old, new]) == {old.example.id}


def test_the_order_is_when_it_was_said_not_when_the_chat_began() -> None:
    first = replace(chosen("What is my gym day?", "Monday.", 1), said_at=at(9))
    second = chosen("What is my gym day?", "Friday.", 5)
    assert contradicted_later([first, second]) == {second.example.id}


def test_the_same_answer_in_other_letters_is_no_contradiction() -> None:
    assert not contradicted_later([chosen("My gym day?", "Monday.", 1), chosen("My gym day?", "monday", 5)])


def test_two_approved_answers_may_both_be_right() -> None:
    one, other = (chosen("Tell me a joke.", answer, day, kind="approved") for answer, day in (("Ha.", 1), ("Ho.", 2)))
    assert not contradicted_later([one, other])


def test_a_correction_does_not_overrule_what_was_approved_after_it() -> None:
    old, new = chosen("What is my gym day?", "Monday.", 1), chosen("What is my gym day?", "Friday.", 5, kind="approved")
    assert not contradicted_later([old, new])


def test_other_questions_stay() -> None:
    assert not contradicted_later(
        [chosen("What is my gym day?", "Monday.", 1), chosen("What is my bin day?", "Friday.", 5)]
    )


def test_of_three_answers_one_is_left() -> None:
    three = [chosen("What is my gym day?", answer, day) for day, answer in enumerate(["Monday.", "Friday.", "Sunday."])]
    assert contradicted_later(three) == {three[0].example.id, three[1].example.id}


def test_who_speaks_for_nobody_overrules_no_correction_of_the_owners() -> None:
    owner, stranger = chosen("What is my gym day?", "Monday.", 1), chosen("What is my gym day?", "Never.", 5)
    stranger = replace(stranger, taught_by="api", has_cap=True)
    assert contradicted_later([owner, stranger]) == {stranger.example.id}
    approved = chosen("What is my gym day?", "Monday.", 1, kind="approved")
    assert contradicted_later([approved, stranger]) == {approved.example.id}, "a person's word against a guess"
