"""What was forgotten is remembered no more, and what it superseded holds again."""

from datetime import UTC, datetime

from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.select import Wish
from selfimprove_tests.forgetting.conftest import Past
from selfimprove_tests.forgetting.house import House, rows_that_hold, said

NOW = datetime(2031, 5, 3, 9, tzinfo=UTC)
FACT = "the heron's own nest is in the seventh willow"


def remember(house: House, id: str, fact: str, superseded_by: str | None = None) -> None:
    run, vector = house.connection.execute, "[" + ",".join(["0.1"] * 384) + "]"
    run(
        "insert into routes (example_id, chat_id, base_model, route, score, reason, decided_by, features, evidence,"
        " question, fact, said_at) values (%s, %s, 'b', 'memory', 1, 'fact', 'rules', '1', '{}', 'Where?', %s, now())",
        (f"e {id}", id, fact),
    )
    run(
        "insert into memories (id, chat_id, example_id, question, fact, embedding, model, said_at, superseded_by)"
        " values (%s, %s, %s, 'Where?', %s, %s, 'm', now(), %s)",
        (f"m {id}", id, f"e {id}", fact, vector, superseded_by),
    )
    house.connection.commit()


def test_a_forgotten_fact_is_nowhere_and_the_receipt_counts_it(past: Past) -> None:
    house = past.house
    older, newer = house.hear(said("Where did it nest?", "Somewhere."), said("Where does it nest?", "In a willow."))
    remember(house, older, "in an oak", superseded_by=newer)
    remember(house, newer, FACT)
    assert {"selfimprove.memories", "selfimprove.routes"} == set(rows_that_hold(house.connection, FACT))
    house.connection.commit()
    receipt = forget(house.connection, house.vault, Wish("chat", newer), NOW)
    assert receipt
    assert (receipt.counts["routes"], receipt.counts["memories"]) == (1, 1)
    assert rows_that_hold(house.connection, FACT) == []
    left = house.connection.execute("select fact, superseded_by from memories").fetchall()
    house.connection.commit()
    assert left == [{"fact": "in an oak", "superseded_by": None}]
