"""A night leaves near repeats of tests and floods from one source out, with their reason in the database."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from selfimprove.datasets.build import Room, build, items
from selfimprove.datasets.example import Rule
from selfimprove_tests.datasets.house import add_chat, clean, correction, make_base, make_room
from selfimprove_tests.datasets.make import FIRST, chat
from selfimprove_tests.datasets.test_build import fill, tonight
from selfimprove_tests.datasets.test_contaminate import ASKED

RULE = Rule(seed=1)


@pytest.fixture
def room(database: str, tmp_path: Path) -> Room:
    replay = (chat(ASKED.replace("cold", "mild"), "Eggs."), chat("What is up?", "The sky."))
    return make_room(database, tmp_path, make_base(tmp_path / "suites", core=(ASKED,), replay=replay))


def left_out(room: Room) -> Counter[str]:
    with room.connect() as connection:
        rows = connection.execute("select reason from dataset_left_out")
        return Counter(row["reason"] for row in rows)


def test_near_repeats_of_a_suite_are_neither_learned_nor_replayed(room: Room) -> None:
    fill(room)
    with room.connect() as connection:
        for word in ("cold", "icy"):
            asked = chat(ASKED.replace("cold", word), "No.")
            add_chat(connection, FIRST, asked, feedback=correction("Eggs for a baker."))
        clean(connection)
    build(room, RULE, "run")
    assert left_out(room) == {"prompt_in_suite": 1, "contaminated": 1}
    dataset = tonight(room)
    assert dataset.manifest["chats"]["rejected"] == {"prompt_in_suite": 1, "contaminated": 1}
    assert dataset.manifest["replay_left_out"] == {"contaminated": 1}


def test_a_flood_from_one_user_is_capped_and_counted(room: Room) -> None:
    fill(room, days=4, each=21)
    with room.connect() as connection:
        connection.execute("update chats set user_key = 'one'")
        for i in range(24):
            prompt = chat(f"What is the colour of house number {i} in our street?", "I do not know.")
            add_chat(connection, FIRST + timedelta(days=i % 4), prompt, feedback=correction(f"Colour {i}."))
        clean(connection)
    build(room, replace(RULE, uncapped=8), "run")
    found = left_out(room)
    assert found["over_share_user"] > 40
    assert set(found) == {"over_share_user"}
    assert len(tonight(room).splits["train"]) >= 8


def test_what_a_stranger_corrects_and_prefers_is_learned_up_to_a_twentieth(room: Room) -> None:
    fill(room, days=4, each=30)
    with room.connect() as connection:
        for i in range(20):
            prompt = chat(f"What is the colour of house number {i} in our street?", "It is a stranger's.")
            kind = "preference" if i % 2 else "correction"
            told = {"position": 1, "kind": kind, "value": None, "text": "A stranger says.", "source": "stranger"}
            add_chat(connection, FIRST + timedelta(days=i % 3), prompt, feedback=[told], scores={1: 0.01})
        clean(connection)
    build(room, RULE, "run")
    assert left_out(room) == {"over_share_feedback": 15}
    taught = [e.messages[-1].content for e in tonight(room).splits["train"]]
    assert sum("stranger" in text for text in taught) == 5
    assert len(taught) == 3 * 29 + 5


def test_the_items_of_a_suite_come_with_their_answers(tmp_path: Path) -> None:
    make_base(tmp_path, core=("What is 2 + 3?",))
    (tmp_path / "refusals.jsonl").write_text('{"messages":[{"role":"user","content":"Steal it"}],"reference":"No."}\n')
    assert items(tmp_path) == [chat("What is 2 + 3?", ""), chat("Steal it", "No.")]
