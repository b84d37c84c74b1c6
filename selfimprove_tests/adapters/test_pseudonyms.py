"""A recipe may have the model read made-up values; the dataset, and who is told of a leak, stay as they were."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from selfimprove.adapters.learn import Bench, _job, learn
from selfimprove.adapters.pseudonyms import read_by, seeds
from selfimprove.adapters.recipe import Recipe
from selfimprove.adapters.train import encoded, said
from selfimprove.datasets import export, table
from selfimprove.datasets.build import build
from selfimprove.datasets.example import Rule
from selfimprove.datasets.freeze import Dataset
from selfimprove.models import mlx
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy.substitute import substitute
from selfimprove_tests.adapters.make import add_dataset
from selfimprove_tests.datasets.house import add_chat, clean, correction, make_room
from selfimprove_tests.datasets.make import FIRST, chat

REAL = Recipe(steps=2, warmup=1, evaluate_every=2, pseudonyms="substitutes")


@pytest.fixture
def told(database: str, home: Path, tiny: Base) -> Dataset:
    """A dataset of chats in which people are told of by pseudonyms."""
    room = make_room(database, home, tiny)
    with room.connect() as connection:
        for i in range(30):
            prompt = f"Thing {i}: who is [EMAIL_1] on [PHONE_1], and who [EMAIL_2]?"
            day = FIRST + timedelta(days=i // 10)
            add_chat(connection, day, chat(prompt, "?"), feedback=correction(f"{i}: ask [EMAIL_1] on [PHONE_1]."))
        clean(connection)
    build(room, Rule(replay=8), "run")
    with room.connect() as connection:
        dataset = table.of_run(connection, "run")
    assert dataset
    return dataset


def test_values_depend_on_the_chat_and_where_there_is_none_on_the_example(told: Dataset) -> None:
    found = seeds(told)
    assert all(found[e.id] == e.chat_id for e in told.splits["train"])
    assert all(found[e.id] == e.id for e in told.splits["replay"])
    assert len(found) == sum(map(len, told.splits.values()))


def test_roles_stay_and_a_pseudonym_is_one_value_in_the_whole_chat() -> None:
    messages = [{"role": "user", "content": "I am [EMAIL_1]"}, {"role": "assistant", "content": "Hello [EMAIL_1]"}]
    asked, answered = said(messages, "a chat")
    assert (asked["role"], answered["role"]) == ("user", "assistant")
    assert asked["content"].removeprefix("I am ") == answered["content"].removeprefix("Hello ")
    assert "[" not in asked["content"]
    assert messages[0]["content"] == "I am [EMAIL_1]"


def test_the_model_reads_values_and_the_files_hold_pseudonyms(bench: Bench, told: Dataset) -> None:
    file = export.of(told, bench.home) / "train.jsonl"
    tokenizer = mlx.load(bench.base.folder).tokenizer
    (_, plain), (ids, real) = encoded(tokenizer, file, 512), encoded(tokenizer, file, 512, seeds(told))
    lines = {line["id"]: line for line in map(orjson.loads, file.read_bytes().splitlines())}
    place = next(place for place, id in enumerate(ids) if "[EMAIL_1]" in str(lines[id]))
    value = substitute(["[EMAIL_1]"], seeds(told)[ids[place]])[0]
    assert value in tokenizer.decode(real[place].tokens)
    assert "[EMAIL_1]" in tokenizer.decode(plain[place].tokens)
    assert export.differences(told, file.parent) == []


def test_only_a_recipe_that_asks_for_values_gets_them(bench: Bench, told: Dataset, tmp_path: Path) -> None:
    assert Recipe().pseudonyms == "placeholders"
    assert _job(bench, told, Recipe(), tmp_path)["seeds"] is None
    assert _job(bench, told, REAL, tmp_path)["seeds"] == seeds(told)


def test_a_training_on_values_is_stored_with_its_recipe_and_its_values_are_known(bench: Bench, told: Dataset) -> None:
    adapter, again = learn(bench, told, REAL, "one"), learn(bench, told, REAL, "two")
    assert adapter.id == again.id
    assert learn(bench, told, replace(REAL, pseudonyms="placeholders"), "three").id != adapter.id
    with bench.connect() as connection:
        values = read_by(connection, adapter.id)
        assert read_by(connection, "no such adapter") == frozenset()
    learned = [e for split in ("train", "replay") for e in told.splits[split]]  # type: ignore[index]
    assert len(values) == 3 * sum(e.chat_id is not None for e in learned)
    assert all(value.endswith(".test") or "555-01" in value or "900" in value or value[0] in "+0" for value in values)


def test_values_of_adapters_it_went_on_from_are_known_too(connection: Connection, told: Dataset) -> None:
    add_dataset(connection)
    for name, parent, pseudonyms, dataset in [
        ("old", None, "substitutes", told.id), ("mid", "old", "placeholders", "d"), ("new", "mid", "placeholders", "d"),
        ("other", None, "placeholders", told.id),
    ]:  # fmt: skip
        recipe = orjson.dumps({"warm_start": parent, "pseudonyms": pseudonyms}).decode()
        connection.execute(
            "insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)"
            " values (%s, 'base', %s, %s, '{}', '', '{}', %s, 'r')",
            (name, dataset, recipe, FIRST),
        )
    assert read_by(connection, "new") == read_by(connection, "old") != frozenset()
    assert read_by(connection, "other") == frozenset()
