"""Reports as people and programs read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfimprove.errors import NothingEvaluated, ReportUnknown
from selfimprove.evals import table, tasks
from selfimprove.evals.report import Report, TaskScore
from selfimprove.postgres import Connection

if TYPE_CHECKING:
    import pandas as pd


def found(connection: Connection, beginning: str) -> Report:
    """The one report whose id begins so, or the newest for "latest".

    Raises:
        ReportUnknown: there is none, or there are several.
        NothingEvaluated: there is none at all.
    """
    if beginning == "latest":
        if newest := table.latest_report(connection):
            return newest
        raise NothingEvaluated
    reports = table.reports_like(connection, beginning)
    if len(reports) != 1:
        raise ReportUnknown(found="Several" if reports else "No", given=beginning)
    return reports[0]


def report_json(report: Report, scores: Sequence[TaskScore]) -> dict[str, Any]:
    """A report as one JSON value."""
    return {
        "id": report.id,
        "night": report.night.isoformat(),
        "adapter_id": report.adapter_id,
        **asdict(report.lineup),
        "measurements": dict(report.measurements),
        "scores": [asdict(score) for score in scores],
    }


def report_text(report: Report, scores: Sequence[TaskScore]) -> str:
    """A report as a table of tasks and models, with what was measured below."""
    head = f"Report {report.id} of the night of {report.night}, adapter {report.adapter_id[:12]}"
    shown = {name: value for name, value in report.measurements.items() if not isinstance(value, Mapping)}
    told = {name.replace("_", " "): _told(value) for name, value in shown.items() if value != ""}
    measured = [f"{name}: {value}" for name, value in told.items()]
    return "\n".join([head, scores_text(scores, report.lineup.roles()), *measured])


def scores_text(scores: Sequence[TaskScore], roles: Mapping[str, str]) -> str:
    """A table of shares passed and one of losses: a row a task, a column a model."""
    passed, loss = pivot(scores, roles, "passed") * 100, pivot(scores, roles, "loss")
    passed.insert(0, "examples", pivot(scores, roles, "examples").max(axis="columns").astype(int))
    blocks = {"passed, %": (passed, "{:.1f}"), "loss, nats a token": (loss, "{:.3f}")}
    return "\n".join(
        f"{told}\n{frame.to_string(float_format=number.format, na_rep='-', index_names=False)}"
        for told, (frame, number) in blocks.items()
    )


def suites_json(folder: Path) -> list[dict[str, Any]]:
    """Each suite of a folder: its examples, in all and by family, its hash, and whether a manifest froze it."""
    examples, frozen = tasks.suites(folder), tasks.hashes(folder)
    return [
        {
            "task": task,
            "examples": sum(one.task == task for one in examples),
            "families": dict(Counter(one.slice.partition("/")[0] for one in examples if one.task == task)),
            "sha256": tasks.digest(folder / f"{task}.jsonl"),
            "frozen": f"{task}.jsonl" in frozen,
        }
        for task in tasks.SUITES
    ]


def suites_text(told: Sequence[Mapping[str, Any]]) -> str:
    """A line a suite."""
    return "\n".join(
        f"{one['task']:9} {one['examples']}  {one['sha256'][:12]}  "
        + ", ".join(f"{family} {count}" for family, count in one["families"].items())
        for one in told
    )


def pivot(scores: Sequence[TaskScore], roles: Mapping[str, str], measure: str) -> pd.DataFrame:
    """One measure by task and by the roles of each model, both in the order they are told; NaN where there is none."""
    import pandas as pd

    rows = [(score.task, roles[score.model], getattr(score, measure)) for score in scores]
    frame = pd.DataFrame(rows, columns=["task", "model", measure])
    wide = frame.pivot(index="task", columns="model", values=measure).astype(float).rename_axis(columns=None)
    return wide.reindex(index=frame["task"].unique(), columns=frame["model"].unique())


def _told(value: object) -> str:
    if isinstance(value, list):
        return str(len(value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
