"""Checks of a day's critiques; they give the day its verdict."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from selfimprove.chats import days
from selfimprove.chats.days import Findings, StageDay
from selfimprove.critiques import examine, table
from selfimprove.critiques.table import STAGE
from selfimprove.postgres import Connection
from selfimprove.resources import Database, check_results, check_specs, skips_clean
from selfimprove.resources import days as days_of

Examine = Callable[[Mapping[str, Any], Mapping[str, int]], Iterator[str]]

EXAMINE: Mapping[str, Examine] = {
    "nothing_lost": examine.lost,
    "scores_are_sound": examine.unsound,
    "judge_answers": examine.silent_judge,
    "judge_agrees": examine.unfit_judge,
}
ADVICE = {"judge_answers", "judge_agrees"}
RULES = {name: rule.__doc__ or "" for name, rule in EXAMINE.items()}


@dg.multi_asset_check(specs=check_specs(STAGE, RULES, ADVICE))
def critique_checks(context: dg.AssetCheckExecutionContext, database: Database) -> Iterator[dg.AssetCheckResult]:
    """Examine each day's critiques and store the day's verdict, in which advice does not weigh."""
    with database.connect() as connection:
        found = judge(connection, days_of(context), but_passed=skips_clean(context))
    yield from check_results(STAGE, RULES, found, ADVICE)


def judge(connection: Connection, asked: Sequence[date], *, but_passed: bool = False) -> dict[date, Findings]:
    """What is wrong, by day and check; each day's verdict is stored."""

    def examined(stage_day: StageDay) -> Findings:
        stored = table.tally(connection, stage_day.day)
        return {name: list(rule(stage_day.counts, stored)) for name, rule in EXAMINE.items()}

    return days.judge(connection, days.read(connection, STAGE, asked, but_passed=but_passed), examined, ADVICE)
