"""Dagster's pages behind the gate: passed on as they are, read-only for who may only look."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from selfimprove.gateway import proxy
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_gate import give


class Pages:
    """What stands for Dagster's web server: it tells what it was asked."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("upgrade") == "websocket":
            return await self.talk(request)
        headers = {name.lower(): ", ".join(request.headers.getall(name)) for name in request.headers}
        told = {"path": request.raw_path, "headers": headers, "body": (await request.read()).decode()}
        own = {"Referrer-Policy": "no-referrer"} if request.query_string == "strict" else {}
        return web.json_response(told, status=201, headers={"content-security-policy": "x", "server": "dagster"} | own)

    async def talk(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("graphql-ws",))
        await socket.prepare(request)
        async for message in socket:
            if message.data == "end":
                break
            await socket.send_str(f"{request.headers[proxy.MAY_CHANGE.decode()]} {message.data}")
        await socket.close()
        return socket


@pytest.fixture(scope="module")
def pages() -> Iterator[tuple[Served, str]]:
    """A gateway before such pages; its second port is that of the first one, for paths that are not its own."""
    with TemporaryDirectory() as folder:
        served = Served(Path(folder))
        (Path(folder) / "gateway").mkdir()
        dagster = proxy.Dagster(Path(folder))
        served.app.include_router(proxy.router(dagster))
        with listening(str(Path(folder) / proxy.SOCKET)), serving(served.app) as url:
            served.app.second_face = proxy.at_root(dagster)
            served.app.state.dagster = dagster
            served.closing.append(dagster.close)
            yield served, url


class listening:
    """Serves the pages on a socket."""

    def __init__(self, path: str, pages: Pages = Pages()) -> None:  # noqa: B008 - it has no state
        self.path, self.pages, self.loop, self.started = path, pages, asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.run(),))

    async def run(self) -> None:
        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", self.pages.answer)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, self.path).start()
        self.ended = asyncio.Event()
        self.started.set()
        await self.ended.wait()
        await runner.cleanup()

    def __enter__(self) -> None:
        self.thread.start()
        self.started.wait()

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join()
        self.loop.close()


def fresh(served: Served) -> None:
    served.parts.known.__init__(served.settings.home)  # type: ignore[misc]


def test_what_is_asked_and_answered_is_passed_on(pages: tuple[Served, str]) -> None:
    served, url = pages
    fresh(served)
    answer = httpx.post(
        f"{url}/dagster/graphql?a=%2Fb&c", content=b'{"q": 1}',
        headers={"x-mine": "1", "cookie": "selfimprove=x", proxy.MAY_CHANGE.decode(): "yes"},
    )
    told = answer.json()
    assert (answer.status_code, told["path"], told["body"]) == (201, "/dagster/graphql?a=%2Fb&c", '{"q": 1}')
    assert told["headers"]["x-mine"] == "1"
    assert "cookie" not in told["headers"]
    bare = httpx.Client(headers=dict.fromkeys(("accept", "accept-encoding", "user-agent"), ""))
    with bare, bare.stream("POST", f"{url}/dagster/x") as empty:
        sent = json.loads(b"".join(empty.iter_raw()))["headers"]
    assert sent.keys() & {"content-type", "transfer-encoding"} == set(), "Dagster looks at what is there"
    assert sent["accept-encoding"] == ""
    assert answer.headers["content-security-policy"] == "x"
    assert "dagster" not in answer.headers.get_list("server")
    assert len(answer.headers.get_list("date")) == 1
    assert httpx.get(f"{url}/dagster").json()["path"] == "/dagster"


@pytest.mark.parametrize(("query", "referrer"), [("", "same-origin"), ("strict", "no-referrer")])
def test_other_pages_have_no_hold_of_dagsters(pages: tuple[Served, str], query: str, referrer: str) -> None:
    served, url = pages
    fresh(served)
    told = httpx.get(f"{url}/dagster/x?{query}").headers
    assert told.get_list("cross-origin-opener-policy") == ["same-origin"]
    assert told.get_list("referrer-policy") == [referrer], "what Dagster says itself is left"
    assert told.get_list("content-security-policy") == ["x"]


def test_only_an_admin_may_change_and_only_reviewers_may_look(pages: tuple[Served, str]) -> None:
    served, url = pages
    fresh(served)
    bearer = give(served, look=("review",), chat=("chat",), all=("admin",))
    found = {}
    for name, value in bearer.items():
        answer = httpx.post(f"{url}/dagster/x", headers={"authorization": value, proxy.MAY_CHANGE.decode(): "yes"})
        found[name] = answer.json()["headers"][proxy.MAY_CHANGE.decode()] if answer.is_success else answer.status_code
    assert found == {"look": "no", "chat": 403, "all": "yes"}
    told = httpx.post(f"{url}/dagster/x", headers={"authorization": bearer["all"]}).json()["headers"]
    assert "authorization" not in told
    told = httpx.get(f"{url}/dagster/graphql?query=mutation", headers={"authorization": bearer["all"]})
    assert told.json()["headers"][proxy.MAY_CHANGE.decode()] == "no"  # any page's picture may have this for its address
    assert told.headers["x-frame-options"] == "SAMEORIGIN"
    assert httpx.get(f"{url}/dagster/x").status_code == 401
    told = httpx.get(f"{url}/dagster/x", headers={"accept": "text/html"})
    assert told.headers["location"] == "/login?to=/dagster/x"
    assert httpx.get(f"{url}/dagster/x", headers={"origin": "http://evil.example"}).status_code == 403


def test_subscriptions_go_both_ways(pages: tuple[Served, str]) -> None:
    served, url = pages
    fresh(served)
    bearer = give(served, look=("review",), chat=("chat",))

    async def ask(**headers: str) -> tuple[Any, ...]:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{url}/dagster/graphql", protocols=("graphql-ws",), headers=headers) as there,
        ):
            await there.send_str("one")
            first = await there.receive(timeout=5)
            await there.send_str("end")
            last = await there.receive(timeout=5)
            return there.protocol, first.data, last.type

    assert asyncio.run(ask(authorization=bearer["look"])) == ("graphql-ws", "no one", aiohttp.WSMsgType.CLOSE)
    for headers in ({}, {"authorization": bearer["chat"]}, {"origin": "http://evil.example"}, {"host": "evil.example"}):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            asyncio.run(ask(**headers))


def test_dagsters_own_address_leads_to_the_same_pages(pages: tuple[Served, str]) -> None:
    served, url = pages
    fresh(served)
    served.parts.known._tokens = {}
    (served.settings.home / "gateway" / "tokens.json").unlink(missing_ok=True)
    served.app.second_port = int(url.rsplit(":", 1)[1])
    try:
        led = httpx.get(f"{url}/runs/1?a=b")
        assert (led.status_code, led.headers["location"]) == (307, "/dagster/runs/1?a=b")
        asked = httpx.post(f"{url}/graphql", content=json.dumps({}))
        assert asked.json()["path"] == "/dagster/graphql"
        assert httpx.get(f"{url}/dagster/x").json()["path"] == "/dagster/x"
        assert httpx.get(f"{url}/login").status_code == 200
        assert httpx.post(f"{url}/graphql", headers={"host": "evil.example"}).status_code == 403
    finally:
        served.app.second_port = 0


def test_at_dagsters_own_address_people_are_led_to_where_the_login_is(pages: tuple[Served, str]) -> None:
    served, url = pages
    fresh(served)
    give(served, me=("review",))
    served.app.second_port = int(url.rsplit(":", 1)[1])
    try:
        led = httpx.get(f"{url}/runs/1?a=b", headers={"accept": "text/html"})
        assert (led.status_code, led.headers["location"]) == (307, "/dagster/runs/1?a=b")
        led = httpx.get(url + led.headers["location"], headers={"accept": "text/html"})
        assert (led.status_code, led.headers["location"]) == (303, "/login?to=/dagster/runs/1%3Fa%3Db")
        assert httpx.post(f"{url}/graphql", content="{}").status_code == 401
    finally:
        served.app.second_port = 0


def test_pages_that_are_not_there_are_a_503(tmp_path: Path) -> None:
    served = Served(tmp_path)
    dagster = proxy.Dagster(tmp_path)
    served.app.include_router(proxy.router(dagster))
    served.closing.append(dagster.close)
    with serving(served.app) as url:
        answer = httpx.get(f"{url}/dagster/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "dagster_down")
