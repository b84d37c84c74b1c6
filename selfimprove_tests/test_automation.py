"""Which days a night reads."""

import os
from datetime import date, timedelta

import dagster as dg
import pytest

from selfimprove import processes
from selfimprove.automation import AWAITED_BY, RANGE_END, RANGE_START, is_awaited, missing_days, range_tags
from selfimprove.chats import days
from selfimprove.chats.days import STAGES, StageDay
from selfimprove.postgres import Connection
from selfimprove.resources import SKIP_CLEAN
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


def test_a_run_is_awaited_by_the_process_that_launched_it_and_by_no_other_of_its_pid() -> None:
    me = processes.identity(os.getpid())
    pid, _, start = str(me).partition("@")
    tags = {None: False, me: True, f"{pid}@{int(start) - 60}": False, pid: False, "": False, "x@1": False}
    runs = {tag: dg.DagsterRun("nightly", tags={AWAITED_BY: tag} if tag is not None else {}) for tag in tags}
    assert {tag: is_awaited(run) for tag, run in runs.items()} == tags
