"""The suites on one model, now."""

from __future__ import annotations

from collections.abc import Callable

from selfimprove.adapters import table as adapters
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import in_use, verified_folder
from selfimprove.errors import AdapterOfOtherBase
from selfimprove.evals import table
from selfimprove.evals.assess import Connect, summary, told
from selfimprove.evals.evaluate import evaluate, plan
from selfimprove.evals.grading import NO_AIDS, Aids
from selfimprove.evals.lineup import model_id
from selfimprove.evals.report import TaskScore
from selfimprove.evals.tasks import suites
from selfimprove.models.base import Base
from selfimprove.postgres import Connection


def try_out(
    connect: Connect, base: Base, adapter: str, say: Callable[[str], None], aids: Aids = NO_AIDS
) -> list[TaskScore]:
    """One model on the suites of its base: `adapter` is the beginning of an adapter's id, or "base".

    Raises:
        AdapterUnknown: none or several adapters have an id that begins so.
        AdapterOfOtherBase: it was trained for another base model.
        AdapterCorrupt: the adapter's files are not what its row says.
    """
    examples = suites(base.suites)
    with connect() as connection:
        of = chosen(connection, base, adapter)
        model = model_id(base, of.id) if of else base.id
        work = plan(connection, examples, [model])
    say(summary(work))
    folders = {model: verified_folder(of) if of else None}
    with in_use(folders.values()):
        outcome = evaluate(work, base.folder, folders, lambda event: say(told(event)), aids)
    with connect() as connection:
        table.insert_results(connection, examples, outcome.results)
        return table.scores(connection, [model], work.examples)


def chosen(connection: Connection, base: Base, beginning: str) -> Adapter | None:
    """The adapter whose id begins so; None for "base". Raises as `try_out` does."""
    if beginning == "base":
        return None
    adapter = adapters.read(connection, beginning)
    if adapter.base_model != base.id:
        raise AdapterOfOtherBase(adapter=adapter.id, base=adapter.base_model, name=base.name)
    return adapter
