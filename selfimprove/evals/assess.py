"""A night's evaluation: the challenger beside champion, anchor, base and earlier champions, on the same prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from selfimprove import postgres
from selfimprove.adapters import table as adapters
from selfimprove.adapters.files import verified_folder
from selfimprove.errors import NothingToEvaluate
from selfimprove.evals import table
from selfimprove.evals.evaluate import Plan, evaluate, measurements, plan
from selfimprove.evals.lineup import Contest, Row, contest
from selfimprove.evals.report import Report, report_id
from selfimprove.evals.task import EvalExample
from selfimprove.evals.tasks import suites
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy.redact import find

Connect = Callable[[], AbstractContextManager[Connection]]


def assess(connect: Connect, base: Base, run_id: str, say: Callable[[str], None]) -> Report:
    """The report on the adapter of this run, else on the newest undecided one; results and report are stored together.

    Raises:
        NothingToEvaluate: there is no such adapter.
        AdapterDamaged: a compared adapter's files are not what its row says.
    """
    with connect() as connection:
        challenger = _challenger(connection, run_id)
        field = contest(connection, base, challenger)
        examples = _examples(connection, base, challenger)
        if table.is_decided(connection, report_id(field.lineup, examples)):
            say("This report was measured and decided on before; it stands.")
            return _report(field, challenger, examples, {}, run_id)
        pair = (field.lineup.challenger, field.lineup.champion)
        work = plan(connection, list(examples.values()), field.lineup.models(), pair)
        folders = _folders(connection, field)
    say(summary(work))
    outcome = evaluate(work, base.folder, folders, lambda event: say(told(event)))
    with connect() as connection:
        table.insert_results(connection, examples.values(), outcome.results)
        answers = table.results(connection, field.lineup.challenger, examples)
        measured = measurements(outcome, examples, answers, find)
        measured |= {"delta_norm": challenger["metrics"].get("delta_norm"), "note": field.note}
        report = _report(field, challenger, examples, measured, run_id)
        table.insert_report(connection, report)
    return report


def summary(work: Plan) -> str:
    """What a plan computes and what it finds done, in counts."""
    absent = sum(map(len, work.missing.values()))
    stored = len(work.examples) * len(work.missing) - absent
    return f"{len(work.examples)} examples, {len(work.missing)} models: {absent} results to compute, {stored} stored."


def told(event: Mapping[str, Any]) -> str:
    """Progress of the child process as a line of the log."""
    if "comparing" in event:
        return "Comparing speed, memory and log-probabilities of challenger and champion."
    return f"{short(event['model'])}: {event['answered']} of {event['of']} answered."


def short(model: str) -> str:
    """A model id as people can tell it: the beginnings of its base's and its adapter's ids."""
    return "+".join(part[:12] for part in model.split("+"))


def _challenger(connection: Connection, run_id: str) -> Row:
    row = connection.execute(postgres.queries("evals").adapter_to_judge, {"run_id": run_id}).fetchone()
    if row is None:
        raise NothingToEvaluate
    return row


def _examples(connection: Connection, base: Base, challenger: Row) -> dict[str, EvalExample]:
    found = [*suites(base.suites), *table.own_examples(connection, challenger["dataset_id"])]
    return {example.id: example for example in found}


def _folders(connection: Connection, field: Contest) -> dict[str, Path | None]:
    return {
        model: verified_folder(adapters.read(connection, row["id"])) if row else None
        for model, row in field.adapters.items()
    }


def _report(
    field: Contest, challenger: Row, examples: Mapping[str, EvalExample], measured: Mapping[str, Any], run_id: str
) -> Report:
    id_ = report_id(field.lineup, examples)
    return Report(id_, challenger["night"], challenger["id"], field.lineup, tuple(examples), measured, run_id)
