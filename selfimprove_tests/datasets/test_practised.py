"""What the ledger says was lost decides what is practised again and where training starts, on a real Postgres."""

from collections import Counter
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.datasets import show, table
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.commands import datasets
from selfimprove.datasets.decay import Asked, Fall
from selfimprove.datasets.example import Rule
from selfimprove.datasets.freeze import Dataset, canonical, sha256
from selfimprove.datasets.start import Line
from selfimprove.postgres import Connection
from selfimprove_tests.datasets.house import add_chat, clean, correction, make_base, make_room
from selfimprove_tests.datasets.judged import adapter, enter, judge, promote, question
from selfimprove_tests.datasets.make import FIRST, chat

RULE = Rule(seed=1, replay=20)
OPPOSITES = [chat(f"What is the opposite of word {i}?", f"The opposite is {-i}.") for i in range(40)]
SOUNDS = [chat(f"Which sound does animal {i} make?", f"It says {i} times moo.") for i in range(40)]


@pytest.fixture
def room(database: str, tmp_path: Path) -> Room:
    base = make_base(tmp_path / "suites", replay=(*OPPOSITES, *SOUNDS))
    room = make_room(database, tmp_path, base)
    with room.connect() as connection:
        for i in range(30):
            side = "validation" if i % 10 == 9 else "train"
            prompt = f"Where do I keep my tool number {i}?"
            add_chat(connection, FIRST, chat(prompt, "?"), side=side, feedback=correction(f"In the shed {i}."))
        clean(connection)
    return room


def night(room: Room, run_id: str = "run", rule: Rule = RULE) -> Dataset:
    build(room, rule, run_id)
    with room.connect() as connection:
        dataset = table.of_run(connection, run_id)
    assert dataset
    return dataset


def more(connection: Connection, word: str = "pet") -> None:
    """Something new to learn."""
    for i in range(10):
        prompt = f"What is my {word} number {i} called?"
        add_chat(connection, FIRST, chat(prompt, "?"), feedback=correction(f"Number {i} {word}."))
    clean(connection)


def lost_sounds() -> list:
    sounds = [chat(f"Which sound does creature {i} make?", f"It says {i} times moo.") for i in range(12)]
    steady = [chat(f"What is the opposite of thing {i}?", f"The opposite is {-i}.") for i in range(12)]
    return [
        *(question(one, "sound", challenger=at >= 8, base=True) for at, one in enumerate(sounds)),
        *(question(one, "opposite", challenger=True, base=True) for one in steady),
    ]


def kinds(dataset: Dataset) -> Counter[str]:
    return Counter(e.messages[0].content.split()[0] for e in dataset.splits["replay"] if e.chat_id is None)


def test_without_a_judged_report_replay_is_drawn_by_lot_as_ever(room: Room) -> None:
    first = night(room)
    assert first.manifest["practised"] == {}
    assert first.manifest["start"]["reason"] == "no_champion"
    assert first.manifest["rule"]["floor"] == 0.1
    again = night(room, "even", Rule(seed=1, replay=20, floor=1.0))
    assert again.splits == first.splits
    with room.connect() as connection:
        rows = table.practised(connection, first.id)
    assert {(row["weight"], row["drawn_for"]) for row in rows} == {(None, None)}
    assert len(rows) == 20


def test_what_was_lost_is_practised_most_and_the_manifest_and_rows_say_why(room: Room) -> None:
    first = night(room)
    with room.connect() as connection:
        judge(connection, adapter(connection, "one", first.id), lost_sounds())
        more(connection)
    second = night(room, "next")
    assert kinds(second)["Which"] > 14, "most of what was lost"
    assert kinds(second)["What"] > 0, "and never nothing else"
    told = second.manifest["practised"]
    assert (told["report"], told["floor"]) == ("report of one", 0.1)
    (fell,) = told["lost"]
    assert fell == {"name": "core sound", "knew": "champion", "before": 12, "now": 4, "n": 12,
                    "drawn": kinds(second)["Which"]}  # fmt: skip
    assert told["by_lot"] == len(second.splits["replay"]) - fell["drawn"]
    with room.connect() as connection:
        rows = table.practised(connection, second.id)
    assert rows[0]["drawn_for"] == "core sound"
    assert rows[0]["weight"] == pytest.approx(0.1 + 0.9 * 8 / 16)
    assert rows[-1] | {"id": "", "chat_id": "", "messages": ""} == {
        "id": "", "chat_id": "", "messages": "", "weight": pytest.approx(0.1), "drawn_for": None,
    }  # fmt: skip
    assert "core sound 12 (champion) to 4 of 12" in show.manifest(second)
    assert night(room, "again").id == second.id, "the same report draws the same"


def test_an_own_lesson_is_practised_for_the_held_out_question_that_is_like_it(room: Room) -> None:
    first = night(room)
    held_out = first.splits["validation"]
    with room.connect() as connection:
        questions = [question(e.messages, chat_id=e.chat_id, challenger=False, base=True) for e in held_out]
        judge(connection, adapter(connection, "one", first.id), questions)
        more(connection)
    second = night(room, "next", Rule(seed=1, replay=20, remember=10))
    with room.connect() as connection:
        own = [row for row in table.practised(connection, second.id) if row["chat_id"]]
    assert len(own) == 10
    assert {row["drawn_for"] for row in own} == {"holdout"}
    assert second.manifest["practised"]["lost"][0]["name"] == "holdout"
    assert not any(str(e.chat_id) in str(second.manifest) for e in held_out)


def test_forgetting_the_chat_takes_what_it_told_of_losses(room: Room) -> None:
    first = night(room)
    held_out = first.splits["validation"]
    with room.connect() as connection:
        questions = [question(e.messages, chat_id=e.chat_id, challenger=False, base=True) for e in held_out]
        judge(connection, adapter(connection, "one", first.id), questions)
        connection.execute("delete from chats where id = any(%s)", ([e.chat_id for e in held_out],))
        assert table.practice(connection, "base", 0.1).asked == ()


def test_every_compared_models_mark_is_read(room: Room) -> None:
    with room.connect() as connection:
        adapter(connection, "old", "d"), adapter(connection, "one", "d")
        asked = chat("What is up?", "The sky.")
        given = question(asked, "up", challenger=False, champion=True, anchor=True, base=False)
        judge(connection, "one", [given, question(chat("And down?", "No grade."), "down")],
              champion="base+old", anchor="base+old")  # fmt: skip
        found = table.practice(connection, "base", 0.5)
        assert found.asked == (
            Asked("core", "up", asked, {"challenger": False, "champion": True, "anchor": True, "base": False}),
        )
        assert (found.report, found.floor) == ("report of one", 0.5)
        assert table.practice(connection, "another base", 0.5).report == ""


def line(connection: Connection) -> Line:
    return table.line(connection, "base", table.practice(connection, "base", 0.1).asked)


def test_a_line_counts_the_nights_that_went_on_from_each_other(room: Room) -> None:
    with room.connect() as connection:
        assert line(connection) == Line()
        for name, parent in (("one", None), ("two", "one"), ("three", "two")):
            judge(connection, adapter(connection, name, "d", parent), [])
        assert line(connection) == Line("three", nights=3, allowed=0.05)
        judge(connection, adapter(connection, "four", "d", None), [], "reject", champion="base+three")
        assert line(connection) == Line("three", nights=3, allowed=0.05, tried=True)
        judge(connection, adapter(connection, "five", "d", "three"), [], "reject", champion="base+three")
        assert not line(connection).tried
        assert table.line(connection, "another base", ()) == Line()


def test_the_ledger_says_how_far_the_champion_is_below_the_anchor(room: Room) -> None:
    with room.connect() as connection:
        report = judge(connection, adapter(connection, "one", "d"), [])
        enter(connection, report, "challenger", -0.04)
        enter(connection, report, "challenger", 0.02, "golden", 50)
        enter(connection, report, "challenger", -0.9, "fresh")
        enter(connection, report, "champion", -0.9)
        assert line(connection).drift == pytest.approx((4 - 1) / 150)
        refused = judge(connection, adapter(connection, "two", "d", "one"), [], "reject", champion="base+one")
        enter(connection, refused, "challenger", -0.5)
        enter(connection, refused, "champion", -0.01)
        assert line(connection).drift == pytest.approx(0.01), "of who answers, not of who was refused"
        promote(connection, adapter(connection, "older", "d"), None, "rolled_back")
        assert line(connection).drift == 0, "the newest report did not measure this one"


@pytest.mark.parametrize("margin", [0.0, -0.1 / 3, 1e-9])
def test_a_manifest_with_figures_of_the_ledger_comes_back_as_it_was_hashed(room: Room, margin: float) -> None:
    first = night(room)
    with room.connect() as connection:
        report = judge(connection, adapter(connection, "one", first.id), lost_sounds())
        enter(connection, report, "challenger", margin)
        more(connection)
    second = night(room, "next")
    assert sha256(canonical(second.manifest)) == second.id, "no drift is 0.0: Postgres keeps no -0.0"
    assert second.manifest["start"]["drift"] == pytest.approx(-margin)


def test_own_questions_that_the_champion_lost_are_counted(room: Room) -> None:
    with room.connect() as connection:
        ids = [row["id"] for row in connection.execute("select id from chats order by id limit 6")]
        for name in ("old", "one"):
            adapter(connection, name, "d")
        asked = [
            question(chat(f"Which {at}?", f"That {at}."), chat_id=id, challenger=at > 3, champion=True, base=False)
            for at, id in enumerate(ids)
        ]
        judge(connection, "one", [*asked, *lost_sounds()], champion="base+old", anchor="base+old")
        assert (line(connection).lost, line(connection).asked) == (4, 6)


def test_a_line_that_learned_what_must_not_be_learned_begins_anew(room: Room) -> None:
    first = night(room)
    learned, held_out = first.splits["train"][0].chat_id, first.splits["validation"][0].chat_id
    with room.connect() as connection:
        judge(connection, adapter(connection, "one", first.id), [])
        judge(connection, adapter(connection, "two", "d", "one"), [])
        connection.execute("insert into excluded_chats (chat_id) values (%s)", (held_out,))
        assert line(connection).unlearns == 0, "it was never learned"
        connection.execute("insert into excluded_chats (chat_id) values (%s)", (learned,))
        assert line(connection).unlearns == 1
        connection.execute("insert into promotions (action, adapter_id, replaced) values ('vetoed', 'two', 'one')")
        assert line(connection).vetoed == 1
        more(connection)
    anew = night(room, "next")
    assert (anew.manifest["start"]["adapter"], anew.manifest["start"]["reason"]) == (None, "unlearns")
    assert learned not in {e.chat_id for part in anew.splits.values() for e in part}


def test_a_night_that_begins_anew_practises_all_it_learned(room: Room) -> None:
    first = night(room)
    rule = Rule(seed=1, replay=20, remember=5)
    with room.connect() as connection:
        judge(connection, adapter(connection, "one", first.id), [])
        more(connection)
    counts, base_lines = {}, {}
    for run_id, most_nights in (("on", 30), ("anew", 1)):
        dataset = night(room, run_id, Rule(seed=1, replay=20, remember=5, most_nights=most_nights))
        counts[run_id] = sum(e.chat_id is not None for e in dataset.splits["replay"])
        base_lines[run_id] = len(dataset.splits["replay"]) - counts[run_id]
        assert dataset.manifest["start"]["adapter"] == ("one" if run_id == "on" else None)
        assert dataset.manifest["rule"]["remember"] == rule.remember
    assert counts == {"on": 5, "anew": len(first.splits["train"])}
    assert base_lines == {"on": 20, "anew": 80}


def test_a_person_asks_why(room: Room, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = night(room)
    with room.connect() as connection:
        judge(connection, adapter(connection, "one", first.id), lost_sounds())
        more(connection)
    second = night(room, "next")
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path))
    settings_.current.cache_clear()
    said = CliRunner().invoke(datasets, ["practice", second.id[:12]], catch_exceptions=False).stdout.splitlines()
    assert said[0].split() == ["EXAMPLE", "OF", "WEIGHT", "DRAWN", "FOR", "QUESTION"]
    assert "base  0.55    core sound  Which sound does animal" in said[1]
    assert "by lot" in said[-1]
    rows = orjson.loads(CliRunner().invoke(datasets, ["practice", second.id, "--json"], catch_exceptions=False).stdout)
    assert len(rows) == len(second.splits["replay"]) == len(said) - 1
    assert "It went on from the champion, which began at the base model." in show.manifest(second)
    assert show.practice([]) == "This dataset practises nothing again."


def test_falls_of_different_groups_are_told_apart() -> None:
    assert Fall("core", "sound", 1).name == "core sound"
    assert Fall("holdout", "the answer itself", 1).name == "holdout"
