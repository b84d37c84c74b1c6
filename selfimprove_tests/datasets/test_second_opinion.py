"""Every new example is read once more, once; what is found leaves it out, and a reader that fails stops the night."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove.datasets import table
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.example import Rule, example
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.second_opinion import Read, Reader, doubts
from selfimprove.errors import ModelWorkFailed, SecondOpinionMissing
from selfimprove_tests.datasets.house import add_chat, clean, connect_to, correction, make_base, make_room
from selfimprove_tests.datasets.make import FIRST, chat

RULE = Rule(seed=1)
DAYS = 3


class Listener:
    """Reads what it is asked to, finds a word, and remembers what it was asked."""

    def __init__(self, word: str) -> None:
        self.word, self.asked = word, list[str]()

    def __call__(self, texts: Sequence[str]) -> list[list[str]]:
        self.asked += texts
        return [["a rule", "a rule"] if self.word in text else [] for text in texts]


def secrets(read: Read, version: str = "1") -> Reader:
    return Reader("left_over_secret", f"listener {version}", read)


def names(read: Read) -> Reader:
    return Reader("left_over_name", "names 1", read, of_everything=False)


Fill = Callable[..., Room]


@pytest.fixture
def fill(database: str, tmp_path: Path) -> Fill:
    """A house of three days of corrected questions, with these readers."""
    replay = [chat(f"What is the opposite of word {i}?", f"Word {-i}.") for i in range(12)]
    replay.append(chat("Who wrote it?", "Anna did."))
    base = make_base(tmp_path / "suites", replay=tuple(replay))

    def make(*readers: Reader) -> Room:
        room = make_room(database, tmp_path, base, readers)
        with room.connect() as connection:
            for i in range(10 * DAYS):
                said = {7: "It is zirkel.", 8: "It is Anna."}.get(i, f"It is {i}.")
                day = FIRST.replace(day=FIRST.day + i // 10)
                add_chat(connection, day, chat(f"What is my thing number {i}?", "?"), feedback=correction(said))
            clean(connection)
        return room

    return make


def tonight(room: Room, run_id: str = "run") -> Dataset:
    with room.connect() as connection:
        dataset = table.of_run(connection, run_id)
    assert dataset
    return dataset


def says(dataset: Dataset) -> str:
    return str([e.messages for examples in dataset.splits.values() for e in examples])


def rows(room: Room, query: str) -> list[dict[str, Any]]:
    with room.connect() as connection:
        return connection.execute(query).fetchall()


def test_a_hit_leaves_the_example_out_with_its_reason_and_changes_no_other(fill: Fill) -> None:
    room = fill(secrets(Listener("zirkel")), names(Listener("Anna")))
    found = build(room, RULE, "run")
    assert found.counts["rejected"] == {"left_over_name": 1, "left_over_secret": 1}
    dataset = tonight(room)
    assert len(dataset.splits["train"]) == 20 - 2
    assert "zirkel" not in says(dataset)
    reasons = rows(room, "select reason from dataset_left_out order by reason")
    assert [row["reason"] for row in reasons] == ["left_over_name", "left_over_secret"]
    assert dataset.manifest["read_by"] == {"left_over_name": "names 1", "left_over_secret": "listener 1"}


def test_what_the_base_model_says_is_searched_for_secrets_but_may_name_people(fill: Fill) -> None:
    room = fill(secrets(Listener("Word -3")), names(Listener("Anna")))
    build(room, RULE, "run")
    dataset = tonight(room)
    assert len(dataset.splits["replay"]) == 13 - 1
    assert dataset.manifest["replay_left_out"]["left_over_secret"] == 1
    assert "Anna did." in says(dataset)


def test_what_was_read_is_not_read_again(fill: Fill) -> None:
    listener = Listener("zirkel")
    room = fill(secrets(listener))
    first = build(room, RULE, "run")
    assert len(listener.asked) == len(set(listener.asked)) == 30 + 13
    assert build(room, RULE, "again").dataset_id == first.dataset_id
    assert len(listener.asked) == 43
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("What is my late thing?", "?"), feedback=correction("It is late."))
        clean(connection)
    build(room, RULE, "later")
    assert listener.asked[43:] == ["What is my late thing?\nIt is late.\n?"]


def test_another_version_reads_everything_again(fill: Fill) -> None:
    room, listener = fill(secrets(Listener("zirkel"))), Listener("It is 9")
    build(room, RULE, "run")
    room = replace(room, readers=lambda: nullcontext([secrets(listener, "2")]))
    found = build(room, RULE, "again")
    assert len(listener.asked) == 43
    assert found.counts["rejected"] == {"left_over_secret": 1}
    assert "zirkel" in says(tonight(room, "again")), "the newer version has the say"


def test_what_was_found_is_kept_by_name_alone_and_goes_with_its_chat(fill: Fill) -> None:
    room = fill(secrets(Listener("zirkel")))
    build(room, RULE, "run")
    (row,) = rows(room, "select * from second_opinions where found <> '[]'")
    assert row["found"] == ["a rule"]
    assert "zirkel" not in str(row)
    with room.connect() as connection:
        connection.execute("delete from chats where id = %s", (row["chat_id"],))
    assert rows(room, "select 1 from second_opinions where found <> '[]'") == []


def test_what_was_found_before_counts_beside_what_is_new(fill: Fill) -> None:
    listener = Listener("zirkel")
    room = fill(secrets(listener))
    build(room, RULE, "run")
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("What is my late thing?", "?"), feedback=correction("It is late."))
        clean(connection)
    found = build(room, RULE, "later")
    assert len(listener.asked) == 44, "one example is new, the hit is not read again"
    assert found.counts["rejected"] == {"left_over_secret": 1}
    assert "zirkel" not in says(tonight(room, "later"))


def test_nobody_is_asked_where_nothing_is_new(database: str, tmp_path: Path) -> None:
    def never() -> Any:
        raise AssertionError("no reader is needed")

    room = replace(make_room(database, tmp_path), readers=never)
    assert build(room, RULE, "run").dataset_id is None


def dies(_: Sequence[str]) -> list[list[str]]:
    raise ModelWorkFailed(function="sweep", ending="SIGKILL", line="it said nothing")


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (dies, ModelWorkFailed),
        (lambda texts: [[]] * (len(texts) - 1), SecondOpinionMissing),
        (lambda texts: [[]] * (len(texts) + 1), SecondOpinionMissing),
        (lambda _: [], SecondOpinionMissing),
        (lambda _: None, SecondOpinionMissing),
        (lambda texts: [None] * len(texts), SecondOpinionMissing),
        (lambda texts: [""] * len(texts), SecondOpinionMissing),
        (lambda texts: [[1]] * len(texts), SecondOpinionMissing),
        (lambda texts: {"found": [[]] * len(texts)}, SecondOpinionMissing),
    ],
    ids=["dies", "too-few", "too-many", "none", "nothing", "nulls", "strings", "numbers", "another-shape"],
)
def test_a_reader_that_fails_leaves_no_dataset_and_no_opinion(fill: Fill, read: Any, error: type[Exception]) -> None:
    room = fill(secrets(read))
    with pytest.raises(error):
        build(room, RULE, "run")
    assert rows(room, "select 1 from datasets") == rows(room, "select 1 from second_opinions") == []
    assert list((room.home / "datasets").glob("*")) == []


def test_the_first_reader_gives_the_reason_where_both_find_something(database: str) -> None:
    one = example(None, "replay", chat("What?", "zirkel Anna"))
    both = [secrets(Listener("zirkel")), Reader("left_over_name", "names 1", Listener("Anna"))]
    assert doubts(connect_to(database), both, [one]) == {one.id: "left_over_secret"}
