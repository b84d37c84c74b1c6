"""The file of tokens: whoever cannot read it lets nobody in, and it is never left half written."""

import json
import time
from pathlib import Path

import httpx
import pytest

from selfimprove import postgres
from selfimprove.errors import TokensUnreadable
from selfimprove.gateway import tokens
from selfimprove.gateway.tokens import Known
from selfimprove.settings import Settings
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_gate import CHAT, give

ROW = {"id": "00000000", "name": "me", "sha256": tokens.digest("si-me"), "scopes": ["chat"], "per_minute": 600}
UNREADABLE = {
    "cut short": json.dumps([ROW])[:-9], "empty": "", "zeros": "\0" * 64, "no list": "{}", "no token": "[[]]",
    "of a later version": json.dumps([{**ROW, "ends_at": None}]), "of another one": json.dumps([{"sha256": "x"}]),
}  # fmt: skip


def write(home: Path, text: str) -> Path:
    """A file of tokens that says this."""
    path = tokens.file(home)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("how", UNREADABLE)
def test_what_cannot_be_read_lets_nobody_in_at_any_look(tmp_path: Path, how: str) -> None:
    path = write(tmp_path, UNREADABLE[how])
    known = Known(tmp_path)
    for _ in range(3):
        with pytest.raises(TokensUnreadable, match="selfimprove up"):
            known.all()
    path.unlink()
    known._look_at = 0.0
    with pytest.raises(TokensUnreadable):
        known.all()
    write(tmp_path, json.dumps([ROW]))
    known._look_at = 0.0
    assert list(known.all()) == [ROW["sha256"]]


def test_no_file_at_all_is_no_token_and_an_empty_list_neither(tmp_path: Path) -> None:
    assert Known(tmp_path).all() == {}
    write(tmp_path, "[]")
    assert Known(tmp_path).all() == {}


def test_a_file_that_may_not_be_looked_at_lets_nobody_in(tmp_path: Path) -> None:
    path = tokens.file(tmp_path)
    path.parent.parent.joinpath("gateway").write_text("no folder")
    known = Known(tmp_path)
    for _ in range(2):
        with pytest.raises(TokensUnreadable, match="NotADirectoryError"):
            known.all()


def test_whoever_asks_is_told_what_to_do(tmp_path: Path) -> None:
    served = Served(tmp_path)
    write(tmp_path, UNREADABLE["cut short"])
    with serving(served.app) as url, httpx.Client(base_url=url) as client:
        for _ in range(2):
            asked = client.post("/v1/chat/completions", json=CHAT)
            for answer in (asked, client.get("/v1/models"), client.get("/login"), client.get("/healthz")):
                error = answer.json()["error"]
                assert (answer.status_code, error["code"]) == (503, "tokens_unreadable")
                assert "see to that with `selfimprove up`" in error["message"]
                assert "retry-after" in answer.headers
        bearer = give(served, me=("chat",))["me"]
        assert client.get("/v1/models", headers={"authorization": bearer}).status_code == 200
        write(tmp_path, UNREADABLE["of a later version"])
        time.sleep(tokens.LOOK_SECONDS + 0.05)
        assert client.get("/v1/models", headers={"authorization": bearer}).status_code == 503


@pytest.mark.parametrize("how", UNREADABLE)
def test_the_gateway_does_not_start_without_knowing_who_may_ask(settings: Settings, how: str) -> None:
    settings.home.mkdir()
    write(settings.home, UNREADABLE[how])
    with pytest.raises(TokensUnreadable):
        tokens.require(settings)


def test_it_is_written_anew_by_the_database_and_left_where_it_is_the_same(
    settings: Settings, connection: postgres.Connection
) -> None:
    tokens.add(connection, "phone", ["chat"])
    tokens.remember(connection, settings.home)
    path = tokens.file(settings.home)
    said, stamp = path.read_text(), path.stat()
    tokens.remember(connection, settings.home)
    assert path.stat().st_mtime_ns == stamp.st_mtime_ns
    for text in UNREADABLE.values():
        path.write_text(text)
        tokens.remember(connection, settings.home)
        assert path.read_text() == said
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_what_cannot_be_written_leaves_nothing_behind(settings: Settings, connection: postgres.Connection) -> None:
    path = tokens.file(settings.home)
    path.mkdir(parents=True)  # a folder is nothing that a file can replace
    for _ in range(3):
        with pytest.raises(OSError, match="directory"):
            tokens.remember(connection, settings.home)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_it_is_on_the_disk_before_it_counts(
    settings: Settings, connection: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("sync_file", "sync_folder"):
        monkeypatch.setattr(tokens.disk, name, lambda path, name=name: done.append(f"{name} {path.suffix}"))
    replace = tokens.os.replace
    monkeypatch.setattr(tokens.os, "replace", lambda *paths: (done.append("replace"), replace(*paths)))
    tokens.remember(connection, settings.home)
    assert done == ["sync_file .draft", "replace", "sync_folder "]
