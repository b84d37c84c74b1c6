"""Facts in Postgres: which are the nearest to a question, which hold, and what a night writes of them."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from selfimprove.datasets import memories, table
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.example import Rule
from selfimprove.datasets.routes import table as routes
from selfimprove.datasets.routes.assign import Means
from selfimprove.datasets.routes.route import Route
from selfimprove.errors import RouteUnknown
from selfimprove.models.embed import embedding_model_id
from selfimprove.postgres import Connection
from selfimprove_tests.datasets.house import add_chat, chat_id, clean, correction, make_base, make_room
from selfimprove_tests.datasets.make import FIRST, chat
from selfimprove_tests.datasets.routing import FACT, OWN, Trials, by_words, lesson

NIGHT = Rule(seed=1, memories_answer=True)


def remember(connection: Connection, question: str, fact: str, day: int = 0) -> str:
    """A fact of a chat of its own; returns the chat's id."""
    name = f"{question}{fact}{day}"
    id = add_chat(connection, FIRST + timedelta(days=day), chat(question, fact), name=name)
    one = lesson(question, fact, day, chat_id=id, example_id=name)
    vector = tuple(map(float, by_words([question])[0]))
    routes.write(connection, "base", [Route(one, "memory", 0.9, "fact", "model", {"features": {}}, vector)])
    memories.remember(connection, [(one, by_words([memories.key(question, fact)])[0])])
    return id


def nearest(connection: Connection, question: str, k: int = 3) -> list[str]:
    return [one.fact for one in memories.nearest(connection, by_words([question])[0], k)]


def test_the_nearest_facts_come_first_and_none_that_was_superseded(connection: Connection) -> None:
    remember(connection, "Where is our pump?", "In the shed.")
    remember(connection, "Where is our lamp?", "On the shelf.")
    later = remember(connection, "What do I drink?", "You drink tea.")
    assert nearest(connection, "where is the pump", 1) == ["In the shed."]
    assert nearest(connection, "where is the lamp")[0] == "On the shelf."
    assert len(nearest(connection, "where is the lamp", 9)) == 3
    found = memories.nearest(connection, by_words(["where is the pump"])[0], 2)
    assert 1 >= found[0].similarity > found[1].similarity >= 0
    pump = found[0].id
    memories.supersede(connection, {pump: later})
    assert "In the shed." not in nearest(connection, "where is the pump", 9)
    assert pump not in {one.id for one in memories.valid(connection)}


def test_vectors_of_another_model_are_not_compared(connection: Connection) -> None:
    remember(connection, OWN, FACT)
    connection.execute("update memories set model = 'another'")
    assert nearest(connection, OWN) == []
    assert embedding_model_id() != "another"


def test_a_vector_is_read_back_as_it_was(connection: Connection) -> None:
    remember(connection, OWN, FACT)
    (known,) = memories.valid(connection)
    assert np.allclose(known.vector, by_words([OWN])[0], atol=1e-3)
    assert not memories.from_text(None).any()


@pytest.mark.parametrize("gone", ["older", "newer"])
def test_without_the_chat_its_fact_is_gone_and_what_it_superseded_holds_again(
    connection: Connection, gone: str
) -> None:
    older, newer = remember(connection, OWN, "Here."), remember(connection, OWN, "There.", 1)
    first = next(one.id for one in memories.valid(connection) if one.chat_id == older)
    memories.supersede(connection, {first: newer})
    assert [one.fact for one in memories.valid(connection)] == ["There."]
    connection.execute("delete from chats where id = %s", ({"older": older, "newer": newer}[gone],))
    assert [one.fact for one in memories.valid(connection)] == ["There." if gone == "older" else "Here."]
    assert len(routes.listed(connection)) == 1


def test_a_person_overrules_and_nothing_overrules_a_person(connection: Connection) -> None:
    remember(connection, OWN, FACT)
    (row,) = routes.listed(connection)
    told = routes.overrule(connection, row["example_id"][:9], "weights")
    assert (told.question, told.fact) == (OWN, FACT)
    assert memories.listed(connection) == []
    assert routes.stored(connection, "another base", [row["example_id"]])[row["example_id"]].where == "weights"
    remember_again = Route(lesson(example_id=row["example_id"], chat_id=row["chat_id"]), "memory", 0.9, "fact", "model")
    routes.write(connection, "base", [remember_again])
    (row,) = routes.listed(connection)
    assert (row["route"], row["reason"], row["decided_by"], row["score"]) == ("weights", "corrected", "person", 0.0)
    said = routes.corrections(connection)
    assert (said.wheres, said.rows.shape[0]) == (["weights"], 1)


def test_an_example_that_was_not_routed_or_is_not_the_only_one_is_unknown(connection: Connection) -> None:
    with pytest.raises(RouteUnknown, match="No example that was routed has an id that begins with 'x'"):
        routes.overrule(connection, "x", "memory")
    remember(connection, OWN, "Here.")
    remember(connection, OWN, "There.")
    with pytest.raises(RouteUnknown, match="More than one example"):
        routes.overrule(connection, "Where", "memory")


def test_what_counts_of_earlier_nights(connection: Connection) -> None:
    remember(connection, OWN, FACT)
    (id,) = (row["example_id"] for row in routes.listed(connection))
    assert set(routes.stored(connection, "base", [id, "other"])) == {id}
    assert routes.stored(connection, "another base", [id]) == {}  # the trial was with that one
    connection.execute("update routes set features = '0'")
    assert routes.stored(connection, "base", [id]) == {}
    connection.execute("update routes set features = '1', reason = 'not_tried'")
    assert routes.stored(connection, "base", [id]) == {}


@pytest.fixture
def night(database: str, tmp_path: Path) -> Callable[..., Room]:
    """A house with things to learn, two own facts and a one-off, and a room whose base model can use facts or not."""
    room = make_room(database, tmp_path, make_base(tmp_path / "suites"))
    with room.connect() as connection:
        for i in range(12):
            asked = chat(f"Explain why thing {i} is so, in one sentence.", "?")
            add_chat(connection, FIRST, asked, feedback=correction(f"Because of {i}."))
        add_chat(connection, FIRST, chat("What is my own bicycle like?", "?"), feedback=correction("Yours is green."))
        add_chat(connection, FIRST, chat("When does the plumber come today?", "?"), feedback=correction("At four."))
        add_chat(connection, FIRST + timedelta(days=1), chat("Explain it to me", "?"), feedback=correction("So."))
        clean(connection)

    def made(*, helps: bool) -> Room:
        return replace(room, means=lambda: _Given(Means(by_words, Trials(helps=helps))))

    return made


class _Given:
    """Means that are there while a block lasts."""

    def __init__(self, means: Means) -> None:
        self.means = means

    def __enter__(self) -> Means:
        return self.means

    def __exit__(self, *_: object) -> None:
        return None


def said(room: Room, query: str) -> list[Any]:
    with room.connect() as connection:
        return [tuple(row.values()) for row in connection.execute(query)]


def left_out(room: Room) -> dict[str, int]:
    rows = said(room, "select reason, count(*) from rejections where stage = 'training_dataset' group by reason")
    return dict(rows)


def own_route(room: Room) -> tuple[str, str]:
    (row,) = said(room, "select route, reason from routes where question like '%%bicycle%%'")
    return row


def as_own(room: Room, where: str) -> None:
    """A person says where the question about the bicycle belongs."""
    with room.connect() as connection:
        (id,) = (r["example_id"] for r in routes.listed(connection) if "bicycle" in r["question"])
        routes.overrule(connection, id, where)  # type: ignore[arg-type]


def test_what_a_memory_fixes_is_left_out_of_training_and_counted(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    found = build(room, NIGHT, "first")
    assert own_route(room) == ("memory", "fact")
    assert left_out(room) == found.counts["rejected"] == {"one_off": 1, "remembered": 1}
    assert found.counts["in"] == found.counts["out"] + 2
    with room.connect() as connection:
        assert nearest(connection, "what is the bicycle like", 1) == ["Yours is green."]
        dataset = table.of_run(connection, "first")
    assert dataset
    assert not any("bicycle" in one.messages[0].content for split in dataset.splits.values() for one in split)
    build(room, NIGHT, "second")
    assert left_out(room) == {"one_off": 1, "remembered": 1}


def test_while_nothing_answers_from_memories_weights_learn_what_they_hold(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    build(room, Rule(seed=1), "first")
    assert own_route(room) == ("memory", "fact")
    assert left_out(room) == {"one_off": 1}
    with room.connect() as connection:
        assert nearest(connection, "what is the bicycle like", 1) == ["Yours is green."]
        dataset = table.of_run(connection, "first")
    assert dataset
    assert any("bicycle" in one.messages[0].content for one in dataset.splits["train"])


def test_where_the_model_cannot_use_it_weights_learn_it(night: Callable[..., Room]) -> None:
    room = night(helps=False)
    build(room, NIGHT, "run")
    assert own_route(room) == ("weights", "memory_is_not_enough")
    assert (left_out(room), said(room, "select 1 from memories")) == ({"one_off": 1}, [])
    query = "select evidence ->> 'loss_with' as loss, features from routes where question like '%%bicycle%%'"
    assert said(room, query) == [("2.9", "1")]


def test_a_route_for_all_that_would_train_and_none_for_a_test(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    build(room, NIGHT, "run")
    assert len(said(room, "select 1 from routes")) == 14
    assert said(room, "select 1 from routes where question like 'Explain it%%'") == []


def test_from_the_next_night_on_a_person_decides(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    for where, reasons in (("nowhere", {"one_off": 2}), ("weights", {"one_off": 1})):
        build(room, NIGHT, f"before {where}")
        as_own(room, where)
        build(room, NIGHT, f"after {where}")
        assert left_out(room) == reasons
        assert said(room, "select 1 from memories") == []


def test_a_second_night_asks_nobody_again(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    build(room, NIGHT, "first")
    before = said(room, "select example_id, route, at from routes order by 1")
    closed = replace(room, means=lambda: pytest.fail("asked again"))
    build(closed, NIGHT, "second")
    assert said(room, "select example_id, route, at from routes order by 1") == before


def test_without_means_weights_learn_all(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    plain = replace(room, means=nullcontext)
    build(plain, NIGHT, "run")
    assert (left_out(plain), said(plain, "select 1 from routes")) == ({}, [])


def test_a_chat_that_teaches_something_else_now_loses_its_route_and_its_fact(night: Callable[..., Room]) -> None:
    room = night(helps=True)
    with room.connect() as connection:
        id = remember(connection, "What is my own lamp like?", "Red.")
        add_correction = "update redacted_chats set feedback = %s where chat_id = %s"
        connection.execute(add_correction, (Jsonb(correction("Blue.")), id))
        clean(connection)
    build(room, NIGHT, "run")
    assert said(room, "select 1 from memories where fact = 'Red.'") == []
    (row,) = said(room, f"select fact from routes where chat_id = '{id}'")
    assert row == ("Blue.",)


def test_a_correction_on_any_side_supersedes_what_was_remembered(night: Callable[..., Room]) -> None:
    room, asked = night(helps=True), chat("What is my own lamp like?", "?")
    with room.connect() as connection:
        add_chat(connection, FIRST, asked, name="old", feedback=correction("The red one."))
        clean(connection)
    build(room, NIGHT, "first")
    assert said(room, "select superseded_by from memories where fact = 'The red one.'") == [(None,)]
    with room.connect() as connection:
        later = FIRST + timedelta(days=2)
        add_chat(connection, later, asked, name="new", side="validation", feedback=correction("The blue one."))
        clean(connection)
    build(room, NIGHT, "second")
    newer = chat_id("new", "validation")
    assert said(room, "select superseded_by from memories where fact = 'The red one.'") == [(newer,)]
