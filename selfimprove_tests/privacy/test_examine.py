"""What the checks of a day's redaction find: in feedback as in messages, whatever failed."""

import secrets
from datetime import date

import pytest

from selfimprove.chats.chat import Message
from selfimprove.privacy.examine import failed, left_over
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

DAY = date(2026, 1, 31)


@pytest.mark.parametrize("reason", ["redactor_failed", "left_over_secret"])
def test_a_redactor_that_fails_or_leaves_something_is_told(reason: str) -> None:
    [told] = failed({"rejected": {reason: 2, "no_train": 3, "unreadable": 1}})
    assert told.startswith("2 chats could not be redacted")
    assert failed({"rejected": {"no_train": 3, "unreadable": 1}}) == []


@pytest.mark.parametrize("is_feedback", [False, True])
def test_what_is_left_is_counted_by_its_rule_and_never_quoted(is_feedback: bool) -> None:
    address = f"{secrets.token_hex(4)}@{secrets.token_hex(4)}.org"
    said, noted = ("ok", address) if is_feedback else (address, None)
    feedback = (RedactedFeedback(1, "comment", None, noted, "test"),)
    assert left_over([chat("hi", said, feedback=feedback)]) == ["email still finds 1"]
    assert left_over([chat("hi", "[EMAIL_1]", feedback=feedback[:0])]) == []


def chat(question: str, answer: str, feedback: tuple[RedactedFeedback, ...]) -> RedactedChat:
    return RedactedChat("c", DAY, (Message("user", question), Message("assistant", answer)), feedback)
