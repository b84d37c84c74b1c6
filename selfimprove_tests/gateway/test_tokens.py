"""Tokens: shown once, stored as hashes, known when the database is down, revoked for good."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from selfimprove import postgres
from selfimprove.cli import tree
from selfimprove.errors import DatabaseDown, TokenNeeded, TokenTaken, TokenUnknown
from selfimprove.gateway import tokens
from selfimprove.gateway.logged_out import DAYS
from selfimprove.gateway.login import Sessions, key
from selfimprove.gateway.tokens import Known
from selfimprove.settings import Settings, current


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The house that the commands work on."""
    monkeypatch.setenv("SELFIMPROVE_HOME", str(settings.home))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", settings.database_url or "")
    current.cache_clear()
    yield settings
    current.cache_clear()


def run(*arguments: str) -> str:
    done = CliRunner().invoke(tree, ["tokens", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_a_token_is_shown_once_and_only_its_hash_is_stored(house: Settings, connection: postgres.Connection) -> None:
    made = json.loads(run("add", "phone", "--scope", "review", "--scope", "chat", "--per-minute", "30", "--json"))
    assert (made["name"], made["scopes"]) == ("phone", ["chat", "review"])
    stored = str(connection.execute("select * from tokens").fetchall()) + tokens.file(house.home).read_text()
    assert made["token"] not in stored
    assert tokens.digest(made["token"]) in stored
    assert made["token"] not in run("list", "--json") + run("list")
    assert tokens.file(house.home).stat().st_mode & 0o777 == 0o600
    found = Known(house.home).find(made["token"])
    assert found is not None
    assert (found.id, found.scopes, found.per_minute) == (made["id"], ("chat", "review"), 30)
    assert Known(house.home).find(made["token"][:-1]) is None


def test_a_plain_token_is_all_of_the_output(house: Settings) -> None:
    text = run("add", "phone").strip()
    found = Known(house.home).find(text)
    assert found is not None
    assert found.scopes == ("chat", "feedback")


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_revoked_token_lets_in_no_more(house: Settings, by: str) -> None:
    made = json.loads(run("add", "phone", "--json"))
    assert json.loads(run("revoke", made[by], "--json")) == {"revoked": [made["id"]]}
    assert Known(house.home).find(made["token"]) is None
    [row] = json.loads(run("list", "--json"))
    assert row["revoked_at"]
    assert "revoked" in run("list")
    with pytest.raises(TokenUnknown, match="selfimprove tokens list"):
        run("revoke", made[by])


def test_who_is_slow_does_not_bring_a_revoked_token_back(house: Settings, connection: postgres.Connection) -> None:
    made = json.loads(run("add", "phone", "--json"))
    tokens.remember(connection, house.home)
    with ThreadPoolExecutor() as pool:
        revoked = pool.submit(run, "revoke", "phone")
        with pytest.raises(TimeoutError):
            revoked.result(0.3)
        tokens.remember(connection, house.home)  # what was read before it was revoked
        connection.commit()
        revoked.result(30)
    assert Known(house.home).find(made["token"]) is None


def test_a_name_is_one_valid_tokens(house: Settings) -> None:
    run("add", "phone")
    with pytest.raises(TokenTaken, match="selfimprove tokens revoke phone"):
        run("add", "phone")
    run("revoke", "phone")
    run("add", "phone")
    assert len(json.loads(run("list", "--json"))) == 2


def test_the_gateways_role_reads_hashes_and_notes_uses(house: Settings, connection: postgres.Connection) -> None:
    made = json.loads(run("add", "phone", "--json"))
    known = Known(house.home)
    known.find(made["token"])
    assert set(known.used) == {made["id"]}
    connection.execute("set role gateway")
    tokens.note_use(connection, known.used)
    tokens.remember(connection, house.home)
    connection.execute("reset role")
    assert tokens.listed(connection)[0]["last_used_at"] == known.used[made["id"]]
    connection.commit()
    for role, forbidden in (
        ("gateway", "insert into tokens select * from tokens"), ("gateway", "update tokens set revoked_at = null"),
        ("reviewer", "select sha256 from tokens"), ("analyst", "select id from tokens"),
    ):
        connection.execute(f"set role {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(forbidden)
        connection.rollback()


def test_elsewhere_than_here_needs_a_token(house: Settings, connection: postgres.Connection) -> None:
    everywhere = replace(house, gateway_host="0.0.0.0")
    with pytest.raises(DatabaseDown, match="never reached"):
        tokens.require(house)
    tokens.remember(connection, house.home)
    connection.commit()
    tokens.require(house)
    tokens.require(replace(house, gateway_host="::1"))
    with pytest.raises(TokenNeeded, match="selfimprove tokens add"):
        tokens.require(everywhere)
    proxied = replace(house, gateway_names=("llm.example.com",))
    with pytest.raises(TokenNeeded, match=r"llm\.example\.com .*unset SELFIMPROVE_GATEWAY_NAMES"):
        tokens.require(proxied)
    run("add", "phone")
    tokens.require(everywhere)
    tokens.require(proxied)


def test_a_cookie_ends_with_its_days_its_token_and_its_key(house: Settings, tmp_path: Path) -> None:
    made = json.loads(run("add", "me", "--json"))
    known = Known(house.home)
    token = known.find(made["token"])
    assert token is not None
    sessions = Sessions(key(house.home))
    cookie = f"other=1; selfimprove={sessions.begin(token, now=1000)}"
    assert sessions.find(cookie, known.all(), now=2000) == token
    assert sessions.find(cookie, known.all(), now=1001 + DAYS * 86400) is None
    assert sessions.find(cookie, {}, now=2000) is None
    assert Sessions(key(tmp_path)).find(cookie, known.all(), now=2000) is None
    assert Sessions(key(house.home)).find(cookie, known.all(), now=2000) == token, "the key stays"
    assert (house.home / "keys" / "cookies").stat().st_mode & 0o777 == 0o600


def test_whoever_revokes_the_last_token_is_told_who_gets_in_then(house: Settings) -> None:
    run("add", "phone")
    run("add", "tablet")
    told = [CliRunner().invoke(tree, ["tokens", "revoke", name]).stderr for name in ("phone", "tablet")]
    assert ["No token is left" in text for text in told] == [False, True]
