"""Where a recipe wants realistic values: what a model reads in place of the pseudonyms that its dataset holds.

The dataset stays as it was frozen. The values depend on the chat alone, so that training again reads the same.
"""

from selfimprove import postgres
from selfimprove.datasets import table as datasets
from selfimprove.datasets.example import Example, Split
from selfimprove.datasets.freeze import Dataset
from selfimprove.postgres import Connection
from selfimprove.privacy.substitute import substitutes

LEARNED: tuple[Split, ...] = ("train", "replay")


def seeds(dataset: Dataset) -> dict[str, str]:
    """What the values of each example depend on, by its id: its chat, whose id is a keyed hash."""
    return {example.id: _seed(example) for examples in dataset.splits.values() for example in examples}


def read_by(connection: Connection, adapter_id: str) -> frozenset[str]:
    """Every made-up value that an adapter, or one it went on from, was trained on."""
    rows = connection.execute(postgres.queries("adapters").read_substitutes, {"id": adapter_id}).fetchall()
    read = [datasets.read(connection, row["dataset_id"]) for row in rows]
    learned = (example for dataset in read for split in LEARNED for example in dataset.splits[split])
    return frozenset(value for example in learned for value in _values(example))


def _values(example: Example) -> set[str]:
    return substitutes([message.content for message in example.messages], _seed(example))


def _seed(example: Example) -> str:
    return example.chat_id or example.id
