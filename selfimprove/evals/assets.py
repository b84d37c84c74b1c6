"""The evaluation as a Dagster asset."""

import dagster as dg

from selfimprove import charts
from selfimprove.adapters import table as adapters
from selfimprove.adapters.files import folder_of
from selfimprove.evals import table
from selfimprove.evals.assess import assess
from selfimprove.evals.grading import Aids, embed_apart
from selfimprove.evals.report import Report, TaskScore
from selfimprove.models import room
from selfimprove.privacy.vault import Vault
from selfimprove.resources import Database, Home, JudgeServer, LanguageModel

REPORTS = dg.TableSchema(
    [
        dg.TableColumn("id", "text", description="hash of the models and examples compared"),
        dg.TableColumn("night", "date"),
        dg.TableColumn("adapter_id", "text"),
        dg.TableColumn("challenger", "text", description="the models that are compared, to base"),
        dg.TableColumn("champion", "text"),
        dg.TableColumn("anchor", "text"),
        dg.TableColumn("base", "text"),
        dg.TableColumn("measurements", "jsonb", description="weight change, latency, memory, leaks"),
    ]
)
COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("task", "string", description="core, refusals, golden, holdout or fresh"),
        dg.TableColumn("model", "string", description="the roles the model has in this report"),
        dg.TableColumn("examples", "int"),
        dg.TableColumn("passed", "float", description="share of graded examples that passed"),
        dg.TableColumn("loss", "float", description="mean nats a reference token"),
    ]
)


@dg.asset(
    deps=["lora_adapter"],
    group_name="evals",
    kinds={"mlx", "python"},
    pool="gpu",
    metadata={"dagster/table_name": "selfimprove.reports", "dagster/column_schema": REPORTS},
)
def eval_report(
    context: dg.AssetExecutionContext, database: Database, home: Home, language_model: LanguageModel, judge: JudgeServer
) -> dg.MaterializeResult[None]:
    """Measured results of challenger, champion, anchor and base on the same prompts."""
    base, most, say = language_model.base(), room.limit(language_model.memory_gb), context.log.info
    with database.connect() as connection:
        vault = Vault.open(home.path, connection)
        compared = adapters.of_run(connection, context.run.run_id), adapters.champion(connection, base.id)
    aids = Aids(embed=embed_apart, judge=judge.client(), keyed_hash=vault.keyed_hash)
    folders = {folder_of(one) for one in compared if one}
    with room.asked_for(home.path, room.to_answer(base.folder, folders), most, say):
        report = assess(database.connect, base, context.run.run_id, say, aids)
    with database.connect() as connection:
        scores = table.report_scores(connection, report)
    return dg.MaterializeResult(metadata=described(report, scores), data_version=dg.DataVersion(report.id))


def described(report: Report, scores: list[TaskScore]) -> dict[str, dg.MetadataValue | str | int]:
    """What the UI shows of a report: counts, shares and times, no text."""
    roles = report.lineup.roles()
    rows = [
        dg.TableRecord({
            "task": score.task, "model": roles[score.model], "examples": score.examples,
            "passed": score.passed, "loss": score.loss,
        })
        for score in scores
    ]  # fmt: skip
    bars = {f"{score.task}: {roles[score.model]}": score.passed for score in scores if score.passed is not None}
    drawn = charts.markdown_image(charts.bars(bars, "Share of examples passed"), "Share of examples passed")
    return {
        "report": report.id,
        "night": str(report.night),
        "adapter": report.adapter_id,
        "dagster/row_count": len(report.example_ids),
        "scores": dg.MetadataValue.table(rows, COLUMNS),
        "passed": dg.MetadataValue.md(drawn),
        "measurements": dg.MetadataValue.json(dict(report.measurements)),
    }
