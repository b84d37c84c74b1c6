"""A check that the morning report can be read."""

import dagster as dg

from selfimprove.reports import table
from selfimprove.resources import Database


@dg.asset_check(asset="morning_report")
def is_readable(database: Database) -> dg.AssetCheckResult:
    """The newest report's file is there, is the one that was written, and tells the decision."""
    with database.connect() as connection:
        report = table.newest(connection)
    wrong = table.unreadable(report) if report else "there is no morning report"
    return dg.AssetCheckResult(
        passed=wrong is None,
        severity=dg.AssetCheckSeverity.ERROR,
        description=wrong or "the newest report is whole",
        metadata={"sentence": report.sentence} if report else {},
    )
