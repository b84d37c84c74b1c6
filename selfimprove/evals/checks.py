"""A check on the report that is no gate: what it tests with was not trained on."""

import dagster as dg

from selfimprove.evals import table
from selfimprove.resources import Database


@dg.asset_check(asset="eval_report", blocking=True)
def tests_the_unseen(context: dg.AssetCheckExecutionContext, database: Database) -> dg.AssetCheckResult:
    """No example of the report has a chat or a whole prompt that the challenger was trained on."""
    with database.connect() as connection:
        report = table.latest_report(connection, context.run.run_id)
        seen = table.trained_on(connection, report) if report else 0
    return dg.AssetCheckResult(
        passed=report is not None and seen == 0,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"report": report.id if report else "none", "trained_on": seen},
    )
