"""Checks of a day's redacted chats; they give the day its verdict."""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from selfimprove.chats import days
from selfimprove.chats.days import Findings, StageDay
from selfimprove.postgres import Connection
from selfimprove.privacy import examine, table
from selfimprove.privacy.redact_day import STAGE
from selfimprove.resources import Database, check_results, check_specs, skips_clean
from selfimprove.resources import days as days_of

RULES = {
    "nothing_lost": "Every chat of the day is redacted or rejected with a reason, and the books agree with the tables.",
    "no_secret_left": "The rules find nothing in the redacted text.",
    "redactor_answered": "The redactor failed on no chat, and left nothing in any.",
}
STOPS_ITS_DAY = ("redactor_answered",)  # and no other: what it failed on is left out already


@dg.multi_asset_check(specs=check_specs(STAGE, RULES, advice=STOPS_ITS_DAY))
def redaction_holds(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Compare each day's books with its rows, read every redacted text again, and store the day's verdict."""
    with database.connect(snapshot=True) as connection:
        found = judge(connection, days_of(context), but_passed=skips_clean(context))
    yield from check_results(STAGE, RULES, found)


def judge(connection: Connection, asked: Sequence[date], *, but_passed: bool = False) -> dict[date, Findings]:
    """What is wrong, by day and check; each day's verdict is stored."""

    def examined(stage_day: StageDay) -> Findings:
        return {
            "nothing_lost": examine.lost(stage_day.counts, table.tally(connection, stage_day.day)),
            "no_secret_left": examine.left_over(table.read(connection, stage_day.day)),
            "redactor_answered": examine.failed(stage_day.counts),
        }

    return days.judge(connection, days.read(connection, STAGE, asked, but_passed=but_passed), examined)
