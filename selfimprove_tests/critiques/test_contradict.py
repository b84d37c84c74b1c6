"""Answers that contradict themselves, and the many that only look so."""

import pytest

from selfimprove.critiques.contradict import contradicts_itself
from selfimprove.critiques.exchange import Exchange

OPPOSITE = "says a thing and its opposite"


@pytest.mark.parametrize(("answer", "reason"), [
    ("Paris is the capital of France. Paris is not the capital of France.", OPPOSITE),
    ("The shop opens on Sunday. It has a garden. The shop doesn't open on Sunday!", OPPOSITE),
    ("Whales are not fish. They breathe air. Whales are fish.", OPPOSITE),
    ("It is hot. It is not hot.", OPPOSITE),
    ("The statement A is true.\nThe statement A is not true.", OPPOSITE),
    ("Whales aren't fish.\nWhales are fish.", OPPOSITE),
    ("Der Zug fährt heute nach Berlin. Der Zug fährt heute nicht nach Berlin.", OPPOSITE),
    ("The answer is 12. We add both columns. The answer is 15.", "gives two results for the same"),
    ("The total amount varies. The result is 3.5, and so the result is: 4", "gives two results for the same"),
    ("Yes, it can. Tomatoes grow from seeds, so no.", "ends with another verdict than it begins with"),
    ("No. It takes longer than that. Therefore the answer is yes.", "ends with another verdict than it begins with"),
])
def test_contradictions(answer, reason):
    assert contradicts_itself(Exchange("q", answer)) == reason


@pytest.mark.parametrize("answer", [
    "",
    "Paris is the capital of France. Lyon is not the capital of France.",
    "Some birds can fly. Some birds cannot fly.",
    "If it rains the match is off. If it does not rain the match is off too.",
    "I did. I did not.",  # too little to be sure what is meant
    "Is Paris the capital of France? Paris is not the capital of France.",
    "People say the earth is flat. The earth is not flat.",
    'He wrote "the earth is flat today". The earth is not flat today.',
    "The answer is 12. The answer is 12.",
    "The answer is 12, sorry, I mean the answer is 15.",
    "First problem: the answer is 12. Second problem: the answer is 15.",
    "The answer is 12 or 15.",
    "The answer is 12%. In grams the answer is 12.",
    "Yes, it can. So yes.",
    "No, not now. So no one knows.",
    "No problem! So yes, you can do that.",
    "You should water it. You should not drown it.",
    "You may not not go there today. You may go there today.",
    "| p | q | p and q |\n|---|---|---|\n| p is true | q is true | yes |\n| p is not true | q is true | no |",
    "P and Q is true\nP and not Q is true",
    "A is true and B is true -> true\nA is not true and B is true -> true",
    "```\nthe flag is set here\nthe flag is not set here\n```",
])
def test_answers_that_only_look_so(answer):
    assert contradicts_itself(Exchange("q", answer)) is None


def test_a_long_answer_is_read_to_its_sixtieth_sentence():
    sentences = [f"Item {number} is on the list." for number in range(100)]
    assert contradicts_itself(Exchange("q", " ".join(sentences))) is None
    assert contradicts_itself(Exchange("q", " ".join(["Item 3 is not on the list.", *sentences]))) == OPPOSITE
    assert contradicts_itself(Exchange("q", " ".join([*sentences, "Item 3 is not on the list."]))) is None
