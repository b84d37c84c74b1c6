"""From rows of the daily rooms to a frozen dataset, on a real Postgres."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.datasets import table
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.example import Rule, as_json
from selfimprove.datasets.freeze import Dataset, Origin, freeze
from selfimprove.errors import DatasetUnknown
from selfimprove.evals.table import own_examples
from selfimprove_tests.datasets.house import (
    add_chat,
    chat_id,
    clean,
    correction,
    decide,
    make_base,
    make_room,
)
from selfimprove_tests.datasets.make import FIRST, chat

RULE = Rule(seed=1)


@pytest.fixture
def room(database: str, tmp_path: Path) -> Room:
    replay = tuple(chat(f"What is the opposite of word {i}?", f"Word {-i}.") for i in range(30))
    return make_room(database, tmp_path, make_base(tmp_path / "suites", core=("What is 2 + 3?",), replay=replay))


def fill(room: Room, days: int = 3, each: int = 10, first: date = FIRST) -> None:
    """Days of corrected questions, all different; the last of each day is held out."""
    with room.connect() as connection:
        for day in range(days):
            for i in range(each):
                at = first + timedelta(days=day)
                prompt = f"What is my thing number {i} of {at}?"
                side = "validation" if i == each - 1 else "train"
                add_chat(connection, at, chat(prompt, "I do not know."), side=side, feedback=correction(f"It is {i}."))
        clean(connection)


def tonight(room: Room, run_id: str = "run") -> Dataset:
    with room.connect() as connection:
        dataset = table.of_run(connection, run_id)
    assert dataset
    return dataset


def test_a_first_night(room: Room) -> None:
    fill(room)
    found = build(room, RULE, "run")
    dataset = tonight(room)
    assert found.dataset_id == dataset.id
    assert {split: len(examples) for split, examples in dataset.splits.items()} == {
        "train": 18, "validation": 2, "fresh": 10, "replay": 30,
    }  # fmt: skip
    assert (dataset.night, dataset.cutoff) == (FIRST + timedelta(days=3), FIRST + timedelta(days=2))
    assert found.counts == {"in": 30, "out": 30, "rejected": {}}
    assert found.sentence.startswith(
        "18 new examples to learn (18 corrections), 30 to remember; 10 fresh and 2 held-out"
    )
    assert {e.messages[-1].content for e in dataset.splits["train"]} == {f"It is {i}." for i in range(9)}
    assert (room.home / "datasets" / dataset.id / "train.jsonl").exists()


def test_building_again_gives_the_same_dataset_and_rows(room: Room) -> None:
    fill(room)
    first, again = build(room, RULE, "run"), build(room, RULE, "again")
    assert first.dataset_id == again.dataset_id
    assert tonight(room) == tonight(room, "again")
    with room.connect() as connection:
        rows = connection.execute("select count(*) as n from dataset_examples").fetchone()
        assert rows
        assert rows["n"] == 60
        assert len(table.overview(connection)) == 1


def test_what_is_read_back_is_what_was_frozen(room: Room) -> None:
    fill(room)
    build(room, RULE, "run")
    dataset = tonight(room)
    assert freeze(
        Origin(
            dataset.night, dataset.cutoff, dataset.manifest["days"], dataset.manifest["base_model"], RULE,
            start=dataset.manifest["start"],
        ),
        dataset.splits, [], dataset.manifest["replay_left_out"],
    ).manifest == dataset.manifest  # fmt: skip


def test_every_chat_is_accounted_for_with_its_reason(room: Room) -> None:
    fill(room)
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("A", "b"), scores={1: 0.2})
        add_chat(connection, FIRST, chat("Hidden thing, what is it?", "b"), scores={1: 0.9}, side="sealed")
        pinned = add_chat(connection, FIRST, chat("What is pinned here?", "b"), scores={1: 0.9})
        connection.execute("insert into golden_chats (chat_id, position) values (%s, 1)", (pinned,))
        add_chat(connection, FIRST, chat("What is pinned here?", "It is c."), scores={1: 0.9}, name="same as pinned")
        never = add_chat(connection, FIRST, chat("What must nobody learn?", "This."), scores={1: 0.9})
        connection.execute("insert into excluded_chats (chat_id) values (%s)", (never,))
        add_chat(connection, FIRST, chat("What is 2 + 3?", "5."), scores={1: 0.9})
        add_chat(connection, FIRST, chat("What is my mail, please?", "x@example.org is."), scores={1: 0.9})
        add_chat(connection, FIRST, chat("no", "train"), rejected="no_train")
        clean(connection)
    found = build(room, RULE, "run")
    rejected = {"excluded": 1, "left_over_secret": 1, "low_score": 1, "pinned": 1, "prompt_in_suite": 2, "sealed": 1}
    assert found.counts == {"in": 37, "out": 30, "rejected": rejected}
    with room.connect() as connection:
        query = "select reason, count(*) as n from rejections where stage = 'training_dataset' group by reason"
        assert {row["reason"]: row["n"] for row in connection.execute(query)} == rejected
        query = "select reason from dataset_left_out order by reason"
        assert [row["reason"] for row in connection.execute(query)] == [
            "left_over_secret", "prompt_in_suite", "prompt_in_suite", "sealed",
        ]  # fmt: skip


def test_what_a_pinned_chat_asks_is_not_learned_though_that_one_is_left_out(room: Room) -> None:
    fill(room)
    with room.connect() as connection:
        copy = chat("What is pinned here?", "It is c.")
        add_chat(connection, FIRST, copy, scores={1: 0.9})
        later = FIRST + timedelta(days=1)
        pinned = add_chat(connection, later, copy, rejected="exact_duplicate")
        row = (pinned, later, Jsonb(as_json(copy)))
        connection.execute("insert into redacted_chats values (%s, %s, %s, '[]', '{}', '1')", row)
        connection.execute("insert into golden_chats (chat_id, position) values (%s, 1)", (pinned,))
        clean(connection)
    assert build(room, RULE, "run").counts["rejected"] == {"prompt_in_suite": 1}
    with room.connect() as connection:
        tests = own_examples(connection, tonight(room).id)
    taught = [e.messages[:-1] for split in ("train", "replay") for e in tonight(room).splits[split]]
    assert [one.chat_id for one in tests if one.task == "golden"] == [pinned]
    assert not [one for one in tests if one.messages in taught]


def test_a_day_that_did_not_pass_is_not_read(room: Room) -> None:
    fill(room)
    with room.connect() as connection:
        clean(connection, FIRST + timedelta(days=2), passed=False)
    build(room, RULE, "run")
    dataset = tonight(room)
    assert dataset.cutoff == FIRST + timedelta(days=1)
    assert dataset.manifest["days"]["count"] == 2


def test_a_day_that_changed_since_its_checks_is_not_read(room: Room) -> None:
    fill(room)
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("late", "chat"), scores={1: 0.9})
    build(room, RULE, "run")
    assert tonight(room).manifest["days"]["first"] == str(FIRST + timedelta(days=1))


def no_chats(room: Room) -> None:
    assert room


def all_rejected(room: Room) -> None:
    with room.connect() as connection:
        for i in range(3):
            add_chat(connection, FIRST, chat("x", "y"), name=str(i), rejected="too_short")
        clean(connection)


def one_bad_chat(room: Room) -> None:
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("x", "y"), scores={1: 0.1})
        clean(connection)


def nothing_clean(room: Room) -> None:
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("x", "y"), scores={1: 0.9})


def decided(room: Room) -> None:
    fill(room)
    build(room, RULE, "before")
    with room.connect() as connection:
        decide(connection, tonight(room, "before").id, "reject")


@pytest.mark.parametrize(
    ("situation", "sentence", "counts"),
    [
        (no_chats, "there are no chats at all", {"in": 0, "out": 0, "rejected": {}}),
        (all_rejected, "all 3 chats were rejected: 3 too_short", {"in": 0, "out": 0, "rejected": {}}),
        (one_bad_chat, "none of 1 chats has an answer", {"in": 1, "out": 0, "rejected": {"low_score": 1}}),
        (nothing_clean, "none has passed its checks yet", {"in": 0, "out": 0, "rejected": {}}),
        (decided, "since the night of 2026-03-04", {"in": 30, "out": 0, "rejected": {"not_new": 30}}),
    ],
)
def test_nothing_to_learn_writes_no_dataset(
    room: Room, situation: Callable[[Room], None], sentence: str, counts: dict
) -> None:
    situation(room)
    found = build(room, RULE, "run")
    assert found.dataset_id is None
    assert sentence in found.sentence
    assert found.counts == counts
    with room.connect() as connection:
        assert table.of_run(connection, "run") is None
        assert table.found_in(connection, "run") == found


def test_one_chat_is_too_little_and_stays_new(room: Room) -> None:
    with room.connect() as connection:
        add_chat(connection, FIRST, chat("What is it?", "That."), scores={1: 0.9})
        clean(connection)
    assert build(room, RULE, "run").sentence == (
        "Too little to learn from: only 1 example to train on; at least 8 are needed."
    )
    assert build(room, RULE, "again").dataset_id is not None


def test_the_night_after_a_promotion(room: Room) -> None:
    fill(room)
    build(room, RULE, "run")
    with room.connect() as connection:
        decide(connection, tonight(room).id)
    fill(room, days=1, first=FIRST + timedelta(days=3))
    build(room, RULE, "next")
    first, second = tonight(room), tonight(room, "next")
    old = {e.id for e in first.splits["train"]}
    assert {e.id for e in second.splits["train"]} == {
        e.id for e in first.splits["fresh"] if e.chat_id and int(e.chat_id[:8], 16) % 100 < 80
    }
    assert old < {e.id for e in second.splits["replay"]}
    assert len(second.splits["fresh"]) == 10
    assert len(second.splits["validation"]) == 3


def test_the_night_after_a_refusal_tries_everything_again(room: Room) -> None:
    decided(room)
    fill(room, days=1, first=FIRST + timedelta(days=3))
    build(room, RULE, "next")
    dataset = tonight(room, "next")
    assert len(dataset.splits["train"]) == 27
    assert {e.kind for e in dataset.splits["replay"]} == {"replay"}


def test_a_promotion_that_was_decided_on_and_not_carried_out_is_still_to_come(room: Room) -> None:
    fill(room)
    before = build(room, RULE, "killed")
    with room.connect() as connection:
        decide(connection, tonight(room, "killed").id)
        connection.execute("delete from promotions")
    assert build(room, RULE, "again").dataset_id == before.dataset_id
    with room.connect() as connection:
        connection.execute("update decisions set decision = 'not_enough_evidence'")
    assert build(room, RULE, "late").dataset_id is None


def test_what_is_left_out_every_night_is_written_down_once(room: Room) -> None:
    """Else a house's rows grow with the square of its nights: each leaves out all that it learned before."""
    fill(room, days=6)
    rule, written = replace(RULE, remember=0, asked=4), []
    for night in range(4):
        build(room, rule, f"run {night}")
        with room.connect() as connection:
            decide(connection, tonight(room, f"run {night}").id, "reject" if night else "promote")
            rows = connection.execute("select example_id from dataset_left_out").fetchall()
        written.append([row["example_id"] for row in rows])
        assert tonight(room, f"run {night}").manifest["chats"]["rejected"]["not_asked"] >= 8
        fill(room, days=1, first=FIRST + timedelta(days=6 + night))
    assert [len(ids) - len(set(ids)) for ids in written] == [0, 0, 0, 0]
    build(room, rule, "last new")
    with room.connect() as connection:
        decide(connection, tonight(room, "last new").id, "reject")
    assert build(room, rule, "nothing").counts["rejected"] == {"not_new": 100}


def test_another_base_model_has_everything_to_learn(room: Room) -> None:
    fill(room)
    build(room, RULE, "run")
    with room.connect() as connection:
        decide(connection, tonight(room).id)
    assert build(room, RULE, "nothing new").dataset_id is None
    other = replace(room, base=replace(room.base, id="another base"))
    build(other, RULE, "other")
    assert {split: len(tonight(other, "other").splits[split]) for split in ("train", "validation", "fresh")} == {
        "train": 18, "validation": 2, "fresh": 10,
    }  # fmt: skip


def test_what_the_champions_line_learned_is_remembered(room: Room) -> None:
    fill(room)
    build(room, RULE, "one")
    with room.connect() as connection:
        first = decide(connection, tonight(room, "one").id)
    fill(room, days=1, first=FIRST + timedelta(days=3))
    build(room, Rule(seed=1, remember=0), "two")
    with room.connect() as connection:
        decide(connection, tonight(room, "two").id, parent=first)
    fill(room, days=1, first=FIRST + timedelta(days=4))
    build(room, RULE, "three")
    dataset = tonight(room, "three")
    remembered = [e for e in dataset.splits["replay"] if e.chat_id]
    assert len(remembered) == 18 + 9
    assert len(dataset.splits["train"]) == 9


def test_a_run_that_did_not_look_takes_the_newest_undecided_dataset(room: Room) -> None:
    fill(room)
    build(room, RULE, "run")
    assert tonight(room, "by hand") == tonight(room)
    with room.connect() as connection:
        decide(connection, tonight(room).id)
        assert table.of_run(connection, "by hand") is None


def test_a_run_that_found_nothing_does_not_take_an_older_dataset(room: Room) -> None:
    fill(room)
    build(room, RULE, "run")
    with room.connect() as connection:
        connection.execute("delete from chats")
    assert build(room, RULE, "next").dataset_id is None
    with room.connect() as connection:
        assert table.of_run(connection, "next") is None


def test_a_forgotten_chat_takes_its_examples_with_it(room: Room) -> None:
    fill(room)
    build(room, RULE, "run")
    before = tonight(room)
    gone = before.splits["train"][0].chat_id
    with room.connect() as connection:
        connection.execute("delete from chats where id = %s", (gone,))
    assert gone not in {e.chat_id for e in tonight(room).splits["train"]}
    assert tonight(room).manifest == before.manifest


def test_nothing_half_written_when_the_last_write_fails(room: Room) -> None:
    fill(room)
    with room.connect() as connection:
        connection.execute("alter table dataset_runs add constraint refuse check (sentence = 'never')")
    with pytest.raises(postgres.psycopg.errors.CheckViolation):
        build(room, RULE, "run")
    with room.connect() as connection:
        assert table.overview(connection) == []
        assert connection.execute("select from examples").fetchone() is None
    assert not (room.home / "datasets").exists()


def test_a_dataset_is_found_by_the_beginning_of_its_id(room: Room) -> None:
    fill(room)
    id = build(room, RULE, "run").dataset_id
    assert id
    with room.connect() as connection:
        assert table.read(connection, id[:8]).id == id
        with pytest.raises(DatasetUnknown, match="no dataset whose id begins with 'nothing'"):
            table.read(connection, "nothing")
        connection.execute(
            "insert into datasets (id, night, cutoff, manifest, run_id)"
            " select id || 'x', night, cutoff, manifest, 'r' from datasets"
        )
        with pytest.raises(DatasetUnknown, match="more than one dataset"):
            table.read(connection, id[:8])


def test_sides_of_the_test_ids_are_the_houses() -> None:
    from selfimprove.chats.chat import side

    assert {name: side(chat_id("x", name)) for name in ("train", "validation", "sealed")} == {
        "train": "train", "validation": "validation", "sealed": "sealed",
    }  # fmt: skip
