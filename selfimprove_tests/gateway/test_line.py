"""Connections to an upstream: used again, opened anew, given up, whatever the server does with them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from selfimprove.gateway import line
from selfimprove.gateway.line import Caller, Unreachable

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def with_server(serve: Serve, act: Callable[[Caller], Coroutine[Any, Any, Any]]) -> Any:
    """What comes of acting on a caller of a server."""

    tasks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(one(reader, writer)))

    async def run() -> Any:
        server = await asyncio.start_server(begin, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        caller = Caller(f"http://127.0.0.1:{port}/v1/x?a=b", {"x-mine": "1"}, connect=1, silent=0.3)
        try:
            return await act(caller)
        finally:
            caller.close()
            server.close()
            await asyncio.gather(*tasks)

    return asyncio.run(run())


async def asked(caller: Caller, body: bytes = b"{}") -> tuple[int, bytes]:
    async with await caller.post(body) as reply:
        return reply.status, await reply.read()


def saying(*parts: bytes, ends: bool = False) -> tuple[Serve, list[bytes]]:
    """A server that answers each request with these parts; the requests, and an empty one for each connection."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(b"")
        while head := await reader.read(65536):
            seen.append(head)
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.002)
            if ends:
                break

    return serve, seen


async def twice(caller: Caller) -> list[tuple[int, bytes]]:
    return [await asked(caller), await asked(caller)]


def test_a_connection_is_used_again() -> None:
    serve, seen = saying(OK)
    assert with_server(serve, twice) == [(200, b"ok")] * 2
    assert seen[0] == b""
    assert seen[1] == seen[2]
    first, *rest = seen[1].split(b"\r\n")
    assert first == b"POST /v1/x?a=b HTTP/1.1"
    assert b"content-length: 2" in rest
    assert b"x-mine: 1" in rest
    assert seen[1].endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n", b"o\r\n1\r\nk\r\n0\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", OK),
        tuple(OK[at : at + 1] for at in range(len(OK))),
    ],
)
def test_it_is_put_together_however_it_comes(parts: tuple[bytes, ...]) -> None:
    serve, seen = saying(*parts)
    assert with_server(serve, twice) == [(200, b"ok")] * 2
    assert seen.count(b"") == 1


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\n\r\no", b"k"),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",),
        (OK,),
    ],
)
def test_one_that_the_server_closes_is_opened_anew(parts: tuple[bytes, ...]) -> None:
    serve, seen = saying(*parts, ends=True)
    assert with_server(serve, twice) == [(200, b"ok")] * 2
    assert seen.count(b"") == 2


def test_one_that_says_more_than_was_asked_is_not_used_again() -> None:
    serve, seen = saying(OK + OK)
    assert with_server(serve, twice)[0] == (200, b"ok")
    assert seen.count(b"") == 2


def test_one_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "IDLE_SECONDS", -1.0)
    serve, seen = saying(OK)
    with_server(serve, twice)
    assert seen.count(b"") == 2


@pytest.mark.parametrize(
    ("parts", "ends", "error"),
    [
        ((), True, ConnectionResetError),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",), True, ConnectionResetError),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",), False, TimeoutError),
        ((), False, TimeoutError),
        ((b"SSH-2.0-OpenSSH\r\n",), False, Exception),
    ],
)
def test_what_never_ends_is_an_error(parts: tuple[bytes, ...], ends: bool, error: type[Exception]) -> None:
    serve, _ = saying(*parts, ends=ends)
    with pytest.raises(error):
        with_server(serve, asked)


def test_nobody_there_is_told() -> None:
    caller = Caller("http://127.0.0.1:9/v1", {}, connect=1, silent=1)
    with pytest.raises(Unreachable, match=r"nobody listens at 127\.0\.0\.1:9"):
        asyncio.run(asked(caller))


def test_a_slow_reader_slows_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "HIGH_WATER", 1000)
    whole = b"x" * 5_000_000
    serve, _ = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 5000000\r\n\r\n" + whole)

    async def read_slowly(caller: Caller) -> tuple[int, int]:
        async with await caller.post(b"") as reply:
            await asyncio.sleep(0.1)
            waiting = reply._line._size
            return waiting, len(await reply.read())

    waiting, size = with_server(serve, read_slowly)
    assert size == len(whole)
    assert waiting < 1_000_000


def test_an_answer_that_nobody_hears_to_its_end_costs_the_connection() -> None:
    serve, _ = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok")

    async def leave(caller: Caller) -> int:
        async with await caller.post(b"") as reply:
            await anext(reply.chunks())
        return len(caller._idle)

    assert with_server(serve, leave) == 0
