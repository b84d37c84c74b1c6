"""The day's conversations as an asset."""

from collections import Counter
from collections.abc import Sequence

import dagster as dg

from selfimprove.chats import close, days, table
from selfimprove.chats.close import RULE_VERSION, STAGE
from selfimprove.chats.table import DayCounts
from selfimprove.resources import DAILY, SINGLE_RUN, Database, and_unchanged, skips_clean, tell_rows
from selfimprove.resources import days as days_of

SCHEMA = dg.TableSchema(
    [
        dg.TableColumn("id", "text", "keyed hash of source, external id and opening"),
        dg.TableColumn("source", "text", "which importer or server wrote it"),
        dg.TableColumn("user_key", "text", "keyed hash of who spoke"),
        dg.TableColumn("day", "date", "in the owner's time zone"),
        dg.TableColumn("started_at", "timestamptz"),
        dg.TableColumn("turns", "int", "messages inside sealed"),
        dg.TableColumn("side", "text", "train, validation or sealed, by hash, for ever"),
        dg.TableColumn("digest", "text", "keyed hash of the whole content"),
        dg.TableColumn("key_id", "text"),
        dg.TableColumn("nonce", "bytea"),
        dg.TableColumn("sealed", "bytea", "the messages, AES-256-GCM"),
        dg.TableColumn("arrived_at", "timestamptz"),
    ]
)


@dg.asset(
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    group_name="chats",
    kinds={"python", "postgres"},
    metadata={"dagster/table_name": "selfimprove.chats", "dagster/column_schema": SCHEMA},
)
def chat_logs(context: dg.AssetExecutionContext, database: Database) -> dg.MaterializeResult[None]:
    """The conversations of a day, as they arrived, sealed."""
    with database.connect(snapshot=True) as connection:
        found = days.with_chats(connection, days_of(context))
        clean = days.unchanged(connection, STAGE, RULE_VERSION, found) if skips_clean(context) else {}
    counted = []
    for day in found:
        if day in clean:
            continue
        with database.connect(snapshot=True) as connection:
            counted.append(close.close(connection, day, context.run.run_id))
    with database.connect() as connection:
        rows = table.count_all(connection)
    kept = {day: books.counts["out"] for day, books in clean.items()}
    tell_rows(context, kept | {counts.day: counts.chats for counts in counted})
    return dg.MaterializeResult(metadata={"dagster/row_count": rows, **told(counted, len(clean))})


def told(counted: Sequence[DayCounts], unchanged: int = 0) -> dict[str, dg.MetadataValue | str | int]:
    """Counts as metadata: chats, messages, feedback by source, and a table of the days."""
    chats = sum(counts.chats for counts in counted)
    if not chats:
        return {"unchanged_days": unchanged, "sentence": f"No chats to count.{and_unchanged(unchanged)}"}
    feedback = sum((Counter(counts.feedback) for counts in counted), Counter[str]())
    records = [
        dg.TableRecord({"day": f"{c.day}", "chats": c.chats, "messages": c.turns, "feedback": sum(c.feedback.values())})
        for c in counted
    ]
    return {
        "unchanged_days": unchanged,
        "chats": chats,
        "messages": sum(counts.turns for counts in counted),
        "feedback": dg.MetadataValue.json(dict(feedback)),
        "days": dg.MetadataValue.table(records),
        "sentence": f"{chats} chats on {len(counted)} days.{and_unchanged(unchanged)}",
    }
