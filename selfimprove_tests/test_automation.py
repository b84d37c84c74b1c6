"""Which days a night reads, and what asks for one."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import dagster as dg
import pytest

from selfimprove import processes
from selfimprove.automation import (
    AWAITED_BY,
    ONE_AT_A_TIME,
    RANGE_END,
    RANGE_START,
    every_night,
    is_awaited,
    learn_without_forgotten,
    missing_days,
    range_tags,
)
from selfimprove.chats import days
from selfimprove.chats.days import STAGES, StageDay
from selfimprove.errors import FirstDayNotOver
from selfimprove.postgres import Connection
from selfimprove.resources import SKIP_CLEAN, Database
from selfimprove.settings import current

TODAY = date(2026, 3, 9)
CHAT = "insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed) "
CHAT += "values (md5(%s::text), 'test', %s, now(), 2, 'train', 'd', 'k', '', '')"


def before(n: int) -> date:
    return TODAY - timedelta(n)


def judge(connection: Connection, day: date, *verdicts: bool | None) -> None:
    for stage, passed in zip(STAGES, verdicts, strict=False):
        days.close(connection, StageDay(stage, day, days.fingerprint(connection, day), "1", {}, "run"))
        if passed is not None:
            days.set_verdict(connection, stage, day, passed)


def test_a_night_reads_from_the_oldest_missing_day_to_yesterday_and_skips_clean_ones() -> None:
    tags = range_tags([before(5), before(3)], TODAY)
    assert tags == {RANGE_START: str(before(5)), RANGE_END: str(before(1)), SKIP_CLEAN: "true"}
    assert range_tags([], TODAY)[RANGE_START] == str(before(1))


def test_before_the_first_day_is_over_there_is_nothing_to_read(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = replace(current(), first_day=TODAY)
    monkeypatch.setattr("selfimprove.automation.current", lambda: early)
    with pytest.raises(FirstDayNotOver, match=f"which is {TODAY}, and today is {TODAY} by"):
        range_tags([], TODAY)
    assert range_tags([], TODAY + timedelta(1))[RANGE_START] == str(TODAY)
    two, house = datetime(2026, 3, 9, 2, tzinfo=UTC), Database(url=database)
    for days_later, kind in ((0, dg.SkipReason), (1, dg.RunRequest)):
        given = {"scheduled_execution_time": two + timedelta(days_later), "resources": {"database": house}}
        with dg.build_schedule_context(**given) as context:
            assert isinstance(every_night(context), kind)


@pytest.mark.parametrize(
    ("verdicts", "missing"),
    [
        ((), True),
        ((True, True, True), True),
        ((True, True, None, None), True),
        ((True, True, True, True), False),
        ((True, False), False),  # judged: it fails again until its chats or a person change it
    ],
)
def test_a_day_is_missing_until_every_stage_has_spoken(
    connection: Connection, verdicts: tuple[bool | None, ...], missing: bool
) -> None:
    connection.execute(CHAT, ("a", before(2)))
    judge(connection, before(2), *verdicts)
    assert missing_days(connection, TODAY) == [before(2)] * missing
    connection.execute(CHAT, ("b", before(2)))
    assert missing_days(connection, TODAY) == [before(2)]


def test_today_and_days_before_the_first_one_have_no_partition_and_are_not_read(connection: Connection) -> None:
    first = current().first_day
    for day in (TODAY, first, first - timedelta(1)):
        connection.execute(CHAT, (f"{day}", day))
    assert missing_days(connection, TODAY) == [first]


RECEIPT = """
insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs, at)
values (%s, 'chat', '', '{}', '{}', %s, '{}', now() - interval '1 hour')
"""


class Requests:
    """What the sensor says at each tick, in one Dagster instance."""

    def __init__(self, instance: dg.DagsterInstance, database: str) -> None:
        self.instance, self.database, self.cursor = instance, Database(url=database), None
        self.key: str | None = None  # by which Dagster knows that it has launched a night already

    def tick(self) -> str | None:
        """The receipt that it asks a night for."""
        given = {"cursor": self.cursor, "resources": {"database": self.database}}
        with dg.build_sensor_context(self.instance, **given) as context:
            said = learn_without_forgotten(context)
            self.cursor = context.cursor
        assert isinstance(said, dg.RunRequest | dg.SkipReason)
        self.key = said.run_key if isinstance(said, dg.RunRequest) else None
        return self.key.partition(":")[0] if self.key else None


@pytest.fixture
def requests(database: str) -> Iterator[Requests]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Requests(instance, database)


def test_a_forgetting_that_tainted_adapters_asks_for_a_night(connection: Connection, requests: Requests) -> None:
    assert [requests.tick(), requests.tick()] == [None, None]
    connection.execute(RECEIPT, ("no adapter", []))
    connection.commit()
    assert [requests.tick(), requests.tick()] == [None, None]
    connection.execute(RECEIPT, ("two", ["a", "b"]))
    connection.commit()
    assert [requests.tick(), requests.tick()] == [None, "two"]
    connection.execute("insert into dataset_runs (run_id, sentence, counts) values ('r', '', '{}')")
    connection.commit()
    assert [requests.tick(), requests.tick()] == [None, None]


@pytest.mark.parametrize("moment", ["now() - interval '11 minutes'", "now() + interval '40 days'"])
def test_it_waits_while_somebody_is_answered_or_a_night_is_under_way(
    connection: Connection, requests: Requests, moment: str
) -> None:
    connection.execute(RECEIPT, ("one", ["a"]))
    connection.execute(CHAT, ("a", before(2)))
    connection.execute(
        "insert into exchanges (id, chat_id, position, root, relation, asked, after, at, model, adapter, ending)"
        " select 'x', id, 1, id, 'new', 'h', 'h', now() - interval '9 minutes', 'm', 'base', 'stop' from chats"
    )
    connection.commit()
    assert [requests.tick(), requests.tick()] == [None, None]
    connection.execute(f"update exchanges set at = {moment}")
    connection.commit()
    assert [requests.tick(), requests.tick()] == [None, "one"]
    run = dg.DagsterRun("nightly", tags={ONE_AT_A_TIME: "night"}, status=dg.DagsterRunStatus.STARTED)
    requests.instance.add_run(run)
    assert requests.tick() is None
    requests.instance.delete_run(run.run_id)
    assert requests.tick() == "one"


def test_a_night_that_failed_is_asked_for_again_the_next_day_and_not_before(
    connection: Connection, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute(RECEIPT, ("one", ["a"]))
    connection.commit()
    requests.tick()
    keys = []
    for hours in (0, 1, 24, 25, 48):
        noon = datetime(2026, 3, 9, 12, tzinfo=UTC) + timedelta(hours=hours)
        monkeypatch.setattr("selfimprove.automation.datetime", SimpleNamespace(now=noon.astimezone))
        assert requests.tick() == "one"
        keys.append(requests.key)
    assert [len({*keys[:2]}), len({*keys[2:4]}), len({*keys})] == [1, 1, 3]
    connection.execute("insert into dataset_runs (run_id, sentence, counts) values ('r', '', '{}')")
    connection.commit()
    assert requests.tick() is None


def test_it_is_on_where_the_schedule_is_off() -> None:
    assert learn_without_forgotten.default_status == dg.DefaultSensorStatus.RUNNING
    assert learn_without_forgotten.job.name == every_night.job_name


def test_a_run_is_awaited_by_the_process_that_launched_it_and_by_no_other_of_its_pid() -> None:
    me = processes.identity(os.getpid())
    pid, _, start = str(me).partition("@")
    tags = {None: False, me: True, f"{pid}@{int(start) - 60}": False, pid: False, "": False, "x@1": False}
    runs = {tag: dg.DagsterRun("nightly", tags={AWAITED_BY: tag} if tag is not None else {}) for tag in tags}
    assert {tag: is_awaited(run) for tag, run in runs.items()} == tags
