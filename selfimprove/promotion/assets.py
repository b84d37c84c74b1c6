"""The champion as an asset."""

import dagster as dg

from selfimprove.privacy.vault import Vault
from selfimprove.promotion import table
from selfimprove.promotion.checks import REPORT
from selfimprove.promotion.decision import Decision, Word
from selfimprove.promotion.promote import promote
from selfimprove.promotion.record import signer
from selfimprove.resources import Database, Home
from selfimprove.settings import current

COLUMNS = (
    ("action", "text", "promoted, rolled_back or vetoed"),
    ("adapter_id", "text", "who answers from then on; null for the base model"),
    ("replaced", "text", "who answered before; for a veto, who may never answer again"),
    ("report_id", "text", "the evidence of a promotion"),
    ("night", "date", "the night of the adapter that answers"),
    ("reason", "text", "a person's, for a veto"),
    ("at", "timestamptz", "when"),
)

@dg.asset(
    deps=[REPORT],
    group_name="promotion",
    kinds={"python", "postgres"},
    metadata={
        "dagster/table_name": "selfimprove.promotions",
        "dagster/column_schema": dg.TableSchema([dg.TableColumn(*column) for column in COLUMNS]),
    },
)
def promoted_adapter(
    context: dg.AssetExecutionContext, database: Database, home: Home
) -> dg.MaterializeResult[None]:
    """The adapter that answers from now on; its report is judged again here, since a check blocks only its own run.

    Where promotion waits for a person (`SELFIMPROVE_APPROVAL`), the decision is stored and nothing changes.
    """
    asks = current().approval
    with database.connect() as connection:
        report_id = table.newest_report(connection, context.run.run_id)
        sign = signer(Vault.open(home.path, connection))
        decision = promote(connection, report_id, context.run.run_id, sign, ask=asks)
        champion, changes = table.champion(connection), table.history(connection)
    answers = champion["id"] if champion else "base"
    metadata = {"report": report_id, "champion": answers, "dagster/row_count": len(changes), **told(decision)}
    metadata |= {"waits_for": "a person: `selfimprove promotion approve`"} if asks else {}
    if decision.decision is not Word.PROMOTE:
        description = f"{decision.decision}: {'; '.join(decision.reasons)}"
        raise dg.Failure(description=description, metadata=metadata, allow_retries=False)
    return dg.MaterializeResult(metadata=metadata)


def told(decision: Decision) -> dict[str, str | dg.TableMetadataValue]:
    """A decision as metadata: its word, its reasons, and a table of what every gate found."""
    records = [
        dg.TableRecord(
            {
                "gate": verdict.gate,
                "outcome": str(verdict.outcome),
                "value": _number(verdict.value),
                "limit": _number(verdict.limit),
                "interval": f"{_number(verdict.low)} to {_number(verdict.high)}",
                "detail": verdict.detail,
            }
        )
        for verdict in decision.verdicts
    ]
    reasons = "; ".join(decision.reasons) or "every gate passed"
    table_ = {"verdicts": dg.MetadataValue.table(records)} if records else {}
    return {"decision": str(decision.decision), "reasons": reasons, **table_}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
