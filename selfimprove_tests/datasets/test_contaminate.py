"""What nearly repeats a test is not learned; what only looks like it may be."""

from collections import Counter
from dataclasses import replace

import pytest

from selfimprove.datasets.contaminate import contaminated, decontaminated, held_apart, texts
from selfimprove.datasets.split import History, split
from selfimprove_tests.datasets.make import chat, chosen, many
from selfimprove_tests.datasets.test_split import RULE, ids

STORY = (
    "On a cold morning in March the baker of our little town found that somebody had left a basket of eggs on the step"
    " in front of his shop, with a note that thanked him for the bread which he had given away all through the winter,"
    " and so he made pancakes for every child who came by on the way to school that day, until the last egg was gone"
)
ASKED = f"Summarise this story in one sentence for me, please. {STORY}"
ANSWER = "A baker was given eggs for his kindness and made pancakes for the children."


@pytest.mark.parametrize(
    "learned",
    [
        chat(ASKED, "Eggs for a baker."),
        chat(ASKED.upper(), "Eggs for a baker."),
        chat(ASKED.replace("cold morning", "chilly morning"), "Eggs for a baker."),
        chat(ASKED.replace("Summarise", "Summarize").replace("please.", "thanks."), "Eggs for a baker."),
        chat("Hello there, how are you?", "I am well.", ASKED + " Be brief.", "Eggs for a baker."),
        chat(f"Tell me a long story about a baker. {'Anything goes.'}", STORY.replace("winter", "autumn")),
    ],
    ids=["same question", "case", "a word", "two words", "second turn", "same answer to another question"],
)
def test_a_near_repeat_of_a_test_is_found(learned: tuple[object, ...]) -> None:
    tests = [chat(ASKED, ANSWER), chat("Tell me a story about a baker and his eggs.", STORY)]
    assert contaminated({"x": learned}, tests) == {"x"}


@pytest.mark.parametrize(
    "learned",
    [
        chat("What is the name of my cat, do you know?", "Tom."),
        chat("What is 37 plus 46? Answer in a full sentence, please.", "It is 83."),
        chat("Is it not allowed to park in the street here on Sundays?", "It is."),
        chat("Tell me about bread.", "It is baked."),
        chat(STORY[:80], "I see."),
    ],
    ids=["another pet", "another number", "negated", "another topic", "a small part"],
)
def test_another_question_in_like_words_is_learned(learned: tuple[object, ...]) -> None:
    tests = [
        chat("What is the name of my dog, do you know?", "Rex."),
        chat("What is 37 plus 45? Answer in a full sentence, please.", "It is 82."),
        chat("Is it allowed to park in the street here on Sundays?", "It is."),
        chat(ASKED, ANSWER),
    ]
    assert contaminated({"x": learned}, tests) == frozenset()


def test_texts_are_each_question_and_the_whole() -> None:
    found = texts(chat("What is the capital of France?", "Paris.", "And him?", "Who?"))
    assert found == {
        "what is the capital of france",
        "what is the capital of france and him",
        "what is the capital of france\nparis\nand him\nwho",
    }  # fmt: skip


def test_every_example_with_the_same_text_is_found_in_any_number() -> None:
    learned = {f"x{i}": chat(ASKED.replace("sentence", "line"), f"Answer {i}.") for i in range(50)}
    others = {f"y{i}": chat(f"What is thing number {i} of the house?", "It.") for i in range(3000)}
    assert contaminated({**others, **learned}, [chat(ASKED, ANSWER)]) == learned.keys()


def test_nothing_to_compare() -> None:
    assert contaminated({}, [chat(ASKED, ANSWER)]) == frozenset()
    assert contaminated({"x": chat(ASKED, ANSWER)}, []) == frozenset()


@pytest.mark.parametrize("side", ["validation", "sealed", "fresh", "suite"])
def test_a_near_repeat_of_any_test_is_left_out_of_training(side: str) -> None:
    near = chosen(ASKED.replace("cold", "icy"), ANSWER, 0)
    day, where = (5, "train") if side == "fresh" else (0, side if side != "suite" else "sealed")
    test = [] if side == "suite" else [chosen(ASKED, ANSWER, day, where)]
    given = [*many(10, 0), near, *test, *many(1, 5)]
    splits = split(given, History(), RULE)
    assert splits is not None
    assert near.example.id in ids(splits.train)
    suites = [chat(ASKED, "x")] if side == "suite" else []
    after = decontaminated(splits, held_apart(splits, given, suites))
    assert near.example.id not in ids(after.train)
    gone = Counter(out.reason for out in after.left_out)
    assert gone["contaminated"] == 1
    assert {c.example.id for c in test} & ids(after.train) == set()
    assert ids(splits.train) - ids(after.train) == {near.example.id}


def test_what_is_remembered_is_no_repeat_of_a_test_either() -> None:
    near = chosen(ASKED.replace("cold", "icy"), ANSWER, 0)
    splits = split([*many(10, 0), *many(1, 5)], History(), RULE)
    assert splits is not None
    after = decontaminated(replace(splits, remembered=(near,)), [chat(ASKED, ANSWER)])
    assert after.remembered == ()
    assert after.train == splits.train
