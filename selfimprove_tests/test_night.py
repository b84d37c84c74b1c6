"""What the morning ends: nights that run, and nothing else."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest

from selfimprove import night, postgres, stack
from selfimprove.automation import ONE_AT_A_TIME
from selfimprove.errors import NightDeleted
from selfimprove.settings import Settings, read

NIGHT = {ONE_AT_A_TIME: "night"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({"SELFIMPROVE_HOME": str(tmp_path)})


@dataclass(frozen=True)
class House:
    """A house that is up: the ids of its runs by what they are, and of those that were ended."""

    runs: dict[str, str]
    ended: list[str] = field(default_factory=list)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    kinds = {
        "waits": (NIGHT, dg.DagsterRunStatus.NOT_STARTED),
        "starts": (NIGHT, dg.DagsterRunStatus.STARTING),
        "runs": (NIGHT, dg.DagsterRunStatus.STARTED),
        "is over": (NIGHT, dg.DagsterRunStatus.SUCCESS),
        "is no night": ({}, dg.DagsterRunStatus.STARTED),
    }
    with dg.instance_for_test() as instance:
        job = dg.GraphDefinition(name="nightly").to_job()
        made = {
            kind: instance.create_run_for_job(job, tags=tags, status=status).run_id
            for kind, (tags, status) in kinds.items()
        }
        house = House(made)
        launcher = type(instance.run_launcher)
        monkeypatch.setattr(launcher, "terminate", lambda _, run_id: house.ended.append(run_id) or True)
        monkeypatch.setattr("selfimprove.house.adopt", lambda _: None)
        monkeypatch.setattr(stack, "supervisor", lambda _: stack)
        yield house


def test_the_morning_ends_the_nights_that_run_and_nothing_else(settings: Settings, house: House) -> None:
    assert night.break_off(settings) == 2
    assert set(house.ended) == {house.runs["starts"], house.runs["runs"]}


ASKED = """Traceback (most recent call last):
  File "job.py", line 600, in launch
dagster.DagsterUserCodeProcessError: dagster.DagsterInvariantViolationError: there is no such job

Stack Trace:
  File "objects.py", line 160, in build
    raise DagsterInvariantViolationError(
"""


@pytest.mark.parametrize(("told", "why"), [
    (ASKED, "dagster.DagsterUserCodeProcessError: dagster.DagsterInvariantViolationError: there is no such job"),
    ("Error: Invalid value\n", "Error: Invalid value"), ("", "no reason given"),
])  # fmt: skip
def test_why_a_night_could_not_be_launched_is_told(told: str, why: str) -> None:
    assert night.why(told) == why


def test_where_nothing_is_up_nothing_is_ended(
    settings: Settings, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "supervisor", lambda _: None)
    assert night.break_off(settings) == 0
    assert house.ended == []


def test_a_night_whose_run_was_deleted_is_told_so(settings: Settings) -> None:
    with dg.instance_for_test(), pytest.raises(NightDeleted, match="run `selfimprove night` again"):
        night._outcome(settings, "00000000-0000-0000-0000-000000000000")


def test_the_outcome_of_a_night_whose_process_was_lost_is_that_of_the_one_that_went_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    after = {"first": "second", "second": "third", "third": None}
    monkeypatch.setattr("selfimprove.house.adopt", lambda _: None)
    monkeypatch.setattr(postgres, "url", lambda _: "")
    monkeypatch.setattr(postgres, "connect", lambda _: nullcontext())
    monkeypatch.setattr("selfimprove.automation.missing_days", lambda *_: [])
    monkeypatch.setattr(night, "_launch", lambda *_: "first")
    monkeypatch.setattr(night, "follow", lambda _, run_id, say: after[run_id])
    monkeypatch.setattr(night, "_outcome", lambda _, run_id: run_id)
    assert night._launch_and_follow(settings, said.append, {}) == "third"
    assert said.count("Its process was lost. Another one goes on with what was done.") == 2
