"""A house in Postgres by hand: adapters with files, reports with the results of every model on every example."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove.adapters.files import keep
from selfimprove.datasets.example import content_id
from selfimprove.evals.leaks.figures import as_stored
from selfimprove.evals.report import Lineup
from selfimprove.evals.report import report_id as id_of_report
from selfimprove.evals.task import LIKELIHOOD
from selfimprove.postgres import Connection
from selfimprove.promotion.evidence import Paired
from selfimprove_tests.promotion.build import task
from selfimprove_tests.promotion.leak_figures import CLEAN

BASE = "base0"
NIGHT = date(2031, 5, 2)
TASKS = (
    task("core", 240, 238, 238),
    task("refusals", 24, 24, 24),
    task("fresh", 24, 22, 0),
    task("holdout", 12, 10, 0),
)
BAD = task("core", 240, 100, 238)
MEASURED = {
    "logprob_shift": 0.4, "latency_ratio": 1.1, "memory_ratio": 1.05, "leaks": [], "sampled": 64,
    "leak_test": as_stored(CLEAN),
}  # fmt: skip


@dataclass(frozen=True)
class House:
    """Where rows and files go."""

    connection: Connection
    home: Path


def adapter(house: House, name: str, night: date = NIGHT, base: str = BASE) -> str:
    """An adapter with files; returns its id."""
    contents = {
        "adapters.safetensors": f"weights of {name}".encode(),
        "adapter_config.json": b"{}",
        "recipe.json": b"{}",
    }
    draft = house.home / "draft"
    draft.mkdir(parents=True)
    for file, content in contents.items():
        (draft / file).write_bytes(content)
    adapter_id, files, url = keep(draft, house.home)
    house.connection.execute(
        "insert into datasets (id, night, cutoff, manifest, run_id) values (%s, %s, %s, '{}', 'run')",
        (f"data of {name}", night, night - timedelta(days=1)),
    )
    house.connection.execute(
        "insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)"
        " values (%s, %s, %s, '{}', %s, %s, %s, %s, 'run')",
        (adapter_id, base, f"data of {name}", Jsonb({"delta_norm": 3.0}), url, Jsonb(files), night),
    )
    return adapter_id


def damage(house: House, adapter_id: str) -> None:
    """Change one byte of an adapter's weights."""
    path = house.home / "adapters" / adapter_id / "adapters.safetensors"
    path.write_bytes(b"W" + path.read_bytes()[1:])


@dataclass(frozen=True)
class Rows:
    """What a report compares, beside the adapter it is about; each None is the base model."""

    champion: str | None = None
    anchor: str | None = None
    tasks: tuple[Paired, ...] = ()
    measured: Mapping[str, Any] = field(default_factory=dict)
    run_id: str = "run"
    name: str = ""


def report(house: House, adapter_id: str, **changes: Any) -> str:
    """A report that deserves promotion, apart from the changes; returns its id."""
    rows = Rows(**changes)
    compared = {"challenger": adapter_id, "champion": rows.champion, "anchor": rows.anchor, "base": None}
    models = {role: f"{BASE}+{id_}" if id_ else BASE for role, id_ in compared.items()}
    tasks = {one.task: one for one in (*TASKS, *rows.tasks)}.values()
    ids = {one.task: _ids(f"{models} {rows.name}", one) for one in tasks}
    report_id = id_of_report(Lineup(**models), [id_ for of_task in ids.values() for id_ in of_task])
    house.connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " select %s, night, id, %s, %s, %s, %s, %s, %s from adapters where id = %s",
        (report_id, *models.values(), Jsonb({**MEASURED, **rows.measured}), rows.run_id, adapter_id),
    )
    for paired in tasks:
        _results(house.connection, report_id, ids[paired.task], paired, models)
    return report_id


def promotable(house: House, name: str, **changes: Any) -> tuple[str, str]:
    """An adapter and a report that deserves promotion."""
    adapter_id = adapter(house, name)
    return adapter_id, report(house, adapter_id, **changes)


def verdicts(house: House, report_id: str) -> dict[str, str]:
    """The stored outcome of every gate."""
    row = house.connection.execute("select verdicts from decisions where report_id = %s", (report_id,)).fetchone()
    return {} if row is None else {one["gate"]: one["outcome"] for one in row["verdicts"]}


def decision(house: House, report_id: str) -> tuple[str, list[str]] | None:
    """The stored word and reasons."""
    query = "select decision, reasons from decisions where report_id = %s"
    row = house.connection.execute(query, (report_id,)).fetchone()
    return None if row is None else (row["decision"], row["reasons"])


def answers(house: House) -> str | None:
    """The champion's id; None while it is the base model."""
    row = house.connection.execute("select id from champion").fetchone()
    return None if row is None else row["id"]


def _ids(seed: str, paired: Paired) -> list[str]:
    return [content_id([seed, paired.task, index]) for index in range(len(paired.slices))]


def _results(connection: Connection, report_id: str, ids: list[str], paired: Paired, models: Mapping[str, str]) -> None:
    answers = [one.removeprefix("answer ") for one in paired.groups] or ids  # by default nothing has the same answer
    by_loss = any(mark.by_loss for found in paired.marks.values() for mark in found if mark)
    grader = LIKELIHOOD if by_loss else "exact"
    answers = [f"the answer that was wanted is {id_}" for id_ in ids] if by_loss else answers
    examples = list(zip(ids, repeat(paired.task), paired.slices, repeat(grader), answers, strict=False))
    results = [
        {"model": models[role], "example_id": id_, "loss": mark.loss, "passed": None if by_loss else mark.score == 1,
         "output": answer if by_loss and mark.score else "right"}
        for role, found in paired.marks.items()
        for id_, answer, mark in zip(ids, answers, found, strict=False)
        if mark
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into eval_examples (id, task, slice, grader, messages, reference)"
            " values (%s, %s, %s, %s, '[]', %s)",
            examples,
        )
        cursor.executemany(
            "insert into eval_results (model, example_id, decoding, loss, passed, output, tokens)"
            " values (%(model)s, %(example_id)s, 'greedy', %(loss)s, %(passed)s, %(output)s, 3) on conflict do nothing",
            results,
        )
        cursor.executemany("insert into report_examples values (%s, %s)", [(report_id, id_) for id_ in ids])
