"""Whatever goes wrong with one chat, it is left out with a reason that holds none of its text."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest

from selfimprove.chats.chat import Message
from selfimprove.chats.days import Rejection
from selfimprove.errors import VaultKeyUnknown
from selfimprove.privacy.originals import hashed
from selfimprove.privacy.redact import Redacted, Span, redact
from selfimprove.privacy.redact_chat import SECONDS, Passed, Redactor, open_chat, redact_chat
from selfimprove.privacy.redacted_chat import RedactedFeedback
from selfimprove.privacy.sealed_chat import SealedChat, SealedFeedback
from selfimprove.privacy.time_limit import TookTooLong, time_limit
from selfimprove.privacy.vault import Vault
from selfimprove_tests.privacy.made import Made

MADE = Made(110)
EMAIL = MADE.email()
Found = Sequence[Sequence[Span]]
MESSAGES = [{"role": "user", "content": f"I am {EMAIL}"}, {"role": "assistant", "content": "Hello"}]


def sealed(
    vault: Vault, messages: Any = MESSAGES, turns: int = 2, text: str | None = f"write to {EMAIL}"
) -> SealedChat:
    content = messages if isinstance(messages, bytes) else orjson.dumps(messages)
    feedback = (
        SealedFeedback("f1", 1, "correction", None, "test", vault.seal(text.encode(), b"f1") if text else None),
        SealedFeedback("f2", 1, "thumbs", -1.0, "test", None),
    )
    return SealedChat("c1", turns, vault.seal(content, b"c1"), feedback)


def redacted(
    chat: SealedChat, vault: Vault, redactor: Redactor = redact, seconds: float = SECONDS, found: Found = ()
) -> Passed | Rejection:
    """A chat in which the tagger finds what is in `found`, by default nothing."""
    opened = open_chat(chat, vault.unseal)
    if isinstance(opened, Rejection):
        return opened
    return redact_chat(opened, found or [[] for _ in opened.texts], vault.keyed_hash, redactor, seconds)


def test_names_that_the_tagger_found_are_replaced_everywhere_in_the_chat(vault: Vault) -> None:
    first, last = "Nimue", "Brastias"
    messages = [
        {"role": "user", "content": f"I am {first} {last}, write to {EMAIL}"},
        {"role": "assistant", "content": f"Hello {first}"},
    ]
    found = [[Span(5, 19, "NAME", "name_tagger")], [], []]
    passed = redacted(sealed(vault, messages, text=f"say {first} {last}, not {first.lower()}"), vault, found=found)
    assert isinstance(passed, Passed)
    said = [message.content for message in passed.messages]
    assert said == ["I am [NAME_1], write to [EMAIL_1]", "Hello [NAME_2]"]
    assert passed.feedback[0].text == f"say [NAME_1], not {first.lower()}"
    assert passed.spans == {"NAME": 3, "EMAIL": 1}


def test_an_opened_chat_shows_no_text(vault: Vault) -> None:
    assert EMAIL not in repr(open_chat(sealed(vault), vault.unseal))


def test_messages_and_feedback_share_pseudonyms(vault: Vault) -> None:
    passed = redacted(sealed(vault), vault)
    assert isinstance(passed, Passed)
    assert passed == Passed(
        "c1",
        (Message("user", "I am [EMAIL_1]"), Message("assistant", "Hello")),
        (
            RedactedFeedback(1, "correction", None, "write to [EMAIL_1]", "test"),
            RedactedFeedback(1, "thumbs", -1.0, None, "test"),
        ),
        {"EMAIL": 2},
        hashed({"[EMAIL_1]": EMAIL.lower()}, vault.keyed_hash),
    )
    assert EMAIL not in str(passed)


@pytest.mark.parametrize(
    ("messages", "turns"),
    [
        (b"{", 2),
        (b"\xff\xfe", 2),
        ({"role": "user"}, 2),
        (MESSAGES, 3),
        ([{"role": "king", "content": "x"}, *MESSAGES[1:]], 2),
        ([{"role": "user", "content": None}, *MESSAGES[1:]], 2),
        (["text", "text"], 2),
    ],
)
def test_what_cannot_be_read_is_unreadable(vault: Vault, messages: Any, turns: int) -> None:
    outcome = redacted(sealed(vault, messages, turns), vault)
    assert isinstance(outcome, Rejection)
    assert outcome.reason == "unreadable"
    assert EMAIL not in str(outcome)


def test_a_broken_seal_is_unreadable_and_a_missing_key_is_the_houses_fault(vault: Vault) -> None:
    whole = sealed(vault)
    broken = SealedChat("c2", whole.turns, whole.messages, whole.feedback)
    assert redacted(broken, vault) == Rejection("c2", "unreadable", {"error": "SealBroken"})
    foreign = SealedChat("c1", 2, whole.messages._replace(key_id="gone"), ())
    with pytest.raises(VaultKeyUnknown):
        redacted(foreign, vault)


def raises(texts: Sequence[str], _: Found) -> Redacted:
    raise RuntimeError(texts[0])


def exhausts(texts: Sequence[str], _: Found) -> Redacted:
    raise MemoryError


def sleeps(texts: Sequence[str], _: Found) -> Redacted:
    time.sleep(20)
    return redact(texts, _)


def drops_one(texts: Sequence[str], _: Found) -> Redacted:
    return redact(texts[:-1])


def returns_none(texts: Sequence[str], _: Found) -> Any:
    return None


def returns_numbers(texts: Sequence[str], _: Found) -> Any:
    return Redacted(tuple(range(len(texts))), {})  # type: ignore[arg-type]


def counts_words(texts: Sequence[str], _: Found) -> Any:
    return Redacted(redact(texts).texts, {"EMAIL": "two"})  # type: ignore[dict-item]


def returns_nul(texts: Sequence[str], _: Found) -> Redacted:
    return Redacted(tuple("\x00" for _ in texts), {})


def returns_half_a_character(texts: Sequence[str], _: Found) -> Redacted:
    return Redacted(tuple("\ud800" for _ in texts), {})


@pytest.mark.parametrize(
    ("redactor", "error"),
    [
        (raises, "RuntimeError"),
        (exhausts, "MemoryError"),
        (sleeps, "TookTooLong"),
        (drops_one, "Malformed"),
        (returns_none, "Malformed"),
        (returns_numbers, "Malformed"),
        (counts_words, "Malformed"),
        (returns_nul, "Malformed"),
        (returns_half_a_character, "UnicodeEncodeError"),
    ],
)
def test_a_redactor_that_fails_rejects_the_chat(vault: Vault, redactor: Callable[..., Any], error: str) -> None:
    outcome = redacted(sealed(vault), vault, redactor, seconds=0.2)
    assert outcome == Rejection("c1", "redactor_failed", {"error": error})


def does_nothing(texts: Sequence[str], _: Found) -> Redacted:
    return Redacted(tuple(texts), {})


def skips_feedback(texts: Sequence[str], _: Found) -> Redacted:
    return Redacted((*redact(texts[:2]).texts, *texts[2:]), {"EMAIL": 1})


@pytest.mark.parametrize("redactor", [does_nothing, skips_feedback])
def test_a_redactor_that_leaves_something_rejects_the_chat(vault: Vault, redactor: Callable[..., Redacted]) -> None:
    outcome = redacted(sealed(vault), vault, redactor)
    assert outcome == Rejection("c1", "left_over_secret", {"rules": ["email"]})


def test_what_only_the_turn_before_makes_known_must_not_be_left(vault: Vault) -> None:
    messages = [{"role": "assistant", "content": "What is your PIN?"}, {"role": "user", "content": MADE.number(4)}]
    outcome = redacted(sealed(vault, messages, text=None), vault, does_nothing)
    assert outcome == Rejection("c1", "left_over_secret", {"rules": ["password_said"]})
    passed = redacted(sealed(vault, messages, text=None), vault)
    assert isinstance(passed, Passed)
    assert [message.content for message in passed.messages] == ["What is your PIN?", "[PASSWORD_1]"]
    assert set(passed.originals) == {"[PASSWORD_1]"}


def test_a_stop_from_outside_is_not_swallowed(vault: Vault) -> None:
    def stopped(texts: Sequence[str], _: Found) -> Redacted:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redacted(sealed(vault), vault, stopped)


def test_the_time_limit_ends_a_regular_expression_and_leaves_no_alarm() -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        re.match(r"(a+)+b", "a" * 60)
    with time_limit(0.05):
        re.match("a", "b")
    time.sleep(0.1)


def test_other_threads_have_no_time_limit() -> None:
    passed = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
            passed.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert passed == [True]


@pytest.mark.parametrize(
    "beside", ["my wifi password: {}", "I live at 12 Baker Street, London {}", f"{EMAIL}{{}}", "{}"]
)
def test_a_veto_is_read_before_anything_is_masked(vault: Vault, beside: str) -> None:
    said = beside.format(" #NoTrain")
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": said}]
    found = [[], [Span(0, len(said), "NAME", "name_tagger")]]
    outcome = redacted(sealed(vault, messages, text=None), vault, does_nothing, found=found)
    assert outcome == Rejection("c1", "no_train", {"position": 1, "rule": "message"})


def test_feedback_that_bears_a_veto_leaves_its_chat_out(vault: Vault) -> None:
    outcome = redacted(sealed(vault, text="my password: #private"), vault)
    assert outcome == Rejection("c1", "no_train", {"position": 1, "rule": "feedback"})
    assert isinstance(redacted(sealed(vault, text="a private matter, see https://example.org/#private"), vault), Passed)
