"""The suites on one model, now."""

from __future__ import annotations

from collections.abc import Callable

from selfimprove import postgres
from selfimprove.adapters import table as adapters
from selfimprove.adapters.files import verified_folder
from selfimprove.errors import AdapterUnknown
from selfimprove.evals import table
from selfimprove.evals.assess import Connect, summary, told
from selfimprove.evals.evaluate import evaluate, plan
from selfimprove.evals.lineup import model_id
from selfimprove.evals.report import TaskScore
from selfimprove.evals.tasks import suites
from selfimprove.models.base import Base
from selfimprove.postgres import Connection


def try_out(connect: Connect, base: Base, adapter: str, say: Callable[[str], None]) -> list[TaskScore]:
    """One model on the suites of its base: `adapter` is the beginning of an adapter's id, or "base".

    Raises:
        AdapterUnknown: none or several adapters of this base have an id that begins so.
        AdapterDamaged: the adapter's files are not what its row says.
    """
    examples = suites(base.suites)
    with connect() as connection:
        adapter_id = None if adapter == "base" else _adapter_id(connection, base, adapter)
        folder = verified_folder(adapters.read(connection, adapter_id)) if adapter_id else None
        model = model_id(base, adapter_id) if adapter_id else base.id
        work = plan(connection, examples, [model])
    say(summary(work))
    outcome = evaluate(work, base.folder, {model: folder}, lambda event: say(told(event)))
    with connect() as connection:
        table.insert_results(connection, examples, outcome.results)
        return table.scores(connection, [model], work.examples)


def _adapter_id(connection: Connection, base: Base, beginning: str) -> str:
    given = {"id": beginning, "base": base.id}
    rows = connection.execute(postgres.queries("evals").adapters_like, given).fetchall()
    if len(rows) != 1:
        raise AdapterUnknown(found="Several" if rows else "No", given=beginning)
    return str(rows[0]["id"])
