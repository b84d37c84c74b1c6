"""A night is followed into the one that goes on with it, and nobody waits for what nobody will end."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from selfimprove import follow, stack
from selfimprove.errors import NightStranded
from selfimprove.follow import RETRIED_BY
from selfimprove.settings import Settings, read


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({"SELFIMPROVE_HOME": str(tmp_path)})


def test_a_night_whose_daemon_is_gone_does_not_wait_for_ever(settings: Settings) -> None:
    still = SimpleNamespace(is_finished=False)
    page = SimpleNamespace(cursor="c", records=[], has_more=False)
    fake: Any = SimpleNamespace(get_run_by_id=lambda _: still, get_records_for_run=lambda *_, **__: page)
    with pytest.raises(NightStranded, match=r"selfimprove night.*code-server\.log"):
        list(follow._events(settings, fake, "run"))


@dataclass
class Lost:
    """A night whose process was lost, and the moment in which Dagster's daemon launches another in its place."""

    id: str
    waited: int = 0

    def wait(self, seconds: float) -> None:
        """In place of `time.sleep`: one look later the daemon has done it."""
        self.waited += 1
        with dg.DagsterInstance.get() as instance:
            instance.add_run_tags(self.id, {follow.RETRIED_BY: "another"})


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lost]:
    with dg.instance_for_test(set_dagster_home=True) as instance:
        job = dg.GraphDefinition(name="nightly").to_job()
        failed = dg.DagsterRunStatus.FAILURE
        lost = Lost(instance.create_run_for_job(job, tags={"dagster/will_retry": "true"}, status=failed).run_id)
        monkeypatch.setattr(follow.time, "sleep", lost.wait)
        yield lost


def found(settings: Settings, run_id: str) -> str | None:
    with dg.DagsterInstance.get() as instance:
        return follow._retry(settings, instance, run_id)


def under(monkeypatch: pytest.MonkeyPatch, *, daemon: int | None, holder: int | None) -> None:
    monkeypatch.setattr(stack, "services", lambda _: {"code-server": 4712, "daemon": daemon})
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
    with pytest.raises(NightStranded):
        found(settings, lost.id)


def test_a_night_that_failed_for_good_has_no_next_and_a_retry_that_never_comes_ends_the_wait(
    settings: Settings, lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    under(monkeypatch, daemon=4711, holder=None)
    monkeypatch.setattr(follow, "RETRIED_WITHIN", 0.0)
    assert found(settings, lost.id) is None
    with dg.DagsterInstance.get() as instance:
        instance.add_run_tags(lost.id, {"dagster/will_retry": "false"})
    monkeypatch.setattr(follow, "RETRIED_WITHIN", 60.0)
    assert found(settings, lost.id) is None
    assert lost.waited == 0


def test_until_it_is_said_whether_a_failed_night_is_tried_again_nobody_takes_it_for_lost(
    settings: Settings, lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    under(monkeypatch, daemon=4711, holder=None)
    with dg.DagsterInstance.get() as instance:
        job = dg.GraphDefinition(name="nightly").to_job()
        unsaid = instance.create_run_for_job(job, status=dg.DagsterRunStatus.FAILURE).run_id

    def say(seconds: float) -> None:
        lost.waited += 1
        with dg.DagsterInstance.get() as instance:
            instance.add_run_tags(unsaid, {"dagster/will_retry": "true"} if lost.waited == 1 else {RETRIED_BY: "x"})

    monkeypatch.setattr(follow.time, "sleep", say)
    assert found(settings, unsaid) == "x"
    assert lost.waited == 2
