"""A night's rows, written through the rooms that write them."""

from datetime import timedelta
from pathlib import Path

from psycopg.types.json import Jsonb

from selfimprove.chats import days
from selfimprove.chats.days import StageDay
from selfimprove.postgres import Connection
from selfimprove.promotion.promote import judge, promote
from selfimprove_tests.promotion.house import NIGHT, House, adapter, report

DAY = NIGHT - timedelta(days=1)
SPLITS = {name: {"examples": n} for name, n in {"train": 2, "replay": 40, "validation": 12, "fresh": 24}.items()}


def stage(connection: Connection, run_id: str, name: days.Stage, taken: int, rejected: dict[str, int]) -> None:
    counts = {"in": taken, "out": taken - sum(rejected.values()), "rejected": rejected}
    days.close(connection, StageDay(name, DAY, "fingerprint", "1", counts, run_id))


def found(connection: Connection, run_id: str, dataset_id: str | None, sentence: str) -> None:
    """What the run found to learn; a dataset gets a manifest."""
    connection.execute("update datasets set manifest = %s where id = %s", [Jsonb({"splits": SPLITS}), dataset_id])
    connection.execute(
        "insert into dataset_runs (run_id, night, dataset_id, sentence, counts) values (%s, %s, %s, %s, %s)",
        [run_id, NIGHT, dataset_id, sentence, Jsonb({"in": 90, "out": 78, "rejected": {"low_score": 12}})],
    )


def lesson(connection: Connection, dataset_id: str) -> None:
    messages = [
        {"role": "user", "content": "What is my dog called?"}, {"role": "assistant", "content": "Your dog is Biscuit."},
    ]  # fmt: skip
    connection.execute(
        "insert into examples (id, kind, messages) values ('lesson', 'correction', %s)", [Jsonb(messages)]
    )
    connection.execute("insert into dataset_examples values (%s, 'lesson', 'train', 0)", [dataset_id])


def night(connection: Connection, home: Path, run_id: str, **changes: object) -> str:
    """A whole night of a run up to its decision; promoted unless the changes speak against it. Returns the adapter."""
    house = House(connection, home)
    stage(connection, run_id, "chat_logs", 100, {})
    stage(connection, run_id, "redacted_chats", 100, {"left_over_secret": 4})
    stage(connection, run_id, "filtered_chats", 96, {"left_over_secret": 1, "too_short": 5})
    adapter_id = adapter(house, run_id)
    connection.execute("update adapters set run_id = %s where id = %s", [run_id, adapter_id])
    dataset_id = f"data of {run_id}"
    found(connection, run_id, dataset_id, "2 new examples to learn.")
    lesson(connection, dataset_id)
    report_id = report(house, adapter_id, run_id=run_id, **changes)
    connection.execute(
        "update eval_results set output = 'wrong' where not passed and example_id = any(select example_id"
        " from report_examples where report_id = %s)",
        [report_id],
    )
    question = Jsonb([{"role": "user", "content": "Who keeps the light?"}])
    connection.execute("update eval_examples set messages = %s where task = 'fresh'", [question])
    judge(connection, report_id, run_id)
    promote(connection, report_id, run_id)
    return adapter_id
