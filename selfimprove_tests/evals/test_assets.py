"""The asset on real parts: a report is stored whole, computed once, and refused on damaged files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from selfimprove import postgres
from selfimprove.adapters.adapter import Adapter
from selfimprove.errors import AdapterCorrupt, NothingToEvaluate
from selfimprove.evals import table
from selfimprove.evals.assess import assess
from selfimprove.evals.assets import eval_report
from selfimprove.evals.checks import tests_the_unseen as unseen
from selfimprove.evals.leaks import figures
from selfimprove.evals.try_out import try_out
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.resources import Database, Home, JudgeServer, LanguageModel
from selfimprove_tests.evals import rows
from selfimprove_tests.evals.conftest import CORE, REFUSALS

KeepAdapter = Callable[..., Adapter]
EXAMPLES = CORE + REFUSALS + 2


@pytest.fixture
def night(connection: Connection, keep_adapter: KeepAdapter) -> Adapter:
    """A trained adapter with two fresh chats to test it."""
    rows.dataset(connection)
    for name, prompt in (("c1", "What is my dog called?"), ("c2", "What is my cat called?")):
        rows.chat(connection, name, rows.asked(prompt, "Rex."))
        rows.example(connection, "fresh", rows.asked(prompt, "Rex."), name)
    adapter = keep_adapter(0.01)
    connection.commit()
    return adapter


def materialize(database: str, base: Base, home: Path, only: dg.AssetSelection | None = None) -> Any:
    Vault.open(home)
    resources = {
        "database": Database(url=database),
        "judge": JudgeServer(),
        "home": Home(folder=str(home)),
        "language_model": LanguageModel(name=str(base.folder), home=str(base.folder)),
    }
    return dg.materialize([eval_report, unseen], resources=resources, selection=only, raise_on_error=False)


def test_a_report_is_stored_whole_shown_and_checked_and_nothing_of_it_computed_twice(
    database: str, base: Base, home: Path, night: Adapter, connection: Connection
) -> None:
    run = materialize(database, base, home)
    assert run.success
    assert_it_is_stored_and_shown(run, base, night, connection)
    assert_nothing_is_computed_twice(database, base, night, connection)
    assert_what_was_trained_on_fails_the_check(database, base, home, connection)


def assert_it_is_stored_and_shown(run: Any, base: Base, night: Adapter, connection: Connection) -> None:
    report = table.latest_report(connection, run.run_id)
    assert report is not None
    assert (report.run_id, report.adapter_id, len(report.example_ids)) == (run.run_id, night.id, EXAMPLES)
    assert report.lineup.models() == [f"{base.id}+{night.id}", base.id]
    assert {score.task: score.examples for score in table.report_scores(connection, report)} == {
        "core": CORE, "refusals": REFUSALS, "fresh": 2,
    }  # fmt: skip
    measured = report.measurements
    assert measured["delta_norm"] == 1.5
    assert measured["logprob_shift"] > 1e-4
    assert measured["sampled"] == min(64, EXAMPLES)
    assert {"latency_ratio", "memory_ratio", "broken_outputs", "leaks", "seconds", "tokens", "note"} <= set(measured)
    tested = figures.read(measured["leak_test"])
    assert tested is not None
    assert (tested.trial, tested.planted, tested.never.canaries) == (None, None, 32)  # nothing was redacted
    assert tested.instrument is not None
    (event,) = run.get_asset_materialization_events()
    shown = event.materialization.metadata
    assert shown["report"].value == report.id
    assert len(shown["scores"].value.records) == 6
    assert "data:image/svg+xml" in shown["passed"].value
    assert event.materialization.tags["dagster/data_version"] == report.id
    (check,) = run.get_asset_check_evaluations()
    assert check.passed


def assert_nothing_is_computed_twice(database: str, base: Base, night: Adapter, connection: Connection) -> None:
    said: list[str] = []

    def once(run_id: str) -> Any:
        said.clear()
        return assess(lambda: postgres.connect(database), base, run_id, said.append)

    first = table.latest_report(connection)
    assert first is not None
    again = once("r2")
    assert said[0] == f"{EXAMPLES} examples, 2 models: 0 results to compute, {2 * EXAMPLES} stored."
    assert (again.id, again.run_id) == (first.id, "r2")
    rows.decide(connection, first.id, night.id)
    connection.commit()
    decided = once("r")  # the run that trained it
    assert said == ["This report was measured and decided on before; it stands."]
    assert decided.measurements == again.measurements


def assert_what_was_trained_on_fails_the_check(database: str, base: Base, home: Path, connection: Connection) -> None:
    connection.execute("update dataset_examples set split = 'train' where example_id = 'fresh-0'")
    connection.execute("insert into golden_chats (chat_id, position) values ('c2', 1)")
    rows.example(connection, "train", rows.asked("What is my cat called?", "Tom."), None)
    connection.commit()
    run = materialize(database, base, home, dg.AssetSelection.checks(unseen))
    assert not run.success
    (check,) = run.get_asset_check_evaluations()
    assert not check.passed
    assert check.metadata["trained_on"].value == 2


def test_a_damaged_adapter_is_refused_and_nothing_is_stored(
    database: str, base: Base, home: Path, night: Adapter, connection: Connection
) -> None:
    file = home / "adapters" / night.id / "adapters.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(AdapterCorrupt, match="was changed since it was trained"):
        assess(lambda: postgres.connect(database), base, "r", lambda line: None)
    assert table.latest_report(connection) is None
    assert connection.execute("select 1 from eval_results").fetchone() is None


def test_without_an_adapter_there_is_nothing_to_evaluate(database: str, base: Base) -> None:
    with pytest.raises(NothingToEvaluate, match="Train one with `selfimprove night`"):
        assess(lambda: postgres.connect(database), base, "r", lambda line: None)


def test_a_model_can_be_tried_on_the_suites_and_its_results_are_kept(
    database: str, base: Base, night: Adapter, connection: Connection
) -> None:
    said: list[str] = []
    scores = try_out(lambda: postgres.connect(database), base, night.id[:12], said.append)
    assert {(score.task, score.model) for score in scores} == {
        (task, f"{base.id}+{night.id}") for task in ("core", "refusals")
    }
    assert try_out(lambda: postgres.connect(database), base, night.id[:12], said.append) == scores
    assert said[-1].endswith(f"0 results to compute, {CORE + REFUSALS} stored.")
    assert table.latest_report(connection) is None
