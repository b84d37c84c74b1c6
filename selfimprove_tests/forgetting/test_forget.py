"""What was forgotten is nowhere, does not come back, and nothing that learned from it answers."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from selfimprove import postgres
from selfimprove.chats.chat import Chat, Message
from selfimprove.chats.importing import import_chats
from selfimprove.chats.seal import encode, identify
from selfimprove.errors import RollbackRefused
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.give_back import give_back
from selfimprove.forgetting.receipt import Receipt, named
from selfimprove.forgetting.select import Wish
from selfimprove.forgetting.sweep import sweep
from selfimprove.postgres import Connection
from selfimprove.promotion import promote
from selfimprove_tests.forgetting.conftest import Past
from selfimprove_tests.forgetting.house import ALONE, DAY, SECRET, House, files_that_hold, rows_that_hold, said
from selfimprove_tests.promotion.house import decision

NOW = datetime(2031, 5, 3, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
GONE = {
    "chats": 1, "feedback": 1, "redacted_chats": 1, "sketches": 1, "filtered_chats": 1, "embeddings": 1, "critiques": 1,
    "examples": 1, "dataset_examples": 1, "eval_examples": 1, "report_examples": 1,
}  # fmt: skip


def forgotten(past: Past, selector: str = "matching", value: str = SECRET, **more: bool) -> Receipt:
    receipt = forget(past.house.connection, past.house.vault, Wish(selector, value), NOW, **more)  # type: ignore[arg-type]
    assert receipt
    return receipt


def test_the_text_is_in_every_room_before_and_nowhere_after(past: Past) -> None:
    house = past.house
    rooms = {"redacted_chats", "critiques", "examples", "eval_examples", "eval_results"}
    assert {f"selfimprove.{room}" for room in rooms} == set(rows_that_hold(house.connection, SECRET))
    house.connection.commit()
    assert len(list(files_that_hold(house.home, SECRET))) == 3
    said_before = house.count("eval_results")
    receipt = forgotten(past)
    sweep(house.connection, house.home)
    assert rows_that_hold(house.connection, SECRET) == []
    assert list(files_that_hold(house.home, SECRET)) == []
    assert {name: n for name, n in receipt.counts.items() if n} == {
        **GONE, "eval_results": said_before - house.count("eval_results")
    }  # fmt: skip
    assert rows_that_hold(house.connection, ALONE) != []  # what nobody asked to forget stays


def test_a_receipt_tells_what_went_and_none_of_its_words(past: Past) -> None:
    receipt = forgotten(past)
    told = str(receipt.as_json())
    assert not any(word in told for word in SECRET.split() if len(word) > 3)
    assert receipt.datasets == (past.house.dataset_of("second"),)
    assert set(receipt.adapters) == {past.champion, past.heir}
    assert {"second", "third"} <= set(receipt.runs)
    assert "first" not in receipt.runs
    assert receipt.selector_hash == past.house.vault.keyed_hash(f"wish matching {SECRET}".encode())
    row = past.house.connection.execute("select id, selector, adapters from receipts").fetchone()
    assert row == {"id": receipt.id, "selector": "matching", "adapters": list(receipt.adapters)}


def test_the_newest_clean_champion_answers_at_once_and_listeners_hear_it(past: Past, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute("listen selfimprove_promotion")
        receipt = forgotten(past)
        heard = [note.payload for note in listener.notifies(timeout=5, stop_after=1)]
    assert (receipt.champion_before, receipt.champion_after) == (past.champion, past.clean)
    assert past.house.answers() == past.clean
    assert heard == [past.clean]


def test_what_never_learned_it_goes_on_answering(past: Past) -> None:
    [alone] = past.house.hear(said("What is a kite?", "A toy that flies."))
    receipt = forgotten(past, "chat", alone)
    assert (receipt.datasets, receipt.adapters) == ((), ())
    assert past.house.answers() == past.champion


def test_what_tainted_adapters_said_of_anything_is_gone(past: Past) -> None:
    def speakers() -> set[str]:
        rows = past.house.connection.execute("select model from eval_results").fetchall()
        return {row["model"].partition("+")[2] for row in rows} - {""}

    assert {past.champion, past.heir} & speakers()
    past.house.connection.commit()
    forgotten(past)
    assert not {past.champion, past.heir} & speakers()


def test_without_a_clean_one_the_base_model_answers(past: Past) -> None:
    receipt = forgotten(past, value=ALONE)
    assert set(receipt.adapters) == {past.clean, past.champion, past.heir}
    assert past.house.answers() is None
    assert receipt.champion_after is None


def test_a_tainted_adapter_never_answers_again(past: Past) -> None:
    house = past.house
    forgotten(past)
    house.connection.commit()
    with pytest.raises(RollbackRefused, match="learned from chats that were forgotten since"):
        promote.rollback(house.connection, past.champion)
    report = house.connection.execute("select id from reports where adapter_id = %s", (past.heir,)).fetchone()
    house.connection.commit()
    assert report
    promote.promote(house.connection, report["id"], "again")
    told = decision(house, report["id"])  # type: ignore[arg-type]
    assert told
    assert "the adapter learned from chats that were forgotten since" in told[1]
    assert house.answers() == past.clean
    house.connection.commit()
    assert house.connection.execute(postgres.queries("promotion").challenger).fetchone() is None


def test_the_past_is_compared_without_what_was_forgotten(past: Past) -> None:
    forgotten(past, value=ALONE)
    run = past.house.connection.execute
    assert run("select * from anchor").fetchall() == []
    assert run("select * from decided_datasets").fetchall() == []
    at = {"night": date(2031, 6, 1)}
    assert run(postgres.queries("evals").champion_at, at).fetchone() == {"id": None}
    assert run(postgres.queries("adapters").newest_undecided).fetchone() is None
    assert run(postgres.queries("datasets").newest_undecided).fetchone() is None


def test_what_is_left_of_a_tainted_dataset_is_new_to_the_next_night(past: Past) -> None:
    seen = postgres.queries("datasets").seen
    before = past.house.connection.execute(seen, {"base_model": "base0"}).fetchall()
    assert {row["example_id"] for row in before} == {f"e {past.secret}", f"e {past.other}"}
    past.house.connection.commit()
    forgotten(past, "chat", past.secret)
    past.house.connection.execute("delete from decisions where run_id = 'first'")
    assert past.house.connection.execute(seen, {"base_model": "base0"}).fetchall() == []


def test_no_import_brings_it_back_in_whatever_state(house: House) -> None:
    long = "and what I said goes on and on, so that nobody else's chat could ever begin with the very same words " * 3
    kept = said("Hello", "Hi", "How are you?", "Fine.")
    gone = said("The start", long, "the middle", "a comment", "the end", "an answer")
    house.hear(kept, gone)
    house.hear(said("short", "one", external_id=None))
    for wish in (Wish("chat", identify(gone, house.sealing)), Wish("matching", "short")):
        assert forget(house.connection, house.vault, wish, NOW)
    grown = [message.content for message in gone.messages]
    back = [
        gone,
        said("The start", long, "the middle", "a comment", external_id=None),  # as it was earlier, by another name
        said(*grown, source="elsewhere", external_id="9"),
        said(*grown, "one more", "reply", source="elsewhere", external_id="10"),  # as it went on since
        said("short", "one", external_id=None),
        kept,
        said("short", "another", external_id=None),
    ]
    written = import_chats(house.connection, back, house.sealing, UTC_ZONE)
    assert (written.forgotten, written.unchanged, written.imported) == (5, 1, 1)
    assert rows_that_hold(house.connection, "goes on and on") == []


LONG = "my sister has lost her job and nobody but me may know of it until she has told our parents herself " * 3
SHORT = "my sister is ill"


def others(u: str, a: str, u2: str, a2: str) -> dict[str, Chat]:
    """The same chat in states and spellings in which it may come again, each from elsewhere and by another name."""
    more: dict[str, object] = {"source": "elsewhere", "external_id": None}
    system = said(u, a, u2, a2, **more)
    prompted = replace(system, messages=(Message("system", "Be kind."), *system.messages))
    return {
        "whole": said(u, a, u2, a2, **more),
        "earlier, up to a question": said(u, a, u2, **more),
        "earlier, up to an answer": said(u, a, **more),
        "a trailing blank": said(f"{u} ", a, u2, a2, **more),
        "a blank that does not break": said(u.replace(" ", "\u00a0", 1), a, u2, a2, **more),
        "another case": said(u.upper(), a, u2, a2, **more),
        "a system prompt": prompted,
        "gone on": said(u, a, u2, a2, "more", "yes", **more),
        "another branch": said(u, a, "something else", "well", **more),
        "another first answer": said(u, "Another answer.", u2, a2, **more),
        "quoted in another chat": said("What did I say?", "This:", u, a, **more),
    }


def comes_back(house: House, chat: Chat) -> bool:
    written = import_chats(house.connection, [chat], house.sealing, UTC_ZONE)
    assert written.forgotten + written.imported == 1
    return written.imported == 1


def test_a_long_chat_does_not_come_back_in_any_state_or_spelling(house: House) -> None:
    words = (LONG, "I am sorry.", "what can I do?", "Listen.")
    house.hear(said(*words))
    assert forget(house.connection, house.vault, Wish("matching", "my sister"), NOW)
    assert [name for name, chat in others(*words).items() if comes_back(house, chat)] == []


@pytest.mark.parametrize("words", [LONG, SHORT], ids=["long", "short"])
def test_nor_as_another_program_writes_it(house: House, words: str) -> None:
    curved = f"{words} It\u2019s Zsófi\u2019s \u2013 \u201eall of it\u201c."
    house.hear(said(curved, "I am sorry."))
    assert forget(house.connection, house.vault, Wish("matching", "zsofi's"), NOW)
    straight = f'{words} It\'s Zsófi\'s - "all of it".'
    assert not comes_back(house, said(straight, "I am sorry.", external_id=None, source="elsewhere"))
    assert not comes_back(house, said(curved.upper(), "I am sorry.", external_id=None, source="elsewhere"))


def test_nor_as_a_program_writes_it_that_leaves_out_what_a_model_thought_aloud(house: House) -> None:
    thought = "<think>Her sister is ill. What can be said?</think>\n\nI am sorry."
    [id, again, _] = house.hear(
        said(SHORT, thought), said(SHORT, "I am sorry.", external_id="page"), said("What is a kite?", thought)
    )
    receipt = forget(house.connection, house.vault, Wish("chat", id), NOW)
    assert receipt
    assert receipt.counts["chats"] == 2, again
    assert not comes_back(house, said(SHORT, "I am sorry.", external_id=None, source="elsewhere"))
    assert not comes_back(house, said(SHORT, thought.replace("Her", "His"), external_id=None, source="elsewhere"))
    assert comes_back(house, said(SHORT, "I am glad.", external_id=None, source="elsewhere"))


def test_nor_as_a_page_keeps_it_that_folds_away_the_calls_of_tools(house: House) -> None:
    looked = said(SHORT, "Let me look.")
    turns = (*looked.messages, Message("tool", "a page of many words " * 20), Message("assistant", "I am sorry."))
    page = said(SHORT, "Let me look.\n\nI am sorry.", external_id="page")
    id, _ = house.hear(replace(looked, messages=turns), page)
    receipt = forget(house.connection, house.vault, Wish("chat", id), NOW)
    assert receipt
    assert receipt.counts["chats"] == 2
    more = {"external_id": None, "source": "elsewhere"}
    assert not comes_back(house, said(SHORT, "Let me look.\n\nI am sorry.", **more))
    assert comes_back(house, said(SHORT, "I am glad.", **more))


def test_a_short_chat_does_not_come_back_whole_nor_as_it_was(house: House) -> None:
    words = (SHORT, "I am sorry.", "what can I do?", "Listen.")
    house.hear(said(*words))
    assert forget(house.connection, house.vault, Wish("matching", SHORT), NOW)
    back = [name for name, chat in others(*words).items() if comes_back(house, chat)]
    # what anybody could say who begins alike
    assert back == ["gone on", "another branch", "another first answer", "quoted in another chat"]


def test_greetings_are_not_refused_for_ever(house: House) -> None:
    more = {"source": "elsewhere", "external_id": None}
    house.hear(said("hi", "hello"), said("Good morning", "Hello!", SHORT, "I am sorry."))
    assert forget(house.connection, house.vault, Wish("before", "2100-01-01"), NOW)
    assert comes_back(house, said("hi", "hello", **more))
    assert comes_back(house, said("Good morning", "Hello!", **more))
    assert not comes_back(house, said("Good morning", "Hello!", SHORT, **more))
    assert not comes_back(house, said("hi", "hello"))  # but under its own id
    house.hear(said("7391", "Noted."))
    assert forget(house.connection, house.vault, Wish("matching", "7391"), NOW)
    assert not comes_back(house, said("7391", "Noted.", **more))


def test_openings_that_an_older_house_kept_still_hold(house: House) -> None:
    gone = said("The start", LONG)
    receipt = named([], NOW)
    run = house.connection.execute
    run("insert into receipts values (%s, 'chat', 'h', '{}', '{}', '{}', '{}', null, null, %s)", (receipt, NOW))
    hashed = house.vault.keyed_hash(encode(gone.messages))
    run("insert into tombstones values (%s, 'opening', 2, %s)", (hashed, receipt))
    assert not comes_back(house, said("The start", LONG, "more", external_id=None))
    assert not comes_back(house, said("The start", LONG, external_id=None))
    assert comes_back(house, said("The start", "of another", external_id=None))


def test_an_import_under_way_is_waited_for(house: House, database: str) -> None:
    house.hear(said("one", "two"))
    with postgres.connect(database) as writer:
        import_chats(writer, [said("three", "four")], house.sealing, UTC_ZONE)
        writer.commit()
        writer.execute(postgres.queries("chats").while_nothing_is_forgotten)
        house.connection.execute("set lock_timeout = '200ms'")
        house.connection.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            forget(house.connection, house.vault, Wish("matching", "two"), NOW)
    assert house.count("chats") == 2
    assert forget(house.connection, house.vault, Wish("matching", "two"), NOW)


def test_a_dry_run_tells_the_same_and_changes_nothing(past: Past) -> None:
    before = {table: past.house.count(table) for table in ("chats", "examples", "eval_results", "promotions")}
    dry = forgotten(past, dry_run=True)
    assert {table: past.house.count(table) for table in before} == before
    assert past.house.count("receipts") == past.house.count("tombstones") == past.house.count("tainted_datasets") == 0
    assert past.house.answers() == past.champion
    assert forgotten(past) == dry


def test_nothing_that_fits_is_no_receipt(past: Past) -> None:
    assert forget(past.house.connection, past.house.vault, Wish("matching", "never said by anyone"), NOW) is None
    assert past.house.count("receipts") == 0


def test_copies_of_what_goes_are_filtered_again_and_empty_days_have_no_books(house: House) -> None:
    later = DAY + timedelta(days=1)
    first, copy, _ = house.hear(said("origin", "yes"), said("copy", "yes", day=later), said("x", "y", day=later))
    run = house.connection.execute
    run(
        "insert into rejections (stage, chat_id, day, reason, duplicate_of, rule_version)"
        " values ('filtered_chats', %s, %s, 'near_duplicate', %s, '1')",
        (copy, later, first),
    )
    for day in (DAY, later):
        for stage in ("chat_logs", "redacted_chats", "filtered_chats", "critique_scores"):
            run("insert into stage_days values (%s, %s, 'f', '1', '{}', true, 'r')", (stage, day))
    house.connection.commit()
    forget(house.connection, house.vault, Wish("chat", first), NOW)
    rows = run("select stage, day, passed from stage_days order by stage").fetchall()
    assert {row["day"] for row in rows} == {later}
    assert {row["stage"] for row in rows if row["passed"]} == {"chat_logs", "redacted_chats"}
    assert house.count("rejections") == 0


def test_the_pipeline_may_do_it_all(past: Past) -> None:
    past.house.connection.execute("set role pipeline")
    past.house.connection.commit()
    receipt = forgotten(past)
    [file] = sweep(past.house.connection, past.house.home)
    assert file.name == receipt.name
    before = nodes(past.house.connection)
    assert [line.split(" (")[0] for line in give_back(past.house.connection, past.house.home)] == [
        "The database's write-ahead log still holds redacted text for a while"
    ]
    assert not before.items() & nodes(past.house.connection).items()
    past.house.connection.execute("reset role")


def test_who_may_write_no_table_anew_is_told(past: Past) -> None:
    """VACUUM passes over such tables with a warning, and raises nothing."""
    connection = past.house.connection
    forgotten(past)
    connection.execute("revoke maintain on examples, embeddings from pipeline")
    connection.execute("set role pipeline")
    connection.commit()
    before = nodes(connection)
    told = list(give_back(connection, past.house.home))
    connection.execute("reset role")
    skipped = [f'permission denied to vacuum "{table}", skipping it).' for table in ("examples", "embeddings")]
    assert [line.split(" (")[1] for line in told[:2]] == skipped
    assert {name for name, node in nodes(connection).items() if node == before[name]} == {"examples", "embeddings"}
    index = "select 1 as found from pg_indexes where indexname = 'embeddings_by_vector'"
    assert connection.execute(index).fetchone()


def nodes(connection: Connection) -> dict[str, int]:
    """Which file each table that held text is in."""
    names = ["chats", "feedback", "sketches", "embeddings", "examples", "eval_results", "memories"]
    given = "select name, pg_relation_filenode(name::regclass) as node from unnest(%s::text[]) name"
    found = {row["name"]: row["node"] for row in connection.execute(given, [names])}
    connection.commit()
    return found


def test_deleted_rows_leave_the_tables_files(past: Past) -> None:
    size = "select pg_relation_size('examples') as bytes"
    connection = past.house.connection
    forgotten(past, value=ALONE)
    forgotten(past)
    assert connection.execute(size).fetchone() != {"bytes": 0}
    connection.commit()
    for _ in range(20):  # an autovacuum that looks at this moment keeps what it sees
        assert list(give_back(connection, past.house.home)) == []
        if connection.execute(size).fetchone() == {"bytes": 0}:
            break
        connection.commit()
        time.sleep(0.2)
    assert connection.execute(size).fetchone() == {"bytes": 0}


def test_every_table_that_names_a_chat_lets_go_of_it(connection: Connection) -> None:
    """A table of a later room that kept a chat's rows would keep its words."""
    named = connection.execute(
        "select table_name from information_schema.columns join pg_tables on tablename = table_name"
        " where table_schema = 'selfimprove' and schemaname = table_schema and column_name = 'chat_id'"
    ).fetchall()
    freed = connection.execute(
        "select distinct conrelid::regclass::text as name from pg_constraint"
        " where contype = 'f' and confdeltype = 'c' and connamespace = 'selfimprove'::regnamespace"
    ).fetchall()
    assert {row["table_name"] for row in named} <= {row["name"] for row in freed}
