"""What changed most with a new champion, and which lessons moved it that way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove import postgres
from selfimprove.adapters import table as adapters
from selfimprove.adapters.files import verified_folder
from selfimprove.datasets.build import Connect
from selfimprove.models import worker
from selfimprove.models.base import Base
from selfimprove.postgres import Connection

MOST = 10  # answers that improved, and answers that got worse
NEAREST, LESSONS = 8, 200  # lessons by embedding for each answer, and lessons compared in all
KEPT = 3  # lessons remembered for each answer
Ask = Callable[[str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Trace:
    """How near a lesson is to an answer: cosines of the gradients, and of the chats' embeddings where both have one."""

    example_id: str
    lesson_id: str
    gradient: float
    likeness: float | None


def explain(connect: Connect, base: Base, run_id: str, ask: Ask = worker.call) -> int:
    """Store the nearest lessons of the answers that changed most with the champion of a run; returns of how many.

    A run that made no champion, or was explained before, has none.

    Raises:
        AdapterCorrupt: the champion's files are not what was trained.
        ModelWorkFailed: the comparison died.
    """
    with connect() as connection:
        report = _all(connection, "unexplained", run_id=run_id)
        changes = _all(connection, "changes", report_id=report[0]["report_id"], most=MOST) if report else []
        if not changes:
            return 0
        lessons = _lessons(connection, report[0]["dataset_id"], changes)
        folder = verified_folder(adapters.read(connection, report[0]["adapter_id"]))
    answers = [[*one["messages"], {"role": "assistant", "content": one["reference"]}] for one in changes]
    job = {"base": str(base.folder), "adapter": str(folder), "answers": answers, "lessons": _said(lessons)}
    cosines = ask("selfimprove.evals.influence:influence", job)["cosines"] if lessons else []
    with connect() as connection:
        for change, row in zip(changes, cosines, strict=False):
            _keep(connection, report[0]["report_id"], nearest(change, lessons, row))
    return len(changes)


def nearest(change: Mapping[str, Any], lessons: Sequence[Mapping[str, Any]], row: Sequence[float]) -> list[Trace]:
    """The lessons that wanted the same of the adapter as an answer, the nearest first; one said twice counts once."""
    found: dict[str, Trace] = {}
    for cosine, lesson in sorted(zip(row, lessons, strict=True), key=lambda pair: (-pair[0], pair[1]["id"])):
        said = str(lesson["messages"])
        if cosine > 0 and said not in found and len(found) < KEPT:
            found[said] = Trace(change["id"], lesson["id"], cosine, lesson["likeness"].get(change["id"]))
    return list(found.values())


def _lessons(connection: Connection, dataset_id: str, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to compare with: for each answer the nearest lessons by embedding, then others up to the limit."""
    ids = [one["id"] for one in changes]
    near = _all(connection, "near_lessons", dataset_id=dataset_id, ids=ids, nearest=NEAREST)
    likeness: dict[str, dict[str, float]] = {}
    for row in near:
        likeness.setdefault(row["lesson_id"], {})[row["example_id"]] = row["likeness"]
    given = {"dataset_id": dataset_id, "first": list(likeness), "most": LESSONS}
    return [{**row, "likeness": likeness.get(row["id"], {})} for row in _all(connection, "some_lessons", **given)]


def _said(lessons: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [lesson["messages"] for lesson in lessons]


def _keep(connection: Connection, report_id: str, traces: Sequence[Trace]) -> None:
    for trace in traces:
        given = {"report_id": report_id, "example_id": trace.example_id, "lesson_id": trace.lesson_id}
        numbers = {"gradient": trace.gradient, "likeness": trace.likeness}
        connection.execute(postgres.queries("reports").trace, given | numbers)


def _all(connection: Connection, name: str, **parameters: object) -> list[dict[str, Any]]:
    return connection.execute(getattr(postgres.queries("reports"), name), parameters).fetchall()
