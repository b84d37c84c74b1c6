"""What somebody without a token can send: no cookie, form or number of requests holds up others or fills the disk."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from selfimprove.gateway import forms, login, repeated, tokens
from selfimprove.gateway.login import Sessions
from selfimprove.gateway.repeated import Once, Repeated
from selfimprove_tests.cost import is_within
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_gate import CHAT, give

KEY = b"k" * 32
SLOW = 'x="' + '\\"' * 15_000 + '"'  # which Python's own reader takes seconds for
URLENCODED = "application/x-www-form-urlencoded"
PART = "--X\r\ncontent-disposition: form-data; name=token\r\n\r\n{}\r\n--X--\r\n"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, httpx.Client, str]]:
    """One that has a token, which is told too."""
    served = Served(tmp_path_factory.mktemp("home"))
    bearer = give(served, me=("admin",))["me"]
    with serving(served.app) as url, httpx.Client(base_url=url) as client:
        yield served, client, bearer


def session(served: Served) -> str:
    """A valid cookie's value."""
    [token] = served.parts.known.all().values()
    return Sessions(KEY).begin(token)


def asking(served: Served, cookie: str) -> Callable[[], object]:
    """A request to a route of the framework's, without a server."""
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "GET", "path": "/v1/models", "raw_path": b"", "query_string": b"", "state": {}}

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        pass

    return lambda: asyncio.run(served.app({**scope, "headers": headers}, receive, send))


@pytest.mark.parametrize("is_let_in", [False, True])
def test_cookies_of_others_are_not_read(gateway: tuple[Served, httpx.Client, str], is_let_in: bool) -> None:
    served, _, _ = gateway
    ours = f"; selfimprove={session(served)}" if is_let_in else ""
    plain = "x=" + "a" * (len(SLOW) - 2)
    assert is_within(5, asking(served, SLOW + ours), asking(served, plain + ours))


def test_cookies_of_others_are_not_read_before_there_is_a_token_either(tmp_path: Path) -> None:
    served = Served(tmp_path)
    assert is_within(5, asking(served, SLOW), asking(served, "x=" + "a" * (len(SLOW) - 2)))


@pytest.mark.parametrize("around", [
    "{}", "a=b; {}", "{};a=b", 'a="{}"; {}', "selfimprove=x; {}", "selfimprove=; {} ;", "a;b;;{}", "{}; selfimprove=y",
])  # fmt: skip
def test_our_cookie_is_found_among_others(gateway: tuple[Served, httpx.Client, str], around: str) -> None:
    served, client, _ = gateway
    client.cookies.clear()
    cookie = around.replace("{}", f"selfimprove={session(served)}")
    assert client.get("/metrics", headers={"cookie": cookie}).status_code == 200
    two = [("cookie", "a=b"), ("cookie", cookie), ("cookie", "c=d")]
    assert client.get("/metrics", headers=two).status_code == 200


@pytest.mark.parametrize("around", ["x{}", "a {}", 'a="{}"', "{}x", '"{}"', ""])
def test_what_only_looks_like_it_is_not_ours(gateway: tuple[Served, httpx.Client, str], around: str) -> None:
    served, client, _ = gateway
    client.cookies.clear()
    cookie = around.replace("{}", f"selfimprove={session(served)}")
    assert client.get("/metrics", headers={"cookie": cookie}).status_code == 401


def test_only_ours_goes_on(gateway: tuple[Served, httpx.Client, str]) -> None:
    ours = f"selfimprove={session(gateway[0])}"
    for given, left in ((f"a=b; {ours}; c=d", [(b"cookie", ours.encode())]), ("a=b", []), ("selfimprove=x", [])):
        scope = {"headers": [(b"cookie", given.encode()), (b"x", b"y"), (b"cookie", b"e=f")]}
        assert login.alone(scope) == (ours if left else "")
        assert scope["headers"] == [(b"x", b"y"), *left]


@pytest.mark.parametrize("type", [
    "multipart/form-data; boundary=X; charset=punycode", "multipart/form-data; boundary=X; charset=idna",
    "multipart/form-data; boundary=X; charset=raw_unicode_escape", "multipart/form-data; boundary=X",
    "Multipart/Form-Data;boundary=X", "multipart/form-data ; boundary=X", "text/plain", "multipart/mixed; boundary=X",
    f"{URLENCODED}; charset=utf-16", f"{URLENCODED}; charset=idna", f"{URLENCODED}; charset=utf-8; charset=idna",
    f"{URLENCODED}, multipart/form-data", 'x;"' + '";' * 12_000,
])  # fmt: skip
@pytest.mark.parametrize("path", ["/login", "/forget", "/logout"])
def test_forms_are_urlencoded_in_utf_8(gateway: tuple[Served, httpx.Client, str], path: str, type: str) -> None:
    _, client, bearer = gateway
    client.cookies.clear()
    for headers in ({}, {"authorization": bearer}):
        answer = client.post(path, content=PART.format("\\ud800"), headers={"content-type": type, **headers})
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")
        assert "application/x-www-form-urlencoded in UTF-8" in answer.json()["error"]["message"]


def test_two_types_are_none(gateway: tuple[Served, httpx.Client, str]) -> None:
    types = [("content-type", "multipart/form-data; boundary=X; charset=idna"), ("content-type", URLENCODED)]
    for headers in (types, types[::-1]):
        assert gateway[1].post("/login", content=PART.format("x"), headers=headers).status_code == 415


@pytest.mark.parametrize("type", [URLENCODED, f"{URLENCODED};charset=UTF-8", f'{URLENCODED}; Charset="utf-8"'])
def test_pages_own_forms_are_taken(gateway: tuple[Served, httpx.Client, str], type: str) -> None:
    _, client, _ = gateway
    client.cookies.clear()
    entered = client.post("/login", content=urlencode({"token": "si-me"}), headers={"content-type": type})
    assert entered.status_code == 303
    assert client.post("/logout", headers={"content-type": type}).status_code == 303


def test_bodies_in_json_are_read_whatever_they_are_called(gateway: tuple[Served, httpx.Client, str]) -> None:
    _, client, bearer = gateway
    for type in ("multipart/form-data; boundary=X", "text/plain", ""):
        headers = {"authorization": bearer, "content-type": type}
        said = b'{"model": "tiny", "messages": [{"role": "user", "content": "%s"}]}' % (b"a" * 100_000)
        assert client.post("/v1/chat/completions", content=said, headers=headers).status_code == 200


def test_who_is_not_let_in_has_little_to_say(gateway: tuple[Served, httpx.Client, str]) -> None:
    _, client, bearer = gateway
    client.cookies.clear()
    long = {"token": "x" * forms.STRANGERS_BYTES}
    for path in ("/login", "/forget"):
        answer = client.post(path, data=long)
        assert (answer.status_code, answer.json()["error"]["message"]) == (413, "The request is longer than 8 KiB.")
    assert client.post("/login", data=long, headers={"authorization": bearer}).status_code == 413
    assert client.post("/logout", data=long, headers={"authorization": bearer}).status_code == 303
    more = client.post("/logout", data={"token": "x" * forms.BYTES}, headers={"authorization": bearer})
    assert more.json()["error"]["message"] == "The request is longer than 512 KiB."
    assert client.post("/v1/chat/completions", json=CHAT | {"x": long}).status_code == 401


def test_many_refusals_are_a_line_a_minute(
    gateway: tuple[Served, httpx.Client, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, client, bearer = gateway
    client.cookies.clear()
    monkeypatch.setattr(served.app._gate, "_repeated", Repeated(lambda: now))
    caplog.set_level(logging.INFO, "selfimprove.gateway")
    now = 0.0
    for _ in range(30):
        assert client.get("/v1/models").status_code == 401
        assert client.get("/v1/models", headers={"host": "evil.example"}).status_code == 403
        assert client.get("/nothing").status_code == 404
        assert client.post("/login", data={}).status_code == 400
        assert client.get("/nothing", headers={"authorization": bearer}).status_code == 404
    assert sorted(record.getMessage().split()[3] for record in caplog.records) == ["400", "401", "403", "404"]
    caplog.clear()
    now = repeated.SECONDS
    client.get("/v1/models")
    [line] = [record.getMessage() for record in caplog.records]
    assert " GET /v1/models 401 " in line
    assert line.endswith("(and 29 more since that was told last)")


def test_what_is_wrong_with_a_visitors_own_request_is_told_each_time(
    gateway: tuple[Served, httpx.Client, str], caplog: pytest.LogCaptureFixture
) -> None:
    _, client, bearer = gateway
    caplog.set_level(logging.INFO, "selfimprove.gateway")
    for _ in range(3):
        client.post("/v1/chat/completions", content=b"{", headers={"authorization": bearer})
    assert [record.getMessage().split()[3] for record in caplog.records] == ["400"] * 3


def test_a_logger_says_the_same_once_a_minute() -> None:
    now = 0.0
    once, record = Once(Repeated(lambda: now)), logging.makeLogRecord
    assert [once.filter(record({"msg": text})) for text in ("a", "b", "a", "a")] == [True, True, False, False]
    now = 61.0
    said = record({"msg": "a"})
    assert once.filter(said)
    assert said.getMessage() == "a (and 2 more since that was told last)"
    assert [once.filter(record({"msg": text})) for text in ("a", "b")] == [False, True]


def test_a_revoked_tokens_cookie_is_none(tmp_path: Path) -> None:
    served = Served(tmp_path)
    give(served, me=("review",))
    cookie = f"selfimprove={session(served)}"
    assert Sessions(KEY).find(cookie, served.parts.known.all()) is not None
    tokens.file(tmp_path).write_text("[]")
    time.sleep(tokens.LOOK_SECONDS + 0.05)
    assert Sessions(KEY).find(cookie, served.parts.known.all()) is None
