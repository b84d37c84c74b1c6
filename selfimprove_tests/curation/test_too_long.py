import pytest

from selfimprove.chats.chat import Message
from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.too_long import LONGEST, too_long
from selfimprove.privacy.redacted_chat import RedactedChat
from selfimprove_tests.curation.chats import DAY, chat, said


@pytest.mark.parametrize("role", LONGEST)
def test_each_role_has_its_length(role: str) -> None:
    def of(length: int) -> RedactedChat:
        return RedactedChat("a" * 32, DAY, (Message("user", "Hi"), Message(role, "x" * length)))

    assert too_long(of(LONGEST[role])) is None
    assert too_long(of(LONGEST[role] + 1)) == Reason("too_long", 1, role)


def test_a_correction_stands_in_for_a_long_answer() -> None:
    answer, found = "word " * LONGEST["assistant"], Reason("too_long", 1, "assistant")
    assert too_long(chat("Why?", answer)) == found
    assert too_long(chat("Why?", answer, feedback=(said("correction", text="So."),))) is None
    assert too_long(chat("Why?", "So.", feedback=(said("correction", text=answer),))) == found
