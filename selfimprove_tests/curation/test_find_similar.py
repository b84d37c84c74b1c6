"""Search finds the nearest redacted chats, through the index, and says when there is nothing to search."""

import json
import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from selfimprove import postgres
from selfimprove.curation import table
from selfimprove.curation.find_similar import find_similar
from selfimprove.errors import NothingEmbedded
from selfimprove.models.embed import embed
from selfimprove_tests.curation.chats import DAY, chat
from selfimprove_tests.curation.rows import lengths, store
from selfimprove_tests.curation.test_filter_day import run

PETS = chat("What shall I call my new kitten?", "Call her Minka.")
PEDALS = chat("How do I mend a flat bicycle tyre?", "Take the wheel off and patch the tube.")
WRITER = chat("Mail [EMAIL_1] that I am late", "Done: I wrote to [EMAIL_1].")


def real(connection: postgres.Connection, *chats: object) -> list[str]:
    """Chats that passed, with embeddings of the real model."""
    ids = store(connection, list(chats))
    for id, made in zip(ids, chats, strict=True):
        connection.execute("insert into filtered_chats values (%s, %s, 'en', '1')", (id, made.day))
    texts = ["\n".join(m.content for m in one.messages) for one in chats]
    vectors = {id: json.dumps(v.tolist()) for id, v in zip(ids, embed(texts), strict=True)}
    table.write_vectors(connection, "all-MiniLM-L6-v2@0.1.0", vectors)
    connection.commit()
    return ids


def test_the_nearest_come_first(connection: postgres.Connection) -> None:
    pets, pedals, writer = real(connection, PETS, PEDALS, WRITER)
    found = find_similar(connection, "names for a young cat", 2, embed)
    assert found[0].chat_id == pets
    assert len(found) == 2
    assert 1 >= found[0].similarity > found[1].similarity
    assert found[0].messages == PETS.messages
    assert find_similar(connection, "puncture repair", 1, embed)[0].chat_id == pedals
    address = "@".join(("late.person", "example.org"))
    mail = find_similar(connection, f"Mail {address} that I am late", 1, embed)
    assert (mail[0].chat_id, mail[0].similarity > 0.7) == (writer, True)


def test_what_is_looked_for_is_redacted_before_it_is_embedded(connection: postgres.Connection) -> None:
    real(connection, WRITER)
    seen: list[str] = []

    def watched(texts: list[str]) -> np.ndarray:
        seen.extend(texts)
        return lengths(texts)

    find_similar(connection, "Mail " + "@".join(("late.person", "example.org")), 1, watched)
    assert seen == ["Mail [EMAIL_1]"]


def test_a_house_without_embeddings_says_so_and_loads_nothing(connection: postgres.Connection) -> None:
    def never(texts: list[str]) -> np.ndarray:
        raise AssertionError

    with pytest.raises(NothingEmbedded, match=r"No chat has an embedding by all-MiniLM.*selfimprove night"):
        find_similar(connection, "cats", 3, never)


def test_embeddings_of_another_model_are_not_compared(connection: postgres.Connection) -> None:
    real(connection, PETS)
    connection.execute("update embeddings set model = 'other'")
    with pytest.raises(NothingEmbedded):
        find_similar(connection, "cats", 3, lengths)


def test_the_index_is_used_and_can_be_taken_away_and_put_back(connection: postgres.Connection) -> None:
    def plan() -> str:
        connection.execute("set local enable_seqscan = off")
        query = postgres.queries("curation").nearest
        given = {"vector": json.dumps([1.0] + [0.0] * 383), "model": "m", "limit": 3}
        return "\n".join(row["QUERY PLAN"] for row in connection.execute(f"explain {query}", given))

    assert "embeddings_by_vector" in plan()
    table.drop_index(connection)
    assert "embeddings_by_vector" not in plan()
    for _ in range(2):
        table.build_index(connection)
    assert "embeddings_by_vector" in plan()


@pytest.mark.parametrize("limit", [1, 5])
def test_a_bulk_load_does_without_the_index(
    connection: postgres.Connection, database: str, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr("selfimprove.curation.table.BULK", limit)
    store(connection, [PETS, PEDALS, WRITER])
    assert table.is_bulk(connection, [DAY]) is (limit == 1)
    assert not table.is_bulk(connection, [date(2020, 1, 1)])
    run(database, DAY)
    assert not table.is_bulk(connection, [DAY])


def test_the_command_shows_redacted_chats(
    connection: postgres.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets, _ = real(connection, PETS, PEDALS)
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    command = [sys.executable, "-m", "selfimprove", "chats", "search", "kitten names", "--limit", "1"]
    shown = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    (row,) = json.loads(shown.stdout)
    assert (row["id"], row["day"]) == (pets, str(DAY))
    assert row["messages"][0] == {"role": "user", "content": "What shall I call my new kitten?"}
    assert 0.3 < row["similarity"] <= 1
