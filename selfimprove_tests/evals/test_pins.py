"""Pinning an answer, and what cannot be pinned."""

import pytest

from selfimprove.errors import ChatUnknown, PinImpossible
from selfimprove.evals import pins
from selfimprove.postgres import Connection
from selfimprove_tests.evals import rows


@pytest.fixture
def connection(connection: Connection) -> Connection:
    rows.chat(connection, "abc1", rows.asked("What?", "This", "That"))
    rows.chat(connection, "abd2", rows.asked("What?"))
    return connection


def test_the_last_answer_is_pinned_without_a_position(connection: Connection) -> None:
    assert pins.pin(connection, "abc") == {"chat_id": "abc1", "position": 3, "trained_on": []}


def test_pinning_again_moves_the_pin_and_unpinning_removes_it(connection: Connection) -> None:
    pins.pin(connection, "abc1")
    pins.pin(connection, "abc1", 1)
    assert [(row["chat_id"], row["position"]) for row in pins.pins(connection)] == [("abc1", 1)]
    assert pins.unpin(connection, "abc") == "abc1"
    assert pins.pins(connection) == []


def test_nights_that_trained_on_the_chat_are_told(connection: Connection) -> None:
    rows.dataset(connection)
    rows.example(connection, "train", rows.asked("What?", "This"), "abc1")
    assert pins.pin(connection, "abc1")["trained_on"] == [rows.NIGHT.isoformat()]


@pytest.mark.parametrize(("beginning", "found"), [("ab", "Several"), ("x", "No")])
def test_a_chat_must_be_named_clearly(connection: Connection, beginning: str, found: str) -> None:
    with pytest.raises(ChatUnknown, match=f"{found} redacted chats have an id that begins with '{beginning}'"):
        pins.pin(connection, beginning)


@pytest.mark.parametrize("position", [0, 2, 4, -1])
def test_only_answers_can_be_pinned(connection: Connection, position: int) -> None:
    with pytest.raises(PinImpossible, match=r"Its answers are at 1, 3"):
        pins.pin(connection, "abc1", position)


def test_a_chat_without_an_answer_cannot_be_pinned(connection: Connection) -> None:
    with pytest.raises(PinImpossible, match="Its answers are at no position at all"):
        pins.pin(connection, "abd2")
