"""The asset in Dagster: what the UI shows, and which checks stop a night."""

from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from selfimprove import postgres
from selfimprove.datasets import table
from selfimprove.datasets.assets import training_dataset
from selfimprove.datasets.checks import training_dataset_checks
from selfimprove.datasets.verify import CHECKS
from selfimprove_tests.datasets.house import add_chat, clean, correction
from selfimprove_tests.datasets.make import FIRST, chat
from selfimprove_tests.datasets.nights import SECRET_WORD, failed, resources, spend


@pytest.fixture
def filled(database: str) -> str:
    with postgres.connect(database) as connection:
        for i in range(24):
            day = FIRST + timedelta(days=i // 12)
            prompt = f"What is my thing number {i}?"
            add_chat(connection, day, chat(prompt, "I do not know."), feedback=correction(f"It is {i}."))
        clean(connection)
    return database


def change(url: str, statement: str) -> None:
    with postgres.connect(url) as connection:
        connection.execute(statement)


def judge(url: str, home: Path) -> dict[str, str]:
    """The checks alone, in a run of their own, as someone may launch them by hand."""
    result = dg.materialize(
        [training_dataset, training_dataset_checks],
        selection=dg.AssetSelection.checks_for_assets(training_dataset),
        resources=resources(url, home),
        raise_on_error=False,
    )
    return failed(result)


def test_a_good_night_passes_every_check(filled: str, tmp_path: Path) -> None:
    result = spend(filled, tmp_path, {"seed": 3})
    assert result.success
    assert {c.check_name for c in result.get_asset_check_evaluations()} == set(CHECKS)
    assert failed(result) == {}
    (event,) = result.get_asset_materialization_events()
    metadata = event.step_materialization_data.materialization.metadata
    assert metadata["dagster/row_count"].value == 24
    assert metadata["sentence"].value.startswith("12 new examples to learn")
    assert metadata["manifest"].value["rule"]["seed"] == 3
    assert "It is" not in str(metadata), "no chat text in Dagster"


def test_nothing_to_learn_is_one_warning(database: str, tmp_path: Path) -> None:
    result = spend(database, tmp_path)
    assert result.success
    assert list(failed(result)) == ["has_something_to_learn"]
    assert "there are no chats at all" in failed(result)["has_something_to_learn"]


def test_too_little_fails_with_the_numbers(database: str, tmp_path: Path) -> None:
    with postgres.connect(database) as connection:
        add_chat(connection, FIRST, chat("What is it?", "That."), scores={1: 0.9})
        clean(connection)
    result = spend(database, tmp_path)
    assert failed(result) == {"has_enough_examples": "only 1 example to train on; at least 8 are needed"}
    (check,) = (c for c in result.get_asset_check_evaluations() if not c.passed)
    assert check.metadata["train_examples"].value == 1
    assert (check.severity, check.blocking) == (dg.AssetCheckSeverity.WARN, False), "a quiet night is no fault"


SHARED = "update dataset_examples set split = 'train' where split = 'fresh' and position < 2"
TWICE = "update examples set chat_id = (select max(chat_id) from examples)"
SECRET = """update examples set messages = jsonb_set(messages, '{1,content}', '"mail x@example.org"')"""
SAME_PROMPT = """
update examples set messages = jsonb_set(messages, '{0,content}', '"The very same question?"')
"""
UNREAD = "delete from second_opinions where example_id = (select max(example_id) from second_opinions)"
DOUBTED = """
update second_opinions set found = '["Key"]' where example_id = (select min(example_id) from second_opinions)
"""
LOST = "delete from dataset_examples where split = 'train' and position = 0"


@pytest.mark.parametrize(
    ("damage", "checks"),
    [
        (SHARED, {"export_matches"}),
        (TWICE, {"splits_are_disjoint"}),
        (SAME_PROMPT, {"splits_are_disjoint", "export_matches"}),
        (SECRET, {"no_secret_left", "export_matches"}),
        (LOST, {"nothing_lost", "export_matches"}),
        (UNREAD, {"was_read_again"}),
        (DOUBTED, {"was_read_again"}),
    ],
)
def test_damaged_rows_are_found(filled: str, tmp_path: Path, damage: str, checks: set[str]) -> None:
    spend(filled, tmp_path)
    change(filled, damage)
    assert set(judge(filled, tmp_path)) == checks


def test_a_second_reader_leaves_an_example_out(database: str, filled: str, tmp_path: Path) -> None:
    with postgres.connect(database) as connection:
        asked = chat("What is my secret thing?", "I do not know.")
        add_chat(connection, FIRST, asked, feedback=correction(f"It is {SECRET_WORD}."))
        clean(connection)
    result = spend(filled, tmp_path)
    assert result.success
    (event,) = result.get_asset_materialization_events()
    left_out = event.step_materialization_data.materialization.metadata["left_out"].value.records
    assert [record.data for record in left_out] == [{"reason": "left_over_secret", "chats": 1}]


def test_a_changed_file_is_found(filled: str, tmp_path: Path) -> None:
    spend(filled, tmp_path)
    (file,) = (tmp_path / "datasets").glob("*/valid.jsonl")
    file.write_text("{}\n")
    assert judge(filled, tmp_path) == {"export_matches": "Not what was frozen: valid.jsonl."}


def test_judged_by_hand_without_any_dataset(database: str, tmp_path: Path) -> None:
    assert judge(database, tmp_path) == {"has_something_to_learn": "There is no dataset that waits for a decision."}


def test_the_config_reaches_the_rule(filled: str, tmp_path: Path) -> None:
    spend(filled, tmp_path, {"new_share": 0.5, "threshold": 0.5, "replay": 7, "remember": 9})
    with postgres.connect(filled) as connection:
        (row,) = table.overview(connection)
    rule = row["manifest"]["rule"]
    assert (rule["new_share"], rule["threshold"], rule["replay"], rule["remember"]) == (0.5, 0.5, 7, 9)
    assert row["night"] == date(2026, 3, 3)


def test_the_asset_is_where_it_belongs() -> None:
    spec = training_dataset.get_asset_spec()
    assert spec.group_name == "datasets"
    assert training_dataset.op.pool == "gpu", "the base model may have to answer replay prompts"
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["critique_scores"]
    assert spec.description == "The frozen, hashed set of examples that tonight trains on and tests with."
