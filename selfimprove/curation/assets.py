"""Filtered chats as an asset, one partition a day."""

from collections import Counter
from collections.abc import Container, Sequence
from datetime import date

import dagster as dg

from selfimprove import charts
from selfimprove.chats import days
from selfimprove.curation import table
from selfimprove.curation.filter_day import STAGE, Embed, Filtered, filter_day, reopen_later, stands
from selfimprove.curation.past import Past
from selfimprove.curation.reject import REASONS, RULE_VERSION, RULES
from selfimprove.models.embed import embedder
from selfimprove.resources import DAILY, SINGLE_RUN, Database, ModelProcess, and_unchanged, skips_clean, tell_rows
from selfimprove.resources import days as days_of

COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("chat_id", "text", "the chat"),
        dg.TableColumn("day", "date", "the chat's day"),
        dg.TableColumn("language", "text", "of its answers, ISO 639-1; null where the text is too short to say"),
        dg.TableColumn("rule_version", "text", "of the rules that let it pass, one number a rule"),
    ]
)
LINEAGE = dg.TableColumnLineage(
    {
        "chat_id": [dg.TableColumnDep("redacted_chats", "chat_id")],
        "day": [dg.TableColumnDep("redacted_chats", "day")],
        "language": [dg.TableColumnDep("redacted_chats", "messages"), dg.TableColumnDep("redacted_chats", "feedback")],
    }
)
COUNTS = dg.TableSchema(
    [dg.TableColumn("reason", "text"), dg.TableColumn("rule_version", "text"), dg.TableColumn("chats", "int")]
)


@dg.asset(
    deps=["redacted_chats"],
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    group_name="curation",
    kinds={"python", "postgres"},
    metadata={"dagster/table_name": "selfimprove.filtered_chats", "dagster/column_schema": COLUMNS},
)
def filtered_chats(
    context: dg.AssetExecutionContext, database: Database, sentence_model: ModelProcess
) -> dg.MaterializeResult[None]:
    """Conversations worth learning from: not vetoed, whole, answered, in the right language, and no repeats."""
    with database.connect(snapshot=True) as connection:
        found = days.with_chats(connection, days_of(context))
        clean = days.unchanged(connection, STAGE, RULE_VERSION, found) if skips_clean(context) else {}
    with database.connect() as connection:
        if table.is_bulk(connection, found):
            table.drop_index(connection)
    with sentence_model.worker(stays=True) as worker:
        done = _filter(database, found, clean, embedder(worker), context.run.run_id)
    with database.connect() as connection:
        table.build_index(connection)
        rows = table.count_all(connection)
    left = {day: books.counts["out"] for day, books in clean.items() if day not in done}
    tell_rows(context, left | {day: one.passed for day, one in done.items()})
    return dg.MaterializeResult(metadata={"dagster/row_count": rows, **told([*done.values()], len(left))})


def _filter(
    database: Database, found: Sequence[date], clean: Container[date], embed: Embed, run_id: str
) -> dict[date, Filtered]:
    """Filter the days; a clean one only when, after a day before it, it would come out otherwise than it did."""
    past, done = Past(), dict[date, Filtered]()
    with database.transactions() as begin:
        for day in found:
            with begin() as connection:
                if not (day in clean and (not done or stands(connection, day, past))):
                    done[day] = filter_day(connection, day, past, embed, run_id)
        if done:
            with begin() as connection:
                reopen_later(connection, found[-1], past)
    return done


def told(
    done: Sequence[Filtered], unchanged: int
) -> dict[str, dg.MetadataValue | dg.TableColumnLineage | str | int]:
    """Counts as metadata: what passed, and what was left out by reason as table and chart."""
    passed, came = sum(day.passed for day in done), sum(day.came for day in done)
    rejected = sum((Counter(day.rejected) for day in done), Counter[str]())
    title = f"Chats left out of {came}, by reason"
    chart = charts.markdown_image(charts.bars({name: rejected[name] for name in REASONS}, title), title)
    return {
        "dagster/column_lineage": LINEAGE,
        "rejected": _counts(rejected),
        "reasons": dg.MetadataValue.md(chart),
        "embedded": sum(day.embedded for day in done),
        "unchanged_days": unchanged,
        "sentence": f"{passed} of {came} chats on {len(done)} days are worth learning from."
        + and_unchanged(unchanged),
    }


def _counts(rejected: Counter[str]) -> dg.TableMetadataValue:
    versions = {rule.name: rule.version for rule in RULES}
    records = [
        dg.TableRecord({"reason": name, "rule_version": versions.get(name, "1"), "chats": rejected[name]})
        for name in REASONS
    ]
    return dg.MetadataValue.table(records, COUNTS)
