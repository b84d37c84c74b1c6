"""The gates as blocking checks on the report, and a check that the champion is what its row says."""

from collections.abc import Iterator

import dagster as dg

from selfimprove.privacy.vault import Vault
from selfimprove.promotion import table
from selfimprove.promotion.decision import Decision, Outcome, Verdict
from selfimprove.promotion.gate import GATES
from selfimprove.promotion.promote import damage, judge
from selfimprove.promotion.record import signer
from selfimprove.resources import Database, Home

REPORT = dg.AssetKey("eval_report")


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset=REPORT, blocking=True, description=gate.__doc__) for name, gate in GATES.items()
    ]
)
def gates(context: dg.AssetCheckExecutionContext, database: Database, home: Home) -> Iterator[dg.AssetCheckResult]:
    """Judge the report from its stored results, and store the decision, whatever it is."""
    with database.connect() as connection:
        report_id, sign = table.newest_report(connection, context.run.run_id), signer(Vault.open(home.path, connection))
        decision = judge(connection, report_id, context.run.run_id, sign)
    yield from results(decision)


def results(decision: Decision) -> Iterator[dg.AssetCheckResult]:
    """One check result a verdict; not enough evidence does not pass."""
    for verdict in decision.verdicts:
        yield dg.AssetCheckResult(
            asset_key=REPORT,
            check_name=verdict.gate,
            passed=verdict.outcome is Outcome.PASSED,
            severity=dg.AssetCheckSeverity.ERROR,
            description=verdict.detail,
            metadata=facts(verdict),
        )


def facts(verdict: Verdict) -> dict[str, float | str]:
    """A verdict's numbers, those that it has."""
    numbers = {"value": verdict.value, "limit": verdict.limit, "low": verdict.low, "high": verdict.high}
    told = {name: float(number) for name, number in numbers.items() if number is not None}
    return {"outcome": str(verdict.outcome), "detail": verdict.detail, **told}


@dg.asset_check(asset="promoted_adapter")
def is_consistent(database: Database) -> dg.AssetCheckResult:
    """The champion's row names an adapter whose files have the hashes that were promoted."""
    with database.connect() as connection:
        champion = table.champion(connection)
        wrong = damage(connection, champion["id"]) if champion else None
    told = f"adapter {champion['id'][:12]} answers" if champion else "the base model answers"
    return dg.AssetCheckResult(passed=wrong is None, severity=dg.AssetCheckSeverity.ERROR, description=wrong or told)
