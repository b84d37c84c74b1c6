"""A process that trains for a long time, to be killed; its arguments: URL, HOME, the base model's folder and id."""

import sys
from pathlib import Path

from selfimprove.adapters.learn import Bench, learn
from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets import table
from selfimprove.models.base import Base
from selfimprove_tests.datasets.house import connect_to


def main(url: str, home: str, base: str, base_id: str) -> None:
    bench = Bench(
        connect_to(url), Path(home), Base(base_id, "tiny", Path(base), Path(base)), lambda line: print(line, flush=True)
    )
    with bench.connect() as connection:
        dataset = table.of_run(connection, "run")
    assert dataset
    learn(bench, dataset, Recipe(steps=3000), "killed")


if __name__ == "__main__":
    main(*sys.argv[1:])
