"""Checks of the day's conversations: nothing lost, everything sealed."""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from selfimprove.chats import days, table
from selfimprove.chats.close import lost, open_rows
from selfimprove.chats.days import Findings, StageDay
from selfimprove.postgres import Connection
from selfimprove.resources import Database, check_results, check_specs, skips_clean
from selfimprove.resources import days as days_of

STAGE: days.Stage = "chat_logs"
RULES = {
    "nothing_lost": "Each day's books hold the chats, messages and feedback of the tables, all on answers that exist.",
    "all_sealed": "Every chat and every text of feedback is sealed under a key.",
}


@dg.multi_asset_check(specs=check_specs(STAGE, RULES))
def sound_logs(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Compare the stored counts of each day with its rows; the day's verdict is that of both checks."""
    with database.connect(snapshot=True) as connection:
        found, moved = judge(connection, days_of(context), but_passed=skips_clean(context))
    yield from check_results(STAGE, RULES, found, changed_meanwhile=", ".join(map(str, moved)))


def judge(
    connection: Connection, asked: Sequence[date], *, but_passed: bool = False
) -> tuple[dict[date, Findings], list[date]]:
    """What is wrong, by day and check, with each day's verdict stored; days that grew since they were counted."""

    def examined(stage_day: StageDay) -> Findings | None:
        if stage_day.fingerprint != days.fingerprint(connection, stage_day.day):
            return None
        counts = table.count(connection, stage_day.day)
        return {"nothing_lost": lost(stage_day.counts, counts), "all_sealed": open_rows(counts)}

    closed = days.read(connection, STAGE, asked, but_passed=but_passed)
    found = days.judge(connection, closed, examined)
    return found, [one.day for one in closed if one.day not in found]
