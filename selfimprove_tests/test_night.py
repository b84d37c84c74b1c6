"""What the morning ends: nights that run, and nothing else."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from selfimprove import night, stack
from selfimprove.automation import ONE_AT_A_TIME
from selfimprove.errors import DaemonGone
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
        monkeypatch.setattr(stack, "adopt", lambda _: None)
        monkeypatch.setattr(stack, "supervisor", lambda _: stack)
        yield house


def test_the_morning_ends_the_nights_that_run_and_nothing_else(settings: Settings, house: House) -> None:
    assert night.break_off(settings) == 2
    assert set(house.ended) == {house.runs["starts"], house.runs["runs"]}


def test_where_nothing_is_up_nothing_is_ended(
    settings: Settings, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "supervisor", lambda _: None)
    assert night.break_off(settings) == 0
    assert house.ended == []


@dataclass
class Lost:
    """A night whose process was lost, and the moment in which Dagster's daemon launches another in its place."""

    id: str
    waited: int = 0

    def wait(self, seconds: float) -> None:
        """In place of `time.sleep`: one look later the daemon has done it."""
        self.waited += 1
        with dg.DagsterInstance.get() as instance:
            instance.add_run_tags(self.id, {night.RETRIED_BY: "another"})


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lost]:
    with dg.instance_for_test(set_dagster_home=True) as instance:
        job = dg.GraphDefinition(name="nightly").to_job()
        failed = dg.DagsterRunStatus.FAILURE
        lost = Lost(instance.create_run_for_job(job, tags={"dagster/will_retry": "true"}, status=failed).run_id)
        monkeypatch.setattr(night.time, "sleep", lost.wait)
        yield lost


def found(settings: Settings, run_id: str) -> str | None:
    with dg.DagsterInstance.get() as instance:
        return night._retry(settings, instance, run_id)


def under(monkeypatch: pytest.MonkeyPatch, *, daemon: int | None, holder: int | None) -> None:
    monkeypatch.setattr(stack, "services", lambda _: {"daemon": daemon})
    monkeypatch.setattr(stack, "supervisor", lambda _: SimpleNamespace(pid=holder) if holder else None)


@pytest.mark.parametrize("daemon", [4711, None], ids=["there", "about-to-be-started-again"])
def test_a_night_whose_process_was_lost_is_followed_into_the_next(
    settings: Settings, lost: Lost, monkeypatch: pytest.MonkeyPatch, daemon: int | None
) -> None:
    under(monkeypatch, daemon=daemon, holder=os.getppid())
    assert found(settings, lost.id) == "another"
    assert lost.waited == 1


@pytest.mark.parametrize("holder", [None, os.getpid()], ids=["nobody", "this-process"])
def test_nobody_waits_for_a_daemon_that_nobody_starts_again(
    settings: Settings, lost: Lost, monkeypatch: pytest.MonkeyPatch, holder: int | None
) -> None:
    under(monkeypatch, daemon=None, holder=holder)
    with pytest.raises(DaemonGone):
        found(settings, lost.id)


def test_a_night_that_failed_for_good_has_no_next_and_a_retry_that_never_comes_ends_the_wait(
    settings: Settings, lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    under(monkeypatch, daemon=4711, holder=None)
    monkeypatch.setattr(night, "RETRIED_WITHIN", 0.0)
    assert found(settings, lost.id) is None
    with dg.DagsterInstance.get() as instance:
        instance.add_run_tags(lost.id, {"dagster/will_retry": "false"})
    monkeypatch.setattr(night, "RETRIED_WITHIN", 60.0)
    assert found(settings, lost.id) is None
    assert lost.waited == 0
