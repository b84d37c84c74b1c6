"""Checks of the day's conversations: nothing lost, everything sealed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg

from selfimprove.chats import days, table
from selfimprove.chats.close import lost, open_rows
from selfimprove.postgres import Connection
from selfimprove.resources import Database, skips_clean
from selfimprove.resources import days as days_of

DESCRIPTIONS = {
    "nothing_lost": "Each day's books hold the chats, messages and feedback of the tables, all on answers that exist.",
    "all_sealed": "Every chat and every text of feedback is sealed under a key.",
}
LOGS = dg.AssetKey("chat_logs")


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(name, asset=LOGS, blocking=True, description=text) for name, text in DESCRIPTIONS.items()]
)
def sound_logs(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Compare the stored counts of each day with its rows; the day's verdict is that of both checks."""
    with database.connect(snapshot=True) as connection:
        wrong, moved = judge(connection, days_of(context), but_passed=skips_clean(context))
    for name, sentences in wrong.items():
        metadata = {"wrong": "; ".join(sentences), "changed_meanwhile": ", ".join(map(str, moved))}
        yield dg.AssetCheckResult(
            asset_key=LOGS,
            check_name=name,
            passed=not sentences,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={key: value for key, value in metadata.items() if value},
        )


def judge(
    connection: Connection, asked: Sequence[date], *, but_passed: bool = False
) -> tuple[Mapping[str, list[str]], list[date]]:
    """What is wrong by check, with each day's verdict stored; days that grew since they were counted have none."""
    wrong: dict[str, list[str]] = {name: [] for name in DESCRIPTIONS}
    moved = []
    for stage_day in days.read(connection, "chat_logs", asked, but_passed=but_passed):
        if stage_day.fingerprint != days.fingerprint(connection, stage_day.day):
            moved.append(stage_day.day)
            continue
        counts = table.count(connection, stage_day.day)
        found = {"nothing_lost": lost(stage_day.counts, counts), "all_sealed": open_rows(counts)}
        for name, sentences in found.items():
            wrong[name] += sentences
        days.set_verdict(connection, "chat_logs", stage_day.day, not any(found.values()))
    return wrong, moved
