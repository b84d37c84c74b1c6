"""What Dagster's pages may show of the resources, and what assets get from them."""

import secrets
from contextlib import suppress

import dagster as dg
import psutil
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from selfimprove.resources import Database, JudgeServer, ModelProcess, from_settings
from selfimprove.settings import read


@pytest.fixture
def word() -> str:
    """A word nobody should read."""
    return secrets.token_urlsafe(12)


@pytest.fixture
def environment(word: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = {
        "SELFIMPROVE_DATABASE_URL": f"postgresql://owner:{word}@127.0.0.1:1/house",
        "SELFIMPROVE_JUDGE_URL": "http://127.0.0.1:9/v1",
        "SELFIMPROVE_JUDGE_KEY": word,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


def test_dagster_is_told_no_secret(environment: dict[str, str], word: str) -> None:
    defs = dg.Definitions(resources=from_settings(read(environment)))
    shown = [str(r.configured_values) for r in RepositorySnap.from_def(defs.get_repository_def()).resources]
    assert any("SELFIMPROVE_JUDGE_KEY" in values for values in shown)
    assert [values for values in shown if word in values] == []


def test_assets_get_the_secrets_all_the_same(environment: dict[str, str], word: str) -> None:
    seen: list[str] = []

    @dg.asset
    def thing(database: Database, judge: JudgeServer) -> None:
        client = judge.client()
        assert client is not None
        seen.extend((database.url, client.key))

    resources = {name: from_settings(read(environment))[name] for name in ("database", "judge")}
    assert dg.materialize([thing], resources=resources).success
    assert seen == [environment["SELFIMPROVE_DATABASE_URL"], word]


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_a_scanner_that_loads_ahead_is_the_one_that_is_used_and_none_is_left_behind() -> None:
    context, before = dg.build_init_resource_context(), _children()
    scanner = ModelProcess(library="json", ahead=True)
    scanner.setup_for_execution(context)
    (waiting,) = _children() - before
    with scanner.worker() as worker:
        assert worker.do("selfimprove_tests.models.jobs:act", {"act": "pid"})["pid"] == waiting
    assert _children() == before
    scanner.setup_for_execution(context)
    scanner.teardown_after_execution(context)
    assert _children() == before


def test_many_transactions_need_one_login_and_stay_transactions(database: str) -> None:
    with Database(url=database).transactions() as begin:
        with begin() as connection:
            connection.execute("create table kept (n int)")
            login = connection.info.backend_pid
        with suppress(ZeroDivisionError), begin() as connection:
            connection.execute("insert into kept values (1)")
            raise ZeroDivisionError
        with begin() as connection:
            seen = connection.execute("select count(*) as n, current_setting('transaction_isolation') as by from kept")
            assert seen.fetchone() == {"n": 0, "by": "repeatable read"}
            with Database(url=database).connect() as other:
                other.execute("insert into kept values (2)")
            assert connection.execute("select * from kept").fetchall() == []
            assert connection.info.backend_pid == login
        with begin() as connection:
            assert connection.execute("select * from kept").fetchall() == [{"n": 2}]
