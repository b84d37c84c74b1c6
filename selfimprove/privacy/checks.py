"""Checks of a day's redacted chats; they give the day its verdict."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg

from selfimprove.chats import days
from selfimprove.chats.days import StageDay
from selfimprove.postgres import Connection
from selfimprove.privacy import examine, table
from selfimprove.privacy.redact_day import STAGE
from selfimprove.resources import Database, skips_clean
from selfimprove.resources import days as days_of

DESCRIPTIONS = {
    "nothing_lost": "Every chat of the day is redacted or rejected with a reason, and the books agree with the tables.",
    "no_secret_left": "The rules find nothing in the redacted text.",
}


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(name, asset=STAGE, blocking=True, description=text) for name, text in DESCRIPTIONS.items()]
)
def redaction_holds(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Compare each day's books with its rows, read every redacted text again, and store the day's verdict."""
    with database.connect(snapshot=True) as connection:
        wrong, closed = judge(connection, days_of(context), but_passed=skips_clean(context))
    for name, sentences in wrong.items():
        yield dg.AssetCheckResult(
            asset_key=STAGE,
            check_name=name,
            passed=not sentences,
            severity=dg.AssetCheckSeverity.ERROR,
            description="; ".join(sentences) or f"{closed} days hold",
            metadata={"days": closed, "findings": len(sentences)},
        )


def judge(
    connection: Connection, asked: Sequence[date], *, but_passed: bool = False
) -> tuple[Mapping[str, list[str]], int]:
    """What is wrong by check, each sentence with its day, and how many days there were; verdicts are stored."""
    wrong: dict[str, list[str]] = {name: [] for name in DESCRIPTIONS}
    closed = days.read(connection, STAGE, asked, but_passed=but_passed)
    for stage_day in closed:
        found = _examine(connection, stage_day)
        for name, sentences in found.items():
            wrong[name] += [f"{stage_day.day}: {sentence}" for sentence in sentences]
        days.set_verdict(connection, STAGE, stage_day.day, not any(found.values()))
    return wrong, len(closed)


def _examine(connection: Connection, stage_day: StageDay) -> dict[str, list[str]]:
    return {
        "nothing_lost": examine.lost(stage_day.counts, table.tally(connection, stage_day.day)),
        "no_secret_left": examine.left_over(table.read(connection, stage_day.day)),
    }
