"""Logins that were ended before their time stay ended, and no list of them grows without end."""

import asyncio
import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from selfimprove.gateway import tokens
from selfimprove.gateway.gate import Gate
from selfimprove.gateway.limits import Limits
from selfimprove.gateway.logged_out import MOST, LoggedOut
from selfimprove.gateway.login import Sessions
from selfimprove.gateway.tokens import Token
from selfimprove.settings import read

SOON = int(time.time()) + 86400
ME = Token("0badcafe", "me", "0" * 64, ("review",), 600)


def test_it_is_known_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "gateway" / "logged_out.json"
    LoggedOut(file).add("a", SOON)
    again = LoggedOut(file)
    assert again.has("a", SOON)
    assert not again.has("a", SOON + 1)
    assert not again.has("b", SOON)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_what_has_ended_anyway_is_kept_no_longer(tmp_path: Path) -> None:
    file = tmp_path / "logged_out.json"
    over = LoggedOut(file)
    over.add("a", int(time.time()) - 1)
    assert str(SOON) not in file.read_text()
    over.add("b", SOON)
    assert '"a"' not in file.read_text()


def test_whoever_logs_out_very_often_has_all_logins_until_then_ended(tmp_path: Path) -> None:
    file = tmp_path / "logged_out.json"
    over = LoggedOut(file)
    for number in range(MOST + 1):
        over.add("a", SOON + 2 * number)
    again = LoggedOut(file)
    assert all(again.has("a", SOON + number) for number in range(2 * MOST))
    assert not again.has("a", SOON + 2 * MOST + 1)
    assert not again.has("b", SOON)
    assert len(file.read_text()) < 200


@pytest.mark.parametrize("text", ["", "[]", '{"each": 5, "all": {}, "everybody": 0}', '{"each": {}}'])
def test_where_nobody_knows_who_was_logged_out_everybody_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "logged_out.json"
    file.write_text(text)
    over = LoggedOut(file)
    assert over.has("a", SOON)
    sessions = Sessions(b"k" * 32, over)
    before = Sessions(b"k" * 32).begin(ME, now=time.time() - 60)
    known = {ME.sha256: ME}
    assert sessions.find(f"selfimprove={before}", known) is None
    assert sessions.find(f"selfimprove={sessions.begin(ME)}", known) == ME, "who logs in again is in"


def test_a_disk_that_takes_nothing_leaves_it_ended_for_now(tmp_path: Path) -> None:
    (tmp_path / "gateway").write_text("no folder")
    over = LoggedOut(tmp_path / "gateway" / "logged_out.json")
    over.add("a", SOON)
    assert over.has("a", SOON)


def test_who_comes_back_within_the_second_is_in() -> None:
    sessions, known = Sessions(b"k" * 32), {ME.sha256: ME}
    first = f"selfimprove={sessions.begin(ME, now=SOON)}"
    sessions.end(first, known)
    second = f"selfimprove={sessions.begin(ME, now=SOON)}"
    assert sessions.find(first, known) is None
    assert sessions.find(second, known) == ME


def test_what_is_being_sent_to_a_login_that_ends_breaks_off(tmp_path: Path) -> None:
    (tmp_path / "gateway").mkdir()
    tokens.file(tmp_path).write_text(json.dumps([asdict(ME)]))
    sessions, known = Sessions(b"k" * 32), tokens.Known(tmp_path)
    cookie, sent = f"selfimprove={sessions.begin(ME)}", []

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.to_thread(sessions.end, cookie, known.all())
        await send({"type": "http.response.body", "body": b"more"})

    async def hear(message: Message) -> None:
        sent.append(message["type"])

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    given = read({"SELFIMPROVE_HOME": str(tmp_path)})
    gate = Gate(app, settings=given, known=known, sessions=sessions, allowed=Limits(), shown=lambda *_: Response())
    headers = [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode())]
    asyncio.run(gate({"type": "http", "method": "GET", "path": "/", "headers": headers}, nothing, hear))
    assert sent == ["http.response.start"]
