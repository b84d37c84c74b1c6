"""Redaction that fails in every way there is: nothing unredacted moves on, the day does not count, someone is told."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faker import Faker

from selfimprove import automation
from selfimprove.chats import table
from selfimprove.chats.chat import Chat, Message, Sealing
from selfimprove.chats.seal import seal
from selfimprove.datasets import table as datasets
from selfimprove.privacy.redact import Redacted, redact
from selfimprove.privacy.vault import Vault
from selfimprove.reap import reap
from selfimprove.resources import Database
from selfimprove.settings import CHECKOUT, read
from selfimprove_tests.conftest import clone
from selfimprove_tests.datasets.house import clean
from selfimprove_tests.end_to_end.nights import Nights
from selfimprove_tests.end_to_end.planted import DEADLY, redact_one_day, with_redactor

FAKER = Faker("en_GB")
FAKER.seed_instance(31)
EMAIL, PASSWORD = FAKER.email(), FAKER.password(14)


@pytest.fixture(scope="module")
def house(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = tmp_path_factory.mktemp("planted") / "home"
    with clone(server, template) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELFIMPROVE_DATABASE_URL", url)
        with Nights.open(read({"SELFIMPROVE_HOME": str(home), "SELFIMPROVE_DATABASE_URL": url}), patch) as nights:
            yield nights


@pytest.fixture
def day(house: Nights, request: pytest.FixtureRequest) -> date:
    """A day of its own for each test, with three chats, all of which hold personal data."""
    with house.connect() as connection:
        found = connection.execute("select count(distinct day) as n from chats").fetchone()
        assert found
        day = date(2026, 2, 1 + found["n"])
        vault = Vault.open(house.settings.home, connection)
        said = (f"My address is {EMAIL}", f"{DEADLY}: I am {EMAIL}", f"my password is {PASSWORD}, keep it")
        noon = datetime.combine(day, time(12), UTC)
        messages = [(Message("user", text), Message("assistant", f"Noted: {text}.")) for text in said]
        chats = [Chat("test", f"{day} {i}", "someone", noon, one, ()) for i, one in enumerate(messages)]
        table.write(connection, [seal(chat, Sealing(vault.seal, vault.keyed_hash), ZoneInfo("UTC")) for chat in chats])
        clean(connection, day)
        connection.execute("delete from stage_days where stage = 'redacted_chats' and day = %s", (day,))
    return day


def counts(house: Nights, day: date) -> bool:
    """Whether the day would count if all stages but redaction had passed."""
    with house.connect() as connection:
        connection.execute("update stage_days set passed = true where stage <> 'redacted_chats' and day = %s", (day,))
        return connection.execute("select 1 from clean_days where day = %s", (day,)).fetchone() is not None


def told(house: Nights, run_id: str) -> list[dict[str, Any]]:
    """The alerts of a run, raised as the sensors do."""
    automation.raise_alerts(house.instance, house._run(run_id), Database(url=house.url))
    return house.rows(f"select asset, check_name, message from alerts where run_id = '{run_id}' order by check_name")


def assert_nothing_moved_on(house: Nights, day: date) -> None:
    """No table, log or event holds what people said, and the dataset's room sees none of the day's chats."""
    names = house.rows("select schemaname || '.' || tablename as name from pg_tables where tablename not like 'pg_%'")
    names = [row["name"] for row in names if row["name"].startswith(("selfimprove.", "dagster."))]
    dump = "".join(str(house.rows(f"select t::text from {name} t")) for name in names)
    dump += "".join(path.read_text("utf-8", "replace") for path in _files(house.settings.home))
    assert len(names) > 30
    assert EMAIL not in dump
    assert PASSWORD not in dump
    with house.connect() as connection:
        assert [c for c in datasets.candidates(connection) if c.day == day] == []


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and path.suffix != ".safetensors"]


def raises(texts: Sequence[str], *_: Any) -> Redacted:
    raise RuntimeError(texts[0])


def shortens(texts: Sequence[str], *_: Any) -> Redacted:
    return Redacted(tuple(texts[:-1]), {})


def says_nothing(_: Sequence[str], *more: Any) -> None:
    return None


def changes_nothing(texts: Sequence[str], *_: Any) -> Redacted:
    return Redacted(tuple(texts), {})


def gives_numbers(texts: Sequence[str], *_: Any) -> Redacted:
    return Redacted(tuple(range(len(texts))), {})  # type: ignore[arg-type]


@pytest.mark.parametrize("redactor", [raises, shortens, says_nothing, changes_nothing, gives_numbers])
def test_a_redactor_that_fails_stops_its_day(house: Nights, day: date, redactor: Callable[..., Any]) -> None:
    result = redact_one_day(house.settings, house.instance, day, with_redactor(redactor))
    assert house.rows("select 1 from redacted_chats") == []
    assert len(house.rows(f"select 1 from rejections where day = '{day}'")) == 3
    assert not counts(house, day)
    (alert,) = told(house, result.run_id)
    assert (alert["asset"], alert["check_name"]) == ("redacted_chats", "redactor_answered")
    assert "3 chats" in alert["message"]
    assert_nothing_moved_on(house, day)


def test_one_chat_that_it_fails_on_is_enough_and_the_others_are_redacted(house: Nights, day: date) -> None:
    def picky(texts: Sequence[str], *more: Any) -> Redacted:
        return raises(texts) if DEADLY in texts[0] else redact(texts, *more)

    result = redact_one_day(house.settings, house.instance, day, with_redactor(picky))
    assert result.success, "other days of the run go on"
    assert not counts(house, day)
    assert [alert["check_name"] for alert in told(house, result.run_id)] == ["redactor_answered"]
    assert_nothing_moved_on(house, day)
    house_is_empty_again(house)


def test_killed_in_the_middle_of_a_day_nothing_of_it_is_there(house: Nights, day: date) -> None:
    command = [sys.executable, "-m", "selfimprove_tests.end_to_end.planted", day.isoformat()]
    killed = subprocess.run(command, cwd=CHECKOUT, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert killed.returncode == -9, killed.stderr[-2000:]
    assert house.rows("select 1 from redacted_chats") == []
    assert house.rows(f"select 1 from stage_days where stage = 'redacted_chats' and day = '{day}'") == []
    assert not counts(house, day)
    assert reap("its process ended", again=False) == 1, "as `selfimprove up` and `night` do at their start"
    [run] = [run for run in house.instance.get_runs() if run.status.value == "FAILURE" and not told_before(house, run)]
    assert len(told(house, run.run_id)) == 1
    assert_nothing_moved_on(house, day)


def told_before(house: Nights, run: Any) -> bool:
    return bool(house.rows(f"select 1 from alerts where run_id = '{run.run_id}'"))


def house_is_empty_again(house: Nights) -> None:
    with house.connect() as connection:
        connection.execute("delete from redacted_chats")


@contextmanager
def keys_put_aside(house: Nights, others: bytes | None) -> Iterator[None]:
    """While the block lasts the key file is gone, or another house's."""
    path = house.settings.home / "keys" / "vault.json"
    ours = path.read_bytes()
    path.unlink()
    if others is not None:
        path.write_bytes(others)
        path.chmod(0o600)
    yield
    path.write_bytes(ours)
    path.chmod(0o600)


@pytest.mark.parametrize(
    ("others", "said"), [(False, "their key file"), (True, "its hash_key is not the one")], ids=["missing", "wrong"]
)
def test_without_its_key_a_day_stays_closed(
    house: Nights, day: date, tmp_path: Path, others: bool, said: str
) -> None:
    Vault.open(tmp_path)
    given = (tmp_path / "keys" / "vault.json").read_bytes() if others else None
    with keys_put_aside(house, given):
        result = redact_one_day(house.settings, house.instance, day)
    assert not result.success
    assert house.rows("select 1 from redacted_chats") == []
    assert not counts(house, day)
    (alert,) = told(house, result.run_id)
    assert (alert["asset"], alert["check_name"]) == ("redacted_chats", "")
    assert said in alert["message"]
    assert_nothing_moved_on(house, day)


def test_a_redactor_that_works_lets_the_day_count_and_tells_nobody(house: Nights, day: date) -> None:
    result = redact_one_day(house.settings, house.instance, day, with_redactor(redact))
    assert result.success
    assert len(house.rows("select 1 from redacted_chats")) == 3
    assert counts(house, day)
    assert told(house, result.run_id) == []
    house_is_empty_again(house)
