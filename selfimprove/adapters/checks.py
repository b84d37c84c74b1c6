"""What must hold of an adapter before it is evaluated. Whether it is any good is for the gates to say."""

import dagster as dg

from selfimprove.adapters import table, verify
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.assets import lora_adapter
from selfimprove.adapters.files import verified_folder
from selfimprove.errors import AdapterCorrupt
from selfimprove.resources import Database


@dg.asset_check(asset=lora_adapter, blocking=True)
def loss_is_finite(context: dg.AssetCheckExecutionContext, database: Database) -> dg.AssetCheckResult:
    """Every loss that was measured is a finite number."""
    return _result(verify.finite(_tonights(context, database).metrics))


@dg.asset_check(asset=lora_adapter)
def loss_fell(context: dg.AssetCheckExecutionContext, database: Database) -> dg.AssetCheckResult:
    """The training loss ended below where it began. Only a warning: a useless adapter is refused by the gates."""
    return _result(verify.fell(_tonights(context, database).metrics), dg.AssetCheckSeverity.WARN)


@dg.asset_check(asset=lora_adapter, blocking=True)
def files_complete(context: dg.AssetCheckExecutionContext, database: Database) -> dg.AssetCheckResult:
    """Every file is in its place, byte for byte what was trained."""
    adapter = _tonights(context, database)
    try:
        verified_folder(adapter)
    except AdapterCorrupt as exc:
        return _result(verify.Verdict(False, str(exc), {"files": len(adapter.files)}))
    return _result(verify.Verdict(True, "Every file has the hash that the row names.", {"files": len(adapter.files)}))


def _tonights(context: dg.AssetCheckExecutionContext, database: Database) -> Adapter:
    with database.connect() as connection:
        adapter = table.of_run(connection, context.run.run_id)
    if adapter is None:
        raise dg.Failure("There is no adapter that waits for a decision.", allow_retries=False)
    return adapter


def _result(
    verdict: verify.Verdict, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=verdict.passed, severity=severity, description=verdict.sentence, metadata=dict(verdict.figures)
    )
