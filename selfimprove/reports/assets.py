"""The morning report as an asset."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from selfimprove.adapters import prune
from selfimprove.errors import SelfImproveError
from selfimprove.reports import alerts, read, table, why
from selfimprove.resources import Database, Home, LanguageModel
from selfimprove.settings import current

NIGHT_RUN = "selfimprove/night_run"


COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("run_id", "text", description="of the night it tells about"),
        dg.TableColumn("night", "date"),
        dg.TableColumn("outcome", "text"),
        dg.TableColumn("sentence", "text", description="the decision in one sentence"),
        dg.TableColumn("url", "text", description="the HTML file"),
        dg.TableColumn("sha256", "text"),
    ]
)


@dg.asset(
    deps=["promoted_adapter"],
    group_name="reports",
    kinds={"python", "html"},
    pool="gpu",
    metadata={"dagster/table_name": "selfimprove.morning_reports", "dagster/column_schema": COLUMNS},
)
def morning_report(
    context: dg.AssetExecutionContext, database: Database, home: Home, language_model: LanguageModel
) -> dg.MaterializeResult[None]:
    """One page that tells what the night learned, whether it was promoted, and how to undo it."""
    with database.connect() as connection:
        run_id = told_run(context.run.tags, context.run.run_id) or read.night_run(connection, context.run.run_id)
        run = context.instance.get_run_by_id(run_id)
        if run is None and not read.left_traces(connection, run_id):
            raise dg.Failure(f"No run has the id that the tag {NIGHT_RUN} gives.", allow_retries=False)
        alerts.record(connection, alerts.from_run(context.instance, run, current().port) if run else [])
    try:
        why.explain(database.connect, language_model.base(), run_id)
    except SelfImproveError as exc:  # the page matters more
        context.log.warning(f"Which lessons moved the new model stays unknown: {exc}")
    with database.connect() as connection:
        report = table.write(home.path / "reports", read.read(connection, run_id, _today(), current()))
        table.insert(connection, report)
    try:
        room = prune.prune(database.connect, home.path, current().keep_adapters).bytes
    except (SelfImproveError, OSError) as exc:  # the next night's end tries again
        context.log.warning(f"Nothing was pruned: {exc}")
        room = 0
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.url(f"{current().gateway_url}/nights/{run_id}"),
            "path": dg.MetadataValue.path(str(report.path)),
            "night": str(report.night),
            "outcome": report.outcome,
            "sentence": report.sentence,
            "pruned_bytes": room,
        },
        data_version=dg.DataVersion(report.sha256),
    )


def told_run(tags: Mapping[str, str], own_run: str) -> str | None:
    """The run that a run's tags name, when it was started to tell about another one."""
    named = tags.get(NIGHT_RUN)
    return named if named and named != own_run else None


def _today() -> date:
    return datetime.now(ZoneInfo(current().timezone)).date()
