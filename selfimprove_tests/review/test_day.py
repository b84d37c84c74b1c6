"""The pages inside the gateway: behind its gate, with signs of what runs, and a watch that needs no daemon."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
import pytest
from fastapi.testclient import TestClient

from selfimprove import day
from selfimprove.gateway import tokens
from selfimprove.gateway.fallback import Fallback
from selfimprove.gateway.losses import Losses
from selfimprove.gateway.parts import Health
from selfimprove.review import signs
from selfimprove.review.keep_watch import keep_watch
from selfimprove.settings import private
from selfimprove_tests.gateway.test_fallback import Named
from selfimprove_tests.review.conftest import app
from selfimprove_tests.review.test_reading import plain

HOME = "http://127.0.0.1:4646"


@pytest.fixture
def gateway(settings, furnished) -> TestClient:
    """The whole gateway, with nothing at work behind it."""
    return TestClient(day.compose(settings), base_url=HOME)


def test_the_first_page_tells_what_runs(gateway):
    text = plain(gateway.get("/").text)
    assert "✗ Model the model is being loaded" in text
    assert "✗ Nights nobody spends them" in text
    assert "✓ What is said is kept" in text
    assert "Model: the model is being loaded" in text.split("What needs you")[1]


def test_the_first_page_tells_that_another_server_answers_for_the_houses_own_model(settings, furnished):
    house, other = Named("house"), Named("other")
    told = partial(signs.signs, settings, Fallback(house, other).health, lambda: {"code-server": 1, "daemon": 2})
    with TestClient(app(settings, signs=told), base_url=HOME) as person:
        well = plain(person.get("/").text)
        house.state = Health(False, "its memory is needed")
        away = plain(person.get("/").text)
        other.state = Health(False, "it is off")
        down = plain(person.get("/").text)
    assert "✓ Model answers" in well
    assert "! Model another server answers: its memory is needed" in away
    assert "Model: another server answers: its memory is needed" in away.split("What needs you")[1]
    assert "✗ Model its memory is needed" in down
    lead = "Another server’s model answers for now"
    assert [lead in text for text in (well, away, down)] == [False, True, False]


def test_pages_are_not_part_of_the_interface_for_programs(gateway):
    paths = gateway.get("/openapi.json").json()["paths"]
    assert not {"/", "/review", "/nights", "/forget"} & set(paths)


@pytest.mark.parametrize(("headers", "status"), [
    ({"origin": HOME}, 303), ({"origin": "http://evil.example"}, 403), ({"origin": "null"}, 403),
    ({"host": "evil.example", "origin": "http://evil.example"}, 403), ({"sec-fetch-site": "cross-site"}, 403),
    ({"origin": "http://127.0.0.1:3000"}, 403),
])  # fmt: skip
def test_forms_of_other_sites_are_refused(gateway, furnished, connection, headers, status):
    data = {"chat": furnished.chats[1]}
    found = gateway.post("/review/exclude", data=data, headers=headers, follow_redirects=False)
    assert found.status_code == status
    count = connection.execute("select count(*) as n from excluded_chats").fetchone()["n"]
    assert count == (status == 303)




def test_whoever_came_by_a_cookie_can_leave(gateway, settings, connection):
    assert "Log out" not in gateway.get("/").text, "nobody came by one"
    _, token = tokens.add(connection, "me", ["admin"])
    connection.commit()
    tokens.remember(connection, settings.home)
    time.sleep(tokens.LOOK_SECONDS + 0.05)
    assert "Log out" not in gateway.get("/", headers={"authorization": f"Bearer {token}"}).text
    gateway.post("/login", data={"token": token}, headers={"origin": HOME})
    for path in ("/", "/review", "/nights", "/champion/none"):
        assert '<form method="post" action="/logout"><button>Log out</button>' in gateway.get(path).text, path
    assert gateway.post("/logout", headers={"origin": HOME}, follow_redirects=False).headers["location"] == "/login"
    assert gateway.get("/nights").status_code == 401


def test_signs_of_what_was_not_kept(tmp_path, monkeypatch):
    home, now = tmp_path / "home", datetime.now(UTC)
    assert signs._kept(home, now).ok
    lost = {"count": 3, "at": (now - timedelta(hours=1)).isoformat(timespec="seconds"), "reason": "SpoolFull"}
    (private(home / "gateway") / "not_kept.json").write_bytes(orjson.dumps(lost))
    found = signs._kept(home, now)
    assert not found.ok
    assert found.says.startswith("3 answers or ratings were not kept")
    assert "SpoolFull" in found.says
    assert signs._kept(home, now + timedelta(days=3)).ok


@pytest.mark.parametrize(("health", "tone", "says"), [
    (Health(True), "good", "answers"), (Health(False, "its process ended"), "bad", "its process ended"),
    (Health(True, "its process ended"), "open", "another server answers: its process ended"),
])  # fmt: skip
def test_signs_of_the_model(health, tone, says):
    found = signs._model(health)
    assert (found.tone, found.ok, found.says) == (tone, health.ok, says)


def test_the_watch_tells_what_was_not_kept(settings, connection):
    Losses(settings.home).lose("the spool is full")

    async def a_moment() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(keep_watch(settings, 0.05), 0.6)

    asyncio.run(a_moment())
    [row] = connection.execute("select message, state from alerts").fetchall()
    assert (row["state"], "(the spool is full)" in row["message"]) == ("kept", True)


def test_the_watch_tells_of_a_silence_with_the_daemon_down(settings, furnished, connection):
    connection.execute("update morning_reports set created_at = created_at - interval '37 hours'")
    connection.commit()

    async def a_moment() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(keep_watch(settings, 0.05), 0.6)

    asyncio.run(a_moment())
    rows = connection.execute("select asset, message, state from alerts").fetchall()
    assert [(row["asset"], row["state"]) for row in rows] == [("the night", "kept")]
    assert "none has ended for 37 hours" in rows[0]["message"]
