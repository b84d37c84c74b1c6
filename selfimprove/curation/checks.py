"""Checks of a day's filtered chats; they give the day its verdict."""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from selfimprove.chats import days
from selfimprove.chats.days import Findings, StageDay
from selfimprove.curation import examine, table
from selfimprove.curation.filter_day import STAGE
from selfimprove.postgres import Connection
from selfimprove.resources import Database, check_results, check_specs, skips_clean
from selfimprove.resources import days as days_of

RULES = {
    "nothing_lost": "Every redacted chat of the day is filtered or rejected with a reason, and books and tables agree.",
    "no_duplicates_left": "No filtered chat has the text of another one of that day or before.",
    "no_vetoed_chat": "No filtered chat bears a tag by which its owner keeps it from training.",
}


@dg.multi_asset_check(specs=check_specs(STAGE, RULES))
def sound_filter(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Compare each day's books with its rows, look for repeats and vetoes, and store the day's verdict."""
    with database.connect(snapshot=True) as connection:
        found = judge(connection, days_of(context), but_passed=skips_clean(context))
    yield from check_results(STAGE, RULES, found)


def judge(connection: Connection, asked: Sequence[date], *, but_passed: bool = False) -> dict[date, Findings]:
    """What is wrong, by day and check; each day's verdict is stored."""

    def examined(stage_day: StageDay) -> Findings:
        stored = table.tally(connection, stage_day.day)
        return {
            "nothing_lost": examine.lost(stage_day.counts, stored),
            "no_duplicates_left": examine.repeated(stored),
            "no_vetoed_chat": examine.vetoed(table.filtered(connection, stage_day.day)),
        }

    return days.judge(connection, days.read(connection, STAGE, asked, but_passed=but_passed), examined)
