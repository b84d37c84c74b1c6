"""The base model's own answers to open replay prompts: asked for once, kept, and used."""

from dataclasses import replace
from pathlib import Path

import pytest

from selfimprove.chats.chat import Message
from selfimprove.datasets import table
from selfimprove.datasets.answer import answer
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.build import answer as ask
from selfimprove.datasets.example import Rule
from selfimprove.models.base import TINY
from selfimprove_tests.datasets.house import add_chat, clean, correction, make_base, make_room
from selfimprove_tests.datasets.make import FIRST, chat

OPEN = tuple((Message("user", f"What is {n} + 2?"),) for n in range(1, 5))


@pytest.fixture
def room(database: str, tmp_path: Path) -> Room:
    """Suites of the test's own, weights of the tiny model."""
    base = replace(make_base(tmp_path / "suites", replay=(*OPEN, chat("Who?", "I."))), folder=TINY)
    return make_room(database, tmp_path, base)


def test_the_base_model_answers_greedily_and_to_the_end() -> None:
    prompts = [[{"role": "user", "content": "What is 3 + 2?"}]] * 3
    told: list[dict] = []
    assert answer({"base": str(TINY), "prompts": prompts, "max_tokens": 40}, told.append) == {"prompts": 3}
    (event,) = told
    assert event["start"] == 0
    assert event["answers"] == [event["answers"][0]] * 3
    assert event["answers"][0].startswith("3 + 2 is ")


def test_an_answer_that_does_not_end_is_none() -> None:
    prompts = [[{"role": "user", "content": "What is 3 + 2?"}]]
    told: list[dict] = []
    answer({"base": str(TINY), "prompts": prompts, "max_tokens": 2}, told.append)
    assert told == [{"start": 0, "answers": [None]}]


def test_answers_are_asked_for_once(room: Room) -> None:
    said: list[str] = []
    room = replace(room, tell=said.append)
    first, again = ask(room, OPEN), ask(room, OPEN)
    assert first == again
    assert len(first) == 4
    assert said == ["The base model answered 4 of 4 replay prompts."]
    more = ask(room, (*OPEN, (Message("user", "What is 7 + 2?"),)))
    assert len(more) == 5
    assert said[1:] == ["The base model answered 1 of 1 replay prompts."]


def test_answers_are_kept_as_they_come(room: Room) -> None:
    """A night that breaks off after its first batch of prompts has that batch."""
    many = tuple((Message("user", f"What is {n} + 3?"),) for n in range(70))

    def break_off(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt, match="answered 64 of 70"):
        ask(replace(room, tell=break_off), many)
    said: list[str] = []
    assert len(ask(replace(room, tell=said.append), many)) == 70
    assert said == ["The base model answered 6 of 6 replay prompts."]


def test_another_base_model_answers_for_itself(room: Room) -> None:
    ask(room, OPEN)
    with room.connect() as connection:
        known = [row["prompt_hash"] for row in connection.execute("select prompt_hash from replay_answers")]
        assert len(table.answers(connection, room.base.id, known)) == 4
        assert table.answers(connection, "another", known) == {}


def test_a_night_replays_the_answers(room: Room) -> None:
    with room.connect() as connection:
        for i in range(20):
            add_chat(
                connection, FIRST, chat(f"What is my thing {i}?", "?"), feedback=correction(f"It is {i}."), name=str(i)
            )
        clean(connection)
    build(room, Rule(), "run")
    with room.connect() as connection:
        dataset = table.of_run(connection, "run")
    assert dataset
    replayed = {e.messages[0].content: e.messages for e in dataset.splits["replay"]}
    assert set(replayed) == {"What is 1 + 2?", "What is 2 + 2?", "What is 3 + 2?", "What is 4 + 2?", "Who?"}
    assert all(messages[-1].role == "assistant" and messages[-1].content for messages in replayed.values())
