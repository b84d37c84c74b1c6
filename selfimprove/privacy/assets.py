"""Redacted chats as an asset, one partition a day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import dagster as dg

from selfimprove.chats import days
from selfimprove.privacy import plant, table
from selfimprove.privacy.names.ahead import Ahead
from selfimprove.privacy.names.tagger import finder
from selfimprove.privacy.redact import find
from selfimprove.privacy.redact_day import STAGE, VERSION, Asked, Counts, opened_batches, redact_day, texts_of
from selfimprove.privacy.vault import Vault
from selfimprove.resources import (
    DAILY,
    SINGLE_RUN,
    Database,
    Home,
    ModelProcess,
    and_unchanged,
    skips_clean,
    tell_rows,
)
from selfimprove.resources import days as days_of

TOGETHER = 200  # chats: enough to fill the tagger's batches, few enough that it works beside the rules
COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("chat_id", "text", "the chat"),
        dg.TableColumn("day", "date", "the chat's day"),
        dg.TableColumn("messages", "jsonb", "role and content of each turn, spans replaced by their type and a number"),
        dg.TableColumn("feedback", "jsonb", "position, kind, value, redacted text and source of each"),
        dg.TableColumn("spans", "jsonb", "how many spans of each type were replaced"),
        dg.TableColumn("rule_version", "text", "of the rules that found them"),
        dg.TableColumn("originals", "jsonb", "keyed hash of what each pseudonym stands for"),
    ]
)
LINEAGE = dg.TableColumnLineage(
    {
        "chat_id": [dg.TableColumnDep("chat_logs", "id")],
        "day": [dg.TableColumnDep("chat_logs", "day")],
        "messages": [dg.TableColumnDep("chat_logs", "sealed")],
        "spans": [dg.TableColumnDep("chat_logs", "sealed")],
    }
)


@dg.asset(
    deps=["chat_logs"],
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    group_name="privacy",
    kinds={"python", "postgres"},
    metadata={"dagster/table_name": "selfimprove.redacted_chats", "dagster/column_schema": COLUMNS},
)
def redacted_chats(
    context: dg.AssetExecutionContext, database: Database, home: Home, sentence_model: ModelProcess
) -> dg.MaterializeResult[None]:
    """The conversations of a day with personal data, names and secrets replaced by typed pseudonyms."""
    with database.connect(snapshot=True) as connection:
        found = days.with_chats(connection, days_of(context))
        clean = days.unchanged(connection, STAGE, VERSION, found) if skips_clean(context) else {}
        vault = Vault.open(home.path, connection) if found else None
    todo = [day for day in found if day not in clean]
    counted = _redact(database, todo, vault, sentence_model, context.run.run_id) if vault and todo else []
    with database.connect() as connection:
        rows = table.count_all(connection)
    kept = {day: books.counts["out"] for day, books in clean.items()}
    tell_rows(context, kept | {counts.day: counts.passed for counts in counted})
    return dg.MaterializeResult(metadata={"dagster/row_count": rows, **told(counted, len(clean))})


def _redact(
    database: Database, todo: Sequence[date], vault: Vault, sentence_model: ModelProcess, run_id: str
) -> list[Counts]:
    """Redact days by groups: the tagger reads the next group, all its texts at once, while the rules read this one."""
    with database.connect() as connection:
        groups = [*grouped(days.sizes(connection, todo)), ()]
    counted = []
    with (
        sentence_model.worker(stays=True) as worker,
        Ahead(finder(worker), vault.keyed_hash) as ahead,
        database.transactions() as begin,
    ):
        ask = Asked(ahead, look=ahead.look)
        ahead.look(_beginnings(database, groups[0], vault))
        find("")  # gets the rules ready while the tagger's process loads
        for group, coming in pairwise(groups):
            ahead.look(_beginnings(database, coming, vault))
            for day in group:
                with begin() as connection:
                    counted.append(redact_day(connection, day, vault, run_id, ask))
        planted = plant.trial(plant.seed_of(run_id, vault.keyed_hash), ahead, vault.keyed_hash)
    with database.connect() as connection:
        plant.keep(connection, run_id, VERSION, planted)
    return counted


def grouped(sizes: Mapping[date, int]) -> Iterator[tuple[date, ...]]:
    """The days in their order, as many together as have at most `TOGETHER` chats, or one that has more."""
    group: list[date] = []
    held = 0
    for day, size in sizes.items():
        if group and held + size > TOGETHER:
            yield tuple(group)
            group, held = [], 0
        group.append(day)
        held += size
    if group:
        yield tuple(group)


def _beginnings(database: Database, group: Sequence[date], vault: Vault) -> list[str]:
    """What was said in the first batch of chats of each of these days: all of it, but where a day is very long."""
    with database.connect(snapshot=True) as connection:
        batches = [next(opened_batches(connection, day, vault), []) for day in group]
    return [text for batch in batches for text in texts_of(batch)]


def told(
    counted: Sequence[Counts], unchanged: int
) -> dict[str, dg.MetadataValue | dg.TableColumnLineage | str | int]:
    """Counts as metadata: what passed, what was left out by reason, what was replaced by type."""
    came, passed = sum(counts.came for counts in counted), sum(counts.passed for counts in counted)
    rejected = sum((counts.rejected for counts in counted), Counter[str]())
    spans = sum((counts.spans for counts in counted), Counter[str]())
    return {
        "dagster/column_lineage": LINEAGE,
        "messages": sum(counts.messages for counts in counted),
        "replaced": _records("type", spans),
        "rejected": _records("reason", rejected),
        "unchanged_days": unchanged,
        "sentence": f"{passed} of {came} chats on {len(counted)} days, {spans.total()} spans replaced."
        + and_unchanged(unchanged),
    }


def _records(what: str, counter: Counter[str]) -> dg.TableMetadataValue:
    records = [dg.TableRecord({what: name, "count": n}) for name, n in sorted(counter.items())]
    columns = [dg.TableColumn(what, "text"), dg.TableColumn("count", "int")]
    return dg.MetadataValue.table(records, dg.TableSchema(columns))
