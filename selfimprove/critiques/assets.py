"""Scores of answers, one partition a day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import dagster as dg

from selfimprove import charts
from selfimprove.chats import days as books
from selfimprove.critiques import table
from selfimprove.critiques.answer import answers
from selfimprove.critiques.calibration import Calibration, of_prior
from selfimprove.critiques.convene import convene
from selfimprove.critiques.criticise import Court, Criticised
from selfimprove.critiques.score import RULE_VERSION
from selfimprove.critiques.witnesses import hear
from selfimprove.resources import (
    DAILY,
    SINGLE_RUN,
    Database,
    Home,
    JudgeServer,
    LanguageModel,
    and_unchanged,
    days,
    skips_clean,
    tell_rows,
)

COLUMNS = dg.TableSchema([
    dg.TableColumn("chat_id", "text", description="the chat"),
    dg.TableColumn("position", "int", description="index of the answer in the chat's messages"),
    dg.TableColumn("day", "date", description="the chat's day"),
    dg.TableColumn("score", "real", description="probability that a person would approve; feedback decides the range"),
    dg.TableColumn("evidence", "jsonb", description="every finding that went into the score"),
    dg.TableColumn("rule_version", "text", description="of the rules"),
    dg.TableColumn("calibration", "text", description="id of the weights that the evidence had"),
])
COUNTS = dg.TableSchema([
    dg.TableColumn("evidence", "string", description="findings, explicit, implicit, judge or confidence"),
    dg.TableColumn("what", "string"),
    dg.TableColumn("answers", "int"),
])
SOURCES = dg.TableSchema([
    dg.TableColumn("source", "string", description="where feedback came from, and whose chats it is on"),
    dg.TableColumn("ratings", "int"),
    dg.TableColumn("over_cap", "int", description="ratings that do not decide a score"),
    dg.TableColumn("influence", "string", description="share of scores that these ratings move over some threshold"),
    dg.TableColumn("is_taught", "bool", description="whether the weights learn from it"),
])
LINEAGE = dg.TableColumnLineage({
    "chat_id": [dg.TableColumnDep("filtered_chats", "chat_id")],
    "day": [dg.TableColumnDep("filtered_chats", "day")],
    "position": [dg.TableColumnDep("redacted_chats", "messages")],
    "score": [dg.TableColumnDep("redacted_chats", "messages"), dg.TableColumnDep("redacted_chats", "feedback")],
    "evidence": [dg.TableColumnDep("redacted_chats", "messages"), dg.TableColumnDep("redacted_chats", "feedback")],
})


@dg.asset(
    deps=["filtered_chats", "redacted_chats"],
    partitions_def=DAILY,
    backfill_policy=SINGLE_RUN,
    group_name="critiques",
    kinds={"python", "postgres", "mlx"},
    pool="gpu",
    metadata={"dagster/table_name": "selfimprove.critiques", "dagster/column_schema": COLUMNS},
)
def critique_scores(
    context: dg.AssetExecutionContext, database: Database, home: Home, language_model: LanguageModel, judge: JudgeServer
) -> dg.MaterializeResult[None]:
    """How good each answer was: by rules, the model's confidence, what people said, and a judge if there is one."""
    base = language_model.base()
    with database.connect(snapshot=True) as connection:
        found = books.with_chats(connection, days(context))
        clean = books.unchanged(connection, table.STAGE, RULE_VERSION, found) if skips_clean(context) else {}
        chosen = [day for day in found if day not in clean]
        said = [answer for chat in table.filtered(connection, chosen) for answer in answers(chat)]
        champion, rated = table.champion(connection, base.id), table.rated(connection, chosen)
    adapter = home.path / "adapters" / champion if champion else None
    court = convene(said, hear(said, base, adapter, judge.client(), log=context.log.info), rated)
    written = _write(database, chosen, court, context.run.run_id)
    kept = {day: one.counts["answers"] for day, one in clean.items()}
    tell_rows(context, kept | {day: len(one.critiques) for day, one in written.items()})
    return described([*written.values()], len(clean), court.calibration)


def _write(database: Database, chosen: Sequence[date], court: Court, run_id: str) -> dict[date, Criticised]:
    written = {}
    with database.transactions() as begin:
        for day in chosen:
            with begin() as connection:
                written[day] = table.write(connection, day, court, run_id)
    return written


def described(
    written: Sequence[Criticised], unchanged: int = 0, calibration: Calibration | None = None
) -> dg.MaterializeResult[None]:
    """What was written, as counts and a histogram, and what the scores rest on."""
    scores = [critique.score for one in written for critique in one.critiques]
    drawn = charts.bars(histogram(scores), "Answers by score")
    return dg.MaterializeResult(
        metadata={
            "dagster/column_lineage": LINEAGE,
            "unchanged_days": unchanged,
            "sentence": f"{len(scores)} answers on {len(written)} days have a score.{and_unchanged(unchanged)}",
            "scores": dg.MetadataValue.md(charts.markdown_image(drawn, "Answers by score")),
            "mean_score": sum(scores) / len(scores) if scores else 0.0,
            "counts": _counts(written),
            "chats_without_answer": sum(len(one.rejections) for one in written),
            **_trust(calibration or of_prior()),
        }
    )


def _trust(calibration: Calibration) -> dict[str, dg.MetadataValue | str | float]:
    """How far the scores can be trusted: figures with intervals, the judges, and the sources of feedback."""
    told: dict[str, dg.MetadataValue | str | float] = {
        "calibration": f"{calibration.id}: {calibration.sentence}",
        "judges": "; ".join(f"{name}: {one.sentence}" for name, one in calibration.judges.items()) or "no judge",
        "feedback_sources": _sources(calibration),
    }
    if calibration.figures is None:
        return told
    for name in ("auc", "brier", "calibration_error", "gain"):
        found = getattr(calibration.figures, name)
        told |= {name: found.value, f"{name}_interval": f"{found.low:.3f} to {found.high:.3f}"}
    points = {"ratings held out": calibration.figures.reliability, "as it should be": ((0.0, 0.0), (1.0, 1.0))}
    drawn = charts.lines(points, "Reliability of scores", "score", "share that people approved")
    return {**told, "reliability": dg.MetadataValue.md(charts.markdown_image(drawn, "Reliability of scores"))}


def _sources(calibration: Calibration) -> dg.TableMetadataValue:
    records = [
        dg.TableRecord({
            "source": name, "ratings": one.ratings, "over_cap": one.over_cap,
            "influence": "the owner's" if one.influence is None else f"{one.influence:.3f}", "is_taught": one.is_taught,
        })
        for name, one in calibration.sources.items()
    ]  # fmt: skip
    return dg.MetadataValue.table(records, SOURCES)


def histogram(scores: Iterable[float]) -> dict[str, float]:
    """How many scores lie in each tenth of [0, 1]."""
    tenths = Counter(min(9, int(score * 10)) for score in scores)
    return {f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}": float(tenths[tenth]) for tenth in range(10)}


def _counts(written: Sequence[Criticised]) -> dg.TableMetadataValue:
    """One row a kind of evidence and what it was, with the number of answers."""
    found: Counter[tuple[str, str]] = Counter()
    for one in written:
        for kind in ("findings", "implicit", "explicit"):
            found.update({(kind, name): n for name, n in one.counts[kind].items()})
        found.update({("judge", f"missing: {reason}"): n for reason, n in one.counts["judge"]["missing"].items()})
        found["judge", "asked"] += one.counts["judge"]["asked"]
        found["confidence", "measured"] += one.counts["measured"]
    records = [dg.TableRecord({"evidence": k, "what": w, "answers": n}) for (k, w), n in sorted(found.items())]
    return dg.MetadataValue.table(records, COUNTS)
