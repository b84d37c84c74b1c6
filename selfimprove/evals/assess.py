"""A night's evaluation: the challenger beside champion, anchor, base and earlier champions, on the same prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfimprove.adapters import pseudonyms
from selfimprove.adapters import table as adapters
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import in_use, verified_folder
from selfimprove.errors import NothingToEvaluate
from selfimprove.evals import table
from selfimprove.evals.evaluate import Outcome, Plan, evaluate, measurements, plan
from selfimprove.evals.grading import NO_AIDS, Aids
from selfimprove.evals.leaks.figures import Figures, as_stored
from selfimprove.evals.leaks.look import Site, Subject, look
from selfimprove.evals.lineup import Contest, contest
from selfimprove.evals.report import Report, report_id
from selfimprove.evals.task import EvalExample
from selfimprove.evals.tasks import suites
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy.redact import find

Connect = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Night:
    """What is to be evaluated: a challenger, whom it meets, and on what; `id` is the report's."""

    id: str
    challenger: Adapter
    field: Contest
    examples: Mapping[str, EvalExample]


def assess(connect: Connect, base: Base, run_id: str, say: Callable[[str], None], aids: Aids = NO_AIDS) -> Report:
    """The report on the adapter of this run, else on the newest undecided one; results and report are stored together.

    Raises:
        NothingToEvaluate: there is no such adapter.
        AdapterCorrupt: a compared adapter's files are not what its row says.
    """
    with connect() as connection:
        night = _night(connection, base, run_id)
        if table.is_decided(connection, night.id):
            say("This report was measured and decided on before; it stands.")
            return table.reports_like(connection, night.id)[0]
        lineup = night.field.lineup
        examples = list(night.examples.values())
        work = plan(connection, examples, lineup.models(), (lineup.challenger, lineup.champion))
    folders = {model: verified_folder(one) if one else None for model, one in night.field.adapters.items()}
    say(summary(work))
    with in_use(folders.values()):
        outcome = evaluate(work, base.folder, folders, lambda event: say(told(event)), aids)
        tested = None
        if aids.keyed_hash:
            site = Site(connect, base, aids.keyed_hash, say)
            tested = look(site, _subject(night, folders[lineup.challenger], outcome))
    with connect() as connection:
        return _keep(connection, night, outcome, tested, run_id)


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


def _night(connection: Connection, base: Base, run_id: str) -> Night:
    challenger = adapters.of_run(connection, run_id)
    if challenger is None:
        raise NothingToEvaluate
    field = contest(connection, base, challenger)
    found = [*suites(base.suites), *table.own_examples(connection, challenger.dataset_id)]
    examples = {example.id: example for example in found}
    return Night(report_id(field.lineup, examples), challenger, field, examples)


def _subject(night: Night, folder: Path | None, outcome: Outcome) -> Subject:
    """The challenger with its sampled answers, each after what was asked."""
    assert folder is not None
    asked = {id_: "\n".join(one.content for one in night.examples[id_].messages) for id_ in outcome.samples}
    return Subject(night.challenger, folder, night.id, [(asked[id_], text) for id_, text in outcome.samples.items()])


def _keep(connection: Connection, night: Night, outcome: Outcome, tested: Figures | None, run_id: str) -> Report:
    table.insert_results(connection, night.examples.values(), outcome.results)
    answers = table.results(connection, night.field.lineup.challenger, night.examples)
    made_up = pseudonyms.read_by(connection, night.challenger.id)
    measured = measurements(outcome, night.examples, answers, find, made_up)
    measured |= {"delta_norm": night.challenger.metrics.get("delta_norm"), "note": night.field.note}
    measured |= {"leak_test": as_stored(tested)} if tested else {}
    report = Report(
        night.id, night.challenger.night, night.challenger.id, night.field.lineup, tuple(night.examples), measured,
        run_id,
    )
    table.insert_report(connection, report)
    return report
