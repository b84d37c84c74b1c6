"""What says nothing, and the little that says something."""

import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.too_short import too_short
from selfimprove_tests.curation.chats import chat

FENCE = "```"
NOTHING = ["", " ", "…", "...", "?!", "-", "---", "***", '""', "( )", "\u200b\ufeff", f"{FENCE}\n{FENCE}",
           f"{FENCE}python\n{FENCE}"]  # fmt: skip
SOMETHING = ["👍", "😂😂", "👍🏽", ":)", "[[], []]", "[]", "{}", "+", "=", "%", "<3", "`;`", "7", "東京",
             "/\\_/\\\n( o.o )\n > ^ <", "*\n**\n***", f"{FENCE}bash\n:(){{ :|:& }};:\n{FENCE}",
             f"{FENCE}\n..\n{FENCE}"]  # fmt: skip


@pytest.mark.parametrize("answer", NOTHING)
def test_an_answer_without_a_word_or_sign_says_nothing(answer: str) -> None:
    assert too_short(chat("Well?", answer)) == Reason("too_short", 1, "no_word")


@pytest.mark.parametrize("answer", SOMETHING)
def test_a_sign_may_be_the_whole_answer(answer: str) -> None:
    assert too_short(chat("Well?", answer)) is None


@pytest.mark.parametrize("asked", ["?", "...", "?!", "👋"])
def test_a_mark_may_be_the_first_turn_and_an_empty_one_was_lost(asked: str) -> None:
    assert too_short(chat(asked, "What do you mean?")) is None
    assert too_short(chat(" ", "What do you mean?")) == Reason("too_short", 0, "no_word")
