"""What rules say of lessons, with the near-misses beside the hits, and what a model sees of them."""

import numpy as np
import pytest

from selfimprove.datasets.routes.features import NAMES, features, matrix
from selfimprove.datasets.routes.route import Where
from selfimprove.datasets.routes.route import lesson as of_example
from selfimprove.datasets.routes.rules import LONGEST_FACT, must_be_learned, vote
from selfimprove_tests.datasets.make import chosen
from selfimprove_tests.datasets.routing import OWN, lesson


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"turns": 2}, "several_turns"),
        ({"question": "And hers?"}, "question_too_short"),
        ({"question": "And what about hers?"}, None),
        ({"question": "Who is [NAME_1] to me?"}, "pseudonym"),
        ({"fact": "Your sister is [NAME_1]."}, "pseudonym"),
        ({"fact": "It is in [brackets]."}, None),
        ({"fact": "```\nprint(1)\n```"}, "code"),
        ({"fact": "word " * LONGEST_FACT}, None),
        ({"fact": "word " * (LONGEST_FACT + 1)}, "long_answer"),
    ],
)
def test_what_no_memory_can_hold(changes: dict, reason: str | None) -> None:
    assert must_be_learned(lesson(**changes)) == reason


@pytest.mark.parametrize(
    ("question", "fact", "where"),
    [
        (OWN, "In the shed.", "memory"),
        ("Wo steht mein Fahrrad?", "Im Hof.", "memory"),
        ("What is the best colour for a door?", "Your door is red.", "memory"),
        ("What is the capital of Peru?", "Lima.", None),  # the world's facts are the base model's
        ("What is my 3 + 4?", "It is 7.", "weights"),
        ("Write a poem about my cat.", "A cat so fine.", "weights"),
        ("Schreib mir einen Brief an die Schule.", "Liebe Schule.", "weights"),
        ("Please answer in one word: is it wet?", "Yes.", "weights"),
        ("Where is my train today?", "Platform four.", "nowhere"),
        ("Wann kommt heute der Zug?", "Um vier.", "nowhere"),
        ("What do I do every morning until today?", "You run.", "memory"),  # a habit is no one-off
        ("Please remind me in 5 minutes.", "I will.", "nowhere"),
        ("Remind me of my bin day.", "Your bin day is Monday.", None),  # a fact, asked for
        ("Erinnere mich um vier.", "Gut.", "nowhere"),
        ("Erinnere mich, wie mein Hund heißt.", "Rex.", None),
        ("Erinnere mich an mein Lieblingsessen.", "Brot.", None),
        ("Write a letter about my party tonight.", "Dear all.", None),  # a skill or a one-off: nobody knows
        ("It is raining.", "Yes.", None),
    ],
)
def test_where_the_rules_vote(question: str, fact: str, where: Where | None) -> None:
    assert vote(lesson(question, fact)) == where


def test_cues_are_whole_words() -> None:
    assert features(lesson("Is a mystery novel dear?"))["own"] == 0.0
    assert features(lesson("Is my novel dear?"))["own"] == 1.0
    assert features(lesson("Did the listener call?"))["task"] == 0.0


def test_features_have_their_names_in_order_and_the_embedding_after_them() -> None:
    one = lesson("What is 4 to me?", is_correction=True, times=3)
    seen = features(one)
    assert tuple(seen) == NAMES
    assert (seen["is_correction"], seen["digits"], seen["ends_as_question"]) == (1.0, 1.0, 1.0)
    assert seen["repeated"] > features(lesson("What is 4 to me?"))["repeated"] == 0.0
    row = matrix([one], np.ones((1, 384), np.float32))
    assert row.shape == (1, len(NAMES) + 384)
    assert list(row[0, : len(NAMES)]) == list(seen.values())
    assert matrix([], np.empty((0, 384), np.float32)).shape == (0, len(NAMES) + 384)


def test_an_example_teaches_its_last_question_and_answer() -> None:
    found = of_example(chosen("What is it?", "A heron.", 3, chat_id="bird"), 2)
    assert (found.question, found.fact, found.chat_id, found.turns) == ("What is it?", "A heron.", "bird", 1)
    assert (found.is_correction, found.times) == (True, 2)
    assert not of_example(chosen("What is it?", "A heron.", 3, kind="approved")).is_correction
