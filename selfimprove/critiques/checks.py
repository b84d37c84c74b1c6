"""Checks of a day's critiques; they give the day its verdict."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg

from selfimprove.chats import days as books
from selfimprove.chats.days import StageDay
from selfimprove.critiques import examine, table
from selfimprove.postgres import Connection
from selfimprove.resources import Database, days, skips_clean

Examine = Callable[[Mapping[str, Any], Mapping[str, int]], Iterator[str]]

BLOCKING: Mapping[str, Examine] = {"nothing_lost": examine.lost, "scores_are_sound": examine.unsound}
ADVISORY: Mapping[str, Examine] = {"judge_answers": examine.silent_judge}


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset="critique_scores", blocking=name in BLOCKING, description=rule.__doc__)
        for name, rule in {**BLOCKING, **ADVISORY}.items()
    ]
)
def critique_checks(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Examine each day's critiques and store the day's verdict."""
    with database.connect() as connection:
        closed = books.read(connection, table.STAGE, days(context), but_passed=skips_clean(context))
        found = {day.day: _examine(connection, day) for day in closed}
    yield from results(found)


def _examine(connection: Connection, day: StageDay) -> dict[str, list[str]]:
    """What each check found on the day; the verdict is written, and advice does not weigh in it."""
    stored = table.tally(connection, day.day)
    found = {name: list(rule(day.counts, stored)) for name, rule in {**BLOCKING, **ADVISORY}.items()}
    books.set_verdict(connection, table.STAGE, day.day, not any(found[name] for name in BLOCKING))
    return found


def results(found: Mapping[date, Mapping[str, list[str]]]) -> Iterator[dg.AssetCheckResult]:
    """One result a check over all days, with what it found on which day."""
    for name in (*BLOCKING, *ADVISORY):
        wrong = {day.isoformat(): "; ".join(words[name]) for day, words in found.items() if words[name]}
        yield dg.AssetCheckResult(
            asset_key="critique_scores",
            check_name=name,
            passed=not wrong,
            severity=dg.AssetCheckSeverity.ERROR if name in BLOCKING else dg.AssetCheckSeverity.WARN,
            description="; ".join(f"{day}: {words}" for day, words in wrong.items()) or f"{len(found)} days hold",
            metadata={"days": len(found), "days_that_fail": len(wrong)},
        )
