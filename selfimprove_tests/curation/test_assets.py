from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import dagster as dg
import pytest

from selfimprove import postgres
from selfimprove.chats import days
from selfimprove.curation.assets import filtered_chats
from selfimprove.curation.checks import judge, sound_filter
from selfimprove.curation.filter_day import STAGE
from selfimprove.models.worker import SENTENCES
from selfimprove.resources import SKIP_CLEAN, Database, ModelProcess
from selfimprove_tests.curation.chats import DAY, chat, said
from selfimprove_tests.curation.rows import lengths, reasons, store, stored
from selfimprove_tests.curation.test_filter_day import GOOD, LONG, NEXT, REWORDED, on, run

pytestmark = pytest.mark.filterwarnings("ignore::dagster.BetaWarning")
CHECKS = {"nothing_lost", "no_duplicates_left", "no_vetoed_chat"}


class Lengths(ModelProcess):
    """A quick stand-in for tests that do not depend on what a text means."""

    @contextmanager
    def worker(self, *, stays: bool = False) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(do=lambda _, job: {"vectors": b64encode(lengths(job["texts"]).tobytes()).decode()})


LENGTHS = Lengths(library="none", ahead=False)
Materialize = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def materialize(database: str) -> Materialize:
    """Runs the asset and its checks for a day or a range of days."""

    def materialized(
        first: date,
        last: date | None = None,
        more: dict[str, str] | None = None,
        sentence_model: ModelProcess = LENGTHS,
    ) -> object:
        span = {"dagster/asset_partition_range_start": f"{first}", "dagster/asset_partition_range_end": f"{last}"}
        span |= more or {}
        return dg.materialize(
            [filtered_chats, sound_filter],
            resources={"database": Database(url=database), "sentence_model": sentence_model},
            partition_key=None if last else f"{first}",
            tags=span if last else None,
            raise_on_error=False,
        )

    return materialized


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, dg.MetadataValue]:
    (event,) = result.get_asset_materialization_events()[:1]
    return dict(event.materialization.metadata)


def failed(result: dg.ExecuteInProcessResult) -> set[str]:
    return {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}


def test_a_day_is_filtered_checked_and_told(connection: postgres.Connection, materialize: Materialize) -> None:
    store(connection, [GOOD, LONG, REWORDED, GOOD, chat("Hi", "Bad Gateway")])
    result = materialize(DAY)
    assert result.success
    assert failed(result) == set()
    assert {check.check_name for check in result.get_asset_check_evaluations()} == CHECKS
    told = metadata(result)
    assert told["dagster/partition_row_count"].value == told["dagster/row_count"].value == 2
    counts = {row.data["reason"]: row.data["chats"] for row in told["rejected"].records}
    assert {reason: n for reason, n in counts.items() if n} == {
        "error_string": 1,
        "exact_duplicate": 1,
        "near_duplicate": 1,
    }
    assert told["sentence"].value == "2 of 5 chats on 1 days are worth learning from."
    assert "data:image/svg+xml;base64," in told["reasons"].value
    assert set(told["dagster/column_lineage"].value.deps_by_column) == {"chat_id", "day", "language"}
    (books,) = days.read(connection, STAGE, [DAY])
    assert books.passed is True


def test_embeddings_are_unit_vectors_near_in_meaning(connection: postgres.Connection, materialize: Materialize) -> None:
    ids = store(
        connection, [chat("My dog?", "Your dog is Rex."), chat("The dog?", "Rex is your dog."), chat("1 + 1?", "2")]
    )
    assert materialize(DAY, sentence_model=ModelProcess(library=SENTENCES, ahead=False)).success
    query = (
        "select a.vector <=> b.vector as apart, l2_norm(a.vector) as norm, a.model from embeddings a, embeddings b"
        " where a.chat_id = %s and b.chat_id = %s"
    )
    near, far = (connection.execute(query, [ids[0], other]).fetchone() for other in ids[1:])
    assert near["apart"] < 0.3 < far["apart"]
    assert near["norm"] == pytest.approx(1, abs=1e-3)
    assert near["model"] == "all-MiniLM-L6-v2@0.1.0"


def test_a_range_in_one_run_gives_the_rows_of_single_days(
    connection: postgres.Connection, materialize: Materialize
) -> None:
    last = NEXT + timedelta(days=3)
    store(connection, [*on(DAY, GOOD, LONG), *on(NEXT, REWORDED, GOOD), *on(last, chat("Hi", "Hello"), GOOD)])
    ranged = materialize(DAY, last)
    assert ranged.success
    told = [event.materialization.metadata for event in ranged.get_asset_materialization_events()]
    assert [one["dagster/partition_row_count"].value for one in told] == [2, 0, 0, 0, 1]
    assert metadata(ranged)["sentence"].value == "3 of 6 chats on 3 days are worth learning from."
    expected = stored(connection)
    connection.rollback()
    for day in (last, DAY, NEXT):
        assert materialize(day).success
    assert stored(connection) == expected
    assert [books.passed for books in days.read(connection, STAGE, [DAY, NEXT, last])] == [True] * 3


NIGHTLY = {SKIP_CLEAN: "true"}
LAST = NEXT + timedelta(days=1)


def runs(connection: postgres.Connection, *of_days: date) -> list[str]:
    connection.rollback()
    return [books.run_id for books in days.read(connection, STAGE, of_days)]


def test_a_nightly_run_leaves_clean_days_as_they_are(connection: postgres.Connection, materialize: Materialize) -> None:
    store(connection, [*on(DAY, GOOD, LONG), *on(NEXT, chat("Hi", "Hello"))])
    first = materialize(DAY, NEXT, NIGHTLY).run_id
    result = materialize(DAY, NEXT, NIGHTLY)
    assert result.success
    assert runs(connection, DAY, NEXT) == [first, first]
    told = [event.materialization.metadata for event in result.get_asset_materialization_events()]
    assert [one["dagster/partition_row_count"].value for one in told] == [2, 1]
    assert told[0]["unchanged_days"].value == 2
    assert told[0]["sentence"].value.endswith("2 days unchanged since their checks passed.")
    assert [books.passed for books in days.read(connection, STAGE, [DAY, NEXT])] == [True, True]


def test_an_original_that_comes_late_takes_its_repeats_out_of_clean_days(
    connection: postgres.Connection, materialize: Materialize
) -> None:
    repeat, other = store(connection, [*on(NEXT, GOOD), *on(LAST, chat("1 + 1?", "It is 2."))])
    first = materialize(DAY, LAST, NIGHTLY).run_id
    (original,) = store(connection, on(DAY, GOOD))
    result = materialize(DAY, LAST, NIGHTLY)
    assert result.success
    assert runs(connection, DAY, NEXT, LAST) == [result.run_id, result.run_id, first]
    assert reasons(connection)[repeat].duplicate_of == original
    assert other not in reasons(connection)


def test_an_original_brought_by_hand_opens_the_days_that_repeat_it(
    connection: postgres.Connection, materialize: Materialize
) -> None:
    store(connection, [*on(NEXT, REWORDED), *on(LAST, chat("1 + 1?", "It is 2."))])
    assert materialize(NEXT, LAST).success
    store(connection, on(DAY, LONG))
    assert materialize(DAY).success
    connection.rollback()
    verdicts = [books.passed for books in days.read(connection, STAGE, [DAY, NEXT, LAST])]
    assert verdicts == [True, None, True]
    assert materialize(DAY, LAST, NIGHTLY).success
    assert [r.reason for r in reasons(connection).values()] == ["near_duplicate"]


def test_days_without_chats_are_left_alone(connection: postgres.Connection, materialize: Materialize) -> None:
    result = materialize(DAY, NEXT)
    assert result.success
    assert metadata(result)["sentence"].value == "0 of 0 chats on 0 days are worth learning from."
    assert days.read(connection, STAGE, [DAY, NEXT]) == []


BREAKS = {
    "nothing_lost": "delete from filtered_chats where chat_id = %(first)s",
    "no_duplicates_left": "update sketches set text_hash = 'same'",
    "no_vetoed_chat": """update redacted_chats set messages = '[{"role": "user", "content": "#no-train"}]'
                         where chat_id = %(first)s""",
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_wrong_is_found_by_its_check(name: str, connection: postgres.Connection, database: str) -> None:
    first, _ = store(connection, [GOOD, LONG])
    run(database, DAY)
    assert judge(connection, [DAY]) == {DAY: {name: [] for name in CHECKS}}
    connection.execute(BREAKS[name], {"first": first})
    found = judge(connection, [DAY, NEXT])
    assert list(found) == [DAY]
    assert {check for check, sentences in found[DAY].items() if sentences} == {name}
    (books,) = days.read(connection, STAGE, [DAY])
    assert books.passed is False


def test_a_lost_chat_stops_the_run(connection: postgres.Connection, materialize: Materialize) -> None:
    connection.execute("create function swallow() returns trigger language plpgsql as 'begin return null; end'")
    connection.execute("create trigger swallow before insert on rejections for each row execute function swallow()")
    store(connection, [GOOD, chat("Hi", "")])
    result = materialize(DAY)
    assert not result.success
    assert failed(result) == {"nothing_lost"}
    assert all(c.blocking and c.severity == dg.AssetCheckSeverity.ERROR for c in result.get_asset_check_evaluations())
    (books,) = days.read(connection, STAGE, [DAY])
    assert books.passed is False


def test_later_stages_lose_their_verdict(connection: postgres.Connection, materialize: Materialize) -> None:
    store(connection, [GOOD])
    days.close(connection, days.StageDay("critique_scores", DAY, "", "1", {}, "run"))
    days.set_verdict(connection, "critique_scores", DAY, True)
    connection.commit()
    assert materialize(DAY).success
    (later,) = days.read(connection, "critique_scores", [DAY])
    assert later.passed is None


def test_no_text_reaches_metadata_or_rejections(connection: postgres.Connection, materialize: Materialize) -> None:
    word = "xylophone"
    spoken = [
        chat(f"{word}?", ""),
        chat(f"#private {word}", word),
        replace(GOOD, feedback=(said("comment", text=word),)),
    ]
    store(connection, [*spoken, chat(f"{word}?", f"```\n{word}"), chat(word, word), chat(word, word)])
    result = materialize(DAY)
    assert result.success
    assert word not in repr(metadata(result))
    assert word not in repr([check.metadata for check in result.get_asset_check_evaluations()])
    assert word not in repr(stored(connection)["rejections"])
