"""Reports as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from selfimprove.errors import ReportUnknown
from selfimprove.evals import table
from selfimprove.evals.report import Report, TaskScore
from selfimprove.postgres import Connection


def found(connection: Connection, beginning: str) -> Report:
    """The one report whose id begins so, or the newest for "latest".

    Raises:
        ReportUnknown: there is none, or there are several.
    """
    newest = table.latest_report(connection) if beginning == "latest" else None
    reports = [newest] if newest else table.reports_like(connection, beginning)
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
    told = {name.replace("_", " "): _told(value) for name, value in report.measurements.items() if value != ""}
    measured = [f"{name}: {value}" for name, value in told.items()]
    return "\n".join([head, scores_text(scores, report.lineup.roles()), *measured])


def scores_text(scores: Sequence[TaskScore], roles: Mapping[str, str]) -> str:
    """One line a task and model: how many examples, the share passed, the loss."""
    rows = [
        (score.task, roles[score.model], str(score.examples), _percent(score.passed), _number(score.loss))
        for score in scores
    ]
    lines = [("task", "model", "examples", "passed", "loss"), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (map(str.ljust, line, widths) for line in lines)
    return "\n".join("  ".join(line).rstrip() for line in padded)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _number(loss: float | None) -> str:
    return "-" if loss is None else f"{loss:.3f}"


def _told(value: object) -> str:
    if isinstance(value, list):
        return str(len(value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
