"""Checks of a day's filtered chats; they give the day its verdict."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg

from selfimprove.chats import days
from selfimprove.chats.days import StageDay
from selfimprove.curation import examine, table
from selfimprove.curation.filter_day import STAGE
from selfimprove.postgres import Connection
from selfimprove.resources import Database, skips_clean
from selfimprove.resources import days as days_of

DESCRIPTIONS = {
    "nothing_lost": "Every redacted chat of the day is filtered or rejected with a reason, and books and tables agree.",
    "no_duplicates_left": "No filtered chat has the text of another one of that day or before.",
    "no_vetoed_chat": "No filtered chat bears a tag by which its owner keeps it from training.",
}


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(name, asset=STAGE, blocking=True, description=text) for name, text in DESCRIPTIONS.items()]
)
def sound_filter(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Compare each day's books with its rows, look for repeats and vetoes, and store the day's verdict."""
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
    stored = table.tally(connection, stage_day.day)
    return {
        "nothing_lost": examine.lost(stage_day.counts, stored),
        "no_duplicates_left": examine.repeated(stored),
        "no_vetoed_chat": examine.vetoed(table.filtered(connection, stage_day.day)),
    }
